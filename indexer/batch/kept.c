// SPDX-License-Identifier: Apache-2.0
// kept.c: see kept.h. Blocks of one size that never move, since slices point into them; a larger document has one of
// its own.

#include "kept.h"

#include <stdlib.h>

enum { BLOCK_BYTES = 256 << 10 };

struct kept_block {
    struct kept_block *next;
    size_t capacity;
    size_t used;
    _Alignas(max_align_t) uint8_t data[];
};

struct kept *kept_new(void) {
    return calloc(1, sizeof(struct kept));
}

static void free_blocks(struct kept_block *block) {
    while (block) {
        struct kept_block *next = block->next;
        free(block);
        block = next;
    }
}

void kept_free(struct kept *kept) {
    if (!kept)
        return;
    free_blocks(kept->first);
    free(kept->documents);
    free(kept);
}

// Unlinks and frees the blocks from *link on that are not of the one size, or too many.
static void trim(struct kept_block **link, size_t bytes) {
    while (*link) {
        struct kept_block *block = *link;
        if (block->capacity == BLOCK_BYTES && bytes >= BLOCK_BYTES) {
            bytes -= BLOCK_BYTES;
            block->used = 0;
            link = &block->next;
        } else {
            *link = block->next;
            free(block);
        }
    }
}

void kept_reset(struct kept *kept, size_t bytes) {
    trim(&kept->first, bytes);
    kept->current = kept->first;
    kept->count = 0;
    kept->bytes = 0;
}

static struct kept_block *add_block(struct kept *kept, size_t bytes) {
    size_t capacity = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    struct kept_block *block = malloc(sizeof *block + capacity);
    if (!block)
        return NULL;
    *block = (struct kept_block){.capacity = capacity};
    struct kept_block **link = kept->current ? &kept->current->next : &kept->first;
    block->next = *link;
    return *link = block;
}

static void *take(struct kept *kept, size_t bytes) {
    size_t rounded = (bytes + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
    if (rounded < bytes)
        return NULL;
    struct kept_block *block = kept->current;
    if (block && block->capacity - block->used < rounded) {
        struct kept_block *next = block->next;
        block = next && next->capacity >= rounded ? next : NULL; // those that follow are empty
    }
    if (!block)
        block = add_block(kept, rounded);
    if (!block)
        return NULL;
    kept->current = block;
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
