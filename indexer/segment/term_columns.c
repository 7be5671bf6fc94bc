// SPDX-License-Identifier: Apache-2.0
// term_columns.c: see term_columns.h. A look-up that adds up dozens of values one by one spends most of its time there.

#include "term_columns.h"

#include "gdx/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static uint32_t find_plain(const term_block *block, uint32_t first, uint32_t second) {
    uint64_t this_first = block->first[0], this_second = block->second[0];
    uint32_t i = 0;
    while (this_first < first) { // to the first term of the next first symbol
        do
            if (++i == block->count)
                return i;
        while (block->first[i] == 0);
        this_first += block->first[i];
        this_second = block->second[i];
    }
    if (this_first > first)
        return block->count;
    while (this_second < second) {
        if (++i == block->count || block->first[i])
            return block->count;
        this_second += (uint64_t)block->second[i] + 1;
    }
    return this_second == second ? i : block->count;
}

#if defined(__x86_64__)

enum { LANES = 8, GROUPS = GDX_TERMS_PER_BLOCK / LANES };

// The sums of all lanes up to each, on top of the last lane of `before`.
GDX_TARGET_V3 static inline __m256i sums(__m256i values, __m256i before) {
    values = _mm256_add_epi32(values, _mm256_slli_si256(values, 4));
    values = _mm256_add_epi32(values, _mm256_slli_si256(values, 8)); // of each half
    __m256i low = _mm256_permute2x128_si256(values, values, 0x08);
    values = _mm256_add_epi32(values, _mm256_shuffle_epi32(low, 0xff));
    return _mm256_add_epi32(values, _mm256_permutevar8x32_epi32(before, _mm256_set1_epi32(LANES - 1)));
}

GDX_TARGET_V3 static inline uint64_t equal_lanes(__m256i values, __m256i wanted) {
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(values, wanted)));
}

// The terms with this first symbol are a range; within it second symbols are the sums of their differences. Sums are
// taken modulo 2^32: only in a damaged block that makes a difference, and none that reads outside of it.
GDX_TARGET_V3 static uint32_t find_v3(const term_block *block, uint32_t first, uint32_t second) {
    uint32_t seconds[GDX_TERMS_PER_BLOCK];
    uint64_t in_range = 0, found = 0;
    __m256i first_sums = _mm256_setzero_si256(), second_sums = first_sums;
    for (unsigned g = 0; g < GROUPS && g * LANES < block->count; g++) {
        __m256i step = _mm256_loadu_si256((const void *)(block->second + g * LANES));
        first_sums = sums(_mm256_loadu_si256((const void *)(block->first + g * LANES)), first_sums);
        second_sums = sums(_mm256_add_epi32(step, _mm256_set1_epi32(1)), second_sums);
        in_range |= equal_lanes(first_sums, _mm256_set1_epi32((int)first)) << g * LANES;
        _mm256_storeu_si256((void *)(seconds + g * LANES), second_sums);
    }
    if (block->count < GDX_TERMS_PER_BLOCK)
        in_range &= ((uint64_t)1 << block->count) - 1;
    if (in_range == 0)
        return block->count;
    unsigned begin = (unsigned)__builtin_ctzll(in_range), last = 63 - (unsigned)__builtin_clzll(in_range);
    __m256i wanted = _mm256_set1_epi32((int)(second - block->second[begin] + seconds[begin]));
    for (unsigned g = begin / LANES; g <= last / LANES; g++)
        found |= equal_lanes(_mm256_loadu_si256((const void *)(seconds + g * LANES)), wanted) << g * LANES;
    found &= in_range;
    return found ? (uint32_t)__builtin_ctzll(found) : block->count;
}

// floor(log2) of values below 2^24 but 0: the exponents of floating-point numbers.
GDX_TARGET_V3 static inline __m256i logarithms(__m256i values) {
    __m256i exponents = _mm256_srli_epi32(_mm256_castps_si256(_mm256_cvtepi32_ps(values)), 23);
    return _mm256_sub_epi32(exponents, _mm256_set1_epi32(127));
}

struct limits {       // of the segment's positions, for lists of one and for others: as gdx_postings_expected has them
    __m256i one, all; // what is divided
    __m256i one_logarithm, all_logarithm;
};

GDX_TARGET_V3 static inline struct limits limits_of(uint32_t limit) {
    uint32_t one = (limit - 1) | 1;
    return (struct limits){_mm256_set1_epi32((int)one), _mm256_set1_epi32((int)limit),
                           _mm256_set1_epi32(31 - __builtin_clz(one)), _mm256_set1_epi32(31 - __builtin_clz(limit))};
}

// term_list_bytes of eight.
GDX_TARGET_V3 static inline __m256i lengths(__m256i codes, __m256i counts, const struct limits *limits) {
    __m256i is_one = _mm256_cmpeq_epi32(counts, _mm256_set1_epi32(1));
    __m256i most = _mm256_blendv_epi8(limits->all, limits->one, is_one);
    __m256i shifts = _mm256_blendv_epi8(limits->all_logarithm, limits->one_logarithm, is_one);
    shifts = _mm256_sub_epi32(shifts, logarithms(counts));
    __m256i shifted = _mm256_sllv_epi32(counts, shifts);
    __m256i bits = _mm256_sub_epi32(shifts, _mm256_cmpeq_epi32(_mm256_min_epu32(shifted, most), shifted));
    __m256i more = _mm256_blendv_epi8(_mm256_set1_epi32(6 + 7), _mm256_set1_epi32(7), is_one);
    __m256i expected = _mm256_srli_epi32(_mm256_add_epi32(_mm256_mullo_epi32(counts, bits), more), 3);
    __m256i sign = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_and_si256(codes, _mm256_set1_epi32(1)));
    return _mm256_add_epi32(expected, _mm256_xor_si256(_mm256_srli_epi32(codes, 1), sign));
}

GDX_TARGET_V3 static bool measure_v3(const term_block *block, uint32_t index, uint32_t limit, uint64_t *out_before,
                                     uint32_t *out_bytes) {
    // So that nothing passes 32 bits: a count times its bits, eight lists together.
    const __m256i too_large = _mm256_set1_epi32((int)0xff000000);
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const struct limits limits = limits_of(limit);
    uint32_t bytes[LANES];
    __m256i sum = _mm256_setzero_si256(), bad = sum;
    for (uint32_t i = 0; i <= index; i += LANES) {
        __m256i left = _mm256_set1_epi32((int)(index - i));
        __m256i is_behind = _mm256_cmpgt_epi32(lanes, left), is_before = _mm256_cmpgt_epi32(left, lanes);
        __m256i counts = _mm256_andnot_si256(is_behind, _mm256_loadu_si256((const void *)(block->positions + i)));
        __m256i codes = _mm256_andnot_si256(is_behind, _mm256_loadu_si256((const void *)(block->bytes + i)));
        bad = _mm256_or_si256(bad, _mm256_and_si256(_mm256_or_si256(counts, codes), too_large));
        counts = _mm256_add_epi32(counts, _mm256_set1_epi32(1));
        bad = _mm256_or_si256(bad, _mm256_xor_si256(_mm256_min_epu32(counts, limits.all), counts));
        __m256i these = lengths(codes, counts, &limits);
        // Each position takes a bit at least. Lanes behind the term are lists of one as they are expected.
        bad = _mm256_or_si256(bad, _mm256_cmpgt_epi32(counts, _mm256_slli_epi32(these, 3)));
        sum = _mm256_add_epi32(sum, _mm256_and_si256(these, is_before));
        _mm256_storeu_si256((void *)bytes, these);
    }
    *out_bytes = bytes[index % LANES];
    uint32_t all[LANES];
    _mm256_storeu_si256((void *)all, sum);
    *out_before = 0;
    for (unsigned lane = 0; lane < LANES; lane++)
        *out_before += all[lane];
    return _mm256_testz_si256(bad, bad);
}

#endif

uint32_t term_columns_find(const term_block *block, uint32_t first, uint32_t second) {
#if defined(__x86_64__)
    if (gdx_processor_level() >= GDX_PROCESSOR_V3)
        return find_v3(block, first, second);
#endif
    return find_plain(block, first, second);
}

bool term_columns_measure(const term_block *block, uint32_t index, uint32_t limit, uint64_t *out_before,
                          uint32_t *out_bytes) {
#if defined(__x86_64__)
    if (gdx_processor_level() >= GDX_PROCESSOR_V3)
        return measure_v3(block, index, limit, out_before, out_bytes);
#endif
    uint64_t sum = 0;
    int64_t bytes = 0;
    for (uint32_t i = 0; i <= index; i++) {
        uint32_t count = block->positions[i];
        if (count >= limit)
            return false;
        sum += (uint64_t)bytes;
        bytes = term_list_bytes(block->bytes[i], ++count, limit);
        if ((int64_t)count > 8 * bytes || bytes > UINT32_MAX)
            return false;
    }
    *out_before = sum;
    *out_bytes = (uint32_t)bytes;
    return true;
}
