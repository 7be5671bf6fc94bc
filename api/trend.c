// SPDX-License-Identifier: Apache-2.0
// trend.c: Search.Trend: how many documents and occurrences in each period, of one query or several side by side.

#include "api.h"

enum { QUERIES_MOST = 10 };

struct asked {
    size_t count; // of queries
    ProtobufCBinaryData texts[QUERIES_MOST];
    gdx_query *queries[QUERIES_MOST];
    gdx_trend *trends[QUERIES_MOST];
    gdx_trend_options options;
};

// ---- the request

static gdx_status read_period(Gramdex__V1__Period by, gdx_group *out, gdx_error *err) {
    static const gdx_group groups[] = {
        [GRAMDEX__V1__PERIOD__PERIOD_UNSPECIFIED] = GDX_BY_YEAR, [GRAMDEX__V1__PERIOD__PERIOD_YEAR] = GDX_BY_YEAR,
        [GRAMDEX__V1__PERIOD__PERIOD_MONTH] = GDX_BY_MONTH,      [GRAMDEX__V1__PERIOD__PERIOD_DAY] = GDX_BY_DAY,
        [GRAMDEX__V1__PERIOD__PERIOD_QUARTER] = GDX_BY_QUARTER,  [GRAMDEX__V1__PERIOD__PERIOD_WEEK] = GDX_BY_WEEK};
    if ((unsigned)by >= sizeof groups / sizeof *groups)
        return gdx_fail_field(err, "by", GDX_REASON_OUT_OF_RANGE, "%d, expected one of Period", (int)by);
    *out = groups[by];
    return GDX_OK;
}

static gdx_status read_options(const Gramdex__V1__TrendRequest *request, gdx_trend_options *out, gdx_error *err) {
    gdx_status status = read_period(request->by, &out->by, err);
    if (status == GDX_OK)
        status = request_date("date_from", request->date_from, &out->from, err);
    if (status == GDX_OK)
        status = request_date("date_to", request->date_to, &out->to, err);
    bool has_both = out->from != GDX_NO_DATE && out->to != GDX_NO_DATE;
    if (status == GDX_OK && has_both && gdx_date_first_day(out->from) > gdx_date_last_day(out->to))
        return gdx_fail_field(err, "date_to", GDX_REASON_OUT_OF_RANGE, "it is before date_from, expected a later date");
    out->split_by_source = request->split_by_source;
    return status;
}

static gdx_status read_queries(gdx_collection *collection, const Gramdex__V1__TrendRequest *request,
                               struct asked *asked, gdx_error *err) {
    if (request->n_compare >= QUERIES_MOST)
        return gdx_fail_field(err, "compare", GDX_REASON_OUT_OF_RANGE, "%zu queries, expected at most %d",
                              request->n_compare, QUERIES_MOST - 1);
    asked->texts[asked->count++] = request->query;
    for (size_t i = 0; i < request->n_compare; i++)
        asked->texts[asked->count++] = request->compare[i];
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < asked->count && status == GDX_OK; i++)
        status = request_query(collection, asked->texts[i], request->scope, &asked->queries[i], err);
    return status;
}

// ---- the reply

static Gramdex__V1__TrendRow **copy_rows(gdx_arena *arena, const gdx_trend_series *series, gdx_group by,
                                         gdx_status *status) {
    Gramdex__V1__TrendRow **list = NULL;
    Gramdex__V1__TrendRow *rows = reply_list(arena, series->row_count, sizeof *rows, &list);
    if (!rows)
        *status = GDX_NO_MEMORY;
    for (size_t i = 0; i < series->row_count && *status == GDX_OK; i++) {
        const gdx_trend_row *from = &series->rows[i];
        gramdex__v1__trend_row__init(&rows[i]);
        rows[i].period = reply_period(arena, from->period, by, status);
        rows[i].documents = from->documents;
        rows[i].occurrences = from->occurrences;
        rows[i].of_documents = from->of_documents;
        rows[i].of_symbols = from->of_symbols;
        rows[i].per_million = from->per_million;
        rows[i].share_low = from->share.low;
        rows[i].share_high = from->share.high;
    }
    return list;
}

static void add_series(gdx_arena *arena, const struct asked *asked, size_t query, const gdx_trend_series *from,
                       bool by_source, Gramdex__V1__TrendSeries *to, gdx_status *status) {
    gramdex__v1__trend_series__init(to);
    to->query = asked->texts[query];
    to->source = data_of(from->source);
    to->by_source = by_source;
    to->rows = copy_rows(arena, from, asked->options.by, status);
    to->n_rows = from->row_count;
    to->documents = from->totals.documents;
    to->occurrences = from->totals.occurrences;
}

static gdx_status fill_series(gdx_arena *arena, const struct asked *asked, Gramdex__V1__TrendResponse *reply) {
    size_t count = asked->count - 1;
    for (size_t i = 0; i < asked->count; i++)
        count += asked->trends[i]->source_count;
    Gramdex__V1__TrendSeries *series = reply_list(arena, count, sizeof *series, &reply->series);
    gdx_status status = series ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < asked->count && status == GDX_OK; i++) {
        const gdx_trend *trend = asked->trends[i];
        if (i > 0)
            add_series(arena, asked, i, &trend->all, false, &series[reply->n_series++], &status);
        for (size_t s = 0; s < trend->source_count && status == GDX_OK; s++)
            add_series(arena, asked, i, &trend->sources[s], true, &series[reply->n_series++], &status);
    }
    return status;
}

static gdx_status reply_with(gdx_question *question, const struct asked *asked, Gramdex__V1__Answer *answer,
                             gdx_error *err) {
    Gramdex__V1__TrendResponse reply = GRAMDEX__V1__TREND_RESPONSE__INIT;
    gdx_arena *arena = question->session->arena;
    const gdx_trend_series *all = &asked->trends[0]->all;
    gdx_status status = GDX_OK;
    reply.rows = copy_rows(arena, all, asked->options.by, &status);
    reply.n_rows = all->row_count;
    reply.documents = all->totals.documents;
    reply.occurrences = all->totals.occurrences;
    reply.answer = answer;
    if (status == GDX_OK)
        status = fill_series(arena, asked, &reply);
    return status == GDX_OK ? question->reply(question->context, &reply.base, err) : reply_no_memory(err);
}

// ---- the whole

static gdx_status compute(gdx_question *question, struct asked *asked, const struct view *view,
                          Gramdex__V1__Answer *answer, gdx_error *err) {
    gdx_arena *arena = question->session->arena;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < asked->count && status == GDX_OK; i++) {
        gdx_trend_free(GDX_TAKE(asked->trends[i])); // of an attempt that is made again
        status = gdx_trend_compute(question->session->searcher, view->snapshot, asked->queries[i], &asked->options,
                                   &question->stop, &asked->trends[i], err);
    }
    reply_answer(question, gdx_snapshot_commit(view->snapshot), answer);
    for (size_t i = 0; i < asked->count && status == GDX_OK; i++)
        status = reply_slips(arena, asked->queries[i], view->snapshot, answer, err);
    return status == GDX_OK ? view_say(view, arena, answer, err) : status;
}

// Beside the query every document is put down to its period.
static bool declines(gdx_question *question, const struct view *view) {
    enum { DOCUMENT_NS = 5 };
    uint64_t documents = 0;
    for (size_t i = 0; i < gdx_snapshot_segment_count(view->snapshot); i++)
        documents += gdx_segment_info_of(gdx_snapshot_segment(view->snapshot, i)->segment)->document_count;
    return effort_declines(question, documents * DOCUMENT_NS);
}

static gdx_status answer_asked(gdx_question *question, const Gramdex__V1__Scope *scope, struct asked *asked,
                               gdx_error *err) {
    Gramdex__V1__Answer answer;
    struct view view = {0};
    gdx_status status = view_open(question->collection, scope, &view, err);
    if (status != GDX_OK || declines(question, &view)) {
        view_close(&view);
        return status;
    }
    do
        status = compute(question, asked, &view, &answer, err);
    while (view_again(&view, &status, err));
    view_close(&view);
    return status == GDX_OK ? reply_with(question, asked, &answer, err) : status;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__TrendRequest *request = (const Gramdex__V1__TrendRequest *)message;
    struct asked asked = {0};
    gdx_status status = read_queries(question->collection, request, &asked, err);
    if (status == GDX_OK)
        status = read_options(request, &asked.options, err);
    if (status == GDX_OK)
        status = answer_asked(question, request->scope, &asked, err);
    for (size_t i = 0; i < asked.count; i++) {
        gdx_query_free(asked.queries[i]);
        gdx_trend_free(asked.trends[i]);
    }
    return status;
}

const gdx_operation trend_operation = {
    .name = "Trend", .service = &gramdex__v1__search__descriptor, .effort = GDX_EFFORT_SHORT, .run = run};
