// SPDX-License-Identifier: Apache-2.0
// allocations.c: see allocations.h. The linker's --wrap makes a call of f one of __wrap_f.

#include "allocations.h"

#include <stdatomic.h>
#include <stddef.h>

static atomic_long left = -1;                  // until the one that fails; negative: none does
static _Atomic(allocations_question) question; // instead of a count
static atomic_bool has_failed;
static atomic_int whose_count;
static _Thread_local bool is_planner; // this thread has planned the failure
static _Thread_local bool is_spared;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t bytes);

static void plan(enum allocations_of whose) {
    is_planner = true;
    atomic_store(&whose_count, whose);
    atomic_store(&has_failed, false);
}

void allocations_fail_after(long before, enum allocations_of whose) {
    plan(whose);
    atomic_store(&left, before);
}

void allocations_fail_where(allocations_question fails, enum allocations_of whose) {
    plan(whose);
    atomic_store(&question, fails);
}

void allocations_spare_this_thread(void) {
    is_spared = true;
}

bool allocations_end(void) {
    atomic_store(&left, -1);
    atomic_store(&question, NULL);
    return atomic_load(&has_failed);
}

static bool is_counted_down(void) {
    return atomic_load(&left) >= 0 && atomic_fetch_sub(&left, 1) == 0;
}

// A frame of its own on the stack, which call_stacks.c leaves out.
__attribute__((noinline)) static bool fails_now(void) {
    int whose = atomic_load(&whose_count);
    bool counts = !is_spared && (whose == ALL_THREADS || is_planner == (whose == THIS_THREAD));
    allocations_question fails = atomic_load(&question);
    bool is_it = counts && (fails ? fails() : is_counted_down());
    if (!is_it)
        return false;
    atomic_store(&has_failed, true);
    return true;
}

void *__wrap_malloc(size_t bytes) {
    return fails_now() ? NULL : __real_malloc(bytes);
}
void *__wrap_calloc(size_t count, size_t bytes) {
    return fails_now() ? NULL : __real_calloc(count, bytes);
}
void *__wrap_realloc(void *old, size_t bytes) {
    return fails_now() ? NULL : __real_realloc(old, bytes);
}
char *__wrap_strdup(const char *text) {
    return fails_now() ? NULL : __real_strdup(text);
}
char *__wrap_strndup(const char *text, size_t bytes) {
    return fails_now() ? NULL : __real_strndup(text, bytes);
}
