// SPDX-License-Identifier: Apache-2.0
// fuzz_streams.c: any bytes as a file of many records, JSON, a table or a feed: the source gets through them, each step
// moves on, and what it gives is valid UTF-8.

#include "gdx/decode.h"
#include "gdx/ingest.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void read_all(gdx_source *source, gdx_input_kind kind, gdx_slice bytes) {
    gdx_piece piece = {.kind = kind, .path = {"p", 1}, .id = {"p", 1}, .bytes = bytes};
    gdx_source_begin(source, &piece);
    for (size_t steps = 0;; steps++) {
        gdx_document document;
        gdx_refusal refusal = {0};
        gdx_source_step step = gdx_source_next(source, &document, &refusal);
        if (step == GDX_SOURCE_END)
            break;
        assert(step != GDX_SOURCE_FAILED && steps <= bytes.bytes + 2);
        if (step == GDX_SOURCE_DOCUMENT)
            assert(gdx_utf8_valid(document.id) && gdx_utf8_valid(document.title) && gdx_utf8_valid(document.source) &&
                   gdx_utf8_valid(document.metadata) && gdx_utf8_valid(document.text));
        else
            assert(refusal.error.message[0]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static gdx_source *sources[2];
    static gdx_record_map *map;
    gdx_source_options mapped = {.id_from_hash = true};
    if (!map && gdx_record_map_parse("title=b.c?,text=b?+a?,date=d?", &map, NULL) != GDX_OK)
        abort();
    mapped.map = map;
    if (!sources[0] &&
        (gdx_source_new(NULL, &sources[0], NULL) != GDX_OK || gdx_source_new(&mapped, &sources[1], NULL) != GDX_OK))
        abort();
    static const gdx_input_kind kinds[] = {GDX_INPUT_JSON, GDX_INPUT_TABLE, GDX_INPUT_FEED};
    gdx_slice all = {(const char *)data, bytes};
    (void)ingest_sniff_json(all);
    for (size_t i = 0; i < 6; i++)
        read_all(sources[i / 3], kinds[i % 3], all);
    return 0;
}
