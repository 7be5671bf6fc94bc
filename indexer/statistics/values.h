// SPDX-License-Identifier: Apache-2.0
// values.h: the values of one key of metadata, numbered alike in all segments, as documents are tallied.
// Relies on gdx/query.h, gdx/metadata.h.
#ifndef GDX_STATISTICS_VALUES_H
#define GDX_STATISTICS_VALUES_H

#include "gdx/metadata.h"
#include "gdx/query.h"

enum { VALUES_MOST = 1000000 }; // different ones

struct values { // one owner. Numbers are given as values come; 0 is "", what a document without any value has
    gdx_keys key;
    gdx_snapshot *snapshot;
    const gdx_stop *stop; // NULL: never stops
    gdx_arena *arena;     // of the names
    gdx_slice *names;
    size_t count, capacity;
    uint32_t *slots; // open addressing: number + 1, 0 is empty; a power of two of them
    size_t slot_count;
    uint64_t left_out; // documents with a value that is none: too long, an object, one of too many
    // Of the segment at hand.
    size_t segment; // its number; SIZE_MAX: none yet
    gdx_values column;
    bool has_column;
    uint32_t *numbers; // of the segment's own; 0: not met yet
    size_t number_capacity;
    // Of segments without a column.
    gdx_store_reader *reader;
    gdx_buffer scratch;
    uint32_t read_count;
    // Of the document at hand.
    uint32_t *found;
    size_t found_count, found_capacity;
    bool has_left_out;
    gdx_error *err;
};

// `arena` keeps the names. GDX_INVALID: no key.
gdx_status values_init(struct values *values, gdx_slice key, gdx_snapshot *snapshot, gdx_arena *arena,
                       const gdx_stop *stop, gdx_error *err) GDX_MUST_CHECK;
void values_clear(struct values *values);
// Sets `found` to the numbers of the document's values, each once. Cost: some 10 ns; 3 us where a segment has no
// column. GDX_TOO_LARGE: more than VALUES_MOST different ones.
gdx_status values_find(struct values *values, const gdx_tallied *document, gdx_error *err) GDX_MUST_CHECK;

#endif
