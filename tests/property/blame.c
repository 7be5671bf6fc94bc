// SPDX-License-Identifier: Apache-2.0
// blame.c: see blame.h.

#include "blame.h"

#include "gdx/text.h"

#include "queries.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

struct blame {
    struct oracle *oracle;
    gdx_searcher *searcher;
    gdx_snapshot *snapshot;
    gdx_buffer *out;
};

static gdx_totals naive_totals(struct oracle *oracle, const struct part *part) {
    size_t count = 0;
    struct answer *answers = oracle_ask(oracle, part, &count);
    gdx_totals totals = {.documents = count};
    for (size_t i = 0; i < count; i++)
        totals.occurrences += answers[i].count;
    oracle_answers_free(answers, count);
    return totals;
}

// True if the engine counts this part alone wrongly; then reports it.
static bool is_wrong(struct blame *blame, const struct part *part) {
    random_state random = {1};
    gdx_buffer text = {0};
    GDX_AUTO(gdx_query) query = NULL;
    gdx_totals got = {0}, wanted = naive_totals(blame->oracle, part);
    gdx_error err = {0};
    query_write(part, &random, &text);
    gdx_status status = gdx_query_parse(gdx_rule_current(), gdx_buffer_slice(&text), &query, &err);
    if (status == GDX_OK)
        status = gdx_count(blame->searcher, blame->snapshot, query, NULL, &got, &err);
    bool wrong = status != GDX_OK || got.documents != wanted.documents || got.occurrences != wanted.occurrences;
    if (wrong)
        assert_int_equal(
            gdx_buffer_append_format(blame->out, "the part %.*s: %llu in %llu documents, expected %llu in %llu%s%s",
                                     GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&text)), (unsigned long long)got.occurrences,
                                     (unsigned long long)got.documents, (unsigned long long)wanted.occurrences,
                                     (unsigned long long)wanted.documents, status ? "; " : "", err.message),
            GDX_OK);
    gdx_buffer_clear(&text);
    return wrong;
}

static bool is_filter(const struct part *part) {
    return part->kind == PART_SOURCE || part->kind == PART_DATES || part->kind == PART_ID ||
           part->kind == PART_ID_PREFIX;
}

// `field`: written before an outer part, and so before this one when it is alone.
static bool blame_innermost(struct blame *blame, const struct part *part, unsigned field) {
    struct part alone = *part;
    if (!alone.field_prefix && !is_filter(part))
        alone.field_prefix = field;
    for (size_t i = 0; i < part->child_count; i++)
        if (blame_innermost(blame, part->children[i], alone.field_prefix))
            return true;
    return is_wrong(blame, &alone);
}

void blame_part(struct oracle *oracle, gdx_searcher *searcher, gdx_snapshot *snapshot, const struct part *query,
                gdx_buffer *out) {
    struct blame blame = {oracle, searcher, snapshot, out};
    if (!blame_innermost(&blame, query, 0))
        assert_int_equal(gdx_buffer_append_format(out, "every part alone is counted right"), GDX_OK);
}
