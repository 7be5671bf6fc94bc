// SPDX-License-Identifier: Apache-2.0
// passages.c: Search.Passages: what two documents have in common, word for word.

#include "api.h"

enum { ROWS_DEFAULT = 100, ROWS_MOST = 1000, LETTERS_DEFAULT = 13 };

static gdx_status read_options(const Gramdex__V1__PassagesRequest *request, gdx_passages_options *out, gdx_error *err) {
    uint32_t limit = 0;
    gdx_status status = request_id("id", request->id, err);
    if (status == GDX_OK)
        status = request_id("other", request->other, err);
    if (status == GDX_OK && gdx_slice_equal(slice_of(request->id), slice_of(request->other)))
        return gdx_fail_field(err, "other", GDX_REASON_OUT_OF_RANGE, "the same document, expected another one");
    if (status == GDX_OK)
        status = request_number("min_letters", request->min_letters, LETTERS_DEFAULT, GDX_PASSAGE_LETTERS_MOST,
                                &out->letters_least, err);
    if (status == GDX_OK && out->letters_least < GDX_PASSAGE_LETTERS_LEAST)
        return gdx_fail_field(err, "min_letters", GDX_REASON_OUT_OF_RANGE, "%u, expected at least %d",
                              out->letters_least, GDX_PASSAGE_LETTERS_LEAST);
    if (status == GDX_OK)
        status = request_number("limit", request->limit, ROWS_DEFAULT, ROWS_MOST, &limit, err);
    out->limit = limit;
    return status;
}

static void fill_match(const gdx_passage_place *from, Gramdex__V1__Match *out) {
    gramdex__v1__match__init(out);
    out->field = GRAMDEX__V1__FIELD__FIELD_TEXT;
    out->part = from->part;
    out->begin = from->begin;
    out->end = from->end;
    out->place = data_of(from->place);
}

static gdx_status reply_with(gdx_question *question, const gdx_passages *passages, gdx_error *err) {
    gdx_arena *arena = question->session->arena;
    Gramdex__V1__PassagesResponse reply = GRAMDEX__V1__PASSAGES_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    Gramdex__V1__Passage *rows = reply_list(arena, passages->passage_count, sizeof *rows, &reply.passages);
    Gramdex__V1__Match *matches = gdx_arena_allocate(arena, 2 * passages->passage_count * sizeof *matches + 1);
    if (!rows || !matches)
        return reply_no_memory(err);
    for (size_t i = 0; i < passages->passage_count; i++) {
        const gdx_passage *passage = &passages->passages[i];
        gramdex__v1__passage__init(&rows[i]);
        rows[i].letters = passage->letters;
        rows[i].cut = passage->is_cut;
        rows[i].match = &matches[2 * i];
        rows[i].other_match = &matches[2 * i + 1];
        fill_match(&passage->places[0], rows[i].match);
        fill_match(&passage->places[1], rows[i].other_match);
        rows[i].text = data_of(passage->places[0].words);
        rows[i].other_text = data_of(passage->places[1].words);
    }
    reply.n_passages = passages->passage_count;
    reply.found = passages->found;
    reply.letters = passages->letters[0];
    reply.other_letters = passages->letters[1];
    reply_answer(question, passages->commit, &answer);
    reply.answer = &answer;
    return question->reply(question->context, &reply.base, err);
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__PassagesRequest *request = (const Gramdex__V1__PassagesRequest *)message;
    gdx_slice ids[2] = {slice_of(request->id), slice_of(request->other)};
    GDX_AUTO(gdx_passages) passages = NULL;
    gdx_passages_options options = {0};
    gdx_snapshot *snapshot = NULL;
    gdx_status status = read_options(request, &options, err);
    if (status == GDX_OK)
        status = request_unfiltered(question, request->scope, &snapshot, err);
    if (status != GDX_OK)
        return status;
    status = gdx_passages_compute(snapshot, ids, &options, &question->stop, &passages, err);
    gdx_snapshot_release(snapshot);
    return status == GDX_OK ? reply_with(question, passages, err) : status;
}

const gdx_operation passages_operation = {.name = "Passages",
                                          .service = &gramdex__v1__search__descriptor,
                                          .effort = GDX_EFFORT_LONG,
                                          .run = run,
                                          .unmerged = "the two documents may lie in different slices"};
