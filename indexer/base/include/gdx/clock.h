// SPDX-License-Identifier: Apache-2.0
// gdx/clock.h: the one clock that deadlines and durations are measured by.
// Relies on the C library. Threads: any.
#ifndef GDX_CLOCK_H
#define GDX_CLOCK_H

#include <stdint.h>

// Nanoseconds of the monotonic clock. Only differences mean anything.
uint64_t gdx_now_ns(void);

#endif
