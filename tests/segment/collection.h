// SPDX-License-Identifier: Apache-2.0
// collection.h: random documents for the tests of segments, the same for the same seed, and segments written of them.
// What the system refuses fails the test.
#ifndef TEST_COLLECTION_H
#define TEST_COLLECTION_H

#include "../property/random.h"

#include "gdx/segment.h"
#include "gdx/text.h"

struct collection {
    gdx_document *documents; // their slices are the arena's
    uint32_t count;
    gdx_arena *arena;
    gdx_shape shape;   // of the segments that are written
    bool without_keys; // segments are written as if no key was declared
};

// Of metadata, declared for all segments.
const gdx_keys *collection_keys(void);

// `count` documents of up to `text_bytes` bytes, mostly shorter; every `long_every`-th, 0 for none, is `long_bytes`
// long. Han, words, punctuation and a rare symbol; some fields are empty; ids are unique; `sources` sources.
typedef struct collection_kind {
    uint32_t count;
    uint32_t text_bytes;
    uint32_t long_every;
    uint32_t long_bytes;
    uint32_t words; // in the vocabulary
    uint32_t sources;
    uint32_t characters; // Han, of which the first are the most frequent; 0: 900
} collection_kind;

void collection_init(struct collection *collection, uint64_t seed, const collection_kind *kind);
void collection_clear(struct collection *collection);

// Writes the documents of these numbers, in this order, as one segment.
gdx_status collection_try_write(const struct collection *collection, const uint32_t *numbers, uint32_t count,
                                const char *folder, int level, gdx_segment_info *out, gdx_error *err);
gdx_segment_info collection_write(const struct collection *collection, const uint32_t *numbers, uint32_t count,
                                  const char *folder, int level);
// All documents.
gdx_segment_info collection_write_all(const struct collection *collection, const char *folder, int level);

gdx_segment *segment_of(const char *folder, uint64_t name); // opened; the caller releases
// The whole file, the caller's.
gdx_buffer segment_bytes(const char *folder, uint64_t name);

#endif
