// SPDX-License-Identifier: Apache-2.0
// corpus.h: small random collections with every case of the matching rule, and an index made of one.
#ifndef TEST_CORPUS_H
#define TEST_CORPUS_H

#include "gdx/document.h"
#include "random.h"

enum { CORPUS_SEGMENTS_MAX = 5, CORPUS_PARTS_MAX = 8 };

typedef struct corpus_document {
    gdx_document stored; // its slices are owned
    size_t segment;
    bool is_deleted;
} corpus_document;

struct corpus {
    corpus_document *documents; // in the order of their segments
    size_t count;
    size_t segment_count;
    uint32_t alphabet[24]; // numbers of the tokens that it is written with
    size_t alphabet_count;
};

void corpus_make(struct corpus *out, random_state *random);
void corpus_clear(struct corpus *corpus);
// Writes it as so many segments into an index in `folder`, then marks what is deleted.
void corpus_write(const struct corpus *corpus, const char *folder);
// A few tokens of its alphabet, appended.
void corpus_write_tokens(const struct corpus *corpus, random_state *random, size_t count, gdx_buffer *out);

#endif
