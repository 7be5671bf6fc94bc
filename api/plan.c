// SPDX-License-Identifier: Apache-2.0
// plan.c: what a request asks and what its query costs, for the log of a server: never part of an answer.

#include "api.h"

#include <stdio.h>

enum { WEIGHING_NS = 20000000 };

// The request of an operation: of a leaf, the one within.
struct asked {
    const ProtobufCMessage *message;
    ProtobufCMessage *unpacked; // NULL: it is the caller's
};

static void open_asked(const ProtobufCMessage *request, struct asked *out) {
    const Gramdex__V1__AskRequest *ask = NULL;
    *out = (struct asked){.message = request};
    if (request->descriptor == &gramdex__v1__ask_request__descriptor)
        ask = (const Gramdex__V1__AskRequest *)request;
    if (request->descriptor == &gramdex__v1__follow_request__descriptor)
        ask = ((const Gramdex__V1__FollowRequest *)request)->ask;
    if (!ask)
        return;
    char name[32];
    snprintf(name, sizeof name, "%.*s", GDX_SLICE_ARGUMENTS(slice_of(ask->method)));
    const gdx_operation *operation = gdx_operation_find(&gramdex__v1__search__descriptor, name);
    if (operation)
        out->unpacked = protobuf_c_message_unpack(operation->request, NULL, ask->request.len, ask->request.data);
    out->message = out->unpacked;
}

static void close_asked(struct asked *asked) {
    if (asked->unpacked)
        protobuf_c_message_free_unpacked(asked->unpacked, NULL);
}

static const void *field_of(const ProtobufCMessage *message, const char *name, ProtobufCType type) {
    const ProtobufCFieldDescriptor *field =
        message ? protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name) : NULL;
    return field && field->type == type && field->label != PROTOBUF_C_LABEL_REPEATED
               ? (const char *)message + field->offset
               : NULL;
}

static const ProtobufCBinaryData *query_of(const ProtobufCMessage *message) {
    return field_of(message, "query", PROTOBUF_C_TYPE_BYTES);
}

gdx_status gdx_question_query(const ProtobufCMessage *request, gdx_buffer *out) {
    struct asked asked;
    open_asked(request, &asked);
    const ProtobufCBinaryData *query = query_of(asked.message);
    gdx_status status = query ? gdx_buffer_append(out, query->data, query->len) : GDX_OK;
    close_asked(&asked);
    return status;
}

static gdx_status weigh(const gdx_question *question, gdx_snapshot *snapshot, const gdx_query *query,
                        gdx_question_plan *out, gdx_error *err) {
    gdx_query_cost cost = {0};
    gdx_searcher *searcher = question->session->searcher;
    gdx_searcher_limit_work(searcher, WEIGHING_NS);
    gdx_status status = gdx_query_weigh(searcher, snapshot, query, NULL, &cost, err);
    gdx_searcher_limit_work(searcher, 0);
    out->is_weighed = status == GDX_OK;
    out->posting_bytes = cost.posting_bytes;
    out->texts = cost.texts;
    out->occurrences = cost.occurrences;
    out->documents = cost.documents;
    out->work_ns = cost.work_ns;
    return status;
}

// A root parses no query: its leaves do, each by the rule of its index.
static gdx_status plan_query(const gdx_question *question, const ProtobufCMessage *message, gdx_question_plan *out,
                             gdx_error *err) {
    GDX_AUTO(gdx_query) query = NULL;
    Gramdex__V1__Scope *const *scope = field_of(message, "scope", PROTOBUF_C_TYPE_MESSAGE);
    gdx_collection_figures figures;
    gdx_collection_figures_of(question->collection, &figures);
    out->segments = figures.segments;
    if (gdx_collection_is_root(question->collection))
        return GDX_OK;
    gdx_status status = request_documents(question->collection, *query_of(message), scope ? *scope : NULL, &query, err);
    if (status == GDX_OK && gdx_query_describe(query, &out->tree) != GDX_OK)
        status = reply_no_memory(err);
    if (status != GDX_OK)
        return status;
    gdx_snapshot *snapshot = collection_snapshot(question->collection);
    status = weigh(question, snapshot, query, out, err);
    gdx_snapshot_release(snapshot);
    return status;
}

gdx_status gdx_question_plan_of(const gdx_question *question, const ProtobufCMessage *request, gdx_question_plan *out,
                                gdx_error *err) {
    struct asked asked;
    open_asked(request, &asked);
    gdx_status status = query_of(asked.message) ? plan_query(question, asked.message, out, err)
                                                : gdx_fail(err, GDX_NOT_FOUND, "the request has no query");
    close_asked(&asked);
    return status;
}

void gdx_question_plan_clear(gdx_question_plan *plan) {
    gdx_buffer_clear(&plan->tree);
}
