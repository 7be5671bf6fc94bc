// SPDX-License-Identifier: Apache-2.0
// phrases.h: the texts of a JSON Lines file, and phrases of 1 to 20 symbols drawn from them, the same for the same
// seed.
#ifndef GDX_BENCH_PHRASES_H
#define GDX_BENCH_PHRASES_H

#include "gdx/base.h"

struct texts { // titles and texts, in turn
    gdx_slice *items;
    size_t count;
    size_t capacity;
    uint64_t bytes;
    gdx_arena *arena;
};
gdx_status texts_read(struct texts *texts, const char *path, gdx_error *err) GDX_MUST_CHECK;
void texts_clear(struct texts *texts);

struct phrase {
    gdx_slice query;      // quoted, as the query language wants it
    unsigned symbols;     // 1 to 20
    uint64_t occurrences; // filled in by whoever counts
};
struct phrases {
    struct phrase *items;
    size_t count;
    gdx_arena *arena;
};
// Every length from 1 to 20 in turn. A phrase begins at a random symbol of a random text and stays within it.
gdx_status phrases_draw(struct phrases *phrases, const struct texts *texts, size_t count, uint64_t seed,
                        gdx_error *err) GDX_MUST_CHECK;
void phrases_clear(struct phrases *phrases);

#endif
