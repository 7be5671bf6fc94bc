// SPDX-License-Identifier: Apache-2.0
// documents_writer.h: the columns of the document table, grown in memory, one row a document.
// Format: docs/format.md, "Documents". Relies on sink.h. One owner.
#ifndef GDX_SEGMENT_DOCUMENTS_WRITER_H
#define GDX_SEGMENT_DOCUMENTS_WRITER_H

#include "gdx/base.h"
#include "gdx/document.h"
#include "sink.h"

typedef struct document_table { // one owner; {0} is empty
    uint32_t count;
    uint32_t position; // where the next document begins
    uint64_t text_bytes;
    uint64_t symbols; // that count by default
    uint64_t groups;
    gdx_buffer begin; // little-endian columns, as they will be written
    gdx_buffer text;
    gdx_buffer flags;
    gdx_buffer parts; // rows of PARTS
    gdx_buffer date;
    gdx_buffer source;
    gdx_buffer hash;
    gdx_buffer head;
    gdx_buffer group;
    gdx_buffer id_offset;
    gdx_buffer ids;
    gdx_buffer source_offset; // where each source's name starts
    gdx_buffer source_names;
    uint32_t source_count;
    uint32_t *source_slots; // open addressing: number of a source + 1, 0 is empty; a power of two of them
    size_t source_slot_count;
} document_table;

typedef struct document_row {
    gdx_slice id;
    gdx_slice source;
    gdx_date date;
    uint64_t positions; // that it takes
    uint32_t text;      // where its text begins, from its first position
    uint64_t symbols;   // that count by default
    uint8_t flags;      // GDX_FLAG_...
    uint32_t shift;     // what to add, modulo 2^32, to where the parts begin
    const gdx_part_row *parts;
    uint32_t part_count;
    uint64_t hash;
    uint64_t head;       // where its head begins
    uint64_t text_bytes; // of title and text
} document_row;

// Appends a row, little-endian. GDX_NO_MEMORY.
gdx_status column_append_u32(gdx_buffer *column, uint32_t value) GDX_MUST_CHECK;
gdx_status column_append_u64(gdx_buffer *column, uint64_t value) GDX_MUST_CHECK;

void document_table_clear(document_table *table);
size_t document_table_bytes(const document_table *table); // of memory in use

// GDX_NO_MEMORY; GDX_TOO_LARGE when positions, ids or source names do not fit in 32 bits. Unchanged on failure.
gdx_status document_table_add(document_table *table, const document_row *row, gdx_error *err) GDX_MUST_CHECK;

// The columns so far, for looking up positions: begin[count] is there only after document_table_end.
gdx_document_columns document_table_columns(const document_table *table);
// Writes what follows the last row of each column. `head_bytes`: of all heads.
gdx_status document_table_end(document_table *table, uint64_t head_bytes, gdx_error *err) GDX_MUST_CHECK;
// The sections from DOCUMENT_BEGIN on. GDX_INVALID when two documents have one id.
gdx_status document_table_write(const document_table *table, segment_sink *sink, gdx_error *err) GDX_MUST_CHECK;

#endif
