// SPDX-License-Identifier: Apache-2.0
// count.c: counts a query in an index of this machine, in this process.
//     cc -o count count.c $(pkg-config --cflags --libs gramdex) && ./count sample.gdx '贸易 NEAR/10 规则'

#include <gdx/api.h>
#include <gramdex/v1/search.pb-c.h>
#include <inttypes.h>
#include <stdio.h>

static gdx_status print(void *context, const ProtobufCMessage *message, gdx_error *err) {
    (void)context, (void)err;
    const Gramdex__V1__CountResponse *reply = (const Gramdex__V1__CountResponse *)(const void *)message;
    printf("%" PRIu64 " documents, %" PRIu64 " occurrences\n", reply->documents, reply->occurrences);
    return GDX_OK;
}

int main(int count, char **arguments) {
    if (count != 3)
        return fprintf(stderr, "usage: count INDEX QUERY\n"), 2;
    gdx_collection_options options = gdx_collection_options_default();
    gdx_collection *collection = NULL;
    gdx_session *session = NULL;
    gdx_error err = {0};
    gdx_status status = gdx_collection_open(arguments[1], &options, &collection, &err);
    if (status == GDX_OK && !(session = gdx_session_new(collection)))
        status = gdx_fail_memory(&err, "a session");
    if (status == GDX_OK) {
        Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
        gdx_slice query = gdx_slice_of(arguments[2]);
        request.query = (ProtobufCBinaryData){query.bytes, (uint8_t *)query.data};
        gdx_question question = {.operation = gdx_operation_find(&gramdex__v1__search__descriptor, "Count"),
                                 .collection = collection,
                                 .session = session,
                                 .reply = print};
        status = gdx_question_run(&question, &request.base, &err);
        gdx_question_close(&question);
    }
    if (status != GDX_OK)
        fprintf(stderr, "count: %s\n", gdx_error_text(&err, (char[GDX_ERROR_TEXT_BYTES]){0}));
    gdx_session_free(session);
    gdx_collection_close(collection);
    return gdx_status_exit(status);
}
