// SPDX-License-Identifier: Apache-2.0
// document.h: the stored document to show: its head, and the stretches of its parts that are needed, cut into symbols.
// Its parts are numbered in the order of their positions: the title is 0, the text 1.
#ifndef GDX_QUERY_DOCUMENT_H
#define GDX_QUERY_DOCUMENT_H

#include "gdx/query.h"
#include "gdx/text.h"
#include "segment.h"

typedef struct query_document query_document; // one owner
query_document *query_document_new(void);     // NULL: no memory
void query_document_free(query_document *document);

enum { QUERY_DOCUMENT_WORK = 20000 }; // nanoseconds to open one, nearly always less

// Reads the head. Nothing else may use the store reader while the document is in use.
gdx_status query_document_open(query_document *document, gdx_store_reader *store, const query_segment *segment,
                               uint32_t number, gdx_error *err) GDX_MUST_CHECK;
// The same without reading anything: the head is read when a title is looked at, or a part of several. It has no head
// to ask for, nor places. For work on many documents that needs stretches of their texts alone.
gdx_status query_document_locate(query_document *document, gdx_store_reader *store, const query_segment *segment,
                                 uint32_t number, gdx_error *err) GDX_MUST_CHECK;
const gdx_document *
query_document_head(const query_document *document); // its text is empty; the document's until the next open

enum { QUERY_TITLE_PART, QUERY_TEXT_PART };
// The part that a position is in, which must be the document's.
uint32_t query_document_part_at(const query_document *document, uint32_t position);
uint32_t query_document_begin(const query_document *document, uint32_t part);  // its first position
uint32_t query_document_length(const query_document *document, uint32_t part); // in symbols
uint32_t query_document_part_count(const query_document *document);
// Its field, and its number among the parts of that field.
gdx_field query_document_field(const query_document *document, uint32_t part, uint32_t *out_number);

// The place in the original that a byte of a part comes from: "page 3"; "" when none is said. The document's until the
// next open.
gdx_slice query_document_place(const query_document *document, uint32_t part, uint64_t byte);

// Some symbols of a part in a row, with the bytes that they came from.
typedef struct query_view { // the document's until the next call for another stretch
    const gdx_symbols *symbols;
    uint32_t first;      // number in the part of symbols->symbols[0]
    uint64_t first_byte; // of the part: where `text` starts
    gdx_slice text;      // which the spans are ranges of
} query_view;

// Symbols [from, to) at least, from < to <= length. `ahead` more are read at once when something must be read anyway.
gdx_status query_document_view(query_document *document, uint32_t part, uint32_t from, uint32_t to, uint32_t ahead,
                               query_view *out, gdx_error *err) GDX_MUST_CHECK;

#endif
