// SPDX-License-Identifier: Apache-2.0
// row.h: the letters of some documents in one row, cut into clauses and units. What lists of strings are made from.
// Relies on gdx/query.h, gdx/text.h. A clause is a run of letters between marks or ends of parts. Letters are numbered
// by their spelling, so that comparing numbers compares strings by code points.
#ifndef GDX_STATISTICS_ROW_H
#define GDX_STATISTICS_ROW_H

#include "gdx/query.h"
#include "gdx/text.h"

// A place of the row.
struct letter {
    uint32_t id;   // 0: the end of a clause; else from 1 on, by spelling
    uint32_t unit; // the document or passage, from 0; it ascends
};

struct row_document {
    size_t segment;
    uint32_t document;
    gdx_date date;
    uint32_t first_unit;
};

struct row { // {0} is empty. One owner; immutable once closed
    struct letter *letters;
    size_t count, capacity;
    uint64_t letter_count; // ends of clauses not counted
    uint32_t unit_count;
    struct row_document *documents;
    size_t document_count, document_capacity;
    // By id, once closed.
    uint32_t letter_kinds; // ids go from 1 to this
    gdx_slice *spellings;
    uint8_t *traits; // of ROW_
    uint64_t *occurrences;
    // How far A reaches, for two sub-corpora in one row.
    size_t split;
    uint32_t split_unit;
    size_t split_document;
};

enum {
    ROW_DIGITS = 1,   // digits alone
    ROW_FUNCTION = 2, // one of the function symbols
    ROW_WHEN = 4,     // what says when, by characters, is made of these
    ROW_PERIOD = 8    // and has one of these
};

enum row_unit { ROW_DOCUMENTS, ROW_PASSAGES };

struct row_builder; // one owner
// NULL: no memory. `snapshot` and `row` must outlive it. `symbols_most`: GDX_TOO_LARGE beyond.
struct row_builder *row_builder_new(gdx_snapshot *snapshot, enum row_unit unit, uint64_t symbols_most, struct row *row);
void row_builder_free(struct row_builder *builder); // NULL is fine
typedef struct row_builder row_builder;
GDX_DEFINE_AUTO(row_builder, row_builder_free)

// Reads and cuts the document. Documents come in any order; that of the row is theirs.
gdx_status row_add(struct row_builder *builder, size_t segment, uint32_t document, gdx_date date,
                   gdx_error *err) GDX_MUST_CHECK;
// What was added so far is A.
void row_split(struct row_builder *builder);
// Numbers the letters. Nothing can be added afterwards.
gdx_status row_close(struct row_builder *builder, gdx_error *err) GDX_MUST_CHECK;
void row_clear(struct row *row);

// The letter `step` after a place of the row; for -1 the one before it. 0: a clause ends there.
static inline uint32_t letter_beside(const struct row *row, uint32_t place, int64_t step) {
    return place + step < 0 ? 0 : row->letters[place + step].id;
}
// Letters [a, a + length) are those from b on.
static inline bool letters_are_equal(const struct row *row, size_t a, size_t b, uint32_t length) {
    for (uint32_t i = 0; i < length; i++)
        if (a + i >= row->count || row->letters[a + i].id != row->letters[b + i].id)
            return false;
    return true;
}
// The document that a unit is in.
const struct row_document *row_document_of(const struct row *row, uint32_t unit);
// Appends the letters [at, at + length) as people read them: a space between two words of letters without one.
gdx_status row_spell(const struct row *row, size_t at, uint32_t length, gdx_buffer *out) GDX_MUST_CHECK;

#endif
