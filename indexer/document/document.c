// SPDX-License-Identifier: Apache-2.0
// document.c: the hash that shows whether a document has changed since it was indexed.
// Relies on xxHash, inlined so that its state lies on the stack and hashing cannot fail. Every field is preceded by its
// length, so that "ab","c" and "a","bc" differ.

#include "gdx/document.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static void hash_u64(XXH3_state_t *state, uint64_t value) {
    uint8_t bytes[8];
    gdx_store_u64(bytes, value);
    XXH3_64bits_update(state, bytes, sizeof bytes);
}

static void hash_field(XXH3_state_t *state, gdx_slice field) {
    hash_u64(state, field.bytes);
    if (field.bytes)
        XXH3_64bits_update(state, field.data, field.bytes);
}

const gdx_part *gdx_document_next_part(const gdx_document *document, gdx_part_walk *walk) {
    for (; walk->field < GDX_FIELDS; walk->field++, walk->next = 0)
        while (walk->next < document->part_count) {
            const gdx_part *part = &document->parts[walk->next++];
            if ((uint32_t)part->field == walk->field)
                return part;
        }
    return NULL;
}

uint64_t gdx_document_text_bytes(const gdx_document *document) {
    uint64_t bytes = (uint64_t)document->title.bytes + document->text.bytes;
    for (uint32_t i = 0; i < document->part_count; i++)
        bytes += document->parts[i].text.bytes;
    return bytes;
}

static void hash_places(XXH3_state_t *state, const gdx_part_place *places, uint32_t count) {
    hash_u64(state, count);
    for (uint32_t i = 0; i < count; i++) {
        hash_u64(state, places[i].byte);
        hash_field(state, places[i].name);
    }
}

static void hash_parts(XXH3_state_t *state, const gdx_document *document) {
    gdx_part_walk walk = {0};
    hash_places(state, document->text_places, document->text_place_count);
    for (const gdx_part *part; (part = gdx_document_next_part(document, &walk));) {
        hash_u64(state, (uint64_t)part->field);
        hash_field(state, part->text);
        hash_places(state, part->places, part->place_count);
    }
}

uint64_t gdx_document_hash(const gdx_document *document) {
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_64bits_reset(&state);
    hash_field(&state, document->id);
    hash_field(&state, document->title);
    hash_field(&state, document->source);
    hash_field(&state, document->metadata);
    hash_field(&state, document->text);
    hash_field(&state, document->origin);
    hash_u64(&state, document->date | (uint64_t)document->title_from_text << 32);
    if (document->part_count || document->text_place_count)
        hash_parts(&state, document);
    return XXH3_64bits_digest(&state);
}
