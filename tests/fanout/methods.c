// SPDX-License-Identifier: Apache-2.0
// methods.c: see methods.h.

#include "methods.h"

#include "gdx/clock.h"

#include <assert.h>
#include <gramdex/v1/search.pb-c.h>
#include <string.h>

static ProtobufCBinaryData data_of(const char *text) {
    return (ProtobufCBinaryData){strlen(text), (uint8_t *)(uintptr_t)text};
}

const char *const spread_methods[SPREAD_METHODS] = {"Count",      "Search", "Scan",     "Trend", "Facets", "Neighbours",
                                                    "Dispersion", "Get",    "BatchGet", "Stat",  "Suggest"};

struct asking {
    gdx_collection *collection;
    gdx_session *session;
    const char *method;
    gdx_stop stop;
    gdx_buffer *out;
    gdx_error *err;
};

static gdx_status append(gdx_buffer *out, const ProtobufCMessage *message) {
    size_t bytes = protobuf_c_message_get_packed_size(message);
    gdx_status status = gdx_buffer_reserve(out, bytes + 1);
    if (status == GDX_OK)
        out->bytes += protobuf_c_message_pack(message, out->data + out->bytes);
    return status;
}

// The occurrences of a stream alone: in how many messages they come is the server's choice.
static gdx_status take(void *context, const ProtobufCMessage *reply, gdx_error *err) {
    gdx_buffer *out = context;
    gdx_status status = GDX_OK;
    if (reply->descriptor == &gramdex__v1__scan_response__descriptor) {
        const Gramdex__V1__ScanResponse *part = (const Gramdex__V1__ScanResponse *)reply;
        for (size_t i = 0; i < part->n_occurrences && status == GDX_OK; i++)
            status = append(out, &part->occurrences[i]->base);
        return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "an occurrence");
    }
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(reply->descriptor, "answer");
    Gramdex__V1__Answer *answer = *(Gramdex__V1__Answer *const *)(const void *)((const char *)reply + field->offset);
    answer->took_us = 0;
    return append(out, reply) == GDX_OK ? GDX_OK : gdx_fail_memory(err, "a reply");
}

static gdx_status ask(const struct asking *asking, const ProtobufCMessage *request) {
    gdx_question question = {.operation = gdx_operation_find(&gramdex__v1__search__descriptor, asking->method),
                             .collection = asking->collection,
                             .session = asking->session,
                             .stop = asking->stop,
                             .opened_ns = gdx_now_ns(),
                             .reply = take,
                             .context = asking->out};
    gdx_status status = gdx_question_run(&question, request, asking->err);
    for (bool more = question.operation->replies_stream; status == GDX_OK && more;)
        status = gdx_question_produce(&question, &more, asking->err);
    gdx_question_close(&question);
    return status;
}

static gdx_status ask_trend(const struct asking *asking) {
    Gramdex__V1__TrendRequest request = GRAMDEX__V1__TREND_REQUEST__INIT;
    ProtobufCBinaryData other = data_of("供应链");
    request.query = data_of("产业链");
    request.compare = &other;
    request.n_compare = 1;
    request.split_by_source = true;
    return ask(asking, &request.base);
}

static gdx_status ask_search(const struct asking *asking) {
    Gramdex__V1__SearchRequest request = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    request.query = data_of("产业链 source:news OR trade OR source:nowhere");
    request.limit = 7;
    request.offset = 1;
    request.match_limit = 3;
    return ask(asking, &request.base);
}

static gdx_status ask_ids(const struct asking *asking) {
    Gramdex__V1__BatchGetRequest request = GRAMDEX__V1__BATCH_GET_REQUEST__INIT;
    ProtobufCBinaryData ids[] = {data_of("b1"), data_of("a2"), data_of("none"), data_of("b0"), data_of("a2")};
    request.ids = ids;
    request.n_ids = sizeof ids / sizeof ids[0];
    return ask(asking, &request.base);
}

static gdx_status ask_facets(const struct asking *asking) {
    Gramdex__V1__FacetsRequest request = GRAMDEX__V1__FACETS_REQUEST__INIT;
    ProtobufCBinaryData by[] = {data_of("source"), data_of("year"), data_of("meta.lang")};
    request.query = data_of("产业链");
    request.by = by;
    request.n_by = sizeof by / sizeof by[0];
    return ask(asking, &request.base);
}

// A request with one text, field 1.
static gdx_status ask_text(const struct asking *asking, const char *text) {
    const gdx_operation *operation = gdx_operation_find(&gramdex__v1__search__descriptor, asking->method);
    uint8_t packed[64] = {1 << 3 | 2, (uint8_t)strlen(text)};
    memcpy(packed + 2, text, strlen(text));
    ProtobufCMessage *request = protobuf_c_message_unpack(operation->request, NULL, 2 + strlen(text), packed);
    assert(request);
    gdx_status status = ask(asking, request);
    protobuf_c_message_free_unpacked(request, NULL);
    return status;
}

gdx_status spread_ask(gdx_collection *collection, gdx_session *session, const char *method, uint64_t timeout_ns,
                      gdx_buffer *out, gdx_error *err) {
    const struct asking asking = {
        collection, session, method, {.deadline_ns = timeout_ns ? gdx_now_ns() + timeout_ns : 0}, out, err};
    Gramdex__V1__StatRequest stat = GRAMDEX__V1__STAT_REQUEST__INIT;
    out->bytes = 0;
    if (strcmp(method, "Search") == 0)
        return ask_search(&asking);
    if (strcmp(method, "Trend") == 0)
        return ask_trend(&asking);
    if (strcmp(method, "Facets") == 0)
        return ask_facets(&asking);
    if (strcmp(method, "BatchGet") == 0)
        return ask_ids(&asking);
    if (strcmp(method, "Stat") == 0)
        return ask(&asking, &stat.base);
    return ask_text(&asking, strcmp(method, "Get") == 0 ? "b3" : strcmp(method, "Suggest") == 0 ? "g" : "产业链");
}

gdx_status spread_ask_in_part(gdx_collection *collection, gdx_session *session, gdx_buffer *out, gdx_error *err) {
    const struct asking asking = {collection, session, "Count", {0}, out, err};
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    Gramdex__V1__Scope scope = GRAMDEX__V1__SCOPE__INIT;
    request.query = data_of("产业链");
    request.scope = &scope;
    scope.allow_partial = true;
    return ask(&asking, &request.base);
}
