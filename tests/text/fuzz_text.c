// SPDX-License-Identifier: Apache-2.0
// fuzz_text.c: any bytes, made UTF-8: the symbols are those of the plain rule, spans and checkpoints hold.
// The text is repeated until it is long enough for checkpoints.

#include "gdx/decode.h"
#include "holds.h"

#include <stdio.h>
#include <stdlib.h>

enum { LONG_TEXT_BYTES = 4096, SPANS_TEXT_BYTES = 512 };

static void require(const char *broken) {
    if (!broken)
        return;
    fprintf(stderr, "%s\n", broken);
    abort();
}

static void require_ok(gdx_status status) {
    require(status == GDX_OK ? NULL : gdx_status_name(status));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    if (bytes == 0)
        return 0;
    gdx_buffer text = {0};
    uint64_t replaced = 0;
    require_ok(gdx_utf8_repair((gdx_slice){(const char *)data, bytes}, &text, &replaced));
    gdx_slice once = gdx_buffer_slice(&text);
    if (!has_overlong_cluster(once))
        require(symbols_equal_plain(once));
    if (once.bytes <= SPANS_TEXT_BYTES)
        require(spans_hold(once));
    while (text.bytes < LONG_TEXT_BYTES) {
        size_t piece = text.bytes;
        require_ok(gdx_buffer_reserve(&text, piece));
        require_ok(gdx_buffer_append(&text, text.data, piece));
    }
    if (data[0] % 8 == 0) // takes longer than all of the above
        require(checkpoints_hold(gdx_buffer_slice(&text)));
    gdx_buffer_clear(&text);
    return 0;
}
