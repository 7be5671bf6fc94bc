// SPDX-License-Identifier: Apache-2.0
// slab.c: see slab.h. Pieces keep offsets, since the bytes move while they grow.

#include "slab.h"

#include <stdlib.h>

enum { KEPT_BYTES = 4 << 20 }; // more is a large file's

struct slab *slab_new(size_t bytes) {
    struct slab *slab = calloc(1, sizeof *slab);
    if (!slab)
        return NULL;
    slab->arena = gdx_arena_new();
    if (!slab->arena || refusals_init(&slab->refusals) != GDX_OK || gdx_buffer_reserve(&slab->bytes, bytes) != GDX_OK) {
        slab_free(slab);
        return NULL;
    }
    return slab;
}

void slab_free(struct slab *slab) {
    if (!slab)
        return;
    gdx_buffer_clear(&slab->bytes);
    refusals_clear(&slab->refusals);
    gdx_arena_free(slab->arena);
    free(slab->pieces);
    free(slab);
}

gdx_status slab_reset(struct slab *slab, size_t bytes) {
    struct slab_piece *pieces = slab->pieces;
    size_t piece_capacity = slab->piece_capacity;
    gdx_buffer buffer = slab->bytes;
    gdx_arena *arena = slab->arena;
    refusals_clear(&slab->refusals);
    gdx_arena_reset(arena);
    if (buffer.capacity / 2 > bytes)
        gdx_buffer_clear(&buffer);
    buffer.bytes = 0;
    *slab = (struct slab){.bytes = buffer, .pieces = pieces, .piece_capacity = piece_capacity, .arena = arena};
    return refusals_init(&slab->refusals) == GDX_OK ? gdx_buffer_reserve(&slab->bytes, bytes) : GDX_NO_MEMORY;
}

void slab_empty(struct slab *slab) {
    if (slab->bytes.capacity > KEPT_BYTES)
        gdx_buffer_clear(&slab->bytes);
    slab->bytes.bytes = 0;
}

gdx_status slab_add_piece(struct slab *slab, const struct slab_piece *piece) {
    struct slab_piece copy = *piece;
    gdx_status status = gdx_grow(&slab->pieces, &slab->piece_capacity, slab->piece_count + 1, sizeof *slab->pieces);
    if (status == GDX_OK)
        status = gdx_arena_copy(slab->arena, piece->path, &copy.path);
    if (status == GDX_OK)
        status = gdx_arena_copy(slab->arena, piece->id, &copy.id);
    if (status == GDX_OK)
        status = gdx_arena_copy(slab->arena, piece->source, &copy.source);
    if (status == GDX_OK)
        status = gdx_arena_copy(slab->arena, piece->origin, &copy.origin);
    if (status == GDX_OK)
        status = gdx_arena_copy(slab->arena, piece->charset, &copy.charset);
    if (status == GDX_OK)
        status = gdx_arena_copy(slab->arena, piece->crawled, &copy.crawled);
    if (status != GDX_OK)
        return status;
    copy.offset = slab->bytes.bytes;
    copy.bytes = 0;
    slab->pieces[slab->piece_count++] = copy;
    return GDX_OK;
}

gdx_piece slab_piece_at(const struct slab *slab, size_t index) {
    const struct slab_piece *piece = &slab->pieces[index];
    return (gdx_piece){
        .kind = piece->kind,
        .ending = piece->ending,
        .path = piece->path,
        .id = piece->id,
        .source = piece->source,
        .is_source_given = piece->is_source_given,
        .origin = piece->origin,
        .charset = piece->charset,
        .crawled = piece->crawled,
        .bytes = {(const char *)slab->bytes.data + piece->offset, piece->bytes},
        .first_byte = piece->first_byte,
    };
}

uint64_t slab_count_documents(const struct slab *slab) {
    uint64_t count = 0;
    for (size_t i = 0; i < slab->piece_count; i++) {
        const struct slab_piece *piece = &slab->pieces[i];
        const char *at = (const char *)slab->bytes.data + piece->offset, *end = at + piece->bytes;
        count += piece->kind != GDX_INPUT_RECORDS;
        while (piece->kind == GDX_INPUT_RECORDS && at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
            count++;
            at++;
        }
    }
    return count;
}
