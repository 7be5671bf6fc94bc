// SPDX-License-Identifier: Apache-2.0
// spread.c: see spread.h.

#include "spread.h"

#include "../support/folder.h"
#include "gdx/index.h"

#include <gramdex/v1/index.pb-c.h>
#include <gramdex/v1/search.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { DOCUMENTS = 6 }; // of a slice

static ProtobufCBinaryData data_of(const char *text) {
    return (ProtobufCBinaryData){strlen(text), (uint8_t *)(uintptr_t)text};
}

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s", gdx_status_name(status), err->message);
}

// ---- the index

static gdx_status pass_over(void *context, const ProtobufCMessage *reply, gdx_error *err) {
    (void)context;
    (void)reply;
    (void)err;
    return GDX_OK;
}

static void add(gdx_collection *collection, char letter) {
    char ids[DOCUMENTS][8], dates[DOCUMENTS][16], texts[DOCUMENTS][256];
    Gramdex__V1__Document documents[DOCUMENTS], *list[DOCUMENTS];
    Gramdex__V1__IngestRequest request = GRAMDEX__V1__INGEST_REQUEST__INIT;
    gdx_error err = {0};
    for (int i = 0; i < DOCUMENTS; i++) {
        snprintf(ids[i], sizeof ids[i], "%c%d", letter, i);
        snprintf(dates[i], sizeof dates[i], "202%d-0%d", i % 3, 1 + i);
        snprintf(texts[i], sizeof texts[i], "全球产业链重构 and global trade growth.%s 供应链%c%d 改革。",
                 i % 2 ? " 产业链，产业链安全。" : "", letter, i);
        gramdex__v1__document__init(&documents[i]);
        documents[i].id = data_of(ids[i]);
        documents[i].date = data_of(dates[i]);
        documents[i].source = data_of(i % 2 ? "news" : "law");
        documents[i].text = data_of(texts[i]);
        list[i] = &documents[i];
    }
    request.documents = list;
    request.n_documents = DOCUMENTS;
    gdx_session *session = gdx_session_new(collection);
    gdx_question question = {.operation = gdx_operation_find(&gramdex__v1__index__descriptor, "Ingest"),
                             .collection = collection,
                             .session = session,
                             .reply = pass_over};
    must(gdx_question_run(&question, &request.base, &err), &err);
    must(gdx_question_finish(&question, &err), &err);
    gdx_question_close(&question);
    gdx_session_free(session);
}

void spread_open(struct spread *spread) {
    gdx_collection_options options = gdx_collection_options_default();
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    *spread = (struct spread){.folder = folder_new()};
    const char *index = folder_path(spread->folder, "index");
    must(gdx_index_writer_open(index, &writer, &err), &err);
    gdx_index_writer_close(writer);
    must(gdx_collection_open(index, &options, &spread->whole, &err), &err);
    add(spread->whole, 'a');
    add(spread->whole, 'b');
    must(gdx_collection_refresh(spread->whole, &err), &err);
    options.slices = SPREAD_SLICES;
    for (options.slice = 0; options.slice < SPREAD_SLICES; options.slice++)
        must(gdx_collection_open(index, &options, &spread->slices[options.slice], &err), &err);
}

void spread_close(struct spread *spread) {
    for (size_t i = 0; i < SPREAD_SLICES; i++)
        gdx_collection_close(spread->slices[i]);
    gdx_collection_close(spread->whole);
    folder_remove(spread->folder);
}

// ---- the root

void root_add(struct root *root, const struct spread *spread, uint32_t slice, const struct lie *lie) {
    char name[16];
    assert_true(root->leaf_count < SPREAD_LEAVES_MOST);
    snprintf(name, sizeof name, "leaf%zu", root->leaf_count);
    fake_leaf_open(&root->leaves[root->leaf_count++], spread->slices[slice], folder_path(spread->folder, name), lie);
}

void root_open(struct root *root, const struct spread *spread) {
    gdx_collection_options options = gdx_collection_options_default();
    gdx_buffer list = {0};
    gdx_error err = {0};
    for (size_t i = 0; i < root->leaf_count; i++)
        must(gdx_buffer_append_format(&list, "%s\n", root->leaves[i].address), &err);
    folder_write(spread->folder, "leaves", list.data, list.bytes);
    gdx_buffer_clear(&list);
    const gdx_fanout_options leaves = {.leaves = folder_path(spread->folder, "leaves"),
                                       .message_limit = (size_t)1 << 20};
    must(gdx_fanout_open(&leaves, &root->fanout, &err), &err);
    must(gdx_collection_open_root(gdx_fanout_leaves(root->fanout), NULL, &options, &root->collection, &err), &err);
    root->session = gdx_session_new(root->collection);
    assert_non_null(root->session);
}

void root_close(struct root *root) {
    gdx_session_free(root->session);
    gdx_collection_close(root->collection);
    gdx_fanout_close(root->fanout);
    for (size_t i = 0; i < root->leaf_count; i++)
        fake_leaf_close(&root->leaves[i]);
}

void root_wait(struct root *root, uint32_t slice, uint64_t replicas) {
    enum { LOOK_US = 2000, LOOKS = 10000 };
    gdx_fanout_figures figures = {0};
    for (int i = 0; i < LOOKS && figures.replicas != replicas; i++) {
        if (i)
            usleep(LOOK_US);
        gdx_fanout_figures_of(root->fanout, slice, &figures);
    }
    assert_int_equal(figures.replicas, replicas);
}

// ---- questions

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
    (void)err;
    gdx_buffer *out = context;
    gdx_status status = GDX_OK;
    if (reply->descriptor == &gramdex__v1__scan_response__descriptor) {
        const Gramdex__V1__ScanResponse *part = (const Gramdex__V1__ScanResponse *)reply;
        for (size_t i = 0; i < part->n_occurrences && status == GDX_OK; i++)
            status = append(out, &part->occurrences[i]->base);
        return status;
    }
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(reply->descriptor, "answer");
    Gramdex__V1__Answer *answer = *(Gramdex__V1__Answer *const *)(const void *)((const char *)reply + field->offset);
    answer->took_us = 0;
    return append(out, reply);
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
    assert_non_null(request);
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
