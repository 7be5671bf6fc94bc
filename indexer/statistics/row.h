// SPDX-License-Identifier: Apache-2.0
// row.h: the letters of some documents in one row, cut into clauses and units. What lists of strings are made from.
// Relies on gdx/executor.h, gdx/query.h, gdx/text.h. A clause is a run of letters between marks or ends of parts.
// Letters are numbered by their spelling, so that comparing numbers compares strings by code points.
#ifndef GDX_STATISTICS_ROW_H
#define GDX_STATISTICS_ROW_H

#include "gdx/executor.h"
#include "gdx/query.h"
#include "gdx/text.h"

// A place of the row.
struct letter {
    uint32_t id;        // 0: the end of a clause; else from 1 on, by spelling
    uint32_t unit : 29; // the document or passage, from 0; it ascends
    uint32_t end : 3;   // of a clause, by the marks there: END_
};
enum {
    END_JOINS = 1,        // one middle dot alone: 约翰斯·霍普金斯
    END_QUOTE_BEFORE = 2, // the first mark is of a quotation or a title: what ends here stood in it, or before it
    END_QUOTE_BEHIND = 4  // the last mark is
};
enum { ROW_UNITS_MOST = (1 << 29) - 1 };

struct row_document {
    size_t segment;
    uint32_t document;
    gdx_date date;
    uint32_t first_unit;
};

struct row { // {0} is empty. One owner; immutable once closed
    struct letter *letters;
    size_t count, capacity;
    uint32_t *borders;      // by place, of a row of runs: where one was cut out of a clause, the letter that stands
    size_t border_capacity; // there, else 0. NULL: a row of documents
    uint64_t letter_count;  // ends of clauses not counted
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
    ROW_WORD = 4,     // a word
    ROW_WHEN = 8,     // what says when, by characters, is made of these
    ROW_PERIOD = 16,  // and has one of these
    ROW_ORDINAL = 32, // 第
    ROW_POINTING = 64 // a function symbol that does not show that a word begins behind it
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
// A builder of documents that come after those of `whole`, so that several threads can read at once: each part has one
// owner. The limit of symbols is that of all together. NULL: no memory. `whole` and `part` must outlive it.
struct row_builder *row_builder_part(struct row_builder *whole, struct row *part);
// Puts what the part has read behind what `whole` has, and empties the row of the part, which keeps its memory and can
// read on.
gdx_status row_append(struct row_builder *whole, struct row_builder *part, gdx_error *err) GDX_MUST_CHECK;
// The document is the next unit; its letters come in runs.
gdx_status row_enter(struct row_builder *builder, size_t segment, uint32_t document, gdx_date date,
                     gdx_error *err) GDX_MUST_CHECK;
struct row_run {             // letters that follow each other in a clause
    const uint32_t *symbols; // GDX_WORD_FLAG | number of a word, or a code point
    uint32_t count;
    uint32_t before, after; // the letters on both sides, likewise; 0: a clause begins or ends there
    const gdx_slice *words;
};
gdx_status row_add_run(struct row_builder *builder, const struct row_run *run, gdx_error *err) GDX_MUST_CHECK;
// What was added so far is A.
void row_split(struct row_builder *builder);
// Numbers the letters. Nothing can be added afterwards. `executor`: NULL, this thread alone. `stop`: NULL never stops.
gdx_status row_close(struct row_builder *builder, gdx_executor *executor, const gdx_stop *stop,
                     gdx_error *err) GDX_MUST_CHECK;
void row_clear(struct row *row);

// The letter `step` after a place of the row; for -1 the one before it. 0: a clause ends there.
static inline uint32_t letter_beside(const struct row *row, uint32_t place, int64_t step) {
    if (place + step < 0)
        return 0;
    uint32_t id = row->letters[place + step].id;
    return id == 0 && row->borders ? row->borders[place + step] : id;
}
// END_ of the end of a clause `step` from a place, 0 for a letter there.
static inline uint32_t end_beside(const struct row *row, uint32_t place, int64_t step) {
    return place + step < 0 ? 0 : row->letters[place + step].end;
}
// Letters [a, a + length), which may be more than there are, are those from b on.
bool row_is_equal(const struct row *row, size_t a, size_t b, uint32_t length);
// The string at `outer` has the string at `inner` in it.
bool row_contains(const struct row *row, size_t outer, uint32_t outer_length, size_t inner, uint32_t inner_length);
// The document that a unit is in.
const struct row_document *row_document_of(const struct row *row, uint32_t unit);
// Appends the letters [at, at + length) as people read them: a space between two words of letters without one.
gdx_status row_spell(const struct row *row, size_t at, uint32_t length, gdx_buffer *out) GDX_MUST_CHECK;

#endif
