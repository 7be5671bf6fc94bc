// SPDX-License-Identifier: Apache-2.0
// gdx/stop.h: when work that runs long must stop: a deadline and a flag, with one check for both.
// Relies on gdx/error.h. Threads: the struct is immutable while work runs; the flag may be set by any thread.
// A zeroed gdx_stop never stops. Where a function takes `const gdx_stop *`, NULL never stops either.
#ifndef GDX_STOP_H
#define GDX_STOP_H

#include "gdx/error.h"

#include <stdbool.h>
#ifdef __cplusplus
#include <atomic>
typedef std::atomic<bool> gdx_flag;
extern "C" {
#else
#include <stdatomic.h>
typedef atomic_bool gdx_flag; // of C++ the same bytes
#endif

typedef struct gdx_stop {
    uint64_t deadline_ns;      // of gdx_now_ns; 0: none
    const gdx_flag *cancelled; // NULL: never
} gdx_stop;

// GDX_OK to go on, GDX_CANCELLED or GDX_DEADLINE; the deadline wins when both hold, because a server sets the flag
// when the deadline passes. Costs a look at the clock: call it about once a millisecond of work.
gdx_status gdx_stop_check(const gdx_stop *stop, gdx_error *err) GDX_MUST_CHECK;

#ifdef __cplusplus
}
#endif

#endif
