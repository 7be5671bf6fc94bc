// SPDX-License-Identifier: Apache-2.0
// policy.h: which neighbouring segments become one, and when. Pure figures: nothing here opens a file.
#ifndef INDEX_POLICY_H
#define INDEX_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct merge_figures {
    uint64_t live_bytes;     // what the segment would take if written anew
    uint64_t live_positions; // likewise
    uint32_t document_count;
    uint32_t deleted_count;
};

enum {
    MERGE_FACTOR = 10,               // segments of a level that become one of the next
    MERGE_FLOOR_BYTES = 1 << 20,     // below it all sizes are one level
    MERGE_DELETED_SHARE_INVERSE = 3, // more than a third deleted: written anew
};

// 0 below the floor, then one more for each factor of ten.
unsigned merge_level(uint64_t live_bytes);

// The next merge the policy asks for: segments [*out_first, *out_first + *out_count). False: nothing to do. A single
// segment is one to be written anew without its deleted documents.
bool merge_by_policy(const struct merge_figures *segments, size_t count, size_t *out_first, size_t *out_count);
// The next merge on the way to as few segments as positions allow, without deleted documents.
bool merge_to_one(const struct merge_figures *segments, size_t count, size_t *out_first, size_t *out_count);

#endif
