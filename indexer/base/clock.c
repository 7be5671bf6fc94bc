// SPDX-License-Identifier: Apache-2.0
// clock.c: see gdx/clock.h.

#include "gdx/clock.h"

#include <time.h>

enum { NS_A_SECOND = 1000000000 };

uint64_t gdx_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_A_SECOND + (uint64_t)now.tv_nsec;
}
