// SPDX-License-Identifier: Apache-2.0
// boolean.c: AND, OR, NOT and filters over the documents of one segment, as bitmaps of one bit a document.
// Children of an OR set their bits in the same bitmap. An AND thins its bitmap by each child in turn and checks its
// filters only on the documents that are left. A query that is one leaf, or one NEAR, needs no bitmap.

#include "boolean.h"

#include "gdx/reprints.h"
#include "metadata.h"

typedef struct bitmap {
    uint64_t *words;
    size_t count;
} bitmap;

static gdx_status new_bitmap(query_run *run, const query_segment *segment, bitmap *out, gdx_error *err) {
    out->count = (size_t)segment->columns.count / 64 + 1;
    out->words = query_run_take(run, out->count * sizeof *out->words, err);
    return out->words ? query_run_spend(run, out->count, err) : GDX_NO_MEMORY;
}

static void set(bitmap *map, uint32_t document) {
    gdx_bit_set(map->words, document);
}

// ---- filters

// A filter as one segment's columns see it.
struct filter {
    query_kind kind;
    const query_segment *segment;
    uint32_t source; // number in this segment
    uint32_t first_day, last_day;
    uint32_t date; // the one asked about last, and the answer: neighbours often share it
    bool matched_date;
    const uint64_t *repeats; // of this segment, bit by bit
    gdx_slice id;
    query_metadata metadata;
};

static gdx_status find_source(query_run *run, const query_segment *segment, gdx_slice name, uint32_t *out,
                              gdx_error *err) {
    uint32_t count = gdx_segment_source_count(segment->segment);
    for (*out = 0; *out < count; ++*out) {
        gdx_slice found;
        gdx_status status = gdx_segment_source(segment->segment, *out, &found, err);
        if (status == GDX_OK)
            status = query_run_spend(run, 20, err);
        if (status != GDX_OK)
            return status;
        if (gdx_slice_equal(found, name))
            return GDX_OK;
    }
    *out = UINT32_MAX;
    return GDX_OK;
}

static gdx_status find_repeats(query_run *run, const query_segment *segment, const uint64_t **out, gdx_error *err) {
    const gdx_firsts *firsts = NULL;
    gdx_status status = gdx_snapshot_firsts(run->snapshot, &run->stop, &firsts, err);
    if (status == GDX_OK)
        *out = firsts->repeats[segment->index];
    return status;
}

static gdx_status open_filter(query_run *run, const query_segment *segment, const query_node *node, struct filter *out,
                              gdx_error *err) {
    *out = (struct filter){.kind = node->kind,
                           .segment = segment,
                           .first_day = node->first_day,
                           .last_day = node->last_day,
                           .date = GDX_NO_DATE,
                           .id = node->value};
    if (node->kind == QUERY_META)
        return query_metadata_open(run, segment, node, &out->metadata, err);
    if (node->kind == QUERY_FIRST)
        return find_repeats(run, segment, &out->repeats, err);
    return node->kind == QUERY_SOURCE ? find_source(run, segment, node->value, &out->source, err) : GDX_OK;
}

static bool date_passes(struct filter *filter, gdx_date date) {
    if (date != filter->date) {
        filter->date = date;
        filter->matched_date =
            gdx_date_first_day(date) >= filter->first_day && gdx_date_last_day(date) <= filter->last_day;
    }
    return filter->matched_date;
}

static gdx_status passes(query_run *run, struct filter *filter, uint32_t document, bool *out, gdx_error *err) {
    if (filter->kind == QUERY_DATE) {
        *out = date_passes(filter, filter->segment->columns.dates[document]);
        return GDX_OK;
    }
    if (filter->kind == QUERY_SOURCE) {
        *out = filter->segment->columns.sources[document] == filter->source;
        return GDX_OK;
    }
    if (filter->kind == QUERY_META)
        return query_metadata_passes(run, &filter->metadata, filter->segment, document, out, err);
    if (filter->kind == QUERY_FIRST) {
        *out = !gdx_bit(filter->repeats, document);
        return GDX_OK;
    }
    gdx_slice id;
    gdx_status status = gdx_segment_id(filter->segment->segment, document, &id, err);
    if (status == GDX_OK)
        *out = id.bytes >= filter->id.bytes &&
               (filter->id.bytes == 0 || memcmp(id.data, filter->id.data, filter->id.bytes) == 0) &&
               (filter->kind == QUERY_ID_PREFIX || id.bytes == filter->id.bytes);
    return status;
}

static gdx_status add_ids(query_run *run, const query_segment *segment, const query_node *node, bitmap *map,
                          gdx_error *err) {
    if (node->kind == QUERY_ID) {
        uint32_t document;
        bool has = false;
        gdx_status status = gdx_segment_find_id(segment->segment, node->value, &document, &has, err);
        if (status == GDX_OK && has)
            set(map, document);
        return status;
    }
    uint32_t low = 0, high = 0;
    gdx_status status = gdx_segment_id_prefix(segment->segment, node->value, &low, &high, err);
    for (uint32_t i = low; i < high && status == GDX_OK; i++) {
        uint32_t document;
        status = gdx_segment_by_id(segment->segment, i, &document, err);
        if (status == GDX_OK) {
            set(map, document);
            status = query_run_spend(run, 5, err);
        }
    }
    return status;
}

static gdx_status add_filter(query_run *run, const query_segment *segment, const query_node *node, bitmap *map,
                             gdx_error *err) {
    if (node->kind == QUERY_ID || node->kind == QUERY_ID_PREFIX)
        return add_ids(run, segment, node, map, err);
    struct filter filter;
    gdx_status status = open_filter(run, segment, node, &filter, err);
    for (uint32_t d = 0; d < segment->columns.count && status == GDX_OK; d++) {
        bool has = false;
        status = passes(run, &filter, d, &has, err);
        if (status == GDX_OK && has)
            set(map, d);
    }
    return status == GDX_OK ? query_run_spend(run, segment->columns.count, err) : status;
}

// True to list the documents of the ids that a filter wants, false to check each document that is left.
static gdx_status lists_ids(const query_segment *segment, const query_node *node, const bitmap *map, bool *out,
                            gdx_error *err) {
    enum { LISTED_PER_ASKED = 32 }; // an id is a string anywhere in the file, a listed one a number beside the last
    uint32_t low = 0, high = 0;
    *out = node->kind == QUERY_ID;
    if (node->kind != QUERY_ID_PREFIX)
        return GDX_OK;
    size_t left = gdx_bits_count(map->words, map->count * 64);
    gdx_status status = gdx_segment_id_prefix(segment->segment, node->value, &low, &high, err);
    *out = high - low <= left * LISTED_PER_ASKED;
    return status;
}

static gdx_status thin_by_asking(query_run *run, const query_segment *segment, const query_node *node, bitmap *map,
                                 gdx_error *err) {
    enum { ASK_WORK = 100 }; // nanoseconds to look at one document, nearly always less
    struct filter filter;
    gdx_status status = open_filter(run, segment, node, &filter, err);
    for (size_t w = 0; w < map->count && status == GDX_OK; w++) {
        uint64_t asked = (uint64_t)__builtin_popcountll(map->words[w]);
        for (uint64_t left = map->words[w]; left && status == GDX_OK; left &= left - 1) {
            bool has = false;
            status = passes(run, &filter, (uint32_t)(w * 64 + gdx_bits_lowest(left)), &has, err);
            if (status == GDX_OK && !has)
                map->words[w] &= ~(left & -left);
        }
        if (status == GDX_OK)
            status = query_run_spend(run, 1 + asked * ASK_WORK, err);
    }
    return status;
}

// ---- the tree

struct match {
    query_run *run;
    const query_segment *segment;
    const query_frequencies *leaves;
};

// All leaves below a leaf, NEAR or THEN: those of a pair hold only what has a partner by now.
static gdx_status add_leaves(const struct match *match, const query_node *node, bitmap *map, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (query_is_leaf(node)) {
        const query_frequencies *found = &match->leaves[node->leaf];
        for (size_t i = 0; i < found->count; i++)
            set(map, found->documents[i]);
        status = query_run_spend(match->run, found->count, err);
    }
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++)
        status = add_leaves(match, node->children[i], map, err);
    return status;
}

static gdx_status add_node(const struct match *match, const query_node *node, bitmap *map, gdx_error *err);

// A child on its own, in `space`.
static gdx_status child_alone(const struct match *match, const query_node *child, bitmap *space, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (space->words) {
        memset(space->words, 0, space->count * sizeof *space->words);
        status = query_run_spend(match->run, space->count, err);
    } else {
        status = new_bitmap(match->run, match->segment, space, err);
    }
    return status == GDX_OK ? add_node(match, child, space, err) : status;
}

static gdx_status add_either(const struct match *match, const query_node *node, bitmap *map, gdx_error *err) {
    bitmap space = {0};
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++) {
        const query_node *child = node->children[i];
        if (child->kind != QUERY_AND && child->kind != QUERY_NOT) {
            status = add_node(match, child, map, err);
            continue;
        }
        status = child_alone(match, child, &space, err);
        for (size_t w = 0; w < map->count && status == GDX_OK; w++)
            map->words[w] |= space.words[w];
    }
    return status;
}

// Keeps in `map` the documents that the child also has.
static gdx_status thin_by(const struct match *match, const query_node *child, bitmap *space, bitmap *map,
                          gdx_error *err) {
    gdx_status status = child_alone(match, child, space, err);
    for (size_t w = 0; w < map->count && status == GDX_OK; w++)
        map->words[w] &= space->words[w];
    return status;
}

// `map` is empty. The first child fills it and the others thin it. Filters are last: they check what is left.
static gdx_status add_both(const struct match *match, const query_node *node, bitmap *map, gdx_error *err) {
    uint32_t first = 0;
    while (first < node->child_count - 1 && query_is_filter(node->children[first]))
        first++;
    if (query_is_filter(node->children[first]))
        first = 0; // nothing but filters
    gdx_status status = add_node(match, node->children[first], map, err);
    bitmap space = {0};
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++) {
        if (i == first || query_is_filter(node->children[i]))
            continue;
        status = thin_by(match, node->children[i], &space, map, err);
    }
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++) {
        if (i == first || !query_is_filter(node->children[i]))
            continue;
        bool by_list = false;
        status = lists_ids(match->segment, node->children[i], map, &by_list, err);
        if (status == GDX_OK)
            status = by_list ? thin_by(match, node->children[i], &space, map, err)
                             : thin_by_asking(match->run, match->segment, node->children[i], map, err);
    }
    return status;
}

// Bits after the last document stay clear: each bit of the map is looked up as a document.
static void invert(bitmap *map, uint32_t document_count) {
    for (size_t w = 0; w < map->count; w++)
        map->words[w] = ~map->words[w];
    map->words[document_count >> 6] &= (UINT64_C(1) << (document_count & 63)) - 1;
}

// Sets the bits of the node's documents. For AND and NOT the map must be empty.
static gdx_status add_node(const struct match *match, const query_node *node, bitmap *map, gdx_error *err) {
    if (query_is_leaf(node) || query_is_pair(node))
        return add_leaves(match, node, map, err);
    if (query_is_filter(node))
        return add_filter(match->run, match->segment, node, map, err);
    if (node->kind == QUERY_OR)
        return add_either(match, node, map, err);
    if (node->kind == QUERY_AND)
        return add_both(match, node, map, err);
    gdx_status status = add_node(match, node->children[0], map, err);
    invert(map, match->segment->columns.count);
    return status;
}

static gdx_status list_documents(query_run *run, const query_segment *segment, const bitmap *map,
                                 uint32_t **out_documents, size_t *out_count, gdx_error *err) {
    size_t count = gdx_bits_count(map->words, map->count * 64);
    uint32_t *documents = query_run_take(run, count * sizeof *documents, err);
    if (!documents)
        return GDX_NO_MEMORY;
    count = 0;
    for (size_t w = 0; w < map->count; w++)
        for (uint64_t left = map->words[w]; left; left &= left - 1) {
            uint32_t document = (uint32_t)(w * 64 + gdx_bits_lowest(left));
            documents[count] = document;
            count += !gdx_is_deleted(segment->live->deleted, document);
        }
    *out_documents = documents;
    *out_count = count;
    return query_run_spend(run, map->count + count, err);
}

gdx_status query_documents_match(query_run *run, const query_segment *segment, const query_frequencies *leaves,
                                 uint32_t **out_documents, size_t *out_count, gdx_error *err) {
    const query_node *root = run->query->root;
    if (query_is_leaf(root)) {
        *out_documents = leaves[root->leaf].documents;
        *out_count = leaves[root->leaf].count;
        return GDX_OK;
    }
    bitmap map;
    struct match match = {run, segment, leaves};
    gdx_status status = new_bitmap(run, segment, &map, err);
    if (status == GDX_OK)
        status = add_node(&match, root, &map, err);
    return status == GDX_OK ? list_documents(run, segment, &map, out_documents, out_count, err) : status;
}
