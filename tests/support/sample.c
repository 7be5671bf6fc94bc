// SPDX-License-Identifier: Apache-2.0
// sample.c: see sample.h.

#include "sample.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { ROUNDS_APART = 1000 }; // of seeds

// One for the program, so that GDX_SEED repeats all its samples.
static uint64_t program_seed(void) {
    static uint64_t seed;
    const char *given = getenv("GDX_SEED");
    struct timespec now;
    if (given)
        seed = strtoull(given, NULL, 0);
    else if (!seed && clock_gettime(CLOCK_REALTIME, &now) == 0)
        seed = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    return seed;
}

bool sample_is_whole(void) {
    const char *all = getenv("GRAMDEX_TEST_ALL");
    return all && strcmp(all, "1") == 0;
}

struct sample sample_of(const char *cases, uint32_t every) {
    static uint64_t samples; // each starts from another number
    uint64_t seed = program_seed();
    struct sample sample = {.random = {seed}, .every = sample_is_whole() || every == 1 ? 1 : every * SAMPLE_DIVISOR};
    sample.random.state += random_next(&(random_state){samples++});
    if (sample.every > 1)
        print_message("           1 of %" PRIu32 " %s: GDX_SEED=%" PRIu64
                      " repeats them, GRAMDEX_TEST_ALL=1 takes all\n",
                      sample.every, cases, seed);
    return sample;
}

bool sample_takes(struct sample *sample) {
    if (sample->place == 0)
        sample->chosen = random_below(&sample->random, sample->every);
    bool takes = sample->place == sample->chosen;
    sample->place = (sample->place + 1) % sample->every;
    return takes;
}

struct sample_rounds sample_rounds_of(uint64_t seed, uint64_t all, uint64_t usual) {
    const char *given_seed = getenv("GDX_SEED"), *given_count = getenv("GDX_ROUNDS");
    struct sample_rounds rounds = {seed, all, 0, usual > SAMPLE_DIVISOR ? usual / SAMPLE_DIVISOR : 1};
    if (given_seed)
        rounds.seed = strtoull(given_seed, NULL, 10);
    else if (!given_count)
        rounds.first = random_below(&(random_state){program_seed()}, (uint32_t)all);
    if (sample_is_whole())
        rounds.first = 0, rounds.count = all;
    if (given_count)
        rounds.count = strtoull(given_count, NULL, 10);
    if (given_seed || given_count)
        rounds.all = rounds.count;
    print_message("           rounds from GDX_SEED=%" PRIu64 " on, %" PRIu64 " of %" PRIu64
                  "; GRAMDEX_TEST_ALL=1 takes all\n",
                  sample_round_seed(&rounds, 0), rounds.count, rounds.all);
    return rounds;
}

uint64_t sample_round_seed(const struct sample_rounds *rounds, uint64_t nth) {
    return rounds->seed + (rounds->first + nth) % rounds->all * ROUNDS_APART;
}
