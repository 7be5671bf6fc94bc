// SPDX-License-Identifier: Apache-2.0
// store_reader.c: reads stored documents. docs/format.md, "Stored text" and "Heads".
// A document is a head, in a block with others, and groups of text, each on its own. Only what is asked for is spelled
// out.

#include "store_reader.h"

#include "gdx/text.h"
#include "gdx/utf8.h"

#include <stdlib.h>

gdx_store_reader *gdx_store_reader_new(size_t cache_bytes) {
    GDX_AUTO(gdx_store_reader) reader = calloc(1, sizeof *reader);
    return reader && head_cache_init(&reader->heads, cache_bytes) ? GDX_TAKE(reader) : NULL;
}

void gdx_store_reader_free(gdx_store_reader *reader) {
    if (!reader)
        return;
    head_cache_clear(&reader->heads);
    gdx_buffer_clear(&reader->head);
    gdx_buffer_clear(&reader->text);
    store_details_clear(&reader->details);
    free(reader);
}

void gdx_store_reader_obey(gdx_store_reader *reader, const gdx_stop *stop) {
    reader->stop = stop;
}

void gdx_store_reader_counts(const gdx_store_reader *reader, uint64_t *out_hits, uint64_t *out_misses) {
    *out_hits = reader->heads.hits;
    *out_misses = reader->heads.misses;
}

static gdx_status bad_head(const gdx_segment *segment, uint32_t document, gdx_error *err) {
    return segment_damaged(segment, SECTION_DOCUMENT_HEAD, (uint64_t)document * 8, "a head that does not decode", err);
}

static gdx_status bad_text(const gdx_segment *segment, uint32_t document, gdx_error *err) {
    return segment_damaged(segment, SECTION_DOCUMENT_GROUP, (uint64_t)document * 4, "text that does not decode", err);
}

// ---- heads

static gdx_status read_columns(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                               gdx_document *out, gdx_error *err) {
    uint32_t source;
    const uint8_t *flags;
    gdx_status status = gdx_segment_id(segment, document, &out->id, err);
    if (status == GDX_OK)
        status = segment_section(segment, SECTION_DOCUMENT_FLAGS, document, 1, &flags, err);
    if (status == GDX_OK) {
        out->title_from_text = *flags & GDX_FLAG_TITLE_FROM_TEXT;
        reader->has_parts = *flags & GDX_FLAG_PARTS;
    }
    if (status == GDX_OK)
        status = segment_u32(segment, SECTION_DOCUMENT_DATE, document, &out->date, err);
    if (status == GDX_OK)
        status = segment_u32(segment, SECTION_DOCUMENT_SOURCE, document, &source, err);
    return status == GDX_OK ? gdx_segment_source(segment, source, &out->source, err) : status;
}

static gdx_status parse_details(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                                gdx_slice details, gdx_slice *out_origin, gdx_error *err) {
    gdx_document_columns columns = {0};
    uint32_t row_count = 0;
    const gdx_part_row *rows = NULL;
    gdx_status status = GDX_OK;
    if (details.bytes || reader->has_parts)
        status = gdx_segment_columns(segment, &columns, err);
    if (status != GDX_OK)
        return status;
    if (columns.count)
        rows = gdx_columns_parts(&columns, document, &row_count);
    status = store_details_read(details, rows, row_count, &reader->details, out_origin);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_at(err, status, segment->path, "no memory for heads of documents");
    return status == GDX_OK ? GDX_OK : bad_head(segment, document, err);
}

// A head in the bytes of its block.
struct fields {
    gdx_slice title; // its code, or itself
    bool is_plain;
    gdx_slice metadata;
    gdx_slice details;
};

static bool split_head(gdx_slice record, struct fields *out) {
    const uint8_t *at = (const uint8_t *)record.data;
    const uint8_t *end = at + record.bytes;
    uint64_t title;
    uint64_t metadata;
    if (!gdx_varint_read(&at, end, &title) || !gdx_varint_read(&at, end, &metadata) || title / 2 > (size_t)(end - at) ||
        metadata > (size_t)(end - at) - title / 2)
        return false;
    const char *fields = (const char *)at;
    out->is_plain = title & 1;
    title /= 2;
    out->title = (gdx_slice){fields, title};
    out->metadata = (gdx_slice){fields + title, metadata};
    out->details = (gdx_slice){fields + title + metadata, (size_t)(end - at) - title - metadata};
    return true;
}

static gdx_status spell_title(const struct fields *fields, gdx_buffer *out) {
    if (fields->is_plain)
        return gdx_buffer_append(out, fields->title.data, fields->title.bytes);
    return fields->title.bytes
               ? gdx_token_decode(gdx_token_table_builtin(), fields->title, GDX_TOKEN_GROUP_BYTES, out, NULL)
               : GDX_OK;
}

static gdx_status find_fields(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                              struct fields *out, gdx_error *err) {
    gdx_slice record;
    gdx_status status = head_record(&reader->heads, segment, document, &record, err);
    if (status != GDX_OK)
        return status;
    return split_head(record, out) ? GDX_OK : bad_head(segment, document, err);
}

gdx_status gdx_store_read_title(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, gdx_slice *out,
                                gdx_error *err) {
    struct fields fields;
    gdx_status status = find_fields(reader, segment, document, &fields, err);
    if (status != GDX_OK)
        return status;
    reader->head.bytes = 0;
    status = spell_title(&fields, &reader->head);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for heads of documents");
    gdx_slice title = {reader->head.data ? (const char *)reader->head.data : "", reader->head.bytes};
    if (status != GDX_OK || !gdx_utf8_valid(title))
        return bad_head(segment, document, err);
    *out = title;
    return GDX_OK;
}

// Title, metadata and details of a head, spelled out in reader->head.
static gdx_status copy_head(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document, gdx_document *out,
                            gdx_slice *out_details, gdx_error *err) {
    struct fields fields;
    gdx_buffer *to = &reader->head;
    to->bytes = 0;
    gdx_status status = find_fields(reader, segment, document, &fields, err);
    if (status != GDX_OK)
        return status;
    status = spell_title(&fields, to);
    size_t title = to->bytes;
    if (status == GDX_OK) // the details lie behind the metadata
        status = gdx_buffer_append(to, fields.metadata.data, fields.metadata.bytes + fields.details.bytes);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory for heads of documents");
    if (status != GDX_OK)
        return bad_head(segment, document, err);
    const char *head = to->data ? (const char *)to->data : "";
    out->title = (gdx_slice){head, title};
    out->metadata = (gdx_slice){head + title, fields.metadata.bytes};
    *out_details = (gdx_slice){head + title + fields.metadata.bytes, fields.details.bytes};
    return gdx_utf8_valid(out->title) && gdx_utf8_valid(out->metadata) ? GDX_OK : bad_head(segment, document, err);
}

gdx_status gdx_store_read_head(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, gdx_document *out,
                               gdx_error *err) {
    gdx_document found = {.text = {"", 0}};
    gdx_slice details;
    gdx_status status = read_columns(reader, segment, document, &found, err);
    if (status == GDX_OK)
        status = copy_head(reader, segment, document, &found, &details, err);
    if (status == GDX_OK)
        status = parse_details(reader, segment, document, details, &found.origin, err);
    if (status == GDX_OK)
        *out = found;
    return status;
}

// ---- bodies

gdx_status store_table(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                       const gdx_token_table **out, gdx_error *err) {
    token_range range;
    for (int i = 0; i < STORE_RANGES_KEPT; i++) {
        const struct store_range *kept = &reader->ranges[i];
        if (kept->segment == segment->info.name && document >= kept->begin && document < kept->end) {
            *out = kept->table;
            return GDX_OK;
        }
    }
    gdx_status status = token_range_find(segment, document, &range, err);
    if (status == GDX_OK)
        status = token_range_table(segment, &range, out, err);
    if (status == GDX_OK)
        reader->ranges[reader->next_range++ % STORE_RANGES_KEPT] =
            (struct store_range){segment->info.name, range.begin, range.end, *out};
    return status;
}

// Gives the text and each part its stretch of the body.
static gdx_status share_body(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                             gdx_document *found, gdx_document *out, gdx_error *err) {
    store_details *details = &reader->details;
    const char *body = reader->text.data ? (const char *)reader->text.data : "";
    size_t from = 0;
    for (size_t i = 0; i <= details->part_count; i++) {
        uint64_t end = i < details->part_count ? details->ends[i] : reader->text.bytes;
        if (end < from || end > reader->text.bytes)
            return bad_text(segment, document, err);
        gdx_slice text = {body + from, (size_t)end - from};
        if (details->part_count && !gdx_utf8_valid(text)) // a part that begins within a character
            return bad_text(segment, document, err);
        *(i ? &details->parts[i - 1].text : &found->text) = text;
        from = (size_t)end;
    }
    found->parts = details->part_count ? details->parts : NULL;
    found->part_count = (uint32_t)details->part_count;
    found->text_places = details->text_places ? details->places : NULL;
    found->text_place_count = details->text_places;
    *out = *found;
    return GDX_OK;
}

// Groups between two looks at whether it is to stop.
enum { GROUPS_AT_ONCE = 1024 };

static gdx_status read_body(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document, gdx_error *err) {
    uint32_t first;
    uint32_t end;
    const gdx_token_table *table;
    gdx_status status = groups_of_document(segment, document, &first, &end, err);
    if (status == GDX_OK)
        status = store_table(reader, segment, document, &table, err);
    while (status == GDX_OK && first < end) {
        uint32_t next = end - first < GROUPS_AT_ONCE ? end : first + GROUPS_AT_ONCE;
        status = groups_text(segment, table, first, next, &reader->block, &reader->text, err);
        if (status == GDX_OK && next < end)
            status = gdx_stop_check(reader->stop, err);
        first = next;
    }
    return status;
}

gdx_status gdx_store_read(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, gdx_document *out,
                          gdx_error *err) {
    gdx_document found;
    reader->text.bytes = 0;
    gdx_status status = gdx_store_read_head(reader, segment, document, &found, err);
    if (status == GDX_OK)
        status = read_body(reader, segment, document, err);
    return status == GDX_OK ? share_body(reader, segment, document, &found, out, err) : status;
}

// ---- stretches of text

// Moves *group back to one whose first symbol is at or before `symbol`; a group's first symbol is late when no earlier
// place was good to begin at.
static gdx_status find_group(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document, uint32_t first,
                             uint32_t symbol, uint32_t *group, uint32_t *out_symbol, gdx_error *err) {
    for (;; --*group) {
        gdx_status status = group_block_read(segment, *group / GDX_GROUPS_PER_BLOCK, &reader->block, err);
        if (status != GDX_OK)
            return status;
        uint64_t begin =
            (uint64_t)(*group - first) * GDX_GROUP_SYMBOLS + reader->block.late[*group % GDX_GROUPS_PER_BLOCK];
        *out_symbol = (uint32_t)begin;
        if (begin <= symbol)
            return GDX_OK;
        if (*group == first)
            return bad_text(segment, document, err);
    }
}

// Where a group's text begins in the body.
static gdx_status find_byte(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document, uint32_t first,
                            uint32_t group, uint64_t *out, gdx_error *err) {
    uint64_t begin;
    uint64_t body = 0;
    gdx_status status = group_text_begin(segment, first, &reader->block, &body, err);
    if (status == GDX_OK)
        status = group_text_begin(segment, group, &reader->block, &begin, err);
    if (status == GDX_OK && (begin < body || begin - body > segment->info.text_bytes))
        return bad_text(segment, document, err);
    *out = status == GDX_OK ? begin - body : 0;
    return status;
}

struct body { // groups [first, end) of a document
    uint32_t first;
    uint32_t end;
    const gdx_token_table *table;
};

static gdx_status find_body(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document, struct body *out,
                            gdx_error *err) {
    gdx_status status = groups_of_document(segment, document, &out->first, &out->end, err);
    return status == GDX_OK ? store_table(reader, segment, document, &out->table, err) : status;
}

static void show_stretch(const gdx_store_reader *reader, gdx_stretch found, gdx_stretch *out) {
    found.text = (gdx_slice){reader->text.data ? (const char *)reader->text.data : "", reader->text.bytes};
    *out = found;
}

gdx_status gdx_store_read_around(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, uint32_t from,
                                 uint32_t to, gdx_stretch *out, gdx_error *err) {
    struct body body;
    gdx_stretch found = {0};
    gdx_status status = find_body(reader, segment, document, &body, err);
    if (status != GDX_OK)
        return status;
    uint32_t first = body.first, end = body.end;
    // The two symbols after the last are read too: whether a soft hyphen behind a word is a symbol, what comes after it
    // says.
    uint64_t last = ((uint64_t)to + 2) / GDX_GROUP_SYMBOLS;
    uint32_t stop = last < end - first ? first + (uint32_t)last + 1 : end;
    uint32_t group = from / GDX_GROUP_SYMBOLS < stop - first ? first + from / GDX_GROUP_SYMBOLS : stop - 1;
    status = find_group(reader, segment, document, first, from, &group, &found.first_symbol, err);
    if (status == GDX_OK)
        status = find_byte(reader, segment, document, first, group, &found.first_byte, err);
    reader->text.bytes = 0;
    if (status == GDX_OK)
        status = groups_text(segment, body.table, group, stop, &reader->block, &reader->text, err);
    if (status != GDX_OK)
        return status;
    found.is_last = stop == end;
    show_stretch(reader, found, out);
    return GDX_OK;
}

gdx_status gdx_store_read_symbols(gdx_store_reader *reader, gdx_segment *segment, const gdx_rule *rule,
                                  uint32_t document, uint32_t from, uint32_t to, gdx_stretch *out, gdx_error *err) {
    struct body body;
    gdx_stretch found = {0};
    gdx_status status = find_body(reader, segment, document, &body, err);
    if (status != GDX_OK)
        return status;
    uint32_t first = body.first, end = body.end;
    if (from >= to || (to - 1) / GDX_GROUP_SYMBOLS >= end - first)
        return bad_text(segment, document, err);
    uint32_t stop = first + (to - 1) / GDX_GROUP_SYMBOLS + 1;
    uint32_t group = first + from / GDX_GROUP_SYMBOLS;
    reader->text.bytes = 0;
    status = find_group(reader, segment, document, first, from, &group, &found.first_symbol, err);
    if (status == GDX_OK)
        status = groups_text(segment, body.table, group, stop, &reader->block, &reader->text, err);
    // The next group has what the last symbols may depend on, as there are two of it at least, or no more.
    if (status == GDX_OK && stop < end && !gdx_text_is_settled(rule, gdx_buffer_slice(&reader->text))) {
        status = groups_text(segment, body.table, stop, stop + 1, &reader->block, &reader->text, err);
        stop++;
    }
    if (status != GDX_OK)
        return status;
    found.is_last = stop == end;
    show_stretch(reader, found, out);
    return GDX_OK;
}

uint64_t gdx_store_part_end(const gdx_store_reader *reader, uint32_t part) {
    return part < reader->details.part_count ? reader->details.ends[part] : UINT64_MAX;
}

gdx_slice gdx_store_place(const gdx_store_reader *reader, uint32_t part, uint64_t byte) {
    return store_details_place(&reader->details, part, byte);
}
