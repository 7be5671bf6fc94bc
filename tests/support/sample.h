// SPDX-License-Identifier: Apache-2.0
// sample.h: which cases of a long list one run takes: of so many in a row one, at random, so that every stretch of the
// list is tried in each run and every case in some. The choice and its seed are printed; GDX_SEED repeats it,
// GRAMDEX_TEST_ALL=1 takes all cases. One thread.
#ifndef TEST_SAMPLE_H
#define TEST_SAMPLE_H

#include "../property/random.h"
#include "sanitizer.h"

#include <stdbool.h>

// The thread sanitizer looks for races, which answers and errors do not change, and takes three times as long: it gets
// a quarter of the cases.
enum { SAMPLE_DIVISOR = WATCHES_THREADS ? 4 : 1 };

// Whether GRAMDEX_TEST_ALL=1 asks for all cases.
bool sample_is_whole(void);

// A test has several, one after the other, each for a list that may be of unknown length.
struct sample {
    random_state random;
    uint32_t every;  // one of so many cases; 1: all
    uint32_t place;  // of the next case among its `every`
    uint32_t chosen; // the place to take
};

// Prints what part of `cases`, a plural, is taken.
struct sample sample_of(const char *cases, uint32_t every);

// Called once for each case, in order.
bool sample_takes(struct sample *sample);

// The rounds of a test with random input. Each has a seed; they are 1000 apart.
struct sample_rounds {
    uint64_t seed; // of the first of all rounds
    uint64_t all;
    uint64_t first; // to play, from 0
    uint64_t count; // to play
};

// `usual` of `all` rounds, from another one at each run, and prints it. GRAMDEX_TEST_ALL=1 takes all; GDX_SEED is the
// seed of the first, GDX_ROUNDS the number.
struct sample_rounds sample_rounds_of(uint64_t seed, uint64_t all, uint64_t usual);

// The seed of the nth round to play, from 0.
uint64_t sample_round_seed(const struct sample_rounds *rounds, uint64_t nth);

#endif
