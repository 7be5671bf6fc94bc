// SPDX-License-Identifier: Apache-2.0
// suggest.c: Search.Suggest: words by their start.

#include "api.h"

#include <stdlib.h>

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__SuggestRequest *request = (const Gramdex__V1__SuggestRequest *)message;
    Gramdex__V1__SuggestResponse reply = GRAMDEX__V1__SUGGEST_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    gdx_snapshot *snapshot = NULL;
    gdx_suggestion *words = NULL;
    size_t count = 0;
    uint32_t limit = 0;
    gdx_status status = request_number("limit", request->limit, 10, 1000, &limit, err);
    if (status == GDX_OK)
        status = request_unfiltered(question->collection, request->scope, &snapshot, err);
    if (status == GDX_OK)
        status = gdx_suggest(question->session->searcher, snapshot, slice_of(request->prefix), &question->stop, &words,
                             &count, err);
    reply.n_words = count < limit ? count : limit;
    Gramdex__V1__Word *all = reply_list(question->session->arena, reply.n_words, sizeof *all, &reply.words);
    for (size_t i = 0; all && i < reply.n_words; i++)
        all[i] = (Gramdex__V1__Word){PROTOBUF_C_MESSAGE_INIT(&gramdex__v1__word__descriptor), data_of(words[i].word),
                                     words[i].occurrences};
    reply.answer = &answer;
    if (status == GDX_OK) {
        reply_answer(question, gdx_snapshot_commit(snapshot), &answer);
        status = all ? question->reply(question->context, &reply.base, err) : reply_no_memory(err);
    }
    gdx_snapshot_release(snapshot);
    free(words);
    return status;
}

const gdx_operation suggest_operation = {
    .name = "Suggest", .service = &gramdex__v1__search__descriptor, .effort = GDX_EFFORT_SHORT, .run = run};
