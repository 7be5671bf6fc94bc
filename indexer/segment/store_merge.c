// SPDX-License-Identifier: Apache-2.0
// store_merge.c: stored text and heads of the live documents, copied as they are coded wherever they would come out the
// same. docs/format.md, "Stored text" and "Heads".
// A range of one token table is the same when the writer is between ranges where it starts, all its documents are live,
// and it ends for a reason that still holds; likewise a block of heads. A merge that keeps ranges copies every long one
// whose documents are all live. Other documents are spelled out and added one by one, until a range, or a block, ends
// where one of the input did.

#include "merge_plan.h"

#include "store_reader.h"

enum { FORGET_EVERY_BYTES = 8 << 20 }; // of the output, about as much as of the inputs

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

static bool are_live(const merge_source *source, uint32_t from, uint32_t to) {
    while (from < to && !merge_is_deleted(source, from))
        from++;
    return from == to;
}

// ---- groups

struct group_merge { // one owner
    const merge_plan *merge;
    group_writer *writer;
    gdx_store_reader *reader;
    uint64_t read; // bytes of codes since the inputs' pages were last let go of
};

static void note_read(struct group_merge *state, uint64_t bytes) {
    state->read += bytes;
    if (state->read < FORGET_EVERY_BYTES)
        return;
    merge_forget(state->merge);
    state->read = 0;
}

static gdx_status body_bytes(struct group_merge *state, const gdx_segment *segment, uint32_t first, uint32_t end,
                             uint64_t *out, gdx_error *err) {
    uint64_t begin = 0;
    group_block *block = &state->reader->block;
    gdx_status status = group_text_begin(segment, first, block, &begin, err);
    if (status == GDX_OK)
        status = group_text_begin(segment, end, block, out, err);
    if (status == GDX_OK && *out < begin)
        status = group_damaged(segment, first, "texts out of order", err);
    *out -= begin;
    return status;
}

// Whether the writer would end a range after document `last` of a source: it says so, or nothing follows.
static gdx_status range_ends_after(struct group_merge *state, struct place last, bool *out, gdx_error *err) {
    const gdx_segment *segment = state->merge->sources[last.source].segment;
    uint32_t first;
    uint32_t end;
    uint64_t hash = 0;
    uint64_t bytes = 0;
    gdx_status status = groups_of_document(segment, last.document, &first, &end, err);
    if (status == GDX_OK)
        status = body_bytes(state, segment, first, end, &bytes, err);
    if (status == GDX_OK)
        status = gdx_segment_hash(segment, last.document, &hash, err);
    struct place next = {last.source, last.document + 1};
    skip_deleted(state->merge, &next);
    *out = group_ends_range(hash, bytes) || next.source == state->merge->source_count;
    return status;
}

// Groups [first, end), as they are coded, which lie in one block.
static gdx_status copy_groups(struct group_merge *state, const gdx_segment *segment, uint32_t first, uint32_t end,
                              gdx_error *err) {
    const group_block *block = &state->reader->block;
    uint32_t from = first % GDX_GROUPS_PER_BLOCK;
    uint32_t count = end - first;
    uint64_t skipped = from ? block->ends[from - 1] : 0;
    uint64_t bytes = block->ends[from + count - 1] - skipped;
    const uint8_t *coded;
    if (block->store > UINT64_MAX - skipped)
        return group_damaged(segment, first, "codes that end after the section", err);
    gdx_status status = segment_section(segment, SECTION_STORE, block->store + skipped, bytes, &coded, err);
    if (status == GDX_OK)
        status = group_writer_copy(state->writer, (gdx_slice){(const char *)coded, bytes}, block->coded_bytes + from,
                                   block->text_bytes + from, block->late + from, count, err);
    note_read(state, bytes);
    return status;
}

static gdx_status copy_range(struct group_merge *state, const gdx_segment *segment, const token_range *range,
                             gdx_error *err) {
    uint32_t first;
    uint32_t end;
    uint32_t unused;
    gdx_status status = groups_of_document(segment, range->begin, &first, &unused, err);
    if (status == GDX_OK)
        status = groups_of_document(segment, range->end - 1, &unused, &end, err);
    if (status == GDX_OK)
        status = group_writer_begin_copy(state->writer, range->tokens, err);
    while (status == GDX_OK && first < end) {
        group_block *block = &state->reader->block;
        status = merge_check(state->merge, err);
        if (status == GDX_OK)
            status = group_block_read(segment, first / GDX_GROUPS_PER_BLOCK, block, err);
        if (status != GDX_OK)
            return status;
        uint32_t left = block->count - first % GDX_GROUPS_PER_BLOCK;
        uint32_t count = end - first < left ? end - first : left;
        status = copy_groups(state, segment, first, first + count, err);
        first += count;
    }
    return status == GDX_OK ? group_writer_end_copy(state->writer, range->end - range->begin, err) : status;
}

// Whether a merge that keeps ranges keeps this one.
static gdx_status is_kept(struct group_merge *state, const gdx_segment *segment, const token_range *range, bool *out,
                          gdx_error *err) {
    uint64_t bytes = 0;
    *out = false;
    if (!state->merge->keeps_ranges)
        return GDX_OK;
    gdx_status status = token_range_text_bytes(segment, range, &state->reader->block, &bytes, err);
    *out = bytes >= GDX_KEPT_RANGE_BYTES;
    return status;
}

// Whether a range whose documents are all live is to be copied.
static gdx_status is_copied(struct group_merge *state, size_t source, const token_range *range, bool *out,
                            gdx_error *err) {
    gdx_status status = GDX_OK;
    *out = false;
    if (group_writer_is_between_ranges(state->writer))
        status = range_ends_after(state, (struct place){source, range->end - 1}, out, err);
    if (status == GDX_OK && !*out)
        status = is_kept(state, state->merge->sources[source].segment, range, out, err);
    return status;
}

// Copies the range that begins with the document of `place`, if the writer would make the same or it is kept, and moves
// past it.
static gdx_status try_range(struct group_merge *state, struct place *place, bool *out_copied, gdx_error *err) {
    const merge_source *source = &state->merge->sources[place->source];
    token_range range;
    *out_copied = false;
    gdx_status status = token_range_find(source->segment, place->document, &range, err);
    if (status != GDX_OK || range.begin != place->document || !are_live(source, range.begin, range.end))
        return status;
    status = is_copied(state, place->source, &range, out_copied, err);
    if (status != GDX_OK || !*out_copied)
        return status;
    place->document = range.end;
    return copy_range(state, source->segment, &range, err);
}

static gdx_status add_group(struct group_merge *state, const gdx_segment *segment, const gdx_token_table *table,
                            uint32_t group, gdx_error *err) {
    gdx_store_reader *reader = state->reader;
    reader->text.bytes = 0;
    gdx_status status = groups_text(segment, table, group, group + 1, &reader->block, &reader->text, err);
    if (status != GDX_OK)
        return status;
    uint32_t late = reader->block.late[group % GDX_GROUPS_PER_BLOCK];
    note_read(state, reader->block.coded_bytes[group % GDX_GROUPS_PER_BLOCK]);
    return group_writer_add_group(state->writer, gdx_buffer_slice(&reader->text), late, err);
}

static gdx_status add_document(struct group_merge *state, struct place *place, gdx_error *err) {
    const gdx_segment *segment = state->merge->sources[place->source].segment;
    const gdx_token_table *table;
    uint32_t first = 0;
    uint32_t end = 0;
    uint64_t bytes = 0;
    uint64_t hash = 0;
    gdx_status status = groups_of_document(segment, place->document, &first, &end, err);
    if (status == GDX_OK)
        status = store_table(state->reader, segment, place->document, &table, err);
    if (status == GDX_OK)
        status = body_bytes(state, segment, first, end, &bytes, err);
    if (status == GDX_OK)
        status = gdx_segment_hash(segment, place->document, &hash, err);
    for (; first < end && status == GDX_OK; first++)
        status = add_group(state, segment, table, first, err);
    place->document++;
    return status == GDX_OK ? group_writer_end_document(state->writer, hash, bytes, err) : status;
}

gdx_status store_merge_groups(const merge_plan *merge, group_writer *writer, gdx_error *err) {
    GDX_AUTO(gdx_store_reader) reader = gdx_store_reader_new(0);
    if (!reader)
        return merge_no_memory(merge, "stored text", err);
    struct group_merge state = {merge, writer, reader, 0};
    struct place place = {0, 0};
    gdx_status status = GDX_OK;
    for (skip_deleted(merge, &place); place.source < merge->source_count && status == GDX_OK;
         skip_deleted(merge, &place)) {
        bool copied = false;
        status = merge_check(merge, err);
        if (status == GDX_OK && (merge->keeps_ranges || group_writer_is_between_ranges(writer)))
            status = try_range(&state, &place, &copied, err);
        if (status == GDX_OK && !copied)
            status = add_document(&state, &place, err);
    }
    return status;
}

// ---- heads

struct head_merge { // one owner
    const merge_plan *merge;
    head_writer *writer;
    head_cache *cache;
    uint64_t forgotten; // bytes written when the inputs' pages were last let go of
};

static gdx_status bad_block(const gdx_segment *segment, uint32_t number, const char *what, gdx_error *err) {
    return segment_damaged(segment, SECTION_HEAD_BLOCKS, (uint64_t)number * HEAD_BLOCK_BYTES, what, err);
}

// Whether what follows makes the writer end a block: a long head, or nothing at all.
static gdx_status next_ends_block(const merge_plan *merge, struct place next, bool *out, gdx_error *err) {
    uint64_t begin = 0;
    uint64_t end = 0;
    skip_deleted(merge, &next);
    *out = next.source == merge->source_count;
    if (*out)
        return GDX_OK;
    gdx_status status = head_bounds(merge->sources[next.source].segment, next.document, &begin, &end, err);
    *out = end - begin >= GDX_HEAD_TARGET_BYTES;
    return status;
}

// Whether the writer would end a block of so many bytes after document `last`.
static gdx_status block_ends_after(const merge_plan *merge, struct place last, uint64_t bytes, bool *out,
                                   gdx_error *err) {
    const gdx_segment *segment = merge->sources[last.source].segment;
    uint64_t hash;
    uint64_t begin;
    uint64_t end;
    gdx_status status = gdx_segment_hash(segment, last.document, &hash, err);
    if (status == GDX_OK)
        status = head_bounds(segment, last.document, &begin, &end, err);
    if (status != GDX_OK)
        return status;
    *out = bytes >= GDX_HEAD_TARGET_BYTES || head_is_reset(hash, end - begin);
    return *out ? GDX_OK : next_ends_block(merge, (struct place){last.source, last.document + 1}, out, err);
}

// The block that begins with the head of `place`, if all its documents are live and the writer would end it there.
static gdx_status find_block(const struct head_merge *state, struct place place, uint32_t number, head_block *block,
                             head_block *next, bool *out, gdx_error *err) {
    const merge_source *source = &state->merge->sources[place.source];
    const gdx_segment *segment = source->segment;
    uint64_t begin = 0;
    uint64_t end;
    *out = false;
    gdx_status status = head_block_row(segment, number, block, err);
    if (status == GDX_OK)
        status = head_block_row(segment, number + 1, next, err);
    if (status == GDX_OK)
        status = head_bounds(segment, place.document, &begin, &end, err);
    if (status != GDX_OK || block->records != begin || block->document != place.document)
        return status;
    if (next->document <= place.document || next->document > source->columns.count)
        return bad_block(segment, number, "documents out of order", err);
    if (!are_live(source, place.document, next->document))
        return GDX_OK;
    status = head_bounds(segment, next->document - 1, &begin, &end, err);
    if (status == GDX_OK && (end != next->records || end < block->records))
        status = bad_block(segment, number, "a block that its heads do not fill", err);
    return status == GDX_OK ? block_ends_after(state->merge, (struct place){place.source, next->document - 1},
                                               end - block->records, out, err)
                            : status;
}

static gdx_status add_head(struct head_merge *state, struct place *place, gdx_error *err) {
    const gdx_segment *segment = state->merge->sources[place->source].segment;
    gdx_slice record;
    uint64_t hash = 0;
    gdx_status status = head_record(state->cache, segment, place->document, &record, err);
    if (status == GDX_OK)
        status = gdx_segment_hash(segment, place->document, &hash, err);
    place->document++;
    return status == GDX_OK ? head_writer_add_record(state->writer, record, hash, err) : status;
}

// The block of `place` whole, or its head alone.
static gdx_status merge_next(struct head_merge *state, struct place *place, gdx_error *err) {
    const gdx_segment *segment = state->merge->sources[place->source].segment;
    uint64_t begin = 0;
    uint64_t end;
    uint32_t number;
    head_block block;
    head_block next;
    gdx_slice compressed;
    bool is_same = false;
    bool may_copy = segment->store_level == state->merge->level && head_writer_is_between_blocks(state->writer);
    gdx_status status = may_copy ? head_bounds(segment, place->document, &begin, &end, err) : GDX_OK;
    if (may_copy && status == GDX_OK)
        status = head_block_find(segment, begin, &number, err);
    if (may_copy && status == GDX_OK)
        status = find_block(state, *place, number, &block, &next, &is_same, err);
    if (status != GDX_OK || !is_same)
        return status == GDX_OK ? add_head(state, place, err) : status;
    status = head_block_compressed(segment, &block, &next, &compressed, err);
    if (status == GDX_OK)
        status = head_writer_copy_block(state->writer, compressed, next.records - block.records,
                                        next.document - place->document, err);
    place->document = next.document;
    return status;
}

gdx_status store_merge_heads(const merge_plan *merge, head_writer *writer, gdx_error *err) {
    head_cache cache;
    struct head_merge state = {merge, writer, &cache, 0};
    struct place place = {0, 0};
    gdx_status status = head_cache_init(&cache, 0) ? GDX_OK : merge_no_memory(merge, "heads of documents", err);
    for (skip_deleted(merge, &place); place.source < merge->source_count && status == GDX_OK;
         skip_deleted(merge, &place)) {
        status = merge_check(merge, err);
        if (status == GDX_OK)
            status = merge_next(&state, &place, err);
        if (head_writer_record_bytes(writer) - state.forgotten >= FORGET_EVERY_BYTES) {
            merge_forget(merge);
            state.forgotten = head_writer_record_bytes(writer);
        }
    }
    head_cache_clear(&cache);
    return status;
}
