// SPDX-License-Identifier: Apache-2.0
// fuzz_decode.c: any bytes, under any encoding, become valid UTF-8, twice the same.
// The first byte chooses the encoding, the rest is the text.

#include "gdx/decode.h"

#include <stdlib.h>

static const char *const encodings[] = {NULL,       "UTF-8",  "GB18030",   "Big5",   "UTF-16",      "UTF-16LE",
                                        "UTF-16BE", "UTF-32", "SHIFT_JIS", "EUC-KR", "ISO-2022-JP", "WINDOWS-1252"};
enum { ENCODING_COUNT = sizeof encodings / sizeof *encodings };

static gdx_decoder *decoders[ENCODING_COUNT];

static void require(bool holds) {
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    if (bytes == 0)
        return 0;
    size_t which = data[0] % ENCODING_COUNT;
    if (!decoders[which])
        require(gdx_decoder_new(encodings[which], &decoders[which], NULL) == GDX_OK);
    gdx_slice text = {(const char *)data + 1, bytes - 1};
    gdx_decoded decoded, again;
    require(gdx_decode(decoders[which], text, &decoded, NULL) == GDX_OK);
    require(gdx_utf8_valid(decoded.text));
    require(decoded.text.bytes <= 3 * bytes + 3 * decoded.replaced + 16);
    gdx_buffer copy = {0};
    require(gdx_buffer_append(&copy, decoded.text.data, decoded.text.bytes) == GDX_OK);
    uint64_t replaced = decoded.replaced;
    require(gdx_decode(decoders[which], text, &again, NULL) == GDX_OK);
    require(gdx_slice_equal(gdx_buffer_slice(&copy), again.text) && again.replaced == replaced);
    gdx_buffer_clear(&copy);
    return 0;
}
