// SPDX-License-Identifier: Apache-2.0
// partners.c: one pass through the rarer of two terms, with a place in the other one that moves forward only.
// To be partners is mutual, so the pass marks both sides. Around an occurrence of the rarer term the partners are those
// that start within two ranges of positions, one before it and one after it, both cut off at the ends of its part. Both
// ends of such a range ascend from one occurrence to the next, so each occurrence of the other term is marked once.

#include "partners.h"

#include "gdx/processor.h"

#define INLINE static inline __attribute__((always_inline))

enum {
    STEP = 8,     // values compared at once
    ROUND = 1024, // occurrences between two looks at the stop
    NEAR_WORK = 12
};

struct walk {
    const gdx_document_columns *columns;
    uint64_t distance;
    bool before;                        // a partner may be before one of the rarer term
    bool after;                         // or after it
    size_t at;                          // the first of the other term that may be near the one at hand
    size_t marked_before, marked_after; // of the other term all partners below are marked
    uint32_t document;
    gdx_position_range part; // of the one at hand, or of one before it
};

// The first from `from` on that is not below `wanted`: nearly always a few further.
INLINE size_t first_from(const uint32_t *values, size_t count, size_t from, uint32_t wanted) {
    while (count - from >= STEP) {
        // Compared at once, so that no branch depends on one. A size_t, as GCC 12 for ARM adds up an unsigned wrongly.
        size_t below = 0;
        for (unsigned i = 0; i < STEP; i++)
            below += values[from + i] < wanted;
        from += below;
        if (below < STEP)
            return from;
        size_t step = STEP; // farther away: ever longer steps, then halves, until they are a few again
        while (step < count - from && values[from + step] < wanted) {
            from += step;
            step *= 2;
        }
        size_t high = step < count - from ? from + step : count;
        while (high - from >= STEP) {
            size_t middle = from + (high - from) / 2;
            if (values[middle] < wanted)
                from = middle + 1;
            else
                high = middle;
        }
    }
    while (from < count && values[from] < wanted)
        from++;
    return from;
}

static void mark_range(uint64_t *kept, size_t *marked, size_t from, size_t end) {
    for (size_t i = from > *marked ? from : *marked; i < end; i++)
        kept[i / 64] |= UINT64_C(1) << (i % 64);
    *marked = end > *marked ? end : *marked;
}

static void find_part(struct walk *walk, uint32_t position) {
    walk->document = gdx_columns_document_at(walk->columns, position, walk->document);
    walk->part = gdx_columns_part_at(walk->columns, walk->document, position);
}

// Positions around an occurrence [begin, end) of the rarer term: others that start within [low, high) are near it.
struct around {
    uint32_t begin, end;
    uint32_t low, high;
};

INLINE struct around around(const struct walk *walk, uint32_t begin, uint32_t length, uint32_t other_length) {
    uint64_t end = (uint64_t)begin + length, high = walk->after ? end + walk->distance + 1 : (uint64_t)begin + 1;
    uint64_t back = walk->distance + other_length;
    struct around around = {begin, end < UINT32_MAX ? (uint32_t)end : UINT32_MAX, 0,
                            high < UINT32_MAX ? (uint32_t)high : UINT32_MAX};
    around.low = !walk->before ? around.end : begin > back ? (uint32_t)(begin - back) : 0;
    return around;
}

// Marks the partners of the occurrence, whose part is known: true if it has any.
INLINE bool mark_partners(struct walk *walk, const query_partner_side *others, struct around around) {
    const uint32_t *begins = others->begins;
    size_t count = others->count;
    uint32_t low = around.low > walk->part.begin ? around.low : walk->part.begin;
    uint32_t high = around.high < walk->part.end ? around.high : walk->part.end;
    uint32_t before = around.begin + 1 > others->length ? around.begin + 1 - others->length : 0;
    size_t first = first_from(begins, count, walk->at, low), first_end = first;
    if (walk->before)
        first_end = first_from(begins, count, first, before < high ? before : high);
    size_t second = first_end, second_end = first_end;
    if (walk->after) {
        second = first_from(begins, count, first_end, around.end > low ? around.end : low);
        second_end = first_from(begins, count, second, high);
    }
    mark_range(others->kept, &walk->marked_before, first, first_end);
    mark_range(others->kept, &walk->marked_after, second, second_end);
    return first < first_end || second < second_end;
}

// Of occurrences [from, to) of the rarer term.
INLINE void mark_some(struct walk *walk, const query_partner_side *rarer, const query_partner_side *others, size_t from,
                      size_t to) {
    for (size_t i = from; i < to; i++) {
        struct around range = around(walk, rarer->begins[i], rarer->length, others->length);
        walk->at = first_from(others->begins, others->count, walk->at, range.low);
        if (walk->at == others->count)
            return;
        if (others->begins[walk->at] >= range.high)
            continue;
        if (range.begin >= walk->part.end)
            find_part(walk, range.begin);
        if (mark_partners(walk, others, range))
            rarer->kept[i / 64] |= UINT64_C(1) << (i % 64);
    }
}

GDX_TARGET_V3 static void mark_some_v3(struct walk *walk, const query_partner_side *rarer,
                                       const query_partner_side *others, size_t from, size_t to) {
    mark_some(walk, rarer, others, from, to);
}

gdx_status query_partners_mark(query_run *run, const query_segment *segment, query_partner_side *left,
                               query_partner_side *right, uint32_t distance, bool is_ordered, gdx_error *err) {
    bool is_left = left->count <= right->count;
    query_partner_side *rarer = is_left ? left : right, *others = is_left ? right : left;
    struct walk walk = {.columns = &segment->columns,
                        .distance = distance,
                        .before = !is_ordered || !is_left,
                        .after = !is_ordered || is_left};
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < rarer->count && walk.at < others->count && status == GDX_OK; i += ROUND) {
        size_t to = rarer->count - i < ROUND ? rarer->count : i + ROUND, at = walk.at;
        if (gdx_processor_level() >= GDX_PROCESSOR_V3)
            mark_some_v3(&walk, rarer, others, i, to);
        else
            mark_some(&walk, rarer, others, i, to);
        size_t passed = walk.at - at; // few of them, where they are far apart, were looked at
        status = query_run_spend(run, (to - i) * NEAR_WORK + (passed < to - i ? 0 : to - i), err);
    }
    return status;
}
