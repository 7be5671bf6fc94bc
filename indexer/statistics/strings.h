// SPDX-License-Identifier: Apache-2.0
// strings.h: every string of letters that stands in enough units of A, with what is counted of it in A and in all.
// Relies on row.h, gdx/statistics.h. Places of the row are sorted by what follows them, one letter at a time, and only
// below strings that are frequent in A: the rest of the row is touched once or twice. What is sorted is a suffix array
// as far as it goes, so that any frequent string can be looked up in it afterwards.
#ifndef GDX_STATISTICS_STRINGS_H
#define GDX_STATISTICS_STRINGS_H

#include "row.h"

#include "gdx/statistics.h"

struct string_counts {
    uint32_t units_a, units_b; // that have it
    uint32_t in_a;             // occurrences in A
    uint32_t in_all;           // and in A and B
};

struct string_found {
    size_t first; // its places are the next counts.in_all of the sorted ones, in no order of their own
    uint32_t length;
    struct string_counts counts;
};

struct string_table; // one owner; immutable once made

struct strings_options {
    uint32_t shortest, longest; // letters; 1 <= shortest <= longest <= GDX_STRING_LETTERS_MOST
    uint32_t units_least;       // of A
    // Asked of each such string; true keeps it. Its places ascend here, so those in A come first. Any thread of the
    // executor.
    bool (*keeps)(const void *context, const struct row *row, const uint32_t *places,
                  const struct string_found *string);
    const void *context;
    gdx_executor *executor; // NULL: this thread alone
    const gdx_stop *stop;   // NULL: never
};

// The caller frees *out. The row must be closed and outlive it.
gdx_status strings_make(const struct row *row, const struct strings_options *options, struct string_table **out,
                        gdx_error *err) GDX_MUST_CHECK;
void string_table_free(struct string_table *strings); // NULL is fine
typedef struct string_table string_table;
GDX_DEFINE_AUTO(string_table, string_table_free)

const uint32_t *strings_places(const struct string_table *strings);
// Those that were kept, in the order of their letters.
const struct string_found *strings_kept(const struct string_table *strings, size_t *out_count);
uint64_t strings_tested(const struct string_table *strings); // of enough units, kept or not
// How often letters [at, at + length) of the row occur in A and B. Exact for a string of two letters or less, and for
// one that is frequent in A.
uint64_t strings_count(const struct string_table *strings, size_t at, uint32_t length);
// The same; *out_first is the first of their places, in strings_places. length >= 2.
uint64_t strings_find(const struct string_table *strings, size_t at, uint32_t length, size_t *out_first);
// The same as strings_count of one letter.
uint64_t strings_count_letter(const struct string_table *strings, uint32_t id);
// Of a pair of letters.
uint64_t strings_count_pair(const struct string_table *strings, uint32_t first, uint32_t second);

// ---- what is asked of a string

// For `keeps`, while places ascend.
// It has a word of digits alone, says when by characters, 明年, 前三季度, 今年以来, or ends so, 新的一年, or is a
// number in an order, 第三十一条.
bool string_has_digits(const struct row *row, const uint32_t *places, uint32_t length);
// No letter stands directly before it, nor behind it, in more than 0.8 of its places in A.
bool string_is_complete(const struct row *row, const uint32_t *places, const struct string_found *string);

#endif
