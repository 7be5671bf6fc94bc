// SPDX-License-Identifier: Apache-2.0
// each_allocation.c: fails the allocations of a job in turn.

#include "each_allocation.h"

#include "allocations.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

void fail_each_allocation(allocations_job run, void (*after)(gdx_status status), long at_least) {
    long point = 0;
    for (bool met = true; met; point++) {
        allocations_fail_after(point, ALL_THREADS);
        gdx_status status = run();
        met = allocations_end();
        if (after)
            after(status);
        if (met && status != GDX_NO_MEMORY && status != GDX_OK)
            fail_msg("allocation %ld failed, the job says %s", point, gdx_status_name(status));
        if (!met)
            assert_int_equal(status, GDX_OK);
    }
    print_message("%ld allocations\n", point - 1);
    assert_true(point > at_least);
}
