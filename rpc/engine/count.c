// SPDX-License-Identifier: Apache-2.0
// count.c: Search.Count and Search.Trend: how many documents and occurrences, in all and over time.

#include "request.h"

static gdx_status count(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__CountRequest *request = (const Gramdex__V1__CountRequest *)message;
    Gramdex__V1__CountResponse reply = GRAMDEX__V1__COUNT_RESPONSE__INIT;
    uint64_t since_ns = gdx_exchange_opened_ns(exchange);
    GDX_AUTO(gdx_query) query = NULL;
    gdx_totals totals;
    struct tools *tools = engine_tools(exchange, err);
    if (!tools)
        return GDX_NO_MEMORY;
    gdx_status status = request_query(exchange, slice_of(request->query), &query, err);
    if (status != GDX_OK)
        return status;
    gdx_stop stop = engine_stop_of(exchange);
    gdx_snapshot *snapshot = engine_snapshot(engine_of(exchange));
    status = gdx_count(tools->searcher, snapshot, query, &stop, &totals, err);
    reply.commit = gdx_snapshot_commit(snapshot);
    gdx_snapshot_release(snapshot);
    if (status != GDX_OK)
        return status;
    reply.documents = totals.documents;
    reply.occurrences = totals.occurrences;
    reply.took_us = (gdx_now_ns() - since_ns) / 1000;
    return gdx_exchange_reply(exchange, &reply.base, err);
}

// ---- over time

static gdx_status read_period(gdx_exchange *exchange, Gramdex__V1__Period by, gdx_period *out, gdx_error *err) {
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
        return request_refuse(exchange, "by", REASON_OUT_OF_RANGE, err, "%d, expected one of Period", (int)by);
    }
}

static gdx_status fill_rows(gdx_arena *arena, const gdx_trend *trend, Gramdex__V1__TrendResponse *reply) {
    Gramdex__V1__TrendRow *rows = gdx_arena_allocate(arena, trend->row_count * sizeof *rows + 1);
    reply->rows = gdx_arena_allocate(arena, trend->row_count * sizeof(void *) + 1);
    gdx_status status = rows && reply->rows ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < trend->row_count && status == GDX_OK; i++) {
        const gdx_trend_row *from = &trend->rows[i];
        gramdex__v1__trend_row__init(&rows[i]);
        rows[i].period = date_data(arena, from->period, &status);
        rows[i].documents = from->documents;
        rows[i].occurrences = from->occurrences;
        rows[i].of_documents = from->of_documents;
        rows[i].of_symbols = from->of_symbols;
        rows[i].per_million = from->per_million;
        reply->rows[i] = &rows[i];
    }
    reply->n_rows = trend->row_count;
    return status;
}

static gdx_status reply_with(gdx_exchange *exchange, gdx_arena *arena, const gdx_trend *of, uint64_t since_ns,
                             gdx_error *err) {
    Gramdex__V1__TrendResponse reply = GRAMDEX__V1__TREND_RESPONSE__INIT;
    if (fill_rows(arena, of, &reply) != GDX_OK)
        return engine_no_memory(err);
    reply.documents = of->totals.documents;
    reply.occurrences = of->totals.occurrences;
    reply.commit = of->commit;
    reply.took_us = (gdx_now_ns() - since_ns) / 1000;
    return gdx_exchange_reply(exchange, &reply.base, err);
}

static gdx_status trend(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__TrendRequest *request = (const Gramdex__V1__TrendRequest *)message;
    uint64_t since_ns = gdx_exchange_opened_ns(exchange);
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_trend) found = NULL;
    gdx_period period = GDX_BY_YEAR;
    struct tools *tools = engine_tools(exchange, err);
    if (!tools)
        return GDX_NO_MEMORY;
    gdx_status status = request_query(exchange, slice_of(request->query), &query, err);
    if (status == GDX_OK)
        status = read_period(exchange, request->by, &period, err);
    if (status != GDX_OK)
        return status;
    gdx_stop stop = engine_stop_of(exchange);
    gdx_snapshot *snapshot = engine_snapshot(engine_of(exchange));
    status = gdx_trend_compute(tools->searcher, snapshot, query, period, &stop, &found, err);
    gdx_snapshot_release(snapshot);
    return status == GDX_OK ? reply_with(exchange, tools->arena, found, since_ns, err) : status;
}

const gdx_method count_method = {.name = "Count", .place = GDX_ON_WORKER, .handler = {.message = count}};
const gdx_method trend_method = {.name = "Trend", .place = GDX_ON_WORKER_LONGER, .handler = {.message = trend}};
