// SPDX-License-Identifier: Apache-2.0
// patience.h: how long a test waits for what comes soon. Only a broken program needs it, so it is long, and longer
// where programs are slow: it grows with GRAMDEX_TEST_TIME_FACTOR, as the time limit of a test does, and is half of the
// usual one.
#ifndef TEST_PATIENCE_H
#define TEST_PATIENCE_H

#include "gdx/clock.h"

#include <stdbool.h>
#include <stdlib.h>

static inline uint64_t patience_ns(void) {
    const char *given = getenv("GRAMDEX_TEST_TIME_FACTOR");
    uint64_t factor = given ? strtoull(given, NULL, 10) : 1;
    return (factor ? factor : 1) * 60 * UINT64_C(1000000000);
}

// Whether there is patience left of a wait that began then, by gdx_now_ns.
static inline bool patience_since(uint64_t begin_ns) {
    return gdx_now_ns() - begin_ns < patience_ns();
}

#endif
