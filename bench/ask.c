// SPDX-License-Identifier: Apache-2.0
// ask.c: see ask.h.

#include "ask.h"

#include "gdx/statistics.h"
#include "gdx/text.h"

enum { HITS = 10, SNIPPET_SYMBOLS = 20, MATCHES = 10, PHRASE_STEP = 20 };

const char *kind_name(enum kind kind) {
    static const char *const names[KINDS] = {"count", "top 10 with snippets", "a AND b", "a NEAR/20 b",
                                             "trend by month"};
    return names[kind];
}

static gdx_status search(struct asker *asker, const gdx_query *query, gdx_totals *out, gdx_error *err) {
    GDX_AUTO(gdx_results) results = NULL;
    gdx_search_options options = {.limit = HITS, .snippet_symbols = SNIPPET_SYMBOLS, .match_limit = MATCHES};
    gdx_status status = gdx_search(asker->searcher, asker->snapshot, query, &options, &results, err);
    if (status == GDX_OK)
        *out = (gdx_totals){.documents = results->documents, .occurrences = results->occurrences};
    return status;
}

static gdx_status trend_by_month(struct asker *asker, const gdx_query *query, gdx_totals *out, gdx_error *err) {
    GDX_AUTO(gdx_trend) trend = NULL;
    gdx_stop stop = {0};
    gdx_status status = gdx_trend_compute(asker->searcher, asker->snapshot, query,
                                          &(gdx_trend_options){.by = GDX_BY_MONTH}, &stop, &trend, err);
    if (status == GDX_OK)
        *out = trend->all.totals;
    return status;
}

gdx_status ask_text(struct asker *asker, gdx_slice text, enum kind kind, uint64_t *out_ns, gdx_totals *out,
                    gdx_error *err) {
    uint64_t begin = gdx_now_ns();
    GDX_AUTO(gdx_query) query = NULL;
    gdx_stop stop = {0};
    gdx_status status = gdx_query_parse(gdx_rule_current(), text, &query, err);
    if (status == GDX_OK && kind == TOP_TEN)
        status = search(asker, query, out, err);
    else if (status == GDX_OK && kind == BY_MONTH)
        status = trend_by_month(asker, query, out, err);
    else if (status == GDX_OK)
        status = gdx_count(asker->searcher, asker->snapshot, query, &stop, out, err);
    *out_ns = gdx_now_ns() - begin;
    return status;
}

gdx_status ask(struct asker *asker, size_t i, enum kind kind, uint64_t *out_ns, gdx_totals *out, gdx_error *err) {
    gdx_slice first = asker->phrases->items[i].query;
    gdx_slice second = asker->phrases->items[(i + PHRASE_STEP) % asker->phrases->count].query;
    if (kind != BOTH && kind != NEAR)
        return ask_text(asker, first, kind, out_ns, out, err);
    asker->text.bytes = 0;
    gdx_status status = gdx_buffer_append_format(&asker->text, "%.*s %s %.*s", GDX_SLICE_ARGUMENTS(first),
                                                 kind == NEAR ? "NEAR/20" : "AND", GDX_SLICE_ARGUMENTS(second));
    if (status != GDX_OK)
        return gdx_fail(err, status, "no memory for a query");
    return ask_text(asker, gdx_buffer_slice(&asker->text), kind, out_ns, out, err);
}
