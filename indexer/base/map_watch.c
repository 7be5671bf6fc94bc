// SPDX-License-Identifier: Apache-2.0
// map_watch.c: what becomes of a mapped file that loses its pages: the system says so by SIGBUS.
// The handler notes where, lays zeros over the rest of that map and returns, so that the instruction goes on: there is
// no jump, and no lock or memory of the thread is lost. Whoever reads sees the note before an answer leaves.
//
// The handler may run at any instruction, so it takes no lock and allocates nothing. It walks a list of blocks that are
// never freed. A row changes under an odd version; the row of the map that a thread reads from does not change
// meanwhile, so one that does is not the row looked for.

#include "map_watch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct gdx_map_watch { // shared and changing: `rows_lock` guards the change of hands
    atomic_uint version;
    _Atomic uintptr_t begin; // 0: free
    _Atomic uintptr_t end;
    _Atomic uint64_t fault;          // 1 + offset of the first byte that was missed; 0: none
    struct gdx_map_watch *next_free; // under the lock
};

enum { BLOCK_ROWS = 256 };

struct block {
    struct gdx_map_watch rows[BLOCK_ROWS];
    struct block *_Atomic next;
};

static struct block first_block;
static struct block *last_block = &first_block; // under the lock, like the two after it
static unsigned last_used;                      // rows of it that were ever taken
static struct gdx_map_watch *free_rows;
static pthread_mutex_t rows_lock = PTHREAD_MUTEX_INITIALIZER;

static struct sigaction others[2]; // whose SIGBUS it was before: one is in use, the other is written
static atomic_uint other;
static uintptr_t page_bytes;

// ---- the handler

static bool covers(const struct gdx_map_watch *row, uintptr_t address, uintptr_t *out_begin, uintptr_t *out_end) {
    unsigned version = atomic_load(&row->version);
    *out_begin = atomic_load(&row->begin);
    *out_end = atomic_load(&row->end);
    // The last page of a map reaches past the end of its file.
    *out_end = (*out_end + page_bytes - 1) & ~(page_bytes - 1);
    return version % 2 == 0 && *out_begin && address >= *out_begin && address < *out_end &&
           atomic_load(&row->version) == version;
}

static struct gdx_map_watch *find(uintptr_t address, uintptr_t *out_begin, uintptr_t *out_end) {
    for (struct block *block = &first_block; block; block = atomic_load(&block->next))
        for (unsigned i = 0; i < BLOCK_ROWS; i++)
            if (covers(&block->rows[i], address, out_begin, out_end))
                return &block->rows[i];
    return NULL;
}

// The rest of the map at once: page by page, a file that is gone would take more maps than a process may have. The
// system call itself, because a sanitizer's own mmap may take locks.
static bool replace_with_zeros(uintptr_t address) {
    uintptr_t begin, end;
    struct gdx_map_watch *row = find(address, &begin, &end);
    if (!row)
        return false;
    map_watch_set_fault(row, address - begin); // before a thread can read one of the zeros
    uintptr_t page = address & ~(page_bytes - 1);
    return syscall(SYS_mmap, page, end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == (long)page;
}

static void pass_on(int number, siginfo_t *info, void *context) {
    const struct sigaction *previous = &others[atomic_load(&other)];
    if (previous->sa_flags & SA_SIGINFO) {
        previous->sa_sigaction(number, info, context);
    } else if (previous->sa_handler != SIG_DFL && previous->sa_handler != SIG_IGN) {
        previous->sa_handler(number);
    } else if (previous->sa_handler != SIG_IGN || info->si_code > 0) {
        // What it would have been: the fault comes again, which nobody can ignore; a signal that was sent must be sent
        // again.
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigaction(number, &standard, NULL);
        if (info->si_code <= 0)
            raise(number);
    }
}

static void on_bus_error(int number, siginfo_t *info, void *context) {
    int saved = errno;
    if (info->si_code <= 0 || !replace_with_zeros((uintptr_t)info->si_addr))
        pass_on(number, info, context);
    errno = saved;
}

// With each map, since other code of the process may have taken the signal meanwhile. Under the lock.
static void install(void) {
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = (int)(SA_SIGINFO | SA_RESTART)}, now;
    if (sigaction(SIGBUS, NULL, &now) != 0 || (now.sa_flags & SA_SIGINFO && now.sa_sigaction == on_bus_error))
        return;
    page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    unsigned next = 1 - atomic_load(&other);
    others[next] = now;
    atomic_store(&other, next);
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}

// ---- rows

static struct gdx_map_watch *take_row(void) {
    struct gdx_map_watch *row = free_rows;
    if (row) {
        free_rows = row->next_free;
        return row;
    }
    if (last_used == BLOCK_ROWS) {
        struct block *block = calloc(1, sizeof *block);
        if (!block)
            return NULL;
        atomic_store(&last_block->next, block);
        last_block = block;
        last_used = 0;
    }
    return &last_block->rows[last_used++];
}

static void set_row(struct gdx_map_watch *row, uintptr_t begin, uintptr_t end) {
    atomic_fetch_add(&row->version, 1);
    atomic_store(&row->begin, begin);
    atomic_store(&row->end, end);
    atomic_store(&row->fault, 0);
    atomic_fetch_add(&row->version, 1);
}

struct gdx_map_watch *map_watch_begin(const void *data, size_t bytes) {
    pthread_mutex_lock(&rows_lock);
    install();
    struct gdx_map_watch *row = take_row();
    if (row)
        set_row(row, (uintptr_t)data, (uintptr_t)data + bytes);
    pthread_mutex_unlock(&rows_lock);
    return row;
}

void map_watch_end(struct gdx_map_watch *watch) {
    pthread_mutex_lock(&rows_lock);
    set_row(watch, 0, 0);
    watch->next_free = free_rows;
    free_rows = watch;
    pthread_mutex_unlock(&rows_lock);
}

bool map_watch_has_fault(const struct gdx_map_watch *watch, uint64_t *out_byte) {
    uint64_t fault = atomic_load_explicit(&watch->fault, memory_order_acquire);
    if (fault && out_byte)
        *out_byte = fault - 1;
    return fault != 0;
}

void map_watch_set_fault(struct gdx_map_watch *watch, uint64_t byte) {
    uint64_t none = 0;
    atomic_compare_exchange_strong(&watch->fault, &none, byte + 1);
}
