// SPDX-License-Identifier: Apache-2.0
// operations.c: the table of operations, its check, and the steps of a question. The list of rows is the one in
// CMakeLists.txt that also names the files.
// A row is complete or the program does not start: each is held against its method in the proto, once.

#include "api.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define OPERATION(row) extern const gdx_operation row;
#include "operations.inc"
#undef OPERATION

static const gdx_operation *const rows[] = {
#define OPERATION(row) &row,
#include "operations.inc"
#undef OPERATION
};
enum { OPERATIONS = sizeof rows / sizeof rows[0] };

static gdx_operation operations[OPERATIONS];

static void require(bool condition, const gdx_operation *operation, const char *what) {
    if (condition)
        return;
    fprintf(stderr, "operation %s: %s\n", operation->name ? operation->name : "(no name)", what);
    abort();
}

static const ProtobufCMethodDescriptor *method_of(const gdx_operation *operation) {
    return protobuf_c_service_descriptor_get_method_by_name(operation->service, operation->name);
}

void operation_check(gdx_operation *operation) {
    require(operation->name && operation->name[0], operation, "name is missing");
    require(operation->service, operation, "service is missing");
    const ProtobufCMethodDescriptor *method = method_of(operation);
    require(method, operation, "the service has no method of this name");
    require(operation->effort == GDX_EFFORT_SHORT || operation->effort == GDX_EFFORT_LONG, operation,
            "effort is none of gdx_effort");
    require(operation->run, operation, "run is missing");
    require(!operation->finish == !operation->requests_stream, operation, "finish goes with requests_stream");
    require(!operation->produce == !operation->replies_stream, operation, "produce goes with replies_stream");
    require(operation->close || !(operation->requests_stream || operation->replies_stream), operation,
            "close is missing: a stream keeps a state");
    bool is_read = operation->service == &gramdex__v1__search__descriptor;
    require(!is_read || !operation->merge == !!operation->unmerged, operation, "one of merge and unmerged is missing");
    require(!operation->merge_produce == !(operation->merge && operation->replies_stream), operation,
            "merge_produce goes with merge and replies_stream");
    require(!operation->merge_close == !operation->merge_produce, operation, "merge_close goes with merge_produce");
    operation->request = method->input;
    operation->reply = method->output;
}

static void check_all(void) {
    for (size_t i = 0; i < OPERATIONS; i++) {
        operations[i] = *rows[i];
        operation_check(&operations[i]);
        for (size_t j = 0; j < i; j++)
            require(operations[j].service != operations[i].service ||
                        strcmp(operations[j].name, operations[i].name) != 0,
                    &operations[i], "is in the table twice");
    }
}

const gdx_operation *gdx_operations(size_t *out_count) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    int failure = pthread_once(&once, check_all);
    assert(failure == 0);
    (void)failure;
    *out_count = OPERATIONS;
    return operations;
}

const gdx_operation *gdx_operation_find(const ProtobufCServiceDescriptor *service, const char *name) {
    size_t count;
    const gdx_operation *all = gdx_operations(&count);
    for (size_t i = 0; i < count; i++)
        if (all[i].service == service && strcmp(all[i].name, name) == 0)
            return &all[i];
    return NULL;
}

// ---- one question

static bool is_for_root(const gdx_operation *operation) {
    return operation->service == &gramdex__v1__leaf__descriptor;
}

// A leaf answers its root alone, or a client would take a slice for the whole.
static gdx_status refuse_on_leaf(gdx_collection *collection, const gdx_operation *operation, gdx_error *err) {
    char root[ROOT_BYTES];
    pthread_mutex_lock(&collection->lock);
    memcpy(root, collection->root, sizeof root);
    pthread_mutex_unlock(&collection->lock);
    return gdx_fail_reason(err, GDX_PRECONDITION, GDX_REASON_LEAF,
                           "%s: this server is a leaf with slice %u of %u; ask its root%s%s", operation->name,
                           collection->options.slice, collection->options.slices, root[0] ? ", " : "", root);
}

static gdx_status merge(gdx_question *question, const ProtobufCMessage *request, gdx_error *err) {
    const gdx_operation *operation = question->operation;
    const char *writer = question->collection->writer;
    if (operation->merge)
        return operation->merge(question, request, err);
    if (operation->writes)
        return gdx_fail(err, GDX_UNSUPPORTED, "%s: a root takes no documents%s%s", operation->name,
                        writer ? "; send them to " : "", writer ? writer : "");
    return gdx_fail(err, GDX_UNSUPPORTED, "%s is not answered by a root: %s", operation->name, operation->unmerged);
}

gdx_status gdx_question_run(gdx_question *question, const ProtobufCMessage *request, gdx_error *err) {
    const gdx_operation *operation = question->operation;
    gdx_collection *collection = question->collection;
    assert(request->descriptor == operation->request);
    gdx_arena_reset(question->session->arena);
    if (is_for_root(operation) && !gdx_collection_is_leaf(collection))
        return gdx_fail(err, GDX_UNSUPPORTED, "%s: this server is no leaf", operation->name);
    if (gdx_collection_is_root(collection))
        return merge(question, request, err);
    if (gdx_collection_is_leaf(collection) && !is_for_root(operation))
        return refuse_on_leaf(collection, operation, err);
    effort_begin(question);
    gdx_status status = operation->run(question, request, err);
    effort_end(question);
    collection_count_store(collection, question->session);
    return status;
}

gdx_status gdx_question_finish(gdx_question *question, gdx_error *err) {
    assert(question->operation->requests_stream);
    gdx_arena_reset(question->session->arena);
    if (gdx_collection_is_root(question->collection)) // no request has come
        return merge(question, NULL, err);
    if (gdx_collection_is_leaf(question->collection))
        return refuse_on_leaf(question->collection, question->operation, err);
    return question->operation->finish(question, err);
}

gdx_status gdx_question_produce(gdx_question *question, bool *out_more, gdx_error *err) {
    assert(question->operation->replies_stream);
    if (gdx_collection_is_root(question->collection))
        return question->operation->merge_produce(question, out_more, err);
    gdx_status status = question->operation->produce(question, out_more, err);
    collection_count_store(question->collection, question->session);
    return status;
}

void gdx_question_close(gdx_question *question) {
    if (question->state && gdx_collection_is_root(question->collection))
        question->operation->merge_close(question);
    else if (question->state)
        question->operation->close(question);
    question->state = NULL;
}
