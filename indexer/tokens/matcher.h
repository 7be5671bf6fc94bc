// SPDX-License-Identifier: Apache-2.0
// matcher.h: the tokens of a table as a trie over code points, and the cheapest way to spell a text in them.
// Relies on table.h. Threads: a matcher has one owner while tokens are put in, afterwards any thread may match.
//
// The trie is one open hash table from (node, code point) to child. A slot holds all that a step needs: the key, the
// child, the bits of the token that ends there, and whether anything goes on from it, so that most walks end without a
// miss. Code points above U+FFFF are in no token.
#ifndef GDX_TOKENS_MATCHER_H
#define GDX_TOKENS_MATCHER_H

#include "table.h"

enum {
    MATCHER_NODE_BITS = 19,
    MATCHER_NODES = 1 << MATCHER_NODE_BITS,
    MATCHER_SLOT_BITS = 19,
    MATCHER_SLOTS = 1 << MATCHER_SLOT_BITS,
    MATCHER_SLOTS_USED = MATCHER_SLOTS / 8 * 7,
    MATCHER_CODE_POINTS = 0x10000,
    MATCHER_COST_SHIFT = 59, // a slot: key, 35 bits; child, 19; 5 spare; cost of its token in bits, 5, 0 for none
    MATCHER_CHILD_SHIFT = 35,
    MATCHER_MORE = 1 << 4, // of the spare bits: the child has children
};

typedef struct token_matcher {
    uint64_t *slots;  // 0: empty
    uint64_t *first;  // by code point: the slot of the root's child
    uint32_t *tokens; // by node: the token that ends there, or MATCHER_NONE
    uint32_t node_count;
    uint32_t slot_count; // used
} token_matcher;
#define MATCHER_NONE UINT32_MAX

// A text as the matcher sees it, and how it is spelled. One owner; {0} to begin with.
typedef struct token_spelling {
    uint32_t *code_points; // one above U+FFFF stands as it is
    uint32_t *costs;       // from here to the end, in bits
    uint32_t *steps;       // from here: node << 8 | code points; 0 code points: a literal
    size_t capacity;
    size_t count; // code points
} token_spelling;

gdx_status matcher_init(token_matcher *matcher) GDX_MUST_CHECK;
gdx_status matcher_copy(const token_matcher *from, token_matcher *to) GDX_MUST_CHECK;
void matcher_clear(token_matcher *matcher);
// Puts a token in whose code has `bits` bits, 1 to 31. False when it is left out: another has the same text, it holds
// a code point above U+FFFF, or the trie is full.
bool matcher_put(token_matcher *matcher, gdx_slice text, uint32_t token, unsigned bits);
// Gives every token the bits of its code anew.
void matcher_set_costs(token_matcher *matcher, const uint8_t *bits_by_token);

// Spells valid UTF-8 in the fewest bits. Of two ways that cost the same, the one whose first token is longer.
gdx_status matcher_spell(const token_matcher *matcher, gdx_slice text, token_spelling *spelling) GDX_MUST_CHECK;
void spelling_clear(token_spelling *spelling);

#endif
