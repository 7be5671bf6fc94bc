// SPDX-License-Identifier: Apache-2.0
// fuzz_html.c: any bytes as a file of HTML, Markdown or text: the source gets through, what it gives is valid UTF-8.

#include "gdx/decode.h"
#include "gdx/ingest.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static gdx_source *source;
    gdx_error err = {0};
    if (!source && gdx_source_new(NULL, &source, &err) != GDX_OK)
        abort();
    static const gdx_input_kind kinds[] = {GDX_INPUT_HTML, GDX_INPUT_MARKDOWN, GDX_INPUT_TEXT, GDX_INPUT_SUBTITLES};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        gdx_piece piece = {.kind = kinds[i], .path = {"p", 1}, .id = {"p", 1}, .bytes = {(const char *)data, bytes}};
        gdx_source_begin(source, &piece);
        gdx_document document;
        gdx_refusal refusal;
        gdx_source_step step = gdx_source_next(source, &document, &refusal);
        assert(step == GDX_SOURCE_DOCUMENT || step == GDX_SOURCE_REFUSED);
        if (step == GDX_SOURCE_DOCUMENT)
            assert(gdx_utf8_valid(document.title) && gdx_utf8_valid(document.text));
        assert(gdx_source_next(source, &document, &refusal) == GDX_SOURCE_END);
    }
    return 0;
}
