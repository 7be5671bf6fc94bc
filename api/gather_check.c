// SPDX-License-Identifier: Apache-2.0
// gather_check.c: what a root takes from a leaf is checked here, once, before anything is added up. A leaf of another
// version may send any message, and so may a damaged machine or a stranger at its address. The slice's answer then
// fails. The root goes on, and the figures of the other slices stay right.

#include "gather.h"

#include <inttypes.h>

// No slice has more of anything, in bytes or in symbols; and sums over all slices and many rows stay within 64 bits.
static const uint64_t NUMBER_MOST = (uint64_t)1 << 48;
enum { QUERIES_MOST = 64 }; // more than any request has: a trend has 10, and facets one and 16 keys

static gdx_status check_message(const ProtobufCMessage *message, gdx_error *err);

static size_t count_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    return *(const size_t *)(const void *)((const char *)message + field->quantifier_offset);
}

static gdx_status check_field(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, gdx_error *err) {
    const void *at = (const char *)message + field->offset;
    bool is_list = field->label == PROTOBUF_C_LABEL_REPEATED;
    size_t count = is_list ? count_of(message, field) : 1;
    gdx_status status = GDX_OK;
    if (is_list)
        at = *(const void *const *)at;
    if (field->type == PROTOBUF_C_TYPE_UINT64) {
        for (size_t i = 0; i < count; i++)
            if (((const uint64_t *)at)[i] > NUMBER_MOST)
                return gdx_fail(err, GDX_CORRUPT, "%s is %" PRIu64 ", more than an index can hold", field->name,
                                ((const uint64_t *)at)[i]);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        for (size_t i = 0; i < count && status == GDX_OK; i++)
            if (((const ProtobufCMessage *const *)at)[i])
                status = check_message(((const ProtobufCMessage *const *)at)[i], err);
    }
    return status;
}

// Every number of it. No message holds one of its own kind, so this ends.
static gdx_status check_message(const ProtobufCMessage *message, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (unsigned i = 0; i < message->descriptor->n_fields && status == GDX_OK; i++)
        status = check_field(message, &message->descriptor->fields[i], err);
    return status;
}

static gdx_status check_commit(const ProtobufCMessage *reply, uint64_t commit, gdx_error *err) {
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(reply->descriptor, "answer");
    const Gramdex__V1__Answer *answer =
        *(const Gramdex__V1__Answer *const *)(const void *)((const char *)reply + field->offset);
    if (answer && answer->commit == commit && answer->complete)
        return GDX_OK;
    return gdx_fail(err, GDX_CORRUPT, "an answer %s commit %" PRIu64 ", expected all of commit %" PRIu64,
                    answer && !answer->complete ? "to a part of" : "of", answer ? answer->commit : 0, commit);
}

// They are read query by query, so their numbers must be those of few.
static gdx_status check_facts(const Gramdex__V1__AskResponse *answer, gdx_error *err) {
    uint32_t before = 0;
    for (size_t i = 0; i < answer->n_facts; i++) {
        uint32_t query = answer->facts[i]->query;
        if (query < before || query >= QUERIES_MOST)
            return gdx_fail(err, GDX_CORRUPT, "a fact is said of query %u, after one of query %u", query, before);
        before = query;
    }
    return GDX_OK;
}

gdx_status gather_check(const struct gathered *gathered, const gdx_operation *operation,
                        const struct slice_reply *slice, gdx_error *err) {
    gdx_error why = {0};
    gdx_status status = check_message(&slice->answer->base, &why);
    if (status == GDX_OK)
        status = check_message(slice->reply, &why);
    if (status == GDX_OK)
        status = check_commit(slice->reply, gathered->pin.commit, &why);
    if (status == GDX_OK)
        status = check_facts(slice->answer, &why);
    if (status == GDX_OK && operation->check)
        status = operation->check(slice, &why);
    return status == GDX_OK ? GDX_OK
                            : gdx_fail(err, status, "slice %u of %u: the leaf's answer: %s", slice->asked->slice,
                                       slice->asked->slices, why.message);
}

bool gather_is_sum(uint64_t sum, uint64_t part, uint64_t *out) {
    return !__builtin_add_overflow(sum, part, out) && *out <= NUMBER_MOST;
}
