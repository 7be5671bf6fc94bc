// SPDX-License-Identifier: Apache-2.0
// test_lanes.c: which lane a call takes is decided by what its question costs, and no query runs longer than the server
// lets one run; what writes does.

#include "../support/served.h"
#include "gdx/client.h"
#include "gdx/engine.h"
#include "gdx/index.h"

#include <gramdex/v1/index.pb-c.h>
#include <gramdex/v1/search.pb-c.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>

#define SEARCH (&gramdex__v1__search__descriptor)
#define WRITE  (&gramdex__v1__index__descriptor)

static ProtobufCBinaryData bytes_of(const char *text) {
    return (ProtobufCBinaryData){strlen(text), (uint8_t *)(uintptr_t)text};
}

static gdx_status call(gdx_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                       const ProtobufCMessage *request, gdx_error *err) {
    ProtobufCMessage *reply = NULL;
    *err = (gdx_error){0};
    gdx_status status = gdx_client_call(client, service, method, request, &reply, err);
    if (reply)
        protobuf_c_message_free_unpacked(reply, NULL);
    return status;
}

static gdx_status receive_all(gdx_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                              const ProtobufCMessage *request, gdx_error *err) {
    GDX_AUTO(gdx_stream) stream = NULL;
    *err = (gdx_error){0};
    gdx_status status = gdx_stream_open(client, service, method, &stream, err);
    if (status == GDX_OK)
        status = gdx_stream_send(stream, request, err);
    if (status != GDX_OK)
        return status;
    gdx_stream_end_sending(stream);
    for (ProtobufCMessage *reply;;) {
        reply = NULL;
        status = gdx_stream_receive(stream, &reply, err);
        if (status != GDX_OK || !reply)
            return status;
        protobuf_c_message_free_unpacked(reply, NULL);
    }
}

static void ingest(gdx_client *client) {
    Gramdex__V1__Document document = GRAMDEX__V1__DOCUMENT__INIT, *list[] = {&document};
    Gramdex__V1__IngestRequest request = GRAMDEX__V1__INGEST_REQUEST__INIT;
    gdx_error err;
    document.id = bytes_of("a");
    document.text = bytes_of("全球产业链 and global trade");
    request.documents = list;
    request.n_documents = 1;
    assert_int_equal(receive_all(client, WRITE, "Ingest", &request.base, &err), GDX_OK);
}

static void on_engine_closed(void *context) {
    served_close_work(context);
}

static void close_engine(struct served *served) {
    gdx_engine_close(served->context, on_engine_closed, served);
}

// A server with one document, and a client of it.
static void start(struct served *served, uint64_t query_ns, gdx_client **out) {
    static gdx_client_options client_options;
    gdx_engine_options options = gdx_engine_options_default();
    gdx_engine *engine = NULL;
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    size_t count;
    options.query_ns = query_ns;
    served_open(served);
    assert_int_equal(gdx_index_writer_open(served->folder, &writer, &err), GDX_OK);
    gdx_index_writer_close(writer);
    assert_int_equal(gdx_engine_open(&served->loop, served->work, served->folder, &options, &engine, &err), GDX_OK);
    const gdx_service *services = gdx_engine_services(engine, &count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(gdx_server_add(served->server, &services[i], &err), GDX_OK);
    served->context = engine;
    served->stopped = close_engine;
    served_run(served);
    client_options = gdx_client_options_default();
    assert_int_equal(gdx_client_open(served->address, &client_options, out, &err), GDX_OK);
    ingest(*out);
}

static uint64_t moved(struct served *served) {
    gdx_work_figures figures;
    gdx_work_figures_of(served->work, &figures);
    return figures.lanes[GDX_LANE_LONG].moved;
}

static void what_a_question_costs_decides_its_lane(void **state) {
    (void)state;
    struct served served;
    GDX_AUTO(gdx_client) client = NULL;
    Gramdex__V1__SearchRequest search = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    Gramdex__V1__CountRequest count = GRAMDEX__V1__COUNT_REQUEST__INIT;
    Gramdex__V1__TrendRequest trend = GRAMDEX__V1__TREND_REQUEST__INIT;
    Gramdex__V1__ScanRequest scan = GRAMDEX__V1__SCAN_REQUEST__INIT;
    gdx_error err;
    search.query = count.query = trend.query = scan.query = bytes_of("产业链");
    start(&served, 0, &client);
    assert_int_equal(call(client, SEARCH, "Search", &search.base, &err), GDX_OK);
    assert_int_equal(call(client, SEARCH, "Count", &count.base, &err), GDX_OK);
    assert_int_equal(call(client, SEARCH, "Trend", &trend.base, &err), GDX_OK);
    assert_int_equal(receive_all(client, SEARCH, "Scan", &scan.base, &err), GDX_OK);
    count.query = bytes_of("exact:产业链 NEAR/5 trade");
    assert_int_equal(call(client, SEARCH, "Count", &count.base, &err), GDX_OK);
    uint64_t before = moved(&served); // 0, unless a worker was held up for long
    search.limit = 1000;              // so many texts to read, for all that the plan knows
    assert_int_equal(call(client, SEARCH, "Search", &search.base, &err), GDX_OK);
    assert_int_equal(moved(&served), before + 1);
    served_stop(&served);
}

static void assert_ran_too_long(gdx_status status, const gdx_error *err) {
    assert_int_equal(status, gdx_status_of_code(gdx_status_code(GDX_TOO_LARGE)));
    assert_int_equal(err->reason, GDX_REASON_QUERY_TIME);
    assert_non_null(strstr(err->message, "--query-time"));
}

static void a_query_that_runs_too_long_is_refused_and_says_why(void **state) {
    (void)state;
    struct served served;
    GDX_AUTO(gdx_client) client = NULL;
    Gramdex__V1__SearchRequest search = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    Gramdex__V1__CountRequest count = GRAMDEX__V1__COUNT_REQUEST__INIT;
    Gramdex__V1__ScanRequest scan = GRAMDEX__V1__SCAN_REQUEST__INIT;
    Gramdex__V1__StatRequest stat = GRAMDEX__V1__STAT_REQUEST__INIT;
    Gramdex__V1__DeleteRequest delete = GRAMDEX__V1__DELETE_REQUEST__INIT;
    ProtobufCBinaryData id = bytes_of("a");
    gdx_error err;
    search.query = count.query = scan.query = bytes_of("产业链");
    delete.ids = &id;
    delete.n_ids = 1;
    start(&served, 1, &client); // a nanosecond: over at the first look
    assert_ran_too_long(call(client, SEARCH, "Search", &search.base, &err), &err);
    assert_ran_too_long(call(client, SEARCH, "Count", &count.base, &err), &err);
    assert_ran_too_long(receive_all(client, SEARCH, "Scan", &scan.base, &err), &err);
    assert_int_equal(call(client, SEARCH, "Stat", &stat.base, &err), GDX_OK);
    assert_int_equal(call(client, WRITE, "Delete", &delete.base, &err), GDX_OK);
    served_stop(&served);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_question_costs_decides_its_lane),
        cmocka_unit_test(a_query_that_runs_too_long_is_refused_and_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
