// SPDX-License-Identifier: Apache-2.0
// document.c: one stored document's head and stretches of its text, cut into symbols again by the matching rule: what
// the index knows as positions becomes bytes of the original. The last stretch read is kept, because neighbours use it.

#include "document.h"

#include <stdlib.h>

struct query_document {
    gdx_store_reader *store;
    const query_segment *segment;
    uint32_t number;
    uint32_t lengths[2]; // by gdx_field
    gdx_document head;   // in `copy`
    gdx_buffer copy;
    gdx_symbols title;
    bool has_title;
    gdx_symbols stretch_symbols;
    gdx_stretch stretch;
    uint32_t whole_to; // symbols of the stretch before this one are not cut short
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

gdx_status query_document_open(query_document *document, gdx_store_reader *store, const query_segment *segment,
                               uint32_t number, gdx_error *err) {
    document->store = store;
    document->segment = segment;
    document->number = number;
    document->has_title = document->has_stretch = false;
    const gdx_document_columns *columns = &segment->columns;
    uint32_t begin = columns->begin[number], text = columns->text[number], end = columns->begin[number + 1];
    if (text <= begin || end <= text)
        return gdx_fail(err, GDX_CORRUPT, "%s: document %u has no room for its fields",
                        gdx_segment_path(segment->segment), number);
    document->lengths[GDX_FIELD_TITLE] = text - begin - 1;
    document->lengths[GDX_FIELD_TEXT] = end - text - 1;
    gdx_document head;
    gdx_status status = gdx_store_read_head(store, segment->segment, number, &head, err);
    return status == GDX_OK ? copy_head(document, &head, err) : status;
}

const gdx_document *query_document_head(const query_document *document) {
    return &document->head;
}

uint32_t query_document_length(const query_document *document, gdx_field field) {
    return document->lengths[field];
}

static gdx_status cut(const query_document *document, gdx_slice text, gdx_symbols *symbols, gdx_error *err) {
    return gdx_text_symbols(document->segment->rule, text, GDX_TEXT_SPANS, symbols) == GDX_OK
               ? GDX_OK
               : gdx_fail_memory(err, "an answer");
}

static gdx_status read_stretch(query_document *document, uint32_t from, uint32_t to, gdx_error *err) {
    document->has_stretch = false;
    gdx_status status = gdx_store_read_around(document->store, document->segment->segment, document->number, from,
                                              to - 1, &document->stretch, err);
    if (status == GDX_OK)
        status = cut(document, document->stretch.text, &document->stretch_symbols, err);
    document->has_stretch = status == GDX_OK;
    // What was asked for is whole; of what came along, the last one may be cut short, save where the text ends.
    uint64_t last = document->stretch.first_symbol + (uint64_t)document->stretch_symbols.count;
    document->whole_to = last > to && !document->stretch.is_last ? (uint32_t)(last - 1) : (uint32_t)last;
    return status;
}

static bool covers(const query_document *document, uint32_t from, uint32_t to) {
    return document->has_stretch && document->stretch.first_symbol <= from && to <= document->whole_to;
}

gdx_status query_document_view(query_document *document, gdx_field field, uint32_t from, uint32_t to, uint32_t ahead,
                               query_view *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (field == GDX_FIELD_TITLE) {
        if (!document->has_title)
            status = cut(document, document->head.title, &document->title, err);
        document->has_title = status == GDX_OK;
        *out = (query_view){&document->title, 0, 0, document->head.title};
    } else {
        uint32_t length = document->lengths[GDX_FIELD_TEXT];
        if (!covers(document, from, to))
            status = read_stretch(document, from, length - to < ahead ? length : to + ahead, err);
        *out = (query_view){&document->stretch_symbols, document->stretch.first_symbol, document->stretch.first_byte,
                            document->stretch.text};
    }
    if (status == GDX_OK && (out->first > from || out->first + out->symbols->count < to))
        return gdx_fail(err, GDX_CORRUPT, "%s: document %u: the stored text differs from the indexed symbols",
                        gdx_segment_path(document->segment->segment), document->number);
    return status;
}
