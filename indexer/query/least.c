// SPDX-License-Identifier: Apache-2.0
// least.c: see least.h. Of a phrase of several symbols nothing is known beforehand but that it may be nowhere. A single
// symbol, or the words by their start, occur exactly as often as the dictionary says.
// Beside NEAR and THEN the positions of each leaf are held at four bytes each, once for leaves that are written alike
// (near.c). A leaf's positions are unpacked before they are copied.

#include "least.h"

#include "near.h"
#include "plan.h"
#include "reading.h"

struct least {
    query_run *run;
    const query_segment *segment;
    const query_node **leaves; // below the pair at hand, each once
    size_t leaf_count;
    uint64_t held, unpacked; // positions
};

// Positions that no leaf of the default fields, or of any, looks at: titles from the text, furniture, end marks.
static uint64_t uncounted(const query_segment *segment) {
    const gdx_segment_info *info = gdx_segment_info_of(segment->segment);
    uint64_t counted = info->symbol_count + 2 * (uint64_t)segment->columns.count + segment->columns.part_count;
    return counted < info->position_count ? info->position_count - counted : 0;
}

// How often the leaf's symbols occur, and of that what is in its fields, at the least.
static gdx_status size_leaf(const query_segment *segment, const query_node *leaf, uint64_t *out_all, uint64_t *out_kept,
                            gdx_error *err) {
    uint32_t low = 0, high = 0;
    bool has_all = true;
    gdx_status status = GDX_OK;
    *out_all = *out_kept = 0;
    if (leaf->kind == QUERY_WORD_PREFIX)
        status = gdx_segment_word_prefix(segment->segment, leaf->value, &low, &high, err);
    else if (query_is_phrase(leaf) && leaf->symbol_count == 1)
        status = query_symbols_number(segment, leaf, &low, &has_all, err);
    else
        return GDX_OK;
    if (leaf->kind != QUERY_WORD_PREFIX)
        high = low + 1;
    if (status == GDX_OK && has_all && low < high)
        status = gdx_segment_range_occurrences(segment->segment, low, high, out_all, err);
    uint64_t beside = uncounted(segment);
    if ((leaf->fields == QUERY_DEFAULT || leaf->fields == QUERY_ANY) && *out_all > beside)
        *out_kept = *out_all - beside;
    return status;
}

// ---- pairs

static bool is_new(const struct least *least, const query_node *leaf) {
    for (size_t i = 0; i < least->leaf_count; i++)
        if (query_leaves_equal(least->leaves[i], leaf))
            return false;
    return true;
}

static gdx_status add_leaf(struct least *least, const query_node *leaf, gdx_error *err) {
    uint64_t all = 0, kept = 0;
    if (leaf->kind == QUERY_EXACT || !is_new(least, leaf)) // of which any number may be held; which is held already
        return GDX_OK;
    least->leaves[least->leaf_count++] = leaf;
    gdx_status status = size_leaf(least->segment, leaf, &all, &kept, err);
    least->held += kept;
    if (all > least->unpacked)
        least->unpacked = all;
    return status == GDX_OK ? query_run_spend(least->run, 1200, err) : status;
}

static gdx_status add_leaves(struct least *least, const query_node *node, gdx_error *err) {
    if (query_is_leaf(node))
        return add_leaf(least, node, err);
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++)
        status = add_leaves(least, node->children[i], err);
    return status;
}

static gdx_status check_pair(struct least *least, const query_node *pair, gdx_error *err) {
    least->leaf_count = 0;
    least->held = least->unpacked = 0;
    gdx_status status = add_leaves(least, pair, err);
    if (status != GDX_OK)
        return status;
    return query_run_expect(least->run, (least->held + least->unpacked) * sizeof(uint32_t), err);
}

static gdx_status check_pairs(struct least *least, const query_node *node, gdx_error *err) {
    if (query_is_pair(node))
        return check_pair(least, node, err);
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++)
        status = check_pairs(least, node->children[i], err);
    return status;
}

// ---- texts

static gdx_status count_places(const query_run *run, const query_segment *segment, uint64_t *places, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < run->query->leaf_count && status == GDX_OK; i++) {
        uint64_t all = 0, kept = 0;
        if (run->query->leaves[i]->kind == QUERY_EXACT)
            status = size_leaf(segment, run->query->leaves[i], &all, &kept, err);
        *places += kept;
    }
    return status;
}

static bool is_costly(const query_node *node) {
    bool has = query_is_pair(node) || node->kind == QUERY_EXACT;
    for (uint32_t i = 0; i < node->child_count && !has; i++)
        has = is_costly(node->children[i]);
    return has;
}

gdx_status query_least_check(query_run *run, gdx_error *err) {
    if (!is_costly(run->query->root))
        return GDX_OK;
    struct least least = {.run = run};
    uint64_t places = 0;
    least.leaves = query_run_take(run, run->query->leaf_count * sizeof *least.leaves, err);
    gdx_status status = least.leaves ? GDX_OK : GDX_NO_MEMORY;
    for (size_t s = 0; s < gdx_snapshot_segment_count(run->snapshot) && status == GDX_OK; s++) {
        query_segment segment;
        status = query_segment_open(run->snapshot, s, &segment, err);
        if (status != GDX_OK || segment.rule != run->query->rule)
            return status; // the evaluation says what is wrong
        least.segment = &segment;
        status = count_places(run, &segment, &places, err);
        if (status == GDX_OK)
            status = check_pairs(&least, run->query->root, err);
    }
    return status == GDX_OK ? query_reading_expect("exact:", places, err) : status;
}
