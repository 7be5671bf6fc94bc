// SPDX-License-Identifier: Apache-2.0
// fuzz_records.c: any bytes as JSON Lines: the source gets through them, what it gives is valid UTF-8, and on every
// line the fast reader agrees with jansson.

#include "gdx/decode.h"
#include "gdx/ingest.h"
#include "scan_agrees.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void compare_readers(gdx_slice line) {
    static record_reader scanner, parser;
    static bool ready;
    if (!ready) {
        ingest_record_reader_init(&scanner);
        ingest_record_reader_init(&parser);
        ready = true;
    }
    bool sure;
    if (gdx_utf8_valid(line))
        assert(scan_agrees(&scanner, &parser, line, &sure));
    ingest_record_reader_release(&parser);
}

static void check_places(const gdx_part_place *places, uint32_t count, gdx_slice text) {
    for (uint32_t i = 0; i < count; i++)
        assert(places[i].byte < text.bytes && (i == 0 || places[i].byte > places[i - 1].byte) &&
               gdx_utf8_valid(places[i].name));
}

static void check_parts(const gdx_document *document) {
    check_places(document->text_places, document->text_place_count, document->text);
    for (uint32_t i = 0; i < document->part_count; i++) {
        const gdx_part *part = &document->parts[i];
        assert(part->field > GDX_FIELD_TITLE && part->field <= GDX_FIELD_FURNITURE && gdx_utf8_valid(part->text));
        check_places(part->places, part->place_count, part->text);
    }
}

static void read_all(gdx_slice bytes) {
    static gdx_source *source;
    gdx_error err = {0};
    if (!source && gdx_source_new(NULL, &source, &err) != GDX_OK)
        abort();
    gdx_piece piece = {.kind = GDX_INPUT_RECORDS, .path = {"p", 1}, .bytes = bytes};
    gdx_source_begin(source, &piece);
    for (;;) {
        gdx_document document;
        gdx_refusal refusal;
        gdx_source_step step = gdx_source_next(source, &document, &refusal);
        if (step == GDX_SOURCE_END)
            break;
        assert(step != GDX_SOURCE_FAILED);
        if (step == GDX_SOURCE_DOCUMENT)
            check_parts(&document);
        if (step == GDX_SOURCE_DOCUMENT)
            assert(gdx_utf8_valid(document.id) && gdx_utf8_valid(document.title) && gdx_utf8_valid(document.source) &&
                   gdx_utf8_valid(document.metadata) && gdx_utf8_valid(document.text));
        else
            assert(refusal.error.message[0]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    gdx_slice all = {(const char *)data, bytes};
    read_all(all);
    while (all.bytes > 0) {
        const char *newline = memchr(all.data, '\n', all.bytes);
        size_t count = newline ? (size_t)(newline - all.data) : all.bytes;
        compare_readers((gdx_slice){all.data, count});
        count += newline != NULL;
        all = (gdx_slice){all.data + count, all.bytes - count};
    }
    return 0;
}
