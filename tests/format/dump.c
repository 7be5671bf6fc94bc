// SPDX-License-Identifier: Apache-2.0
// dump.c: see dump.h. Memory that is not there ends the program: this is a test.

#include "dump.h"

#include "gdx/index.h"
#include "gdx/ngram.h"
#include "gdx/postings.h"
#include "gdx/segment.h"
#include "gdx/text.h"

#include <inttypes.h>
#include <stdlib.h>

#define PRINT(out, ...) must(gdx_buffer_append_format(out, __VA_ARGS__))

static void must(gdx_status status) {
    if (status != GDX_OK)
        abort();
}

// As Python's json.dumps(ensure_ascii=False) writes it.
static void print_string(gdx_buffer *out, gdx_slice text) {
    static const char *const short_escapes[0x60] = {['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f",
                                                    ['\r'] = "\\r", ['"'] = "\\\"", ['\\'] = "\\\\"};
    must(gdx_buffer_append(out, "\"", 1));
    for (size_t i = 0; i < text.bytes; i++) {
        uint8_t byte = (uint8_t)text.data[i];
        if (byte < 0x60 && short_escapes[byte])
            must(gdx_buffer_append(out, short_escapes[byte], 2));
        else if (byte < 0x20)
            PRINT(out, "\\u%04x", byte);
        else
            must(gdx_buffer_append(out, &byte, 1));
    }
    must(gdx_buffer_append(out, "\"", 1));
}

static void print_field(gdx_buffer *out, const char *name, gdx_slice text) {
    PRINT(out, ",\"%s\":", name);
    print_string(out, text);
}

static void print_places(gdx_buffer *out, const gdx_part_place *places, uint32_t count) {
    PRINT(out, "[");
    for (uint32_t i = 0; i < count; i++) {
        PRINT(out, "%s[%" PRIu32 ",", i ? "," : "", places[i].byte);
        print_string(out, places[i].name);
        PRINT(out, "]");
    }
    PRINT(out, "]");
}

static void print_parts(gdx_buffer *out, const gdx_document *document) {
    PRINT(out, ",\"parts\":[");
    for (uint32_t i = 0; i < document->part_count; i++) {
        const gdx_part *part = &document->parts[i];
        PRINT(out, "%s[%d,", i ? "," : "", (int)part->field);
        print_string(out, part->text);
        PRINT(out, ",");
        print_places(out, part->places, part->place_count);
        PRINT(out, "]");
    }
    PRINT(out, "]");
}

// ---- parts of a segment

static void dump_figures(const gdx_live_segment *live, gdx_buffer *out) {
    const gdx_segment_info *info = gdx_segment_info_of(live->segment);
    gdx_segment_part parts[GDX_SEGMENT_PARTS_MAX];
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    PRINT(out, "{\"segment\":\"%s\",\"shape\":\"%s\",\"bytes\":%" PRIu64, gdx_segment_file_name(info->name, name),
          gdx_shape_name(gdx_segment_shape(live->segment)), info->bytes);
    PRINT(out, ",\"documents\":%" PRIu32 ",\"positions\":%" PRIu32, info->document_count, info->position_count);
    PRINT(out, ",\"text_bytes\":%" PRIu64 ",\"terms\":%" PRIu32 ",\"words\":%" PRIu32 ",\"sources\":%" PRIu32,
          info->text_bytes, gdx_segment_term_count(live->segment), gdx_segment_word_count(live->segment),
          gdx_segment_source_count(live->segment));
    PRINT(out, ",\"deleted\":[");
    const char *comma = "";
    for (uint32_t d = 0; d < info->document_count; d++) {
        if (!gdx_is_deleted(live->deleted, d))
            continue;
        PRINT(out, "%s%" PRIu32, comma, d);
        comma = ",";
    }
    PRINT(out, "],\"deleted_symbols\":%" PRIu64 ",\"sections\":[", live->deleted_symbols);
    size_t sections = gdx_segment_parts(live->segment, parts) - 2; // the last two are checksums and padding
    for (size_t i = 0; i < sections; i++)
        PRINT(out, "%s%" PRIu64, i ? "," : "", parts[i].bytes);
    PRINT(out, "]}\n");
}

static gdx_status dump_document(gdx_store_reader *reader, gdx_segment *segment, const gdx_document_columns *columns,
                                uint32_t d, gdx_buffer *out, gdx_error *err) {
    gdx_document document;
    uint64_t hash;
    char date[GDX_DATE_TEXT_BYTES];
    gdx_status status = gdx_store_read(reader, segment, d, &document, err);
    if (status == GDX_OK)
        status = gdx_segment_hash(segment, d, &hash, err);
    if (status != GDX_OK)
        return status;
    PRINT(out, "{\"document\":%" PRIu32, d);
    print_field(out, "id", document.id);
    print_field(out, "title", document.title);
    print_field(out, "date", gdx_slice_of(gdx_date_format(document.date, date)));
    print_field(out, "source", document.source);
    print_field(out, "metadata", document.metadata);
    print_field(out, "text", document.text);
    print_field(out, "origin", document.origin);
    PRINT(out, ",\"places\":");
    print_places(out, document.text_places, document.text_place_count);
    print_parts(out, &document);
    PRINT(out, ",\"title_from_text\":%d", document.title_from_text);
    PRINT(out, ",\"symbols\":%" PRIu32, gdx_columns_length(columns, d));
    PRINT(out, ",\"hash\":\"%016" PRIx64 "\",\"begin\":%" PRIu32 ",\"text_begin\":%" PRIu32 ",\"end\":%" PRIu32 "}\n",
          hash, columns->begin[d], columns->text[d], columns->begin[d + 1]);
    return GDX_OK;
}

static gdx_status dump_documents(gdx_segment *segment, gdx_buffer *out, gdx_error *err) {
    GDX_AUTO(gdx_store_reader) reader = gdx_store_reader_new(1 << 20);
    gdx_document_columns columns;
    if (!reader)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to read");
    gdx_status status = gdx_segment_columns(segment, &columns, err);
    for (uint32_t d = 0; status == GDX_OK && d < columns.count; d++)
        status = dump_document(reader, segment, &columns, d, out, err);
    return status;
}

static void dump_row(const gdx_values *values, uint32_t document, gdx_buffer *out) {
    uint32_t count;
    const uint32_t *numbers = gdx_values_of(values, document, &count);
    PRINT(out, "%s[", document ? "," : "");
    for (uint32_t i = 0; i < count; i++)
        PRINT(out, "%s%" PRIu32, i ? "," : "", numbers[i]);
    PRINT(out, "]");
}

static gdx_status dump_column(const gdx_segment *segment, gdx_slice key, gdx_buffer *out, gdx_error *err) {
    gdx_values values;
    bool has;
    gdx_status status = gdx_segment_values(segment, key, &values, &has, err);
    if (status != GDX_OK)
        return status;
    PRINT(out, "{\"key\":");
    print_string(out, key);
    PRINT(out, ",\"values\":[");
    for (uint32_t i = 0; i < values.value_count && status == GDX_OK; i++) {
        gdx_slice value;
        status = gdx_segment_value(segment, &values, i, &value, err);
        PRINT(out, "%s", i ? "," : "");
        if (status == GDX_OK)
            print_string(out, value);
    }
    PRINT(out, "],\"rows\":[");
    for (uint32_t d = 0; d < values.count && status == GDX_OK; d++)
        dump_row(&values, d, out);
    PRINT(out, "]}\n");
    return status;
}

static gdx_status dump_columns(const gdx_segment *segment, gdx_buffer *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t k = 0; k < gdx_segment_key_count(segment) && status == GDX_OK; k++) {
        gdx_slice key;
        status = gdx_segment_key(segment, k, &key, err);
        if (status == GDX_OK)
            status = dump_column(segment, key, out, err);
    }
    return status;
}

static gdx_status dump_order(const gdx_segment *segment, gdx_buffer *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    PRINT(out, "{\"by_id\":[");
    for (uint32_t i = 0; status == GDX_OK && i < gdx_segment_info_of(segment)->document_count; i++) {
        uint32_t document = 0;
        status = gdx_segment_by_id(segment, i, &document, err);
        PRINT(out, "%s%" PRIu32, i ? "," : "", document);
    }
    PRINT(out, "]}\n");
    return status;
}

static gdx_status dump_words(const gdx_segment *segment, gdx_buffer *out, gdx_error *err) {
    gdx_buffer spelling = {0};
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; status == GDX_OK && i < gdx_segment_word_count(segment); i++) {
        uint32_t by_end;
        spelling.bytes = 0;
        status = gdx_segment_word(segment, GDX_FIRST_WORD + i, &spelling, err);
        if (status == GDX_OK)
            status = gdx_segment_word_reversed(segment, i, &by_end, err);
        if (status != GDX_OK)
            break;
        PRINT(out, "{\"word\":%" PRIu32, GDX_FIRST_WORD + i);
        print_field(out, "spelling", gdx_buffer_slice(&spelling));
        PRINT(out, ",\"by_end\":%" PRIu32 "}\n", by_end);
    }
    gdx_buffer_clear(&spelling);
    return status;
}

// Positions, or spans and how often the term occurs in them.
static gdx_status dump_list(const gdx_segment *segment, const gdx_term *term, gdx_buffer *out, gdx_error *err) {
    uint32_t limit = term->has_blocks ? gdx_segment_span_count(segment) : gdx_segment_info_of(segment)->position_count;
    uint32_t *entries = calloc(term->entries, sizeof *entries);
    if (!entries)
        abort();
    gdx_status status = gdx_postings_decode(term->postings, term->entries, limit, entries);
    if (status != GDX_OK)
        gdx_fail(err, status, "term %" PRIu32 " %" PRIu32 ": its list does not decode", term->first, term->second);
    PRINT(out, "{\"term\":[%" PRIu32 ",%" PRIu32 "],", term->first, term->second);
    if (term->has_blocks)
        PRINT(out, "\"occurrences\":%" PRIu32 ",\"spans\":[", term->count);
    else
        PRINT(out, "\"positions\":[");
    for (uint32_t i = 0; i < term->entries; i++)
        PRINT(out, "%s%" PRIu32, i ? "," : "", entries[i]);
    PRINT(out, "]}\n");
    free(entries);
    return status;
}

// The frequency list of a symbol, if it has one.
static gdx_status dump_frequencies(const gdx_segment *segment, uint32_t symbol, gdx_buffer *out, gdx_error *err) {
    gdx_frequency *entries = NULL;
    size_t count = 0;
    size_t capacity = 0;
    bool has = false;
    gdx_status status = gdx_segment_frequencies(segment, symbol, &entries, &count, &capacity, &has, err);
    if (status == GDX_OK && has) {
        PRINT(out, "{\"frequencies\":%" PRIu32 ",\"documents\":[", symbol);
        for (size_t i = 0; i < count; i++)
            PRINT(out, "%s[%" PRIu32 ",%" PRIu32 "]", i ? "," : "", entries[i].document, entries[i].count);
        PRINT(out, "]}\n");
    }
    free(entries);
    return status;
}

// Terms to `out`, frequency lists of their first symbols to `frequencies`.
static gdx_status dump_terms(const gdx_segment *segment, gdx_buffer *out, gdx_buffer *frequencies, gdx_error *err) {
    GDX_AUTO(gdx_term_walk) walk = NULL;
    uint32_t before = GDX_SYMBOL_END;
    gdx_term term;
    bool has = true;
    gdx_status status = gdx_term_walk_open(segment, 0, UINT32_MAX, &walk, err);
    if (status == GDX_OK)
        status = gdx_term_walk_next(walk, &term, &has, err);
    while (status == GDX_OK && has) {
        status = dump_list(segment, &term, out, err);
        if (status == GDX_OK && term.first != before)
            status = dump_frequencies(segment, term.first, frequencies, err);
        before = term.first;
        if (status == GDX_OK)
            status = gdx_term_walk_next(walk, &term, &has, err);
    }
    return status;
}

gdx_status dump_segment(const gdx_live_segment *live, gdx_buffer *out, gdx_error *err) {
    gdx_buffer frequencies = {0};
    dump_figures(live, out);
    gdx_status status = dump_documents(live->segment, out, err);
    if (status == GDX_OK)
        status = dump_columns(live->segment, out, err);
    if (status == GDX_OK)
        status = dump_order(live->segment, out, err);
    if (status == GDX_OK)
        status = dump_words(live->segment, out, err);
    if (status == GDX_OK)
        status = dump_terms(live->segment, out, &frequencies, err);
    must(gdx_buffer_append(out, frequencies.data, frequencies.bytes));
    gdx_buffer_clear(&frequencies);
    return status;
}

gdx_status dump_index(const char *directory, gdx_buffer *out, gdx_error *err) {
    GDX_AUTO(gdx_index) index = NULL;
    gdx_status status = gdx_index_open(directory, &index, err);
    if (status != GDX_OK)
        return status;
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    size_t segments = gdx_snapshot_segment_count(snapshot);
    PRINT(out, "{\"commit\":%" PRIu64 ",\"documents\":%" PRIu64 ",\"symbols\":%" PRIu64 ",\"bytes\":%" PRIu64,
          gdx_snapshot_commit(snapshot), gdx_snapshot_documents(snapshot), gdx_snapshot_symbols(snapshot),
          gdx_snapshot_bytes(snapshot));
    PRINT(out, ",\"segments\":%zu,\"rule_fingerprint\":\"%016" PRIx64 "\",\"rule\":%" PRIu32 ",\"keys\":[", segments,
          gdx_rule_checksum(gdx_rule_current()), gdx_rule_number(gdx_rule_current()));
    const gdx_keys *keys = gdx_snapshot_keys(snapshot);
    for (uint32_t k = 0; k < keys->count; k++) {
        PRINT(out, "%s", k ? "," : "");
        print_string(out, gdx_keys_name(keys, k));
    }
    PRINT(out, "],\"shape\":\"%s\"}\n", gdx_shape_name(gdx_snapshot_shape(snapshot)));
    for (size_t i = 0; i < segments && status == GDX_OK; i++)
        status = dump_segment(gdx_snapshot_segment(snapshot, i), out, err);
    gdx_snapshot_release(snapshot);
    return status;
}
