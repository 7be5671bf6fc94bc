// SPDX-License-Identifier: Apache-2.0
// fuzz_http.c: any bytes into a reader of HTTP/1.1, at once and cut by the first byte. Both tell the same events, and
// the reader holds little.

#include "gdx/http.h"

#include <stdlib.h>

enum { HEADERS = 2048 };

// The events as a number, the content's cuts aside.
static uint64_t digest(uint64_t so_far, gdx_slice bytes) {
    for (size_t i = 0; i < bytes.bytes; i++)
        so_far = (so_far ^ (uint8_t)bytes.data[i]) * 1099511628211u;
    return so_far;
}

static uint64_t digest_head(uint64_t so_far, const gdx_http_request *request) {
    so_far = digest(so_far, request->method);
    so_far = digest(so_far, request->path);
    so_far = digest(so_far, request->query);
    so_far = digest(so_far, request->authority);
    for (size_t i = 0; i < request->field_count; i++) {
        so_far = digest(so_far, request->fields[i].name);
        so_far = digest(so_far, request->fields[i].value);
    }
    return so_far + request->length + request->is_chunked;
}

static bool read_part(gdx_http_reader *reader, gdx_slice bytes, uint64_t *sum) {
    for (;;) {
        gdx_slice content = {0};
        gdx_http_event event = gdx_http_reader_next(reader, &bytes, SIZE_MAX, &content);
        if (gdx_http_reader_memory(reader) > 1 << 16)
            abort();
        switch (event) {
        case GDX_HTTP_HEAD:
            *sum = digest_head(*sum, gdx_http_reader_request(reader));
            break;
        case GDX_HTTP_CONTENT:
            if (content.bytes == 0)
                abort();
            *sum = digest(*sum, content);
            break;
        case GDX_HTTP_END:
            *sum = digest(*sum, gdx_slice_of("END"));
            break;
        case GDX_HTTP_FAULT:
            *sum += gdx_http_reader_fault(reader).status;
            return false;
        case GDX_HTTP_MORE:
            if (bytes.bytes > 0)
                abort();
            return true;
        default:
            abort(); // there is memory
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    const gdx_http_limits limits = {HEADERS, 32, 4096};
    if (bytes < 2)
        return 0;
    gdx_slice whole = {(const char *)data + 1, bytes - 1};
    size_t at = data[0] * whole.bytes / 256;
    gdx_http_reader *one = gdx_http_reader_new(&limits), *two = gdx_http_reader_new(&limits);
    uint64_t sum_of_one = 0, sum_of_two = 0;
    (void)read_part(one, whole, &sum_of_one);
    if (read_part(two, (gdx_slice){whole.data, at}, &sum_of_two))
        (void)read_part(two, (gdx_slice){whole.data + at, whole.bytes - at}, &sum_of_two);
    if (sum_of_one != sum_of_two)
        abort();
    gdx_http_reader_free(one);
    gdx_http_reader_free(two);
    return 0;
}
