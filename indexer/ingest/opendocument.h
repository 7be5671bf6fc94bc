// SPDX-License-Identifier: Apache-2.0
// opendocument.h: what the styles of an OpenDocument file say of its paragraphs and tables, and the rows and cells of
// its sheets, of which one may stand for many. Relies on flow.h, markup.h.
#ifndef INGEST_OPENDOCUMENT_H
#define INGEST_OPENDOCUMENT_H

#include "flow.h"
#include "markup.h"

enum office_style_kind { OFFICE_TITLE = 1, OFFICE_CAPTION = 2, OFFICE_HIDDEN = 4, OFFICE_RAISED = 8 }; // flags

typedef struct office_style {
    size_t name, name_bytes; // in names
    int kind;
} office_style;

typedef struct office_styles { // {0} is empty
    gdx_buffer names;
    office_style *rows;
    size_t count;
    size_t capacity;
    bool is_sorted;
    bool is_in_style; // the last one is being read
} office_styles;

void ingest_office_styles_clear(office_styles *styles);
// At the start of <style:style>. What makes it hidden or raised comes within it. GDX_NO_MEMORY.
gdx_status ingest_office_styles_begin(office_styles *styles, const markup *at) GDX_MUST_CHECK;
void ingest_office_styles_mark(office_styles *styles, int kind);
void ingest_office_styles_end(office_styles *styles);
// By a style's name, which may be NULL.
int ingest_office_style(office_styles *styles, const char *name);

typedef struct office_sheet { // {0} is empty
    gdx_buffer name;
    uint64_t row;     // at hand, from 1
    bool is_placed;   // its place is in force
    bool is_too_long; // to be repeated
    int64_t row_repeats, cell_repeats;
    int64_t repeated; // cells written once more, of the whole file
    gdx_buffer cell;  // its text, while it is repeated
    gdx_buffer cells; // of a row that is repeated, each ended by a zero
} office_sheet;

void ingest_office_sheet_clear(office_sheet *sheet);
gdx_status ingest_office_sheet_begin(office_sheet *sheet, const char *name) GDX_MUST_CHECK; // NULL: none
void ingest_office_sheet_row(office_sheet *sheet, const markup *at);
void ingest_office_sheet_cell(office_sheet *sheet, const markup *at);
// Text follows in this row.
void ingest_office_sheet_place(office_sheet *sheet, text_flow *flow);
// Text of the cell, which is written already. GDX_NO_MEMORY.
gdx_status ingest_office_sheet_keep(office_sheet *sheet, gdx_slice text) GDX_MUST_CHECK;
// Writes a cell, or a row, as often as it is repeated.
gdx_status ingest_office_sheet_cell_end(office_sheet *sheet, text_flow *flow) GDX_MUST_CHECK;
void ingest_office_sheet_row_end(office_sheet *sheet, text_flow *flow);

#endif
