// SPDX-License-Identifier: Apache-2.0
// examine.h: what is left of one segment that a manifest names, and of its deletions.
#ifndef INDEX_EXAMINE_H
#define INDEX_EXAMINE_H

#include "snapshot.h"

struct examined {                          // one owner
    const struct manifest_segment *record; // the caller's
    gdx_snapshot *alone;                   // a commit of this segment, without deletions; NULL: it cannot be opened
    struct deletions *deletions;           // NULL: none, or they are damaged
    gdx_error segment_why, deletions_why;  // status GDX_OK: nothing is wrong
};

// GDX_OK also when something is damaged. Any other failure is one of looking: no memory, no permission, stopped.
gdx_status examine(const char *directory, const struct manifest *manifest, size_t i, const gdx_stop *stop,
                   struct examined *out, gdx_error *err) GDX_MUST_CHECK;
void examined_clear(struct examined *examined);

// The segment; NULL: it cannot be opened.
gdx_segment *examined_segment(const struct examined *examined);
const uint8_t *examined_bitmap(const struct examined *examined); // NULL: none, or they are damaged

#endif
