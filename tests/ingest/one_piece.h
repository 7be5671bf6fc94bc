// SPDX-License-Identifier: Apache-2.0
// one_piece.h: for the tests of ingest: a source over one piece, and shorter ways to ask for what comes of it.
#ifndef INGEST_ONE_PIECE_H
#define INGEST_ONE_PIECE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gdx/decode.h"
#include "gdx/ingest.h"

#define SLICE(literal) ((gdx_slice){literal, sizeof(literal) - 1}) // zero bytes inside count

static inline gdx_source *new_source(const char *encoding, size_t document_limit) {
    gdx_source *source = NULL;
    gdx_error err = {0};
    gdx_source_options options = {.encoding = encoding, .document_limit = document_limit};
    assert_int_equal(gdx_source_new(&options, &source, &err), GDX_OK);
    return source;
}

static inline void begin(gdx_source *source, gdx_input_kind kind, gdx_slice bytes) {
    gdx_piece piece = {
        .kind = kind, .path = SLICE("folder/file"), .id = SLICE("file"), .source = SLICE("news"), .bytes = bytes};
    gdx_source_begin(source, &piece);
}

static inline void assert_slice(gdx_slice slice, const char *expected) {
    if (!gdx_slice_equal(slice, gdx_slice_of(expected)))
        fail_msg("\"%.*s\", expected \"%s\"", GDX_SLICE_ARGUMENTS(slice), expected);
}

static inline gdx_document next_document(gdx_source *source) {
    gdx_document document = {0};
    gdx_refusal refusal = {0};
    gdx_source_step step = gdx_source_next(source, &document, &refusal);
    if (step != GDX_SOURCE_DOCUMENT)
        fail_msg("step %d (%s), expected a document", step, refusal.error.message);
    assert_true(gdx_utf8_valid(document.id) && gdx_utf8_valid(document.title) && gdx_utf8_valid(document.source));
    assert_true(gdx_utf8_valid(document.metadata) && gdx_utf8_valid(document.text));
    return document;
}

static inline gdx_refusal next_refusal(gdx_source *source, gdx_status status, const char *message) {
    gdx_document document = {0};
    gdx_refusal refusal = {0};
    assert_int_equal(gdx_source_next(source, &document, &refusal), GDX_SOURCE_REFUSED);
    assert_int_equal(refusal.error.status, status);
    char text[GDX_ERROR_TEXT_BYTES];
    if (!strstr(gdx_error_text(&refusal.error, text), message))
        fail_msg("\"%s\", expected \"%s\" in it", text, message);
    assert_slice(refusal.path, "folder/file");
    return refusal;
}

static inline void assert_end(gdx_source *source) {
    gdx_document document;
    gdx_refusal refusal;
    assert_int_equal(gdx_source_next(source, &document, &refusal), GDX_SOURCE_END);
}

#endif
