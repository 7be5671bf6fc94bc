// SPDX-License-Identifier: Apache-2.0
// ask.c: see gdx/ask.h. Local or remote is one `if`.

#include "gdx/ask.h"

#include <assert.h>
#include <stdlib.h>

struct gdx_target { // one owner; either the first two or the last
    gdx_collection *collection;
    gdx_session *session;
    gdx_client *client;
};

// ---- targets

gdx_status gdx_target_of_collection(gdx_collection *collection, gdx_target **out, gdx_error *err) {
    gdx_target *target = calloc(1, sizeof *target);
    if (!target)
        return gdx_fail_memory(err, "an index");
    target->session = gdx_session_new(collection);
    if (!target->session) {
        free(target);
        return gdx_fail_memory(err, "a session");
    }
    target->collection = collection;
    *out = target;
    return GDX_OK;
}

gdx_status gdx_target_open_index(const char *directory, const gdx_collection_options *options, gdx_target **out,
                                 gdx_error *err) {
    GDX_AUTO(gdx_collection) collection = NULL;
    gdx_status status = gdx_collection_open(directory, options, &collection, err);
    if (status == GDX_OK)
        status = gdx_target_of_collection(collection, out, err);
    if (status == GDX_OK)
        collection = NULL; // handed over
    return status;
}

gdx_status gdx_target_open_server(const char *address, const gdx_client_options *options, gdx_target **out,
                                  gdx_error *err) {
    GDX_AUTO(gdx_target) target = calloc(1, sizeof *target);
    if (!target)
        return gdx_fail_memory(err, "a connection");
    gdx_status status = gdx_client_open(address, options, &target->client, err);
    if (status != GDX_OK)
        return status;
    *out = target;
    target = NULL; // handed over
    return GDX_OK;
}

void gdx_target_close(gdx_target *target) {
    if (!target)
        return;
    gdx_session_free(target->session);
    gdx_collection_close(target->collection);
    gdx_client_close(target->client);
    free(target);
}

// ---- one request

static gdx_question question_of(const gdx_target *target, const gdx_operation *operation, gdx_take_reply *take,
                                void *context) {
    return (gdx_question){.operation = operation,
                          .collection = target->collection,
                          .session = target->session,
                          .opened_ns = gdx_now_ns(),
                          .reply = take,
                          .context = context};
}

static gdx_status ask_index(gdx_target *target, const gdx_operation *operation, const ProtobufCMessage *request,
                            gdx_take_reply *take, void *context, gdx_error *err) {
    gdx_question question = question_of(target, operation, take, context);
    gdx_status status = gdx_question_run(&question, request, err);
    for (bool more = operation->replies_stream; status == GDX_OK && more;)
        status = gdx_question_produce(&question, &more, err);
    gdx_question_close(&question);
    return status;
}

static gdx_status ask_server(gdx_target *target, const gdx_operation *operation, const ProtobufCMessage *request,
                             gdx_take_reply *take, void *context, gdx_error *err) {
    ProtobufCMessage *reply = NULL;
    gdx_status status = gdx_client_call(target->client, operation->service, operation->name, request, &reply, err);
    if (status == GDX_OK)
        status = take(context, reply, err);
    if (reply)
        protobuf_c_message_free_unpacked(reply, NULL);
    return status;
}

static gdx_status take_all(gdx_stream *stream, gdx_take_reply *take, void *context, gdx_error *err) {
    for (;;) {
        ProtobufCMessage *reply = NULL;
        gdx_status status = gdx_stream_receive(stream, &reply, err);
        if (status != GDX_OK || !reply)
            return status;
        status = take(context, reply, err);
        protobuf_c_message_free_unpacked(reply, NULL);
        if (status != GDX_OK)
            return status;
    }
}

static gdx_status stream_from_server(gdx_target *target, const gdx_operation *operation,
                                     const ProtobufCMessage *request, gdx_take_reply *take, void *context,
                                     gdx_error *err) {
    GDX_AUTO(gdx_stream) stream = NULL;
    gdx_status status = gdx_stream_open(target->client, operation->service, operation->name, &stream, err);
    if (status == GDX_OK)
        status = gdx_stream_send(stream, request, err);
    if (status != GDX_OK)
        return status;
    gdx_stream_end_sending(stream);
    return take_all(stream, take, context, err);
}

gdx_status gdx_ask(gdx_target *target, const gdx_operation *operation, const ProtobufCMessage *request,
                   gdx_take_reply *take, void *context, gdx_error *err) {
    assert(!operation->requests_stream);
    if (!target->client)
        return ask_index(target, operation, request, take, context, err);
    return operation->replies_stream ? stream_from_server(target, operation, request, take, context, err)
                                     : ask_server(target, operation, request, take, context, err);
}

// ---- a stream of requests

static gdx_status stream_to_index(gdx_target *target, const gdx_operation *operation, gdx_give_request *give,
                                  gdx_take_reply *take, void *context, gdx_error *err) {
    gdx_question question = question_of(target, operation, take, context);
    const ProtobufCMessage *request = NULL;
    gdx_status status = give(context, &request, err);
    while (status == GDX_OK && request) {
        status = gdx_question_run(&question, request, err);
        if (status == GDX_OK)
            status = give(context, &request, err);
    }
    if (status == GDX_OK)
        status = gdx_question_finish(&question, err);
    gdx_question_close(&question);
    return status;
}

static gdx_status stream_to_server(gdx_target *target, const gdx_operation *operation, gdx_give_request *give,
                                   gdx_take_reply *take, void *context, gdx_error *err) {
    GDX_AUTO(gdx_stream) stream = NULL;
    const ProtobufCMessage *request = NULL;
    gdx_status status = gdx_stream_open(target->client, operation->service, operation->name, &stream, err);
    if (status == GDX_OK)
        status = give(context, &request, err);
    while (status == GDX_OK && request) {
        status = gdx_stream_send(stream, request, err);
        if (status == GDX_OK)
            status = give(context, &request, err);
    }
    if (status != GDX_OK)
        return status;
    gdx_stream_end_sending(stream);
    return take_all(stream, take, context, err);
}

gdx_status gdx_ask_stream(gdx_target *target, const gdx_operation *operation, gdx_give_request *give,
                          gdx_take_reply *take, void *context, gdx_error *err) {
    assert(operation->requests_stream && !operation->replies_stream);
    return target->client ? stream_to_server(target, operation, give, take, context, err)
                          : stream_to_index(target, operation, give, take, context, err);
}
