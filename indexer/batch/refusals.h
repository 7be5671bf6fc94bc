// SPDX-License-Identifier: Apache-2.0
// refusals.h: what was not indexed, or mended, with place and reason; kept in input order until the end of the batch.
#ifndef GDX_BATCH_REFUSALS_H
#define GDX_BATCH_REFUSALS_H

#include "gdx/base.h"

struct refusal {
    gdx_slice path;
    gdx_slice reason;
    uint64_t line; // within the piece until lines are resolved
    uint64_t byte;
    uint32_t piece; // of its slab
    gdx_status status;
    bool is_note;
};

struct refusals { // one owner
    struct refusal *items;
    size_t count;
    size_t capacity;
    uint64_t unkept; // refusals beyond REFUSALS_KEPT: counted, not described
    gdx_arena *arena;
};

enum { REFUSALS_KEPT = 10000 };

gdx_status refusals_init(struct refusals *refusals) GDX_MUST_CHECK;
void refusals_clear(struct refusals *refusals);
// Copies the strings.
gdx_status refusals_add(struct refusals *refusals, const struct refusal *refusal) GDX_MUST_CHECK;
// Not notes; unkept ones counted.
uint64_t refusals_count(const struct refusals *refusals);
// The first that is no note; NULL: none that was kept is.
const struct refusal *refusals_first(const struct refusals *refusals);

#endif
