// SPDX-License-Identifier: Apache-2.0
// values.c: see values.h. A segment's own number of a value is looked up once, when a document first has it. So memory
// grows with the values that are met, and not with all that a key has.

#include "values.h"

#include <stdlib.h>

gdx_status values_init(struct values *values, gdx_slice key, gdx_snapshot *snapshot, gdx_arena *arena,
                       const gdx_stop *stop, gdx_error *err) {
    *values = (struct values){.snapshot = snapshot, .stop = stop, .arena = arena, .segment = SIZE_MAX};
    return gdx_keys_add(&values->key, key, err);
}

void values_clear(struct values *values) {
    free(values->names);
    free(values->slots);
    free(values->numbers);
    free(values->found);
    gdx_store_reader_free(values->reader);
    gdx_buffer_clear(&values->scratch);
    *values = (struct values){0};
}

// ---- numbers of all segments

static gdx_status no_memory(struct values *values) {
    return gdx_fail_memory(values->err, "values of metadata");
}

static size_t find_slot(const struct values *values, const uint32_t *slots, size_t slot_count, gdx_slice name) {
    size_t slot = gdx_checksum(name.data, name.bytes) & (slot_count - 1);
    while (slots[slot] && !gdx_slice_equal(values->names[slots[slot] - 1], name))
        slot = (slot + 1) & (slot_count - 1);
    return slot;
}

static gdx_status grow(struct values *values) {
    if ((values->count + 1) * 2 <= values->slot_count)
        return GDX_OK;
    size_t slot_count = values->slot_count ? values->slot_count * 2 : 64;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return no_memory(values);
    for (size_t i = 0; i < values->count; i++)
        slots[find_slot(values, slots, slot_count, values->names[i])] = (uint32_t)i + 1;
    free(values->slots);
    values->slots = slots;
    values->slot_count = slot_count;
    return GDX_OK;
}

static gdx_status add_name(struct values *values, gdx_slice name) {
    if (values->count > VALUES_MOST)
        return gdx_fail(values->err, GDX_TOO_LARGE,
                        "the key %.*s has more than %d different values; narrow the query by a filter",
                        GDX_SLICE_ARGUMENTS(gdx_keys_name(&values->key, 0)), VALUES_MOST);
    if (gdx_grow(&values->names, &values->capacity, values->count + 1, sizeof *values->names) != GDX_OK ||
        gdx_arena_copy(values->arena, name, &values->names[values->count]) != GDX_OK)
        return no_memory(values);
    values->count++;
    return GDX_OK;
}

static gdx_status number_of(struct values *values, gdx_slice name, uint32_t *out) {
    gdx_status status = grow(values);
    if (status != GDX_OK)
        return status;
    size_t slot = find_slot(values, values->slots, values->slot_count, name);
    if (values->slots[slot] == 0) {
        status = add_name(values, name);
        if (status != GDX_OK)
            return status;
        values->slots[slot] = (uint32_t)values->count;
    }
    *out = values->slots[slot] - 1;
    return GDX_OK;
}

// ---- a document

static gdx_status note(struct values *values, uint32_t number) {
    if (gdx_grow(&values->found, &values->found_capacity, values->found_count + 1, sizeof *values->found) != GDX_OK)
        return no_memory(values);
    values->found[values->found_count++] = number;
    return GDX_OK;
}

static gdx_status take(void *context, uint32_t key, gdx_slice value) {
    struct values *values = context;
    uint32_t number = 0;
    (void)key;
    if (!value.data) {
        values->has_left_out = true;
        return GDX_OK;
    }
    gdx_status status = number_of(values, value, &number);
    for (size_t i = 0; i < values->found_count && status == GDX_OK; i++)
        if (values->found[i] == number)
            return GDX_OK;
    if (status == GDX_OK && values->found_count == GDX_VALUES_MAX) {
        values->has_left_out = true;
        return GDX_OK;
    }
    return status == GDX_OK ? note(values, number) : status;
}

static gdx_status find_stored(struct values *values, gdx_segment *segment, uint32_t document, gdx_error *err) {
    enum { LOOK_EVERY = 256 };
    gdx_document head;
    gdx_status status = values->read_count++ % LOOK_EVERY ? GDX_OK : gdx_stop_check(values->stop, err);
    if (status == GDX_OK)
        status = gdx_store_read_head(values->reader, segment, document, &head, err);
    if (status == GDX_OK && gdx_metadata_values(head.metadata, &values->key, &values->scratch, take, values) != GDX_OK)
        status = err->status == GDX_OK ? no_memory(values) : err->status;
    return status;
}

static gdx_status find_in_column(struct values *values, const gdx_segment *segment, uint32_t document, gdx_error *err) {
    uint32_t count;
    const uint32_t *numbers = gdx_values_of(&values->column, document, &count);
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < count && status == GDX_OK; i++) {
        uint32_t own = numbers[i], number = 0;
        if (own >= values->column.value_count) {
            values->has_left_out = true;
            continue;
        }
        if (values->numbers[own] == 0) {
            gdx_slice name;
            status = gdx_segment_value(segment, &values->column, own, &name, err);
            if (status == GDX_OK)
                status = number_of(values, name, &number);
            if (status == GDX_OK)
                values->numbers[own] = number;
        }
        if (status == GDX_OK)
            status = note(values, values->numbers[own]);
    }
    return status;
}

static gdx_status enter_segment(struct values *values, size_t number, gdx_error *err) {
    const gdx_segment *segment = gdx_snapshot_segment(values->snapshot, number)->segment;
    gdx_slice none = {"", 0};
    uint32_t zero;
    gdx_status status =
        gdx_segment_values(segment, gdx_keys_name(&values->key, 0), &values->column, &values->has_column, err);
    if (status == GDX_OK)
        status = number_of(values, none, &zero); // the first of all
    if (status == GDX_OK && !values->has_column && !values->reader) {
        values->reader = gdx_store_reader_new(0);
        status = values->reader ? GDX_OK : no_memory(values);
    }
    size_t count = status == GDX_OK && values->has_column ? values->column.value_count : 0;
    if (status == GDX_OK &&
        gdx_grow(&values->numbers, &values->number_capacity, count + 1, sizeof *values->numbers) != GDX_OK)
        status = no_memory(values);
    if (status != GDX_OK)
        return status;
    memset(values->numbers, 0, count * sizeof *values->numbers);
    values->segment = number;
    return GDX_OK;
}

gdx_status values_find(struct values *values, const gdx_tallied *document, gdx_error *err) {
    values->err = err;
    values->found_count = 0;
    values->has_left_out = false;
    gdx_status status = GDX_OK;
    if (document->segment != values->segment)
        status = enter_segment(values, document->segment, err);
    if (status != GDX_OK)
        return status;
    gdx_segment *segment = gdx_snapshot_segment(values->snapshot, document->segment)->segment;
    status = values->has_column ? find_in_column(values, segment, document->document, err)
                                : find_stored(values, segment, document->document, err);
    if (status != GDX_OK)
        return status;
    values->left_out += values->has_left_out && document->matches;
    return values->found_count || values->has_left_out ? GDX_OK : note(values, 0);
}
