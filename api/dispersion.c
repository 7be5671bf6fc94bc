// SPDX-License-Identifier: Apache-2.0
// dispersion.c: Search.Dispersion: how evenly occurrences lie over periods, sources or documents.

#include "gather.h"

#include <inttypes.h>
#include <math.h>

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

static void fill_figures(const gdx_dispersion *from, Gramdex__V1__DispersionResponse *out) {
    out->parts = from->parts;
    out->parts_with = from->parts_with;
    out->occurrences = from->occurrences;
    out->symbols = from->symbols;
    out->dp = from->dp;
    out->dp_norm = from->dp_norm;
    out->juilland_d = from->juilland_d;
}

static gdx_status reply_with(gdx_question *question, const gdx_dispersion *dispersion, gdx_group by,
                             Gramdex__V1__Answer *answer, gdx_error *err) {
    Gramdex__V1__DispersionResponse reply = GRAMDEX__V1__DISPERSION_RESPONSE__INIT;
    fill_figures(dispersion, &reply);
    reply.answer = answer;
    if (fill_rows(question->session->arena, dispersion, by, &reply) != GDX_OK)
        return reply_no_memory(err);
    return question->reply(question->context, &reply.base, err);
}

static gdx_status refuse_documents(gdx_error *err) {
    return gdx_fail(err, GDX_UNSUPPORTED,
                    "Dispersion by document is not answered by a root: every leaf would have to send "
                    "every document");
}

// For a root, which makes the measures: all parts, those without a symbol too.
static gdx_status compute_parts(gdx_question *question, const gdx_query *query, const struct view *view, gdx_group by,
                                gdx_error *err) {
    Gramdex__V1__DispersionResponse reply = GRAMDEX__V1__DISPERSION_RESPONSE__INIT;
    gdx_arena *arena = question->session->arena;
    const gdx_facet_by parts = {.group = by, .with_absent = true};
    Gramdex__V1__Answer answer;
    GDX_AUTO(gdx_facets) facets = NULL;
    gdx_status status = by == GDX_BY_DOCUMENT ? refuse_documents(err)
                                              : gdx_facets_compute(question->session->searcher, view->snapshot, query,
                                                                   &parts, 1, &question->stop, &facets, err);
    if (status != GDX_OK)
        return status;
    const gdx_facet *facet = &facets->facets[0];
    Gramdex__V1__DispersionRow *rows = reply_list(arena, facet->row_count, sizeof *rows, &reply.rows);
    status = rows ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < facet->row_count && status == GDX_OK; i++) {
        const gdx_facet_row *row = &facet->rows[i];
        gramdex__v1__dispersion_row__init(&rows[i]);
        rows[i].part = gdx_group_is_period(by) ? reply_period(arena, row->period, by, &status) : data_of(row->value);
        rows[i].occurrences = row->occurrences;
        rows[i].symbols = row->of_symbols;
    }
    reply.parts = reply.n_rows = facet->row_count;
    reply_answer(question, gdx_snapshot_commit(view->snapshot), &answer);
    reply.answer = &answer;
    status = status == GDX_OK ? reply_notes(question, query, view, &answer, err) : reply_no_memory(err);
    status = gdx_snapshot_settle(view->snapshot, status, err);
    return status == GDX_OK ? question->reply(question->context, &reply.base, err) : status;
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
        status = view_open(question, request->scope, &view, err);
    if (status == GDX_OK && question->leaf) {
        status = compute_parts(question, query, &view, options.by, err);
        view_close(&view);
        return status;
    }
    if (status != GDX_OK)
        return status;
    do {
        gdx_dispersion_free(GDX_TAKE(dispersion)); // of an attempt that is made again
        status = gdx_dispersion_compute(question->session->searcher, view.snapshot, query, options.by, options.limit,
                                        &question->stop, &dispersion, err);
    } while (view_answer(question, &view, &query, 1, &answer, &status, err));
    return status == GDX_OK ? reply_with(question, dispersion, options.by, &answer, err) : status;
}

// ---- at a root

// Parts in the order of one index, which is that of its sums.
static gdx_status measure(gdx_question *question, const struct gather_rows *rows,
                          Gramdex__V1__DispersionResponse *reply, gdx_error *err) {
    gdx_arena *arena = question->session->arena;
    gdx_dispersion_part *parts = gdx_arena_allocate(arena, rows->count * sizeof *parts + 1);
    Gramdex__V1__DispersionRow *all = reply_list(arena, rows->count, sizeof *all, &reply->rows);
    gdx_dispersion figures = {.dp = NAN, .dp_norm = NAN, .juilland_d = NAN};
    size_t count = 0;
    if (!parts || !all)
        return reply_no_memory(err);
    for (size_t i = 0; i < rows->count; i++) {
        const struct gather_row *row = &rows->rows[i];
        if (row->of_symbols == 0)
            continue;
        gramdex__v1__dispersion_row__init(&all[count]);
        all[count].part = row->name;
        all[count].occurrences = row->occurrences;
        all[count].symbols = row->of_symbols;
        all[count].per_million = gdx_per_million(row->occurrences, row->of_symbols);
        parts[count++] = (gdx_dispersion_part){i, row->occurrences, row->of_symbols};
    }
    gdx_dispersion_measure(parts, count, rows->count - count, &figures);
    fill_figures(&figures, reply);
    reply->n_rows = count;
    return GDX_OK;
}

static gdx_status check(const struct slice_reply *slice, gdx_error *err) {
    const Gramdex__V1__DispersionResponse *reply = slice->reply;
    if (reply->n_rows == reply->parts)
        return GDX_OK;
    return gdx_fail(err, GDX_CORRUPT, "%zu parts, expected %" PRIu64, reply->n_rows, reply->parts);
}

static gdx_status join_rows(const struct gathered *gathered, bool is_period, struct gather_rows *rows, gdx_error *err) {
    for (uint32_t i = 0; i < gathered->pin.slices; i++) {
        const Gramdex__V1__DispersionResponse *slice = gather_reply(gathered, i);
        for (size_t r = 0; slice && r < slice->n_rows; r++)
            if (gather_rows_add(gathered->question->session->arena, rows,
                                (struct gather_row){.name = slice->rows[r]->part,
                                                    .slice = i,
                                                    .occurrences = slice->rows[r]->occurrences,
                                                    .of_symbols = slice->rows[r]->symbols}) != GDX_OK)
                return reply_no_memory(err);
    }
    return gather_rows_join(rows, is_period, err);
}

static gdx_status merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__DispersionRequest *request = (const Gramdex__V1__DispersionRequest *)message;
    Gramdex__V1__DispersionResponse reply = GRAMDEX__V1__DISPERSION_RESPONSE__INIT;
    struct gathered gathered;
    struct gather_rows rows = {0};
    gdx_group by = GDX_BY_MONTH;
    gdx_status status = gather_all(question, message, &gathered, err); // which checks the request
    if (status == GDX_OK && request->by.len)
        status = request_group("by", request->by, true, &by, err);
    if (status == GDX_OK)
        status = join_rows(&gathered, gdx_group_is_period(by), &rows, err);
    if (status == GDX_OK)
        status = measure(question, &rows, &reply, err);
    if (status == GDX_OK)
        status = gather_give(&gathered, &reply.base, &reply.answer, err);
    gather_close(&gathered);
    return status;
}

const gdx_operation dispersion_operation = {.name = "Dispersion",
                                            .service = &gramdex__v1__search__descriptor,
                                            .effort = GDX_EFFORT_SHORT,
                                            .run = run,
                                            .merge = merge,
                                            .check = check};
