// SPDX-License-Identifier: Apache-2.0
// fuzz_query.c: any bytes as a query give a tree that prints the same twice, or an error with its column.

#include "gdx/query.h"
#include "gdx/text.h"

#include <stdlib.h>

static void check(bool holds) {
    if (!holds)
        abort();
}

static bool describe(gdx_slice text, gdx_buffer *out) {
    gdx_query *query = NULL;
    gdx_error err = {0};
    gdx_status status = gdx_query_parse(gdx_rule_current(), text, &query, &err);
    if (status == GDX_OK) {
        check(err.status == GDX_OK);
        status = gdx_query_describe(query, out);
        gdx_query_free(query);
        return status == GDX_OK;
    }
    check(err.status == status && err.message[0]);
    check(status == GDX_INVALID ? err.column >= 1 && err.column <= text.bytes + 1 : status == GDX_TOO_LARGE);
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    gdx_slice text = {(const char *)data, bytes};
    gdx_buffer first = {0}, second = {0};
    if (describe(text, &first)) {
        check(describe(text, &second));
        check(gdx_slice_equal(gdx_buffer_slice(&first), gdx_buffer_slice(&second)));
    }
    gdx_buffer_clear(&first);
    gdx_buffer_clear(&second);
    return 0;
}
