// SPDX-License-Identifier: Apache-2.0
// table.h: a table in text, whose rows are records: comma, semicolon, tab or bar between cells, quotes around some.
// Relies on record.h; inside on libcsv. Threads: one owner.
#ifndef INGEST_TABLE_H
#define INGEST_TABLE_H

#include "position.h"
#include "record.h"

#include <csv.h>

enum { TABLE_COLUMNS = 4096, TABLE_RESCANS = 32 };

typedef struct table_cell {
    size_t at; // in the row's bytes
    size_t bytes;
} table_cell;

typedef struct table_row {
    gdx_buffer bytes; // of all cells
    table_cell *cells;
    size_t capacity;
    size_t count; // TABLE_COLUMNS at most
    size_t seen;  // may be more
    bool is_done;
    gdx_status status;
} table_row;

typedef struct table_pick { // a cell that goes into a field
    enum record_field field;
    size_t column;
} table_pick;

typedef struct table_reader {
    gdx_slice text;
    stream_position position; // of the row at hand
    size_t at;                // what comes next
    uint64_t rescanned;       // bytes read a second time, for quotes that do not match
    struct csv_parser parser;
    char delimiter;
    bool has_names;  // the first row was the header
    bool is_refused; // the table has not what it should: nothing of it is read
    table_row row;
    gdx_buffer names; // of the columns, each with a zero behind it
    gdx_slice *columns;
    size_t *order;  // of the columns that are metadata, by name
    bool *is_field; // of a column
    size_t column_count;
    size_t order_count;
    table_pick picks[RECORD_KEYS];
    size_t pick_count;
    bool is_joined; // the text has several columns
} table_reader;

void ingest_table_begin(table_reader *table, gdx_slice text);
stream_step ingest_table_next(table_reader *table, record_reader *records, record *out, gdx_error *err);
void ingest_table_clear(table_reader *table);

// table_header.c: finds delimiter, names and fields. GDX_INVALID: the table lacks a column that it should have.
gdx_status ingest_table_read_header(table_reader *table, record_reader *records, gdx_error *err) GDX_MUST_CHECK;

// For it: the next row. GDX_OK and *out_has false: there is none. GDX_INVALID: its quotes do not match; the next call
// goes on with the line below the one it begins in. With `columns`, a row must have as many cells. GDX_NO_MEMORY.
gdx_status ingest_table_next_row(table_reader *table, size_t columns, bool *out_has, gdx_error *err) GDX_MUST_CHECK;
gdx_slice ingest_table_cell(const table_reader *table, size_t index);

#endif
