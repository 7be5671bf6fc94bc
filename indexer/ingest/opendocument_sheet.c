// SPDX-License-Identifier: Apache-2.0
// opendocument_sheet.c: sheets store equal cells and rows that follow each other once, with a number. Each that holds
// text is written as often as it is shown, within limits: what is repeated more than MOST_REPEATS times fills a sheet
// up and says nothing more, and is written once. Relies on opendocument.h.

#include "opendocument.h"

enum { MOST_REPEATS = 1000, ALL_REPEATS = 1 << 20, ROW_BYTES = 1 << 20 };

void ingest_office_sheet_clear(office_sheet *sheet) {
    gdx_buffer_clear(&sheet->name);
    gdx_buffer_clear(&sheet->cell);
    gdx_buffer_clear(&sheet->cells);
}

gdx_status ingest_office_sheet_begin(office_sheet *sheet, const char *name) {
    gdx_slice text = gdx_slice_of(name);
    sheet->row = 0;
    sheet->name.bytes = 0;
    return gdx_buffer_append(&sheet->name, text.data, text.bytes);
}

static int64_t repeats(const markup *at, const char *name) {
    int64_t count = ingest_markup_number(at, name, 1);
    return count < 1 ? 1 : count > INT32_MAX ? INT32_MAX : count;
}

void ingest_office_sheet_row(office_sheet *sheet, const markup *at) {
    sheet->row++;
    sheet->row_repeats = repeats(at, "table:number-rows-repeated");
    sheet->cells.bytes = 0;
    sheet->is_placed = sheet->is_too_long = false;
}

void ingest_office_sheet_cell(office_sheet *sheet, const markup *at) {
    sheet->cell_repeats = repeats(at, "table:number-columns-repeated");
    sheet->cell.bytes = 0;
}

void ingest_office_sheet_place(office_sheet *sheet, text_flow *flow) {
    if (!sheet->is_placed)
        ingest_flow_place_row(flow, gdx_buffer_slice(&sheet->name), sheet->row);
    sheet->is_placed = true;
}

gdx_status ingest_office_sheet_keep(office_sheet *sheet, gdx_slice text) {
    if (sheet->cell_repeats < 2 && sheet->row_repeats < 2)
        return GDX_OK;
    sheet->is_too_long |= sheet->cell.bytes + text.bytes > ROW_BYTES;
    return sheet->is_too_long ? GDX_OK : gdx_buffer_append(&sheet->cell, text.data, text.bytes);
}

static gdx_status keep_in_row(office_sheet *sheet, gdx_slice text) {
    sheet->is_too_long |= sheet->cells.bytes + text.bytes > ROW_BYTES;
    if (sheet->is_too_long)
        return GDX_OK;
    gdx_status status = gdx_buffer_append(&sheet->cells, text.data, text.bytes);
    return status == GDX_OK ? gdx_buffer_append(&sheet->cells, "", 1) : status;
}

gdx_status ingest_office_sheet_cell_end(office_sheet *sheet, text_flow *flow) {
    gdx_slice text = gdx_buffer_slice(&sheet->cell);
    int64_t more = sheet->cell_repeats - 1;
    if (text.bytes == 0)
        return GDX_OK;
    if (more >= MOST_REPEATS || more > ALL_REPEATS - sheet->repeated || sheet->is_too_long)
        more = 0;
    sheet->repeated += more;
    for (int64_t i = 0; i < more; i++) {
        ingest_flow_cell(flow);
        ingest_flow_text(flow, text);
    }
    gdx_status status = GDX_OK;
    for (int64_t i = 0; status == GDX_OK && sheet->row_repeats > 1 && i <= more; i++)
        status = keep_in_row(sheet, text);
    sheet->cell.bytes = 0;
    return status;
}

static void write_again(office_sheet *sheet, text_flow *flow) {
    sheet->row++;
    sheet->is_placed = false;
    ingest_office_sheet_place(sheet, flow);
    for (size_t at = 0; at < sheet->cells.bytes;) {
        gdx_slice text = gdx_slice_of((const char *)sheet->cells.data + at);
        at += text.bytes + 1;
        ingest_flow_cell(flow);
        ingest_flow_text(flow, text);
    }
    ingest_flow_row_end(flow);
}

void ingest_office_sheet_row_end(office_sheet *sheet, text_flow *flow) {
    int64_t more = sheet->row_repeats > 1 ? sheet->row_repeats - 1 : 0, cells = 0;
    for (size_t at = 0; at < sheet->cells.bytes; at++)
        cells += sheet->cells.data[at] == 0;
    bool is_written =
        cells > 0 && !sheet->is_too_long && more < MOST_REPEATS && more * cells <= ALL_REPEATS - sheet->repeated;
    sheet->repeated += is_written ? more * cells : 0;
    for (int64_t i = 0; is_written && i < more; i++)
        write_again(sheet, flow);
    sheet->row += is_written ? 0 : (uint64_t)more;
    sheet->row_repeats = 1;
    sheet->cells.bytes = 0;
}
