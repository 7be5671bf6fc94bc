// SPDX-License-Identifier: Apache-2.0
// step.h: a step in the trie of tokens, inline.
// Relies on matcher.h. Threads: any.
#ifndef GDX_TOKENS_STEP_H
#define GDX_TOKENS_STEP_H

#include "matcher.h"

static inline uint32_t step_token(uint64_t slot) {
    return (uint32_t)(slot >> SLOT_TOKEN) & MATCHER_NONE;
}
static inline uint32_t step_table(uint64_t slot) {
    return (uint32_t)(slot >> SLOT_TABLE) & (MATCHER_SLOTS_MAX - 1);
}
static inline unsigned step_size(uint64_t slot) {
    return (unsigned)(slot >> SLOT_SIZE);
}
// The two places of a code point are parts of this.
static inline uint32_t step_hash(uint32_t code_point) {
    return code_point * 0x9e3779b1u;
}
static inline uint32_t step_other(uint32_t hash) {
    return hash >> 17;
}

// The root's child by a code point, or 0.
static inline uint64_t step_first(const uint64_t *first, uint32_t code_point) {
    return first[code_point < MATCHER_CODE_POINTS ? code_point : 0];
}

// The child of a node by a code point, or 0.
static inline uint64_t step_find(const uint64_t *slots, uint64_t node, uint32_t code_point) {
    const uint64_t *table = slots + step_table(node);
    uint32_t mask = (1u << step_size(node)) - 1, hash = step_hash(code_point);
    uint64_t one = table[hash & mask], other = table[step_other(hash) & mask];
    one = (uint16_t)one == code_point ? one : 0;
    return (uint16_t)other == code_point ? other : one;
}

#endif
