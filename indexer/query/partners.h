// SPDX-License-Identifier: Apache-2.0
// partners.h: which occurrences of two terms, each of one length, have one of the other term near them in the same
// part.
#ifndef GDX_QUERY_PARTNERS_H
#define GDX_QUERY_PARTNERS_H

#include "budget.h"

typedef struct query_partner_side {
    const uint32_t *begins; // ascending positions of first symbols
    size_t count;
    uint32_t length; // symbols of each
    uint64_t *kept;  // count / 64 + 1 words, all zero before; after: a bit for each that has a partner
} query_partner_side;

// Marks both sides. At most `distance` symbols are between the end of the one and the start of the other; with
// `is_ordered` the left one is first. The sides may be of one term. Cost: about 8 ns for each occurrence of the rarer
// term and 1 ns for each of the other; far fewer of those than of the other are skipped over.
gdx_status query_partners_mark(query_run *run, const query_segment *segment, query_partner_side *left,
                               query_partner_side *right, uint32_t distance, bool is_ordered,
                               gdx_error *err) GDX_MUST_CHECK;

#endif
