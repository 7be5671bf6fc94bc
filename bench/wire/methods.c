// SPDX-License-Identifier: Apache-2.0
// methods.c: see methods.h.

#include "methods.h"

#include <gramdex/v1/search.pb-c.h>
#include <grpc/health/v1/health.pb-c.h>
#include <stdlib.h>

enum { HITS = 10, CONTEXT_SYMBOLS = 20 };

// ---- requests

static gdx_status pack(const ProtobufCMessage *message, gdx_buffer *out) {
    size_t bytes = protobuf_c_message_get_packed_size(message);
    gdx_status status = gdx_buffer_reserve(out, bytes + 1);
    if (status == GDX_OK)
        out->bytes += protobuf_c_message_pack(message, out->data + out->bytes);
    return status;
}

static ProtobufCBinaryData query_of(const struct phrase *phrase) {
    return (ProtobufCBinaryData){phrase->query.bytes, (uint8_t *)(uintptr_t)phrase->query.data};
}

static gdx_status pack_empty(const struct phrase *phrase, gdx_buffer *out) {
    (void)phrase;
    Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    return pack(&request.base, out);
}

static gdx_status pack_count(const struct phrase *phrase, gdx_buffer *out) {
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    request.query = query_of(phrase);
    return pack(&request.base, out);
}

static gdx_status pack_search(const struct phrase *phrase, gdx_buffer *out) {
    Gramdex__V1__SearchRequest request = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    request.query = query_of(phrase);
    request.limit = HITS;
    return pack(&request.base, out);
}

static gdx_status pack_scan(const struct phrase *phrase, gdx_buffer *out) {
    Gramdex__V1__ScanRequest request = GRAMDEX__V1__SCAN_REQUEST__INIT;
    request.query = query_of(phrase);
    request.context_symbols = CONTEXT_SYMBOLS;
    return pack(&request.base, out);
}

// ---- replies

static ProtobufCMessage *unpack(const ProtobufCMessageDescriptor *type, gdx_slice message, struct answer *answer) {
    ProtobufCMessage *reply = protobuf_c_message_unpack(type, NULL, message.bytes, (const uint8_t *)message.data);
    answer->messages++;
    answer->is_malformed |= !reply;
    return reply;
}

static void take_empty(struct answer *answer, gdx_slice message) {
    ProtobufCMessage *reply = unpack(&grpc__health__v1__health_check_response__descriptor, message, answer);
    if (reply && ((Grpc__Health__V1__HealthCheckResponse *)reply)->status !=
                     GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING)
        answer->is_malformed = true;
    protobuf_c_message_free_unpacked(reply, NULL);
}

static void take_count(struct answer *answer, gdx_slice message) {
    ProtobufCMessage *reply = unpack(&gramdex__v1__count_response__descriptor, message, answer);
    const Gramdex__V1__CountResponse *count = (const Gramdex__V1__CountResponse *)reply;
    answer->documents += count ? count->documents : 0;
    answer->occurrences += count ? count->occurrences : 0;
    protobuf_c_message_free_unpacked(reply, NULL);
}

static void take_search(struct answer *answer, gdx_slice message) {
    ProtobufCMessage *reply = unpack(&gramdex__v1__search_response__descriptor, message, answer);
    const Gramdex__V1__SearchResponse *found = (const Gramdex__V1__SearchResponse *)reply;
    answer->documents += found ? found->documents : 0;
    answer->occurrences += found ? found->occurrences : 0;
    answer->hits += found ? found->n_hits : 0;
    protobuf_c_message_free_unpacked(reply, NULL);
}

static void take_scan(struct answer *answer, gdx_slice message) {
    ProtobufCMessage *reply = unpack(&gramdex__v1__scan_response__descriptor, message, answer);
    answer->hits += reply ? ((const Gramdex__V1__ScanResponse *)reply)->n_occurrences : 0;
    protobuf_c_message_free_unpacked(reply, NULL);
}

static bool is_one(const struct question *question, const struct answer *answer) {
    (void)question;
    return answer->messages == 1;
}

static bool is_counted(const struct question *question, const struct answer *answer) {
    return answer->messages == 1 && answer->documents == question->documents &&
           answer->occurrences == question->occurrences;
}

static bool is_found(const struct question *question, const struct answer *answer) {
    uint64_t hits = question->documents < HITS ? question->documents : HITS;
    return is_counted(question, answer) && answer->hits == hits;
}

static bool is_exported(const struct question *question, const struct answer *answer) {
    return answer->hits == question->occurrences;
}

const struct method methods[METHODS] = {
    {"empty", "/grpc.health.v1.Health/Check", 0, pack_empty, take_empty, is_one},
    {"count-rare", "/gramdex.v1.Search/Count", 1, pack_count, take_count, is_counted},
    {"count-medium", "/gramdex.v1.Search/Count", 100, pack_count, take_count, is_counted},
    {"count-frequent", "/gramdex.v1.Search/Count", UINT64_MAX, pack_count, take_count, is_counted},
    {"search", "/gramdex.v1.Search/Search", 100, pack_search, take_search, is_found},
    {"scan", "/gramdex.v1.Search/Scan", 100, pack_scan, take_scan, is_exported},
};

// ---- which phrases

static uint64_t distance(const struct phrase *phrase, uint64_t documents) {
    return phrase->documents < documents ? documents - phrase->documents : phrase->documents - documents;
}

static bool is_usable(const struct phrase *phrase) {
    return phrase->symbols > 1 && phrase->documents > 0;
}

// Insertion into a short list: the nearest first, of two alike the one that comes first in the file.
static size_t pick(const struct phrases *phrases, uint64_t documents, const struct phrase *out[QUESTIONS]) {
    size_t count = 0;
    for (size_t i = 0; i < phrases->count; i++) {
        const struct phrase *phrase = &phrases->items[i];
        size_t at = count;
        if (!is_usable(phrase))
            continue;
        while (at > 0 && distance(out[at - 1], documents) > distance(phrase, documents))
            at--;
        if (at == QUESTIONS)
            continue;
        count += count < QUESTIONS;
        memmove(&out[at + 1], &out[at], (count - at - 1) * sizeof out[0]);
        out[at] = phrase;
    }
    return count;
}

static gdx_status add(struct questions *questions, const struct method *method, const struct phrase *phrase) {
    size_t begin = questions->packed.bytes;
    gdx_status status = method->pack(phrase, &questions->packed);
    struct question *question = &questions->items[questions->count++];
    *question = (struct question){.message.bytes = questions->packed.bytes - begin};
    if (phrase) {
        question->documents = phrase->documents;
        question->occurrences = phrase->occurrences;
    }
    return status;
}

static void point_at_messages(struct questions *questions) { // the buffer moves no more
    const char *at = (const char *)questions->packed.data;
    for (size_t i = 0; i < questions->count; i++) {
        questions->items[i].message.data = at;
        at += questions->items[i].message.bytes;
    }
}

gdx_status questions_make(struct questions *questions, const struct method *method, const struct phrases *phrases,
                          gdx_error *err) {
    const struct phrase *picked[QUESTIONS] = {NULL};
    size_t count = method->documents ? pick(phrases, method->documents, picked) : 1;
    gdx_status status = GDX_OK;
    questions->count = questions->packed.bytes = 0;
    if (count == 0)
        return gdx_fail(err, GDX_INVALID, "%s: no phrase of two symbols or more, see `gramdex bench phrases`",
                        method->name);
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = add(questions, method, picked[i]);
    if (status != GDX_OK)
        return gdx_fail(err, status, "no memory for questions");
    point_at_messages(questions);
    return GDX_OK;
}

void questions_clear(struct questions *questions) {
    gdx_buffer_clear(&questions->packed);
    *questions = (struct questions){0};
}
