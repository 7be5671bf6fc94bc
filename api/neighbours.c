// SPDX-License-Identifier: Apache-2.0
// neighbours.c: Search.Neighbours: the strings directly left or right of a query.

#include "gather.h"

#include <inttypes.h>

enum { ROWS_DEFAULT = 30, ROWS_MOST = 10000, LENGTH_DEFAULT = 2 };

static gdx_status read_options(const Gramdex__V1__NeighboursRequest *request, const gdx_query *query,
                               gdx_neighbours_options *out, gdx_error *err) {
    uint32_t limit = 0;
    gdx_status status =
        request_number("length", request->length, LENGTH_DEFAULT, GDX_NEIGHBOUR_LETTERS_MOST, &out->length, err);
    if (status == GDX_OK)
        status = request_number("limit", request->limit, ROWS_DEFAULT, ROWS_MOST, &limit, err);
    if (status == GDX_OK && request->side > GRAMDEX__V1__SIDE__SIDE_RIGHT)
        status = gdx_fail_field(err, "side", GDX_REASON_OUT_OF_RANGE, "side %u is not known, expected 0 to %u",
                                (unsigned)request->side, (unsigned)GRAMDEX__V1__SIDE__SIDE_RIGHT);
    out->is_left = request->side == GRAMDEX__V1__SIDE__SIDE_LEFT;
    out->limit = limit;
    return status == GDX_OK ? request_phrase(query, err) : status;
}

static gdx_status reply_with(gdx_question *question, const gdx_neighbours *neighbours, Gramdex__V1__Answer *answer,
                             gdx_error *err) {
    Gramdex__V1__NeighboursResponse reply = GRAMDEX__V1__NEIGHBOURS_RESPONSE__INIT;
    if (reply_ngrams(question->session->arena, neighbours->rows, neighbours->row_count, &reply.neighbours,
                     &reply.n_neighbours) != GDX_OK)
        return reply_no_memory(err);
    reply.values = neighbours->distinct;
    reply.beside = neighbours->beside;
    reply.occurrences = neighbours->occurrences;
    reply.documents = neighbours->documents;
    reply.answer = answer;
    return question->reply(question->context, &reply.base, err);
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__NeighboursRequest *request = (const Gramdex__V1__NeighboursRequest *)message;
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_neighbours) neighbours = NULL;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    gdx_neighbours_options options = {0};
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = read_options(request, query, &options, err);
    if (status == GDX_OK)
        status = view_open(question, request->scope, &view, err);
    if (status != GDX_OK)
        return status;
    options.executor = question->session->executor;
    if (question->leaf)
        options.limit = SIZE_MAX;
    options.with_letters = question->leaf != NULL;
    do {
        gdx_neighbours_free(GDX_TAKE(neighbours)); // of an attempt that is made again
        status = gdx_neighbours_compute(question->session->searcher, view.snapshot, query, &options, &question->stop,
                                        &neighbours, err);
    } while (view_answer(question, &view, &query, 1, &answer, &status, err));
    return status == GDX_OK ? reply_with(question, neighbours, &answer, err) : status;
}

// ---- at a root

// A leaf's phrase has before it the letters by which rows are in order, with two zeros behind (gdx_neighbours_options).
static const char *letters_end(ProtobufCBinaryData name) {
    return name.len ? memmem(name.data, name.len, "\0", 2) : NULL;
}

static gdx_status check(const struct slice_reply *slice, gdx_error *err) {
    const Gramdex__V1__NeighboursResponse *reply = slice->reply;
    if (reply->n_neighbours != reply->values)
        return gdx_fail(err, GDX_CORRUPT, "%zu neighbours, expected %" PRIu64, reply->n_neighbours, reply->values);
    for (size_t i = 0; i < reply->n_neighbours; i++)
        if (!letters_end(reply->neighbours[i]->phrase))
            return gdx_fail(err, GDX_CORRUPT, "a neighbour without its letters");
    return GDX_OK;
}

static gdx_status add_slice(gdx_arena *arena, uint32_t number, const Gramdex__V1__NeighboursResponse *slice,
                            struct gather_rows *rows, Gramdex__V1__NeighboursResponse *reply) {
    gdx_status status = GDX_OK;
    reply->beside += slice->beside;
    reply->occurrences += slice->occurrences;
    reply->documents += slice->documents;
    for (size_t i = 0; i < slice->n_neighbours && status == GDX_OK; i++)
        status = gather_rows_add(arena, rows,
                                 (struct gather_row){.name = slice->neighbours[i]->phrase,
                                                     .slice = number,
                                                     .occurrences = slice->neighbours[i]->occurrences,
                                                     .documents = slice->neighbours[i]->documents});
    return status;
}

// Without the letters before it.
static ProtobufCBinaryData phrase_of(ProtobufCBinaryData name) {
    gdx_slice all = slice_of(name);
    size_t passed = (size_t)(letters_end(name) + 2 - all.data);
    return data_of((gdx_slice){all.data + passed, all.bytes - passed});
}

static gdx_status reply_merged(gdx_question *question, const struct gathered *gathered, uint32_t limit,
                               gdx_error *err) {
    Gramdex__V1__NeighboursResponse reply = GRAMDEX__V1__NEIGHBOURS_RESPONSE__INIT;
    gdx_arena *arena = question->session->arena;
    struct gather_rows rows = {0};
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < gathered->pin.slices && status == GDX_OK; i++)
        if (gather_reply(gathered, i))
            status = add_slice(arena, i, gather_reply(gathered, i), &rows, &reply);
    if (status != GDX_OK)
        return reply_no_memory(err);
    status = gather_rows_join(&rows, false, err);
    if (status != GDX_OK)
        return status;
    gather_rows_rank(rows.rows, rows.count, false);
    reply.values = rows.count;
    reply.n_neighbours = rows.count < limit ? rows.count : limit;
    Gramdex__V1__Ngram *all = reply_list(arena, reply.n_neighbours, sizeof *all, &reply.neighbours);
    for (size_t i = 0; all && i < reply.n_neighbours; i++) {
        gramdex__v1__ngram__init(&all[i]);
        all[i].phrase = phrase_of(rows.rows[i].name);
        all[i].occurrences = rows.rows[i].occurrences;
        all[i].documents = rows.rows[i].documents;
    }
    return all ? gather_give(gathered, &reply.base, &reply.answer, err) : reply_no_memory(err);
}

static gdx_status merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__NeighboursRequest *request = (const Gramdex__V1__NeighboursRequest *)message;
    struct gathered gathered;
    gdx_status status = gather_all(question, message, &gathered, err); // which checks the request
    if (status == GDX_OK)
        status = reply_merged(question, &gathered, request->limit ? request->limit : ROWS_DEFAULT, err);
    gather_close(&gathered);
    return status;
}

const gdx_operation neighbours_operation = {.name = "Neighbours",
                                            .service = &gramdex__v1__search__descriptor,
                                            .effort = GDX_EFFORT_LONG,
                                            .run = run,
                                            .merge = merge,
                                            .check = check};
