// SPDX-License-Identifier: Apache-2.0
// groups.h: sums over documents that have a key in common, and the numbers of sources over all segments.
// Relies on gdx/statistics.h.
#ifndef GDX_STATISTICS_GROUPS_H
#define GDX_STATISTICS_GROUPS_H

#include "gdx/statistics.h"

// ---- sources: numbered by the order of their names, the same in all segments

struct sources {
    gdx_slice *names; // ascending; the segments'
    size_t count;
    uint32_t **numbers; // of each segment, by its own number of a source
};

// In `arena`. The snapshot must outlive it.
gdx_status sources_read(gdx_snapshot *snapshot, gdx_arena *arena, struct sources *out, gdx_error *err) GDX_MUST_CHECK;

// ---- sums

struct group {
    uint64_t key;
    uint64_t documents, occurrences;   // of documents that match
    uint64_t of_documents, of_symbols; // of all that were added
};

struct groups { // {0} is empty. Open addressing; a row without documents is a free place
    struct group *rows;
    size_t capacity; // 0 or a power of two
    size_t count;
};

// GDX_NO_MEMORY.
gdx_status groups_add(struct groups *groups, uint64_t key, const gdx_tallied *document, gdx_error *err) GDX_MUST_CHECK;
// Moves all rows to the front, ascending by key, and returns them. Nothing can be added afterwards.
struct group *groups_sort(struct groups *groups);
void groups_clear(struct groups *groups);

// Keys that sort by time; documents without a period last.
static inline uint32_t period_key(gdx_date period) {
    return period - 1;
}
static inline gdx_date period_of_key(uint32_t key) {
    return key + 1;
}
static inline double per_million(uint64_t occurrences, uint64_t symbols) {
    return gdx_per_million(occurrences, symbols);
}

#endif
