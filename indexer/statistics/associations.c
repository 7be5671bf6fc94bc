// SPDX-License-Identifier: Apache-2.0
// associations.c: cohesion, function symbols at edges, false edges. Relies on associations.h.

#include "associations.h"

#include <math.h>
#include <stdlib.h>

enum { REFRAIN_LETTERS = 4 };

#define OUTSIDE_LEAST 3.0
#define OUTSIDE_ABOVE 1.5
#define LOOSE_BELOW   2.0

double association(uint64_t letters, uint64_t both, uint64_t first, uint64_t second) {
    return log((double)both * (double)letters / ((double)first * (double)second));
}

static uint64_t string_in(void *context, size_t at, uint32_t length) {
    return strings_count(context, at, length);
}

static uint64_t pair_in(void *context, uint32_t first, uint32_t second) {
    return strings_count_pair(context, first, second);
}

static uint64_t letter_in(void *context, uint32_t id) {
    return strings_count_letter(context, id);
}

struct counts counts_of_strings(const struct row *row, struct string_table *strings) {
    return (struct counts){strings, row->letter_count, string_in, pair_in, letter_in};
}

static double association_at(const struct counts *counts, size_t at, uint32_t length, uint32_t cut) {
    return association(counts->letters, counts->string(counts->context, at, length),
                       counts->string(counts->context, at, cut),
                       counts->string(counts->context, at + cut, length - cut));
}

bool holds_together(const struct counts *counts, size_t at, uint32_t length) {
    for (uint32_t cut = 1; cut < length; cut++)
        if (association_at(counts, at, length, cut) < COHESION_LEAST)
            return false;
    return true;
}

bool has_loose_function_edge(const struct row *row, const struct counts *counts, size_t at, uint32_t length) {
    const struct letter *letters = &row->letters[at];
    bool first = row->traits[letters[0].id] & ROW_FUNCTION, last = row->traits[letters[length - 1].id] & ROW_FUNCTION;
    return (first && association_at(counts, at, length, 1) < FUNCTION_LEAST) ||
           (last && association_at(counts, at, length, length - 1) < FUNCTION_LEAST);
}

// ---- false edges

struct edge_counter {
    const struct row *row;
    const struct counts *counts;
    uint32_t *seen;    // by letter, all zero between uses
    uint32_t *outside; // the letters that were seen
};

struct edge_counter *edge_counter_new(const struct row *row, const struct counts *counts) {
    struct edge_counter *counter = calloc(1, sizeof *counter);
    if (!counter)
        return NULL;
    *counter = (struct edge_counter){.row = row, .counts = counts};
    counter->seen = calloc((size_t)row->letter_kinds + 1, sizeof *counter->seen);
    counter->outside = calloc((size_t)row->letter_kinds + 1, sizeof *counter->outside);
    if (counter->seen && counter->outside)
        return counter;
    edge_counter_free(counter);
    return NULL;
}

void edge_counter_free(struct edge_counter *counter) {
    if (!counter)
        return;
    free(counter->seen);
    free(counter->outside);
    free(counter);
}

static double pair_association(const struct edge_counter *counter, uint32_t first, uint32_t second) {
    const struct counts *counts = counter->counts;
    return association(counts->letters, counts->pair(counts->context, first, second),
                       counts->letter(counts->context, first), counts->letter(counts->context, second));
}

static int by_number(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

// The mean over places of the association of the edge letter with the one `step` from the place, 0 where a clause ends.
static double outside_of(struct edge_counter *counter, const uint32_t *places, const struct string_found *string,
                         int64_t step, uint32_t edge) {
    size_t kinds = 0;
    double sum = 0;
    for (uint32_t i = 0; i < string->counts.in_all; i++) {
        if (places[i] >= counter->row->split)
            continue;
        uint32_t id = letter_beside(counter->row, places[i], step);
        if (id && counter->seen[id]++ == 0)
            counter->outside[kinds++] = id;
    }
    if (kinds > 1)
        qsort(counter->outside, kinds, sizeof *counter->outside, by_number);
    for (size_t i = 0; i < kinds; i++) {
        uint32_t id = counter->outside[i];
        double strength = step < 0 ? pair_association(counter, id, edge) : pair_association(counter, edge, id);
        sum += strength > 0 ? strength * counter->seen[id] : 0;
        counter->seen[id] = 0;
    }
    return sum / string->counts.in_a;
}

// ---- closed edges

// A number is a word that what is counted follows.
static bool ends_there(const struct row *row, uint32_t place, int64_t step, uint32_t id) {
    return id == 0 ? !(end_beside(row, place, step) & END_JOINS)
                   : (row->traits[id] & (ROW_WORD | ROW_DIGITS)) == ROW_WORD;
}

static bool is_function(const struct row *row, uint32_t id, bool is_before) {
    return row->traits[id] & ROW_FUNCTION && !(is_before && row->traits[id] & ROW_POINTING);
}

// `edge`: the letter of the string there.
static uint32_t count_open(struct edge_counter *counter, const uint32_t *places, uint32_t count, int64_t step,
                           uint32_t edge) {
    const struct row *row = counter->row;
    uint32_t open = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = letter_beside(row, places[i], step);
        open += ends_there(row, places[i], step, id);
        counter->seen[id] += is_function(row, id, step < 0);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = letter_beside(row, places[i], step);
        uint32_t seen = counter->seen[id];
        counter->seen[id] = 0;
        if (seen &&
            (step < 0 ? pair_association(counter, id, edge) : pair_association(counter, edge, id)) < LOOSE_BELOW)
            open += seen;
    }
    return open;
}

struct openings openings_of(struct edge_counter *counter, const uint32_t *places, uint32_t count, uint32_t length) {
    const struct row *row = counter->row;
    const struct letter *letters = &row->letters[places[0]];
    bool begins = row->traits[letters[0].id] & ROW_WORD, ends = row->traits[letters[length - 1].id] & ROW_WORD;
    return (struct openings){begins ? count : count_open(counter, places, count, -1, letters[0].id),
                             ends ? count : count_open(counter, places, count, length, letters[length - 1].id)};
}

bool has_closed_edge(struct edge_counter *counter, const uint32_t *places, uint32_t count, uint32_t length) {
    struct openings found = openings_of(counter, places, count, length);
    return found.begins * UINT64_C(100) < count * UINT64_C(2) || found.ends * UINT64_C(100) < count;
}

// ---- refrains

bool is_refrain(const struct row *row, const uint32_t *places, uint32_t count, uint32_t length) {
    uint64_t alone = 0, quoted = 0;
    for (uint32_t i = 0; i < count && length >= REFRAIN_LETTERS; i++) {
        if (letter_beside(row, places[i], -1) || letter_beside(row, places[i], length))
            continue;
        alone++;
        quoted += (end_beside(row, places[i], -1) & END_QUOTE_BEHIND) ||
                  (end_beside(row, places[i], length) & END_QUOTE_BEFORE);
    }
    return length >= REFRAIN_LETTERS && alone * 10 >= count * UINT64_C(9) && (alone - quoted) * 2 >= count;
}

const struct row *edge_counter_row(const struct edge_counter *counter) {
    return counter->row;
}

uint32_t most_beside(struct edge_counter *counter, const uint32_t *places, uint32_t count, int64_t step,
                     uint32_t *out_id) {
    uint32_t most = 0;
    *out_id = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = letter_beside(counter->row, places[i], step);
        counter->seen[id] += id != 0;
        if (id && (counter->seen[id] > most || (counter->seen[id] == most && id < *out_id))) {
            most = counter->seen[id];
            *out_id = id;
        }
    }
    for (uint32_t i = 0; i < count; i++)
        counter->seen[letter_beside(counter->row, places[i], step)] = 0;
    return most;
}

bool has_false_edge(struct edge_counter *counter, const uint32_t *places, const struct string_found *string) {
    const struct letter *letters = &counter->row->letters[places[0]];
    uint32_t last = string->length - 1;
    double left = outside_of(counter, places, string, -1, letters[0].id);
    if (left >= OUTSIDE_LEAST && left > pair_association(counter, letters[0].id, letters[1].id) + OUTSIDE_ABOVE)
        return true;
    double right = outside_of(counter, places, string, string->length, letters[last].id);
    return right >= OUTSIDE_LEAST &&
           right > pair_association(counter, letters[last - 1].id, letters[last].id) + OUTSIDE_ABOVE;
}
