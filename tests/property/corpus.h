// SPDX-License-Identifier: Apache-2.0
// corpus.h: small random collections with every case of the matching rule, and an index made of one.
#ifndef TEST_CORPUS_H
#define TEST_CORPUS_H

#include "gdx/document.h"
#include "gdx/segment.h"
#include "random.h"

enum { CORPUS_SEGMENTS_MAX = 20, CORPUS_PARTS_MAX = 8 };

typedef struct corpus_document {
    gdx_document stored; // its slices are owned
    size_t segment;
    bool is_deleted;
} corpus_document;

// Keys of metadata: the first is declared from the start, the second before segment `second_from` is written, the third
// never.
enum { CORPUS_KEYS = 3, CORPUS_VALUES_MAX = 4 };
extern const char *const corpus_keys[CORPUS_KEYS];

struct corpus {
    corpus_document *documents; // in the order of their segments
    size_t count;
    size_t segment_count;
    gdx_shape shape;                       // of the index: of what a merge makes
    gdx_shape shapes[CORPUS_SEGMENTS_MAX]; // of each segment, whatever that of the index
    size_t second_from;                    // may be segment_count: after all of them
    uint32_t alphabet[24];                 // numbers of the tokens that it is written with
    size_t alphabet_count;
};

void corpus_make(struct corpus *out, random_state *random);
void corpus_clear(struct corpus *corpus);
// Writes it as so many segments into an index in `folder`, then marks what is deleted.
void corpus_write(const struct corpus *corpus, const char *folder);
// A few tokens of its alphabet, appended.
void corpus_write_tokens(const struct corpus *corpus, random_state *random, size_t count, gdx_buffer *out);

// The different values that a document has under a key, as texts; *out_left_out when there are others that cannot be.
size_t corpus_values(const gdx_document *document, size_t key, const char *const **out, bool *out_left_out);

#endif
