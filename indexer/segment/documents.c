// SPDX-License-Identifier: Apache-2.0
// documents.c: reads the document table. docs/format.md, "Documents".
// The columns that queries loop over are checked once, values and all, so that the loops need no checks of their own.

#include "reader.h"

// ---- columns

static gdx_status check_columns(const gdx_segment *segment, const gdx_document_columns *columns, gdx_error *err) {
    if (columns->begin[0] != 0 || columns->begin[columns->count] != segment->info.position_count)
        return segment_damaged(segment, SECTION_DOCUMENT_BEGIN, 0, "does not span the positions", err);
    for (uint32_t d = 0; d < columns->count; d++) {
        uint32_t begin = columns->begin[d];
        uint32_t text = columns->text[d];
        uint32_t end = columns->begin[d + 1];
        if (begin >= text || text >= end) // each field has its end mark
            return segment_damaged(segment, SECTION_DOCUMENT_TEXT, (uint64_t)d * 4, "fields out of order", err);
        if (columns->flags[d] & ~GDX_FLAG_TITLE_FROM_TEXT)
            return segment_damaged(segment, SECTION_DOCUMENT_FLAGS, d, "a flag that does not exist", err);
        if (!gdx_date_is_valid(columns->dates[d])) // a period of 2^23 years would be listed year by year
            return segment_damaged(segment, SECTION_DOCUMENT_DATE, (uint64_t)d * 4, "no date of the calendar", err);
        if (columns->sources[d] >= segment->source_count)
            return segment_damaged(segment, SECTION_DOCUMENT_SOURCE, (uint64_t)d * 4, "no such source", err);
    }
    return GDX_OK;
}

static gdx_status column(const gdx_segment *segment, int section, uint64_t rows, const uint32_t **out, gdx_error *err) {
    const uint8_t *bytes;
    gdx_status status = segment_section(segment, section, 0, rows * 4, &bytes, err);
    if (status == GDX_OK)
        *out = (const uint32_t *)(const void *)bytes; // sections are aligned, and so is the map
    return status;
}

gdx_status gdx_segment_columns(const gdx_segment *segment, gdx_document_columns *out, gdx_error *err) {
    gdx_document_columns columns = {.count = segment->info.document_count};
    gdx_status status = column(segment, SECTION_DOCUMENT_BEGIN, (uint64_t)columns.count + 1, &columns.begin, err);
    if (status == GDX_OK)
        status = column(segment, SECTION_DOCUMENT_TEXT, columns.count, &columns.text, err);
    if (status == GDX_OK)
        status = segment_section(segment, SECTION_DOCUMENT_FLAGS, 0, columns.count, &columns.flags, err);
    if (status == GDX_OK)
        status = column(segment, SECTION_DOCUMENT_DATE, columns.count, &columns.dates, err);
    if (status == GDX_OK)
        status = column(segment, SECTION_DOCUMENT_SOURCE, columns.count, &columns.sources, err);
    if (status == GDX_OK && !atomic_load_explicit(&segment->columns_are_good, memory_order_relaxed)) {
        status = check_columns(segment, &columns, err);
        if (status == GDX_OK) // of a const segment: what is remembered changes nothing that can be seen
            atomic_store_explicit((atomic_bool *)&segment->columns_are_good, true, memory_order_relaxed);
    }
    if (status == GDX_OK)
        *out = columns;
    return status;
}

uint32_t gdx_columns_document_at(const gdx_document_columns *columns, uint32_t position, uint32_t from) {
    const uint32_t *begin = columns->begin;
    uint64_t step = 1;
    uint64_t low = from; // begin[low] <= position
    uint64_t high = low + 1;
    while (high < columns->count && begin[high] <= position) {
        low = high;
        step *= 2;
        high = low + step;
    }
    if (high > columns->count)
        high = columns->count;
    while (high - low > 1) { // begin[high] > position, or there is no document high
        uint64_t middle = low + (high - low) / 2;
        if (begin[middle] <= position)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

// ---- ids

// Bytes [offset[index], offset[index + 1]) of a section of strings.
static gdx_status string_at(const gdx_segment *segment, int offsets, int strings, uint32_t index, gdx_slice *out,
                            gdx_error *err) {
    const uint8_t *row;
    gdx_status status = segment_section(segment, offsets, (uint64_t)index * 4, 8, &row, err);
    if (status != GDX_OK)
        return status;
    uint32_t begin = gdx_load_u32(row);
    uint32_t end = gdx_load_u32(row + 4);
    if (begin > end)
        return segment_damaged(segment, offsets, (uint64_t)index * 4, "offsets out of order", err);
    const uint8_t *bytes;
    status = segment_section(segment, strings, begin, end - begin, &bytes, err);
    if (status == GDX_OK)
        *out = (gdx_slice){(const char *)bytes, end - begin};
    return status;
}

gdx_status gdx_segment_id(const gdx_segment *segment, uint32_t document, gdx_slice *out, gdx_error *err) {
    return string_at(segment, SECTION_DOCUMENT_ID, SECTION_IDS, document, out, err);
}

gdx_status gdx_segment_hash(const gdx_segment *segment, uint32_t document, uint64_t *out, gdx_error *err) {
    return segment_u64(segment, SECTION_DOCUMENT_HASH, document, out, err);
}

gdx_status gdx_segment_by_id(const gdx_segment *segment, uint32_t index, uint32_t *out_document, gdx_error *err) {
    uint32_t document;
    gdx_status status = segment_u32(segment, SECTION_ID_ORDER, index, &document, err);
    if (status != GDX_OK)
        return status;
    if (document >= segment->info.document_count)
        return segment_damaged(segment, SECTION_ID_ORDER, (uint64_t)index * 4, "no such document", err);
    *out_document = document;
    return GDX_OK;
}

// The first index of the order whose id is not before `id`; with `is_prefix`, ids that begin with `id` count as before
// it.
static gdx_status id_bound(const gdx_segment *segment, gdx_slice id, bool is_prefix, uint32_t *out, gdx_error *err) {
    uint32_t low = 0;
    uint32_t high = segment->info.document_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t document;
        gdx_slice found;
        gdx_status status = gdx_segment_by_id(segment, middle, &document, err);
        if (status == GDX_OK)
            status = gdx_segment_id(segment, document, &found, err);
        if (status != GDX_OK)
            return status;
        if (is_prefix && found.bytes > id.bytes)
            found.bytes = id.bytes;
        int order = gdx_slice_compare(found, id);
        if (order < 0 || (is_prefix && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    *out = low;
    return GDX_OK;
}

gdx_status gdx_segment_find_id(const gdx_segment *segment, gdx_slice id, uint32_t *out_document, bool *out_has,
                               gdx_error *err) {
    uint32_t index;
    uint32_t document = 0;
    gdx_slice found = {NULL, 0};
    gdx_status status = id_bound(segment, id, false, &index, err);
    bool has = status == GDX_OK && index < segment->info.document_count;
    if (has)
        status = gdx_segment_by_id(segment, index, &document, err);
    if (has && status == GDX_OK)
        status = gdx_segment_id(segment, document, &found, err);
    if (status != GDX_OK)
        return status;
    *out_has = has && gdx_slice_equal(found, id);
    if (*out_has)
        *out_document = document;
    return GDX_OK;
}

gdx_status gdx_segment_id_prefix(const gdx_segment *segment, gdx_slice prefix, uint32_t *out_low, uint32_t *out_high,
                                 gdx_error *err) {
    uint32_t low;
    uint32_t high;
    gdx_status status = id_bound(segment, prefix, false, &low, err);
    if (status == GDX_OK)
        status = id_bound(segment, prefix, true, &high, err);
    if (status != GDX_OK)
        return status;
    *out_low = low;
    *out_high = high < low ? low : high; // a damaged order may cross them
    return GDX_OK;
}

// ---- sources

uint32_t gdx_segment_source_count(const gdx_segment *segment) {
    return segment->source_count;
}

gdx_status gdx_segment_source(const gdx_segment *segment, uint32_t source, gdx_slice *out, gdx_error *err) {
    return string_at(segment, SECTION_SOURCE_OFFSETS, SECTION_SOURCES, source, out, err);
}
