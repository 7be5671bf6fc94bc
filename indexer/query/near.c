// SPDX-License-Identifier: Apache-2.0
// near.c: which occurrences of each side of NEAR and THEN have a partner on the other.
// The occurrences of one stream all have one length, so a side is kept as one ascending array of positions for each.
// For each occurrence the nearest start after it and the nearest end before it on the other side decide: if
// the nearest is too far or beyond the end of the part, so are all others. Both are found by moving forward only.

#include "near.h"

#include "sort.h"

// One side of a pair: the starts and the ends of its occurrences, each ascending and without repetition.
struct side {
    const uint32_t *begins;
    size_t begin_count;
    const uint32_t *ends; // one after the last symbol, less `length`
    size_t end_count;
    uint32_t length;
};

static uint32_t end_at(const struct side *side, size_t index) {
    return side->ends[index] + side->length;
}

static size_t sort_once(uint32_t *values, uint32_t *space, size_t count) {
    query_sort(values, space, count);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        values[kept] = values[i];
        kept += i + 1 == count || values[i] != values[i + 1];
    }
    return kept;
}

// Several leaves: all starts in one array, all ends in another.
static gdx_status make_side(query_run *run, const query_streams *streams, gdx_arena *arena, struct side *out,
                            gdx_error *err) {
    *out = (struct side){0};
    if (streams->count == 1) {
        const query_stream *only = &streams->streams[0];
        *out = (struct side){only->positions, only->count, only->positions, only->count, only->length};
        return GDX_OK;
    }
    size_t count = 0;
    for (size_t s = 0; s < streams->count; s++)
        count += streams->streams[s].count;
    if (count == 0)
        return GDX_OK;
    uint32_t *begins = query_run_take_in(run, arena, count * sizeof *begins, err);
    uint32_t *ends = begins ? query_run_take_in(run, arena, count * sizeof *ends, err) : NULL;
    uint32_t *space = ends ? query_run_take_in(run, arena, count * sizeof *space, err) : NULL;
    if (!space)
        return GDX_NO_MEMORY;
    size_t at = 0;
    for (size_t s = 0; s < streams->count; s++) {
        const query_stream *stream = &streams->streams[s];
        for (size_t i = 0; i < stream->count; i++, at++) {
            begins[at] = stream->positions[i];
            ends[at] = stream->positions[i] + stream->length;
        }
    }
    size_t begin_count = sort_once(begins, space, count);
    *out = (struct side){begins, begin_count, ends, sort_once(ends, space, count), 0};
    return query_run_spend(run, count * 20, err);
}

struct partners {
    const query_segment *segment;
    uint32_t distance;
    bool after;  // a partner may be after it
    bool before; // or before
};

// The first from `from` on that is not below `wanted`. Takes a few single steps, then ever longer ones, so that a rare
// leaf does not step over every position of a thousand others.
static size_t first_from(const uint32_t *values, size_t count, size_t from, uint32_t wanted) {
    size_t step = 1;
    while (from + step < count && values[from + step] < wanted) {
        from += step;
        step *= 2;
    }
    size_t high = from + step < count ? from + step : count; // values[high] >= wanted, or there is none
    while (from < high) {
        size_t middle = from + (high - from) / 2;
        if (values[middle] < wanted)
            from = middle + 1;
        else
            high = middle;
    }
    return from;
}

// Keeps of out->positions those that have a partner among `others`, given all of the stream's.
static gdx_status keep_partnered(query_run *run, const struct partners *wanted, const query_stream *stream,
                                 const struct side *others, query_stream *out, gdx_error *err) {
    enum { SPEND_EVERY = 1 << 14 };
    size_t after = 0, before = 0; // others: the first start >= end; the first end > start
    uint32_t document = 0, length = stream->length;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < stream->count && status == GDX_OK; i++) {
        uint32_t begin = stream->positions[i], end = begin + length;
        after = first_from(others->begins, others->begin_count, after, end);
        before = first_from(others->ends, others->end_count, before,
                            begin >= others->length ? begin - others->length + 1 : 0);
        bool near_after =
            wanted->after && after < others->begin_count && others->begins[after] - end <= wanted->distance;
        bool near_before = wanted->before && before > 0 && begin - end_at(others, before - 1) <= wanted->distance;
        if (i % SPEND_EVERY == SPEND_EVERY - 1)
            status = query_run_spend(run, SPEND_EVERY * 10, err);
        if (!near_after && !near_before)
            continue;
        document = gdx_columns_document_at(&wanted->segment->columns, begin, document);
        gdx_position_range part = gdx_columns_part_at(&wanted->segment->columns, document, begin);
        if ((near_after && others->begins[after] < part.end) ||
            (near_before && end_at(others, before - 1) > part.begin))
            out->positions[out->count++] = begin;
    }
    return status == GDX_OK ? query_run_spend(run, stream->count % SPEND_EVERY * 10, err) : status;
}

static gdx_status keep_side(query_run *run, const struct partners *wanted, const query_streams *streams,
                            const struct side *others, gdx_arena *arena, query_stream *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t s = 0; s < streams->count && status == GDX_OK; s++) {
        const query_stream *stream = &streams->streams[s];
        out[s] = (query_stream){stream->leaf, NULL, 0, stream->length};
        if (stream->count == 0 || others->begin_count == 0)
            continue;
        out[s].positions = query_run_take_in(run, arena, stream->count * sizeof *out[s].positions, err);
        if (!out[s].positions)
            return GDX_NO_MEMORY;
        status = keep_partnered(run, wanted, stream, others, &out[s], err);
    }
    return status;
}

static gdx_status pair_up(query_run *run, const query_segment *segment, const query_node *node,
                          const query_streams *left, const query_streams *right, gdx_arena *arena, query_streams *out,
                          gdx_error *err) {
    struct side left_side, right_side;
    gdx_status status = make_side(run, left, arena, &left_side, err);
    if (status == GDX_OK)
        status = make_side(run, right, arena, &right_side, err);
    if (status != GDX_OK)
        return status;
    out->count = left->count + right->count;
    out->streams = query_run_take_in(run, arena, out->count * sizeof *out->streams, err);
    if (!out->streams)
        return GDX_NO_MEMORY;
    struct partners wanted = {segment, node->distance, true, node->kind == QUERY_NEAR};
    status = keep_side(run, &wanted, left, &right_side, arena, out->streams, err);
    wanted.after = node->kind == QUERY_NEAR;
    wanted.before = true;
    if (status == GDX_OK)
        status = keep_side(run, &wanted, right, &left_side, arena, out->streams + left->count, err);
    return status;
}

gdx_status query_streams_add(query_streams *all, const query_streams *more, gdx_arena *arena, gdx_error *err) {
    query_stream *streams = gdx_arena_allocate(arena, (all->count + more->count) * sizeof *streams);
    if (!streams)
        return gdx_fail_memory(err, "an answer");
    if (all->count)
        memcpy(streams, all->streams, all->count * sizeof *streams);
    memcpy(streams + all->count, more->streams, more->count * sizeof *streams);
    *all = (query_streams){streams, all->count + more->count};
    return GDX_OK;
}

static gdx_status one_leaf(query_run *run, const query_node *leaf, query_leaf_source source, void *context,
                           gdx_arena *arena, query_streams *out, gdx_error *err) {
    bool has = true;
    for (uint32_t form = 0;; form++) {
        query_stream stream = {0};
        gdx_status status = source(context, leaf, form, &stream, &has, err);
        if (status != GDX_OK || !has)
            return status;
        uint32_t *copy = query_run_take_in(run, arena, stream.count * sizeof *copy, err);
        if (!copy)
            return GDX_NO_MEMORY;
        if (stream.count)
            memcpy(copy, stream.positions, stream.count * sizeof *copy);
        stream.leaf = leaf;
        stream.positions = copy;
        query_streams one = {&stream, 1};
        status = query_streams_add(out, &one, arena, err);
        if (status != GDX_OK)
            return status;
    }
}

gdx_status query_pairs_find(query_run *run, const query_segment *segment, const query_node *node,
                            query_leaf_source source, void *context, gdx_arena *arena, query_streams *out,
                            gdx_error *err) {
    *out = (query_streams){0};
    if (query_is_leaf(node))
        return one_leaf(run, node, source, context, arena, out, err);
    query_streams children[2] = {{0}, {0}}, all = {0};
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++) {
        query_streams *child = query_is_pair(node) ? &children[i] : &children[0];
        status = query_pairs_find(run, segment, node->children[i], source, context, arena, child, err);
        if (status == GDX_OK && node->kind == QUERY_OR)
            status = query_streams_add(&all, child, arena, err);
    }
    if (status == GDX_OK && query_is_pair(node))
        return pair_up(run, segment, node, &children[0], &children[1], arena, out, err);
    *out = all;
    return status;
}
