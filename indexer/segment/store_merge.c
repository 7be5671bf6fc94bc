// SPDX-License-Identifier: Apache-2.0
// store_merge.c: stored text of the live documents, copied as it is compressed wherever the block would come out the
// same. docs/format.md, "Stored text".
// A block is the same when the writer is between blocks where it starts, all its documents are live, and it ends
// for a reason that still holds. Other documents are added record by record, until a block ends where one of the input
// did.

#include "merge_plan.h"

#include "store_block.h"

enum { FORGET_EVERY_BYTES = 8 << 20 }; // of coded text, about a third of that in the inputs

struct store_merge { // one owner
    const merge_plan *merge;
    store_writer *writer;
    gdx_store_reader *reader;
    uint64_t forgotten; // coded bytes written when the inputs' pages were last let go of
};

struct place { // a live document; source == source_count: after the last
    size_t source;
    uint32_t document;
};

static void skip_deleted(const merge_plan *merge, struct place *place) {
    while (place->source < merge->source_count) {
        const merge_source *source = &merge->sources[place->source];
        while (place->document < source->columns.count && merge_is_deleted(source, place->document))
            place->document++;
        if (place->document < source->columns.count)
            return;
        *place = (struct place){place->source + 1, 0};
    }
}

static gdx_status record_at(const merge_plan *merge, struct place place, uint64_t *out_begin, uint64_t *out_end,
                            gdx_error *err) {
    return store_record(merge->sources[place.source].segment, place.document, out_begin, out_end, err);
}

static gdx_status damaged(const gdx_segment *segment, uint32_t number, const char *what, gdx_error *err) {
    return segment_damaged(segment, SECTION_STORE_BLOCKS, (uint64_t)number * STORE_BLOCK_BYTES, what, err);
}

static bool is_same_level(const struct store_merge *state, const gdx_segment *segment) {
    return segment->store_level == state->merge->level;
}

// ---- whole blocks

// Whether what follows makes the writer end a block: a long record, or nothing at all.
static gdx_status next_ends_block(const merge_plan *merge, struct place next, bool *out, gdx_error *err) {
    uint64_t begin = 0;
    uint64_t end = 0;
    skip_deleted(merge, &next);
    if (next.source == merge->source_count) {
        *out = true;
        return GDX_OK;
    }
    gdx_status status = record_at(merge, next, &begin, &end, err);
    *out = end - begin >= GDX_STORE_TARGET_BYTES;
    return status;
}

// Whether the writer would end a block of so many coded bytes after document `last`.
static gdx_status ends_here(const merge_plan *merge, size_t source, uint32_t last, uint64_t coded_bytes, bool *out,
                            gdx_error *err) {
    const gdx_segment *segment = merge->sources[source].segment;
    uint64_t hash;
    uint64_t begin;
    uint64_t end;
    gdx_status status = gdx_segment_hash(segment, last, &hash, err);
    if (status == GDX_OK)
        status = store_record(segment, last, &begin, &end, err);
    if (status != GDX_OK)
        return status;
    *out = true;
    if (coded_bytes >= GDX_STORE_TARGET_BYTES || store_is_reset(hash, end - begin))
        return GDX_OK;
    return next_ends_block(merge, (struct place){source, last + 1}, out, err);
}

static bool are_live(const merge_source *source, uint32_t from, uint32_t to) {
    while (from < to && !merge_is_deleted(source, from))
        from++;
    return from == to;
}

// Copies the block that begins with the short record of `place`, if the writer would make the same, and moves past
// it.
static gdx_status copy_block(struct store_merge *state, struct place *place, uint32_t number, bool *out_copied,
                             gdx_error *err) {
    const merge_source *source = &state->merge->sources[place->source];
    const gdx_segment *segment = source->segment;
    store_block block;
    store_block next;
    uint64_t begin;
    uint64_t end;
    gdx_slice compressed;
    *out_copied = false;
    gdx_status status = store_block_row(segment, number, &block, err);
    if (status == GDX_OK)
        status = store_block_row(segment, number + 1, &next, err);
    if (status == GDX_OK)
        status = store_record(segment, place->document, &begin, &end, err);
    if (status != GDX_OK || block.coded_offset != begin || block.document != place->document)
        return status;
    if (next.document <= place->document || next.document > source->columns.count)
        return damaged(segment, number, "documents out of order", err);
    if (!are_live(source, place->document, next.document))
        return GDX_OK;
    status = store_record(segment, next.document - 1, &begin, &end, err);
    if (status == GDX_OK && (end != next.coded_offset || end - block.coded_offset >= 2 * GDX_STORE_TARGET_BYTES))
        status = damaged(segment, number, "a block that its documents do not fill", err);
    bool ends = false;
    if (status == GDX_OK)
        status = ends_here(state->merge, place->source, next.document - 1, end - block.coded_offset, &ends, err);
    if (status != GDX_OK || !ends)
        return status;
    status = store_block_compressed(segment, &block, &next, &compressed, err);
    if (status == GDX_OK)
        status = store_writer_copy_block(state->writer, compressed, end - block.coded_offset,
                                         next.document - place->document, 0, 0, err);
    place->document = next.document;
    *out_copied = true;
    return status;
}

// ---- single records

static gdx_status add_record(struct store_merge *state, struct place *place, uint32_t number, uint64_t begin,
                             uint64_t end, gdx_error *err) {
    const gdx_segment *segment = state->merge->sources[place->source].segment;
    store_block block;
    gdx_slice coded;
    uint64_t hash = 0;
    gdx_status status = store_block_row(segment, number, &block, err);
    if (status == GDX_OK) // what follows in the block will nearly always be asked for next
        status = store_block_coded(state->reader, segment, number, UINT64_MAX, &coded, err);
    if (status == GDX_OK)
        status = gdx_segment_hash(segment, place->document, &hash, err);
    if (status != GDX_OK)
        return status;
    if (begin < block.coded_offset || end - block.coded_offset > coded.bytes)
        return damaged(segment, number, "a short record in two blocks", err);
    place->document++;
    gdx_slice record = {coded.data + (begin - block.coded_offset), end - begin};
    return store_writer_add_record(state->writer, record, hash, err);
}

static gdx_status add_short(struct store_merge *state, struct place *place, uint64_t begin, uint64_t end,
                            gdx_error *err) {
    const gdx_segment *segment = state->merge->sources[place->source].segment;
    uint32_t number;
    bool copied = false;
    gdx_status status = store_block_find(segment, begin, &number, err);
    if (status == GDX_OK && is_same_level(state, segment) && store_writer_is_between_blocks(state->writer))
        status = copy_block(state, place, number, &copied, err);
    if (status != GDX_OK || copied)
        return status;
    return add_record(state, place, number, begin, end, err);
}

// One piece of a long record, copied, or compressed anew at another level.
static gdx_status add_piece(struct store_merge *state, const gdx_segment *segment, uint32_t number,
                            const store_block *block, const store_block *next, gdx_error *err) {
    gdx_slice bytes;
    if (!is_same_level(state, segment)) {
        gdx_status status = store_block_coded(state->reader, segment, number, UINT64_MAX, &bytes, err);
        if (status != GDX_OK)
            return status;
        return store_writer_add_piece(state->writer, bytes, block->text_byte, block->symbol, err);
    }
    gdx_status status = store_block_compressed(segment, block, next, &bytes, err);
    if (status != GDX_OK)
        return status;
    return store_writer_copy_block(state->writer, bytes, next->coded_offset - block->coded_offset, 0, block->text_byte,
                                   block->symbol, err);
}

// A long record has its blocks to itself.
static gdx_status add_long(struct store_merge *state, struct place *place, uint64_t begin, uint64_t end,
                           gdx_error *err) {
    const gdx_segment *segment = state->merge->sources[place->source].segment;
    uint32_t number = 0;
    store_block block = {0};
    store_block next = {0};
    gdx_status status = store_writer_end_block(state->writer, err);
    if (status == GDX_OK)
        status = store_block_find(segment, begin, &number, err);
    if (status == GDX_OK)
        status = store_block_row(segment, number, &block, err);
    if (status == GDX_OK && block.coded_offset != begin)
        status = damaged(segment, number, "a long record that does not begin a block", err);
    while (status == GDX_OK && block.coded_offset < end) {
        status = store_block_row(segment, number + 1, &next, err);
        if (status == GDX_OK &&
            (block.document != place->document || next.coded_offset <= block.coded_offset || next.coded_offset > end))
            status = damaged(segment, number, "a long record that shares a block", err);
        if (status == GDX_OK)
            status = merge_check(state->merge, err);
        if (status == GDX_OK)
            status = add_piece(state, segment, number, &block, &next, err);
        block = next;
        number++;
    }
    store_writer_count_document(state->writer);
    place->document++;
    return status;
}

static void forget_what_is_behind(struct store_merge *state) {
    uint64_t written = store_writer_coded_bytes(state->writer);
    if (written - state->forgotten < FORGET_EVERY_BYTES)
        return;
    merge_forget(state->merge);
    state->forgotten = written;
}

gdx_status store_merge(const merge_plan *merge, store_writer *writer, gdx_error *err) {
    GDX_AUTO(gdx_store_reader) reader = gdx_store_reader_new(0);
    if (!reader)
        return merge_no_memory(merge, "stored text", err);
    struct store_merge state = {merge, writer, reader, 0};
    struct place place = {0, 0};
    gdx_status status = GDX_OK;
    for (skip_deleted(merge, &place); place.source < merge->source_count && status == GDX_OK;
         skip_deleted(merge, &place)) {
        uint64_t begin = 0;
        uint64_t end = 0;
        status = merge_check(merge, err);
        if (status == GDX_OK)
            status = record_at(merge, place, &begin, &end, err);
        if (status != GDX_OK)
            return status;
        status = end - begin >= GDX_STORE_TARGET_BYTES ? add_long(&state, &place, begin, end, err)
                                                       : add_short(&state, &place, begin, end, err);
        forget_what_is_behind(&state);
    }
    return status;
}
