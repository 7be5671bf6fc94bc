// SPDX-License-Identifier: Apache-2.0
// rounds.h: a random collection, spread over segments and merged at random until one is left, with documents deleted on
// the way; it must have the bytes that one writer gives for those that live.
#ifndef TEST_ROUNDS_H
#define TEST_ROUNDS_H

#include "collection.h"

// So little for an inverter that what lists of blocks do not say has no room, and compact inputs are made several runs.
enum { RUN_BYTES = 300 << 10 };

// Fails the test unless the last segment is that of one writer at this level. Returns the bytes of the tokens that its
// ranges have of their own.
uint64_t run_rounds_of(gdx_shape shape, const collection_kind *kind, uint64_t seed, unsigned doomed_percent,
                       unsigned threads, int level);
// Of the exact shape.
uint64_t run_rounds(const collection_kind *kind, uint64_t seed, unsigned doomed_percent, unsigned threads, int level);

// Of what a merge gave, and of what it is compared with.
void assert_same_bytes(const char *folder, uint64_t merged, const char *other_folder, uint64_t written);
void assert_verifies(const gdx_segment *segment);
uint64_t token_bytes_of(const gdx_segment *segment); // of all its ranges

#endif
