// SPDX-License-Identifier: Apache-2.0
// invert.c: from the symbols of all positions to terms in order, each with its positions.
// One stable scatter by first symbol, whose bucket sizes were counted while adding, keeps positions ascending. Each
// bucket is then inverted when it is its turn, so that its positions are still in cache when the caller encodes them:
// count its second symbols, sort only the distinct ones, scatter again. Cost: three passes over memory, no comparison
// of postings.

#include "inverter.h"

#include <assert.h>

enum { INSERTION_SORT_MAX = 32, DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS };

void ngram_invert_reset(gdx_inverter *inverter) {
    if (inverter->is_sorted && inverter->tallies.data)
        memset(inverter->tallies.data, 0, inverter->id_count * sizeof(uint32_t));
    inverter->next_rank = 0;
    inverter->pair_begin = 0;
    inverter->second_count = 0;
    inverter->next_second = 0;
    inverter->term_begin = 0;
}

// Code points come in order by walking their pages, words by their ranking.
static void rank_symbols(gdx_inverter *inverter) {
    inverter_symbol *symbols = inverter->symbols.data;
    uint32_t *order = inverter->order.data;
    const uint32_t *code_points = inverter->code_points.data;
    uint32_t rank = 0;
    order[rank++] = 0;
    for (size_t page = 0; page < CODE_POINT_PAGES; page++) {
        if (!inverter->page_of[page])
            continue;
        const uint32_t *ids = code_points + (size_t)inverter->page_of[page] * CODE_POINTS_A_PAGE;
        for (size_t i = 0; i < CODE_POINTS_A_PAGE; i++)
            if (ids[i])
                order[rank++] = ids[i];
    }
    const uint32_t *words = inverter->vocabulary.ranking.data;
    for (uint32_t i = 0; i < inverter->vocabulary.count; i++) {
        uint32_t id = vocabulary_words(&inverter->vocabulary)[words[i]].symbol;
        symbols[id].number = GDX_FIRST_WORD + i;
        order[rank++] = id;
    }
    uint32_t begin = 0;
    for (rank = 0; rank < inverter->id_count; rank++) {
        symbols[order[rank]].rank = rank;
        symbols[order[rank]].head = begin;
        begin += symbols[order[rank]].count;
    }
}

static void scatter_by_first(gdx_inverter *inverter) {
    const uint32_t *ids = inverter->ids.data;
    inverter_symbol *symbols = inverter->symbols.data;
    inverter_pair *pairs = inverter->pairs.data;
    uint32_t count = inverter->position_count;
    if (!count)
        return;
    for (uint32_t position = 0; position + 1 < count; position++)
        pairs[symbols[ids[position]].head++] = (inverter_pair){ids[position + 1], position};
    symbols[0].head++; // the last position is an end mark; nothing reads its pair
}

gdx_status gdx_inverter_sort(gdx_inverter *inverter) {
    assert(!inverter->is_sorted);
    gdx_status status = ngram_vocabulary_rank(&inverter->vocabulary);
    if (status == GDX_OK)
        status = gdx_pages_reserve(&inverter->order, inverter->id_count * sizeof(uint32_t));
    if (status == GDX_OK)
        status = gdx_pages_reserve(&inverter->tallies, inverter->id_count * sizeof(uint32_t));
    if (status == GDX_OK)
        status = gdx_pages_reserve(&inverter->seconds, inverter->id_count * 2 * sizeof(uint32_t));
    if (status == GDX_OK)
        status = gdx_pages_reserve(&inverter->pairs, (size_t)inverter->position_count * sizeof(inverter_pair));
    if (status != GDX_OK)
        return status;
    rank_symbols(inverter);
    scatter_by_first(inverter);
    inverter->is_sorted = true;
    inverter->next_rank = 1; // the end mark is never the first symbol
    inverter->pair_begin = ((inverter_symbol *)inverter->symbols.data)[0].count;
    return GDX_OK;
}

static void insertion_sort(uint32_t *values, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        uint32_t value = values[i];
        uint32_t at = i;
        for (; at && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
}

// One stable pass by the digit at `shift`.
static void radix_pass(const uint32_t *from, uint32_t *to, uint32_t count, unsigned shift) {
    uint32_t heads[DIGITS] = {0};
    for (uint32_t i = 0; i < count; i++)
        heads[from[i] >> shift & (DIGITS - 1)]++;
    uint32_t begin = 0;
    for (size_t digit = 0; digit < DIGITS; digit++) {
        uint32_t next = begin + heads[digit];
        heads[digit] = begin;
        begin = next;
    }
    for (uint32_t i = 0; i < count; i++)
        to[heads[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

// All values < `limit`; `room` has space for `count` more.
static void sort_ranks(uint32_t *values, uint32_t *room, uint32_t count, uint32_t limit) {
    if (count <= INSERTION_SORT_MAX) {
        insertion_sort(values, count);
        return;
    }
    uint32_t *from = values;
    uint32_t *to = room;
    for (unsigned shift = 0; shift < 32 && (limit - 1) >> shift; shift += DIGIT_BITS) {
        radix_pass(from, to, count, shift);
        uint32_t *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != values)
        memcpy(values, from, count * sizeof *values);
}

// Positions of the bucket into `ids`, by second symbol; afterwards a tally is the end of its term.
static void invert_bucket(gdx_inverter *inverter, const inverter_pair *pairs, uint32_t count) {
    const inverter_symbol *symbols = inverter->symbols.data;
    const uint32_t *order = inverter->order.data;
    uint32_t *tallies = inverter->tallies.data;
    uint32_t *seconds = inverter->seconds.data;
    uint32_t *positions = inverter->ids.data;
    uint32_t second_count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (tallies[pairs[i].second]++ == 0)
            seconds[second_count++] = symbols[pairs[i].second].rank;
    sort_ranks(seconds, seconds + inverter->id_count, second_count, inverter->id_count);
    uint32_t begin = 0;
    for (uint32_t i = 0; i < second_count; i++) {
        uint32_t *tally = &tallies[order[seconds[i]]];
        uint32_t next = begin + *tally;
        *tally = begin;
        begin = next;
    }
    for (uint32_t i = 0; i < count; i++)
        positions[tallies[pairs[i].second]++] = pairs[i].position;
    inverter->second_count = second_count;
    inverter->next_second = 0;
    inverter->term_begin = 0;
}

static bool next_bucket(gdx_inverter *inverter) {
    const inverter_symbol *symbols = inverter->symbols.data;
    const uint32_t *order = inverter->order.data;
    if (inverter->next_rank >= inverter->id_count)
        return false;
    const inverter_symbol *first = &symbols[order[inverter->next_rank++]];
    const inverter_pair *pairs = (const inverter_pair *)inverter->pairs.data + inverter->pair_begin;
    inverter->pair_begin += first->count;
    inverter->first_number = first->number;
    invert_bucket(inverter, pairs, first->count);
    return true;
}

bool gdx_inverter_next(gdx_inverter *inverter, gdx_inverted_term *out) {
    assert(inverter->is_sorted);
    while (inverter->next_second == inverter->second_count)
        if (!next_bucket(inverter))
            return false;
    const inverter_symbol *symbols = inverter->symbols.data;
    uint32_t second =
        ((const uint32_t *)inverter->order.data)[((uint32_t *)inverter->seconds.data)[inverter->next_second++]];
    uint32_t *end = &((uint32_t *)inverter->tallies.data)[second];
    *out = (gdx_inverted_term){.first = inverter->first_number,
                               .second = symbols[second].number,
                               .count = *end - inverter->term_begin,
                               .positions = (const uint32_t *)inverter->ids.data + inverter->term_begin};
    inverter->term_begin = *end;
    *end = 0;
    return true;
}
