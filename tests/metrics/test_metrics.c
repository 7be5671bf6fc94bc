// SPDX-License-Identifier: Apache-2.0
// test_metrics.c: calls that are counted, and the text that Prometheus reads.

#include "gdx/metrics.h"

#include <grpc/testing/test.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const gdx_method methods[] = {{.name = "EmptyCall"}, {.name = "UnaryCall"}};
static const gdx_service service = {&grpc__testing__test_service__descriptor, methods, 2, NULL};

static void count(gdx_metrics *metrics, const gdx_method *method, gdx_grpc_code code, uint64_t took_ns) {
    gdx_call_record record = {.method = method,
                              .service = method ? &service : NULL,
                              .code = code,
                              .took_ns = took_ns,
                              .bytes_in = 10,
                              .bytes_out = 100};
    gdx_metrics_count(metrics, &record);
}

static void assert_has(const gdx_buffer *text, const char *line) {
    if (!memmem(text->data, text->bytes, line, strlen(line)))
        fail_msg("\"%s\" is missing from:\n%.*s", line, (int)text->bytes, (const char *)text->data);
}

static void calls_count_by_method_and_status(void **state) {
    (void)state;
    gdx_metrics *metrics = gdx_metrics_new();
    gdx_buffer text = {0};
    count(metrics, &methods[0], GDX_GRPC_OK, 1);
    count(metrics, &methods[0], GDX_GRPC_OK, 1);
    count(metrics, &methods[0], GDX_GRPC_NOT_FOUND, 1);
    count(metrics, &methods[1], GDX_GRPC_OK, 1);
    assert_int_equal(gdx_metrics_write(metrics, &text), GDX_OK);
    assert_has(&text, "# TYPE gramdex_requests_total counter\n");
    assert_has(&text, "gramdex_requests_total{method=\"grpc.testing.TestService/EmptyCall\",code=\"OK\"} 2\n");
    assert_has(&text, "gramdex_requests_total{method=\"grpc.testing.TestService/EmptyCall\",code=\"NOT_FOUND\"} 1\n");
    assert_has(&text, "gramdex_requests_total{method=\"grpc.testing.TestService/UnaryCall\",code=\"OK\"} 1\n");
    assert_has(&text, "gramdex_request_bytes_total{method=\"grpc.testing.TestService/EmptyCall\",code=\"OK\"} 20\n");
    assert_has(&text, "gramdex_reply_bytes_total{method=\"grpc.testing.TestService/EmptyCall\",code=\"OK\"} 200\n");
    gdx_buffer_clear(&text);
    gdx_metrics_free(metrics);
}

static void methods_that_are_not_there_share_one_row(void **state) {
    (void)state;
    gdx_metrics *metrics = gdx_metrics_new();
    gdx_buffer text = {0};
    for (int i = 0; i < 3; i++)
        count(metrics, NULL, GDX_GRPC_UNIMPLEMENTED, 1);
    assert_int_equal(gdx_metrics_write(metrics, &text), GDX_OK);
    assert_has(&text, "gramdex_requests_total{method=\"unknown\",code=\"UNIMPLEMENTED\"} 3\n");
    gdx_buffer_clear(&text);
    gdx_metrics_free(metrics);
}

static void buckets_of_the_histogram_add_up(void **state) {
    (void)state;
    gdx_metrics *metrics = gdx_metrics_new();
    gdx_buffer text = {0};
    count(metrics, &methods[0], GDX_GRPC_OK, 50000);       // on the first bound
    count(metrics, &methods[0], GDX_GRPC_OK, 50001);       // past it
    count(metrics, &methods[0], GDX_GRPC_OK, 20000000000); // past the last
    assert_int_equal(gdx_metrics_write(metrics, &text), GDX_OK);
#define LABELS "method=\"grpc.testing.TestService/EmptyCall\",code=\"OK\""
    assert_has(&text, "gramdex_request_seconds_bucket{" LABELS ",le=\"0.00005\"} 1\n");
    assert_has(&text, "gramdex_request_seconds_bucket{" LABELS ",le=\"0.0001\"} 2\n");
    assert_has(&text, "gramdex_request_seconds_bucket{" LABELS ",le=\"10\"} 2\n");
    assert_has(&text, "gramdex_request_seconds_bucket{" LABELS ",le=\"+Inf\"} 3\n");
    assert_has(&text, "gramdex_request_seconds_sum{" LABELS "} 20.000100001\n");
    assert_has(&text, "gramdex_request_seconds_count{" LABELS "} 3\n");
    gdx_buffer_clear(&text);
    gdx_metrics_free(metrics);
}

static void durations_add_up_over_statuses(void **state) {
    (void)state;
    gdx_metrics *metrics = gdx_metrics_new();
    gdx_buffer text = {0};
    count(metrics, &methods[0], GDX_GRPC_OK, 50000);
    count(metrics, &methods[1], GDX_GRPC_OK, 1);
    count(metrics, &methods[0], GDX_GRPC_NOT_FOUND, 60000);
    assert_int_equal(gdx_metrics_write(metrics, &text), GDX_OK);
#define NAME   "gramdex_request_duration_seconds"
#define METHOD "method=\"grpc.testing.TestService/EmptyCall\""
    assert_has(&text, "# TYPE " NAME " histogram\n");
    assert_has(&text, NAME "_bucket{" METHOD ",le=\"0.00005\"} 1\n");
    assert_has(&text, NAME "_bucket{" METHOD ",le=\"0.0001\"} 2\n");
    assert_has(&text, NAME "_sum{" METHOD "} 0.000110000\n" NAME "_count{" METHOD "} 2\n");
    assert_has(&text, NAME "_count{method=\"grpc.testing.TestService/UnaryCall\"} 1\n");
    const char *first = memmem(text.data, text.bytes, NAME "_count{" METHOD, strlen(NAME "_count{" METHOD));
    size_t left = text.bytes - (size_t)(first + 1 - (const char *)text.data);
    assert_null(memmem(first + 1, left, NAME "_count{" METHOD, strlen(NAME "_count{" METHOD))); // once a method
    gdx_buffer_clear(&text);
    gdx_metrics_free(metrics);
}

static void the_process_is_described(void **state) {
    (void)state;
    gdx_buffer text = {0};
    assert_int_equal(gdx_metrics_write_process(&text), GDX_OK);
    static const char *const names[] = {
        "process_cpu_seconds_total counter",   "process_start_time_seconds gauge", "process_virtual_memory_bytes gauge",
        "process_resident_memory_bytes gauge", "process_open_fds gauge",           "process_max_fds gauge"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_has(&text, names[i]);
    gdx_buffer_clear(&text);
}

static void a_figure_has_help_type_and_value(void **state) {
    (void)state;
    gdx_buffer text = {0};
    assert_int_equal(gdx_metrics_write_figure(&text, "gramdex_workers", "gauge", "Worker threads.", 7), GDX_OK);
    const char expected[] = "# HELP gramdex_workers Worker threads.\n# TYPE gramdex_workers gauge\ngramdex_workers 7\n";
    assert_int_equal(text.bytes, strlen(expected));
    assert_memory_equal(text.data, expected, text.bytes);
    gdx_buffer_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_count_by_method_and_status), cmocka_unit_test(methods_that_are_not_there_share_one_row),
        cmocka_unit_test(buckets_of_the_histogram_add_up),  cmocka_unit_test(durations_add_up_over_statuses),
        cmocka_unit_test(the_process_is_described),         cmocka_unit_test(a_figure_has_help_type_and_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
