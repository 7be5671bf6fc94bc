// SPDX-License-Identifier: Apache-2.0
// reader.c: opens a segment file and hands out verified bytes of it. docs/format.md, "Segment".
// Opening reads the footer, the page table and the first page alone. Every other page is checked against the table when
// it is first touched; a bit for each page remembers it, so that reading again costs one atomic load.
// A segment is closed when its map is broken (gdx/file.h): what a call has read since may be zeros. It is damaged when
// a page fails its checksum; then calls that need no such page go on.

#include "reader.h"

#include "sink.h"
#include "term_filter.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const section_titles[SECTION_COUNT] = {
#define GDX_SECTION_TITLE(name, title) title,
    GDX_SEGMENT_SECTIONS(GDX_SECTION_TITLE)
#undef GDX_SECTION_TITLE
};

const char *segment_section_title(int section) {
    return section_titles[section];
}

gdx_status segment_damaged(const gdx_segment *segment, int section, uint64_t offset, const char *what, gdx_error *err) {
    uint64_t byte = segment->section_offset[section] + offset;
    return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, byte, "%s at byte %" PRIu64 ": %s; the file is damaged",
                            section_titles[section], byte, what);
}

gdx_status gdx_segment_check(const gdx_segment *segment, gdx_error *err) {
    uint64_t byte;
    if (!gdx_map_is_broken(&segment->map, &byte))
        return GDX_OK;
    return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, byte,
                            "byte %" PRIu64 " cannot be read: the file was cut short or overwritten while it was "
                            "open, or its disk fails",
                            byte);
}

static gdx_status bad_page(const gdx_segment *segment, uint64_t page, uint64_t found, uint64_t expected,
                           gdx_error *err) {
    uint64_t begin = page * GDX_SEGMENT_PAGE_BYTES;
    _Atomic uint64_t *damage = &((gdx_segment *)segment)->damage;
    if (gdx_segment_check(segment, err) != GDX_OK) // then these are not the file's bytes
        return GDX_CORRUPT;
    atomic_fetch_and_explicit(&segment->page_is_good[page / 64], ~((uint64_t)1 << page % 64), memory_order_relaxed);
    atomic_store_explicit(damage, page + 1, memory_order_relaxed);
    atomic_store_explicit((atomic_bool *)&segment->columns_are_good, false, memory_order_relaxed); // it may be theirs
    return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, begin,
                            "page at byte %" PRIu64 ": checksum %016" PRIx64 ", expected %016" PRIx64
                            "; the file is damaged",
                            begin, found, expected);
}

gdx_status segment_verify_page(const gdx_segment *segment, uint64_t page, gdx_error *err) {
    uint64_t begin = page * GDX_SEGMENT_PAGE_BYTES;
    uint64_t left = segment->paged_bytes - begin;
    size_t bytes = left < GDX_SEGMENT_PAGE_BYTES ? (size_t)left : GDX_SEGMENT_PAGE_BYTES;
    uint64_t expected = gdx_load_u64(segment->page_table + page * 8);
    uint64_t found = gdx_checksum(segment->map.data + begin, bytes);
    if (found != expected)
        return bad_page(segment, page, found, expected, err);
    atomic_fetch_or_explicit(&segment->page_is_good[page / 64], (uint64_t)1 << page % 64, memory_order_relaxed);
    return GDX_OK;
}

gdx_status segment_section(const gdx_segment *segment, int section, uint64_t offset, uint64_t bytes,
                           const uint8_t **out, gdx_error *err) {
    uint64_t section_bytes = segment->section_bytes[section];
    if (offset > section_bytes || bytes > section_bytes - offset)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment->section_offset[section] + offset,
                                "%s: bytes %" PRIu64 " to %" PRIu64 " asked for, it has %" PRIu64
                                "; the file is damaged",
                                section_titles[section], offset, offset + bytes, section_bytes);
    uint64_t begin = segment->section_offset[section] + offset;
    *out = segment->map.data + begin;
    if (bytes == 0)
        return GDX_OK;
    uint64_t last = (begin + bytes - 1) / GDX_SEGMENT_PAGE_BYTES;
    for (uint64_t page = begin / GDX_SEGMENT_PAGE_BYTES; page <= last; page++)
        if (!segment_page_is_good(segment, page)) {
            gdx_status status = segment_verify_page(segment, page, err);
            if (status != GDX_OK)
                return status;
        }
    return GDX_OK;
}

gdx_status segment_u32(const gdx_segment *segment, int section, uint64_t index, uint32_t *out, gdx_error *err) {
    const uint8_t *at;
    gdx_status status = segment_row(segment, section, index, 4, &at, err);
    if (status == GDX_OK)
        *out = gdx_load_u32(at);
    return status;
}

gdx_status segment_u64(const gdx_segment *segment, int section, uint64_t index, uint64_t *out, gdx_error *err) {
    const uint8_t *at;
    gdx_status status = segment_row(segment, section, index, 8, &at, err);
    if (status == GDX_OK)
        *out = gdx_load_u64(at);
    return status;
}

gdx_status segment_string(const gdx_segment *segment, int offsets, int strings, uint32_t index, gdx_slice *out,
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

// ---- opening

static gdx_status check_header(gdx_segment *segment, gdx_error *err) {
    const uint8_t *header = segment->map.data;
    if (segment->map.bytes < HEADER_BYTES + FOOTER_BYTES)
        return gdx_fail_at(err, GDX_CORRUPT, segment->path,
                           "%zu bytes, a segment needs at least %d; the file is cut short", segment->map.bytes,
                           HEADER_BYTES + FOOTER_BYTES);
    if (memcmp(header + HEADER_MAGIC, GDX_SEGMENT_MAGIC, 8) != 0)
        return gdx_fail_at(err, GDX_CORRUPT, segment->path, "byte 0 does not begin a segment; the file is damaged");
    uint32_t version = gdx_load_u32(header + HEADER_VERSION);
    if (version == 1)
        return gdx_fail_at_byte(err, GDX_UNSUPPORTED, segment->path, HEADER_VERSION,
                                "made by gramdex 0.1; index the documents anew: gramdex index --index NEW PATH...");
    if (version != GDX_SEGMENT_VERSION)
        return gdx_fail_at_byte(err, GDX_UNSUPPORTED, segment->path, HEADER_VERSION,
                                "byte %d: format version %" PRIu32 ", this program reads version %d", HEADER_VERSION,
                                version, GDX_SEGMENT_VERSION);
    uint32_t page_bytes = gdx_load_u32(header + HEADER_PAGE_BYTES);
    if (page_bytes != GDX_SEGMENT_PAGE_BYTES)
        return gdx_fail_at_byte(err, GDX_UNSUPPORTED, segment->path, HEADER_PAGE_BYTES,
                                "byte %d: pages of %" PRIu32 " bytes, this program reads %d", HEADER_PAGE_BYTES,
                                page_bytes, GDX_SEGMENT_PAGE_BYTES);
    if (gdx_load_u32(header + HEADER_RESERVED) != 0)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, HEADER_RESERVED,
                                "byte %d: a reserved field that is not 0; the file is damaged", HEADER_RESERVED);
    segment->rule_fingerprint = gdx_load_u64(header + HEADER_RULE_FINGERPRINT);
    segment->rule_number = gdx_load_u32(header + HEADER_RULE_NUMBER);
    return GDX_OK;
}

// The footer's own checksum, which is the file's name, and the page table's.
static gdx_status check_footer(gdx_segment *segment, uint64_t name, gdx_error *err) {
    uint64_t footer_at = segment->map.bytes - FOOTER_BYTES;
    const uint8_t *footer = segment->map.data + footer_at;
    if (memcmp(footer + FOOTER_MAGIC, GDX_SEGMENT_FOOTER_MAGIC, 8) != 0)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, footer_at,
                                "no footer at byte %" PRIu64 "; the file is cut short or damaged", footer_at);
    uint64_t found = gdx_checksum(footer, FOOTER_CHECKSUM);
    uint64_t expected = gdx_load_u64(footer + FOOTER_CHECKSUM);
    if (found != expected || found != name)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, footer_at,
                                "footer at byte %" PRIu64 ": checksum %016" PRIx64 ", expected %016" PRIx64
                                "; the file is damaged",
                                footer_at, found, found != expected ? expected : name);
    segment->page_count = gdx_load_u32(footer + FOOTER_PAGE_COUNT);
    uint64_t table_bytes = (uint64_t)segment->page_count * 8;
    segment->paged_bytes = footer_at - table_bytes;
    uint64_t pages = (segment->paged_bytes + GDX_SEGMENT_PAGE_BYTES - 1) / GDX_SEGMENT_PAGE_BYTES;
    if (table_bytes > footer_at - HEADER_BYTES || pages != segment->page_count)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, footer_at,
                                "footer at byte %" PRIu64 ": %" PRIu32 " pages; the file is damaged", footer_at,
                                segment->page_count);
    segment->page_table = segment->map.data + segment->paged_bytes;
    found = gdx_checksum(segment->page_table, table_bytes);
    expected = gdx_load_u64(footer + FOOTER_PAGE_TABLE_CHECKSUM);
    if (found != expected)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment->paged_bytes,
                                "page checksums at byte %" PRIu64 ": checksum %016" PRIx64 ", expected %016" PRIx64
                                "; the file is damaged",
                                segment->paged_bytes, found, expected);
    return GDX_OK;
}

static uint64_t aligned(uint64_t offset) {
    return (offset + GDX_SEGMENT_ALIGNMENT - 1) / GDX_SEGMENT_ALIGNMENT * GDX_SEGMENT_ALIGNMENT;
}

// Sections follow each other, with nothing between but padding.
static gdx_status read_sections(gdx_segment *segment, const uint8_t *footer, gdx_error *err) {
    uint64_t end = HEADER_BYTES;
    for (int section = 0; section < SECTION_COUNT; section++) {
        const uint8_t *row = footer + FOOTER_SECTION_TABLE + section * SECTION_ROW_BYTES;
        uint64_t offset = gdx_load_u64(row + SECTION_ROW_OFFSET);
        uint64_t bytes = gdx_load_u64(row + SECTION_ROW_LENGTH);
        if (offset != aligned(end) || offset > segment->paged_bytes || bytes > segment->paged_bytes - offset)
            return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment_footer_byte(segment),
                                    "footer: %s at byte %" PRIu64 " of %" PRIu64 " bytes, expected at %" PRIu64
                                    "; the file is damaged",
                                    section_titles[section], offset, bytes, aligned(end));
        segment->section_offset[section] = offset;
        segment->section_bytes[section] = bytes;
        end = offset + bytes;
    }
    if (aligned(end) != segment->paged_bytes)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment_footer_byte(segment),
                                "footer: sections end at byte %" PRIu64 ", pages at %" PRIu64 "; the file is damaged",
                                end, segment->paged_bytes);
    return GDX_OK;
}

// Each symbol begins one occurrence of one term, each word and each source is there because something has it. So they
// are few enough for their numbers, and a file of made-up counts is refused before anything is allocated by them.
static gdx_status check_totals(const gdx_segment *segment, gdx_error *err) {
    uint64_t documents = segment->info.document_count;
    uint64_t marks = 2 * documents + segment->section_bytes[SECTION_PARTS] / PART_BYTES;
    if (segment->info.position_count < marks || segment->info.position_count == UINT32_MAX)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment_footer_byte(segment),
                                "footer: %" PRIu32 " positions of %" PRIu64 " documents; the file is damaged",
                                segment->info.position_count, documents);
    uint64_t symbols = segment->info.position_count - marks;
    if (segment->info.symbol_count > symbols)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment_footer_byte(segment),
                                "footer: %" PRIu64 " symbols count of %" PRIu64 "; the file is damaged",
                                segment->info.symbol_count, symbols);
    if (segment->term_count > symbols || segment->word_count > symbols ||
        segment->word_count > UINT32_MAX - GDX_FIRST_WORD || segment->source_count > documents)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment_footer_byte(segment),
                                "footer: %" PRIu32 " terms, %" PRIu32 " words and %" PRIu32 " sources of %" PRIu64
                                " symbols and %" PRIu64 " documents; the file is damaged",
                                segment->term_count, segment->word_count, segment->source_count, symbols, documents);
    if (segment->group_count > segment->info.position_count || segment_range_count(segment) > documents)
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment_footer_byte(segment),
                                "footer: %" PRIu32 " groups of text, %" PRIu32 " ranges of tokens of %" PRIu32
                                " positions and %" PRIu64 " documents; the file is damaged",
                                segment->group_count, segment_range_count(segment), segment->info.position_count,
                                documents);
    if (segment->key_count > GDX_KEYS_MAX || segment->value_count > segment->section_bytes[SECTION_VALUES])
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment_footer_byte(segment),
                                "footer: %" PRIu32 " keys and %" PRIu32 " values of metadata of %" PRIu64
                                " bytes; the file is damaged",
                                segment->key_count, segment->value_count, segment->section_bytes[SECTION_VALUES]);
    // Each takes a bit at least, of an exact segment.
    if (segment->shape == GDX_SHAPE_EXACT && symbols / 8 > segment->section_bytes[SECTION_POSTINGS])
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment_footer_byte(segment),
                                "footer: %" PRIu64 " symbols, %" PRIu64 " bytes of postings; the file is damaged",
                                symbols, segment->section_bytes[SECTION_POSTINGS]);
    return GDX_OK;
}

struct expected_bytes {
    int section;
    uint64_t bytes;
};

// Sections whose size follows from the counts.
static gdx_status check_counts(const gdx_segment *segment, gdx_error *err) {
    uint64_t documents = segment->info.document_count;
    uint64_t term_blocks = ((uint64_t)segment->term_count + GDX_TERMS_PER_BLOCK - 1) / GDX_TERMS_PER_BLOCK;
    uint64_t group_blocks = ((uint64_t)segment->group_count + GDX_GROUPS_PER_BLOCK - 1) / GDX_GROUPS_PER_BLOCK;
    uint64_t word_blocks = ((uint64_t)segment->word_count + GDX_WORDS_PER_BLOCK - 1) / GDX_WORDS_PER_BLOCK;
    const struct expected_bytes expected[] = {
        {SECTION_TERM_BLOCKS, term_blocks * TERM_BLOCK_BYTES},
        {SECTION_TERM_FILTER, term_filter_words(segment->term_count) * 8},
        {SECTION_WORD_BLOCKS, word_blocks * 4},
        {SECTION_WORDS_REVERSED, (uint64_t)segment->word_count * 4},
        {SECTION_DOCUMENT_BEGIN, (documents + 1) * 4},
        {SECTION_DOCUMENT_TEXT, documents * 4},
        {SECTION_DOCUMENT_FLAGS, documents},
        {SECTION_PARTS, segment->section_bytes[SECTION_PARTS] / PART_BYTES * PART_BYTES},
        {SECTION_DOCUMENT_DATE, documents * 4},
        {SECTION_DOCUMENT_SOURCE, documents * 4},
        {SECTION_DOCUMENT_HASH, documents * 8},
        {SECTION_DOCUMENT_HEAD, (documents + 1) * 8},
        {SECTION_DOCUMENT_GROUP, (documents + 1) * 4},
        {SECTION_GROUP_BLOCKS, group_blocks * GROUP_BLOCK_BYTES},
        {SECTION_TOKEN_RANGES, segment->section_bytes[SECTION_TOKEN_RANGES] / TOKEN_RANGE_BYTES * TOKEN_RANGE_BYTES},
        {SECTION_DOCUMENT_ID, (documents + 1) * 4},
        {SECTION_ID_ORDER, documents * 4},
        {SECTION_SOURCE_OFFSETS, ((uint64_t)segment->source_count + 1) * 4},
        {SECTION_KEYS, (uint64_t)segment->key_count * KEY_BYTES},
        {SECTION_VALUE_OFFSETS, ((uint64_t)segment->value_count + 1) * 4},
        {SECTION_DOCUMENT_VALUES, documents * segment->key_count * 4},
        {SECTION_VALUE_LISTS, segment->section_bytes[SECTION_VALUE_LISTS] / 4 * 4},
        {SECTION_HEAD_BLOCKS, segment->section_bytes[SECTION_HEAD_BLOCKS] / HEAD_BLOCK_BYTES * HEAD_BLOCK_BYTES},
        {SECTION_FREQUENCY_SYMBOLS,
         segment->section_bytes[SECTION_FREQUENCY_SYMBOLS] / FREQUENCY_SYMBOL_BYTES * FREQUENCY_SYMBOL_BYTES},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        uint64_t bytes = segment->section_bytes[expected[i].section];
        if (bytes != expected[i].bytes)
            return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment_footer_byte(segment),
                                    "footer: %s has %" PRIu64 " bytes, expected %" PRIu64 "; the file is damaged",
                                    section_titles[expected[i].section], bytes, expected[i].bytes);
    }
    return GDX_OK;
}

static gdx_status read_footer(gdx_segment *segment, gdx_error *err) {
    const uint8_t *footer = segment->map.data + segment->map.bytes - FOOTER_BYTES;
    gdx_segment_info *info = &segment->info;
    info->name = gdx_load_u64(footer + FOOTER_CHECKSUM);
    info->bytes = segment->map.bytes;
    info->document_count = gdx_load_u32(footer + FOOTER_DOCUMENT_COUNT);
    info->position_count = gdx_load_u32(footer + FOOTER_POSITION_COUNT);
    info->symbol_count = gdx_load_u64(footer + FOOTER_SYMBOL_COUNT);
    info->text_bytes = gdx_load_u64(footer + FOOTER_TEXT_BYTES);
    segment->term_count = gdx_load_u32(footer + FOOTER_TERM_COUNT);
    segment->word_count = gdx_load_u32(footer + FOOTER_WORD_COUNT);
    segment->source_count = gdx_load_u32(footer + FOOTER_SOURCE_COUNT);
    segment->store_level = (int)gdx_load_u32(footer + FOOTER_STORE_LEVEL);
    segment->group_count = gdx_load_u32(footer + FOOTER_GROUP_COUNT);
    segment->key_count = gdx_load_u16(footer + FOOTER_KEY_COUNT);
    segment->shape = (gdx_shape)gdx_load_u16(footer + FOOTER_SHAPE);
    segment->value_count = gdx_load_u32(footer + FOOTER_VALUE_COUNT);
    if ((unsigned)segment->shape >= GDX_SHAPES)
        return gdx_fail_at_byte(err, GDX_UNSUPPORTED, segment->path, segment_footer_byte(segment) + FOOTER_SHAPE,
                                "footer: shape %u, this program knows %d", (unsigned)segment->shape, GDX_SHAPES);
    uint64_t tokens = gdx_load_u64(footer + FOOTER_TOKEN_CHECKSUM);
    if (tokens != gdx_token_table_builtin_checksum())
        return gdx_fail_at(err, GDX_UNSUPPORTED, segment->path,
                           "tokens %016" PRIx64 ", this program has %016" PRIx64 "; index the documents anew", tokens,
                           gdx_token_table_builtin_checksum());
    gdx_status status = read_sections(segment, footer, err);
    if (status == GDX_OK)
        status = check_totals(segment, err);
    if (status == GDX_OK)
        status = check_counts(segment, err);
    if (status != GDX_OK)
        return status;
    segment->page_is_good = calloc(segment->page_count / 64 + 1, sizeof *segment->page_is_good);
    segment->token_tables = calloc(segment_range_count(segment) + 1, sizeof *segment->token_tables);
    if (!segment->page_is_good || !segment->token_tables)
        return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory to open it");
    return segment_verify_page(segment, 0, err); // the header was read from it
}

static gdx_status open_file(const char *directory, const char *file_name, uint64_t name, gdx_segment **out,
                            gdx_error *err) {
    gdx_segment *segment = calloc(1, sizeof *segment);
    if (!segment)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory to open a segment");
    atomic_init(&segment->references, 1);
    segment->path = gdx_path_join(directory, file_name);
    gdx_status status = GDX_OK;
    if (!segment->path)
        status = gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory to open a segment");
    if (status == GDX_OK)
        status = gdx_map_open(&segment->map, segment->path, err);
    if (status == GDX_OK)
        status = check_header(segment, err);
    if (status == GDX_OK)
        status = check_footer(segment, name, err);
    if (status == GDX_OK)
        status = read_footer(segment, err);
    status = gdx_segment_settle(segment, status, err);
    if (status != GDX_OK) {
        gdx_segment_release(segment);
        return status;
    }
    segment->stamp = segment->map.stamp;
    segment->near_shift = documents_near_shift(segment);
    // What was read is hardly needed again, and for each page of it the system has mapped those around.
    gdx_segment_forget(segment);
    *out = segment;
    return GDX_OK;
}

gdx_status gdx_segment_open(const char *directory, uint64_t name, gdx_segment **out, gdx_error *err) {
    char file_name[GDX_SEGMENT_FILE_NAME_BYTES];
    return open_file(directory, gdx_segment_file_name(name, file_name), name, out, err);
}

gdx_status gdx_segment_open_run(const char *directory, uint64_t tag, uint64_t name, gdx_segment **out, gdx_error *err) {
    char file_name[GDX_SEGMENT_FILE_NAME_BYTES + sizeof ".tmp"];
    return open_file(directory, sink_run_name(tag, file_name), name, out, err);
}

// Without memory, which may be what the run failed for.
void gdx_segment_remove_run(const char *directory, uint64_t tag) {
    char file_name[GDX_SEGMENT_FILE_NAME_BYTES + sizeof ".tmp"];
    int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    unlinkat(folder, sink_run_name(tag, file_name), 0);
    close(folder);
}

gdx_segment *gdx_segment_retain(gdx_segment *segment) {
    atomic_fetch_add(&segment->references, 1);
    return segment;
}

void gdx_segment_release(gdx_segment *segment) {
    if (!segment || atomic_fetch_sub(&segment->references, 1) != 1)
        return;
    for (uint32_t i = 0; segment->token_tables && i < segment_range_count(segment); i++)
        gdx_token_table_free(atomic_load_explicit(&segment->token_tables[i], memory_order_relaxed));
    free((void *)segment->token_tables);
    gdx_map_close(&segment->map);
    free(segment->path);
    free((void *)segment->page_is_good);
    free(atomic_load(&segment->near));
    free(segment);
}

void gdx_segment_forget(const gdx_segment *segment) {
    gdx_map_forget(&segment->map);
}

// ---- damage

gdx_status gdx_segment_settle(const gdx_segment *segment, gdx_status status, gdx_error *err) {
    if (!gdx_map_is_broken(&segment->map, NULL) || (status != GDX_OK && status != GDX_CORRUPT))
        return status;
    if (err)
        *err = (gdx_error){0}; // what the zeros looked like explains nothing
    return gdx_segment_check(segment, err);
}

bool gdx_segment_is_bad(const gdx_segment *segment, gdx_error *out_why) {
    _Atomic uint64_t *damage = &((gdx_segment *)segment)->damage;
    uint64_t page = atomic_load_explicit(damage, memory_order_relaxed);
    if (gdx_segment_check(segment, out_why) != GDX_OK)
        return true;
    if (page && segment_verify_page(segment, page - 1, out_why) != GDX_OK)
        return true;
    if (page) // repaired in place
        atomic_compare_exchange_strong_explicit(damage, &page, 0, memory_order_relaxed, memory_order_relaxed);
    return false;
}

uint32_t gdx_segment_page_count(const gdx_segment *segment) {
    return segment->page_count;
}

gdx_status gdx_segment_verify_page(const gdx_segment *segment, uint32_t page, gdx_error *err) {
    return gdx_segment_settle(segment, segment_verify_page(segment, page, err), err);
}

gdx_status gdx_segment_replaces(const gdx_segment *segment, const gdx_segment *bad, gdx_error *err) {
    uint64_t page = atomic_load_explicit(&bad->damage, memory_order_relaxed), byte = 0;
    gdx_status status = page ? gdx_segment_verify_page(segment, (uint32_t)page - 1, err) : GDX_OK;
    if (status == GDX_OK && gdx_map_is_broken(&bad->map, &byte) && byte < segment->paged_bytes)
        status = gdx_segment_verify_page(segment, (uint32_t)(byte / GDX_SEGMENT_PAGE_BYTES), err);
    return status;
}

// A change may go on while it is noticed, and times are coarse: so the next look has every page verified once more.
void gdx_segment_look(gdx_segment *segment) {
    gdx_file_stamp now;
    gdx_error passed_over = {0};
    if (gdx_file_stamp_of(segment->path, &now, &passed_over) != GDX_OK ||
        !gdx_file_stamp_is_same_file(&now, &segment->stamp))
        return; // removed or replaced: what is mapped stays as it is
    bool changed = !gdx_file_stamp_equal(&now, &segment->stamp);
    if (changed || segment->look_again) {
        for (uint32_t i = 0; i <= segment->page_count / 64; i++)
            atomic_store_explicit(&segment->page_is_good[i], 0, memory_order_relaxed);
        atomic_store_explicit(&segment->columns_are_good, false, memory_order_relaxed);
    }
    if (now.bytes < segment->map.bytes)
        gdx_map_break(&segment->map, now.bytes);
    segment->look_again = changed;
    segment->stamp = now;
}

// ---- what it is

const gdx_segment_info *gdx_segment_info_of(const gdx_segment *segment) {
    return &segment->info;
}

const char *gdx_segment_path(const gdx_segment *segment) {
    return segment->path;
}

uint64_t gdx_segment_rule_fingerprint(const gdx_segment *segment) {
    return segment->rule_fingerprint;
}

uint32_t gdx_segment_rule_number(const gdx_segment *segment) {
    return segment->rule_number;
}

const char *gdx_shape_name(gdx_shape shape) {
    static const char *const names[GDX_SHAPES] = {"exact", "compact", "archive"};
    return names[shape];
}

gdx_shape gdx_segment_shape(const gdx_segment *segment) {
    return segment->shape;
}

uint32_t gdx_segment_block_count(const gdx_segment *segment) {
    return segment->group_count + segment->info.document_count;
}

uint32_t gdx_segment_span_count(const gdx_segment *segment) {
    return shape_spans(segment->shape, gdx_segment_block_count(segment));
}

int gdx_segment_store_level(const gdx_segment *segment) {
    return segment->store_level;
}

uint32_t gdx_segment_term_count(const gdx_segment *segment) {
    return segment->term_count;
}

size_t gdx_segment_parts(const gdx_segment *segment, gdx_segment_part parts[GDX_SEGMENT_PARTS_MAX]) {
    uint64_t sections = 0;
    size_t count = 0;
    for (int section = 0; section < SECTION_COUNT; section++) {
        parts[count++] = (gdx_segment_part){section_titles[section], segment->section_bytes[section]};
        sections += segment->section_bytes[section];
    }
    uint64_t checksums = (uint64_t)segment->page_count * 8;
    parts[count++] = (gdx_segment_part){"page checksums", checksums};
    parts[count++] = (gdx_segment_part){"header, footer, padding", segment->info.bytes - sections - checksums};
    _Static_assert(SECTION_COUNT + 2 <= GDX_SEGMENT_PARTS_MAX, "a part for each section");
    return count;
}
