// SPDX-License-Identifier: Apache-2.0
// list.h: the skip entries of a long list, checked once and then read at random.
// docs/format-postings.md, "Long lists".
#ifndef GDX_POSTINGS_LIST_H
#define GDX_POSTINGS_LIST_H

#include "block.h"

// A list of more than 128 positions. False when its header is damaged. All skip entries can be read afterwards.
bool postings_list_open(gdx_postings_list *list, gdx_slice bytes, uint32_t count, uint32_t limit);
// Unpacks a block into `positions`, which has room for GDX_POSTINGS_BLOCK. False when it is damaged; what was unpacked
// ascends.
bool postings_list_unpack(const gdx_postings_list *list, uint32_t block, uint32_t *positions);

static inline uint32_t postings_list_last(const gdx_postings_list *list, uint32_t block) {
    return postings_bits_at(list->skips, (uint64_t)block * list->position_bits, list->position_bits);
}
// Positions in a block.
static inline uint32_t postings_list_in_block(const gdx_postings_list *list, uint32_t block) {
    return block + 1 < list->block_count ? GDX_POSTINGS_BLOCK : list->count - block * GDX_POSTINGS_BLOCK;
}

#endif
