// SPDX-License-Identifier: Apache-2.0
// fuzz_answers.c: any bytes as the answers of leaves, to every method that a root answers: an answer comes of it, or an
// error with a reason. The first byte chooses the method. What would be refused at once (the commit, that it is whole)
// is put right in some, so that what is behind it is reached.

#include "methods.h"

#include <assert.h>
#include <gramdex/v1/leaf.pb-c.h>
#include <gramdex/v1/search.pb-c.h>
#include <stdlib.h>
#include <string.h>

enum { COMMIT = 5, SLICES = 3, MESSAGES_MOST = 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct rest { // of the input
    const uint8_t *at;
    size_t bytes;
    unsigned messages; // of streams
};

static uint8_t take_byte(struct rest *rest) {
    if (!rest->bytes)
        return 0;
    rest->bytes--;
    return *rest->at++;
}

static ProtobufCBinaryData take_bytes(struct rest *rest) {
    size_t count = (size_t)take_byte(rest) << 8 | take_byte(rest);
    ProtobufCBinaryData taken = {count < rest->bytes ? count : rest->bytes, (uint8_t *)(uintptr_t)rest->at};
    rest->at += taken.len;
    rest->bytes -= taken.len;
    return taken;
}

// The bytes of a reply, with an `answer` that says what it must; NULL: they are none.
static uint8_t *mend(const ProtobufCMessageDescriptor *type, ProtobufCBinaryData packed, size_t *out_bytes) {
    ProtobufCMessage *reply = protobuf_c_message_unpack(type, NULL, packed.len, packed.data);
    Gramdex__V1__Answer right = GRAMDEX__V1__ANSWER__INIT;
    if (!reply)
        return NULL;
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(type, "answer");
    Gramdex__V1__Answer **answer = (Gramdex__V1__Answer **)(void *)((char *)reply + field->offset), *before = *answer;
    right.commit = COMMIT;
    right.complete = true;
    *answer = &right;
    uint8_t *mended = malloc(protobuf_c_message_get_packed_size(reply) + 1);
    assert(mended);
    *out_bytes = protobuf_c_message_pack(reply, mended);
    *answer = before;
    protobuf_c_message_free_unpacked(reply, NULL);
    return mended;
}

static Gramdex__V1__AskResponse *take_answer(struct rest *rest, const Gramdex__V1__AskRequest *asked) {
    enum { MENDED = 1, SHORT = 2 };
    uint8_t how = take_byte(rest);
    ProtobufCBinaryData packed = how & SHORT ? (ProtobufCBinaryData){0} : take_bytes(rest);
    Gramdex__V1__AskResponse *answer = gramdex__v1__ask_response__unpack(NULL, packed.len, packed.data);
    char name[32] = "";
    memcpy(name, asked->method.data, asked->method.len);
    if (!answer)
        return NULL;
    answer->slice = asked->slice; // which the fan-out has checked
    if (!(how & MENDED))
        return answer;
    size_t bytes = 0;
    uint8_t *mended = mend(gdx_operation_find(&gramdex__v1__search__descriptor, name)->reply, take_bytes(rest), &bytes);
    if (mended) {
        free(answer->reply.data);
        answer->reply = (ProtobufCBinaryData){bytes, mended};
    }
    return answer;
}

// ---- leaves

struct gdx_leaf_stream {
    struct rest *rest;
    const Gramdex__V1__AskRequest *asked;
};

static gdx_status pin(void *context, uint64_t commit, gdx_leaves_pin *out, gdx_error *err) {
    (void)context;
    (void)commit;
    (void)err;
    *out = (gdx_leaves_pin){.commit = COMMIT, .manifest = 1, .slices = SLICES, .documents = 9, .symbols = 99};
    return GDX_OK;
}

static void ask(void *context, gdx_leaf_call *calls, size_t count, const gdx_stop *stop) {
    (void)stop;
    for (size_t i = 0; i < count; i++) {
        Gramdex__V1__AskResponse *answer = take_answer(context, (const Gramdex__V1__AskRequest *)calls[i].request);
        if (answer)
            calls[i].answer = &answer->base;
        else
            gdx_fail(&calls[i].error, GDX_UNAVAILABLE, "no answer");
    }
}

static gdx_status follow(void *context, const ProtobufCMessage *request, const char *trace, gdx_leaf_stream **out,
                         gdx_error *err) {
    (void)trace;
    (void)err;
    *out = calloc(1, sizeof **out);
    assert(*out);
    **out = (gdx_leaf_stream){context, (const Gramdex__V1__AskRequest *)request};
    return GDX_OK;
}

static gdx_status next(gdx_leaf_stream *stream, const gdx_stop *stop, ProtobufCMessage **out, gdx_error *err) {
    (void)stop;
    *out = NULL;
    if (stream->rest->bytes == 0 || stream->rest->messages++ == MESSAGES_MOST)
        return GDX_OK;
    Gramdex__V1__AskResponse *part = take_answer(stream->rest, stream->asked);
    if (!part)
        return gdx_fail(err, GDX_CORRUPT, "no message");
    *out = &part->base;
    return GDX_OK;
}

static void close_stream(gdx_leaf_stream *stream) {
    free(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    struct rest rest = {data, bytes, 0};
    const gdx_leaves leaves = {&rest, pin, ask, follow, next, close_stream};
    gdx_collection_options options = gdx_collection_options_default();
    gdx_collection *collection = NULL;
    gdx_buffer given = {0};
    gdx_error err = {0};
    uint8_t choice = take_byte(&rest);
    if (gdx_collection_open_root(&leaves, NULL, &options, &collection, &err) != GDX_OK)
        abort();
    gdx_session *session = gdx_session_new(collection);
    assert(session);
    gdx_status status =
        choice % (SPREAD_METHODS + 1) == SPREAD_METHODS
            ? spread_ask_in_part(collection, session, &given, &err)
            : spread_ask(collection, session, spread_methods[choice % (SPREAD_METHODS + 1)], 0, &given, &err);
    assert(status == GDX_OK || (status == err.status && err.message[0]));
    gdx_session_free(session);
    gdx_collection_close(collection);
    gdx_buffer_clear(&given);
    return 0;
}
