// SPDX-License-Identifier: Apache-2.0
// evaluate.c: a query in one segment. First each leaf's frequencies, by way of positions only where they are needed,
// then the documents for which the tree holds.

#include "evaluate.h"

#include "boolean.h"
#include "exact.h"
#include "least.h"
#include "near.h"

#include <assert.h>

// The plan of an exact phrase reads stored text, so it is made once and kept.
static gdx_status plan_leaf(query_run *run, query_evaluation *evaluation, const query_node *leaf, query_plan *out,
                            gdx_error *err) {
    gdx_status status = query_plan_make(run, &evaluation->segment, leaf, out, err);
    if (status == GDX_OK && leaf->kind == QUERY_EXACT)
        status = query_exact_keep(run, &evaluation->segment, out, err);
    if (status != GDX_OK || leaf->kind != QUERY_EXACT)
        return status;
    if (!evaluation->exact)
        evaluation->exact = query_run_take(run, run->query->leaf_count * sizeof *evaluation->exact, err);
    if (!evaluation->exact)
        return GDX_NO_MEMORY;
    evaluation->exact[leaf->leaf] = *out;
    return GDX_OK;
}

struct whole_segment {
    query_run *run;
    query_evaluation *evaluation;
    query_plan plan; // of the leaf at hand
};

static gdx_status positions_in_segment(void *context, const query_node *leaf, uint32_t form, query_stream *out,
                                       bool *out_has, gdx_error *err) {
    struct whole_segment *whole = context;
    query_list *list = &whole->run->searcher->positions;
    *out_has = form == 0 || form <= whole->plan.broken_count;
    if (form > 0) {
        const query_broken *broken = *out_has ? &whole->plan.broken[form - 1] : NULL;
        if (broken)
            *out = (query_stream){leaf, broken->positions, broken->count, broken->length, NULL};
        return GDX_OK;
    }
    gdx_status status = plan_leaf(whole->run, whole->evaluation, leaf, &whole->plan, err);
    if (status == GDX_OK)
        status = query_leaf_positions(whole->run, &whole->evaluation->segment, &whole->plan, list, err);
    *out = (query_stream){leaf, list->values, list->count, leaf->symbol_count, NULL};
    return status;
}

// The streams of one leaf, which share no position.
static gdx_status count_streams(query_run *run, const query_stream *streams, size_t count, query_evaluation *evaluation,
                                gdx_error *err) {
    query_list *all = &run->searcher->positions;
    query_frequencies *out = &evaluation->leaves[streams->leaf->leaf];
    all->count = 0;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = query_stream_append(run, &streams[i], all, err);
    if (status == GDX_OK && count > 1)
        status = query_run_sort(run, all, 0, err);
    if (status != GDX_OK)
        return status;
    return query_frequencies_count(run, &evaluation->segment, all->values, all->count, out, err);
}

static gdx_status evaluate_near(query_run *run, const query_node *node, query_evaluation *evaluation, gdx_error *err) {
    struct whole_segment whole = {.run = run, .evaluation = evaluation};
    gdx_arena *arena = run->searcher->documents; // what is left of the positions once they are counted is nothing
    query_streams found = {0};
    gdx_status status =
        query_pairs_find(run, &evaluation->segment, node, positions_in_segment, &whole, arena, &found, err);
    for (size_t first = 0, end; first < found.count && status == GDX_OK; first = end) {
        const query_node *leaf = found.streams[first].leaf;
        for (end = first + 1; end < found.count && found.streams[end].leaf == leaf;)
            end++;
        status = count_streams(run, found.streams + first, end - first, evaluation, err);
    }
    gdx_arena_reset(arena);
    return status;
}

static gdx_status evaluate_leaves(query_run *run, const query_node *node, query_evaluation *evaluation,
                                  gdx_error *err) {
    if (query_is_pair(node))
        return evaluate_near(run, node, evaluation, err);
    if (query_is_leaf(node)) {
        query_plan plan;
        gdx_status status = plan_leaf(run, evaluation, node, &plan, err);
        if (status != GDX_OK)
            return status;
        bool sum_is_enough = run->wants_totals && node == run->query->root && !run->query->bridges;
        return query_leaf_frequencies(run, &evaluation->segment, &plan, sum_is_enough, &evaluation->leaves[node->leaf],
                                      err);
    }
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++)
        status = evaluate_leaves(run, node->children[i], evaluation, err);
    return status;
}

// ---- bridges

static bool has_document(const uint32_t *documents, size_t count, uint32_t document) {
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (documents[middle] == document)
            return true;
        if (documents[middle] < document)
            low = middle + 1;
        else
            count = middle;
    }
    return false;
}

bool query_evaluation_is_bridged(const query_evaluation *evaluation, uint32_t document) {
    const query_bridges *bridges = evaluation->bridges;
    return bridges && !has_document(bridges->plain_documents, bridges->plain_count, document);
}

void query_evaluation_include_bridged(query_evaluation *evaluation) {
    if (!evaluation->bridges)
        return;
    evaluation->documents = evaluation->bridges->documents;
    evaluation->document_count = evaluation->bridges->document_count;
}

// The documents of a leaf with those of its bridged places. Their counts are not looked at.
static gdx_status add_bridged_documents(query_run *run, const query_evaluation *evaluation,
                                        const query_bridged_leaf *bridged, query_frequencies *leaf, gdx_error *err) {
    const gdx_document_columns *columns = &evaluation->segment.columns;
    uint32_t *documents = query_run_take(run, (leaf->count + bridged->count) * sizeof *documents, err);
    if (!documents)
        return GDX_NO_MEMORY;
    size_t count = 0, at = 0;
    uint32_t number = 0;
    for (size_t i = 0; i < bridged->count; i++) {
        number = gdx_columns_document_at(columns, bridged->places[i].begin, number);
        while (at < leaf->count && leaf->documents[at] <= number)
            documents[count++] = leaf->documents[at++];
        if (count == 0 || documents[count - 1] != number)
            documents[count++] = number;
    }
    while (at < leaf->count)
        documents[count++] = leaf->documents[at++];
    *leaf = (query_frequencies){.documents = documents, .count = count};
    return query_run_spend(run, count * 5, err);
}

static gdx_status find_bridges(query_run *run, query_evaluation *evaluation, gdx_error *err) {
    uint32_t leaf_count = run->query->leaf_count;
    query_bridges *bridges = query_run_take(run, sizeof *bridges, err);
    if (!bridges)
        return GDX_NO_MEMORY;
    bridges->plain_documents = evaluation->documents;
    bridges->plain_count = evaluation->document_count;
    bridges->leaves = query_run_take(run, leaf_count * sizeof *bridges->leaves, err);
    query_frequencies *leaves = query_run_take(run, leaf_count * sizeof *leaves, err);
    if (!bridges->leaves || !leaves)
        return GDX_NO_MEMORY;
    memcpy(leaves, evaluation->leaves, leaf_count * sizeof *leaves);
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < leaf_count && status == GDX_OK; i++) {
        query_bridged_leaf *leaf = &bridges->leaves[i];
        if (run->query->leaves[i]->kind != QUERY_BRIDGE)
            continue;
        status = query_bridge_find(run, &evaluation->segment, run->query->leaves[i], &leaf->places, &leaf->count, err);
        if (status == GDX_OK)
            status = add_bridged_documents(run, evaluation, leaf, &leaves[i], err);
    }
    if (status == GDX_OK)
        status = query_documents_match(run, &evaluation->segment, leaves, &bridges->documents, &bridges->document_count,
                                       err);
    evaluation->bridges = bridges;
    return status;
}

// ---- the whole

gdx_status query_evaluation_make(query_run *run, size_t segment, query_evaluation *out, gdx_error *err) {
    *out = (query_evaluation){0};
    gdx_status status = query_segment_open(run->snapshot, segment, &out->segment, err);
    if (status == GDX_OK && out->segment.rule != run->query->rule)
        status = query_rule_refuse(out->segment.rule, err);
    if (status != GDX_OK)
        return status;
    out->leaves = query_run_take(run, run->query->leaf_count * sizeof *out->leaves, err);
    if (!out->leaves)
        return GDX_NO_MEMORY;
    if (segment == 0) // before any work on the first
        status = query_least_check(run, err);
    if (status == GDX_OK)
        status = evaluate_leaves(run, run->query->root, out, err);
    if (status != GDX_OK)
        return status;
    status = query_documents_match(run, &out->segment, out->leaves, &out->documents, &out->document_count, err);
    return status == GDX_OK && run->query->bridges ? find_bridges(run, out, err) : status;
}

gdx_status query_evaluation_add_leaf(query_run *run, const query_evaluation *evaluation, const query_frequencies *leaf,
                                     const query_slots *slots, size_t *at, gdx_error *err) {
    const uint32_t *documents = evaluation->documents;
    const gdx_document_columns *columns = &evaluation->segment.columns;
    size_t i = *at;
    for (size_t slot = slots->begin; i < leaf->count && slot < slots->end;) {
        uint32_t document = leaf->documents[i], matched = documents[slot];
        if (document < matched) {
            i++;
            continue;
        }
        if (document == matched) {
            uint32_t frequency = leaf->counts[i++];
            if (slots->scores)
                slots->scores[slot - slots->begin] +=
                    slots->weigh(slots->context, gdx_columns_length(columns, document), frequency);
            slots->occurrences[slot - slots->begin] += frequency;
        }
        slot++;
    }
    size_t passed = i - *at;
    *at = i;
    return query_run_spend(run, passed * 10, err);
}

static uint64_t sum_where_matched(const query_evaluation *evaluation, const query_frequencies *leaf) {
    uint64_t sum = 0;
    if (leaf->count && !leaf->counts) { // it is the whole query
        assert(leaf->documents == evaluation->documents);
        return leaf->sum;
    }
    if (leaf->documents == evaluation->documents) {
        for (size_t i = 0; i < leaf->count; i++)
            sum += leaf->counts[i];
        return sum;
    }
    for (size_t i = 0, slot = 0; i < leaf->count && slot < evaluation->document_count;) {
        uint32_t document = leaf->documents[i], matched = evaluation->documents[slot];
        sum += document == matched ? leaf->counts[i] : 0;
        i += document <= matched;
        slot += matched <= document;
    }
    return sum;
}

static uint64_t count_bridged(const query_evaluation *evaluation, uint32_t leaf) {
    const query_bridges *bridges = evaluation->bridges;
    const query_bridged_leaf *bridged = &bridges->leaves[leaf];
    uint64_t sum = 0;
    uint32_t number = 0;
    for (size_t i = 0; i < bridged->count; i++) {
        number = gdx_columns_document_at(&evaluation->segment.columns, bridged->places[i].begin, number);
        sum += has_document(bridges->documents, bridges->document_count, number);
    }
    return sum;
}

gdx_status query_evaluation_add_totals(query_run *run, const query_evaluation *evaluation, gdx_totals *totals,
                                       gdx_error *err) {
    gdx_status status = GDX_OK;
    totals->documents += evaluation->document_count;
    for (uint32_t i = 0; i < run->query->leaf_count && status == GDX_OK; i++) {
        const query_frequencies *leaf = &evaluation->leaves[i];
        if (run->query->leaves[i]->is_negated)
            continue;
        totals->occurrences += sum_where_matched(evaluation, leaf);
        totals->bridged_occurrences += evaluation->bridges ? count_bridged(evaluation, i) : 0;
        status = query_run_spend(run, leaf->count * 2, err);
    }
    return status;
}
