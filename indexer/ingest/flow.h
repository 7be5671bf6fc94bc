// SPDX-License-Identifier: Apache-2.0
// flow.h: text on its way from a laid-out file into a draft: lines, cells, parts, and what may be the title.
// Relies on gdx/draft.h. Threads: one owner.
//
// Cells stand between bars, "| 2023年 | 5.2% |" and a line end: white space never ends a phrase, and a bar is a symbol,
// so that no phrase crosses from one cell to the next. docs/decisions/010-a-bar-between-cells.md.
#ifndef INGEST_FLOW_H
#define INGEST_FLOW_H

#include "gdx/draft.h"

enum {
    FLOW_HEAD_BYTES = 16384,
    FLOW_TITLE_BYTES = 4096,
    FLOW_PLACE_BYTES = 240,
    FLOW_ROWS = 20000,
    FLOW_ROWS_AT_ONCE = 100
};

enum flow_pending { FLOW_NOTHING, FLOW_SPACE, FLOW_LINE };

typedef struct flow_line {     // where the text of one part stands
    enum flow_pending pending; // to be written before the next text, if any text is before it
    bool is_empty;             // no text in this part so far
    char last;                 // byte written
    bool is_bar_due;           // a cell began
    bool is_item_due;          // an item of a list began
    bool has_item;             // one was written
    bool is_item_left;         // the last one ended
    bool is_row_open;          // the row has text that no bar follows yet
    gdx_field field;           // of the part
    bool is_aside;             // no title stands in it: no text, or a box within a line
    unsigned tables;           // we are in so many
} flow_line;

typedef struct text_flow {
    gdx_draft *draft;
    flow_line line;
    flow_line outer[GDX_DRAFT_DEPTH];
    size_t depth;        // parts begun; those below GDX_DRAFT_DEPTH share the line of the last
    gdx_buffer head;     // the first FLOW_HEAD_BYTES of text, to find titles in
    gdx_buffer heading;  // the first heading
    gdx_buffer named;    // the title that the file's layout has as such
    gdx_buffer declared; // the title that the file's properties have
    gdx_buffer raised;   // text that may be a mark, until what follows it
    gdx_buffer *kept;    // where text goes besides the draft; NULL: nowhere
    char place[FLOW_PLACE_BYTES + GDX_UTF8_BYTES]; // in force from the next text on
    size_t place_bytes;
    bool is_place_due;
    uint64_t rows;     // that have had a place
    gdx_status status; // GDX_NO_MEMORY
} text_flow;

void ingest_flow_begin(text_flow *flow, gdx_draft *draft);
void ingest_flow_clear(text_flow *flow);

// As it stands.
void ingest_flow_text(text_flow *flow, gdx_slice text);
// Raised text, which may be the mark of a note: [1], ①, *, or digits behind a character that is neither letter nor
// digit of Latin script (10 to the 8th and square metres are no marks). A mark leaves the line.
void ingest_flow_raised(text_flow *flow, gdx_slice text);
// Runs of blanks are one space, as in HTML and OpenDocument; none at the start of a line.
void ingest_flow_collapsed(text_flow *flow, gdx_slice text);
// What follows stands on a new line.
void ingest_flow_line(text_flow *flow);

// What follows is another item of a list, or no more of them: readers draw a dot there, which ends a phrase as a bar
// does.
void ingest_flow_item(text_flow *flow);
void ingest_flow_items_end(text_flow *flow);

void ingest_flow_table_begin(text_flow *flow);
void ingest_flow_cell(text_flow *flow); // what follows is another cell
void ingest_flow_row_end(text_flow *flow);
void ingest_flow_table_end(text_flow *flow);

// In between another reader appends to the draft.
void ingest_flow_other_hand_begin(text_flow *flow);
void ingest_flow_other_hand_end(text_flow *flow);

// What follows, up to the end, is a part of its own. Text within a note or a running head is of the same field.
void ingest_flow_part_begin(text_flow *flow, gdx_field field);
void ingest_flow_part_end(text_flow *flow);
void ingest_flow_place(text_flow *flow, const char *format, ...) GDX_PRINTF(2, 3); // cut to FLOW_PLACE_BYTES
// "sheet NAME row 12". After FLOW_ROWS rows of a document a hundred have one place, "sheet NAME rows 20001 to 20100",
// so that a table of a million rows stays a document.
void ingest_flow_place_row(text_flow *flow, gdx_slice sheet, uint64_t row);

// The text up to the end is the title or a heading, unless there is one already.
void ingest_flow_keep(text_flow *flow, gdx_buffer *to);
void ingest_flow_keep_end(text_flow *flow);
// The title: the declared one, if `trusts_declared` or if it stands in the text; else the named one, the first heading,
// the first line. A declared one that is a file's name, a template's or "Table of Contents" never counts.
// GDX_NO_MEMORY.
gdx_status ingest_flow_finish(text_flow *flow, bool trusts_declared, gdx_error *err) GDX_MUST_CHECK;

#endif
