// SPDX-License-Identifier: Apache-2.0
// gather.c: one question to all slices of a commit. A round is one call of each leaf, all at once. Operations of
// several rounds keep to one commit and one set of slices: when either changes, they start again.

#include "gather.h"

#include <assert.h>
#include <inttypes.h>

enum { ATTEMPTS = 3 };

// ---- requests

static void *field_of(const ProtobufCMessage *message, const char *name) {
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    return field ? (char *)message + field->offset : NULL;
}

static const Gramdex__V1__Scope *scope_of(const ProtobufCMessage *message) {
    Gramdex__V1__Scope *const *scope = field_of(message, "scope");
    return scope ? *scope : NULL;
}

// Leaves are not asked for a part of a slice: another replica has it whole.
static gdx_status pack(gdx_arena *arena, const ProtobufCMessage *message, ProtobufCBinaryData *out) {
    ProtobufCMessage *copy = gdx_arena_allocate(arena, message->descriptor->sizeof_message);
    Gramdex__V1__Scope *scope = gdx_arena_allocate(arena, sizeof *scope);
    if (!copy || !scope)
        return GDX_NO_MEMORY;
    memcpy(copy, message, message->descriptor->sizeof_message);
    if (scope_of(message)) {
        *scope = *scope_of(message);
        scope->allow_partial = false;
        scope->min_commit = 0;
        Gramdex__V1__Scope **to = field_of(copy, "scope");
        *to = scope;
    }
    size_t bytes = protobuf_c_message_get_packed_size(copy);
    uint8_t *packed = gdx_arena_allocate(arena, bytes + 1);
    if (!packed)
        return GDX_NO_MEMORY;
    *out = (ProtobufCBinaryData){protobuf_c_message_pack(copy, packed), packed};
    return GDX_OK;
}

gdx_status gather_set_request(struct gathered *gathered, uint32_t slice, const ProtobufCMessage *message,
                              gdx_error *err) {
    return pack(gathered->question->session->arena, message, &gathered->requests[slice].request) == GDX_OK
               ? GDX_OK
               : reply_no_memory(err);
}

static gdx_status fill_requests(struct gathered *gathered, const ProtobufCMessage *message, gdx_error *err) {
    gdx_arena *arena = gathered->question->session->arena;
    uint32_t count = gathered->pin.slices;
    GDX_AUTO(gdx_aliases) aliases = collection_aliases(gathered->question->collection);
    ProtobufCBinaryData packed;
    gathered->requests = gdx_arena_allocate(arena, count * sizeof *gathered->requests);
    gathered->slices = gdx_arena_allocate(arena, count * sizeof *gathered->slices);
    if (!gathered->requests || !gathered->slices || pack(arena, message, &packed) != GDX_OK)
        return reply_no_memory(err);
    memset(gathered->slices, 0, count * sizeof *gathered->slices);
    for (uint32_t i = 0; i < count; i++) {
        Gramdex__V1__AskRequest *request = &gathered->requests[i];
        gramdex__v1__ask_request__init(request);
        request->commit = &gathered->commit;
        request->slice = i;
        request->slices = count;
        request->method = data_of(gdx_slice_of(gathered->operation->name));
        request->request = packed;
        request->aliases = gdx_aliases_checksum(aliases);
    }
    return GDX_OK;
}

// ---- commits

static gdx_status pin(struct gathered *gathered, uint64_t commit, gdx_error *err) {
    const gdx_leaves *leaves = gathered->question->collection->leaves;
    uint32_t slices = gathered->pin.slices;
    gdx_leaves_pin found = {0};
    gdx_status status = leaves->pin(leaves->context, commit, &found, err);
    if (status != GDX_OK)
        return status;
    if (slices && slices != found.slices)
        return gdx_fail(err, GDX_UNAVAILABLE, "the leaves have gone from %u slices to %u; try again", slices,
                        found.slices);
    gathered->pin = found;
    gramdex__v1__leaf_commit__init(&gathered->commit);
    gathered->commit.commit = found.commit;
    gathered->commit.manifest = found.manifest;
    return GDX_OK;
}

gdx_status gather_open(gdx_question *question, const ProtobufCMessage *message, uint64_t commit, struct gathered *out,
                       gdx_error *err) {
    const Gramdex__V1__Scope *scope = scope_of(message);
    *out = (struct gathered){.question = question,
                             .message = message,
                             .operation = question->operation,
                             .is_pinned_by_token = commit != 0,
                             .least = commit || !scope ? 0 : scope->min_commit,
                             .allows_partial = question->operation->finds || (scope && scope->allow_partial)};
    gdx_status status = pin(out, commit, err);
    return status == GDX_OK ? fill_requests(out, message, err) : status;
}

static void drop_answer(struct gathered_slice *slice) {
    if (slice->answer)
        gramdex__v1__ask_response__free_unpacked(GDX_TAKE(slice->answer), NULL);
    if (slice->reply)
        protobuf_c_message_free_unpacked(GDX_TAKE(slice->reply), NULL);
}

static void drop_answers(struct gathered *gathered) {
    for (uint32_t i = 0; gathered->slices && i < gathered->pin.slices; i++)
        drop_answer(&gathered->slices[i]);
}

void gather_close(struct gathered *gathered) {
    drop_answers(gathered);
    *gathered = (struct gathered){0};
}

// ---- a round

static bool is_absence(gdx_status status) {
    return status == GDX_UNAVAILABLE || status == GDX_CORRUPT;
}

// False: it ends the question.
static bool bears(struct gathered *gathered, struct gathered_slice *slice, const gdx_error *why) {
    if (!gathered->allows_partial || !is_absence(why->status))
        return false;
    slice->why = *why;
    gathered->has_changed = true;
    return true;
}

// On failure the slice has no answer.
static gdx_status take_answer(const struct gathered *gathered, gdx_leaf_call *call, struct gathered_slice *slice,
                              gdx_error *err) {
    const Gramdex__V1__AskRequest *asked = (const Gramdex__V1__AskRequest *)call->request;
    slice->answer = (Gramdex__V1__AskResponse *)GDX_TAKE(call->answer);
    ProtobufCBinaryData packed = slice->answer->reply;
    slice->reply = protobuf_c_message_unpack(gathered->operation->reply, NULL, packed.len, packed.data);
    const struct slice_reply reply = {gathered->message, asked, slice->answer, slice->reply};
    gdx_status status = slice->reply
                            ? gather_check(gathered, gathered->operation, &reply, err)
                            : gdx_fail(err, GDX_CORRUPT, "slice %u of %u: the leaf's answer of %zu bytes is no %s",
                                       asked->slice, asked->slices, packed.len, gathered->operation->reply->name);
    if (status != GDX_OK)
        drop_answer(slice);
    return status;
}

static gdx_status take_answers(struct gathered *gathered, gdx_leaf_call *calls, const uint32_t *numbers, size_t count,
                               gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count; i++) {
        struct gathered_slice *slice = &gathered->slices[numbers[i]];
        gdx_status taken = calls[i].error.status;
        if (calls[i].answer && status == GDX_OK)
            taken = take_answer(gathered, &calls[i], slice, &calls[i].error);
        if (taken != GDX_OK && status == GDX_OK && !bears(gathered, slice, &calls[i].error))
            status = gdx_error_pass(err, &calls[i].error);
        if (calls[i].answer) // one that comes after a failure
            protobuf_c_message_free_unpacked(calls[i].answer, NULL);
    }
    return status;
}

// After the leaves: what they find wrong with the request comes first.
static gdx_status check_least(struct gathered *gathered, gdx_error *err) {
    if (gathered->pin.commit >= gathered->least)
        return GDX_OK;
    gathered->attempts = ATTEMPTS; // asking again does not help
    return gdx_fail_reason(err, GDX_PRECONDITION, GDX_REASON_COMMIT_UNKNOWN,
                           "the index is at commit %" PRIu64 ", the request asks for %" PRIu64 " or later",
                           gathered->pin.commit, gathered->least);
}

gdx_status gather_ask(struct gathered *gathered, const bool *which, gdx_error *err) {
    const gdx_question *question = gathered->question;
    const gdx_leaves *leaves = question->collection->leaves;
    uint32_t slices = gathered->pin.slices;
    gdx_leaf_call *calls = gdx_arena_allocate(question->session->arena, slices * sizeof *calls);
    uint32_t *numbers = gdx_arena_allocate(question->session->arena, slices * sizeof *numbers);
    size_t count = 0;
    if (!calls || !numbers)
        return reply_no_memory(err);
    drop_answers(gathered);
    for (uint32_t i = 0; i < slices; i++) {
        if (gathered->slices[i].why.status != GDX_OK || (which && !which[i]))
            continue;
        numbers[count] = i;
        calls[count++] = (gdx_leaf_call){.request = &gathered->requests[i].base, .trace = question->trace};
    }
    bool had_changed = gathered->has_changed;
    leaves->ask(leaves->context, calls, count, &question->stop);
    gdx_status status = take_answers(gathered, calls, numbers, count, err);
    if (status == GDX_OK)
        status = check_least(gathered, err);
    for (uint32_t i = 0; i < slices && status == GDX_OK; i++) // of the missing ones the last is to blame
        if (gathered->slices[i].why.status == GDX_OK)
            return gathered->has_changed && !had_changed ? gdx_fail(err, GDX_UNAVAILABLE, "a slice is missing")
                                                         : GDX_OK;
    return status == GDX_OK && slices ? gdx_error_pass(err, &gathered->slices[slices - 1].why) : status;
}

bool gather_again(struct gathered *gathered, gdx_status *status, gdx_error *err) {
    bool has_one = false;
    for (uint32_t i = 0; gathered->slices && i < gathered->pin.slices; i++)
        has_one |= gathered->slices[i].why.status == GDX_OK;
    if (*status == GDX_UNAVAILABLE && gathered->has_changed && has_one) {
        gathered->has_changed = false;
        *err = (gdx_error){0};
        return true;
    }
    bool is_gone = *status == GDX_PRECONDITION && err->reason == GDX_REASON_COMMIT_UNKNOWN && gathered->slices;
    if (is_gone && gathered->is_pinned_by_token) {
        *err = (gdx_error){0};
        *status = gdx_fail_reason(err, GDX_PRECONDITION, GDX_REASON_PAGE_TOKEN_EXPIRED,
                                  "page_token: commit %" PRIu64 " is no longer held; start again from the first page",
                                  gathered->pin.commit);
    } else if (is_gone && gathered->attempts++ < ATTEMPTS) {
        *err = (gdx_error){0};
        *status = pin(gathered, 0, err);
        return *status == GDX_OK;
    }
    return false;
}

const gdx_error *gather_missing(const struct gathered *gathered) {
    for (uint32_t i = 0; i < gathered->pin.slices; i++)
        if (gathered->slices[i].why.status != GDX_OK)
            return &gathered->slices[i].why;
    return NULL;
}

gdx_status gather_all(gdx_question *question, const ProtobufCMessage *message, struct gathered *out, gdx_error *err) {
    gdx_status status = gather_open(question, message, 0, out, err);
    if (status != GDX_OK)
        return status;
    do
        status = gather_ask(out, NULL, err);
    while (gather_again(out, &status, err));
    return status;
}
