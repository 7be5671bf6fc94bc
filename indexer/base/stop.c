// SPDX-License-Identifier: Apache-2.0
// stop.c: see gdx/stop.h.

#include "gdx/stop.h"

#include "gdx/clock.h"

gdx_status gdx_stop_check(const gdx_stop *stop, gdx_error *err) {
    if (!stop)
        return GDX_OK;
    if (stop->deadline_ns && gdx_now_ns() >= stop->deadline_ns)
        return gdx_fail(err, GDX_DEADLINE, "the deadline has passed");
    if (stop->cancelled && atomic_load_explicit(stop->cancelled, memory_order_relaxed))
        return gdx_fail(err, GDX_CANCELLED, "the work was cancelled");
    return GDX_OK;
}
