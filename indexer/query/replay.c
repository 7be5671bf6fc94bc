// SPDX-License-Identifier: Apache-2.0
// replay.c: the tree of a query held against one document after the other. See gdx/replay.h.

#include "gdx/replay.h"
#include "gdx/bits.h"
#include "gdx/reprints.h"

#include "replay.h"

#include <stdlib.h>

enum { CACHE_BYTES = 8 << 20, PROGRESS_EVERY = 256, STOP_EVERY = 1 << 12 };

struct replay { // one owner
    const gdx_query *query;
    const gdx_stop *stop;
    gdx_store_reader *reader;
    replay_document document;
    gdx_document stored;
    const gdx_firsts *firsts; // when the query asks
    size_t segment;           // of the document at hand
    uint32_t number;
};

// ---- occurrences with a partner

static bool are_partners(const replay_found *left, const replay_found *right, const query_node *pair) {
    if (left->part != right->part)
        return false;
    if (left->end <= right->begin && right->begin - left->end <= pair->distance)
        return true;
    return pair->kind == QUERY_NEAR && right->end <= left->begin && left->begin - right->end <= pair->distance;
}

// Those of `side` that have a partner on the other side.
static gdx_status keep_partnered(const struct replay *replay, const query_node *pair, const replay_list *side,
                                 const replay_list *other, bool is_left, replay_list *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    uint64_t tried = 0;
    for (size_t i = 0; i < side->count && status == GDX_OK; i++) {
        bool has = false;
        for (size_t j = 0; j < other->count && !has; j++, tried++)
            has = is_left ? are_partners(&side->found[i], &other->found[j], pair)
                          : are_partners(&other->found[j], &side->found[i], pair);
        if (has)
            status = replay_add(out, side->found[i], err);
        if (status == GDX_OK && tried >= STOP_EVERY) {
            tried = 0;
            status = gdx_stop_check(replay->stop, err);
        }
    }
    return status;
}

// A leaf, OR of what may stand beside NEAR, or a pair.
static gdx_status find(const struct replay *replay, const query_node *node, replay_list *out, gdx_error *err) {
    replay_list sides[2] = {{0}, {0}};
    gdx_status status = GDX_OK;
    if (query_is_leaf(node))
        return replay_find_leaf(&replay->document, node, out, err);
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++)
        status = find(replay, node->children[i], query_is_pair(node) ? &sides[i] : out, err);
    if (status == GDX_OK && query_is_pair(node))
        status = keep_partnered(replay, node, &sides[0], &sides[1], true, out, err);
    if (status == GDX_OK && query_is_pair(node))
        status = keep_partnered(replay, node, &sides[1], &sides[0], false, out, err);
    free(sides[0].found);
    free(sides[1].found);
    return status;
}

// ---- the whole query

static bool passes(const struct replay *replay, const query_node *filter) {
    const gdx_document *document = &replay->stored;
    gdx_date date = document->date;
    switch (filter->kind) {
    case QUERY_SOURCE:
        return gdx_slice_equal(document->source, filter->value);
    case QUERY_ID:
        return gdx_slice_equal(document->id, filter->value);
    case QUERY_FIRST:
        return !gdx_bit(replay->firsts->repeats[replay->segment], replay->number);
    case QUERY_ID_PREFIX:
        return document->id.bytes >= filter->value.bytes &&
               memcmp(document->id.data, filter->value.data, filter->value.bytes) == 0;
    default:
        return date != GDX_NO_DATE && gdx_date_first_day(date) >= filter->first_day &&
               gdx_date_last_day(date) <= filter->last_day;
    }
}

static gdx_status match(const struct replay *replay, const query_node *node, bool *out_matches, uint64_t *occurrences,
                        gdx_error *err);

static gdx_status match_metadata(const struct replay *replay, const query_node *node, bool *out_matches,
                                 gdx_error *err) {
    gdx_buffer scratch = {0};
    gdx_status status = gdx_metadata_has(replay->stored.metadata, node->key, node->value, &scratch, out_matches);
    gdx_buffer_clear(&scratch);
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "metadata");
}

static gdx_status match_places(const struct replay *replay, const query_node *node, bool *out_matches,
                               uint64_t *occurrences, gdx_error *err) {
    replay_list found = {0};
    gdx_status status = find(replay, node, &found, err);
    *out_matches = found.count > 0;
    *occurrences += found.count;
    free(found.found);
    return status;
}

static gdx_status match_children(const struct replay *replay, const query_node *node, bool *out_matches,
                                 uint64_t *occurrences, gdx_error *err) {
    uint32_t holding = 0;
    uint64_t negated = 0; // what is below NOT does not count
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++) {
        bool holds = false;
        status = match(replay, node->children[i], &holds, node->kind == QUERY_NOT ? &negated : occurrences, err);
        holding += holds;
    }
    *out_matches = node->kind == QUERY_NOT   ? holding == 0
                   : node->kind == QUERY_AND ? holding == node->child_count
                                             : holding > 0;
    return status;
}

static gdx_status match(const struct replay *replay, const query_node *node, bool *out_matches, uint64_t *occurrences,
                        gdx_error *err) {
    if (query_is_leaf(node) || query_is_pair(node))
        return match_places(replay, node, out_matches, occurrences, err);
    if (query_class_of(node) == QUERY_CLASS_OPERATION)
        return match_children(replay, node, out_matches, occurrences, err);
    if (node->kind == QUERY_META)
        return match_metadata(replay, node, out_matches, err);
    *out_matches = passes(replay, node);
    return GDX_OK;
}

// ---- all documents

static gdx_status replay_document_of(struct replay *replay, gdx_segment *segment, uint32_t number, gdx_totals *totals,
                                     gdx_error *err) {
    bool matches = false;
    uint64_t occurrences = 0;
    replay->number = number;
    gdx_status status = gdx_store_read(replay->reader, segment, number, &replay->stored, err);
    if (status == GDX_OK)
        status = replay_read(&replay->document, replay->query->rule, &replay->stored, err);
    if (status == GDX_OK)
        status = match(replay, replay->query->root, &matches, &occurrences, err);
    totals->documents += matches;
    totals->occurrences += matches ? occurrences : 0;
    return status == GDX_OK ? gdx_stop_check(replay->stop, err) : status;
}

static gdx_status replay_all(struct replay *replay, gdx_snapshot *snapshot,
                             void (*progress)(void *context, uint64_t done, uint64_t of), void *context,
                             gdx_totals *totals, gdx_error *err) {
    uint64_t done = 0;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot) && status == GDX_OK; i++) {
        const gdx_live_segment *live = gdx_snapshot_segment(snapshot, i);
        uint32_t count = gdx_segment_info_of(live->segment)->document_count;
        replay->segment = i;
        for (uint32_t d = 0; d < count && status == GDX_OK; d++) {
            if (gdx_is_deleted(live->deleted, d))
                continue;
            if (progress && done++ % PROGRESS_EVERY == 0)
                progress(context, done, gdx_snapshot_documents(snapshot));
            status = replay_document_of(replay, live->segment, d, totals, err);
        }
        status = gdx_segment_settle(live->segment, status, err);
    }
    return status;
}

gdx_status gdx_replay_count(gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                            void (*progress)(void *context, uint64_t done, uint64_t of), void *context, gdx_totals *out,
                            gdx_error *err) {
    GDX_AUTO(gdx_store_reader) reader = NULL;
    struct replay replay = {.query = query, .stop = stop};
    gdx_totals totals = {0};
    if (query->bridges)
        return gdx_fail_field(err, "query", GDX_REASON_OUT_OF_RANGE,
                              "bridge: is not counted again; give the phrase without it");
    replay.reader = reader = gdx_store_reader_new(CACHE_BYTES);
    if (!reader)
        return gdx_fail_memory(err, "reading the documents again");
    gdx_status status = query->asks_first ? gdx_snapshot_firsts(snapshot, stop, &replay.firsts, err) : GDX_OK;
    if (status == GDX_OK)
        status = replay_all(&replay, snapshot, progress, context, &totals, err);
    replay_clear(&replay.document);
    if (status == GDX_OK)
        *out = totals;
    return status;
}
