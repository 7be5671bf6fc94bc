// SPDX-License-Identifier: Apache-2.0
// count.c: Search.Count: how many documents and occurrences.

#include "gather.h"

static gdx_status count(gdx_question *question, const gdx_query *query, const struct view *view, gdx_totals *totals,
                        Gramdex__V1__Answer *answer, gdx_error *err) {
    bool facts_alone = question->leaf && question->leaf->request->keys_alone;
    gdx_status status =
        facts_alone ? GDX_OK
                    : gdx_count(question->session->searcher, view->snapshot, query, &question->stop, totals, err);
    reply_answer(question, gdx_snapshot_commit(view->snapshot), answer);
    return status == GDX_OK ? reply_notes(question, query, view, answer, err) : status;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__CountRequest *request = (const Gramdex__V1__CountRequest *)message;
    Gramdex__V1__CountResponse reply = GRAMDEX__V1__COUNT_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    GDX_AUTO(gdx_query) query = NULL;
    struct view view = {0};
    gdx_totals totals = {0};
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = view_open(question, request->scope, &view, err);
    if (status != GDX_OK)
        return status;
    do
        status = count(question, query, &view, &totals, &answer, err);
    while (view_again(&view, &status, err));
    view_close(&view);
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
