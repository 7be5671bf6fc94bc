// SPDX-License-Identifier: Apache-2.0
// collocates.c: Search.Collocates: what stands near a query more often than elsewhere.

#include "api.h"

enum { ROWS_DEFAULT = 30, ROWS_MOST = 1000, WINDOW_DEFAULT = 10 };

static gdx_status read_measure(Gramdex__V1__Measure from, gdx_measure *out, gdx_error *err) {
    static const gdx_measure measures[] = {[GRAMDEX__V1__MEASURE__MEASURE_UNSPECIFIED] = GDX_BY_LOG_DICE,
                                           [GRAMDEX__V1__MEASURE__MEASURE_LOG_DICE] = GDX_BY_LOG_DICE,
                                           [GRAMDEX__V1__MEASURE__MEASURE_LL] = GDX_BY_LL,
                                           [GRAMDEX__V1__MEASURE__MEASURE_MI] = GDX_BY_MI,
                                           [GRAMDEX__V1__MEASURE__MEASURE_T] = GDX_BY_T};
    if ((unsigned)from >= sizeof measures / sizeof *measures)
        return gdx_fail_field(err, "by", GDX_REASON_OUT_OF_RANGE, "measure %u is not known, expected 0 to %zu",
                              (unsigned)from, sizeof measures / sizeof *measures - 1);
    *out = measures[from];
    return GDX_OK;
}

static gdx_status read_options(const Gramdex__V1__CollocatesRequest *request, const gdx_query *query,
                               gdx_collocates_options *out, gdx_error *err) {
    uint32_t limit = 0;
    gdx_status status =
        request_number("window", request->window, WINDOW_DEFAULT, GDX_COLLOCATES_WINDOW_MOST, &out->window, err);
    if (status == GDX_OK)
        status = request_number("limit", request->limit, ROWS_DEFAULT, ROWS_MOST, &limit, err);
    if (status == GDX_OK)
        status = read_measure(request->by, &out->by, err);
    out->limit = limit;
    return status == GDX_OK ? request_phrase(query, err) : status;
}

static gdx_status fill_row(gdx_arena *arena, const gdx_collocate_row *from, Gramdex__V1__Collocate *out) {
    gramdex__v1__collocate__init(out);
    out->phrase = data_of(from->phrase);
    out->near = from->near;
    out->left = from->left;
    out->documents = from->documents;
    out->total = from->total;
    out->log_dice = from->log_dice;
    out->ll = from->ll;
    out->mi = from->mi;
    out->t = from->t;
    out->folded = from->folded;
    out->also = gdx_arena_allocate(arena, (from->also_count + 1) * sizeof *out->also);
    if (!out->also)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < from->also_count; i++)
        out->also[i] = data_of(from->also[i]);
    out->n_also = from->also_count;
    return GDX_OK;
}

static gdx_status reply_with(gdx_question *question, const gdx_collocates *collocates, Gramdex__V1__Answer *answer,
                             gdx_error *err) {
    Gramdex__V1__CollocatesResponse reply = GRAMDEX__V1__COLLOCATES_RESPONSE__INIT;
    gdx_arena *arena = question->session->arena;
    Gramdex__V1__Collocate *rows = reply_list(arena, collocates->row_count, sizeof *rows, &reply.collocates);
    gdx_status status = rows ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < collocates->row_count && status == GDX_OK; i++)
        status = fill_row(arena, &collocates->rows[i], &rows[i]);
    if (status != GDX_OK)
        return reply_no_memory(err);
    reply.n_collocates = collocates->row_count;
    reply.values = collocates->found;
    reply.occurrences = collocates->occurrences;
    reply.documents = collocates->documents;
    reply.window_letters = collocates->window_letters;
    reply.letters = collocates->letters;
    reply.answer = answer;
    return question->reply(question->context, &reply.base, err);
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__CollocatesRequest *request = (const Gramdex__V1__CollocatesRequest *)message;
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_collocates) collocates = NULL;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    gdx_collocates_options options = {0};
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = read_options(request, query, &options, err);
    if (status == GDX_OK)
        status = view_open(question, request->scope, &view, err);
    if (status != GDX_OK)
        return status;
    options.executor = question->session->executor;
    do {
        gdx_collocates_free(GDX_TAKE(collocates)); // of an attempt that is made again
        status = gdx_collocates_compute(question->session->searcher, view.snapshot, query, &options, &question->stop,
                                        &collocates, err);
    } while (view_answer(question, &view, &query, 1, &answer, &status, err));
    return status == GDX_OK ? reply_with(question, collocates, &answer, err) : status;
}

const gdx_operation collocates_operation = {
    .name = "Collocates",
    .service = &gramdex__v1__search__descriptor,
    .effort = GDX_EFFORT_LONG,
    .run = run,
    .unmerged = "how often a string occurs elsewhere would have to be asked of every leaf for every string"};
