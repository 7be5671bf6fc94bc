// SPDX-License-Identifier: Apache-2.0
// encode.h: what learning shares with encoding: what a code costs.
// Relies on matcher.h. Threads: any.
#ifndef GDX_TOKENS_ENCODE_H
#define GDX_TOKENS_ENCODE_H

#include "matcher.h"

// Bits of the code of a rank: prefix and rest.
static inline unsigned token_rank_bits(const uint8_t class_bits[TOKEN_CLASSES], uint32_t rank) {
    unsigned class = token_rank_class(rank);
    return class_bits[class] + token_class_bits(class);
}

#endif
