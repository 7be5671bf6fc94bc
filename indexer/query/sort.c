// SPDX-License-Identifier: Apache-2.0
// sort.c: few numbers by comparing, many by their digits of 11 bits, from the low ones: three passes, no comparison.

#include "sort.h"

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
