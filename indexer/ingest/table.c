// SPDX-License-Identifier: Apache-2.0
// table.c: the rows of a table, one by one, as records.
// Relies on table.h; libcsv knows the grammar of cells. It is fed line by line, so that no row is read before the one
// before it is done, and in strict mode, so that a quote too many does not swallow rows in silence. A row whose quotes
// do not match is read again as one line, and refused unless that gives as many cells as there are columns. Either way
// the next line is read afresh.

#include "table.h"

#include "gdx/decode.h"

#include <inttypes.h>
#include <stdlib.h>

static void *reallocate(void *memory, size_t bytes) {
    return realloc(memory, bytes); // called from here, a test can make it fail
}

// Begins a row, whatever became of the one before it. libcsv's buffer stays.
static void start_parser(table_reader *table, unsigned char options) {
    enum { GROW_BYTES = 16 << 10 };
    unsigned char *buffer = table->parser.entry_buf;
    size_t bytes = table->parser.entry_size;
    csv_init(&table->parser, options);
    csv_set_realloc_func(&table->parser, reallocate);
    csv_set_blk_size(&table->parser, GROW_BYTES);
    csv_set_delim(&table->parser, (unsigned char)table->delimiter);
    table->parser.entry_buf = buffer;
    table->parser.entry_size = bytes;
    table->row.bytes.bytes = 0;
    table->row.count = 0;
    table->row.seen = 0;
    table->row.is_done = false;
    table->row.status = GDX_OK;
}

void ingest_table_begin(table_reader *table, gdx_slice text) {
    table->text = text;
    table->position = (stream_position){0};
    table->at = 0;
    table->rescanned = 0;
    table->has_names = false;
    table->is_refused = false;
}

void ingest_table_clear(table_reader *table) {
    csv_free(&table->parser);
    gdx_buffer_clear(&table->row.bytes);
    gdx_buffer_clear(&table->names);
    free(table->row.cells);
    free(table->columns);
    free(table->order);
    free(table->is_field);
}

gdx_slice ingest_table_cell(const table_reader *table, size_t index) {
    const table_cell *cell = &table->row.cells[index];
    if (cell->bytes == 0)
        return (gdx_slice){"", 0};
    return (gdx_slice){(const char *)table->row.bytes.data + cell->at, cell->bytes};
}

// ---- rows

static void take_cell(void *data, size_t bytes, void *context) {
    table_row *row = context;
    row->seen++;
    if (row->status != GDX_OK || row->count == TABLE_COLUMNS)
        return;
    row->status = gdx_grow(&row->cells, &row->capacity, row->count + 1, sizeof *row->cells);
    if (row->status == GDX_OK) {
        row->cells[row->count++] = (table_cell){row->bytes.bytes, bytes};
        row->status = gdx_buffer_append(&row->bytes, data, bytes);
    }
}

static void end_row(int terminator, void *context) {
    (void)terminator;
    ((table_row *)context)->is_done = true;
}

// Past the end of the line that `at` is in.
static size_t past_line(gdx_slice text, size_t at) {
    while (at < text.bytes && text.data[at] != '\n' && text.data[at] != '\r')
        at++;
    if (at + 1 < text.bytes && text.data[at] == '\r' && text.data[at + 1] == '\n')
        at++;
    return at < text.bytes ? at + 1 : at;
}

// GDX_INVALID: the quotes do not match.
static gdx_status feed(table_reader *table, size_t from, size_t to) {
    bool is_last = to == table->text.bytes;
    size_t bytes = to - from;
    bool is_whole = csv_parse(&table->parser, table->text.data + from, bytes, take_cell, end_row, &table->row) == bytes;
    csv_set_opts(&table->parser,
                 CSV_STRICT | CSV_STRICT_FINI); // an open quote at the end is said even if others are not
    if (is_whole && is_last && !table->row.is_done)
        is_whole = csv_fini(&table->parser, take_cell, end_row, &table->row) == 0;
    if (table->row.status != GDX_OK)
        return table->row.status;
    if (is_whole)
        return GDX_OK;
    return csv_error(&table->parser) == CSV_ENOMEM ? GDX_NO_MEMORY : GDX_INVALID;
}

static bool is_blank(gdx_slice text, size_t from, size_t to) {
    while (from < to && memchr(" \t\r\n", text.data[from], 4))
        from++;
    return from == to;
}

// The row that begins at table->at, over as many lines as its quotes take. *out_end is where it ends.
static gdx_status parse_row(table_reader *table, size_t *out_end) {
    size_t at = table->at;
    gdx_status status = GDX_OK;
    start_parser(table, CSV_STRICT | CSV_STRICT_FINI);
    while (status == GDX_OK && !table->row.is_done && at < table->text.bytes) {
        size_t end = past_line(table->text, at);
        status = feed(table, at, end);
        at = end;
    }
    *out_end = at;
    return status;
}

static bool has_cells(const table_reader *table, size_t columns) {
    return table->row.is_done && (!columns || table->row.seen == columns);
}

// True if a cell is in quotes that the grammar would take away.
static bool has_quoted_cell(const table_reader *table) {
    for (size_t i = 0; i < table->row.count; i++) {
        gdx_slice cell = ingest_table_cell(table, i);
        if (cell.bytes >= 2 && cell.data[0] == '"' && cell.data[cell.bytes - 1] == '"')
            return true;
    }
    return false;
}

// The line up to `end` as a row of its own: with a stray quote in a cell taken for what it is, or with all of them.
// GDX_INVALID: neither gives the cells that it should have.
static gdx_status parse_line(table_reader *table, size_t end, size_t columns) {
    start_parser(table, 0);
    gdx_status status = feed(table, table->at, end);
    if (status == GDX_NO_MEMORY || (status == GDX_OK && has_cells(table, columns)))
        return status;
    start_parser(table, 0);
    csv_set_quote(&table->parser, '\0');
    status = feed(table, table->at, end);
    if (status == GDX_OK && (!has_cells(table, columns) || has_quoted_cell(table)))
        status = GDX_INVALID;
    return status;
}

static gdx_status refuse_quotes(table_reader *table, size_t line, gdx_error *err) {
    bool is_too_much = table->rescanned / TABLE_RESCANS > table->text.bytes;
    table->at = is_too_much ? table->text.bytes : line;
    return gdx_fail(err, GDX_INVALID, "quotes that do not match in this row%s",
                    is_too_much ? "; nothing after it is read" : "");
}

gdx_status ingest_table_next_row(table_reader *table, size_t columns, bool *out_has, gdx_error *err) {
    size_t line = table->at, end;
    do {
        table->at = line;
        line = past_line(table->text, table->at);
    } while (table->at < line && is_blank(table->text, table->at, line) &&
             !memchr(table->text.data + table->at, table->delimiter, line - table->at));
    ingest_position_advance(&table->position, table->text, table->at);
    *out_has = table->at < table->text.bytes;
    if (!*out_has)
        return GDX_OK;
    gdx_status status = parse_row(table, &end);
    bool is_long = status == GDX_OK && end > line && columns && table->row.seen != columns;
    if (status == GDX_INVALID || is_long) {
        table->rescanned += end - table->at;
        status = parse_line(table, line, columns);
        if (status == GDX_INVALID)
            return refuse_quotes(table, line, err);
        end = line;
    }
    table->at = end;
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "a row");
}

// ---- records

static gdx_status put_metadata(const table_reader *table, record_reader *records, gdx_slice *out) {
    gdx_buffer *to = &records->metadata;
    gdx_status status = GDX_OK;
    to->bytes = 0;
    for (size_t i = 0; i < table->order_count && status == GDX_OK; i++) {
        gdx_slice cell = ingest_table_cell(table, table->order[i]);
        if (cell.bytes == 0)
            continue;
        status = gdx_buffer_append(to, to->bytes ? ",\"" : "{\"", 2);
        if (status == GDX_OK)
            status = ingest_json_escape(to, table->columns[table->order[i]], records->find_special);
        if (status == GDX_OK)
            status = gdx_buffer_append(to, "\":\"", 3);
        if (status == GDX_OK)
            status = ingest_json_escape(to, cell, records->find_special);
        if (status == GDX_OK)
            status = gdx_buffer_append(to, "\"", 1);
    }
    if (status == GDX_OK && to->bytes)
        status = gdx_buffer_append(to, "}", 1);
    *out = to->bytes ? gdx_buffer_slice(to) : (gdx_slice){"", 0};
    return status;
}

static gdx_status take_fields(const table_reader *table, record_reader *records, record *out) {
    gdx_status status = GDX_OK;
    records->joined.bytes = 0;
    *out = (record){0};
    for (size_t i = 0; i < table->pick_count && status == GDX_OK; i++) {
        record_value *to = &out->fields[table->picks[i].field];
        record_value value = {RECORD_STRING, ingest_table_cell(table, table->picks[i].column)};
        if (table->picks[i].field == RECORD_TEXT && table->is_joined)
            status = ingest_record_join(records, to, &value);
        else
            *to = value;
    }
    return status == GDX_OK ? put_metadata(table, records, &out->metadata) : status;
}

stream_step ingest_table_next(table_reader *table, record_reader *records, record *out, gdx_error *err) {
    bool has = false;
    gdx_status status = GDX_OK;
    if (!table->has_names && !table->is_refused) {
        status = ingest_table_read_header(table, records, err);
        table->has_names = status == GDX_OK;
        table->is_refused = !table->has_names;
    } else if (table->is_refused) {
        return STREAM_END;
    }
    if (status == GDX_OK)
        status = ingest_table_next_row(table, table->column_count, &has, err);
    if (status == GDX_OK && !has)
        return STREAM_END;
    if (status == GDX_OK && table->row.seen != table->column_count)
        status = gdx_fail(err, GDX_INVALID, "cells: %zu, expected %zu as in the first row", table->row.seen,
                          table->column_count);
    if (status == GDX_OK && take_fields(table, records, out) != GDX_OK)
        status = gdx_fail_memory(err, "a row");
    if (status == GDX_OK)
        ingest_record_hash_id(records, out);
    return status == GDX_OK ? STREAM_RECORD : STREAM_REFUSED;
}
