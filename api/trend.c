// SPDX-License-Identifier: Apache-2.0
// trend.c: Search.Trend: how many documents and occurrences in each period.

#include "api.h"

static gdx_status read_period(Gramdex__V1__Period by, gdx_period *out, gdx_error *err) {
    switch (by) {
    case GRAMDEX__V1__PERIOD__PERIOD_UNSPECIFIED:
    case GRAMDEX__V1__PERIOD__PERIOD_YEAR:
        *out = GDX_BY_YEAR;
        return GDX_OK;
    case GRAMDEX__V1__PERIOD__PERIOD_MONTH:
        *out = GDX_BY_MONTH;
        return GDX_OK;
    case GRAMDEX__V1__PERIOD__PERIOD_DAY:
        *out = GDX_BY_DAY;
        return GDX_OK;
    default:
        return gdx_fail_field(err, "by", GDX_REASON_OUT_OF_RANGE, "%d, expected one of Period", (int)by);
    }
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
    return status;
}

static gdx_status fill_rows(gdx_arena *arena, const gdx_trend *trend, Gramdex__V1__TrendResponse *reply) {
    Gramdex__V1__TrendRow *rows = reply_list(arena, trend->row_count, sizeof *rows, &reply->rows);
    gdx_status status = rows ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < trend->row_count && status == GDX_OK; i++) {
        const gdx_trend_row *from = &trend->rows[i];
        gramdex__v1__trend_row__init(&rows[i]);
        rows[i].period = reply_date(arena, from->period, &status);
        rows[i].documents = from->documents;
        rows[i].occurrences = from->occurrences;
        rows[i].of_documents = from->of_documents;
        rows[i].of_symbols = from->of_symbols;
        rows[i].per_million = from->per_million;
    }
    reply->n_rows = trend->row_count;
    return status;
}

static gdx_status reply_with(gdx_question *question, const gdx_trend *trend, Gramdex__V1__Answer *answer,
                             gdx_error *err) {
    Gramdex__V1__TrendResponse reply = GRAMDEX__V1__TREND_RESPONSE__INIT;
    if (fill_rows(question->session->arena, trend, &reply) != GDX_OK)
        return reply_no_memory(err);
    reply.documents = trend->totals.documents;
    reply.occurrences = trend->totals.occurrences;
    reply.answer = answer;
    return question->reply(question->context, &reply.base, err);
}

static gdx_status compute(gdx_question *question, const gdx_query *query, const struct view *view,
                          const gdx_trend_options *options, gdx_trend **out, Gramdex__V1__Answer *answer,
                          gdx_error *err) {
    gdx_trend_free(GDX_TAKE(*out)); // of an attempt that is made again
    gdx_status status =
        gdx_trend_compute(question->session->searcher, view->snapshot, query, options, &question->stop, out, err);
    if (status != GDX_OK)
        return status;
    reply_answer(question, (*out)->commit, answer);
    return reply_notes(question->session->arena, query, view, answer, err);
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__TrendRequest *request = (const Gramdex__V1__TrendRequest *)message;
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_trend) trend = NULL;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    gdx_trend_options options = {0};
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = read_options(request, &options, err);
    if (status == GDX_OK)
        status = view_open(question->collection, request->scope, &view, err);
    if (status == GDX_OK) {
        do
            status = compute(question, query, &view, &options, &trend, &answer, err);
        while (view_again(&view, &status, err));
        view_close(&view);
    }
    return status == GDX_OK ? reply_with(question, trend, &answer, err) : status;
}

const gdx_operation trend_operation = {
    .name = "Trend", .service = &gramdex__v1__search__descriptor, .effort = GDX_EFFORT_LONG, .run = run};
