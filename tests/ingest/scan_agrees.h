// SPDX-License-Identifier: Apache-2.0
// scan_agrees.h: the one property of the fast record reader: what it accepts, jansson reads the same. Shared by the
// property test and the fuzz target.
#ifndef INGEST_SCAN_AGREES_H
#define INGEST_SCAN_AGREES_H

#include "record.h"

static inline bool same_document(const gdx_document *a, const gdx_document *b) {
    return gdx_slice_equal(a->id, b->id) && gdx_slice_equal(a->title, b->title) &&
           gdx_slice_equal(a->source, b->source) && gdx_slice_equal(a->text, b->text) &&
           gdx_slice_equal(a->metadata, b->metadata) && a->date == b->date;
}

static inline bool same_record(const record *a, const record *b) {
    for (int field = 0; field < RECORD_FIELDS; field++)
        if (a->fields[field].kind != b->fields[field].kind ||
            !gdx_slice_equal(a->fields[field].text, b->fields[field].text))
            return false;
    return gdx_slice_equal(a->metadata, b->metadata) && gdx_slice_equal(a->origin, b->origin) &&
           a->title_from_text == b->title_from_text && a->part_count == b->part_count &&
           a->text_place_count == b->text_place_count;
}

// `line` is valid UTF-8. False: the scanner accepted it, and jansson reads it otherwise or not at all.
static inline bool scan_agrees(record_reader *scanner, record_reader *parser, gdx_slice line, bool *out_sure) {
    record scanned, parsed;
    gdx_error err = {0};
    if (ingest_record_scan(scanner, line, &scanned, out_sure) != GDX_OK)
        return false;
    if (!*out_sure)
        return true;
    if (ingest_record_parse(parser, line, &parsed, &err) != GDX_OK || !same_record(&scanned, &parsed))
        return false;
    gdx_document document = {0}, other = {0};
    gdx_error scan_err = {0}, parse_err = {0};
    gdx_status status = ingest_record_check(&scanned, 1000, &document, NULL, &scan_err);
    return ingest_record_check(&parsed, 1000, &other, NULL, &parse_err) == status &&
           strcmp(scan_err.message, parse_err.message) == 0 && (status != GDX_OK || same_document(&document, &other));
}

#endif
