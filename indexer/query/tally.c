// SPDX-License-Identifier: Apache-2.0
// tally.c: a walk over all live documents with what a query says of each. Relies on boolean.h and evaluate.h.

#include "boolean.h"
#include "evaluations.h"

static bool has_leaf(const query_node *node) {
    if (query_is_leaf(node))
        return true;
    for (uint32_t i = 0; i < node->child_count; i++)
        if (has_leaf(node->children[i]))
            return true;
    return false;
}

// The parts of the query's outermost AND that hold no leaf, as a query. No part: *out has no root.
static gdx_status filters_of(query_run *run, gdx_query *out, gdx_error *err) {
    query_node *root = run->query->root;
    *out = (gdx_query){.rule = run->query->rule};
    if (root->kind != QUERY_AND) {
        out->root = has_leaf(root) ? NULL : root;
        return GDX_OK;
    }
    query_node *all = query_run_take(run, sizeof *all, err);
    query_node **children = query_run_take(run, root->child_count * sizeof *children, err);
    if (!all || !children)
        return GDX_NO_MEMORY;
    *all = *root;
    all->children = children;
    all->child_count = 0;
    for (uint32_t i = 0; i < root->child_count; i++)
        if (!has_leaf(root->children[i]))
            children[all->child_count++] = root->children[i];
    out->root = all->child_count > 1 ? all : all->child_count == 1 ? children[0] : NULL;
    return GDX_OK;
}

struct within { // the documents that pass the filters
    uint32_t *documents;
    size_t count;
    bool has_all;
};

static gdx_status find_within(query_run *run, const query_segment *segment, struct within *out, gdx_error *err) {
    gdx_query filters;
    gdx_status status = filters_of(run, &filters, err);
    *out = (struct within){.has_all = filters.root == NULL};
    if (status != GDX_OK || out->has_all)
        return status;
    const gdx_query *whole = run->query;
    run->query = &filters;
    status = query_documents_match(run, segment, NULL, &out->documents, &out->count, err);
    run->query = whole;
    return status;
}

static bool takes(const uint32_t *documents, size_t count, uint32_t document, size_t *slot) {
    bool is_there = *slot < count && documents[*slot] == document;
    *slot += is_there;
    return is_there;
}

static gdx_status visit_all(query_run *run, const query_evaluation *evaluation, const struct within *within,
                            gdx_tallied *tallied, gdx_tally_visit *visit, const uint64_t *occurrences, void *context,
                            gdx_error *err) {
    const query_segment *view = &evaluation->segment;
    size_t slot = 0, within_slot = 0;
    gdx_status status = GDX_OK;
    for (uint32_t d = 0; d < view->columns.count && status == GDX_OK; d++) {
        if (gdx_is_deleted(view->live->deleted, d))
            continue;
        tallied->document = d;
        tallied->source = view->columns.sources[d];
        tallied->date = view->columns.dates[d];
        tallied->symbols = gdx_columns_length(&view->columns, d);
        tallied->is_within = within->has_all || takes(within->documents, within->count, d, &within_slot);
        tallied->matches = takes(evaluation->documents, evaluation->document_count, d, &slot);
        tallied->occurrences = tallied->matches ? occurrences[slot - 1] : 0;
        status = visit(context, tallied, err);
        if (status == GDX_OK && (d & 1023) == 0)
            status = query_run_spend(run, 1024 * 8, err);
    }
    return status;
}

struct tallying {
    query_run run;
    gdx_tally_visit *visit;
    void *context; // the visitor's
};

static gdx_status visit_segment(void *context, query_evaluation *evaluation, gdx_error *err) {
    struct tallying *tallying = context;
    query_run *run = &tallying->run;
    struct within within;
    gdx_tallied tallied = {.segment = evaluation->segment.index};
    gdx_status status = find_within(run, &evaluation->segment, &within, err);
    if (status != GDX_OK)
        return status;
    uint64_t *occurrences = query_run_take(run, evaluation->document_count * sizeof *occurrences, err);
    if (!occurrences)
        return GDX_NO_MEMORY;
    query_slots slots = {.end = evaluation->document_count, .occurrences = occurrences};
    for (uint32_t i = 0; i < run->query->leaf_count && status == GDX_OK; i++) {
        size_t at = 0;
        if (!run->query->leaves[i]->is_negated)
            status = query_evaluation_add_leaf(run, evaluation, &evaluation->leaves[i], &slots, &at, err);
    }
    if (status == GDX_OK)
        status = visit_all(run, evaluation, &within, &tallied, tallying->visit, occurrences, tallying->context, err);
    return status;
}

gdx_status gdx_tally(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                     gdx_tally_visit *visit, void *context, gdx_error *err) {
    struct tallying tallying = {query_run_of(searcher, snapshot, query, stop), visit, context};
    gdx_status status = query_run_check(&tallying.run, err);
    if (status == GDX_OK)
        status = query_evaluations_each(&tallying.run, visit_segment, &tallying, err);
    query_searcher_reset(searcher);
    return status;
}
