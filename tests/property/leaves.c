// SPDX-License-Identifier: Apache-2.0
// leaves.c: see leaves.h.

#include "leaves.h"

#include "gdx/clock.h"

#include <gramdex/v1/leaf.pb-c.h>
#include <gramdex/v1/search.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static gdx_status keep(void *context, const ProtobufCMessage *reply, gdx_error *err) {
    (void)err;
    ProtobufCMessage **kept = context;
    size_t bytes = protobuf_c_message_get_packed_size(reply);
    uint8_t *packed = malloc(bytes + 1);
    assert_non_null(packed);
    protobuf_c_message_pack(reply, packed);
    assert_null(*kept);
    *kept = protobuf_c_message_unpack(reply->descriptor, NULL, bytes, packed);
    assert_non_null(*kept);
    free(packed);
    return GDX_OK;
}

static gdx_question question_of(struct test_leaves *leaves, uint32_t slice, const char *method,
                                ProtobufCMessage **kept) {
    return (gdx_question){.operation = gdx_operation_find(&gramdex__v1__leaf__descriptor, method),
                          .collection = leaves->collections[slice],
                          .session = leaves->sessions[slice],
                          .opened_ns = gdx_now_ns(),
                          .reply = keep,
                          .context = kept};
}

static gdx_status fail_lost(uint32_t slice, gdx_error *err) {
    return gdx_fail(err, GDX_UNAVAILABLE, "slice %u: no leaf answers", slice);
}

static gdx_status pin(void *context, uint64_t commit, gdx_leaves_pin *out, gdx_error *err) {
    struct test_leaves *leaves = context;
    ProtobufCMessage *reply = NULL;
    Gramdex__V1__StateRequest request = GRAMDEX__V1__STATE_REQUEST__INIT;
    gdx_question question = question_of(leaves, 0, "State", &reply);
    gdx_status status = gdx_question_run(&question, &request.base, err);
    if (status != GDX_OK)
        return status;
    Gramdex__V1__StateResponse *state = (Gramdex__V1__StateResponse *)reply;
    if (commit && commit != state->commits[0]->commit)
        status = gdx_fail_reason(err, GDX_PRECONDITION, GDX_REASON_PAGE_TOKEN_EXPIRED, "commit %llu is not known",
                                 (unsigned long long)commit);
    else
        *out = (gdx_leaves_pin){.commit = state->commits[0]->commit,
                                .manifest = state->commits[0]->manifest,
                                .slices = state->slices,
                                .documents = state->documents,
                                .symbols = state->symbols,
                                .segments = state->segments,
                                .index_bytes = state->index_bytes};
    gramdex__v1__state_response__free_unpacked(state, NULL);
    return status;
}

static void ask(void *context, gdx_leaf_call *calls, size_t count, const gdx_stop *stop) {
    struct test_leaves *leaves = context;
    for (size_t i = 0; i < count; i++) {
        uint32_t slice = ((const Gramdex__V1__AskRequest *)calls[i].request)->slice;
        gdx_question question = question_of(leaves, slice, "Ask", &calls[i].answer);
        question.stop = *stop;
        if (slice == leaves->lost)
            (void)!fail_lost(slice, &calls[i].error);
        else
            (void)!gdx_question_run(&question, calls[i].request, &calls[i].error);
        gdx_question_close(&question);
    }
}

struct gdx_leaf_stream {
    struct test_leaves *leaves;
    gdx_question question;
    gdx_session *session;
    gdx_status status;
    gdx_error error;
    ProtobufCMessage *reply;
    bool has_more;
};

static gdx_status follow(void *context, const ProtobufCMessage *request, const char *trace, gdx_leaf_stream **out,
                         gdx_error *err) {
    (void)err, (void)trace;
    struct test_leaves *leaves = context;
    Gramdex__V1__FollowRequest followed = GRAMDEX__V1__FOLLOW_REQUEST__INIT;
    followed.ask = (Gramdex__V1__AskRequest *)(uintptr_t)request;
    gdx_leaf_stream *stream = calloc(1, sizeof *stream);
    assert_non_null(stream);
    stream->question = question_of(leaves, followed.ask->slice, "Follow", &stream->reply);
    stream->session = stream->question.session = gdx_session_new(stream->question.collection);
    assert_non_null(stream->session);
    stream->status = followed.ask->slice == leaves->lost
                         ? fail_lost(followed.ask->slice, &stream->error)
                         : gdx_question_run(&stream->question, &followed.base, &stream->error);
    stream->has_more = true;
    *out = stream;
    return GDX_OK;
}

static gdx_status next(gdx_leaf_stream *stream, const gdx_stop *stop, ProtobufCMessage **out, gdx_error *err) {
    (void)stop;
    while (stream->status == GDX_OK && stream->has_more && !stream->reply)
        stream->status = gdx_question_produce(&stream->question, &stream->has_more, &stream->error);
    if (stream->status != GDX_OK)
        return gdx_error_pass(err, &stream->error);
    Gramdex__V1__FollowResponse *reply = (Gramdex__V1__FollowResponse *)stream->reply;
    stream->reply = NULL;
    *out = reply ? &reply->part->base : NULL;
    if (reply) {
        reply->part = NULL;
        gramdex__v1__follow_response__free_unpacked(reply, NULL);
    }
    return GDX_OK;
}

static void close_stream(gdx_leaf_stream *stream) {
    if (!stream)
        return;
    gdx_question_close(&stream->question);
    if (stream->reply)
        protobuf_c_message_free_unpacked(stream->reply, NULL);
    gdx_session_free(stream->session);
    free(stream);
}

void test_leaves_open(struct test_leaves *leaves, const char *folder, uint32_t slices) {
    *leaves = (struct test_leaves){
        .slices = slices, .lost = UINT32_MAX, .table = {leaves, pin, ask, follow, next, close_stream}};
    for (uint32_t i = 0; i < slices; i++) {
        gdx_collection_options options = gdx_collection_options_default();
        gdx_error err = {0};
        options.slice = i;
        options.slices = slices;
        if (gdx_collection_open(folder, &options, &leaves->collections[i], &err) != GDX_OK)
            fail_msg("%s", err.message);
        leaves->sessions[i] = gdx_session_new(leaves->collections[i]);
        assert_non_null(leaves->sessions[i]);
    }
}

void test_leaves_close(struct test_leaves *leaves) {
    for (uint32_t i = 0; i < leaves->slices; i++) {
        gdx_session_free(leaves->sessions[i]);
        gdx_collection_close(leaves->collections[i]);
    }
}

bool test_leaves_refuse(const char *method, const ProtobufCMessage *request, const gdx_error *error) {
    static const char *const methods[] = {"Contrast", "Ngrams", "Collocates", "Kwic", "Reprints", "Passages", "Quote"};
    bool refused = false;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        refused |= strcmp(method, methods[i]) == 0;
    if (strcmp(method, "Dispersion") == 0) {
        ProtobufCBinaryData by = ((const Gramdex__V1__DispersionRequest *)request)->by;
        refused = by.len == 8 && memcmp(by.data, "document", 8) == 0;
    }
    return refused && error->status == GDX_UNSUPPORTED;
}
