// SPDX-License-Identifier: Apache-2.0
// documents.c: reads the document table. docs/format.md, "Documents".
// The columns that queries loop over are checked once, values and all, so that the loops need no checks of their own.

#include "reader.h"

#include <stdlib.h>

// ---- columns

// Parts of one document ascend by position and do not descend by field; a document has the flag when it has any. None
// begins where the text does, or behind the last position of its document.
static gdx_status check_parts(const gdx_segment *segment, const gdx_document_columns *columns, gdx_error *err) {
    uint32_t row = 0;
    for (uint32_t d = 0; d < columns->count; d++) {
        uint32_t first = row;
        gdx_part_row before = {columns->text[d], GDX_FIELD_TEXT};
        for (; row < columns->part_count && columns->parts[row].begin < columns->begin[d + 1]; row++) {
            gdx_part_row part = columns->parts[row];
            if (part.begin <= before.begin || part.field < before.field || part.field >= GDX_FIELDS)
                return segment_damaged(segment, SECTION_PARTS, (uint64_t)row * PART_BYTES, "parts out of order", err);
            before = part;
        }
        if ((row > first) != ((columns->flags[d] & GDX_FLAG_PARTS) != 0))
            return segment_damaged(segment, SECTION_DOCUMENT_FLAGS, d, "another number of parts than it says", err);
    }
    if (row < columns->part_count)
        return segment_damaged(segment, SECTION_PARTS, (uint64_t)row * PART_BYTES, "a part of no document", err);
    return GDX_OK;
}

// Blocks are found by what the columns say of them.
static gdx_status check_groups(const gdx_segment *segment, const gdx_document_columns *columns, gdx_error *err) {
    uint64_t expected = 0;
    for (uint32_t d = 0; d < columns->count; d++) {
        if (columns->groups[d] != expected)
            return segment_damaged(segment, SECTION_DOCUMENT_GROUP, (uint64_t)d * 4, "groups out of order", err);
        expected += groups_of(columns->begin[d + 1] - columns->text[d]);
    }
    return expected == segment->group_count
               ? GDX_OK
               : segment_damaged(segment, SECTION_DOCUMENT_GROUP, (uint64_t)columns->count * 4,
                                 "another number of groups than there are", err);
}

static gdx_status check_columns(const gdx_segment *segment, const gdx_document_columns *columns, gdx_error *err) {
    if (columns->begin[0] != 0 || columns->begin[columns->count] != segment->info.position_count)
        return segment_damaged(segment, SECTION_DOCUMENT_BEGIN, 0, "does not span the positions", err);
    for (uint32_t d = 0; d < columns->count; d++) {
        uint32_t begin = columns->begin[d];
        uint32_t text = columns->text[d];
        uint32_t end = columns->begin[d + 1];
        if (begin >= text || text >= end) // each field has its end mark
            return segment_damaged(segment, SECTION_DOCUMENT_TEXT, (uint64_t)d * 4, "fields out of order", err);
        if (columns->flags[d] & ~(GDX_FLAG_TITLE_FROM_TEXT | GDX_FLAG_PARTS))
            return segment_damaged(segment, SECTION_DOCUMENT_FLAGS, d, "a flag that does not exist", err);
        if (!gdx_date_is_valid(columns->dates[d])) // a period of 2^23 years would be listed year by year
            return segment_damaged(segment, SECTION_DOCUMENT_DATE, (uint64_t)d * 4, "no date of the calendar", err);
        if (columns->sources[d] >= segment->source_count)
            return segment_damaged(segment, SECTION_DOCUMENT_SOURCE, (uint64_t)d * 4, "no such source", err);
    }
    gdx_status status = segment->shape != GDX_SHAPE_EXACT ? check_groups(segment, columns, err) : GDX_OK;
    return status == GDX_OK ? check_parts(segment, columns, err) : status;
}

static gdx_status column(const gdx_segment *segment, int section, uint64_t rows, const uint32_t **out, gdx_error *err) {
    const uint8_t *bytes;
    gdx_status status = segment_section(segment, section, 0, rows * 4, &bytes, err);
    if (status == GDX_OK)
        *out = (const uint32_t *)(const void *)bytes; // sections are aligned, and so is the map
    return status;
}

static gdx_status parts_column(const gdx_segment *segment, gdx_document_columns *columns, gdx_error *err) {
    const uint8_t *bytes;
    uint64_t all = segment->section_bytes[SECTION_PARTS];
    gdx_status status = segment_section(segment, SECTION_PARTS, 0, all, &bytes, err);
    if (status == GDX_OK) {
        columns->parts = (const gdx_part_row *)(const void *)bytes;
        columns->part_count = (uint32_t)(all / PART_BYTES);
    }
    return status;
}

// ---- the document of a position

enum { NEAR_DOCUMENTS = 3 }; // documents that begin within a row of `near`, mostly: so many are compared at once

// One or two rows of `near` for each document: then few have more documents than are compared at once.
unsigned documents_near_shift(const gdx_segment *segment) {
    unsigned shift = 0;
    while (segment->info.position_count >> shift > 2 * (uint64_t)segment->info.document_count)
        shift++;
    return shift;
}

// Of verified columns. Two threads may make it at once: one of theirs stays.
static gdx_status make_near(const gdx_segment *segment, const gdx_document_columns *columns, gdx_error *err) {
    size_t rows = ((size_t)segment->info.position_count >> columns->near_shift) + 2;
    uint32_t *near = malloc(rows * sizeof *near);
    if (!near)
        return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for its documents");
    uint32_t document = 0;
    for (size_t i = 0; i < rows; i++) {
        while (document + 1 < columns->count && columns->begin[document + 1] <= i << columns->near_shift)
            document++;
        near[i] = document;
    }
    uint32_t *none = NULL; // of a const segment: what is remembered changes nothing that can be seen
    if (!atomic_compare_exchange_strong(&((gdx_segment *)segment)->near, &none, near))
        free(near);
    return GDX_OK;
}

static uint32_t search_document(const uint32_t *begin, uint64_t low, uint64_t high, uint32_t position) {
    while (high - low > 1) { // begin[high] > position, or there is no document high
        uint64_t middle = low + (high - low) / 2;
        if (begin[middle] <= position)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

// Also when the columns have changed since they were verified the answer is a document between those of two rows.
static inline uint32_t document_near(const gdx_document_columns *columns, uint32_t position) {
    const uint32_t *near = columns->near + (position >> columns->near_shift);
    uint32_t low = near[0], high = near[1];
    if (high - low > NEAR_DOCUMENTS || columns->count - low < NEAR_DOCUMENTS)
        return search_document(columns->begin, low, (uint64_t)high + 1, position);
    const uint32_t *begin = columns->begin + low;
    uint32_t document = low + (begin[1] <= position) + (begin[2] <= position) + (begin[3] <= position);
    return document < high ? document : high;
}

static inline uint32_t document_at(const gdx_document_columns *columns, uint32_t position, uint32_t from) {
    uint32_t document = columns->near ? document_near(columns, position)
                                      : search_document(columns->begin, from, columns->count, position);
    return document > from ? document : from;
}

uint32_t gdx_columns_document_at(const gdx_document_columns *columns, uint32_t position, uint32_t from) {
    return document_at(columns, position, from);
}

_Static_assert((int)GDX_BLOCK_SYMBOLS == (int)GDX_GROUP_SYMBOLS, "a block of a body is a group of its text");

static inline uint32_t title_block(const gdx_document_columns *columns, uint32_t document) {
    return columns->groups[document] + document;
}

// A document that is mostly near that of a block, by the positions that blocks have on the average. Also when the
// columns have changed since they were verified it is a document, at or after `from`.
static uint32_t guess_document(const gdx_document_columns *columns, uint32_t block, uint32_t from) {
    uint32_t blocks = title_block(columns, columns->count);
    if (!columns->near || block >= blocks)
        return from;
    return document_at(columns, (uint32_t)((uint64_t)block * columns->position_count / blocks), from);
}

// The document whose title's block is the last that is at or before the block. Mostly it is `from` or one after it,
// else it is near the guess; steps double.
static uint32_t document_of_block(const gdx_document_columns *columns, uint32_t block, uint32_t from) {
    enum { SOON = 8 };
    uint32_t low = from, high = columns->count, step = 1; // low begins at or before the block, and high does not
    for (; step <= SOON && high - low > step && title_block(columns, low + step) <= block; step *= 2)
        low += step;
    if (step <= SOON) {
        high = high - low > step ? low + step : high;
    } else {
        uint32_t guess = guess_document(columns, block, low);
        step = 1;
        if (title_block(columns, guess) <= block) {
            for (low = guess; high - low > step && title_block(columns, low + step) <= block; step *= 2)
                low += step;
            high = high - low > step ? low + step : high;
        } else {
            for (high = guess; high - low > step && title_block(columns, high - step) > block; step *= 2)
                high -= step;
            low = high - low > step ? high - step : low;
        }
    }
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (title_block(columns, middle) <= block)
            low = middle;
        else
            high = middle;
    }
    return low;
}

gdx_position_range gdx_columns_block_range(const gdx_document_columns *columns, uint32_t block, uint32_t from,
                                           uint32_t *out_document) {
    uint32_t low = document_of_block(columns, block, from);
    *out_document = low;
    uint32_t within = block - columns->groups[low] - low; // 0: the title; modulo 2^32 when the file has changed
    uint32_t begin = columns->begin[low], text = columns->text[low], end = columns->begin[low + 1];
    if (within == 0)
        return (gdx_position_range){begin, text};
    uint64_t from_text = (uint64_t)(within - 1) * GDX_GROUP_SYMBOLS + text;
    if (from_text >= end)
        return (gdx_position_range){end, end};
    return (gdx_position_range){(uint32_t)from_text,
                                end - from_text < GDX_GROUP_SYMBOLS ? end : (uint32_t)from_text + GDX_GROUP_SYMBOLS};
}

size_t gdx_columns_count(const gdx_document_columns *columns, const uint32_t *positions, size_t count,
                         uint32_t *documents, uint32_t *counts) {
    const gdx_document_columns kept = *columns; // nothing that is written changes it
    size_t found = 0;
    if (count == 0)
        return 0;
    uint32_t last = document_at(&kept, positions[0], 0);
    for (size_t i = 0; i < count; i++) { // hardly a branch depends on a position
        uint32_t document = document_at(&kept, positions[i], last);
        found += document != last;
        documents[found] = last = document;
        counts[found] = (uint32_t)i + 1; // where its positions end
    }
    for (size_t i = found; i > 0; i--)
        counts[i] -= counts[i - 1];
    return found + 1;
}

// ---- columns

// Their pages verified.
static gdx_status read_columns(const gdx_segment *segment, gdx_document_columns *columns, gdx_error *err) {
    gdx_status status = column(segment, SECTION_DOCUMENT_BEGIN, (uint64_t)columns->count + 1, &columns->begin, err);
    if (status == GDX_OK)
        status = column(segment, SECTION_DOCUMENT_TEXT, columns->count, &columns->text, err);
    if (status == GDX_OK)
        status = segment_section(segment, SECTION_DOCUMENT_FLAGS, 0, columns->count, &columns->flags, err);
    if (status == GDX_OK)
        status = parts_column(segment, columns, err);
    if (status == GDX_OK)
        status = column(segment, SECTION_DOCUMENT_DATE, columns->count, &columns->dates, err);
    if (status == GDX_OK)
        status = column(segment, SECTION_DOCUMENT_SOURCE, columns->count, &columns->sources, err);
    if (status == GDX_OK && segment->shape != GDX_SHAPE_EXACT)
        status = column(segment, SECTION_DOCUMENT_GROUP, (uint64_t)columns->count + 1, &columns->groups, err);
    return status;
}

static const void *section_bytes(const gdx_segment *segment, int section) {
    return segment->map.data + segment->section_offset[section];
}

// Every query asks for them in every segment, so that what has been verified is not looked through page by page.
static void take_columns(const gdx_segment *segment, gdx_document_columns *columns) {
    columns->begin = section_bytes(segment, SECTION_DOCUMENT_BEGIN);
    columns->text = section_bytes(segment, SECTION_DOCUMENT_TEXT);
    columns->flags = section_bytes(segment, SECTION_DOCUMENT_FLAGS);
    columns->parts = section_bytes(segment, SECTION_PARTS);
    columns->part_count = (uint32_t)(segment->section_bytes[SECTION_PARTS] / PART_BYTES);
    columns->dates = section_bytes(segment, SECTION_DOCUMENT_DATE);
    columns->sources = section_bytes(segment, SECTION_DOCUMENT_SOURCE);
    if (segment->shape != GDX_SHAPE_EXACT)
        columns->groups = section_bytes(segment, SECTION_DOCUMENT_GROUP);
}

gdx_status gdx_segment_columns(const gdx_segment *segment, gdx_document_columns *out, gdx_error *err) {
    gdx_document_columns columns = {.count = segment->info.document_count,
                                    .near_shift = segment->near_shift,
                                    .position_count = segment->info.position_count,
                                    .span_shift = shape_span_shift(segment->shape)};
    gdx_status status = GDX_OK;
    if (atomic_load_explicit(&segment->columns_are_good, memory_order_relaxed)) {
        take_columns(segment, &columns);
    } else {
        status = read_columns(segment, &columns, err);
        if (status == GDX_OK)
            status = check_columns(segment, &columns, err);
        if (status == GDX_OK && !atomic_load_explicit(&segment->near, memory_order_acquire))
            status = make_near(segment, &columns, err);
        if (status == GDX_OK) // of a const segment: what is remembered changes nothing that can be seen
            atomic_store_explicit((atomic_bool *)&segment->columns_are_good, true, memory_order_relaxed);
    }
    columns.near = atomic_load_explicit(&segment->near, memory_order_acquire);
    if (status == GDX_OK)
        *out = columns;
    return status;
}

// ---- fields

// The first row from where `position` or a later one begins.
static uint32_t first_part(const gdx_document_columns *columns, uint32_t position) {
    uint32_t low = 0;
    uint32_t high = columns->part_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (columns->parts[middle].begin < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const gdx_part_row *gdx_columns_parts(const gdx_document_columns *columns, uint32_t document, uint32_t *out_count) {
    *out_count = 0;
    if (!(columns->flags[document] & GDX_FLAG_PARTS))
        return NULL;
    uint32_t first = first_part(columns, columns->text[document]);
    uint32_t end = first_part(columns, columns->begin[document + 1]);
    *out_count = end > first ? end - first : 0;
    return columns->parts + first;
}

// How many of a document's parts come before those of `field` and later ones. A document may have thousands of notes,
// and this is asked for each of its terms.
static uint32_t parts_before(const gdx_part_row *parts, uint32_t count, uint32_t field) {
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (parts[middle].field < field)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Where the first part of `field` or a later one begins, or the document ends.
static uint32_t field_begin(const gdx_document_columns *columns, uint32_t document, uint32_t field) {
    uint32_t count;
    const gdx_part_row *parts = gdx_columns_parts(columns, document, &count);
    uint32_t before = parts_before(parts, count, field);
    return before < count ? parts[before].begin : columns->begin[document + 1];
}

gdx_position_range gdx_columns_counted(const gdx_document_columns *columns, uint32_t document) {
    uint8_t flags = columns->flags[document];
    gdx_position_range range = {columns->begin[document], columns->begin[document + 1]};
    if (flags & GDX_FLAG_TITLE_FROM_TEXT)
        range.begin = columns->text[document];
    if (flags & GDX_FLAG_PARTS)
        range.end = field_begin(columns, document, GDX_FIELD_FURNITURE);
    return range;
}

gdx_position_range gdx_columns_field(const gdx_document_columns *columns, uint32_t document, gdx_field field) {
    if (field == GDX_FIELD_TITLE)
        return (gdx_position_range){columns->begin[document], columns->text[document]};
    uint32_t begin =
        field == GDX_FIELD_TEXT ? columns->text[document] : field_begin(columns, document, (uint32_t)field);
    return (gdx_position_range){begin, field_begin(columns, document, (uint32_t)field + 1)};
}

gdx_position_range gdx_columns_part_at(const gdx_document_columns *columns, uint32_t document, uint32_t position) {
    uint32_t text = columns->text[document];
    if (position < text)
        return (gdx_position_range){columns->begin[document], text};
    gdx_position_range range = {text, columns->begin[document + 1]};
    if (!(columns->flags[document] & GDX_FLAG_PARTS))
        return range;
    uint32_t next = first_part(columns, position + 1);
    if (next < columns->part_count && columns->parts[next].begin < range.end)
        range.end = columns->parts[next].begin;
    if (next > 0 && columns->parts[next - 1].begin > text)
        range.begin = columns->parts[next - 1].begin;
    return range;
}

uint32_t gdx_columns_length(const gdx_document_columns *columns, uint32_t document) {
    if (columns->flags[document] == 0)
        return columns->begin[document + 1] - columns->begin[document] - 2;
    gdx_position_range counted = gdx_columns_counted(columns, document);
    uint32_t marks = columns->flags[document] & GDX_FLAG_TITLE_FROM_TEXT ? 1 : 2;
    uint32_t count;
    const gdx_part_row *parts = gdx_columns_parts(columns, document, &count);
    marks += parts_before(parts, count, GDX_FIELD_FURNITURE);
    return counted.end - counted.begin - marks;
}

// ---- ids

gdx_status gdx_segment_id(const gdx_segment *segment, uint32_t document, gdx_slice *out, gdx_error *err) {
    return segment_string(segment, SECTION_DOCUMENT_ID, SECTION_IDS, document, out, err);
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
    return segment_string(segment, SECTION_SOURCE_OFFSETS, SECTION_SOURCES, source, out, err);
}
