// SPDX-License-Identifier: Apache-2.0
// suggest.c: Search.Suggest: words by their start.

#include "gather.h"

#include <stdlib.h>

enum { LIMIT_DEFAULT = 10, LIMIT_MOST = 1000 };

static gdx_status reply_with(gdx_question *question, const gdx_suggestion *words, size_t count,
                             Gramdex__V1__Answer *answer, gdx_error *err) {
    Gramdex__V1__SuggestResponse reply = GRAMDEX__V1__SUGGEST_RESPONSE__INIT;
    Gramdex__V1__Word *all = reply_list(question->session->arena, count, sizeof *all, &reply.words);
    for (size_t i = 0; all && i < count; i++)
        all[i] = (Gramdex__V1__Word){PROTOBUF_C_MESSAGE_INIT(&gramdex__v1__word__descriptor), data_of(words[i].word),
                                     words[i].occurrences};
    reply.n_words = count;
    reply.answer = answer;
    return all ? question->reply(question->context, &reply.base, err) : reply_no_memory(err);
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__SuggestRequest *request = (const Gramdex__V1__SuggestRequest *)message;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    gdx_snapshot *snapshot = NULL;
    gdx_suggestion *words = NULL;
    size_t count = 0;
    uint32_t limit = 0;
    gdx_status status = request_number("limit", request->limit, LIMIT_DEFAULT, LIMIT_MOST, &limit, err);
    if (status == GDX_OK)
        status = request_unfiltered(question, request->scope, &snapshot, err);
    if (status != GDX_OK)
        return status;
    view_of(snapshot, request->scope, &view);
    do {
        free(GDX_TAKE(words)); // of an attempt that is made again; what they point to is the searcher's
        status = gdx_suggest(question->session->searcher, view.snapshot, slice_of(request->prefix), &question->stop,
                             &words, &count, err);
    } while (view_answer(question, &view, NULL, 0, &answer, &status, err));
    if (status == GDX_OK)
        status = reply_with(question, words, count < limit || question->leaf ? count : limit, &answer, err);
    free(words);
    return status;
}

// ---- at a root

static gdx_status reply_merged(gdx_question *question, const struct gathered *gathered, uint32_t limit,
                               gdx_error *err) {
    Gramdex__V1__SuggestResponse reply = GRAMDEX__V1__SUGGEST_RESPONSE__INIT;
    gdx_arena *arena = question->session->arena;
    struct gather_rows rows = {0};
    for (uint32_t i = 0; i < gathered->pin.slices; i++) {
        const Gramdex__V1__SuggestResponse *slice = gather_reply(gathered, i);
        for (size_t w = 0; slice && w < slice->n_words; w++)
            if (gather_rows_add(arena, &rows,
                                (struct gather_row){.name = slice->words[w]->text,
                                                    .slice = i,
                                                    .occurrences = slice->words[w]->occurrences}) != GDX_OK)
                return reply_no_memory(err);
    }
    gdx_status status = gather_rows_join(&rows, false, err);
    if (status != GDX_OK)
        return status;
    gather_rows_rank(rows.rows, rows.count, false);
    reply.n_words = rows.count < limit ? rows.count : limit;
    Gramdex__V1__Word *all = reply_list(arena, reply.n_words, sizeof *all, &reply.words);
    for (size_t i = 0; all && i < reply.n_words; i++)
        all[i] = (Gramdex__V1__Word){PROTOBUF_C_MESSAGE_INIT(&gramdex__v1__word__descriptor), rows.rows[i].name,
                                     rows.rows[i].occurrences};
    return all ? gather_give(gathered, &reply.base, &reply.answer, err) : reply_no_memory(err);
}

static gdx_status merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__SuggestRequest *request = (const Gramdex__V1__SuggestRequest *)message;
    struct gathered gathered;
    gdx_status status = gather_all(question, message, &gathered, err); // which checks the limit
    if (status == GDX_OK)
        status = reply_merged(question, &gathered, request->limit ? request->limit : LIMIT_DEFAULT, err);
    gather_close(&gathered);
    return status;
}

const gdx_operation suggest_operation = {.name = "Suggest",
                                         .service = &gramdex__v1__search__descriptor,
                                         .effort = GDX_EFFORT_SHORT,
                                         .run = run,
                                         .merge = merge};
