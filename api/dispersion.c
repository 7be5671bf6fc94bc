// SPDX-License-Identifier: Apache-2.0
// dispersion.c: Search.Dispersion: how evenly occurrences lie over periods, sources or documents.

#include "api.h"

enum { ROWS_DEFAULT = 100, ROWS_MOST = 10000 };

struct dispersion_options {
    gdx_group by;
    uint32_t limit;
};

static gdx_status read_options(const Gramdex__V1__DispersionRequest *request, const gdx_query *query,
                               struct dispersion_options *out, gdx_error *err) {
    gdx_status status = request_number("limit", request->limit, ROWS_DEFAULT, ROWS_MOST, &out->limit, err);
    if (status == GDX_OK && request->by.len)
        status = request_group("by", request->by, true, &out->by, err);
    return status == GDX_OK ? request_phrase(query, err) : status;
}

static gdx_status fill_rows(gdx_arena *arena, const gdx_dispersion *from, gdx_group by,
                            Gramdex__V1__DispersionResponse *out) {
    Gramdex__V1__DispersionRow *rows = reply_list(arena, from->row_count, sizeof *rows, &out->rows);
    gdx_status status = rows ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < from->row_count && status == GDX_OK; i++) {
        const gdx_dispersion_row *row = &from->rows[i];
        gramdex__v1__dispersion_row__init(&rows[i]);
        rows[i].part = gdx_group_is_period(by) ? reply_period(arena, row->period, by, &status) : data_of(row->name);
        rows[i].occurrences = row->occurrences;
        rows[i].symbols = row->symbols;
        rows[i].per_million = row->per_million;
    }
    out->n_rows = from->row_count;
    return status;
}

static gdx_status reply_with(gdx_question *question, const gdx_dispersion *dispersion, gdx_group by,
                             Gramdex__V1__Answer *answer, gdx_error *err) {
    Gramdex__V1__DispersionResponse reply = GRAMDEX__V1__DISPERSION_RESPONSE__INIT;
    reply.parts = dispersion->parts;
    reply.parts_with = dispersion->parts_with;
    reply.occurrences = dispersion->occurrences;
    reply.symbols = dispersion->symbols;
    reply.dp = dispersion->dp;
    reply.dp_norm = dispersion->dp_norm;
    reply.juilland_d = dispersion->juilland_d;
    reply.answer = answer;
    if (fill_rows(question->session->arena, dispersion, by, &reply) != GDX_OK)
        return reply_no_memory(err);
    return question->reply(question->context, &reply.base, err);
}

static gdx_status compute(gdx_question *question, const gdx_query *query, const struct view *view,
                          const struct dispersion_options *options, gdx_dispersion **out, Gramdex__V1__Answer *answer,
                          gdx_error *err) {
    gdx_dispersion_free(GDX_TAKE(*out)); // of an attempt that is made again
    gdx_status status = gdx_dispersion_compute(question->session->searcher, view->snapshot, query, options->by,
                                               options->limit, &question->stop, out, err);
    reply_answer(question, gdx_snapshot_commit(view->snapshot), answer);
    return status == GDX_OK ? reply_notes(question->session->arena, query, view, answer, err) : status;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__DispersionRequest *request = (const Gramdex__V1__DispersionRequest *)message;
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_dispersion) dispersion = NULL;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    struct dispersion_options options = {.by = GDX_BY_MONTH};
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = read_options(request, query, &options, err);
    if (status == GDX_OK)
        status = view_open(question->collection, request->scope, &view, err);
    if (status != GDX_OK)
        return status;
    do
        status = compute(question, query, &view, &options, &dispersion, &answer, err);
    while (view_again(&view, &status, err));
    view_close(&view);
    return status == GDX_OK ? reply_with(question, dispersion, options.by, &answer, err) : status;
}

const gdx_operation dispersion_operation = {
    .name = "Dispersion", .service = &gramdex__v1__search__descriptor, .effort = GDX_EFFORT_SHORT, .run = run};
