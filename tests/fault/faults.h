// SPDX-License-Identifier: Apache-2.0
// faults.h: calls to the system and to the allocator that fail, or before which a test looks at the files, when it has
// planned it. A program that uses it is linked with FAULT_WRAPS of CMakeLists.txt, which send the calls of our own code
// here; those of libraries stay as they are. Calls are counted from the plan on, over all threads. A file is not really
// made durable, which would only take time.
#ifndef TEST_FAULTS_H
#define TEST_FAULTS_H

#include "../support/call_stacks.h"

#include <stdbool.h>
#include <stddef.h>

enum fault {
    FAULT_OPEN,
    FAULT_WRITE,
    FAULT_SHORT_WRITE, // half of the bytes are written: no failure at all
    FAULT_SYNC,
    FAULT_RENAME,
    FAULT_UNLINK,
    FAULT_MAP,
    FAULT_LIST,
    FAULT_MEMORY,
    FAULT_THREAD,
    FAULT_KINDS
};
const char *fault_name(enum fault fault);

// The nth call from now on fails, from 1; with `for_good` all after it too.
void faults_plan(enum fault fault, size_t nth, bool for_good);
// All calls of this kind are noted, and none fails: for the cases of call_stacks.h, of which faults_plan_case takes
// one.
void faults_note(enum fault fault);
void faults_plan_case(enum fault fault, const struct call_case *which, bool for_good);
// `look` is called before each call that changes a directory or a file (open to write, write, sync, rename, unlink), on
// the thread that makes it; no other thread is in such a call meanwhile. What `look` itself calls is left alone.
void faults_plan_look(void (*look)(void *context), void *context);
// No more faults. How many calls failed.
size_t faults_end(void);

// Keeps what changes files, in order: "open NAME", "write NAME", "sync NAME", "rename NAME TO", "unlink NAME", names
// without their directories. faults_log_end hands the list over; the caller frees.
void faults_log_begin(void);
char *faults_log_end(void);

#endif
