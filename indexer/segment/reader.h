// SPDX-License-Identifier: Apache-2.0
// reader.h: an open segment file as the other readers of this folder see it: sections of verified bytes.
// Relies on gdx/base.h, gdx/ngram.h for the numbers of symbols, layout.h. Threads: immutable after open, any thread.
#ifndef GDX_SEGMENT_READER_H
#define GDX_SEGMENT_READER_H

#include "gdx/base.h"
#include "gdx/ngram.h"
#include "gdx/segment.h"
#include "layout.h"
#include "shape.h"

#include "gdx/tokens.h"

#include <stdatomic.h>

struct gdx_segment { // immutable after open, any thread, save for what is atomic
    atomic_uint references;
    gdx_map map;
    char *path;
    gdx_segment_info info;
    uint64_t rule_fingerprint;
    uint32_t rule_number;
    uint32_t term_count;
    uint32_t word_count;
    uint32_t source_count;
    uint32_t group_count;
    uint32_t key_count;
    uint32_t value_count; // of all keys
    int store_level;
    gdx_shape shape;
    uint64_t section_offset[SECTION_COUNT];
    uint64_t section_bytes[SECTION_COUNT];
    const uint8_t *page_table;
    uint64_t paged_bytes; // of the file before the page table
    uint32_t page_count;
    _Atomic uint64_t *page_is_good;           // bit p % 64 of p / 64: page p has been verified
    _Atomic(gdx_token_table *) *token_tables; // of each range, read when it is first asked for; NULL: not yet
    atomic_bool columns_are_good;
    unsigned near_shift;
    _Atomic(uint32_t *) near; // see gdx_document_columns; NULL until they have been verified once
    _Atomic uint64_t damage;  // 1 + the page that failed its checksum last; 0: none
    gdx_file_stamp stamp;     // of the file when it was last looked at; of the thread that looks
    bool look_again;          // likewise: it had changed
};

// The one way to any byte of a section: bytes [offset, offset + bytes), their pages verified, which is checked once for
// each page. GDX_CORRUPT with file and offset when they lie outside the section or a page is damaged.
gdx_status segment_section(const gdx_segment *segment, int section, uint64_t offset, uint64_t bytes,
                           const uint8_t **out, gdx_error *err) GDX_MUST_CHECK;

// Whether a page has been verified.
static inline bool segment_page_is_good(const gdx_segment *segment, uint64_t page) {
    return atomic_load_explicit(&segment->page_is_good[page / 64], memory_order_relaxed) >> page % 64 & 1;
}

// Compares page `page` < page_count with its checksum, whether or not that was done before. One that fails is verified
// again whenever it is touched. GDX_CORRUPT.
gdx_status segment_verify_page(const gdx_segment *segment, uint64_t page, gdx_error *err) GDX_MUST_CHECK;

// Row `index` of a section of rows of `row_bytes`. A search reads dozens: nearly always it is in one page that is good.
static inline GDX_MUST_CHECK gdx_status segment_row(const gdx_segment *segment, int section, uint64_t index,
                                                    size_t row_bytes, const uint8_t **out, gdx_error *err) {
    uint64_t offset = index * row_bytes, begin = segment->section_offset[section] + offset;
    uint64_t page = begin / GDX_SEGMENT_PAGE_BYTES;
    if (offset + row_bytes <= segment->section_bytes[section] &&
        (begin + row_bytes - 1) / GDX_SEGMENT_PAGE_BYTES == page && segment_page_is_good(segment, page)) {
        *out = segment->map.data + begin;
        return GDX_OK;
    }
    return segment_section(segment, section, offset, row_bytes, out, err);
}
gdx_status segment_u32(const gdx_segment *segment, int section, uint64_t index, uint32_t *out,
                       gdx_error *err) GDX_MUST_CHECK;
gdx_status segment_u64(const gdx_segment *segment, int section, uint64_t index, uint64_t *out,
                       gdx_error *err) GDX_MUST_CHECK;

// Ranges of documents whose text has one table of tokens.
static inline uint32_t segment_range_count(const gdx_segment *segment) {
    return (uint32_t)(segment->section_bytes[SECTION_TOKEN_RANGES] / TOKEN_RANGE_BYTES);
}

// What the entries of its lists are below, but for lists of positions in a compact segment.
static inline uint32_t segment_list_limit(const gdx_segment *segment) {
    return shape_list_limit(segment->shape, segment->info.position_count, gdx_segment_block_count(segment));
}

// Where the footer starts in the file.
static inline uint64_t segment_footer_byte(const gdx_segment *segment) {
    return segment->map.bytes - FOOTER_BYTES;
}
// GDX_CORRUPT at that byte of the file: "<section> at byte N: <what>". `offset` counts from the section's start.
gdx_status segment_damaged(const gdx_segment *segment, int section, uint64_t offset, const char *what, gdx_error *err);

const char *segment_section_title(int section);

// Bytes [offset[index], offset[index + 1]) of a section of strings.
gdx_status segment_string(const gdx_segment *segment, int offsets, int strings, uint32_t index, gdx_slice *out,
                          gdx_error *err) GDX_MUST_CHECK;

// Of gdx_document_columns, documents.c.
unsigned documents_near_shift(const gdx_segment *segment);

#endif
