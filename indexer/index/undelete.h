// SPDX-License-Identifier: Apache-2.0
// undelete.h: which documents of a segment are gone when the file that said so is damaged.
#ifndef INDEX_UNDELETE_H
#define INDEX_UNDELETE_H

#include "examine.h"

// The deletions of segments[at], whose own are damaged and whose segment is good: what a later document of the same id
// replaced. Writes them into the directory, and fills `out` with the record of the segment as the next manifest has it;
// out->deleted_count may
// be all documents; then, and when it is 0, nothing is written.
gdx_status undelete(const char *directory, const struct examined *segments, size_t count, size_t at,
                    struct manifest_segment *out, gdx_error *err) GDX_MUST_CHECK;

#endif
