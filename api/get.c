// SPDX-License-Identifier: Apache-2.0
// get.c: Search.Get: a document as it was stored.

#include "get.h"
#include "gather.h"

gdx_status get_read(gdx_question *question, const gdx_snapshot *snapshot, gdx_slice id, gdx_document *out,
                    bool *out_has, gdx_error *err) {
    size_t segment;
    uint32_t number;
    gdx_status status = gdx_snapshot_find_id(snapshot, id, &segment, &number, out_has, err);
    if (status != GDX_OK || !*out_has)
        return status;
    gdx_segment *from = gdx_snapshot_segment(snapshot, segment)->segment;
    status = gdx_store_read(question->session->reader, from, number, out, err);
    gdx_arena *arena = question->session->arena; // for what lies in the mapped file
    if (status == GDX_OK && (gdx_arena_copy(arena, out->id, &out->id) != GDX_OK ||
                             gdx_arena_copy(arena, out->source, &out->source) != GDX_OK))
        status = reply_no_memory(err);
    return gdx_segment_settle(from, status, err);
}

static gdx_status reply_with(gdx_question *question, const gdx_document *document, uint64_t commit, gdx_error *err) {
    Gramdex__V1__GetResponse reply = GRAMDEX__V1__GET_RESPONSE__INIT;
    Gramdex__V1__Document out;
    Gramdex__V1__Answer answer;
    if (document && reply_document(question->session->arena, document, &out) != GDX_OK)
        return reply_no_memory(err);
    reply_answer(question, commit, &answer);
    reply.document = document ? &out : NULL;
    reply.answer = &answer;
    return question->reply(question->context, &reply.base, err);
}

static gdx_status fail_missing(ProtobufCBinaryData id, gdx_error *err) {
    return gdx_fail(err, GDX_NOT_FOUND, "no document has the id \"%.*s\"", GDX_SLICE_ARGUMENTS(slice_of(id)));
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__GetRequest *request = (const Gramdex__V1__GetRequest *)message;
    gdx_snapshot *snapshot = NULL;
    gdx_document document;
    bool has = false;
    gdx_status status = request_id("id", request->id, err);
    if (status == GDX_OK)
        status = request_unfiltered(question, request->scope, &snapshot, err);
    if (status == GDX_OK)
        status = get_read(question, snapshot, slice_of(request->id), &document, &has, err);
    if (status == GDX_OK && !has && !question->leaf) // another slice may have it
        status = fail_missing(request->id, err);
    if (status == GDX_OK)
        status = reply_with(question, has ? &document : NULL, gdx_snapshot_commit(snapshot), err);
    gdx_snapshot_release(snapshot);
    return status;
}

// ---- at a root

static gdx_status check(const struct slice_reply *slice, gdx_error *err) {
    const Gramdex__V1__GetRequest *request = (const Gramdex__V1__GetRequest *)slice->request;
    const Gramdex__V1__GetResponse *reply = slice->reply;
    if (!reply->document || gdx_slice_equal(slice_of(reply->document->id), slice_of(request->id)))
        return GDX_OK;
    return gdx_fail(err, GDX_CORRUPT, "a document of another id");
}

// One slice at most has it: so those that do not are no failure, as long as one answers, or all do.
static gdx_status merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__GetRequest *request = (const Gramdex__V1__GetRequest *)message;
    Gramdex__V1__GetResponse reply = GRAMDEX__V1__GET_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    struct gathered gathered;
    gdx_status status = gather_all(question, message, &gathered, err);
    for (uint32_t i = 0; i < gathered.pin.slices && status == GDX_OK; i++) {
        const Gramdex__V1__GetResponse *slice = gather_reply(&gathered, i);
        if (slice && slice->document)
            reply.document = slice->document;
    }
    if (status == GDX_OK && !reply.document && gather_missing(&gathered))
        status = gdx_error_pass(err, gather_missing(&gathered));
    if (status == GDX_OK && !reply.document)
        status = fail_missing(request->id, err);
    reply_answer(question, gathered.pin.commit, &answer);
    reply.answer = &answer;
    if (status == GDX_OK)
        status = question->reply(question->context, &reply.base, err);
    gather_close(&gathered);
    return status;
}

const gdx_operation get_operation = {.name = "Get",
                                     .service = &gramdex__v1__search__descriptor,
                                     .effort = GDX_EFFORT_SHORT,
                                     .run = run,
                                     .finds = true,
                                     .merge = merge,
                                     .check = check};
