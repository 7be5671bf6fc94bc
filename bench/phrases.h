// SPDX-License-Identifier: Apache-2.0
// phrases.h: the query set: phrases of 1 to 20 symbols drawn from a JSON Lines file, each with the truth about it
// (truth.c), kept in a file of JSON Lines so that every engine answers the same ones. Relies on gdx/base.h; inside on
// gdx/text.h, jansson.
#ifndef GDX_BENCH_PHRASES_H
#define GDX_BENCH_PHRASES_H

#include "gdx/base.h"

#include <stdio.h>

struct phrase {
    gdx_slice text;     // as it is in the document, line breaks as spaces; a zero after it
    gdx_slice query;    // quoted, as the query language wants it
    unsigned symbols;   // 1 to 20
    uint64_t documents; // in which it occurs
    uint64_t occurrences;
};

struct phrases { // {0} is empty
    struct phrase *items;
    size_t count;
    size_t capacity;
    gdx_arena *arena;
};

// Every length from 1 to 20 in turn. A phrase starts at a random symbol of a random text and stays within it; titles
// are texts too. The truth is not filled in.
gdx_status phrases_draw(struct phrases *phrases, const char *path, size_t count, uint64_t seed,
                        gdx_error *err) GDX_MUST_CHECK;
// {"phrase","symbols","documents","occurrences"}, one a line.
gdx_status phrases_write(const struct phrases *phrases, FILE *to, gdx_error *err) GDX_MUST_CHECK;
gdx_status phrases_read(struct phrases *phrases, const char *path, gdx_error *err) GDX_MUST_CHECK;
void phrases_clear(struct phrases *phrases);

#endif
