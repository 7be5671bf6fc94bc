// SPDX-License-Identifier: Apache-2.0
// asked.c: see asked.h.

#include "asked.h"

#include "gdx/json.h"

#include <gramdex/v1/search.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void refute(const struct asked *asked, const char *what, const char *first, const char *second) {
    fail_msg("seed %llu, query %.*s: %s differs\nof the index: %s\nof %s: %s", (unsigned long long)asked->seed,
             GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&asked->text)), what, first,
             asked->second ? asked->second : "the server", second);
}

struct question { // one request, and its answer
    const ProtobufCMessage *request;
    json_t *value;
};

// All of an answer but the time it took; the occurrences of a stream in one list, however many messages they came in.
static gdx_status keep_reply(void *context, const ProtobufCMessage *reply, gdx_error *err) {
    (void)err;
    json_t **all = &((struct question *)context)->value;
    json_t *value = gdx_json_of(reply, GDX_JSON_LINES);
    json_t *answer = json_object_get(value, "answer");
    if (answer)
        json_object_del(answer, "took_us");
    json_t *occurrences = json_object_get(value, "occurrences");
    if (*all && json_is_array(occurrences)) {
        assert_int_equal(json_array_extend(json_object_get(*all, "occurrences"), occurrences), 0);
        json_decref(value);
    } else {
        assert_null(*all);
        *all = value;
    }
    return GDX_OK;
}

// The request once, then the end of the stream.
static gdx_status give_request(void *context, const ProtobufCMessage **out, gdx_error *err) {
    (void)err;
    struct question *question = context;
    *out = question->request;
    question->request = NULL;
    return GDX_OK;
}

gdx_status ask(gdx_target *target, const gdx_operation *operation, const ProtobufCMessage *request, json_t **out,
               gdx_error *err) {
    struct question question = {.request = request};
    gdx_status status = operation->requests_stream
                            ? gdx_ask_stream(target, operation, give_request, keep_reply, &question, err)
                            : gdx_ask(target, operation, request, keep_reply, &question, err);
    *out = question.value;
    return status;
}

static void note_answered(struct asked *asked, const gdx_operation *operation) {
    size_t count, row = (size_t)(operation - gdx_operations(&count));
    assert_true(count <= ASKED_OPERATIONS_MOST);
    asked->answered[row] = true;
}

void compare_of(struct asked *asked, const ProtobufCServiceDescriptor *service, const char *name,
                const ProtobufCMessage *request) {
    const gdx_operation *operation = gdx_operation_find(service, name);
    char *texts[2];
    gdx_error last = {0}; // of the second one
    assert_non_null(operation);
    for (int i = 0; i < 2; i++) {
        gdx_error error = {0};
        json_t *value = NULL;
        char text[GDX_ERROR_TEXT_BYTES];
        gdx_status status = ask(asked->both[i], operation, request, &value, &error);
        asked->refused[error.reason] = true;
        if (i == 0 && status == GDX_OK)
            note_answered(asked, operation);
        last = error;
        if (status != GDX_OK) { // what an export gave before it failed depends on the size of messages
            json_decref(value);
            value = json_pack("{s:i,s:s,s:i,s:s,s:s}", "status", (int)status, "reason", gdx_reason_name(error.reason),
                              "column", (int)error.column, "field", error.field, "text", gdx_error_text(&error, text));
        }
        texts[i] = json_dumps(value, JSON_COMPACT);
        assert_non_null(texts[i]);
        json_decref(value);
    }
    bool is_refused = asked->is_refused && last.status != GDX_OK && asked->is_refused(name, request, &last);
    if (!is_refused && strcmp(texts[0], texts[1]) != 0)
        refute(asked, name, texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}

void compare(struct asked *asked, const char *name, const ProtobufCMessage *request) {
    compare_of(asked, &gramdex__v1__search__descriptor, name, request);
}
