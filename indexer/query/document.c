// SPDX-License-Identifier: Apache-2.0
// document.c: one stored document's head and stretches of its text, cut into symbols again by the matching rule: what
// the index knows as positions becomes bytes of the original. The last stretch read is kept, because neighbours use it.

#include "document.h"

#include <stdlib.h>

struct part {
    uint32_t begin; // its first position
    uint32_t length;
    gdx_field field;
    uint32_t number; // among those of its field
    uint64_t byte;   // where it begins and ends in the body, if it is not the title
    uint64_t end;    // UINT64_MAX: where the body does
};

struct query_document {
    gdx_store_reader *store;
    const query_segment *segment;
    uint32_t number;
    struct part *parts;
    size_t part_count, part_capacity;
    bool has_head;
    gdx_document head; // in `copy`
    gdx_buffer copy;
    gdx_symbols title;
    bool has_title;
    gdx_symbols stretch_symbols;
    gdx_stretch stretch;
    uint32_t stretch_part; // which it is of: first_byte and first_symbol count from there
    uint32_t whole_to;     // symbols of the stretch before this one are not cut short
    bool has_stretch;
};

query_document *query_document_new(void) {
    return calloc(1, sizeof(query_document));
}

void query_document_free(query_document *document) {
    if (!document)
        return;
    gdx_buffer_clear(&document->copy);
    gdx_symbols_clear(&document->title);
    gdx_symbols_clear(&document->stretch_symbols);
    free(document->parts);
    free(document);
}

// The reader's slices are valid until its next call, so the head is copied.
static gdx_status copy_head(query_document *document, const gdx_document *head, gdx_error *err) {
    const gdx_slice *from[] = {&head->id, &head->title, &head->source, &head->metadata};
    gdx_slice *to[] = {&document->head.id, &document->head.title, &document->head.source, &document->head.metadata};
    size_t bytes = 0;
    for (size_t i = 0; i < 4; i++)
        bytes += from[i]->bytes;
    document->copy.bytes = 0;
    if (gdx_buffer_reserve(&document->copy, bytes + 1) != GDX_OK)
        return gdx_fail_memory(err, "an answer");
    char *at = (char *)document->copy.data;
    for (size_t i = 0; i < 4; i++) {
        if (from[i]->bytes)
            memcpy(at, from[i]->data, from[i]->bytes);
        *to[i] = (gdx_slice){at, from[i]->bytes};
        at += from[i]->bytes;
    }
    document->head.date = head->date;
    document->head.text = (gdx_slice){NULL, 0};
    return GDX_OK;
}

static void add_part(query_document *document, uint32_t begin, gdx_field field) {
    struct part *part = &document->parts[document->part_count];
    uint32_t number = 0;
    if (document->part_count && part[-1].field == field)
        number = part[-1].number + 1;
    *part = (struct part){.begin = begin, .field = field, .number = number, .end = UINT64_MAX};
    document->part_count++;
}

static gdx_status list_parts(query_document *document, gdx_error *err) {
    const gdx_document_columns *columns = &document->segment->columns;
    uint32_t number = document->number, row_count;
    const gdx_part_row *rows = gdx_columns_parts(columns, number, &row_count);
    document->part_count = 0;
    if (gdx_grow(&document->parts, &document->part_capacity, (size_t)row_count + 2, sizeof *document->parts) != GDX_OK)
        return gdx_fail_memory(err, "an answer");
    add_part(document, columns->begin[number], GDX_FIELD_TITLE);
    add_part(document, columns->text[number], GDX_FIELD_TEXT);
    for (uint32_t i = 0; i < row_count; i++)
        add_part(document, rows[i].begin, (gdx_field)rows[i].field);
    for (size_t i = 0; i < document->part_count; i++) {
        bool is_last = i + 1 == document->part_count;
        uint32_t end = is_last ? columns->begin[number + 1] : document->parts[i + 1].begin;
        document->parts[i].length = end - document->parts[i].begin - 1;
    }
    return GDX_OK;
}

// The head knows at which byte each part ends.
static gdx_status read_head(query_document *document, gdx_error *err) {
    gdx_document head;
    if (document->has_head)
        return GDX_OK;
    gdx_status status = gdx_store_read_head(document->store, document->segment->segment, document->number, &head, err);
    if (status == GDX_OK)
        status = copy_head(document, &head, err);
    for (size_t i = QUERY_TEXT_PART; i < document->part_count && status == GDX_OK; i++) {
        document->parts[i].byte = i == QUERY_TEXT_PART ? 0 : document->parts[i - 1].end;
        document->parts[i].end = gdx_store_part_end(document->store, (uint32_t)i - QUERY_TEXT_PART);
    }
    document->has_head = status == GDX_OK;
    return status;
}

gdx_status query_document_locate(query_document *document, gdx_store_reader *store, const query_segment *segment,
                                 uint32_t number, gdx_error *err) {
    document->store = store;
    document->segment = segment;
    document->number = number;
    document->has_head = document->has_title = document->has_stretch = false;
    return list_parts(document, err);
}

gdx_status query_document_open(query_document *document, gdx_store_reader *store, const query_segment *segment,
                               uint32_t number, gdx_error *err) {
    gdx_status status = query_document_locate(document, store, segment, number, err);
    return status == GDX_OK ? read_head(document, err) : status;
}

const gdx_document *query_document_head(const query_document *document) {
    return &document->head;
}

uint32_t query_document_part_count(const query_document *document) {
    return (uint32_t)document->part_count;
}

uint32_t query_document_begin(const query_document *document, uint32_t part) {
    return document->parts[part].begin;
}

uint32_t query_document_length(const query_document *document, uint32_t part) {
    return document->parts[part].length;
}

gdx_field query_document_field(const query_document *document, uint32_t part, uint32_t *out_number) {
    *out_number = document->parts[part].number;
    return document->parts[part].field;
}

gdx_slice query_document_place(const query_document *document, uint32_t part, uint64_t byte) {
    if (part == QUERY_TITLE_PART)
        return (gdx_slice){"", 0};
    return gdx_store_place(document->store, part - QUERY_TEXT_PART, byte);
}

uint32_t query_document_part_at(const query_document *document, uint32_t position) {
    size_t low = 0, high = document->part_count; // parts[low].begin <= position
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (document->parts[middle].begin <= position)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static gdx_status cut(const query_document *document, gdx_slice text, gdx_symbols *symbols, gdx_error *err) {
    return gdx_text_symbols(document->segment->rule, text, GDX_TEXT_SPANS, symbols) == GDX_OK
               ? GDX_OK
               : gdx_fail_memory(err, "an answer");
}

// Cuts the symbols that the stretch has of one part. The stretch counts from the start of the body; what is kept counts
// from the start of the part.
static gdx_status cut_part(query_document *document, uint32_t number, gdx_error *err) {
    const struct part *part = &document->parts[number];
    gdx_stretch *stretch = &document->stretch;
    uint64_t end = stretch->first_byte + stretch->text.bytes;
    uint32_t before = part->begin - document->parts[QUERY_TEXT_PART].begin; // positions of the body
    bool begins = stretch->first_byte <= part->byte;
    if (end < part->byte || stretch->first_byte > part->end || (!begins && stretch->first_symbol < before))
        return gdx_fail(err, GDX_CORRUPT, "%s: document %u: the stored text differs from the indexed symbols",
                        gdx_segment_path(document->segment->segment), document->number);
    size_t skipped = begins ? (size_t)(part->byte - stretch->first_byte) : 0;
    stretch->text.data += skipped;
    stretch->text.bytes -= skipped;
    if (end >= part->end) {
        stretch->text.bytes -= (size_t)(end - part->end);
        stretch->is_last = true;
    }
    stretch->first_symbol = begins ? 0 : stretch->first_symbol - before;
    stretch->first_byte = begins ? 0 : stretch->first_byte - part->byte;
    document->stretch_part = number;
    return cut(document, stretch->text, &document->stretch_symbols, err);
}

static gdx_status read_stretch(query_document *document, uint32_t part, uint32_t from, uint32_t to, gdx_error *err) {
    uint32_t before = document->parts[part].begin - document->parts[QUERY_TEXT_PART].begin;
    document->has_stretch = false;
    gdx_status status = gdx_store_read_around(document->store, document->segment->segment, document->number,
                                              before + from, before + to - 1, &document->stretch, err);
    if (status == GDX_OK)
        status = cut_part(document, part, err);
    document->has_stretch = status == GDX_OK;
    // What was asked for is whole; of what came along, the last one may be cut short, save where the text ends.
    uint64_t last = document->stretch.first_symbol + (uint64_t)document->stretch_symbols.count;
    document->whole_to = last > to && !document->stretch.is_last ? (uint32_t)(last - 1) : (uint32_t)last;
    return status;
}

static bool covers(const query_document *document, uint32_t part, uint32_t from, uint32_t to) {
    return document->has_stretch && document->stretch_part == part && document->stretch.first_symbol <= from &&
           to <= document->whole_to;
}

gdx_status query_document_view(query_document *document, uint32_t part, uint32_t from, uint32_t to, uint32_t ahead,
                               query_view *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (part == QUERY_TITLE_PART || document->part_count > QUERY_TEXT_PART + 1)
        status = read_head(document, err);
    if (status != GDX_OK)
        return status;
    if (part == QUERY_TITLE_PART) {
        if (!document->has_title)
            status = cut(document, document->head.title, &document->title, err);
        document->has_title = status == GDX_OK;
        *out = (query_view){&document->title, 0, 0, document->head.title};
    } else {
        uint32_t length = document->parts[part].length;
        if (!covers(document, part, from, to))
            status = read_stretch(document, part, from, length - to < ahead ? length : to + ahead, err);
        *out = (query_view){&document->stretch_symbols, document->stretch.first_symbol, document->stretch.first_byte,
                            document->stretch.text};
    }
    if (status == GDX_OK && (out->first > from || out->first + out->symbols->count < to))
        return gdx_fail(err, GDX_CORRUPT, "%s: document %u: the stored text differs from the indexed symbols",
                        gdx_segment_path(document->segment->segment), document->number);
    return status;
}
