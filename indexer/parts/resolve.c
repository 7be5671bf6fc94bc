// SPDX-License-Identifier: Apache-2.0
// resolve.c: the ids of all parts, each sorted by hash, are merged as streams, so that equal ids come together without
// a table of all of them. Hashes that meet are compared as ids before a document goes. What is added to an index is
// then looked up in it, id by id.

#include "resolve.h"

#include "layout.h"

#include <stdlib.h>

enum { LOOK_EVERY = 1 << 16 }; // ids between two looks at whether to stop

struct claim { // to an id
    gdx_part_id id;
    uint64_t rest; // of the hash; known once it is needed
    uint32_t part;
};

struct claims { // with one hash, in the order of parts
    struct claim *items;
    size_t count;
    size_t capacity;
};

static struct part_segment *segment_of(const struct part_resolution *resolution, const struct claim *claim,
                                       uint32_t *out_document) {
    struct opened_part *part = &resolution->parts[claim->part];
    uint64_t segment = claim->id.place >> 32;
    *out_document = (uint32_t)claim->id.place;
    if (segment >= part->segment_count || *out_document >= part->segments[segment].document_count)
        return NULL;
    return &part->segments[segment];
}

static gdx_status read_id(const struct part_resolution *resolution, const struct claim *claim, gdx_slice *out,
                          gdx_error *err) {
    uint32_t document;
    const struct part_segment *segment = segment_of(resolution, claim, &document);
    if (!segment)
        return gdx_fail_at(err, GDX_CORRUPT, resolution->parts[claim->part].path,
                           "its record names a document that it does not have; build it again");
    return gdx_segment_id(segment->segment, document, out, err);
}

// ---- one document goes

static gdx_status take_out(const struct part_resolution *resolution, const struct claim *claim, gdx_error *err) {
    uint32_t document;
    struct part_segment *segment = segment_of(resolution, claim, &document);
    if (!segment->bitmap) {
        size_t bytes = gdx_bits_bytes(segment->document_count);
        segment->bitmap = calloc(1, bytes);
        if (!segment->bitmap)
            return gdx_fail_memory(err, "deletions");
        if (segment->deleted)
            memcpy(segment->bitmap, segment->deleted, bytes);
    }
    if (gdx_bit(segment->bitmap, document))
        return gdx_fail_at(err, GDX_CORRUPT, resolution->parts[claim->part].path,
                           "its record names a document that is deleted, or one twice; build it again");
    gdx_bit_set(segment->bitmap, document);
    segment->deleted_count++;
    return GDX_OK;
}

static gdx_status replace(struct part_resolution *resolution, size_t segment, uint32_t document, gdx_error *err) {
    if (gdx_grow(&resolution->replaced, &resolution->replaced_capacity, resolution->replaced_count + 1,
                 sizeof *resolution->replaced) != GDX_OK)
        return gdx_fail_memory(err, "replaced documents");
    resolution->replaced[resolution->replaced_count++] = (struct replaced_document){(uint32_t)segment, document};
    resolution->figures->replaced++;
    return GDX_OK;
}

// The document that counts for an id, against the index.
static gdx_status settle(struct part_resolution *resolution, const struct claim *winner, gdx_error *err) {
    gdx_slice id = {"", 0};
    size_t segment;
    uint32_t document = 0, number;
    uint64_t old_hash = 0, new_hash = 0;
    bool has = false;
    gdx_status status = read_id(resolution, winner, &id, err);
    if (status == GDX_OK)
        status = gdx_snapshot_find_id(resolution->added_to, id, &segment, &document, &has, err);
    if (status != GDX_OK || !has)
        return status;
    const struct part_segment *of_part = segment_of(resolution, winner, &number);
    status = gdx_segment_hash(gdx_snapshot_segment(resolution->added_to, segment)->segment, document, &old_hash, err);
    if (status == GDX_OK)
        status = gdx_segment_hash(of_part->segment, number, &new_hash, err);
    if (status == GDX_OK && old_hash == new_hash && resolution->keeps_unchanged) {
        resolution->figures->unchanged++;
        return take_out(resolution, winner, err);
    }
    return status == GDX_OK ? replace(resolution, segment, document, err) : status;
}

// ---- claims of one hash

// False: two ids that share all 128 bits of their hash.
static gdx_status is_same_id(const struct part_resolution *resolution, const struct claim *a, const struct claim *b,
                             bool *out, gdx_error *err) {
    gdx_slice of_a = {"", 0}, of_b = {"", 0};
    *out = true;
    if (gdx_part_id_is_unchanged(a->id) || gdx_part_id_is_unchanged(b->id))
        return GDX_OK;
    gdx_status status = read_id(resolution, a, &of_a, err);
    if (status == GDX_OK)
        status = read_id(resolution, b, &of_b, err);
    *out = gdx_slice_equal(of_a, of_b);
    return status;
}

// Claims [begin, end) are to one id: the last one has it.
static gdx_status settle_id(struct part_resolution *resolution, const struct claim *claims, size_t count,
                            gdx_error *err) {
    const struct claim *winner = &claims[count - 1];
    gdx_status status = GDX_OK;
    for (size_t i = 0; i + 1 < count && status == GDX_OK; i++) {
        bool is_same = false;
        if (gdx_part_id_is_unchanged(claims[i].id))
            continue;
        status = is_same_id(resolution, &claims[i], winner, &is_same, err);
        if (status == GDX_OK && is_same) {
            resolution->figures->superseded++;
            status = take_out(resolution, &claims[i], err);
        } else if (status == GDX_OK && resolution->added_to) {
            status = settle(resolution, &claims[i], err);
        }
    }
    if (status == GDX_OK && resolution->added_to && !gdx_part_id_is_unchanged(winner->id))
        status = settle(resolution, winner, err);
    return status;
}

static int by_rest(const void *left, const void *right) {
    const struct claim *a = left, *b = right;
    if (a->rest != b->rest)
        return a->rest < b->rest ? -1 : 1;
    if (a->part != b->part)
        return a->part < b->part ? -1 : 1;
    return (a->id.place > b->id.place) - (a->id.place < b->id.place);
}

static gdx_status settle_hash(struct part_resolution *resolution, struct claims *claims, gdx_error *err) {
    if (claims->count == 0 || (claims->count == 1 && !resolution->added_to))
        return GDX_OK;
    if (claims->count == 1)
        return settle_id(resolution, claims->items, 1, err);
    for (size_t i = 0; i < claims->count; i++) {
        struct claim *claim = &claims->items[i];
        gdx_slice id = {"", 0};
        claim->rest = claim->id.place;
        if (gdx_part_id_is_unchanged(claim->id))
            continue;
        gdx_status status = read_id(resolution, claim, &id, err);
        if (status != GDX_OK)
            return status;
        claim->rest = gdx_part_id_rest(id);
    }
    qsort(claims->items, claims->count, sizeof *claims->items, by_rest);
    gdx_status status = GDX_OK;
    for (size_t begin = 0, end; begin < claims->count && status == GDX_OK; begin = end) {
        for (end = begin + 1; end < claims->count && claims->items[end].rest == claims->items[begin].rest; end++)
            continue;
        status = settle_id(resolution, claims->items + begin, end - begin, err);
    }
    return status;
}

// ---- all of them

static gdx_status take_claim(struct part_resolution *resolution, struct claims *claims, struct claim claim,
                             gdx_error *err) {
    if (claims->count && claims->items[0].id.hash != claim.id.hash) {
        gdx_status status = settle_hash(resolution, claims, err);
        claims->count = 0;
        if (status != GDX_OK)
            return status;
    }
    if (gdx_grow(&claims->items, &claims->capacity, claims->count + 1, sizeof *claims->items) != GDX_OK)
        return gdx_fail_memory(err, "ids");
    claims->items[claims->count++] = claim;
    return GDX_OK;
}

static void forget(const struct part_resolution *resolution) {
    for (size_t i = 0; i < resolution->part_count; i++)
        for (size_t s = 0; s < resolution->parts[i].segment_count; s++)
            gdx_segment_forget(resolution->parts[i].segments[s].segment);
}

static gdx_status look(const struct part_resolution *resolution, uint64_t done, uint64_t of, gdx_error *err) {
    const gdx_publish_options *options = resolution->options;
    if (options->progress)
        options->progress(options->context, done, of);
    forget(resolution);
    return gdx_stop_check(&options->stop, err);
}

static gdx_status walk(struct part_resolution *resolution, gdx_part_ids_merge *merge, uint64_t of, gdx_error *err) {
    struct claims claims = {0};
    gdx_status status = GDX_OK;
    bool has = true;
    for (uint64_t done = 0; has && status == GDX_OK; done++) {
        struct claim claim = {0};
        status = done % LOOK_EVERY == 0 ? look(resolution, done, of, err) : GDX_OK;
        if (status == GDX_OK)
            status = gdx_part_ids_merge_next(merge, &claim.id, &claim.part, &has, err);
        if (status == GDX_OK && has)
            status = take_claim(resolution, &claims, claim, err);
    }
    if (status == GDX_OK)
        status = settle_hash(resolution, &claims, err);
    free(claims.items);
    return status;
}

static gdx_status open_merge(const struct part_resolution *resolution, char **paths, gdx_part_ids_source *sources,
                             gdx_part_ids_merge **out, uint64_t *out_ids, gdx_error *err) {
    for (size_t i = 0; i < resolution->part_count; i++) {
        const struct part_record *record = &resolution->parts[i].record;
        paths[i] = gdx_path_join(resolution->parts[i].path, PART_FILE);
        if (!paths[i])
            return gdx_fail_memory(err, "a path");
        sources[i] = (gdx_part_ids_source){paths[i], record->ids_at, record->ids, true};
        *out_ids += record->ids;
    }
    return gdx_part_ids_merge_open(sources, resolution->part_count, resolution->memory_bytes, out, err);
}

gdx_status parts_resolve(struct part_resolution *resolution, gdx_error *err) {
    size_t count = resolution->part_count;
    char **paths = calloc(count + 1, sizeof(char *));
    gdx_part_ids_source *sources = calloc(count + 1, sizeof *sources);
    GDX_AUTO(gdx_part_ids_merge) merge = NULL;
    uint64_t ids = 0;
    gdx_status status =
        paths && sources ? open_merge(resolution, paths, sources, &merge, &ids, err) : gdx_fail_memory(err, "parts");
    if (status == GDX_OK)
        status = walk(resolution, merge, ids, err);
    resolution->figures->ids = ids;
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = gdx_snapshot_settle(resolution->parts[i].snapshot, status, err);
    for (size_t i = 0; paths && i < count; i++)
        free(paths[i]);
    free(paths);
    free(sources);
    return status;
}

void parts_unresolve(struct part_resolution *resolution) {
    for (size_t i = 0; i < resolution->part_count; i++)
        for (size_t s = 0; s < resolution->parts[i].segment_count; s++) {
            struct part_segment *segment = &resolution->parts[i].segments[s];
            const gdx_live_segment *live = gdx_snapshot_segment(resolution->parts[i].snapshot, s);
            free(segment->bitmap);
            segment->bitmap = NULL;
            segment->deleted_count = live->deleted_count;
        }
    resolution->replaced_count = 0;
    resolution->figures->replaced = resolution->figures->unchanged = resolution->figures->superseded = 0;
}
