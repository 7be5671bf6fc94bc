// SPDX-License-Identifier: Apache-2.0
// ids.c: see gdx/part_ids.h. What memory does not hold is written in sorted runs, and runs and parts are merged by the
// same heap of streams. Each stream reads whole blocks, and a chain of their checksums is compared at its end.

#include "gdx/part_ids.h"

#include "gdx/heap.h"
#include "gdx/sort.h"
#include "layout.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    BLOCK_IDS = PART_BLOCK_BYTES / PART_ID_BYTES,
    SORTED_LEAST = 1 << 12, // ids in memory
    STREAM_BLOCKS_MOST = 64,
    MERGED_MOST = 64 << 20 // bytes to merge runs with
};

_Static_assert(sizeof(gdx_part_id) == PART_ID_BYTES && PART_ID_BYTES * BLOCK_IDS == PART_BLOCK_BYTES,
               "ids are read and written as they lie in memory");

// ---- one id

static gdx_part_id id_of(gdx_slice id, uint64_t place) {
    return (gdx_part_id){XXH3_128bits(id.data, id.bytes).low64, place};
}

uint64_t gdx_part_id_rest(gdx_slice id) {
    return XXH3_128bits(id.data, id.bytes).high64 | PART_UNCHANGED;
}

gdx_part_id gdx_part_id_of(gdx_slice id, uint32_t segment, uint32_t document) {
    assert(segment < (uint32_t)1 << 31);
    return id_of(id, (uint64_t)segment << 32 | document);
}

gdx_part_id gdx_part_id_unchanged(gdx_slice id) {
    return id_of(id, gdx_part_id_rest(id));
}

bool gdx_part_id_is_unchanged(gdx_part_id id) {
    return id.place & PART_UNCHANGED;
}

static bool comes_before(void *context, const void *left, const void *right) {
    const gdx_part_id *a = left, *b = right;
    (void)context;
    return a->hash != b->hash ? a->hash < b->hash : a->place < b->place;
}

static const gdx_ordering by_hash = {sizeof(gdx_part_id), comes_before};

// The checksum of all blocks so far.
static uint64_t chain(uint64_t before, const gdx_part_id *block, size_t count) {
    const uint64_t parts[2] = {before, gdx_checksum(block, count * sizeof *block)};
    return gdx_checksum(parts, sizeof parts);
}

// ---- streams

struct stream { // one owner
    const char *path;
    int descriptor;
    uint64_t offset; // of the next read
    uint64_t left;   // ids not read
    bool has_checksum;
    uint64_t checksum;
    gdx_part_id *ids;
    size_t count;
    size_t at;
    gdx_part_id last;
};

static gdx_status read_at(const struct stream *stream, void *to, size_t bytes, uint64_t offset, gdx_error *err) {
    for (size_t done = 0; done < bytes;) {
        ssize_t got = pread(stream->descriptor, (uint8_t *)to + done, bytes - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return gdx_fail_at_errno(err, errno, stream->path, "cannot be read at byte %llu",
                                     (unsigned long long)(offset + done));
        if (got == 0)
            return gdx_fail_at_byte(err, GDX_CORRUPT, stream->path, offset + done, "is cut short within its ids");
        done += (size_t)got;
    }
    return GDX_OK;
}

static gdx_status check_end(const struct stream *stream, gdx_error *err) {
    uint8_t stored[PART_CHECKSUM_BYTES];
    gdx_status status = read_at(stream, stored, sizeof stored, stream->offset, err);
    if (status == GDX_OK && gdx_load_u64(stored) != stream->checksum)
        status =
            gdx_fail_at_byte(err, GDX_CORRUPT, stream->path, stream->offset, "the checksum of its ids does not fit");
    return status;
}

static gdx_status fill(struct stream *stream, size_t capacity, gdx_error *err) {
    size_t count = stream->left < capacity ? (size_t)stream->left : capacity;
    stream->count = stream->at = 0;
    if (count == 0)
        return stream->has_checksum ? check_end(stream, err) : GDX_OK;
    gdx_status status = read_at(stream, stream->ids, count * sizeof *stream->ids, stream->offset, err);
    if (status != GDX_OK)
        return status;
    for (size_t i = 0; stream->has_checksum && i < count; i += BLOCK_IDS)
        stream->checksum = chain(stream->checksum, stream->ids + i, count - i < BLOCK_IDS ? count - i : BLOCK_IDS);
    stream->offset += count * sizeof *stream->ids;
    stream->left -= count;
    stream->count = count;
    return GDX_OK;
}

// To the next id. *out_has false: there is none.
static gdx_status advance(struct stream *stream, size_t capacity, bool is_first, bool *out_has, gdx_error *err) {
    gdx_status status = stream->at < stream->count ? GDX_OK : fill(stream, capacity, err);
    *out_has = status == GDX_OK && stream->count > 0;
    if (!*out_has)
        return status;
    gdx_part_id next = stream->ids[stream->at++];
    if (!is_first && !comes_before(NULL, &stream->last, &next))
        return gdx_fail_at(err, GDX_CORRUPT, stream->path, "its ids are out of order");
    stream->last = next;
    return GDX_OK;
}

// ---- the merge

struct gdx_part_ids_merge { // one owner
    struct stream *streams;
    size_t count;
    size_t capacity; // ids of each stream in memory
    uint32_t *heap;
    size_t heap_count;
    bool has_taken; // the first of the heap has been given out
};

static bool is_stream_before(void *context, const void *left, const void *right) {
    const struct stream *streams = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    uint64_t of_a = streams[a].last.hash, of_b = streams[b].last.hash;
    if (of_a == of_b && !streams[a].has_checksum) // runs of one file, whose ids stand in the order of places too
        return streams[a].last.place < streams[b].last.place;
    return of_a != of_b ? of_a < of_b : a < b;
}

static const gdx_ordering by_stream = {sizeof(uint32_t), is_stream_before};

void gdx_part_ids_merge_close(gdx_part_ids_merge *merge) {
    if (!merge)
        return;
    for (size_t i = 0; merge->streams && i < merge->count; i++) {
        if (merge->streams[i].descriptor >= 0)
            close(merge->streams[i].descriptor);
        free(merge->streams[i].ids);
    }
    free(merge->streams);
    free(merge->heap);
    free(merge);
}

static gdx_status open_stream(struct stream *stream, const gdx_part_ids_source *source, size_t capacity,
                              gdx_error *err) {
    stream->path = source->path;
    stream->offset = source->offset;
    stream->left = source->count;
    stream->has_checksum = source->has_checksum;
    stream->ids = malloc(capacity * sizeof *stream->ids);
    if (!stream->ids)
        return gdx_fail_memory(err, "ids");
    stream->descriptor = open(source->path, O_RDONLY | O_CLOEXEC);
    return stream->descriptor < 0 ? gdx_fail_at_errno(err, errno, source->path, "cannot be opened") : GDX_OK;
}

static gdx_status start(gdx_part_ids_merge *merge, const gdx_part_ids_source *sources, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < merge->count && status == GDX_OK; i++) {
        bool has = false;
        status = open_stream(&merge->streams[i], &sources[i], merge->capacity, err);
        if (status == GDX_OK)
            status = advance(&merge->streams[i], merge->capacity, true, &has, err);
        if (status == GDX_OK && has)
            merge->heap[merge->heap_count++] = (uint32_t)i;
    }
    if (status == GDX_OK)
        gdx_heap_build(&by_stream, merge->streams, merge->heap, merge->heap_count);
    return status;
}

gdx_status gdx_part_ids_merge_open(const gdx_part_ids_source *sources, size_t count, size_t memory_bytes,
                                   gdx_part_ids_merge **out, gdx_error *err) {
    GDX_AUTO(gdx_part_ids_merge) merge = calloc(1, sizeof *merge);
    size_t blocks = count ? memory_bytes / count / PART_BLOCK_BYTES : 1;
    blocks = blocks < 1 ? 1 : blocks;
    if (!merge)
        return gdx_fail_memory(err, "ids");
    merge->capacity = (blocks < STREAM_BLOCKS_MOST ? blocks : STREAM_BLOCKS_MOST) * BLOCK_IDS;
    merge->streams = calloc(count + 1, sizeof *merge->streams);
    merge->heap = calloc(count + 1, sizeof *merge->heap);
    if (!merge->streams || !merge->heap)
        return gdx_fail_memory(err, "ids");
    merge->count = count;
    for (size_t i = 0; i < count; i++)
        merge->streams[i].descriptor = -1;
    gdx_status status = start(merge, sources, err);
    if (status != GDX_OK)
        return status;
    *out = merge;
    merge = NULL; // handed over
    return GDX_OK;
}

gdx_status gdx_part_ids_merge_next(gdx_part_ids_merge *merge, gdx_part_id *out, uint32_t *out_source, bool *out_has,
                                   gdx_error *err) {
    if (merge->has_taken) {
        bool has = false;
        gdx_status status = advance(&merge->streams[merge->heap[0]], merge->capacity, false, &has, err);
        if (status != GDX_OK)
            return status;
        if (has)
            gdx_heap_sift(&by_stream, merge->streams, merge->heap, merge->heap_count, 0);
        else
            gdx_heap_take(&by_stream, merge->streams, merge->heap, &merge->heap_count);
    }
    merge->has_taken = merge->heap_count > 0;
    *out_has = merge->has_taken;
    if (*out_has) {
        *out_source = merge->heap[0];
        *out = merge->streams[merge->heap[0]].last;
    }
    return GDX_OK;
}

// ---- sorting

struct run {
    char *path;
    uint64_t count;
};

struct gdx_part_ids { // one owner
    const char *directory;
    gdx_part_id *ids, *room;
    size_t at, capacity;
    struct run *runs;
    size_t run_count, run_capacity;
    uint64_t count;
};

gdx_status gdx_part_ids_new(const char *directory, size_t memory_bytes, gdx_part_ids **out, gdx_error *err) {
    GDX_AUTO(gdx_part_ids) ids = calloc(1, sizeof *ids);
    if (!ids)
        return gdx_fail_memory(err, "ids");
    ids->directory = directory;
    ids->capacity = memory_bytes / (2 * sizeof *ids->ids);
    if (ids->capacity < SORTED_LEAST)
        ids->capacity = SORTED_LEAST;
    ids->ids = malloc(ids->capacity * sizeof *ids->ids);
    ids->room = malloc(ids->capacity * sizeof *ids->room);
    if (!ids->ids || !ids->room)
        return gdx_fail_memory(err, "ids");
    *out = ids;
    ids = NULL; // handed over
    return GDX_OK;
}

void gdx_part_ids_free(gdx_part_ids *ids) {
    if (!ids)
        return;
    for (size_t i = 0; i < ids->run_count; i++) {
        unlink(ids->runs[i].path);
        free(ids->runs[i].path);
    }
    free(ids->runs);
    free(ids->ids);
    free(ids->room);
    free(ids);
}

uint64_t gdx_part_ids_count(const gdx_part_ids *ids) {
    return ids->count;
}

static gdx_part_id *sort(gdx_part_ids *ids) {
    return gdx_sort(&by_hash, NULL, ids->ids, ids->room, ids->at);
}

static gdx_status write_run(const gdx_part_ids *ids, const char *path, const gdx_part_id *sorted, gdx_error *err) {
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return gdx_fail_at_errno(err, errno, path, "cannot be made");
    gdx_status status = GDX_OK;
    size_t bytes = ids->at * sizeof *sorted;
    for (size_t done = 0; done < bytes && status == GDX_OK;) {
        ssize_t put = write(descriptor, (const uint8_t *)sorted + done, bytes - done);
        if (put < 0 && errno != EINTR)
            status = gdx_fail_at_errno(err, errno, path, "cannot be written");
        done += put > 0 ? (size_t)put : 0;
    }
    close(descriptor);
    return status;
}

// What is in memory becomes a run.
static gdx_status spill(gdx_part_ids *ids, gdx_error *err) {
    char name[64];
    snprintf(name, sizeof name, "part-ids-%zu.tmp", ids->run_count);
    if (gdx_grow(&ids->runs, &ids->run_capacity, ids->run_count + 1, sizeof *ids->runs) != GDX_OK)
        return gdx_fail_memory(err, "ids");
    char *path = gdx_path_join(ids->directory, name);
    if (!path)
        return gdx_fail_memory(err, "ids");
    ids->runs[ids->run_count++] = (struct run){path, ids->at};
    gdx_status status = write_run(ids, path, sort(ids), err);
    ids->at = 0;
    return status;
}

gdx_status gdx_part_ids_add(gdx_part_ids *ids, gdx_part_id id, gdx_error *err) {
    gdx_status status = ids->at < ids->capacity ? GDX_OK : spill(ids, err);
    if (status != GDX_OK)
        return status;
    ids->ids[ids->at++] = id;
    ids->count++;
    return GDX_OK;
}

// Writes blocks and what they chain up to.
struct block_writer {
    gdx_output *output;
    gdx_part_id ids[BLOCK_IDS];
    size_t count;
    uint64_t checksum;
};

static gdx_status end_block(struct block_writer *writer, gdx_error *err) {
    if (writer->count == 0)
        return GDX_OK;
    writer->checksum = chain(writer->checksum, writer->ids, writer->count);
    gdx_status status = gdx_output_write(writer->output, writer->ids, writer->count * sizeof *writer->ids, err);
    writer->count = 0;
    return status;
}

static gdx_status put(struct block_writer *writer, gdx_part_id id, gdx_error *err) {
    writer->ids[writer->count++] = id;
    return writer->count == BLOCK_IDS ? end_block(writer, err) : GDX_OK;
}

static gdx_status put_merged(gdx_part_ids *ids, struct block_writer *writer, gdx_error *err) {
    GDX_AUTO(gdx_part_ids_merge) merge = NULL;
    gdx_part_ids_source *sources = calloc(ids->run_count, sizeof *sources);
    if (!sources)
        return gdx_fail_memory(err, "ids");
    for (size_t i = 0; i < ids->run_count; i++)
        sources[i] = (gdx_part_ids_source){.path = ids->runs[i].path, .count = ids->runs[i].count};
    gdx_status status = gdx_part_ids_merge_open(sources, ids->run_count, MERGED_MOST, &merge, err);
    for (bool has = true; status == GDX_OK && has;) {
        gdx_part_id id;
        uint32_t source;
        status = gdx_part_ids_merge_next(merge, &id, &source, &has, err);
        if (status == GDX_OK && has)
            status = put(writer, id, err);
    }
    free(sources);
    return status;
}

gdx_status gdx_part_ids_write(gdx_part_ids *ids, gdx_output *output, gdx_error *err) {
    struct block_writer *writer = calloc(1, sizeof *writer);
    gdx_status status = writer ? GDX_OK : gdx_fail_memory(err, "ids");
    if (writer)
        writer->output = output;
    if (status == GDX_OK && ids->run_count == 0) {
        const gdx_part_id *sorted = sort(ids);
        for (size_t i = 0; i < ids->at && status == GDX_OK; i++)
            status = put(writer, sorted[i], err);
    } else if (status == GDX_OK) {
        status = ids->at ? spill(ids, err) : GDX_OK;
        if (status == GDX_OK)
            status = put_merged(ids, writer, err);
    }
    if (status == GDX_OK)
        status = end_block(writer, err);
    if (status == GDX_OK) {
        uint8_t checksum[PART_CHECKSUM_BYTES];
        gdx_store_u64(checksum, writer->checksum);
        status = gdx_output_write(output, checksum, sizeof checksum, err);
    }
    free(writer);
    return status;
}
