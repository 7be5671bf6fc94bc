// SPDX-License-Identifier: Apache-2.0
// associations.h: how strongly the parts of a string belong together, from counts over a row or an index. Relies
// on strings.h. The association of x and y is ln(f(xy) N / (f(x) f(y))), with f occurrences and N letters: pointwise
// mutual information (K. W. Church, P. Hanks, "Word association norms, mutual information, and lexicography",
// Computational Linguistics 16 (1990)), in natural units.
#ifndef GDX_STATISTICS_ASSOCIATIONS_H
#define GDX_STATISTICS_ASSOCIATIONS_H

#include "strings.h"

#define FUNCTION_LEAST 3.0
#define COHESION_LEAST 2.0

// Where f and N come from. A count is at least 1. Threads: those of the context.
struct counts {
    void *context;
    uint64_t letters;                                                 // N
    uint64_t (*string)(void *context, size_t at, uint32_t length);    // letters [at, at + length) of the row
    uint64_t (*pair)(void *context, uint32_t first, uint32_t second); // by id
    uint64_t (*letter)(void *context, uint32_t id);
};
// Those of a row and its strings, which must outlive them.
struct counts counts_of_strings(const struct row *row, struct string_table *strings);

double association(uint64_t letters, uint64_t both, uint64_t first, uint64_t second);
// The association is 2 or more wherever letters [at, at + length) are cut in two; length >= 2.
bool holds_together(const struct counts *counts, size_t at, uint32_t length);
// A function symbol at an edge of the string, whose association with the rest is below 3.
bool has_loose_function_edge(const struct row *row, const struct counts *counts, size_t at, uint32_t length);

struct edge_counter;                                                                       // one owner
struct edge_counter *edge_counter_new(const struct row *row, const struct counts *counts); // NULL: no memory
void edge_counter_free(struct edge_counter *counter);                                      // NULL is fine
typedef struct edge_counter edge_counter;
GDX_DEFINE_AUTO(edge_counter, edge_counter_free)
// True if the letter at an edge belongs rather to what stands outside: over the string's places in A its mean
// association with the letter outside, at least 0 each, is 3 or more and more than 1.5 above its association with the
// letter inside.
bool has_false_edge(struct edge_counter *counter, const uint32_t *places, const struct string_found *string);

// How many of the places in A and B begin where something may begin, and end where something may end: at the end of a
// clause, beside a word, or beside a function symbol, but for the most frequent one, which may be the other half of a
// word. A word at an edge is whole there.
struct openings {
    uint32_t begins, ends;
};
struct openings openings_of(struct edge_counter *counter, const uint32_t *places, uint32_t count, uint32_t length);
// Fewer than 2 in 100 of the places begin so, or fewer than 1 in 100 end so. What was cut from a word has such an edge.
bool has_closed_edge(struct edge_counter *counter, const uint32_t *places, uint32_t count, uint32_t length);

// Four letters or more that are a clause of their own in at least nine tenths of the places, in A and B, and in half of
// them beside no mark of a quotation or a title: a rubric, a closing sentence.
bool is_refrain(const struct row *row, const uint32_t *places, uint32_t count, uint32_t length);

const struct row *edge_counter_row(const struct edge_counter *counter);
// How many of the places have the letter that most of them have `step` from them, of equals the first by number;
// *out_id is that letter, 0 when there is none. The end of a clause is no letter.
uint32_t most_beside(struct edge_counter *counter, const uint32_t *places, uint32_t count, int64_t step,
                     uint32_t *out_id);

#endif
