// SPDX-License-Identifier: Apache-2.0
// random.h: pseudo-random numbers, the same for the same seed (splitmix64).
#ifndef TEST_RANDOM_H
#define TEST_RANDOM_H

#include <stdint.h>

typedef struct random_state {
    uint64_t state;
} random_state;

static inline uint64_t random_next(random_state *random) {
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

// 0 to below - 1.
static inline uint32_t random_below(random_state *random, uint32_t below) {
    return (uint32_t)(random_next(random) % below);
}

#endif
