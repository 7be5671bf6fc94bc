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

uint64_t gdx_document_hash(const gdx_document *document) {
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_64bits_reset(&state);
    hash_field(&state, document->id);
    hash_field(&state, document->title);
    hash_field(&state, document->source);
    hash_field(&state, document->metadata);
    hash_field(&state, document->text);
    hash_u64(&state, document->date | (uint64_t)document->title_from_text << 32);
    return XXH3_64bits_digest(&state);
}
