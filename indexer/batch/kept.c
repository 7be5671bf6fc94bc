// SPDX-License-Identifier: Apache-2.0
// kept.c: see kept.h. Blocks of one size that never move, since slices point into them; a larger document has one of
// its own. The pool cuts them out of chunks that are huge pages where the system has some.

#include "kept.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <uv.h>

enum { CHUNK_BYTES = 2 << 20, BLOCK_BYTES = 256 << 10, CHUNK_BLOCKS = CHUNK_BYTES / BLOCK_BYTES };

struct kept_block {
    struct kept_block *next;
    size_t capacity;
    size_t used;
    bool is_pooled;
    _Alignas(max_align_t) uint8_t data[];
};

struct kept_pool { // any thread: under the mutex
    uv_mutex_t mutex;
    struct kept_block *idle;
    void **chunks;
    size_t chunk_count;
    size_t chunk_capacity;
};

struct kept_pool *kept_pool_new(void) {
    struct kept_pool *pool = calloc(1, sizeof *pool);
    if (pool && uv_mutex_init(&pool->mutex) != 0) {
        free(pool);
        return NULL;
    }
    return pool;
}

void kept_pool_free(struct kept_pool *pool) {
    if (!pool)
        return;
    for (size_t i = 0; i < pool->chunk_count; i++)
        free(pool->chunks[i]);
    free(pool->chunks);
    uv_mutex_destroy(&pool->mutex);
    free(pool);
}

static gdx_status add_chunk(struct kept_pool *pool) {
    if (gdx_grow(&pool->chunks, &pool->chunk_capacity, pool->chunk_count + 1, sizeof(void *)) != GDX_OK)
        return GDX_NO_MEMORY;
    char *chunk = aligned_alloc(CHUNK_BYTES, CHUNK_BYTES);
    if (!chunk)
        return GDX_NO_MEMORY;
    (void)madvise(chunk, CHUNK_BYTES, MADV_HUGEPAGE); // only advice: without it everything works, slower
    pool->chunks[pool->chunk_count++] = chunk;
    for (size_t i = CHUNK_BLOCKS; i-- > 0;) {
        struct kept_block *block = (struct kept_block *)(void *)(chunk + i * BLOCK_BYTES);
        *block = (struct kept_block){
            .next = pool->idle, .capacity = BLOCK_BYTES - sizeof(struct kept_block), .is_pooled = true};
        pool->idle = block;
    }
    return GDX_OK;
}

static struct kept_block *take_block(struct kept_pool *pool) {
    uv_mutex_lock(&pool->mutex);
    struct kept_block *block = NULL;
    if (pool->idle || add_chunk(pool) == GDX_OK) {
        block = pool->idle;
        pool->idle = block->next;
    }
    uv_mutex_unlock(&pool->mutex);
    return block;
}

struct kept *kept_new(struct kept_pool *pool) {
    struct kept *kept = calloc(1, sizeof *kept);
    if (kept)
        kept->pool = pool;
    return kept;
}

void kept_free(struct kept *kept) {
    if (!kept)
        return;
    kept_reset(kept);
    free(kept->documents);
    free(kept);
}

void kept_reset(struct kept *kept) {
    uv_mutex_lock(&kept->pool->mutex);
    while (kept->newest) {
        struct kept_block *block = kept->newest;
        kept->newest = block->next;
        if (block->is_pooled) {
            block->used = 0;
            block->next = kept->pool->idle;
            kept->pool->idle = block;
        } else {
            free(block);
        }
    }
    uv_mutex_unlock(&kept->pool->mutex);
    kept->count = 0;
    kept->bytes = 0;
}

static struct kept_block *add_block(struct kept *kept, size_t bytes) {
    struct kept_block *block;
    if (bytes <= BLOCK_BYTES - sizeof *block) {
        block = take_block(kept->pool);
    } else if ((block = malloc(sizeof *block + bytes)) != NULL) {
        *block = (struct kept_block){.capacity = bytes};
    }
    if (!block)
        return NULL;
    block->next = kept->newest;
    return kept->newest = block;
}

static void *take(struct kept *kept, size_t bytes) {
    size_t rounded = (bytes + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
    if (rounded < bytes)
        return NULL;
    struct kept_block *block = kept->newest;
    if (!block || block->capacity - block->used < rounded)
        block = add_block(kept, rounded);
    if (!block)
        return NULL;
    void *at = block->data + block->used;
    block->used += rounded;
    kept->bytes += rounded;
    return at;
}

static gdx_slice copy_slice(char **at, gdx_slice from) {
    gdx_slice copy = {*at, from.bytes};
    if (from.bytes)
        memcpy(*at, from.data, from.bytes);
    *at += from.bytes;
    return copy;
}

static size_t place_bytes(const gdx_part_place *places, uint32_t count) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < count; i++)
        bytes += places[i].name.bytes;
    return bytes;
}

// Of all strings.
static size_t string_bytes(const gdx_document *document) {
    size_t bytes = document->id.bytes + document->title.bytes + document->source.bytes + document->metadata.bytes +
                   document->text.bytes + document->origin.bytes +
                   place_bytes(document->text_places, document->text_place_count);
    for (uint32_t i = 0; i < document->part_count; i++)
        bytes += document->parts[i].text.bytes + place_bytes(document->parts[i].places, document->parts[i].place_count);
    return bytes;
}

static gdx_status copy_places(struct kept *kept, const gdx_part_place **places, uint32_t count, char **at) {
    if (!count)
        return GDX_OK;
    gdx_part_place *copies = take(kept, count * sizeof *copies);
    if (!copies)
        return GDX_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        copies[i] = (gdx_part_place){(*places)[i].byte, copy_slice(at, (*places)[i].name)};
    *places = copies;
    return GDX_OK;
}

static gdx_status copy_parts(struct kept *kept, gdx_document *document, char **at) {
    if (!document->part_count)
        return GDX_OK;
    gdx_part *copies = take(kept, document->part_count * sizeof *copies);
    gdx_status status = copies ? GDX_OK : GDX_NO_MEMORY;
    for (uint32_t i = 0; status == GDX_OK && i < document->part_count; i++) {
        copies[i] = document->parts[i];
        copies[i].text = copy_slice(at, copies[i].text);
        status = copy_places(kept, &copies[i].places, copies[i].place_count, at);
    }
    document->parts = copies;
    return status;
}

gdx_status kept_add(struct kept *kept, const gdx_document *document, document_order order) {
    gdx_document copy = *document;
    size_t bytes = string_bytes(document);
    char *at = take(kept, bytes + !bytes); // never of no bytes: slices point somewhere
    if (!at || gdx_grow(&kept->documents, &kept->capacity, kept->count + 1, sizeof *kept->documents) != GDX_OK)
        return GDX_NO_MEMORY;
    copy.id = copy_slice(&at, document->id);
    copy.title = copy_slice(&at, document->title);
    copy.source = copy_slice(&at, document->source);
    copy.metadata = copy_slice(&at, document->metadata);
    copy.text = copy_slice(&at, document->text);
    copy.origin = copy_slice(&at, document->origin);
    gdx_status status = copy_places(kept, &copy.text_places, copy.text_place_count, &at);
    if (status == GDX_OK)
        status = copy_parts(kept, &copy, &at);
    if (status == GDX_OK)
        kept->documents[kept->count++] = (struct kept_document){copy, order};
    return status;
}
