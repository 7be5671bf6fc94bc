// SPDX-License-Identifier: Apache-2.0
// allocations.h: allocations of our own code that fail on demand. A program that uses it is linked with
// ALLOCATION_WRAPS; what libraries allocate stays as it is.
#ifndef TEST_ALLOCATIONS_H
#define TEST_ALLOCATIONS_H

#include <stdbool.h>

// Whose allocations are counted and may fail.
enum allocations_of { ALL_THREADS, THIS_THREAD, OTHER_THREADS };

// `before` more succeed, the next one fails, and the ones after it succeed again.
void allocations_fail_after(long before, enum allocations_of whose);
// Each asks `fails` whether it does: for call_stacks.h, which notes them or waits for one of them.
typedef bool (*allocations_question)(void);
void allocations_fail_where(allocations_question fails, enum allocations_of whose);
// This thread's are never counted and never fail: of a part of the test, not of what is tested.
void allocations_spare_this_thread(void);
// Nothing fails any more. Has one failed?
bool allocations_end(void);

#endif
