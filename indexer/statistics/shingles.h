// SPDX-License-Identifier: Apache-2.0
// shingles.h: the shingles of a text: every run of SHINGLE_LETTERS letters, marks left out, as a hash of 64 bits.
// Relies on gdx/index.h, gdx/text.h.
#ifndef GDX_STATISTICS_SHINGLES_H
#define GDX_STATISTICS_SHINGLES_H

#include "gdx/index.h"
#include "gdx/text.h"

enum { SHINGLE_LETTERS = 8, SHINGLES_LEAST = 16 }; // a text with fewer different shingles is too short to judge

struct shingles { // {0} is empty; one owner
    uint64_t *hashes;
    size_t count, capacity;
};
void shingles_clear(struct shingles *shingles);

struct shingle_reader; // one owner
// NULL: no memory. `snapshot` must outlive it.
struct shingle_reader *shingle_reader_new(gdx_snapshot *snapshot);
void shingle_reader_free(struct shingle_reader *reader); // NULL is fine
// Replaces the shingles by those of the document's text, ascending, each once. `without`: ascending, which are left
// out; NULL: none.
gdx_status shingles_read(struct shingle_reader *reader, size_t segment, uint32_t document,
                         const struct shingles *without, struct shingles *out, gdx_error *err) GDX_MUST_CHECK;
// The sketch of what shingles_read would give; none of a text that is too short to judge. A long text is not sorted
// for it. `room`: its content is lost.
struct shingle_sketch {
    uint32_t *hashes;
    size_t count, most; // most: at least SHINGLES_LEAST, for which there is room
};
gdx_status shingles_read_sketch(struct shingle_reader *reader, size_t segment, uint32_t document,
                                const struct shingles *without, struct shingles *room, struct shingle_sketch *out,
                                gdx_error *err) GDX_MUST_CHECK;
// The `most` lowest of the ascending ones, as their high 32 bits, each once. Returns how many.
size_t shingles_sketch(const struct shingles *shingles, uint32_t *to, size_t most);
// How many two ascending lists have in common.
size_t shingles_common(const struct shingles *a, const struct shingles *b);

// Sorts and drops repetitions. `room`: as many.
void shingles_sort(struct shingles *shingles, struct shingles *room);

#endif
