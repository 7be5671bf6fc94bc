// SPDX-License-Identifier: Apache-2.0
// count.c: Search.Count: how many documents and occurrences.

#include "gather.h"

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__CountRequest *request = (const Gramdex__V1__CountRequest *)message;
    Gramdex__V1__CountResponse reply = GRAMDEX__V1__COUNT_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    GDX_AUTO(gdx_query) query = NULL;
    struct view view = {0};
    gdx_totals totals = {0};
    bool facts_alone = question->leaf && question->leaf->request->keys_alone;
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = view_open(question, request->scope, &view, err);
    if (status != GDX_OK)
        return status;
    do
        status = facts_alone
                     ? GDX_OK
                     : gdx_count(question->session->searcher, view.snapshot, query, &question->stop, &totals, err);
    while (view_answer(question, &view, &query, 1, &answer, &status, err));
    if (status != GDX_OK)
        return status;
    reply.documents = totals.documents;
    reply.occurrences = totals.occurrences;
    reply.bridged_occurrences = totals.bridged_occurrences;
    reply.answer = &answer;
    return question->reply(question->context, &reply.base, err);
}

// ---- at a root

static gdx_status merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    Gramdex__V1__CountResponse reply = GRAMDEX__V1__COUNT_RESPONSE__INIT;
    struct gathered gathered;
    gdx_status status = gather_all(question, message, &gathered, err);
    for (uint32_t i = 0; i < gathered.pin.slices && status == GDX_OK; i++) {
        const Gramdex__V1__CountResponse *slice = gather_reply(&gathered, i);
        if (!slice)
            continue;
        reply.documents += slice->documents;
        reply.occurrences += slice->occurrences;
        reply.bridged_occurrences += slice->bridged_occurrences;
    }
    if (status == GDX_OK)
        status = gather_give(&gathered, &reply.base, &reply.answer, err);
    gather_close(&gathered);
    return status;
}

const gdx_operation count_operation = {.name = "Count",
                                       .service = &gramdex__v1__search__descriptor,
                                       .effort = GDX_EFFORT_SHORT,
                                       .run = run,
                                       .merge = merge};
