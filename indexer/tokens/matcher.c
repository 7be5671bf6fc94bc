// SPDX-License-Identifier: Apache-2.0
// matcher.c: the trie of tokens, and the cheapest spelling, found from the end of the text to its start.
// Relies on matcher.h.
#include "matcher.h"

#include <stdlib.h>

enum { LITERAL_COST = TOKEN_ESCAPE_BITS + TOKEN_LITERAL_BITS };

#define KEY_MASK  ((UINT64_C(1) << MATCHER_CHILD_SHIFT) - 1)
#define MORE_FLAG (UINT64_C(1) << (MATCHER_CHILD_SHIFT + MATCHER_NODE_BITS))

static inline uint32_t child_of(uint64_t slot) {
    return (uint32_t)(slot >> MATCHER_CHILD_SHIFT) & (MATCHER_NODES - 1);
}
static inline unsigned cost_of(uint64_t slot) {
    return (unsigned)(slot >> MATCHER_COST_SHIFT);
}
static inline uint64_t key_of(uint32_t node, uint32_t code_point) {
    return (uint64_t)node << 16 | code_point;
}
static inline uint32_t place_of(uint64_t key) {
    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - MATCHER_SLOT_BITS));
}

// The slot of a node's child, or 0. Node 0, the root, has its children in `first`, so that no key is 0.
static inline uint64_t find(const token_matcher *matcher, uint32_t node, uint32_t code_point) {
    uint64_t key = key_of(node, code_point);
    for (uint32_t at = place_of(key);; at = (at + 1) & (MATCHER_SLOTS - 1)) {
        uint64_t slot = matcher->slots[at];
        if ((slot & KEY_MASK) == key || slot == 0)
            return slot;
    }
}

static uint64_t *place(token_matcher *matcher, uint32_t node, uint32_t code_point) {
    if (node == 0)
        return &matcher->first[code_point];
    uint64_t key = key_of(node, code_point);
    uint32_t at = place_of(key);
    while (matcher->slots[at] != 0 && (matcher->slots[at] & KEY_MASK) != key)
        at = (at + 1) & (MATCHER_SLOTS - 1);
    return &matcher->slots[at];
}

gdx_status matcher_init(token_matcher *matcher) {
    memset(matcher, 0, sizeof *matcher);
    matcher->slots = calloc(MATCHER_SLOTS, sizeof *matcher->slots);
    matcher->first = calloc(MATCHER_CODE_POINTS, sizeof *matcher->first);
    matcher->tokens = malloc(MATCHER_NODES * sizeof *matcher->tokens);
    if (!matcher->slots || !matcher->first || !matcher->tokens) {
        matcher_clear(matcher);
        return GDX_NO_MEMORY;
    }
    matcher->tokens[0] = MATCHER_NONE;
    matcher->node_count = 1;
    return GDX_OK;
}

gdx_status matcher_copy(const token_matcher *from, token_matcher *to) {
    gdx_status status = matcher_init(to);
    if (status != GDX_OK)
        return status;
    memcpy(to->slots, from->slots, MATCHER_SLOTS * sizeof *to->slots);
    memcpy(to->first, from->first, MATCHER_CODE_POINTS * sizeof *to->first);
    memcpy(to->tokens, from->tokens, from->node_count * sizeof *to->tokens);
    to->node_count = from->node_count;
    to->slot_count = from->slot_count;
    return GDX_OK;
}

void matcher_clear(token_matcher *matcher) {
    free(matcher->slots);
    free(matcher->first);
    free(matcher->tokens);
    memset(matcher, 0, sizeof *matcher);
}

bool matcher_put(token_matcher *matcher, gdx_slice text, uint32_t token, unsigned bits) {
    if (matcher->node_count + text.bytes >= MATCHER_NODES || matcher->slot_count + text.bytes >= MATCHER_SLOTS_USED)
        return false;
    for (size_t i = 0; i < text.bytes; i++)
        if ((uint8_t)text.data[i] >= 0xf0)
            return false;
    uint32_t node = 0;
    uint64_t *slot = NULL;
    for (size_t i = 0, bytes; i < text.bytes; i += bytes) {
        if (slot)
            *slot |= MORE_FLAG;
        uint32_t code_point = gdx_utf8_decode_valid((const uint8_t *)text.data + i, &bytes);
        slot = place(matcher, node, code_point);
        if (*slot == 0) {
            *slot = key_of(node, code_point) | (uint64_t)matcher->node_count << MATCHER_CHILD_SHIFT;
            matcher->tokens[matcher->node_count++] = MATCHER_NONE;
            matcher->slot_count++;
        }
        node = child_of(*slot);
    }
    if (!slot || matcher->tokens[node] != MATCHER_NONE)
        return false;
    matcher->tokens[node] = token;
    *slot |= (uint64_t)bits << MATCHER_COST_SHIFT;
    return true;
}

static void set_cost(uint64_t *slot, const uint32_t *tokens, const uint8_t *bits_by_token) {
    uint32_t token = *slot ? tokens[child_of(*slot)] : MATCHER_NONE;
    if (token != MATCHER_NONE)
        *slot = (*slot & ((UINT64_C(1) << MATCHER_COST_SHIFT) - 1)) | (uint64_t)bits_by_token[token]
                                                                          << MATCHER_COST_SHIFT;
}

void matcher_set_costs(token_matcher *matcher, const uint8_t *bits_by_token) {
    for (uint32_t i = 0; i < MATCHER_CODE_POINTS; i++)
        set_cost(&matcher->first[i], matcher->tokens, bits_by_token);
    for (uint32_t i = 0; i < MATCHER_SLOTS; i++)
        set_cost(&matcher->slots[i], matcher->tokens, bits_by_token);
}

void spelling_clear(token_spelling *spelling) {
    free(spelling->code_points);
    free(spelling->costs);
    free(spelling->steps);
    memset(spelling, 0, sizeof *spelling);
}

static gdx_status make_room(token_spelling *spelling, size_t count) {
    if (count <= spelling->capacity)
        return GDX_OK;
    spelling_clear(spelling);
    spelling->code_points = malloc(count * sizeof *spelling->code_points);
    spelling->costs = malloc(count * sizeof *spelling->costs);
    spelling->steps = malloc(count * sizeof *spelling->steps);
    if (!spelling->code_points || !spelling->costs || !spelling->steps) {
        spelling_clear(spelling);
        return GDX_NO_MEMORY;
    }
    spelling->capacity = count;
    return GDX_OK;
}

// The cheapest first step from `at`: walks the trie as far as the text goes along with it.
static inline void choose(const token_matcher *matcher, token_spelling *spelling, size_t at) {
    const uint32_t *code_points = spelling->code_points;
    uint32_t *costs = spelling->costs;
    uint32_t best = costs[at + 1] + LITERAL_COST;
    uint32_t step = 0;
    uint64_t slot = code_points[at] < MATCHER_CODE_POINTS ? matcher->first[code_points[at]] : 0;
    for (size_t i = at + 1; slot != 0; i++) {
        unsigned bits = cost_of(slot);
        uint32_t cost = costs[i] + bits;
        if (bits != 0 && cost <= best) {
            best = cost;
            step = child_of(slot) << 8 | (uint32_t)(i - at);
        }
        if (!(slot & MORE_FLAG) || code_points[i] >= MATCHER_CODE_POINTS)
            break;
        slot = find(matcher, child_of(slot), code_points[i]);
    }
    costs[at] = best;
    spelling->steps[at] = step;
}

gdx_status matcher_spell(const token_matcher *matcher, gdx_slice text, token_spelling *spelling) {
    gdx_status status = make_room(spelling, text.bytes + 1);
    if (status != GDX_OK)
        return status;
    size_t count = 0;
    for (size_t i = 0, bytes; i < text.bytes; i += bytes)
        spelling->code_points[count++] = gdx_utf8_decode_valid((const uint8_t *)text.data + i, &bytes);
    spelling->count = count;
    spelling->code_points[count] = UINT32_MAX; // goes on from no node
    spelling->costs[count] = 0;
    for (size_t i = count; i-- > 0;)
        choose(matcher, spelling, i);
    return GDX_OK;
}
