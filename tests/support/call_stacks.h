// SPDX-License-Identifier: Apache-2.0
// call_stacks.h: from where calls come, for a test that fails them in turn. One whole run notes each call; the cases to
// fail are then the first and the last call from each stack of few frames, for what a loop does a hundred times in
// between it does alike. A stack that an earlier run had, too, is failed in a sample, by sample.h. GRAMDEX_TEST_ALL=1:
// each call. Any thread may note or ask; one thread does the rest.
#ifndef TEST_CALL_STACKS_H
#define TEST_CALL_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The nth call, from 1, with this stack. A number among all calls would be another one as soon as threads take turns
// otherwise.
struct call_case {
    uint64_t stack;
    uint32_t nth;
    const void *from; // who calls, for addr2line
};

// Calls are noted from now on, until call_stacks_end; those of the last such run are forgotten, but not their stacks.
void call_stacks_note(void);
// Nothing is noted or waited for any more.
void call_stacks_end(void);
// How many calls the last run had.
size_t call_stacks_calls(void);
// From one case to the next, from {0} to the first; false: it was the last.
bool call_stacks_next(struct call_case *at);

// From now on the call of this case is waited for, once.
void call_stacks_expect(const struct call_case *expected);

// What a call that may fail asks first. Notes it; or says whether it is the one that is waited for.
bool call_stacks_is_expected(void);

#endif
