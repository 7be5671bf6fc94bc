// SPDX-License-Identifier: Apache-2.0
// values.c: reads the columns of metadata values. docs/format.md, "Metadata columns".
// A column is looked through when it is asked for, so that the loops over it need few checks of their own.

#include "reader.h"

uint32_t gdx_segment_key_count(const gdx_segment *segment) {
    return segment->key_count;
}

// Names are short and few: a key is read whenever it is asked for.
gdx_status gdx_segment_key(const gdx_segment *segment, uint32_t number, gdx_slice *out, gdx_error *err) {
    const uint8_t *row;
    gdx_status status = segment_row(segment, SECTION_KEYS, number, KEY_BYTES, &row, err);
    if (status != GDX_OK)
        return status;
    gdx_slice name = {(const char *)row + KEY_NAME, GDX_KEY_BYTES_MAX};
    while (name.bytes > 0 && name.data[name.bytes - 1] == '\0')
        name.bytes--;
    if (gdx_key_fault(name))
        return segment_damaged(segment, SECTION_KEYS, (uint64_t)number * KEY_BYTES, "no name of a key", err);
    *out = name;
    return GDX_OK;
}

// The number of a key; key_count: the segment has none of that name.
static gdx_status find_key(const gdx_segment *segment, gdx_slice key, uint32_t *out, gdx_error *err) {
    gdx_slice name = {NULL, 0};
    for (*out = 0; *out < segment->key_count; ++*out) {
        gdx_status status = gdx_segment_key(segment, *out, &name, err);
        if (status != GDX_OK || gdx_slice_equal(name, key))
            return status;
    }
    return GDX_OK;
}

gdx_status gdx_segment_has_keys(const gdx_segment *segment, const gdx_keys *keys, bool *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    bool has_all = true;
    for (uint32_t k = 0; k < keys->count && status == GDX_OK; k++) {
        uint32_t number = 0;
        status = find_key(segment, gdx_keys_name(keys, k), &number, err);
        has_all &= number < segment->key_count;
    }
    if (status == GDX_OK)
        *out = has_all;
    return status;
}

static gdx_status value_end(const gdx_segment *segment, uint32_t key, uint32_t *out, gdx_error *err) {
    const uint8_t *row;
    gdx_status status = segment_row(segment, SECTION_KEYS, key, KEY_BYTES, &row, err);
    if (status == GDX_OK)
        *out = gdx_load_u32(row + KEY_VALUE_END);
    return status;
}

// ---- a column

static gdx_status rows_of(const gdx_segment *segment, uint32_t key, gdx_values *values, gdx_error *err) {
    const uint8_t *rows, *lists;
    uint64_t bytes = (uint64_t)segment->info.document_count * 4;
    uint64_t list_bytes = segment->section_bytes[SECTION_VALUE_LISTS];
    gdx_status status = segment_section(segment, SECTION_DOCUMENT_VALUES, key * bytes, bytes, &rows, err);
    if (status == GDX_OK)
        status = segment_section(segment, SECTION_VALUE_LISTS, 0, list_bytes, &lists, err);
    if (status == GDX_OK) {
        values->rows = (const uint32_t *)(const void *)rows; // sections are aligned, and so is the map
        values->lists = (const uint32_t *)(const void *)lists;
        values->list_words = (uint32_t)(list_bytes / 4 < GDX_VALUE_LIST ? list_bytes / 4 : GDX_VALUE_LIST);
        values->count = segment->info.document_count;
    }
    return status;
}

static gdx_status find_values(const gdx_segment *segment, uint32_t key, gdx_values *values, gdx_error *err) {
    uint32_t end = 0;
    values->first = 0;
    gdx_status status = key ? value_end(segment, key - 1, &values->first, err) : GDX_OK;
    if (status == GDX_OK)
        status = value_end(segment, key, &end, err);
    if (status == GDX_OK && (end < values->first || end > segment->value_count))
        return segment_damaged(segment, SECTION_KEYS, (uint64_t)key * KEY_BYTES + KEY_VALUE_END, "values out of order",
                               err);
    values->value_count = end - values->first;
    return status;
}

static bool is_number(const gdx_values *values, uint32_t number) {
    return number < values->value_count || number == GDX_VALUE_LEFT_OUT;
}

static bool is_list(const gdx_values *values, uint32_t word) {
    uint32_t index = word - GDX_VALUE_LIST;
    if (index >= values->list_words)
        return false;
    uint32_t count = values->lists[index];
    if (count < 2 || count > GDX_VALUES_MAX + 1 || count >= values->list_words - index)
        return false;
    for (uint32_t i = 1; i <= count; i++)
        if (!is_number(values, values->lists[index + i]) ||
            (i > 1 && values->lists[index + i] <= values->lists[index + i - 1]))
            return false;
    return true;
}

static gdx_status check_rows(const gdx_segment *segment, uint32_t key, const gdx_values *values, gdx_error *err) {
    for (uint32_t d = 0; d < values->count; d++) {
        uint32_t word = values->rows[d];
        if (word != GDX_VALUE_NONE && !(word & GDX_VALUE_LIST ? is_list(values, word) : is_number(values, word)))
            return segment_damaged(segment, SECTION_DOCUMENT_VALUES, ((uint64_t)key * values->count + d) * 4,
                                   "no such value", err);
    }
    return GDX_OK;
}

gdx_status gdx_segment_values(const gdx_segment *segment, gdx_slice key, gdx_values *out, bool *out_has,
                              gdx_error *err) {
    gdx_values values = {0};
    uint32_t number;
    gdx_status status = find_key(segment, key, &number, err);
    bool has = status == GDX_OK && number < segment->key_count;
    if (has)
        status = find_values(segment, number, &values, err);
    if (status == GDX_OK && has)
        status = rows_of(segment, number, &values, err);
    if (status == GDX_OK && has)
        status = check_rows(segment, number, &values, err);
    if (status != GDX_OK)
        return status;
    *out_has = has;
    if (has)
        *out = values;
    return GDX_OK;
}

// ---- values

gdx_status gdx_segment_value(const gdx_segment *segment, const gdx_values *values, uint32_t number, gdx_slice *out,
                             gdx_error *err) {
    return segment_string(segment, SECTION_VALUE_OFFSETS, SECTION_VALUES, values->first + number, out, err);
}

gdx_status gdx_segment_find_value(const gdx_segment *segment, const gdx_values *values, gdx_slice value, uint32_t *out,
                                  gdx_error *err) {
    uint32_t low = 0, high = values->value_count;
    *out = values->value_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        gdx_slice found;
        gdx_status status = gdx_segment_value(segment, values, middle, &found, err);
        if (status != GDX_OK)
            return status;
        int order = gdx_slice_compare(found, value);
        if (order == 0)
            *out = middle;
        low = order < 0 ? middle + 1 : low;
        high = order > 0 ? middle : order == 0 ? low : high;
    }
    return GDX_OK;
}
