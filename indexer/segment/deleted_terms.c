// SPDX-License-Identifier: Apache-2.0
// deleted_terms.c: see deleted_terms.h. The terms of all deleted documents are put in order and those that are equal
// are counted: that is quick as long as few documents are deleted.

#include "deleted_terms.h"

#include "fold.h"

#include "gdx/ngram.h"
#include "gdx/sort.h"

#include <stdlib.h>

struct gathering { // one owner
    const merge_plan *merge;
    const merge_source *source;
    gdx_store_reader *reader;
    gdx_folded *folded;
    uint64_t *keys;
    uint64_t *room; // for sorting
    size_t count;
    size_t capacity;
};

void deleted_terms_clear(deleted_terms *deleted) {
    free(deleted->keys);
    free(deleted->counts);
    *deleted = (deleted_terms){0};
}

// All, less those of the runs of live documents.
uint64_t deleted_terms_positions(const merge_source *source) {
    uint64_t live = 0;
    if (source->live_count == source->columns.count || source->live_count == 0)
        return 0;
    for (size_t i = 0; i < source->positions.count; i++)
        live += source->positions.runs[i].end - source->positions.runs[i].begin;
    return live < source->segment->info.position_count ? source->segment->info.position_count - live : 0;
}

static gdx_status number_of(const gdx_segment *segment, const gdx_symbols *field, size_t i, uint32_t *out,
                            gdx_error *err) {
    *out = field->symbols[i];
    if (!(*out & GDX_WORD_FLAG))
        return GDX_OK;
    gdx_status status =
        gdx_segment_find_word(segment, gdx_symbols_word(field, field->symbols[i] & ~GDX_WORD_FLAG), out, err);
    if (status == GDX_OK && *out == GDX_SYMBOL_END)
        status = segment_damaged(segment, SECTION_WORDS, 0, "a word of the stored text that is not there", err);
    return status;
}

static gdx_status add_field(struct gathering *gathering, const gdx_symbols *field, gdx_error *err) {
    const gdx_segment *segment = gathering->source->segment;
    uint32_t next = 0;
    if (field->count > gathering->capacity - gathering->count)
        return segment_damaged(segment, SECTION_DOCUMENT_BEGIN, 0, "stored text of more symbols than positions", err);
    gdx_status status = field->count ? number_of(segment, field, 0, &next, err) : GDX_OK;
    for (size_t i = 0; i < field->count && status == GDX_OK; i++) {
        uint64_t first = next;
        next = GDX_SYMBOL_END;
        if (i + 1 < field->count)
            status = number_of(segment, field, i + 1, &next, err);
        gathering->keys[gathering->count++] = first << 32 | next;
    }
    return status;
}

static gdx_status add_document(struct gathering *gathering, uint32_t document, gdx_error *err) {
    const gdx_segment *segment = gathering->source->segment;
    gdx_document read;
    folded_walk walk = {0};
    gdx_symbols field;
    gdx_status status = merge_check(gathering->merge, err);
    if (status == GDX_OK)
        status = gdx_store_read(gathering->reader, (gdx_segment *)segment, document, &read, err); // changes nothing
    if (status != GDX_OK)
        return status;
    status = gdx_folded_fold(gathering->folded, folded_rule_of(segment), &read);
    if (status != GDX_OK)
        return gdx_fail_at(err, status, segment->path, "document %u cannot be cut into symbols: %s", document,
                           gdx_status_name(status));
    while (status == GDX_OK && folded_next(gathering->folded, &walk, &field))
        status = add_field(gathering, &field, err);
    return status;
}

static bool is_less(void *unused, const void *left, const void *right) {
    (void)unused;
    return *(const uint64_t *)left < *(const uint64_t *)right;
}

static const gdx_ordering by_key = {sizeof(uint64_t), is_less};

// Equal keys become one with a count.
static gdx_status count_keys(const struct gathering *gathering, deleted_terms *out, gdx_error *err) {
    const uint64_t *sorted = gdx_sort(&by_key, NULL, gathering->keys, gathering->room, gathering->count);
    size_t different = 0;
    for (size_t i = 0; i < gathering->count; i++)
        different += i == 0 || sorted[i] != sorted[i - 1];
    out->keys = malloc((different + 1) * sizeof *out->keys);
    out->counts = malloc((different + 1) * sizeof *out->counts);
    if (!out->keys || !out->counts)
        return merge_no_memory(gathering->merge, "terms of deleted documents", err);
    for (size_t i = 0; i < gathering->count; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1]) {
            out->keys[out->count] = sorted[i];
            out->counts[out->count++] = 0;
        }
        out->counts[out->count - 1]++;
    }
    return GDX_OK;
}

static gdx_status gather(struct gathering *gathering, deleted_terms *out, gdx_error *err) {
    const merge_source *source = gathering->source;
    gathering->capacity = deleted_terms_positions(source);
    gathering->keys = malloc((gathering->capacity + 1) * sizeof *gathering->keys);
    gathering->room = malloc((gathering->capacity + 1) * sizeof *gathering->room);
    gathering->reader = gdx_store_reader_new(0);
    gathering->folded = gdx_folded_new();
    if (!gathering->keys || !gathering->room || !gathering->reader || !gathering->folded)
        return merge_no_memory(gathering->merge, "terms of deleted documents", err);
    gdx_store_reader_obey(gathering->reader, gathering->merge->stop);
    gdx_status status = GDX_OK;
    for (uint32_t d = 0; d < source->columns.count && status == GDX_OK; d++)
        if (merge_is_deleted(source, d))
            status = add_document(gathering, d, err);
    return status == GDX_OK ? count_keys(gathering, out, err) : status;
}

gdx_status deleted_terms_make(const merge_plan *merge, const merge_source *source, deleted_terms *out, gdx_error *err) {
    struct gathering gathering = {.merge = merge, .source = source};
    if (deleted_terms_positions(source) == 0)
        return GDX_OK;
    gdx_status status = gather(&gathering, out, err);
    gdx_store_reader_free(gathering.reader);
    gdx_folded_free(gathering.folded);
    free(gathering.keys);
    free(gathering.room);
    return status;
}
