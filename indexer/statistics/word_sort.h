// SPDX-License-Identifier: Apache-2.0
// word_sort.h: the passes that sort words of 64 bits here: by a byte of them, and by insertion for what is short or
// nearly in order. Relies on the C library.
#ifndef STATISTICS_WORD_SORT_H
#define STATISTICS_WORD_SORT_H

#include <stddef.h>
#include <stdint.h>

// A pass of a radix sort by the eight bits from `shift` on: equal ones stay in their order. `to` has room for all.
void word_sort_by_byte(const uint64_t *from, uint64_t *to, size_t count, unsigned shift);
// Time grows with how far words are from their places.
void word_sort_insert(uint64_t *words, size_t count);

#endif
