// SPDX-License-Identifier: Apache-2.0
// intersect.c: two ascending arrays walked side by side. Relies on gdx/processor.h.
// The plain walk compares one value with one, without a branch that depends on them. The others compare several values
// of the list with as many of the other array at once, each with each: every step is done with those of the list that
// are not behind the other's, and with all of the other's. Tests hold all variants equal to the plain one.

#include "intersect.h"

#include "gdx/processor.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define INLINE static inline __attribute__((always_inline))

enum {
    LANES_MAX = 8,
    CHUNK = 128 // of the other array: what a step finds is kept apart until the list's values have been read
};

static size_t walk_plain(uint32_t *list, size_t count, size_t *at, size_t kept, const uint32_t *other,
                         size_t other_count, uint32_t offset) {
    size_t i = *at;
    for (size_t j = 0; i < count && j < other_count;) {
        uint32_t value = list[i], wanted = value + offset, found = other[j];
        list[kept] = value;
        kept += wanted == found;
        i += wanted <= found;
        j += found <= wanted;
    }
    *at = i;
    return kept;
}

// Compares the lanes at `values`, moved by `offset`, with those at `others`. Appends to `out`, which has room for all
// lanes, the values that are found, and returns how many; *out_passed: the values that are not above `last`.
typedef unsigned (*step)(const uint32_t *values, const uint32_t *others, uint32_t last, uint32_t offset, uint32_t *out,
                         unsigned *out_passed);

// At most CHUNK of the other array, at least as many as there are lanes. `out` has room for CHUNK and the lanes.
__attribute__((unused)) INLINE size_t walk_lanes(const uint32_t *list, size_t count, size_t *at, const uint32_t *other,
                                                 size_t other_count, uint32_t offset, uint32_t *out, size_t lanes,
                                                 step take) {
    uint32_t rest[2 * LANES_MAX]; // of the list, when it has fewer values than lanes: then such as are not found
    const uint32_t *values = list + *at;
    size_t left = count - *at, found = 0, j = 0;
    bool is_rest = false;
    while (left) {
        if (left < lanes && !is_rest) {
            for (size_t i = 0; i < 2 * lanes; i++)
                rest[i] = i < left ? values[i] : UINT32_MAX - offset;
            values = rest;
            is_rest = true;
        }
        uint32_t wanted = values[0] + offset;
        while (j + lanes < other_count && other[j + lanes - 1] < wanted)
            j += lanes;
        // Near the end some of the other array are compared again: they are not found again.
        const uint32_t *others = j + lanes <= other_count ? other + j : other + other_count - lanes;
        unsigned passed;
        found += take(values, others, others[lanes - 1], offset, out + found, &passed);
        values += passed;
        left -= passed;
        j += passed < lanes ? lanes : 0; // else there may be more that are not behind these
        if (j >= other_count)
            break;
    }
    *at = count - left;
    return found;
}

#if defined(__x86_64__) || (defined(__aarch64__) && defined(__ARM_NEON))
// Of four lanes those of the mask; of so few a shuffle would cost more than this.
INLINE unsigned keep_four(const uint32_t *values, unsigned mask, uint32_t *out) {
    unsigned kept = 0;
    for (unsigned lane = 0; lane < 4; lane++) {
        out[kept] = values[lane];
        kept += mask >> lane & 1;
    }
    return kept;
}
#endif

#if defined(__x86_64__)

GDX_TARGET_V3 static inline unsigned step_v3(const uint32_t *values, const uint32_t *others, uint32_t last,
                                             uint32_t offset, uint32_t *out, unsigned *out_passed) {
    __m256i kept = _mm256_loadu_si256((const void *)values);
    __m256i wanted = _mm256_add_epi32(kept, _mm256_set1_epi32((int)offset));
    __m256i other = _mm256_loadu_si256((const void *)others);
    // Two turns within halves and one of the halves are quicker than seven across both.
    __m256i swapped = _mm256_permute2x128_si256(other, other, 1);
    __m256i hits = _mm256_or_si256(_mm256_cmpeq_epi32(wanted, other), _mm256_cmpeq_epi32(wanted, swapped));
    hits = _mm256_or_si256(hits, _mm256_cmpeq_epi32(wanted, _mm256_shuffle_epi32(other, 0x39)));
    hits = _mm256_or_si256(hits, _mm256_cmpeq_epi32(wanted, _mm256_shuffle_epi32(other, 0x4e)));
    hits = _mm256_or_si256(hits, _mm256_cmpeq_epi32(wanted, _mm256_shuffle_epi32(other, 0x93)));
    hits = _mm256_or_si256(hits, _mm256_cmpeq_epi32(wanted, _mm256_shuffle_epi32(swapped, 0x39)));
    hits = _mm256_or_si256(hits, _mm256_cmpeq_epi32(wanted, _mm256_shuffle_epi32(swapped, 0x4e)));
    hits = _mm256_or_si256(hits, _mm256_cmpeq_epi32(wanted, _mm256_shuffle_epi32(swapped, 0x93)));
    __m256i limit = _mm256_set1_epi32((int)last);
    __m256i passed = _mm256_cmpeq_epi32(_mm256_max_epu32(wanted, limit), limit);
    *out_passed = (unsigned)_mm_popcnt_u32((unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(passed)));
    unsigned mask = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(hits));
    // The lanes that are found, moved to the front: their numbers are picked out of a row of all.
    uint64_t bytes = _pdep_u64(mask, 0x0101010101010101) * 0xff;
    __m128i order = _mm_cvtsi64_si128((long long)_pext_u64(0x0706050403020100, bytes));
    _mm256_storeu_si256((void *)out, _mm256_permutevar8x32_epi32(kept, _mm256_cvtepu8_epi32(order)));
    return (unsigned)_mm_popcnt_u32(mask);
}

GDX_TARGET_V3 static size_t walk_v3(const uint32_t *list, size_t count, size_t *at, const uint32_t *other,
                                    size_t other_count, uint32_t offset, uint32_t *out) {
    return walk_lanes(list, count, at, other, other_count, offset, out, 8, step_v3);
}

GDX_TARGET_V2 static inline unsigned step_v2(const uint32_t *values, const uint32_t *others, uint32_t last,
                                             uint32_t offset, uint32_t *out, unsigned *out_passed) {
    __m128i wanted = _mm_add_epi32(_mm_loadu_si128((const void *)values), _mm_set1_epi32((int)offset));
    __m128i other = _mm_loadu_si128((const void *)others);
    __m128i hits = _mm_or_si128(_mm_cmpeq_epi32(wanted, other), //
                                _mm_cmpeq_epi32(wanted, _mm_shuffle_epi32(other, 0x39)));
    hits = _mm_or_si128(hits, _mm_cmpeq_epi32(wanted, _mm_shuffle_epi32(other, 0x4e)));
    hits = _mm_or_si128(hits, _mm_cmpeq_epi32(wanted, _mm_shuffle_epi32(other, 0x93)));
    __m128i limit = _mm_set1_epi32((int)last);
    __m128i passed = _mm_cmpeq_epi32(_mm_max_epu32(wanted, limit), limit);
    *out_passed = (unsigned)_mm_popcnt_u32((unsigned)_mm_movemask_ps(_mm_castsi128_ps(passed)));
    unsigned mask = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(hits));
    return keep_four(values, mask, out);
}

GDX_TARGET_V2 static size_t walk_v2(const uint32_t *list, size_t count, size_t *at, const uint32_t *other,
                                    size_t other_count, uint32_t offset, uint32_t *out) {
    return walk_lanes(list, count, at, other, other_count, offset, out, 4, step_v2);
}

#elif defined(__aarch64__) && defined(__ARM_NEON)

static inline unsigned step_neon(const uint32_t *values, const uint32_t *others, uint32_t last, uint32_t offset,
                                 uint32_t *out, unsigned *out_passed) {
    const uint32_t bits[4] = {1, 2, 4, 8};
    uint32x4_t wanted = vaddq_u32(vld1q_u32(values), vdupq_n_u32(offset));
    uint32x4_t other = vld1q_u32(others);
    uint32x4_t hits = vorrq_u32(vceqq_u32(wanted, other), vceqq_u32(wanted, vextq_u32(other, other, 1)));
    hits = vorrq_u32(hits, vceqq_u32(wanted, vextq_u32(other, other, 2)));
    hits = vorrq_u32(hits, vceqq_u32(wanted, vextq_u32(other, other, 3)));
    *out_passed = (unsigned)vaddvq_u32(vshrq_n_u32(vcleq_u32(wanted, vdupq_n_u32(last)), 31));
    return keep_four(values, (unsigned)vaddvq_u32(vandq_u32(hits, vld1q_u32(bits))), out);
}

static size_t walk_neon(const uint32_t *list, size_t count, size_t *at, const uint32_t *other, size_t other_count,
                        uint32_t offset, uint32_t *out) {
    return walk_lanes(list, count, at, other, other_count, offset, out, 4, step_neon);
}

#endif

// ---- choosing

typedef size_t (*walk)(const uint32_t *list, size_t count, size_t *at, const uint32_t *other, size_t other_count,
                       uint32_t offset, uint32_t *out);

// NULL: the plain one.
static walk best_walk(size_t *out_lanes) {
    *out_lanes = 4;
#if defined(__x86_64__)
    if (gdx_processor_level() >= GDX_PROCESSOR_V3) {
        *out_lanes = 8;
        return walk_v3;
    }
    if (gdx_processor_level() >= GDX_PROCESSOR_V2)
        return walk_v2;
#elif defined(__aarch64__) && defined(__ARM_NEON)
    if (gdx_processor_level() >= GDX_PROCESSOR_NEON)
        return walk_neon;
#endif
    return NULL;
}

size_t query_intersect_run(uint32_t *list, size_t count, size_t *at, size_t kept, const uint32_t *other,
                           size_t other_count, uint32_t offset) {
    uint32_t found[CHUNK + LANES_MAX];
    size_t lanes;
    walk by_lanes = best_walk(&lanes);
    while (by_lanes && other_count >= lanes && *at < count) {
        size_t chunk = other_count < CHUNK ? other_count : CHUNK;
        size_t found_count = by_lanes(list, count, at, other, chunk, offset, found);
        memcpy(list + kept, found, found_count * sizeof *found);
        kept += found_count;
        other += chunk;
        other_count -= chunk;
    }
    return walk_plain(list, count, at, kept, other, other_count, offset);
}

size_t query_intersect(uint32_t *list, size_t count, const uint32_t *other, size_t other_count, uint32_t offset) {
    size_t at = 0;
    while (count && list[count - 1] >= UINT32_MAX - offset) // beyond all of the other array
        count--;
    return query_intersect_run(list, count, &at, 0, other, other_count, offset);
}
