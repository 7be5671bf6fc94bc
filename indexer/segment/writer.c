// SPDX-License-Identifier: Apache-2.0
// writer.c: a segment from documents and an inverter. docs/format.md, "Segment".
// Stored text goes to the file while documents are added; everything else waits for the commit, when the inverter is
// sorted.

#include "documents_writer.h"
#include "fold.h"
#include "group_writer.h"
#include "head_writer.h"
#include "layout.h"
#include "shape.h"
#include "sink.h"
#include "terms_writer.h"
#include "values_writer.h"
#include "words_writer.h"

#include "gdx/ngram.h"
#include "gdx/text.h"

#include <assert.h>
#include <stdlib.h>

enum { CHUNK_POSTINGS_BYTES = 1 << 20 }; // a chunk is written when it has so many

struct gdx_segment_writer { // one owner
    segment_sink *sink;
    group_writer *groups;
    head_writer *heads;
    document_table documents;
    value_table values;
    gdx_part_row *parts; // scratch: of the document at hand
    size_t part_capacity;
    gdx_buffer body; // scratch: its text and parts, if it has any
    gdx_shape shape;
};

gdx_status gdx_segment_writer_open(const char *directory, uint64_t tag, int level, const gdx_rule *rule,
                                   gdx_segment_writer **out, gdx_error *err) {
    GDX_AUTO(gdx_segment_writer) writer = calloc(1, sizeof *writer);
    if (!writer)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a new segment");
    segment_rule by = {gdx_rule_checksum(rule), gdx_rule_number(rule)};
    gdx_status status = sink_open(directory, tag, by, &writer->sink, err);
    if (status == GDX_OK)
        status = sink_begin(writer->sink, SECTION_STORE, err);
    if (status == GDX_OK)
        status = group_writer_new(writer->sink, &writer->groups, err);
    if (status == GDX_OK)
        status = head_writer_new(writer->sink, level, false, &writer->heads, err);
    if (status != GDX_OK)
        return status;
    *out = writer;
    writer = NULL; // handed over
    return GDX_OK;
}

gdx_status gdx_segment_writer_set_keys(gdx_segment_writer *writer, const gdx_keys *keys) {
    assert(writer->documents.count == 0);
    value_table_clear(&writer->values);
    return value_table_init(&writer->values, keys);
}

void gdx_segment_writer_set_shape(gdx_segment_writer *writer, gdx_shape shape) {
    writer->shape = shape;
}

void gdx_segment_writer_abort(gdx_segment_writer *writer) {
    if (!writer)
        return;
    group_writer_free(writer->groups);
    head_writer_free(writer->heads);
    gdx_buffer_clear(&writer->body);
    sink_abort(writer->sink);
    document_table_clear(&writer->documents);
    value_table_clear(&writer->values);
    free(writer->parts);
    free(writer);
}

// One for each group, within the body; none moves back.
static bool are_checkpoints(const gdx_symbols *text, const gdx_folded *folded) {
    gdx_checkpoint before = {0, 0};
    uint64_t groups = groups_of(gdx_folded_positions(folded) - folded->title.count - 1);
    bool are = text->checkpoint_count == groups && text->checkpoints[0].byte == 0;
    for (size_t i = 0; i < text->checkpoint_count && are; before = text->checkpoints[i++])
        are = text->checkpoints[i].byte >= before.byte && text->checkpoints[i].byte <= folded->body_bytes &&
              text->checkpoints[i].symbol >= i * GDX_GROUP_SYMBOLS;
    return are;
}

// Where each part begins, from the first position of the document.
static gdx_status list_parts(gdx_segment_writer *writer, const gdx_document *document, const gdx_folded *folded) {
    uint64_t next = (uint64_t)folded->title.count + folded->text.count + 2;
    size_t begin = 0;
    size_t count = 0;
    gdx_part_walk walk = {0};
    if (gdx_grow(&writer->parts, &writer->part_capacity, folded->part_count, sizeof *writer->parts) != GDX_OK)
        return GDX_NO_MEMORY;
    for (const gdx_part *part; count < folded->part_count && (part = gdx_document_next_part(document, &walk));
         count++) {
        writer->parts[count] = (gdx_part_row){(uint32_t)next, (uint32_t)part->field};
        next += folded->ends[count].symbols - begin + 1;
        begin = folded->ends[count].symbols;
    }
    return GDX_OK;
}

// Places lie within the text, or at its end, and do not move back.
static bool are_places(const gdx_part_place *places, uint32_t count, gdx_slice text) {
    uint32_t before = 0;
    for (uint32_t i = 0; i < count; before = places[i++].byte)
        if (places[i].byte < before || places[i].byte > text.bytes)
            return false;
    return true;
}

static bool are_parts(const gdx_document *document) {
    bool are = are_places(document->text_places, document->text_place_count, document->text);
    for (uint32_t i = 0; i < document->part_count; i++) {
        const gdx_part *part = &document->parts[i];
        are &= part->field > GDX_FIELD_TITLE && part->field <= GDX_FIELD_FURNITURE &&
               are_places(part->places, part->place_count, part->text);
    }
    return are;
}

static gdx_status add_values(gdx_segment_writer *writer, gdx_slice metadata, gdx_error *err) {
    gdx_status status = value_table_take_metadata(&writer->values, metadata);
    if (status == GDX_OK)
        status = value_table_end_document(&writer->values);
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "no room for columns of metadata");
}

// The text and the parts, one after the other.
static gdx_status make_body(gdx_segment_writer *writer, const gdx_document *document, gdx_slice *out, gdx_error *err) {
    gdx_buffer *body = &writer->body;
    *out = document->text;
    if (document->part_count == 0)
        return GDX_OK;
    gdx_part_walk walk = {0};
    body->bytes = 0;
    gdx_status status = gdx_buffer_append(body, document->text.data, document->text.bytes);
    for (const gdx_part *part; status == GDX_OK && (part = gdx_document_next_part(document, &walk));)
        status = gdx_buffer_append(body, part->text.data, part->text.bytes);
    *out = (gdx_slice){body->data ? (const char *)body->data : "", body->bytes};
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "no memory for stored text");
}

gdx_status gdx_segment_writer_add(gdx_segment_writer *writer, const gdx_document *document, const gdx_folded *folded,
                                  gdx_error *err) {
    const gdx_symbols *text = &folded->text;
    gdx_slice body;
    if (!are_parts(document) || folded->part_count != document->part_count)
        return gdx_fail(err, GDX_INTERNAL, "document %u: a part of no field, or places out of order",
                        writer->documents.count);
    if (!are_checkpoints(text, folded))
        return gdx_fail(err, GDX_INTERNAL, "document %u: checkpoints out of order", writer->documents.count);
    if (list_parts(writer, document, folded) != GDX_OK)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for %zu parts", folded->part_count);
    uint8_t flags = document->title_from_text ? GDX_FLAG_TITLE_FROM_TEXT : 0;
    document_row row = {
        .id = document->id,
        .source = document->source,
        .date = document->date,
        .positions = gdx_folded_positions(folded),
        .text = (uint32_t)folded->title.count + 1,
        .symbols = folded->counted,
        .flags = folded->part_count ? flags | GDX_FLAG_PARTS : flags,
        .shift = writer->documents.position,
        .parts = writer->parts,
        .part_count = (uint32_t)folded->part_count,
        .hash = gdx_document_hash(document),
        .head = head_writer_record_bytes(writer->heads),
        .text_bytes = gdx_document_text_bytes(document),
    };
    gdx_status status = document_table_add(&writer->documents, &row, err);
    if (status == GDX_OK)
        status = add_values(writer, document->metadata, err);
    if (status == GDX_OK)
        status = head_writer_add(writer->heads, document, row.hash, err);
    if (status == GDX_OK)
        status = make_body(writer, document, &body, err);
    if (status != GDX_OK)
        return status;
    return group_writer_add(writer->groups, body, text->checkpoints, text->checkpoint_count, row.hash, err);
}

size_t gdx_segment_writer_bytes(const gdx_segment_writer *writer) {
    return sizeof *writer + sink_bytes(writer->sink) + group_writer_bytes(writer->groups) +
           head_writer_bytes(writer->heads) + document_table_bytes(&writer->documents) +
           value_table_bytes(&writer->values) + writer->body.capacity;
}

uint32_t gdx_segment_writer_documents(const gdx_segment_writer *writer) {
    return writer->documents.count;
}

// ---- commit

gdx_status gdx_segment_writer_end_text(gdx_segment_writer *writer, gdx_error *err) {
    return group_writer_end_text(writer->groups, err);
}

// All terms of the inverter, a chunk at a time.
static gdx_status write_chunks(terms_writer *terms, term_chunk *chunk, gdx_inverter *inverter, gdx_error *err) {
    gdx_inverted_term term;
    gdx_status status = GDX_OK;
    while (status == GDX_OK && gdx_inverter_next(inverter, &term)) {
        bool is_new_group = chunk->term_count && chunk->terms[chunk->term_count - 1].first != term.first;
        if (is_new_group && chunk->postings.bytes >= CHUNK_POSTINGS_BYTES) {
            status = term_chunk_end_group(chunk);
            if (status == GDX_OK)
                status = terms_writer_append(terms, chunk, err);
            term_chunk_reset(chunk);
        }
        if (status == GDX_OK)
            status = term_chunk_add(chunk, term.first, term.second, term.positions, term.count);
    }
    if (status == GDX_OK)
        status = term_chunk_end_group(chunk);
    if (status == GDX_OK)
        status = terms_writer_append(terms, chunk, err);
    return status;
}

static gdx_status write_terms(gdx_segment_writer *writer, gdx_inverter *inverter, uint32_t *out_count, gdx_error *err) {
    terms_writer terms;
    term_chunk chunk;
    gdx_document_columns columns = document_table_columns(&writer->documents);
    uint32_t blocks = (uint32_t)writer->documents.groups + writer->documents.count;
    term_chunk_init(&chunk, writer->shape, writer->documents.position, blocks, &columns);
    gdx_status status = terms_writer_init(&terms, writer->sink, writer->shape,
                                          shape_list_limit(writer->shape, writer->documents.position, blocks), err);
    if (status == GDX_OK)
        status = write_chunks(&terms, &chunk, inverter, err);
    if (status == GDX_OK)
        status = terms_writer_finish(&terms, err);
    *out_count = (uint32_t)terms.term_count;
    term_chunk_clear(&chunk);
    terms_writer_clear(&terms);
    return status == GDX_OK ? GDX_OK
                            : gdx_fail_at(err, status, sink_path(writer->sink), "terms cannot be written: %s",
                                          gdx_status_name(status));
}

static gdx_status write_words(gdx_segment_writer *writer, const gdx_inverter *inverter, gdx_error *err) {
    uint32_t count = gdx_inverter_word_count(inverter);
    gdx_slice *words = malloc(((size_t)count + 1) * sizeof *words);
    if (!words)
        return gdx_fail_at(err, GDX_NO_MEMORY, sink_path(writer->sink), "no memory for %u words", count);
    for (uint32_t i = 0; i < count; i++)
        words[i] = gdx_inverter_word(inverter, i);
    gdx_status status = words_write(words, count, writer->sink, err);
    free(words);
    return status;
}

static gdx_status write_all(gdx_segment_writer *writer, gdx_inverter *inverter, footer_counts *counts, gdx_error *err) {
    if (gdx_inverter_positions(inverter) != writer->documents.position)
        return gdx_fail_at(err, GDX_INTERNAL, sink_path(writer->sink), "%u positions inverted, %u of documents added",
                           gdx_inverter_positions(inverter), writer->documents.position);
    gdx_status status = group_writer_finish(writer->groups, err);
    if (status == GDX_OK)
        status = head_writer_finish(writer->heads, err);
    if (status == GDX_OK)
        status = document_table_end(&writer->documents, head_writer_record_bytes(writer->heads), err);
    if (status == GDX_OK)
        status = write_terms(writer, inverter, &counts->term_count, err);
    if (status == GDX_OK)
        status = write_words(writer, inverter, err);
    if (status == GDX_OK)
        status = document_table_write(&writer->documents, writer->sink, err);
    if (status == GDX_OK)
        status = value_table_write(&writer->values, writer->sink, counts, err);
    counts->text_bytes = writer->documents.text_bytes;
    counts->symbol_count = writer->documents.symbols;
    counts->document_count = writer->documents.count;
    counts->position_count = writer->documents.position;
    counts->word_count = gdx_inverter_word_count(inverter);
    counts->source_count = writer->documents.source_count;
    counts->group_count = group_writer_count(writer->groups);
    counts->store_level = head_writer_level(writer->heads);
    counts->shape = writer->shape;
    return status;
}

static gdx_status finish(gdx_segment_writer *writer, gdx_inverter *inverter, bool is_run, gdx_segment_info *out,
                         gdx_error *err) {
    footer_counts counts = {0};
    gdx_status status = write_all(writer, inverter, &counts, err);
    if (status == GDX_OK) {
        segment_sink *sink = writer->sink;
        writer->sink = NULL; // freed by the finish, whatever happens
        status = sink_finish(sink, &counts, is_run, out, err);
    }
    gdx_segment_writer_abort(writer);
    return status;
}

gdx_status gdx_segment_writer_commit(gdx_segment_writer *writer, gdx_inverter *inverter, gdx_segment_info *out,
                                     gdx_error *err) {
    return finish(writer, inverter, false, out, err);
}

gdx_status gdx_segment_writer_end_run(gdx_segment_writer *writer, gdx_inverter *inverter, gdx_segment_info *out,
                                      gdx_error *err) {
    writer->shape = GDX_SHAPE_EXACT;
    return finish(writer, inverter, true, out, err);
}
