// SPDX-License-Identifier: Apache-2.0
// ngrams.c: Search.Ngrams: the most frequent strings of some documents.

#include "api.h"

enum { ROWS_DEFAULT = 30, ROWS_MOST = 10000, DOCUMENTS_DEFAULT = 5, LONGEST_DEFAULT = 8 };

static gdx_status read_options(const Gramdex__V1__NgramsRequest *request, gdx_ngrams_options *out, gdx_error *err) {
    uint32_t limit = 0;
    gdx_status status =
        request_lengths(request->min_length, request->max_length, LONGEST_DEFAULT, &out->shortest, &out->longest, err);
    if (status == GDX_OK)
        status = request_number("limit", request->limit, ROWS_DEFAULT, ROWS_MOST, &limit, err);
    out->documents_least = request->min_documents ? request->min_documents : DOCUMENTS_DEFAULT;
    out->with_digits = request->with_digits;
    out->with_parts = request->with_parts;
    out->limit = limit;
    return status;
}

static gdx_status reply_with(gdx_question *question, const gdx_ngrams *ngrams, Gramdex__V1__Answer *answer,
                             gdx_error *err) {
    Gramdex__V1__NgramsResponse reply = GRAMDEX__V1__NGRAMS_RESPONSE__INIT;
    if (reply_ngrams(question->session->arena, ngrams->rows, ngrams->row_count, &reply.ngrams, &reply.n_ngrams) !=
        GDX_OK)
        return reply_no_memory(err);
    reply.documents = ngrams->documents;
    reply.letters = ngrams->letters;
    reply.answer = answer;
    return question->reply(question->context, &reply.base, err);
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__NgramsRequest *request = (const Gramdex__V1__NgramsRequest *)message;
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_ngrams) ngrams = NULL;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    gdx_ngrams_options options = {0};
    gdx_status status = request_documents(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = read_options(request, &options, err);
    if (status == GDX_OK)
        status = view_open(question, request->scope, &view, err);
    if (status != GDX_OK)
        return status;
    options.executor = question->session->executor;
    do {
        gdx_ngrams_free(GDX_TAKE(ngrams)); // of an attempt that is made again
        status = gdx_ngrams_compute(question->session->searcher, view.snapshot, query, &options, &question->stop,
                                    &ngrams, err);
    } while (view_answer(question, &view, &query, 1, &answer, &status, err));
    return status == GDX_OK ? reply_with(question, ngrams, &answer, err) : status;
}

const gdx_operation ngrams_operation = {.name = "Ngrams",
                                        .service = &gramdex__v1__search__descriptor,
                                        .effort = GDX_EFFORT_LONG,
                                        .run = run,
                                        .unmerged = "the documents would have to be read in one place"};
