// SPDX-License-Identifier: Apache-2.0
// values_writer.c: collects the values that documents have under the declared keys, and writes them, column by column.
// Values are numbered as they come, and by their order when they are written: so the bytes depend on the documents
// alone. docs/format.md, "Metadata columns".

#include "values_writer.h"

#include "documents_writer.h"
#include "layout.h"
#include "order.h"

#include <stdlib.h>

gdx_status value_table_init(value_table *table, const gdx_keys *keys) {
    *table = (value_table){.keys = *keys};
    if (keys->count == 0)
        return GDX_OK;
    table->columns = calloc(keys->count, sizeof *table->columns);
    if (!table->columns)
        *table = (value_table){0};
    return table->columns ? GDX_OK : GDX_NO_MEMORY;
}

void value_table_clear(value_table *table) {
    for (uint32_t k = 0; k < table->keys.count; k++) {
        value_column *column = &table->columns[k];
        gdx_buffer_clear(&column->spellings);
        gdx_buffer_clear(&column->ends);
        gdx_buffer_clear(&column->rows);
        gdx_buffer_clear(&column->lists);
        free(column->slots);
        free(column->found);
    }
    free(table->columns);
    gdx_buffer_clear(&table->scratch);
    *table = (value_table){0};
}

size_t value_table_bytes(const value_table *table) {
    size_t bytes = table->scratch.capacity;
    for (uint32_t k = 0; k < table->keys.count; k++) {
        const value_column *column = &table->columns[k];
        bytes += column->spellings.capacity + column->ends.capacity + column->rows.capacity + column->lists.capacity +
                 (column->slot_count + column->found_capacity) * sizeof(uint32_t);
    }
    return bytes;
}

// ---- values

static gdx_slice spelling(const value_column *column, uint32_t number) {
    uint32_t begin = number ? gdx_load_u32(column->ends.data + (size_t)(number - 1) * 4) : 0;
    uint32_t end = gdx_load_u32(column->ends.data + (size_t)number * 4);
    return (gdx_slice){(const char *)column->spellings.data + begin, end - begin};
}

// The slot of a value: its own, or the empty one where it would go.
static size_t find_slot(const value_column *column, const uint32_t *slots, size_t slot_count, gdx_slice value) {
    size_t slot = gdx_checksum(value.data, value.bytes) & (slot_count - 1);
    while (slots[slot] && !gdx_slice_equal(spelling(column, slots[slot] - 1), value))
        slot = (slot + 1) & (slot_count - 1);
    return slot;
}

// Keeps at least half of the slots empty.
static gdx_status grow_slots(value_column *column) {
    if (((size_t)column->count + 1) * 2 <= column->slot_count)
        return GDX_OK;
    size_t slot_count = column->slot_count ? column->slot_count * 2 : 16;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return GDX_NO_MEMORY;
    for (uint32_t number = 0; number < column->count; number++)
        slots[find_slot(column, slots, slot_count, spelling(column, number))] = number + 1;
    free(column->slots);
    column->slots = slots;
    column->slot_count = slot_count;
    return GDX_OK;
}

static gdx_status number_of(value_table *table, value_column *column, gdx_slice value, uint32_t *out) {
    gdx_status status = grow_slots(column);
    if (status != GDX_OK)
        return status;
    size_t slot = find_slot(column, column->slots, column->slot_count, value);
    if (column->slots[slot] == 0) {
        if (value.bytes > UINT32_MAX - table->spelling_bytes || column->count + 1 >= GDX_VALUE_LEFT_OUT)
            return GDX_TOO_LARGE;
        status = gdx_buffer_append(&column->spellings, value.data, value.bytes);
        if (status == GDX_OK)
            status = column_append_u32(&column->ends, (uint32_t)column->spellings.bytes);
        if (status != GDX_OK)
            return status;
        table->spelling_bytes += value.bytes;
        column->slots[slot] = ++column->count;
    }
    *out = column->slots[slot] - 1;
    return GDX_OK;
}

static bool has_found(const value_column *column, uint32_t number) {
    size_t i = 0;
    while (i < column->found_count && column->found[i] != number)
        i++;
    return i < column->found_count;
}

// Of a document that has as many values as one may: it may be one of them.
static bool is_found(const value_column *column, gdx_slice value) {
    size_t slot = find_slot(column, column->slots, column->slot_count, value);
    return column->slots[slot] && has_found(column, column->slots[slot] - 1);
}

gdx_status value_table_take(value_table *table, uint32_t key, gdx_slice value) {
    value_column *column = &table->columns[key];
    uint32_t number = 0;
    if (!value.data || column->found_count == GDX_VALUES_MAX) {
        column->left_out |= !value.data || !is_found(column, value);
        return GDX_OK;
    }
    gdx_status status = number_of(table, column, value, &number);
    if (status != GDX_OK || has_found(column, number))
        return status;
    if (gdx_grow(&column->found, &column->found_capacity, column->found_count + 1, sizeof *column->found) != GDX_OK)
        return GDX_NO_MEMORY;
    column->found[column->found_count++] = number;
    return GDX_OK;
}

static gdx_status take(void *context, uint32_t key, gdx_slice value) {
    return value_table_take(context, key, value);
}

gdx_status value_table_take_metadata(value_table *table, gdx_slice metadata) {
    return gdx_metadata_values(metadata, &table->keys, &table->scratch, take, table);
}

static gdx_status end_column(value_column *column) {
    size_t found = column->found_count, count = found + column->left_out, index = column->lists.bytes / 4;
    uint32_t only = found ? column->found[0] : column->left_out ? GDX_VALUE_LEFT_OUT : GDX_VALUE_NONE;
    bool left_out = column->left_out;
    column->found_count = 0;
    column->left_out = false;
    if (count <= 1)
        return column_append_u32(&column->rows, only);
    if (index + count + 1 >= GDX_VALUE_LEFT_OUT)
        return GDX_TOO_LARGE;
    gdx_status status = column_append_u32(&column->rows, GDX_VALUE_LIST | (uint32_t)index);
    if (status == GDX_OK)
        status = column_append_u32(&column->lists, (uint32_t)count);
    for (size_t i = 0; i < found && status == GDX_OK; i++)
        status = column_append_u32(&column->lists, column->found[i]);
    return status == GDX_OK && left_out ? column_append_u32(&column->lists, GDX_VALUE_LEFT_OUT) : status;
}

gdx_status value_table_end_document(value_table *table) {
    gdx_status status = GDX_OK;
    for (uint32_t k = 0; k < table->keys.count && status == GDX_OK; k++)
        status = end_column(&table->columns[k]);
    return status;
}

// ---- writing

struct writing {
    const value_table *table;
    uint32_t **order; // of each key: its values as they came, in their order
    uint32_t **rank;  // and the other way round
    gdx_buffer keys, values, offsets, rows, lists;
};

static gdx_status order_column(const value_column *column, uint32_t **out_order, uint32_t **out_rank) {
    gdx_slice *values = malloc(((size_t)column->count + 1) * sizeof *values);
    uint32_t *rank = malloc(((size_t)column->count + 1) * sizeof *rank);
    *out_rank = rank;
    gdx_status status = values && rank ? GDX_OK : GDX_NO_MEMORY;
    for (uint32_t i = 0; i < column->count && status == GDX_OK; i++)
        values[i] = spelling(column, i);
    if (status == GDX_OK)
        status = order_slices(values, column->count, false, out_order);
    for (uint32_t i = 0; i < column->count && status == GDX_OK; i++)
        rank[(*out_order)[i]] = i;
    free(values);
    return status;
}

static gdx_status write_values(struct writing *writing, uint32_t key, uint32_t value_end) {
    const value_column *column = &writing->table->columns[key];
    uint8_t record[KEY_BYTES] = {0};
    gdx_slice name = gdx_keys_name(&writing->table->keys, key);
    memcpy(record + KEY_NAME, name.data, name.bytes);
    gdx_store_u32(record + KEY_VALUE_END, value_end);
    gdx_status status = gdx_buffer_append(&writing->keys, record, sizeof record);
    for (uint32_t i = 0; i < column->count && status == GDX_OK; i++) {
        gdx_slice value = spelling(column, writing->order[key][i]);
        status = column_append_u32(&writing->offsets, (uint32_t)writing->values.bytes);
        if (status == GDX_OK)
            status = gdx_buffer_append(&writing->values, value.data, value.bytes);
    }
    return status;
}

static int by_number(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static gdx_status write_list(struct writing *writing, const value_column *column, const uint32_t *rank,
                             uint32_t index) {
    uint32_t numbers[GDX_VALUES_MAX + 1];
    const uint8_t *at = column->lists.data + (size_t)index * 4;
    uint32_t count = gdx_load_u32(at);
    if (writing->lists.bytes / 4 + count + 1 >= GDX_VALUE_LEFT_OUT)
        return GDX_TOO_LARGE;
    gdx_status status = column_append_u32(&writing->rows, GDX_VALUE_LIST | (uint32_t)(writing->lists.bytes / 4));
    if (status == GDX_OK)
        status = column_append_u32(&writing->lists, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = gdx_load_u32(at + 4 + (size_t)i * 4);
        numbers[i] = number == GDX_VALUE_LEFT_OUT ? number : rank[number];
    }
    qsort(numbers, count, sizeof *numbers, by_number);
    for (uint32_t i = 0; i < count && status == GDX_OK; i++)
        status = column_append_u32(&writing->lists, numbers[i]);
    return status;
}

static gdx_status write_rows(struct writing *writing, uint32_t key) {
    const value_column *column = &writing->table->columns[key];
    const uint32_t *rank = writing->rank[key];
    gdx_status status = gdx_buffer_reserve(&writing->rows, column->rows.bytes);
    for (size_t at = 0; at < column->rows.bytes && status == GDX_OK; at += 4) {
        uint32_t row = gdx_load_u32(column->rows.data + at);
        if (row == GDX_VALUE_NONE || row == GDX_VALUE_LEFT_OUT)
            status = column_append_u32(&writing->rows, row);
        else if (row & GDX_VALUE_LIST)
            status = write_list(writing, column, rank, row & ~(uint32_t)GDX_VALUE_LIST);
        else
            status = column_append_u32(&writing->rows, rank[row]);
    }
    return status;
}

static gdx_status write_columns(struct writing *writing, footer_counts *counts) {
    const value_table *table = writing->table;
    gdx_status status = GDX_OK;
    uint64_t value_count = 0;
    for (uint32_t k = 0; k < table->keys.count && status == GDX_OK; k++) {
        value_count += table->columns[k].count;
        if (value_count > UINT32_MAX)
            return GDX_TOO_LARGE;
        status = order_column(&table->columns[k], &writing->order[k], &writing->rank[k]);
        if (status == GDX_OK)
            status = write_values(writing, k, (uint32_t)value_count);
        if (status == GDX_OK)
            status = write_rows(writing, k);
    }
    if (status == GDX_OK)
        status = column_append_u32(&writing->offsets, (uint32_t)writing->values.bytes);
    counts->key_count = table->keys.count;
    counts->value_count = (uint32_t)value_count;
    return status;
}

static gdx_status write_sections(const struct writing *writing, segment_sink *sink, gdx_error *err) {
    const struct {
        int section;
        const gdx_buffer *bytes;
    } sections[] = {
        {SECTION_KEYS, &writing->keys},
        {SECTION_VALUES, &writing->values},
        {SECTION_VALUE_OFFSETS, &writing->offsets},
        {SECTION_DOCUMENT_VALUES, &writing->rows},
        {SECTION_VALUE_LISTS, &writing->lists},
    };
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < sizeof sections / sizeof *sections && status == GDX_OK; i++)
        status = sink_section(sink, sections[i].section, sections[i].bytes->data, sections[i].bytes->bytes, err);
    return status;
}

gdx_status value_table_write(const value_table *table, segment_sink *sink, footer_counts *counts, gdx_error *err) {
    uint32_t *order[GDX_KEYS_MAX] = {NULL}, *rank[GDX_KEYS_MAX] = {NULL};
    struct writing writing = {.table = table, .order = order, .rank = rank};
    gdx_status status = write_columns(&writing, counts);
    if (status == GDX_OK)
        status = write_sections(&writing, sink, err);
    else
        gdx_fail_at(err, status, sink_path(sink), "columns of metadata cannot be written: %s", gdx_status_name(status));
    for (uint32_t k = 0; k < table->keys.count; k++) {
        free(order[k]);
        free(rank[k]);
    }
    gdx_buffer *const buffers[] = {&writing.keys, &writing.values, &writing.offsets, &writing.rows, &writing.lists};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        gdx_buffer_clear(buffers[i]);
    return status;
}
