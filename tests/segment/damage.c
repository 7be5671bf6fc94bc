// SPDX-License-Identifier: Apache-2.0
// damage.c: see damage.h.

#include "damage.h"

#include "collection.h"
#include "layout.h"

#include "../support/folder.h"
#include "gdx/ngram.h"
#include "gdx/postings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// ---- the segment

static void append(gdx_buffer *to, const char *text, unsigned times) {
    for (unsigned i = 0; i < times; i++)
        assert_int_equal(gdx_buffer_append(to, text, strlen(text)), GDX_OK);
}

enum { SPACES = 12, LONG_SPACES = (1 << 16) / 12 };

// White space takes stored text but no positions: when long, enough for a group of two codes.
static void make_texts(gdx_shape shape, unsigned spaces, gdx_buffer texts[4]) {
    append(&texts[0], "链 alpha", 1);
    append(&texts[0], "          ", spaces);
    append(&texts[0], "产业", 1);
    append(&texts[0], "          ", spaces);
    append(&texts[0], "beta 链", 1);
    append(&texts[1], "的", shape == GDX_SHAPE_EXACT ? 4200 : GDX_POSITIONS_FROM + 1);
    append(&texts[1], "产业链", 1);
    for (uint32_t i = 0; i < 24; i++)
        assert_int_equal(gdx_buffer_append_format(&texts[2], "w%u贸易 x%u，", i * i, i % 5), GDX_OK);
    append(&texts[2], "全球贸易治理体系改革", 1);
    append(&texts[3], "WTO 规则", 40);
}

gdx_buffer damage_small_segment(const char *folder, gdx_shape shape, bool has_long_group, gdx_segment_info *out) {
    gdx_buffer texts[4] = {{0}};
    make_texts(shape, has_long_group ? LONG_SPACES : SPACES, texts);
    gdx_document documents[] = {
        {.id = gdx_slice_of("long"), .title = gdx_slice_of("产业"), .text = gdx_buffer_slice(&texts[0]), .date = 512},
        {.id = gdx_slice_of("often"), .source = gdx_slice_of("news"), .text = gdx_buffer_slice(&texts[1])},
        {.id = gdx_slice_of("empty"), .source = gdx_slice_of("laws"), .text = gdx_slice_of("")},
        {.id = gdx_slice_of("words"),
         .source = gdx_slice_of("news"),
         .title = gdx_slice_of("的 alphabet"),
         .metadata = gdx_slice_of("{\"k\":1,\"many\":[\"b\",\"a\",{}]}"),
         .text = gdx_buffer_slice(&texts[2])},
        {.id = gdx_slice_of("last"), .metadata = gdx_slice_of("{\"many\":\"b\"}"), .text = gdx_buffer_slice(&texts[3])},
    };
    struct collection collection = {
        .documents = documents, .count = sizeof documents / sizeof *documents, .shape = shape};
    *out = collection_write_all(&collection, folder, 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        gdx_buffer_clear(&texts[i]);
    return segment_bytes(folder, out->name);
}

// ---- checksums

// Bytes before the page table of a file of so many bytes.
static size_t paged_bytes(size_t bytes, size_t *out_pages) {
    size_t rest = bytes - FOOTER_BYTES;
    *out_pages = (rest + GDX_SEGMENT_PAGE_BYTES + 7) / (GDX_SEGMENT_PAGE_BYTES + 8);
    return rest - *out_pages * 8;
}

uint64_t damage_mend(uint8_t *file, size_t bytes) {
    size_t pages;
    size_t paged = paged_bytes(bytes, &pages);
    uint8_t *table = file + paged;
    uint8_t *footer = file + bytes - FOOTER_BYTES;
    for (size_t page = 0; page < pages; page++) {
        size_t begin = page * GDX_SEGMENT_PAGE_BYTES;
        size_t left = paged - begin;
        gdx_store_u64(table + page * 8,
                      gdx_checksum(file + begin, left < GDX_SEGMENT_PAGE_BYTES ? left : GDX_SEGMENT_PAGE_BYTES));
    }
    gdx_store_u64(footer + FOOTER_PAGE_TABLE_CHECKSUM, gdx_checksum(table, pages * 8));
    uint64_t name = gdx_checksum(footer, FOOTER_CHECKSUM);
    gdx_store_u64(footer + FOOTER_CHECKSUM, name);
    return name;
}

// ---- reading everything

struct reading {
    gdx_segment *segment;
    gdx_store_reader *reader;
    uint64_t digest;
    gdx_error *err;
};

static void note(struct reading *reading, const void *data, size_t bytes) {
    uint64_t parts[2] = {reading->digest, gdx_checksum(data, bytes)};
    reading->digest = gdx_checksum(parts, sizeof parts);
}

static void note_number(struct reading *reading, uint64_t number) {
    note(reading, &number, sizeof number);
}

static void note_document(struct reading *reading, const gdx_document *document) {
    note_number(reading, gdx_document_hash(document));
}

static gdx_status read_text(struct reading *reading, uint32_t document, uint32_t symbols) {
    gdx_segment *segment = reading->segment;
    gdx_document read;
    gdx_status status = gdx_store_read(reading->reader, segment, document, &read, reading->err);
    if (status == GDX_OK) {
        note_document(reading, &read);
        status = gdx_store_read_head(reading->reader, segment, document, &read, reading->err);
    }
    if (status == GDX_OK)
        note_document(reading, &read);
    for (uint32_t from = 0; from <= symbols && status == GDX_OK; from += symbols / 2 + 1) {
        gdx_stretch stretch;
        status =
            gdx_store_read_around(reading->reader, segment, document, from, from + symbols / 3, &stretch, reading->err);
        if (status == GDX_OK) {
            note(reading, stretch.text.data, stretch.text.bytes);
            note_number(reading, stretch.first_byte);
            note_number(reading, stretch.first_symbol);
        }
    }
    return status;
}

static gdx_status read_document(struct reading *reading, const gdx_document_columns *columns, uint32_t document) {
    gdx_segment *segment = reading->segment;
    gdx_slice id;
    uint64_t hash = 0;
    uint32_t number = 0;
    bool has = false;
    note_number(reading, columns->begin[document]);
    note_number(reading, columns->text[document]);
    note_number(reading, columns->dates[document]);
    note_number(reading, columns->sources[document]);
    gdx_status status = gdx_segment_id(segment, document, &id, reading->err);
    if (status == GDX_OK)
        note(reading, id.data, id.bytes);
    if (status == GDX_OK)
        status = gdx_segment_find_id(segment, id, &number, &has, reading->err);
    note_number(reading, has ? number : UINT32_MAX);
    if (status == GDX_OK)
        status = gdx_segment_hash(segment, document, &hash, reading->err);
    note_number(reading, hash);
    if (status == GDX_OK)
        status = gdx_segment_by_id(segment, document, &number, reading->err);
    note_number(reading, number);
    if (status == GDX_OK)
        status = read_text(reading, document, columns->begin[document + 1] - columns->text[document]);
    return status;
}

static gdx_status read_column(struct reading *reading, gdx_slice key) {
    gdx_values values = {0};
    bool has = false;
    gdx_status status = gdx_segment_values(reading->segment, key, &values, &has, reading->err);
    for (uint32_t i = 0; status == GDX_OK && i < values.value_count; i++) {
        gdx_slice value;
        uint32_t found;
        status = gdx_segment_value(reading->segment, &values, i, &value, reading->err);
        if (status == GDX_OK)
            status = gdx_segment_find_value(reading->segment, &values, value, &found, reading->err);
        if (status == GDX_OK)
            note(reading, value.data, value.bytes);
    }
    for (uint32_t d = 0; status == GDX_OK && d < values.count; d++) {
        uint32_t count;
        const uint32_t *numbers = gdx_values_of(&values, d, &count);
        note(reading, numbers, count * sizeof *numbers);
    }
    return status;
}

static gdx_status read_columns(struct reading *reading) {
    gdx_status status = GDX_OK;
    for (uint32_t k = 0; status == GDX_OK && k < gdx_segment_key_count(reading->segment); k++) {
        gdx_slice key;
        status = gdx_segment_key(reading->segment, k, &key, reading->err);
        if (status == GDX_OK)
            status = read_column(reading, key);
    }
    return status;
}

static gdx_status read_documents(struct reading *reading) {
    gdx_segment *segment = reading->segment;
    gdx_document_columns columns;
    uint32_t low = 0;
    uint32_t high = 0;
    gdx_status status = gdx_segment_columns(segment, &columns, reading->err);
    for (uint32_t d = 0; status == GDX_OK && d < columns.count; d++)
        status = read_document(reading, &columns, d);
    if (status == GDX_OK)
        status = gdx_segment_id_prefix(segment, gdx_slice_of("l"), &low, &high, reading->err);
    note_number(reading, (uint64_t)low << 32 | high);
    for (uint32_t s = 0; status == GDX_OK && s < gdx_segment_source_count(segment); s++) {
        gdx_slice name;
        status = gdx_segment_source(segment, s, &name, reading->err);
        if (status == GDX_OK)
            note(reading, name.data, name.bytes);
    }
    return status;
}

static gdx_status read_word(struct reading *reading, uint32_t index, gdx_buffer *word) {
    gdx_segment *segment = reading->segment;
    uint32_t found = 0;
    uint32_t bounds[4] = {0};
    word->bytes = 0;
    gdx_status status = gdx_segment_word(segment, GDX_FIRST_WORD + index, word, reading->err);
    gdx_slice spelling = gdx_buffer_slice(word);
    gdx_slice half = {spelling.data, spelling.bytes / 2};
    note(reading, word->data, word->bytes);
    if (status == GDX_OK)
        status = gdx_segment_find_word(segment, spelling, &found, reading->err);
    note_number(reading, found);
    if (status == GDX_OK)
        status = gdx_segment_word_prefix(segment, half, &bounds[0], &bounds[1], reading->err);
    if (status == GDX_OK && word->bytes)
        half.data += word->bytes - half.bytes;
    if (status == GDX_OK)
        status = gdx_segment_word_suffix(segment, half, &bounds[2], &bounds[3], reading->err);
    note(reading, bounds, sizeof bounds);
    if (status == GDX_OK)
        status = gdx_segment_word_reversed(segment, index, &found, reading->err);
    note_number(reading, found);
    return status;
}

static gdx_status read_words(struct reading *reading) {
    gdx_buffer word = {0};
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; status == GDX_OK && i < gdx_segment_word_count(reading->segment); i++)
        status = read_word(reading, i, &word);
    gdx_buffer_clear(&word);
    return status;
}

// By the cursor, and at once: they agree.
static gdx_status read_list(struct reading *reading, const gdx_term *term) {
    uint32_t limit = term->has_blocks ? gdx_segment_span_count(reading->segment)
                                      : gdx_segment_info_of(reading->segment)->position_count;
    uint32_t *entries = calloc((size_t)term->entries + GDX_POSTINGS_BLOCK, sizeof *entries);
    gdx_cursor cursor;
    assert_non_null(entries);
    gdx_status status = gdx_postings_decode(term->postings, term->entries, limit, entries);
    if (status == GDX_OK)
        status = gdx_cursor_open(&cursor, term->postings, term->entries, limit);
    for (uint32_t i = 0; status == GDX_OK && i < term->entries; i++) {
        assert_int_equal(gdx_cursor_position(&cursor), entries[i]);
        assert_true(entries[i] < limit);
        gdx_cursor_next(&cursor);
    }
    note(reading, entries, (size_t)term->entries * sizeof *entries);
    free(entries);
    return status;
}

static gdx_status read_symbol(struct reading *reading, uint32_t symbol) {
    gdx_frequency *frequencies = NULL;
    size_t count = 0;
    size_t capacity = 0;
    bool has = false;
    uint64_t occurrences = 0;
    gdx_status status = gdx_segment_symbol_occurrences(reading->segment, symbol, &occurrences, reading->err);
    note_number(reading, occurrences);
    if (status == GDX_OK)
        status = gdx_segment_frequencies(reading->segment, symbol, &frequencies, &count, &capacity, &has, reading->err);
    note(reading, frequencies, count * sizeof *frequencies);
    note_number(reading, has);
    free(frequencies);
    return status;
}

static gdx_status read_terms(struct reading *reading) {
    GDX_AUTO(gdx_term_walk) walk = NULL;
    gdx_term term = {0};
    gdx_term found = {0};
    uint32_t first = GDX_SYMBOL_END;
    bool has = true;
    gdx_status status = gdx_term_walk_open(reading->segment, 0, UINT32_MAX, &walk, reading->err);
    while (status == GDX_OK) {
        status = gdx_term_walk_next(walk, &term, &has, reading->err);
        if (status != GDX_OK || !has)
            break;
        note(reading, &term.first, 3 * sizeof term.first);
        status = read_list(reading, &term);
        if (status == GDX_OK)
            status = gdx_segment_find_term(reading->segment, term.first, term.second, &found, reading->err);
        note_number(reading, found.count);
        if (status == GDX_OK && term.first != first)
            status = read_symbol(reading, first = term.first);
    }
    return status;
}

gdx_status damage_read_all(gdx_segment *segment, uint64_t *out, gdx_error *err) {
    struct reading reading = {segment, gdx_store_reader_new(1 << 17), 0, err};
    assert_non_null(reading.reader);
    gdx_status status = read_documents(&reading);
    if (status == GDX_OK)
        status = read_columns(&reading);
    if (status == GDX_OK)
        status = read_words(&reading);
    if (status == GDX_OK)
        status = read_terms(&reading);
    gdx_store_reader_free(reading.reader);
    *out = reading.digest;
    return status;
}

// ---- all of it

enum { INVERTER_BYTES = 1 << 20 };

static void merge_with_itself(const char *folder, const gdx_segment *segment) {
    static const uint8_t deleted[] = {0x12, 0, 0, 0};
    bool has_few = gdx_segment_info_of(segment)->document_count <= 8 * sizeof deleted;
    gdx_merge_input inputs[] = {{segment, NULL}, {segment, has_few ? deleted : NULL}};
    gdx_segment_info info = {0};
    gdx_error err = {0};
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    gdx_status status = gdx_segment_merge(
        &(gdx_segment_merge_options){
            .directory = folder, .tag = 99, .shape = gdx_segment_shape(segment), .keys = collection_keys()},
        inputs, 2, &info, &err);
    if (status == GDX_OK && info.document_count)
        remove(folder_path(folder, gdx_segment_file_name(info.name, name)));
    assert_int_equal(err.status, status);
}

damage_outcome damage_try(const char *folder, uint64_t name, bool merges) {
    damage_outcome outcome = {.verified = GDX_INTERNAL, .read = GDX_INTERNAL};
    gdx_segment *segment = NULL;
    gdx_error err = {0};
    outcome.opened = gdx_segment_open(folder, name, &segment, &outcome.error);
    if (outcome.opened != GDX_OK)
        return outcome;
    outcome.read = damage_read_all(segment, &outcome.digest, &err);
    if (err.status != GDX_OK)
        outcome.error = err;
    err = (gdx_error){0};
    outcome.verified = gdx_segment_verify(segment, NULL, &err);
    if (err.status != GDX_OK)
        outcome.error = err;
    if (merges)
        merge_with_itself(folder, segment);
    gdx_segment_release(segment);
    return outcome;
}
