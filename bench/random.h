// SPDX-License-Identifier: Apache-2.0
// random.h: a small generator of random numbers, the same for the same seed everywhere.
// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
#ifndef GDX_BENCH_RANDOM_H
#define GDX_BENCH_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; // the seed, at first
};

static inline uint64_t random_next(struct random *random) {
    uint64_t value = random->state += 0x9e3779b97f4a7c15u;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

static inline uint32_t random_below(struct random *random, uint32_t limit) { // 0 for 0
    return (uint32_t)((random_next(random) >> 32) * limit >> 32);
}

#endif
