// SPDX-License-Identifier: Apache-2.0
// call_stacks.c: see call_stacks.h. A table of the stacks met, in memory that nobody allocates: who asks may be malloc.

#include "call_stacks.h"

#include "sample.h"

#include <execinfo.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// Of FRAMES three are the wrapper's, and three say what is allocated, for what and for whom. The 2,000 calls of
// fault_failures have 1,700 stacks of all frames, and 500 of these.
enum { WRAPPER = 3, FRAMES = WRAPPER + 3, STACKS = 1 << 14, OTHERS_EVERY = 12 };
enum doing { NOTHING, NOTING, WAITING };

static struct {
    pthread_mutex_t lock;
    enum doing doing;
    struct {
        uint64_t stack;
        const void *from;
        uint32_t calls;
        bool is_taken, is_old;
    } met[STACKS]; // by the stack, open addressing
    struct sample others;
    struct call_case expected;
    uint32_t calls; // of the expected stack
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};

static enum doing doing_now(void) {
    return __atomic_load_n(&known.doing, __ATOMIC_ACQUIRE);
}

static void begin(enum doing doing) {
    pthread_mutex_lock(&known.lock);
    __atomic_store_n(&known.doing, doing, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&known.lock);
}

// Where it is, or would be.
static size_t slot_of(uint64_t stack) {
    size_t slot = stack % STACKS;
    for (size_t tries = 0; known.met[slot].is_taken && known.met[slot].stack != stack; tries++) {
        assert_true(tries < STACKS); // else it is too small
        slot = (slot + 1) % STACKS;
    }
    return slot;
}

static void note(uint64_t stack, const void *from) {
    size_t slot = slot_of(stack);
    known.met[slot].stack = stack;
    known.met[slot].from = from;
    known.met[slot].is_taken = true;
    known.met[slot].calls++;
}

void call_stacks_note(void) {
    if (!known.others.every)
        known.others = sample_of("calls from stacks that were met before", OTHERS_EVERY);
    for (size_t slot = 0; slot < STACKS; slot++) {
        known.met[slot].is_old = known.met[slot].is_taken;
        known.met[slot].calls = 0;
    }
    begin(NOTING);
}

void call_stacks_expect(const struct call_case *expected) {
    known.expected = *expected;
    known.calls = 0;
    begin(WAITING);
}

void call_stacks_end(void) {
    begin(NOTHING);
}

size_t call_stacks_calls(void) {
    size_t calls = 0;
    for (size_t slot = 0; slot < STACKS; slot++)
        calls += known.met[slot].calls;
    return calls;
}

// The first case of a stack, 0 where there is none.
static uint32_t first_case(size_t slot) {
    uint32_t calls = known.met[slot].calls;
    if (!calls || sample_is_whole() || !known.met[slot].is_old)
        return calls > 0;
    return sample_takes(&known.others) ? 1 + random_below(&known.others.random, calls) : 0;
}

bool call_stacks_next(struct call_case *at) {
    size_t slot = at->nth ? slot_of(at->stack) : 0;
    if (at->nth && at->nth < known.met[slot].calls && (sample_is_whole() || !known.met[slot].is_old)) {
        at->nth = sample_is_whole() ? at->nth + 1 : known.met[slot].calls;
        return true;
    }
    for (slot += at->nth > 0; slot < STACKS; slot++) {
        *at = (struct call_case){known.met[slot].stack, first_case(slot), known.met[slot].from};
        if (at->nth)
            return true;
    }
    return false;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// The end of this thread's stack.
static uintptr_t stack_end(void) {
    static _Thread_local uintptr_t end;
    pthread_attr_t about;
    void *from;
    size_t bytes;
    if (!end && pthread_getattr_np(pthread_self(), &about) == 0) {
        if (pthread_attr_getstack(&about, &from, &bytes) == 0)
            end = (uintptr_t)from + bytes;
        pthread_attr_destroy(&about);
    }
    return end;
}

// Builds with a sanitizer keep frame pointers: no tables need be read, and no frame of an interceptor is met. What a
// library without them leaves in the register is no place further up this stack, and ends the walk.
__attribute__((noinline, no_sanitize("address", "thread", "undefined"))) static int walk(void **frames) {
    uintptr_t end = stack_end();
    void **frame = __builtin_frame_address(0);
    int count = 0;
    while (count < FRAMES && (uintptr_t)(frame + 2) <= end && frame[1]) {
        frames[count++] = frame[1];
        void **next = *frame;
        if (next <= frame || (uintptr_t)next % sizeof(void *) != 0)
            break;
        frame = next;
    }
    return count;
}

#else

static int walk(void **frames) {
    return backtrace(frames, FRAMES);
}

#endif

bool call_stacks_is_expected(void) {
    if (doing_now() == NOTHING)
        return false;
    void *frames[FRAMES];
    uint64_t stack = 14695981039346656037u; // FNV-1a: a program that runs stays where it was loaded
    int count = walk(frames);
    for (int i = 0; i < count; i++)
        stack = (stack ^ (uintptr_t)frames[i]) * 1099511628211u;
    pthread_mutex_lock(&known.lock);
    bool is_expected = false;
    if (known.doing == NOTING)
        note(stack, count > WRAPPER ? frames[WRAPPER] : NULL);
    else if (known.doing == WAITING && stack == known.expected.stack)
        is_expected = ++known.calls == known.expected.nth;
    if (is_expected)
        __atomic_store_n(&known.doing, NOTHING, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&known.lock);
    return is_expected;
}
