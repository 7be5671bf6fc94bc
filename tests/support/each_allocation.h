// SPDX-License-Identifier: Apache-2.0
// each_allocation.h: a job whose allocations fail one after the other. Relies on allocations.h, gdx/base.h.
#ifndef TEST_EACH_ALLOCATION_H
#define TEST_EACH_ALLOCATION_H

#include "gdx/base.h"

typedef gdx_status (*allocations_job)(void); // GDX_OK or what failed

// Runs the job with its first, second, ... allocation failing until it gets through without meeting the failure. A job
// may also get through in spite of it, by another way to the same result. `after` sees each run's status; NULL: nobody.
// Fails the test unless there are more than `at_least` allocations.
void fail_each_allocation(allocations_job run, void (*after)(gdx_status status), long at_least);

#endif
