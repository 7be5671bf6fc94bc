// SPDX-License-Identifier: Apache-2.0
// allocations.h: allocations of our own code that fail on demand, on any thread. A program that uses it is linked with
// ALLOCATION_WRAPS; what libraries allocate stays as it is.
#ifndef TEST_ALLOCATIONS_H
#define TEST_ALLOCATIONS_H

#include <stdbool.h>

// `before` more succeed, the next one fails, and those behind it succeed again.
void allocations_fail_after(long before);
// Nothing fails any more. Has one failed?
bool allocations_end(void);
// Those of the calling thread are neither counted nor fail.
void allocations_spare_this_thread(void);

#endif
