// SPDX-License-Identifier: Apache-2.0
// facets.c: Search.Facets: matching documents by source and by period.

#include "api.h"

enum { GROUPS_MOST = GDX_BY_SOURCE + 1, ROWS_DEFAULT = 100, ROWS_MOST = 10000 };

struct facets_options {
    gdx_group by[GROUPS_MOST];
    size_t count;
    uint32_t limit;
};

static gdx_status read_options(const Gramdex__V1__FacetsRequest *request, struct facets_options *out, gdx_error *err) {
    gdx_status status = request_number("limit", request->limit, ROWS_DEFAULT, ROWS_MOST, &out->limit, err);
    for (size_t i = 0; i < request->n_by && status == GDX_OK; i++) {
        gdx_group group = GDX_BY_YEAR;
        status = request_group("by", request->by[i], false, &group, err);
        for (size_t j = 0; j < out->count && status == GDX_OK; j++)
            if (out->by[j] == group)
                status = gdx_fail_field(err, "by", GDX_REASON_OUT_OF_RANGE, "a group comes twice, expected once");
        if (status == GDX_OK)
            out->by[out->count++] = group;
    }
    if (out->count == 0) {
        out->by[out->count++] = GDX_BY_SOURCE;
        out->by[out->count++] = GDX_BY_YEAR;
    }
    return status;
}

static gdx_status fill_facet(gdx_arena *arena, const gdx_facet *facet, uint32_t limit, Gramdex__V1__Facet *out) {
    gramdex__v1__facet__init(out);
    out->by = data_of(gdx_slice_of(gdx_group_name(facet->by)));
    out->values = facet->row_count;
    out->n_rows = facet->row_count < limit ? facet->row_count : limit;
    Gramdex__V1__FacetRow *rows = reply_list(arena, out->n_rows, sizeof *rows, &out->rows);
    gdx_status status = rows ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < out->n_rows && status == GDX_OK; i++) {
        const gdx_facet_row *from = &facet->rows[i];
        gramdex__v1__facet_row__init(&rows[i]);
        rows[i].value =
            facet->by == GDX_BY_SOURCE ? data_of(from->source) : reply_period(arena, from->period, facet->by, &status);
        rows[i].documents = from->documents;
        rows[i].occurrences = from->occurrences;
        rows[i].of_documents = from->of_documents;
        rows[i].of_symbols = from->of_symbols;
        rows[i].per_million = from->per_million;
    }
    return status;
}

static gdx_status reply_with(gdx_question *question, const gdx_facets *facets, uint32_t limit,
                             Gramdex__V1__Answer *answer, gdx_error *err) {
    Gramdex__V1__FacetsResponse reply = GRAMDEX__V1__FACETS_RESPONSE__INIT;
    Gramdex__V1__Facet *all = reply_list(question->session->arena, facets->facet_count, sizeof *all, &reply.facets);
    gdx_status status = all ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < facets->facet_count && status == GDX_OK; i++)
        status = fill_facet(question->session->arena, &facets->facets[i], limit, &all[i]);
    reply.n_facets = facets->facet_count;
    reply.documents = facets->totals.documents;
    reply.occurrences = facets->totals.occurrences;
    reply.answer = answer;
    return status == GDX_OK ? question->reply(question->context, &reply.base, err) : reply_no_memory(err);
}

static gdx_status compute(gdx_question *question, const gdx_query *query, const struct view *view,
                          const struct facets_options *options, gdx_facets **out, Gramdex__V1__Answer *answer,
                          gdx_error *err) {
    gdx_facets_free(GDX_TAKE(*out)); // of an attempt that is made again
    gdx_status status = gdx_facets_compute(question->session->searcher, view->snapshot, query, options->by,
                                           options->count, &question->stop, out, err);
    reply_answer(question, gdx_snapshot_commit(view->snapshot), answer);
    return status == GDX_OK ? reply_notes(question->session->arena, query, view, answer, err) : status;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__FacetsRequest *request = (const Gramdex__V1__FacetsRequest *)message;
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_facets) facets = NULL;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    struct facets_options options = {0};
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = read_options(request, &options, err);
    if (status == GDX_OK)
        status = view_open(question->collection, request->scope, &view, err);
    if (status != GDX_OK)
        return status;
    do
        status = compute(question, query, &view, &options, &facets, &answer, err);
    while (view_again(&view, &status, err));
    view_close(&view);
    return status == GDX_OK ? reply_with(question, facets, options.limit, &answer, err) : status;
}

const gdx_operation facets_operation = {
    .name = "Facets", .service = &gramdex__v1__search__descriptor, .effort = GDX_EFFORT_SHORT, .run = run};
