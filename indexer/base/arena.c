// SPDX-License-Identifier: Apache-2.0
// arena.c: many small allocations, freed together. Chunks double in size up to 1 MiB; a larger request has a chunk
// of its own.

#include "gdx/arena.h"

#include <stdint.h>
#include <stdlib.h>

enum { FIRST_CHUNK_BYTES = 4096, LARGEST_CHUNK_BYTES = 1 << 20 };

struct chunk {
    struct chunk *previous;
    size_t capacity;
    size_t used;
    _Alignas(max_align_t) uint8_t data[];
};

struct gdx_arena {
    struct chunk *newest;
    size_t bytes;
};

gdx_arena *gdx_arena_new(void) {
    return calloc(1, sizeof(gdx_arena));
}

static void free_chunks(struct chunk *chunk) {
    while (chunk) {
        struct chunk *previous = chunk->previous;
        free(chunk);
        chunk = previous;
    }
}

void gdx_arena_free(gdx_arena *arena) {
    if (arena) {
        free_chunks(arena->newest);
        free(arena);
    }
}

static struct chunk *add_chunk(gdx_arena *arena, size_t at_least) {
    size_t capacity = arena->newest ? arena->newest->capacity * 2 : FIRST_CHUNK_BYTES;
    if (capacity > LARGEST_CHUNK_BYTES)
        capacity = LARGEST_CHUNK_BYTES;
    if (capacity < at_least)
        capacity = at_least;
    struct chunk *chunk = malloc(sizeof *chunk + capacity);
    if (!chunk)
        return NULL;
    chunk->previous = arena->newest;
    chunk->capacity = capacity;
    chunk->used = 0;
    arena->newest = chunk;
    arena->bytes += sizeof *chunk + capacity;
    return chunk;
}

void *gdx_arena_allocate(gdx_arena *arena, size_t bytes) {
    size_t rounded = (bytes + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
    if (rounded < bytes)
        return NULL;
    struct chunk *chunk = arena->newest;
    if (!chunk || chunk->capacity - chunk->used < rounded)
        chunk = add_chunk(arena, rounded);
    if (!chunk)
        return NULL;
    void *at = chunk->data + chunk->used;
    chunk->used += rounded;
    memset(at, 0, bytes);
    return at;
}

gdx_status gdx_arena_copy(gdx_arena *arena, gdx_slice from, gdx_slice *out) {
    char *copy = gdx_arena_allocate(arena, from.bytes + 1);
    if (!copy)
        return GDX_NO_MEMORY;
    if (from.bytes)
        memcpy(copy, from.data, from.bytes);
    *out = (gdx_slice){copy, from.bytes};
    return GDX_OK;
}

// Keeps a chunk of ordinary size for the next use; frees one that was made for a large request.
void gdx_arena_reset(gdx_arena *arena) {
    struct chunk *keep = arena->newest;
    while (keep && keep->capacity > LARGEST_CHUNK_BYTES) {
        struct chunk *previous = keep->previous;
        free(keep);
        keep = previous;
    }
    arena->newest = keep;
    arena->bytes = 0;
    if (!keep)
        return;
    free_chunks(keep->previous);
    keep->previous = NULL;
    keep->used = 0;
    arena->bytes = sizeof *keep + keep->capacity;
}

size_t gdx_arena_bytes(const gdx_arena *arena) {
    return arena->bytes;
}
