// SPDX-License-Identifier: Apache-2.0
// values_writer.h: the columns of metadata values, one for each declared key, grown in memory, one row a document.
// Format: docs/format.md, "Metadata columns". Relies on gdx/metadata.h, sink.h. One owner.
#ifndef GDX_SEGMENT_VALUES_WRITER_H
#define GDX_SEGMENT_VALUES_WRITER_H

#include "gdx/base.h"
#include "gdx/metadata.h"
#include "sink.h"

typedef struct value_column {
    gdx_buffer spellings; // of its values, in the order in which they came
    gdx_buffer ends;      // where each of them ends
    uint32_t count;
    uint32_t *slots; // open addressing: number of a value + 1, 0 is empty; a power of two of them
    size_t slot_count;
    gdx_buffer rows;  // of each document, as in DOCUMENT_VALUES, but numbered as values came
    gdx_buffer lists; // as in VALUE_LISTS, likewise
    // Of the document that is being added.
    uint32_t *found;
    size_t found_count, found_capacity;
    bool left_out; // it has a value that is not among them
} value_column;

typedef struct value_table { // one owner; {0} has no key and takes no memory
    gdx_keys keys;
    value_column *columns; // of each key; NULL: none
    uint64_t spelling_bytes;
    gdx_buffer scratch;
} value_table;

// On an empty table, before its first document. GDX_NO_MEMORY.
gdx_status value_table_init(value_table *table, const gdx_keys *keys) GDX_MUST_CHECK;
void value_table_clear(value_table *table);
size_t value_table_bytes(const value_table *table); // of memory in use

// A value of the document that is being added, once or more; `data` NULL: one that is left out. GDX_NO_MEMORY;
// GDX_TOO_LARGE: 4 GiB of values.
gdx_status value_table_take(value_table *table, uint32_t key, gdx_slice value) GDX_MUST_CHECK;
// Takes what metadata has.
gdx_status value_table_take_metadata(value_table *table, gdx_slice metadata) GDX_MUST_CHECK;
// Ends the document, which then has what was taken. After a failure the table can only be cleared.
gdx_status value_table_end_document(value_table *table) GDX_MUST_CHECK;

// The sections from KEYS on, and the two counts of the footer.
gdx_status value_table_write(const value_table *table, segment_sink *sink, footer_counts *counts,
                             gdx_error *err) GDX_MUST_CHECK;

#endif
