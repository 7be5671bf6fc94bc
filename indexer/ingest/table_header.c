// SPDX-License-Identifier: Apache-2.0
// table_header.c: what divides a table's cells, what its columns are called, and which of them hold the fields.
// Relies on table.h. The first row is the header, unless --map names columns by their numbers alone: then the table has
// none, and a column that is no field is called by its number too.

#include "table.h"

#include <stdio.h>
#include <stdlib.h>

static const char delimiters[] = {',', '\t', ';', '|'};

// The number of a column, from 1; 0: the name is no such number.
static size_t number_of(const char *name) {
    size_t number = 0;
    if (*name == '0')
        return 0;
    for (; *name >= '0' && *name <= '9' && number <= TABLE_COLUMNS; name++)
        number = number * 10 + (size_t)(*name - '0');
    return *name || number > TABLE_COLUMNS ? 0 : number;
}

static bool is_by_number(const struct gdx_record_map *map) {
    if (!map)
        return false;
    for (size_t i = 0; i < map->count; i++)
        if (!number_of(map->keys[i].name))
            return false;
    return true;
}

// ---- the delimiter

// "sep=;" before the header, as spreadsheets write it.
static bool take_stated_delimiter(table_reader *table) {
    gdx_slice text = table->text;
    bool is_stated = text.bytes >= 6 && memcmp(text.data, "sep=", 4) == 0 && memchr("\r\n", text.data[5], 2) &&
                     !memchr("\r\n\"", text.data[4], 3);
    if (is_stated) {
        table->delimiter = text.data[4];
        table->at = 5;
    }
    return is_stated;
}

static bool is_in_row(const table_reader *table, const char *name) {
    for (size_t i = 0; i < table->row.count; i++)
        if (gdx_slice_equal(gdx_trim(ingest_table_cell(table, i)), gdx_slice_of(name)))
            return true;
    return false;
}

// How many of the keys the first row has: a right delimiter shows them.
static size_t count_keys(const table_reader *table, const struct gdx_record_map *map) {
    map_key keys[RECORD_KEYS];
    size_t count = ingest_map_keys(map, keys), found = 0;
    for (size_t i = 0; i < count; i++)
        found += is_in_row(table, keys[i].name);
    return found;
}

// Reads the first row by each delimiter; the one that shows most of the keys, then most cells, stays.
static gdx_status choose_delimiter(table_reader *table, const struct gdx_record_map *map, gdx_error *err) {
    size_t best_keys = 0, best_cells = 0;
    char best = ',';
    for (size_t i = 0; i < sizeof delimiters; i++) {
        bool has;
        table->at = 0;
        table->position = (stream_position){0};
        table->delimiter = delimiters[i];
        gdx_status status = ingest_table_next_row(table, 0, &has, err);
        if (status != GDX_OK)
            return status;
        size_t keys = is_by_number(map) ? 0 : count_keys(table, map);
        if (keys > best_keys || (keys == best_keys && table->row.seen > best_cells)) {
            best_keys = keys;
            best_cells = table->row.seen;
            best = table->delimiter;
        }
    }
    table->at = 0;
    table->position = (stream_position){0};
    table->delimiter = best_cells > 1 ? best : '\x1f'; // one column: a comma divides nothing
    return GDX_OK;
}

// ---- names

static int compare_names(const void *a, const void *b, void *context) {
    const table_reader *table = context;
    return gdx_slice_compare(table->columns[*(const size_t *)a], table->columns[*(const size_t *)b]);
}

static bool is_named_before(const table_reader *table, size_t column, gdx_slice name) {
    for (size_t i = 0; i < column; i++)
        if (gdx_slice_equal(table->columns[i], name))
            return true;
    return false;
}

static gdx_status make_room(table_reader *table, size_t columns) {
    free(table->columns);
    free(table->order);
    free(table->is_field);
    table->columns = calloc(columns, sizeof *table->columns);
    table->order = calloc(columns, sizeof *table->order);
    table->is_field = calloc(columns, sizeof *table->is_field);
    table->column_count = 0;
    table->names.bytes = 0;
    return table->columns && table->order && table->is_field ? GDX_OK : GDX_NO_MEMORY;
}

// The names of the first row; a column without one, or with one that is taken, is called by its number.
static gdx_status take_names(table_reader *table, bool is_header) {
    enum { NUMBER_NAME_BYTES = 32 };
    size_t count = table->row.count;
    gdx_status status = make_room(table, count);
    if (status == GDX_OK) // so that slices of it stay where they are
        status = gdx_buffer_reserve(&table->names, table->row.bytes.bytes + count * NUMBER_NAME_BYTES);
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        gdx_slice name = is_header ? gdx_trim(ingest_table_cell(table, i)) : (gdx_slice){"", 0};
        char number[NUMBER_NAME_BYTES];
        snprintf(number, sizeof number, "column %zu", i + 1);
        if (name.bytes == 0 || is_named_before(table, i, name))
            name = gdx_slice_of(number);
        const char *at = (const char *)table->names.data + table->names.bytes;
        status = gdx_buffer_append(&table->names, name.data, name.bytes);
        table->columns[i] = (gdx_slice){at, name.bytes};
    }
    if (status == GDX_OK)
        table->column_count = count;
    return status;
}

// ---- fields

static gdx_status fail_missing(const table_reader *table, const map_key *key, bool is_mapped, gdx_error *err) {
    gdx_buffer names = {0};
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < table->column_count && names.bytes < GDX_MESSAGE_BYTES / 2 && status == GDX_OK; i++)
        status = gdx_buffer_append_format(&names, "%s%.*s", i ? ", " : "", GDX_SLICE_ARGUMENTS(table->columns[i]));
    const char *field = ingest_field_name(key->field);
    if (status == GDX_OK && is_mapped)
        status = gdx_fail(err, GDX_INVALID, "no column \"%.60s\", which --map names; the columns are %.*s", key->name,
                          (int)names.bytes, names.data ? (const char *)names.data : "");
    else if (status == GDX_OK)
        status = gdx_fail(err, GDX_INVALID, "no column \"%s\"; the columns are %.*s: give --map %s=COLUMN%s", field,
                          (int)names.bytes, names.data ? (const char *)names.data : "", field,
                          key->field == RECORD_ID ? " or --id-from hash" : "");
    else
        status = gdx_fail_memory(err, "a header");
    gdx_buffer_clear(&names);
    return status;
}

// The index of the key's column, or column_count.
static size_t find_column(const table_reader *table, const map_key *key, bool is_header) {
    size_t number = number_of(key->name);
    for (size_t i = 0; is_header && i < table->column_count; i++)
        if (gdx_slice_equal(table->columns[i], gdx_slice_of(key->name)))
            return i;
    return number && number <= table->column_count ? number - 1 : table->column_count;
}

static gdx_status pick_fields(table_reader *table, const record_reader *records, bool is_header, gdx_error *err) {
    map_key keys[RECORD_KEYS];
    size_t count = ingest_map_keys(records->map, keys), texts = 0;
    table->pick_count = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_mapped = records->map && records->map->is_given[keys[i].field];
        size_t column = find_column(table, &keys[i], is_header);
        bool is_needed = is_mapped ? !keys[i].is_optional : keys[i].field == RECORD_TEXT || keys[i].field == RECORD_ID;
        if (keys[i].field == RECORD_ID && records->id_from_hash)
            is_needed = false;
        if (column < table->column_count) {
            table->picks[table->pick_count++] = (table_pick){keys[i].field, column};
            table->is_field[column] = true;
            texts += keys[i].field == RECORD_TEXT;
        } else if (is_needed) {
            return fail_missing(table, &keys[i], is_mapped, err);
        }
    }
    table->is_joined = texts > 1;
    return GDX_OK;
}

static gdx_status order_metadata(table_reader *table, gdx_error *err) {
    table->order_count = 0;
    for (size_t i = 0; i < table->column_count; i++)
        if (!table->is_field[i])
            table->order[table->order_count++] = i;
    qsort_r(table->order, table->order_count, sizeof *table->order, compare_names, table);
    for (size_t i = 1; i < table->order_count; i++) {
        gdx_slice name = table->columns[table->order[i]];
        if (gdx_slice_equal(table->columns[table->order[i - 1]], name))
            return gdx_fail(err, GDX_INVALID, "two columns are called \"%.*s\"", GDX_SLICE_ARGUMENTS(name));
    }
    return GDX_OK;
}

gdx_status ingest_table_read_header(table_reader *table, record_reader *records, gdx_error *err) {
    bool is_header = !is_by_number(records->map), has;
    gdx_status status = GDX_OK;
    if (!take_stated_delimiter(table))
        status = choose_delimiter(table, records->map, err);
    size_t begin = table->at;
    if (status == GDX_OK)
        status = ingest_table_next_row(table, 0, &has, err);
    if (status != GDX_OK)
        return status;
    if (table->row.seen > TABLE_COLUMNS)
        return gdx_fail(err, GDX_TOO_LARGE, "%zu columns, at most %d are taken", table->row.seen, TABLE_COLUMNS);
    if (take_names(table, is_header) != GDX_OK)
        return gdx_fail_memory(err, "a header");
    status = pick_fields(table, records, is_header, err);
    if (status == GDX_OK)
        status = order_metadata(table, err);
    if (status == GDX_OK && !is_header)
        table->at = begin; // a row like the others
    return status;
}
