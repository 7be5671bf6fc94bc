// SPDX-License-Identifier: Apache-2.0
// sort.c: few numbers by comparing, many by their digits of 11 bits, from the low ones: three passes, no comparison.
// Those of which many lie close together are marked as bits and read off. A bitmap of all that there can be would be as
// large as a segment, so the numbers are dealt out first to windows whose bits stay in a cache, 512 of them at most.

#include "sort.h"

#include "gdx/bits.h"
#include "gdx/processor.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 512, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

static int by_value(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static void scatter(const uint32_t *from, uint32_t *to, size_t count, unsigned shift) {
    size_t begins[DIGITS] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++)
        begins[from[i] >> shift & (DIGITS - 1)]++;
    for (size_t d = 0; d < DIGITS; d++) {
        size_t of_digit = begins[d];
        begins[d] = sum;
        sum += of_digit;
    }
    for (size_t i = 0; i < count; i++)
        to[begins[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

void query_sort(uint32_t *values, uint32_t *space, size_t count) {
    if (count < 2)
        return;
    if (count < FEW) {
        qsort(values, count, sizeof *values, by_value);
        return;
    }
    scatter(values, space, count, 0);
    scatter(space, values, count, DIGIT_BITS);
    scatter(values, space, count, DIGIT_BITS * 2);
    memcpy(values, space, count * sizeof *values);
}

// ---- by marks

enum {
    FEW_MARKS = 512,
    VALUES_PER_MARK = 1024, // a mark pays from one value in so many
    WINDOWS_MAX = 1 << (32 - QUERY_WINDOW_BITS)
};

#define WINDOW_MASK ((UINT32_C(1) << QUERY_WINDOW_BITS) - 1)

bool query_marks_pay(size_t count, uint32_t limit) {
    return count >= FEW_MARKS && count >= limit / VALUES_PER_MARK;
}

// Reads the marks off, from low to high, as numbers from `first`, leaving them all zero. Most words that have any have
// few: as many as QUERY_SORT_SLACK are written without a branch, those too many are overwritten by the next.
static inline __attribute__((always_inline)) size_t read_off(query_marks *marks, uint32_t first, uint32_t *to) {
    size_t count = 0;
    for (size_t row = 0; row < QUERY_WINDOW_WORDS / 64; row++) {
        for (uint64_t words = marks->words[row]; words; words &= words - 1) {
            size_t word = row * 64 + gdx_bits_lowest(words);
            uint64_t left = marks->bits[word];
            uint32_t *at = to + count;
            unsigned set = (unsigned)__builtin_popcountll(left);
            marks->bits[word] = 0;
            count += set;
            for (unsigned done = 0; done < set; done += QUERY_SORT_SLACK)
                for (unsigned i = 0; i < QUERY_SORT_SLACK; i++, left &= left - 1)
                    at[done + i] = first + (uint32_t)word * 64 + gdx_bits_lowest(left | UINT64_C(1) << 63);
        }
        marks->words[row] = 0;
    }
    return count;
}

GDX_TARGET_V3 static size_t read_off_v3(query_marks *marks, uint32_t first, uint32_t *to) {
    return read_off(marks, first, to);
}

static size_t read_off_best(query_marks *marks, uint32_t first, uint32_t *to) {
    return gdx_processor_level() >= GDX_PROCESSOR_V3 ? read_off_v3(marks, first, to) : read_off(marks, first, to);
}

static void mark(query_marks *marks, const uint32_t *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t word = (values[i] & WINDOW_MASK) >> 6;
        marks->bits[word] |= UINT64_C(1) << (values[i] & 63);
        marks->words[word >> 6] |= UINT64_C(1) << (word & 63);
    }
}

size_t query_sort_by_marks(uint32_t *values, uint32_t *space, size_t count, uint32_t limit, query_marks *marks) {
    if (limit <= WINDOW_MASK) {
        mark(marks, values, count);
        return read_off_best(marks, 0, values);
    }
    size_t ends[WINDOWS_MAX + 1] = {0}; // of each window in `space`, after its values are dealt out
    for (size_t i = 0; i < count; i++)
        ends[(values[i] >> QUERY_WINDOW_BITS) + 1]++;
    for (size_t w = 0; w < WINDOWS_MAX; w++)
        ends[w + 1] += ends[w];
    for (size_t i = 0; i < count; i++)
        space[ends[values[i] >> QUERY_WINDOW_BITS]++] = values[i];
    size_t begin = 0, kept = 0;
    for (uint32_t w = 0; w <= limit >> QUERY_WINDOW_BITS; w++) {
        mark(marks, space + begin, ends[w] - begin);
        if (ends[w] > begin)
            kept += read_off_best(marks, w << QUERY_WINDOW_BITS, values + kept);
        begin = ends[w];
    }
    return kept;
}
