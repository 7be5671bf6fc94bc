// SPDX-License-Identifier: Apache-2.0
// processor.c: see gdx/processor.h. If two threads ask first at the same time, both find the same answer.

#include "gdx/processor.h"

#include "cgroup.h"

#include <assert.h>
#include <sched.h>
#include <stdbool.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

atomic_int gdx_processor_known = -1;

static const char *const names[] = {[GDX_PROCESSOR_PLAIN] = "plain",
                                    [GDX_PROCESSOR_NEON] = "neon",
                                    [GDX_PROCESSOR_V2] = "x86-64-v2",
                                    [GDX_PROCESSOR_V3] = "x86-64-v3"};
_Static_assert(sizeof names / sizeof *names == GDX_PROCESSORS, "each level has a name");

#if defined(__x86_64__)
static bool is_v2(void) {
    return __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("popcnt");
}

static bool is_v3(void) {
    const unsigned extended_features = 0x80000001;
    unsigned eax, ebx, ecx = 0, edx;
    bool has_lzcnt = __get_cpuid(extended_features, &eax, &ebx, &ecx, &edx) && (ecx & bit_LZCNT);
    return has_lzcnt && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}

static gdx_processor find_best(void) {
    __builtin_cpu_init();
    return !is_v2() ? GDX_PROCESSOR_PLAIN : is_v3() ? GDX_PROCESSOR_V3 : GDX_PROCESSOR_V2;
}
#elif defined(__aarch64__) && defined(__ARM_NEON)
static gdx_processor find_best(void) {
    return GDX_PROCESSOR_NEON;
}
#else
static gdx_processor find_best(void) {
    return GDX_PROCESSOR_PLAIN;
}
#endif

gdx_processor gdx_processor_best(void) {
    static atomic_int best = -1; // kept, because the question is slow on virtual processors
    if (atomic_load_explicit(&best, memory_order_relaxed) < 0)
        atomic_store_explicit(&best, (int)find_best(), memory_order_relaxed);
    return (gdx_processor)atomic_load_explicit(&best, memory_order_relaxed);
}

const char *gdx_processor_name(gdx_processor level) {
    assert((unsigned)level < GDX_PROCESSORS);
    return names[level];
}

gdx_processor gdx_processor_find(void) {
    gdx_processor best = gdx_processor_best();
    atomic_store_explicit(&gdx_processor_known, (int)best, memory_order_relaxed);
    return best;
}

void gdx_processor_limit(gdx_processor level) {
    gdx_processor best = gdx_processor_best();
    atomic_store_explicit(&gdx_processor_known, (int)(level < best ? level : best), memory_order_relaxed);
}

// A set of more than 1,024 processors does not fit; then all that are there count.
unsigned processor_count_below(const char *root) {
    cpu_set_t set;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned count = online > 0 ? (unsigned)online : 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        count = (unsigned)CPU_COUNT(&set);
    unsigned quota = cgroup_limits_below(root).processors;
    return quota && quota < count ? quota : count;
}

unsigned gdx_processor_count(void) {
    return processor_count_below("");
}
