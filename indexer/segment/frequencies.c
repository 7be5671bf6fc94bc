// SPDX-License-Identifier: Apache-2.0
// frequencies.c: lists of (document, count), in packed columns of 128 entries.
// docs/format.md, "Frequencies". A symbol like 的 begins thousands of terms; counting its documents from their postings
// would unpack a thirtieth of the index.

#include "frequencies.h"

#include "layout.h"
#include "pack.h"
#include "reader.h"

enum { BLOCK = GDX_FREQUENCIES_PER_BLOCK };

bool frequencies_is_frequent(uint64_t occurrences, uint32_t position_count, uint32_t document_count) {
    if (occurrences < GDX_FREQUENCY_MINIMUM)
        return false;
    if (occurrences * GDX_FREQUENCY_ALWAYS >= position_count)
        return true;
    return occurrences * GDX_FREQUENCY_OFTEN >= position_count &&
           occurrences >= (uint64_t)document_count * GDX_FREQUENCY_PER_DOCUMENT;
}

struct columns {           // of one block
    uint32_t gap[BLOCK];   // documents skipped since the entry before
    uint32_t count[BLOCK]; // less 1
};

static gdx_status append_columns(const struct columns *columns, size_t count, gdx_buffer *out) {
    gdx_status status = pack_append(columns->gap, count, out);
    if (status == GDX_OK)
        status = pack_append(columns->count, count, out);
    return status;
}

gdx_status frequencies_encode(const uint32_t *counts, uint32_t document_count, gdx_buffer *out,
                              uint32_t *out_documents) {
    struct columns columns;
    size_t filled = 0;
    uint32_t documents = 0;
    uint32_t next = 0; // the document after the last entry
    gdx_status status = GDX_OK;
    for (uint32_t d = 0; d < document_count && status == GDX_OK; d++) {
        if (counts[d] == 0)
            continue;
        columns.gap[filled] = d - next;
        columns.count[filled] = counts[d] - 1;
        next = d + 1;
        documents++;
        if (++filled == BLOCK) {
            status = append_columns(&columns, filled, out);
            filled = 0;
        }
    }
    if (status == GDX_OK && filled)
        status = append_columns(&columns, filled, out);
    *out_documents = documents;
    return status;
}

// ---- reading

// The row of a symbol, or NULL.
static gdx_status find_row(const gdx_segment *segment, uint32_t symbol, const uint8_t **out, uint64_t *out_end,
                           gdx_error *err) {
    uint64_t low = 0;
    uint64_t count = segment->section_bytes[SECTION_FREQUENCY_SYMBOLS] / FREQUENCY_SYMBOL_BYTES;
    uint64_t high = count;
    *out = NULL;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const uint8_t *row;
        gdx_status status = segment_row(segment, SECTION_FREQUENCY_SYMBOLS, middle, FREQUENCY_SYMBOL_BYTES, &row, err);
        if (status != GDX_OK)
            return status;
        uint32_t found = gdx_load_u32(row + FREQUENCY_SYMBOL_SYMBOL);
        if (found == symbol) {
            *out = row;
            *out_end = segment->section_bytes[SECTION_FREQUENCIES];
            if (middle + 1 == count)
                return GDX_OK;
            status = segment_row(segment, SECTION_FREQUENCY_SYMBOLS, middle + 1, FREQUENCY_SYMBOL_BYTES, &row, err);
            if (status == GDX_OK)
                *out_end = gdx_load_u64(row + FREQUENCY_SYMBOL_OFFSET);
            return status;
        }
        if (found < symbol)
            low = middle + 1;
        else
            high = middle;
    }
    return GDX_OK;
}

// Reads one block of a list; *next is the document after the last entry.
static bool read_block(const uint8_t **at, const uint8_t *end, size_t count, uint32_t document_count, uint32_t *next,
                       gdx_frequency *out) {
    struct columns columns;
    if (!pack_read(at, end, count, columns.gap) || !pack_read(at, end, count, columns.count))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint64_t document = (uint64_t)*next + columns.gap[i];
        if (document >= document_count || columns.count[i] == UINT32_MAX)
            return false;
        out[i] = (gdx_frequency){(uint32_t)document, columns.count[i] + 1};
        *next = (uint32_t)document + 1;
    }
    return true;
}

static gdx_status read_list(const gdx_segment *segment, const uint8_t *row, uint64_t list_end, gdx_frequency **array,
                            size_t *count, size_t *capacity, gdx_error *err) {
    uint64_t offset = gdx_load_u64(row + FREQUENCY_SYMBOL_OFFSET);
    uint32_t documents = gdx_load_u32(row + FREQUENCY_SYMBOL_DOCUMENTS);
    if (offset > list_end || documents > segment->info.document_count)
        return segment_damaged(segment, SECTION_FREQUENCIES, offset, "a list out of place", err);
    const uint8_t *at;
    gdx_status status = segment_section(segment, SECTION_FREQUENCIES, offset, list_end - offset, &at, err);
    if (status != GDX_OK)
        return status;
    const uint8_t *end = at + (list_end - offset);
    if (gdx_grow(array, capacity, *count + documents, sizeof **array) != GDX_OK)
        return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for %u frequencies", documents);
    uint32_t next = 0;
    for (uint32_t done = 0; done < documents; done += BLOCK) {
        size_t in_block = documents - done < BLOCK ? documents - done : BLOCK;
        if (!read_block(&at, end, in_block, segment->info.document_count, &next, *array + *count + done))
            return segment_damaged(segment, SECTION_FREQUENCIES, offset, "a list that does not decode", err);
    }
    *count += documents;
    return GDX_OK;
}

gdx_status gdx_segment_frequencies(const gdx_segment *segment, uint32_t symbol, gdx_frequency **array, size_t *count,
                                   size_t *capacity, bool *out_has, gdx_error *err) {
    const uint8_t *row = NULL;
    uint64_t list_end = 0;
    gdx_status status = find_row(segment, symbol, &row, &list_end, err);
    if (status == GDX_OK && row)
        status = read_list(segment, row, list_end, array, count, capacity, err);
    if (status == GDX_OK)
        *out_has = row != NULL;
    return status;
}

gdx_status gdx_segment_size_frequencies(const gdx_segment *segment, uint32_t symbol, uint32_t *out, gdx_error *err) {
    const uint8_t *row = NULL;
    uint64_t list_end = 0;
    gdx_status status = find_row(segment, symbol, &row, &list_end, err);
    if (status == GDX_OK)
        *out = row ? gdx_load_u32(row + FREQUENCY_SYMBOL_DOCUMENTS) : 0;
    return status;
}
