// SPDX-License-Identifier: Apache-2.0
// spread.c: see spread.h.

#include "spread.h"

#include "../support/folder.h"
#include "../support/patience.h"
#include "gdx/index.h"

#include <gramdex/v1/index.pb-c.h>
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
    char ids[DOCUMENTS][16], dates[DOCUMENTS][16], texts[DOCUMENTS][256];
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
    enum { LOOK_US = 2000 };
    gdx_fanout_figures figures = {0};
    uint64_t begin_ns = gdx_now_ns();
    do {
        gdx_fanout_figures_of(root->fanout, slice, &figures);
    } while (figures.replicas != replicas && patience_since(begin_ns) && usleep(LOOK_US) == 0);
    assert_int_equal(figures.replicas, replicas);
}
