// SPDX-License-Identifier: Apache-2.0
// faults.c: see faults.h. The linker's --wrap makes a call of f one of __wrap_f, and __real_f the one of the system.

#include "faults.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
char *__real_strdup(const char *text);
int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int descriptor, const void *data, size_t bytes);
int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
void *__real_mmap(void *at, size_t bytes, int protection, int flags, int descriptor, off_t offset);
void *__real_mremap(void *old, size_t old_bytes, size_t bytes, int flags, ...);
DIR *__real_opendir(const char *path);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *context);

void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);
char *__wrap_strdup(const char *text);
int __wrap_open(const char *path, int flags, ...);
ssize_t __wrap_write(int descriptor, const void *data, size_t bytes);
int __wrap_fsync(int descriptor);
int __wrap_fdatasync(int descriptor);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);
void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int descriptor, off_t offset);
void *__wrap_mremap(void *old, size_t old_bytes, size_t bytes, int flags, ...);
DIR *__wrap_opendir(const char *path);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *context);

// ---- the plan

static struct {
    atomic_bool active;
    enum fault fault;
    bool for_good;
    bool by_stack; // the first that fails is the one that call_stacks.h waits for, otherwise the nth
    size_t nth;
    atomic_size_t calls; // of the planned kind
    atomic_size_t failed;
    void (*look)(void *context); // NULL: none
    void *context;
    pthread_mutex_t change; // held from a look until what it came before is done
} plan = {.change = PTHREAD_MUTEX_INITIALIZER};
static _Thread_local bool is_looking;

const char *fault_name(enum fault fault) {
    static const char *const names[FAULT_KINDS] = {
        [FAULT_OPEN] = "open",     [FAULT_WRITE] = "write",   [FAULT_SHORT_WRITE] = "short write",
        [FAULT_SYNC] = "fsync",    [FAULT_RENAME] = "rename", [FAULT_UNLINK] = "unlink",
        [FAULT_MAP] = "mmap",      [FAULT_LIST] = "opendir",  [FAULT_MEMORY] = "malloc",
        [FAULT_THREAD] = "thread",
    };
    return names[fault];
}

void faults_plan(enum fault fault, size_t nth, bool for_good) {
    plan.fault = fault;
    plan.by_stack = false;
    plan.nth = nth;
    plan.for_good = for_good;
    plan.look = NULL;
    atomic_store(&plan.calls, 0);
    atomic_store(&plan.failed, 0);
    atomic_store(&plan.active, true);
}

void faults_plan_case(enum fault fault, const struct call_case *which, bool for_good) {
    call_stacks_expect(which);
    faults_plan(fault, 0, for_good);
    plan.by_stack = true;
}

void faults_note(enum fault fault) {
    call_stacks_note();
    faults_plan(fault, 0, false);
    plan.by_stack = true;
}

void faults_plan_look(void (*look)(void *context), void *context) {
    faults_plan(FAULT_KINDS, 0, false);
    plan.context = context;
    plan.look = look;
}

size_t faults_end(void) {
    atomic_store(&plan.active, false);
    call_stacks_end();
    return atomic_load(&plan.failed);
}

static bool fails(enum fault fault, int error_number) {
    if (!atomic_load(&plan.active) || fault != plan.fault)
        return false;
    size_t call = atomic_fetch_add(&plan.calls, 1) + 1;
    bool is_first = plan.by_stack ? call_stacks_is_expected() : call == plan.nth;
    bool is_later = plan.for_good && (plan.by_stack ? atomic_load(&plan.failed) > 0 : call > plan.nth);
    if (!is_first && !is_later)
        return false;
    atomic_fetch_add(&plan.failed, 1);
    errno = error_number;
    return true;
}

// ---- the log

static struct {
    atomic_bool active;
    pthread_mutex_t lock;
    char *text;
    size_t bytes;
    FILE *file;
} record = {.lock = PTHREAD_MUTEX_INITIALIZER};

void faults_log_begin(void) {
    record.file = open_memstream(&record.text, &record.bytes);
    atomic_store(&record.active, record.file != NULL);
}

char *faults_log_end(void) {
    atomic_store(&record.active, false);
    if (!record.file || fclose(record.file) != 0)
        abort();
    return record.text;
}

static const char *base_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_looked_at(void) {
    return atomic_load(&plan.active) && plan.look && !is_looking;
}

// Something changes now: looks, if so planned, or notes it. `changed` follows when it has.
static void change(const char *what, const char *path, const char *to) {
    if (is_looked_at()) {
        pthread_mutex_lock(&plan.change);
        is_looking = true;
        plan.look(plan.context);
        is_looking = false;
    }
    if (!atomic_load(&record.active))
        return;
    pthread_mutex_lock(&record.lock);
    fprintf(record.file, "%s %s%s%s\n", what, base_of(path), to ? " " : "", to ? base_of(to) : "");
    pthread_mutex_unlock(&record.lock);
}

static void changed(void) {
    if (is_looked_at())
        pthread_mutex_unlock(&plan.change);
}

static void change_opened(const char *what, int descriptor) {
    char link[64], path[4096] = "?";
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t bytes = readlink(link, path, sizeof path - 1);
    if (bytes > 0)
        path[bytes] = 0;
    change(what, path, NULL);
}

// ---- calls

void *__wrap_malloc(size_t bytes) {
    return fails(FAULT_MEMORY, ENOMEM) ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes) {
    return fails(FAULT_MEMORY, ENOMEM) ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *old, size_t bytes) {
    return fails(FAULT_MEMORY, ENOMEM) ? NULL : __real_realloc(old, bytes);
}

char *__wrap_strdup(const char *text) {
    return fails(FAULT_MEMORY, ENOMEM) ? NULL : __real_strdup(text);
}

int __wrap_open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    if (fails(FAULT_OPEN, EMFILE))
        return -1;
    if (!(flags & O_CREAT))
        return __real_open(path, flags, mode);
    change("open", path, NULL);
    int descriptor = __real_open(path, flags, mode);
    changed();
    return descriptor;
}

ssize_t __wrap_write(int descriptor, const void *data, size_t bytes) {
    if (fails(FAULT_WRITE, ENOSPC))
        return -1;
    change_opened("write", descriptor);
    if (bytes > 1 && fails(FAULT_SHORT_WRITE, 0))
        bytes /= 2;
    ssize_t written = __real_write(descriptor, data, bytes);
    changed();
    return written;
}

int __wrap_fsync(int descriptor) {
    if (fails(FAULT_SYNC, EIO))
        return -1;
    change_opened("sync", descriptor);
    changed();
    return 0;
}

int __wrap_fdatasync(int descriptor) {
    return __wrap_fsync(descriptor);
}

int __wrap_rename(const char *from, const char *to) {
    if (fails(FAULT_RENAME, EIO))
        return -1;
    change("rename", from, to);
    int result = __real_rename(from, to);
    changed();
    return result;
}

int __wrap_unlink(const char *path) {
    if (fails(FAULT_UNLINK, EIO))
        return -1;
    change("unlink", path, NULL);
    int result = __real_unlink(path);
    changed();
    return result;
}

void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int descriptor, off_t offset) {
    return fails(FAULT_MAP, ENOMEM) ? MAP_FAILED : __real_mmap(at, bytes, protection, flags, descriptor, offset);
}

void *__wrap_mremap(void *old, size_t old_bytes, size_t bytes, int flags, ...) {
    return fails(FAULT_MAP, ENOMEM) ? MAP_FAILED : __real_mremap(old, old_bytes, bytes, flags);
}

DIR *__wrap_opendir(const char *path) {
    return fails(FAULT_LIST, EMFILE) ? NULL : __real_opendir(path);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *context) {
    return fails(FAULT_THREAD, EAGAIN) ? EAGAIN : __real_pthread_create(thread, how, run, context);
}
