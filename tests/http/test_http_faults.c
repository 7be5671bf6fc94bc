// SPDX-License-Identifier: Apache-2.0
// test_http_faults.c: reading and answering a request while each allocation in turn fails.

#include "gdx/http.h"

#include "../support/each_allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static gdx_status answer(void) {
    gdx_buffer out = {0};
    gdx_status status = gdx_http_begin_head(&out, 200);
    if (status == GDX_OK)
        status = gdx_http_append_field(&out, gdx_slice_of("a"), gdx_slice_of("b"));
    if (status == GDX_OK)
        status = gdx_http_end_head(&out);
    if (status == GDX_OK)
        status = gdx_http_append_last_chunk(&out);
    gdx_buffer_clear(&out);
    return status;
}

static gdx_status read_and_answer(void) {
    static const char text[] = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3\r\nabc\r\n0\r\nx: y\r\n\r\n";
    const gdx_http_limits limits = {4096, 100, 1000};
    gdx_http_reader *reader = gdx_http_reader_new(&limits);
    if (!reader)
        return GDX_NO_MEMORY;
    gdx_slice rest = {text, sizeof text - 1}, content;
    gdx_http_event event;
    do
        event = gdx_http_reader_next(reader, &rest, SIZE_MAX, &content);
    while (event == GDX_HTTP_HEAD || event == GDX_HTTP_CONTENT);
    if (event == GDX_HTTP_NO_MEMORY) // and so it stays
        assert_int_equal(gdx_http_reader_next(reader, &rest, SIZE_MAX, &content), GDX_HTTP_NO_MEMORY);
    gdx_http_reader_free(reader);
    return event == GDX_HTTP_END ? answer() : event == GDX_HTTP_NO_MEMORY ? GDX_NO_MEMORY : GDX_INTERNAL;
}

static void expect_no_memory(gdx_status status) {
    assert_true(status == GDX_OK || status == GDX_NO_MEMORY);
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    fail_each_allocation(read_and_answer, expect_no_memory, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
