// SPDX-License-Identifier: Apache-2.0
// gdx/processor.h: how many processors this process may use; which variant of a function they run, chosen once for the
// whole program. Relies on the C library. Threads: any; the choice changes only when a test limits it.
//
// A function with variants is written once as an always-inline body and compiled again under GDX_TARGET_V2 or
// GDX_TARGET_V3, or has a body for each. Callers choose by gdx_processor_level(); tests run each level up to
// gdx_processor_best() and hold all of them equal to the plain one. A level that this processor's family does not have
// runs what is below it.
#ifndef GDX_PROCESSOR_H
#define GDX_PROCESSOR_H

#include <stdatomic.h>

typedef enum gdx_processor {
    GDX_PROCESSOR_PLAIN, // what every processor runs
    GDX_PROCESSOR_NEON,  // 64-bit ARM: all of them have it
    GDX_PROCESSOR_V2,    // x86-64-v2: SSE4.1, SSSE3, POPCNT
    GDX_PROCESSOR_V3,    // x86-64-v3: AVX2, BMI, BMI2, LZCNT
    GDX_PROCESSORS
} gdx_processor;

// Mark the variant of a function for processors of level GDX_PROCESSOR_V2 and GDX_PROCESSOR_V3.
#if defined(__x86_64__)
#define GDX_TARGET_V2 __attribute__((target("sse4.1,ssse3,popcnt")))
#define GDX_TARGET_V3 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#else
#define GDX_TARGET_V2
#define GDX_TARGET_V3
#endif

// The highest level that this processor has.
gdx_processor gdx_processor_best(void);
// For messages of tests and benchmarks: "plain", "x86-64-v3", and so on.
const char *gdx_processor_name(gdx_processor level);
// For tests, while nothing else runs: levels above `level` are not chosen from now on. GDX_PROCESSORS: no limit.
void gdx_processor_limit(gdx_processor level);

extern atomic_int gdx_processor_known;  // processor.c's own: a level, or -1 before anyone has asked
gdx_processor gdx_processor_find(void); // processor.c's own: fills it

// How many threads can run at the same time: the processors of this process's affinity, or fewer by the quota of its
// control groups. At least 1. Blocking: reads some small files.
unsigned gdx_processor_count(void);

// The level to use. Costs one load once it is known.
static inline gdx_processor gdx_processor_level(void) {
    int known = atomic_load_explicit(&gdx_processor_known, memory_order_relaxed);
    return known >= 0 ? (gdx_processor)known : gdx_processor_find();
}

#endif
