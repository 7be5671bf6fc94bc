// SPDX-License-Identifier: Apache-2.0
// term_columns.h: a term looked for in the unpacked columns of a block, and its list measured. Of each there is a
// variant for x86-64-v3, chosen at run time; tests hold look-ups by both equal.
#ifndef GDX_SEGMENT_TERM_COLUMNS_H
#define GDX_SEGMENT_TERM_COLUMNS_H

#include "terms.h"

// Where the term is in a block whose symbols are differences; block->count when it is not there.
uint32_t term_columns_find(const term_block *block, uint32_t first, uint32_t second);

// From the code of how much longer or shorter a list is than is to be expected; may be negative when it is damaged.
static inline int64_t term_list_bytes(uint32_t code, uint32_t count, uint32_t limit) {
    int64_t longer = code & 1 ? -(int64_t)(code / 2) - 1 : (int64_t)(code / 2);
    return gdx_postings_expected(count, limit) + longer;
}

// The bytes of the list of term `index`, and of all before it in the block, whose counts are less 1 and whose lengths
// are codes. Quick, and false when it cannot tell: the counts are too large for it, or damaged.
bool term_columns_measure(const term_block *block, uint32_t index, uint32_t limit, uint64_t *out_before,
                          uint32_t *out_bytes);

#endif
