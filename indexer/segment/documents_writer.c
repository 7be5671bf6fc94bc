// SPDX-License-Identifier: Apache-2.0
// documents_writer.c: collects the document table and writes it, column by column. docs/format.md, "Documents".
// A source gets the number of its first document's turn, so that numbers depend on the order of documents alone.

#include "documents_writer.h"

#include "layout.h"
#include "order.h"

#include <stdlib.h>

void document_table_clear(document_table *table) {
    gdx_buffer *const buffers[] = {&table->begin, &table->text,          &table->date,         &table->source,
                                   &table->hash,  &table->head,          &table->group,        &table->id_offset,
                                   &table->ids,   &table->source_offset, &table->source_names, &table->flags,
                                   &table->parts};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        gdx_buffer_clear(buffers[i]);
    free(table->source_slots);
    *table = (document_table){0};
}

size_t document_table_bytes(const document_table *table) {
    return table->begin.capacity + table->text.capacity + table->date.capacity + table->source.capacity +
           table->hash.capacity + table->head.capacity + table->group.capacity + table->id_offset.capacity +
           table->ids.capacity + table->source_offset.capacity + table->source_names.capacity + table->flags.capacity +
           table->parts.capacity + table->source_slot_count * sizeof *table->source_slots;
}

static gdx_slice source_name(const document_table *table, uint32_t source) {
    uint32_t begin = gdx_load_u32(table->source_offset.data + (size_t)source * 4);
    size_t end = source + 1 < table->source_count ? gdx_load_u32(table->source_offset.data + (size_t)(source + 1) * 4)
                                                  : table->source_names.bytes;
    return (gdx_slice){(const char *)table->source_names.data + begin, end - begin};
}

// The slot of a name: its own, or the empty one where it would go.
static size_t find_slot(const document_table *table, const uint32_t *slots, size_t slot_count, gdx_slice name) {
    size_t slot = gdx_checksum(name.data, name.bytes) & (slot_count - 1);
    while (slots[slot] && !gdx_slice_equal(source_name(table, slots[slot] - 1), name))
        slot = (slot + 1) & (slot_count - 1);
    return slot;
}

// Keeps at least half of the slots empty.
static gdx_status grow_slots(document_table *table) {
    if (((size_t)table->source_count + 1) * 2 <= table->source_slot_count)
        return GDX_OK;
    size_t slot_count = table->source_slot_count ? table->source_slot_count * 2 : 16;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return GDX_NO_MEMORY;
    for (uint32_t source = 0; source < table->source_count; source++)
        slots[find_slot(table, slots, slot_count, source_name(table, source))] = source + 1;
    free(table->source_slots);
    table->source_slots = slots;
    table->source_slot_count = slot_count;
    return GDX_OK;
}

gdx_status column_append_u32(gdx_buffer *column, uint32_t value) {
    uint8_t bytes[4];
    gdx_store_u32(bytes, value);
    return gdx_buffer_append(column, bytes, sizeof bytes);
}

gdx_status column_append_u64(gdx_buffer *column, uint64_t value) {
    uint8_t bytes[8];
    gdx_store_u64(bytes, value);
    return gdx_buffer_append(column, bytes, sizeof bytes);
}

static gdx_status number_of_source(document_table *table, gdx_slice name, uint32_t *out) {
    gdx_status status = grow_slots(table);
    if (status != GDX_OK)
        return status;
    size_t slot = find_slot(table, table->source_slots, table->source_slot_count, name);
    if (table->source_slots[slot] == 0) {
        if (name.bytes > UINT32_MAX - table->source_names.bytes)
            return GDX_TOO_LARGE;
        status = gdx_buffer_reserve(&table->source_names, name.bytes);
        if (status == GDX_OK)
            status = column_append_u32(&table->source_offset, (uint32_t)table->source_names.bytes);
        if (status == GDX_OK)
            status = gdx_buffer_append(&table->source_names, name.data, name.bytes); // reserved: cannot fail
        if (status != GDX_OK)
            return status;
        table->source_slots[slot] = ++table->source_count;
    }
    *out = table->source_slots[slot] - 1;
    return GDX_OK;
}

static gdx_status append_part(gdx_buffer *parts, uint32_t begin, uint32_t field) {
    gdx_status status = column_append_u32(parts, begin);
    return status == GDX_OK ? column_append_u32(parts, field) : status;
}

static bool row_fits(const document_table *table, const document_row *row) {
    return row->positions < UINT32_MAX - table->position && row->id.bytes <= UINT32_MAX - table->ids.bytes;
}

static gdx_status reserve_row(document_table *table, const document_row *row) {
    gdx_buffer *const columns[] = {&table->begin, &table->text,  &table->date,      &table->source, &table->hash,
                                   &table->head,  &table->group, &table->id_offset, &table->flags};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        gdx_status status = gdx_buffer_reserve(columns[i], 8);
        if (status != GDX_OK)
            return status;
    }
    gdx_status status = gdx_buffer_reserve(&table->parts, (size_t)row->part_count * PART_BYTES);
    return status == GDX_OK ? gdx_buffer_reserve(&table->ids, row->id.bytes) : status;
}

gdx_status document_table_add(document_table *table, const document_row *row, gdx_error *err) {
    uint32_t source = 0;
    gdx_status status = row_fits(table, row) ? reserve_row(table, row) : GDX_TOO_LARGE;
    if (status == GDX_OK)
        status = number_of_source(table, row->source, &source);
    if (status == GDX_OK)
        status = column_append_u32(&table->begin, table->position); // room was reserved: none of these fails
    if (status == GDX_OK)
        status = column_append_u32(&table->text, table->position + row->text);
    for (uint32_t i = 0; i < row->part_count && status == GDX_OK; i++)
        status = append_part(&table->parts, row->parts[i].begin + row->shift, row->parts[i].field);
    if (status == GDX_OK)
        status = gdx_buffer_append(&table->flags, &row->flags, 1);
    if (status == GDX_OK)
        status = column_append_u32(&table->date, row->date);
    if (status == GDX_OK)
        status = column_append_u32(&table->source, source);
    if (status == GDX_OK)
        status = column_append_u64(&table->hash, row->hash);
    if (status == GDX_OK)
        status = column_append_u64(&table->head, row->head);
    if (status == GDX_OK)
        status = column_append_u32(&table->group, (uint32_t)table->groups);
    if (status == GDX_OK)
        status = column_append_u32(&table->id_offset, (uint32_t)table->ids.bytes);
    if (status == GDX_OK)
        status = gdx_buffer_append(&table->ids, row->id.data, row->id.bytes);
    if (status == GDX_TOO_LARGE)
        return gdx_fail(err, status, "document %.*s: the segment is full at %u documents, %u positions",
                        (int)(row->id.bytes < 200 ? row->id.bytes : 200), row->id.data, table->count, table->position);
    if (status != GDX_OK)
        return gdx_fail(err, status, "no memory for the table of documents");
    table->position += (uint32_t)row->positions;
    table->symbols += row->symbols;
    table->groups += groups_of(row->positions - row->text);
    table->text_bytes += row->text_bytes;
    table->count++;
    return GDX_OK;
}

gdx_document_columns document_table_columns(const document_table *table) {
    return (gdx_document_columns){
        .groups = (const uint32_t *)(const void *)table->group.data,
        .begin = (const uint32_t *)(const void *)table->begin.data, // as malloc aligned them
        .text = (const uint32_t *)(const void *)table->text.data,
        .flags = table->flags.data,
        .parts = (const gdx_part_row *)(const void *)table->parts.data,
        .part_count = (uint32_t)(table->parts.bytes / PART_BYTES),
        .dates = (const uint32_t *)(const void *)table->date.data,
        .sources = (const uint32_t *)(const void *)table->source.data,
        .count = table->count,
    };
}

gdx_status document_table_end(document_table *table, uint64_t head_bytes, gdx_error *err) {
    gdx_status status = column_append_u32(&table->begin, table->position);
    if (status == GDX_OK)
        status = column_append_u64(&table->head, head_bytes);
    if (status == GDX_OK)
        status = column_append_u32(&table->group, (uint32_t)table->groups);
    if (status == GDX_OK)
        status = column_append_u32(&table->id_offset, (uint32_t)table->ids.bytes);
    if (status == GDX_OK)
        status = column_append_u32(&table->source_offset, (uint32_t)table->source_names.bytes);
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "no memory for the table of documents");
}

static gdx_slice id_of(const document_table *table, uint32_t document) {
    uint32_t begin = gdx_load_u32(table->id_offset.data + (size_t)document * 4);
    uint32_t end = gdx_load_u32(table->id_offset.data + (size_t)document * 4 + 4);
    return (gdx_slice){(const char *)table->ids.data + begin, end - begin};
}

// The permutation of documents by id, of equal ids the later first, as the caller's.
static gdx_status order_ids(const document_table *table, uint32_t **out, gdx_error *err) {
    gdx_slice *ids = malloc(((size_t)table->count + 1) * sizeof *ids);
    if (!ids)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to sort %u ids", table->count);
    for (uint32_t document = 0; document < table->count; document++)
        ids[document] = id_of(table, document);
    uint32_t *order = NULL;
    gdx_status status = order_slices(ids, table->count, false, &order);
    if (status != GDX_OK)
        gdx_fail(err, status, "no memory to sort %u ids", table->count);
    free(ids);
    if (status == GDX_OK)
        *out = order;
    else
        free(order);
    return status;
}

gdx_status document_table_write(const document_table *table, segment_sink *sink, gdx_error *err) {
    uint32_t *order = NULL;
    gdx_status status = order_ids(table, &order, err);
    const struct {
        int section;
        const void *data;
        size_t bytes;
    } sections[] = {
        {SECTION_DOCUMENT_BEGIN, table->begin.data, table->begin.bytes},
        {SECTION_DOCUMENT_TEXT, table->text.data, table->text.bytes},
        {SECTION_DOCUMENT_FLAGS, table->flags.data, table->flags.bytes},
        {SECTION_PARTS, table->parts.data, table->parts.bytes},
        {SECTION_DOCUMENT_DATE, table->date.data, table->date.bytes},
        {SECTION_DOCUMENT_SOURCE, table->source.data, table->source.bytes},
        {SECTION_DOCUMENT_HASH, table->hash.data, table->hash.bytes},
        {SECTION_DOCUMENT_HEAD, table->head.data, table->head.bytes},
        {SECTION_DOCUMENT_GROUP, table->group.data, table->group.bytes},
        {SECTION_DOCUMENT_ID, table->id_offset.data, table->id_offset.bytes},
        {SECTION_IDS, table->ids.data, table->ids.bytes},
        {SECTION_ID_ORDER, order, (size_t)table->count * sizeof *order},
        {SECTION_SOURCES, table->source_names.data, table->source_names.bytes},
        {SECTION_SOURCE_OFFSETS, table->source_offset.data, table->source_offset.bytes},
    };
    for (size_t i = 0; i < sizeof sections / sizeof *sections && status == GDX_OK; i++)
        status = sink_section(sink, sections[i].section, sections[i].data, sections[i].bytes, err);
    free(order);
    return status;
}
