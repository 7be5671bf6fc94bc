// SPDX-License-Identifier: Apache-2.0
// near.c: which occurrences of each side of NEAR and THEN have a partner on the other.
// The occurrences of one leaf all have one length, so a side is kept as one ascending array of positions for each leaf.
// What decides is, for each occurrence, the nearest begin behind it and the nearest end before it on the other side: if
// the nearest is too far or beyond the end of the field, so are all others. Both are found by walking forward only.

#include "near.h"

#include "sort.h"

// One side as its partners see it.
struct side {
    const uint32_t *begins; // ascending
    const uint32_t *ends;   // ascending, one behind the last symbol; NULL: begins + length
    size_t count;
    uint32_t length;
};

static uint32_t end_at(const struct side *side, size_t index) {
    return side->ends ? side->ends[index] : side->begins[index] + side->length;
}

// Several leaves: all begins together, and all ends.
static gdx_status make_side(const query_streams *streams, gdx_arena *arena, struct side *out, gdx_error *err) {
    *out = (struct side){0};
    if (streams->count == 1) {
        const query_stream *only = &streams->streams[0];
        *out = (struct side){only->positions, NULL, only->count, only->leaf->symbol_count};
        return GDX_OK;
    }
    size_t count = 0;
    for (size_t s = 0; s < streams->count; s++)
        count += streams->streams[s].count;
    if (count == 0)
        return GDX_OK;
    uint32_t *begins = gdx_arena_allocate(arena, count * sizeof *begins);
    uint32_t *ends = gdx_arena_allocate(arena, count * sizeof *ends);
    uint32_t *space = gdx_arena_allocate(arena, count * sizeof *space);
    if (!begins || !ends || !space)
        return query_no_memory(err);
    size_t at = 0;
    for (size_t s = 0; s < streams->count; s++) {
        const query_stream *stream = &streams->streams[s];
        for (size_t i = 0; i < stream->count; i++, at++) {
            begins[at] = stream->positions[i];
            ends[at] = stream->positions[i] + stream->leaf->symbol_count;
        }
    }
    query_sort(begins, space, count);
    query_sort(ends, space, count);
    *out = (struct side){begins, ends, count, 0};
    return GDX_OK;
}

// The field that `position` stands in, [*out_begin, *out_end); *document is where the search begins, and moves forward.
static void field_at(const query_segment *segment, uint32_t position, uint32_t *document, uint32_t *out_begin,
                     uint32_t *out_end) {
    const gdx_document_columns *columns = &segment->columns;
    *document = gdx_columns_document_at(columns, position, *document);
    uint32_t begin = columns->begin[*document], text = columns->text[*document], end = columns->begin[*document + 1];
    *out_begin = position < text ? begin : text;
    *out_end = position < text ? text : end;
}

struct partners {
    const query_segment *segment;
    uint32_t distance;
    bool behind; // a partner may stand behind
    bool before; // or before
};

// Those of the stream that have a partner among `others`; returns how many, in order, in `kept`.
static size_t keep_partnered(const struct partners *wanted, const query_stream *stream, const struct side *others,
                             uint32_t *kept) {
    size_t count = 0, behind = 0, before = 0; // others[behind]: first begin >= end; others[before]: first end > begin
    uint32_t document = 0, length = stream->leaf->symbol_count;
    for (size_t i = 0; i < stream->count; i++) {
        uint32_t begin = stream->positions[i], end = begin + length;
        while (behind < others->count && others->begins[behind] < end)
            behind++;
        while (before < others->count && end_at(others, before) <= begin)
            before++;
        bool near_behind = wanted->behind && behind < others->count && others->begins[behind] - end <= wanted->distance;
        bool near_before = wanted->before && before > 0 && begin - end_at(others, before - 1) <= wanted->distance;
        if (!near_behind && !near_before)
            continue;
        uint32_t field_begin, field_end;
        field_at(wanted->segment, begin, &document, &field_begin, &field_end);
        if ((near_behind && others->begins[behind] < field_end) ||
            (near_before && end_at(others, before - 1) > field_begin))
            kept[count++] = begin;
    }
    return count;
}

static gdx_status keep_side(const struct partners *wanted, const query_streams *streams, const struct side *others,
                            gdx_arena *arena, query_stream *out, gdx_error *err) {
    for (size_t s = 0; s < streams->count; s++) {
        const query_stream *stream = &streams->streams[s];
        out[s] = (query_stream){stream->leaf, NULL, 0};
        if (stream->count == 0 || others->count == 0)
            continue;
        out[s].positions = gdx_arena_allocate(arena, stream->count * sizeof *out[s].positions);
        if (!out[s].positions)
            return query_no_memory(err);
        out[s].count = keep_partnered(wanted, stream, others, out[s].positions);
    }
    return GDX_OK;
}

static gdx_status pair_up(query_run *run, const query_segment *segment, const query_node *node,
                          const query_streams *left, const query_streams *right, gdx_arena *arena, query_streams *out,
                          gdx_error *err) {
    struct side left_side, right_side;
    gdx_status status = make_side(left, arena, &left_side, err);
    if (status == GDX_OK)
        status = make_side(right, arena, &right_side, err);
    if (status != GDX_OK)
        return status;
    out->count = left->count + right->count;
    out->streams = gdx_arena_allocate(arena, out->count * sizeof *out->streams);
    if (!out->streams)
        return query_no_memory(err);
    struct partners wanted = {segment, node->distance, true, node->kind == QUERY_NEAR};
    status = keep_side(&wanted, left, &right_side, arena, out->streams, err);
    wanted.behind = node->kind == QUERY_NEAR;
    wanted.before = true;
    if (status == GDX_OK)
        status = keep_side(&wanted, right, &left_side, arena, out->streams + left->count, err);
    return status == GDX_OK ? query_spend(run, (left_side.count + right_side.count) * 5, err) : status;
}

static gdx_status one_leaf(const query_node *leaf, query_leaf_source source, void *context, gdx_arena *arena,
                           query_streams *out, gdx_error *err) {
    const uint32_t *positions = NULL;
    size_t count = 0;
    gdx_status status = source(context, leaf, &positions, &count, err);
    if (status != GDX_OK)
        return status;
    out->streams = gdx_arena_allocate(arena, sizeof *out->streams);
    uint32_t *copy = gdx_arena_allocate(arena, count * sizeof *copy);
    if (!out->streams || !copy)
        return query_no_memory(err);
    if (count)
        memcpy(copy, positions, count * sizeof *copy);
    out->streams[0] = (query_stream){leaf, copy, count};
    out->count = 1;
    return GDX_OK;
}

gdx_status query_streams_add(query_streams *all, const query_streams *more, gdx_arena *arena, gdx_error *err) {
    query_stream *streams = gdx_arena_allocate(arena, (all->count + more->count) * sizeof *streams);
    if (!streams)
        return query_no_memory(err);
    if (all->count)
        memcpy(streams, all->streams, all->count * sizeof *streams);
    memcpy(streams + all->count, more->streams, more->count * sizeof *streams);
    *all = (query_streams){streams, all->count + more->count};
    return GDX_OK;
}

gdx_status query_near(query_run *run, const query_segment *segment, const query_node *node, query_leaf_source source,
                      void *context, gdx_arena *arena, query_streams *out, gdx_error *err) {
    if (query_is_leaf(node))
        return one_leaf(node, source, context, arena, out, err);
    query_streams children[2] = {{0}, {0}}, all = {0};
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++) {
        query_streams *child = query_is_near(node) ? &children[i] : &children[0];
        status = query_near(run, segment, node->children[i], source, context, arena, child, err);
        if (status == GDX_OK && node->kind == QUERY_OR)
            status = query_streams_add(&all, child, arena, err);
    }
    if (status == GDX_OK && query_is_near(node))
        return pair_up(run, segment, node, &children[0], &children[1], arena, out, err);
    *out = all;
    return status;
}
