// SPDX-License-Identifier: Apache-2.0
// matcher.h: the tokens of a table as a trie over code points, and the spelling of a text in them.
// Relies on table.h. Threads: a matcher has one owner while tokens are put in, afterwards any thread may match.
//
// What costs time is a branch that the processor cannot foresee, and a cache line that is not there. So the children of
// a node are a small cuckoo hash table of their own: a child is in one of two slots, both are read, and nothing is
// asked but whether one of them is it. A slot holds all that a step needs: the code point, the token that ends there,
// and where the child's own children are. Tables of nodes that lead to frequent tokens lie close together.
#ifndef GDX_TOKENS_MATCHER_H
#define GDX_TOKENS_MATCHER_H

#include "table.h"

#include "gdx/pages.h"

enum {
    MATCHER_CODE_POINTS = 0xffff, // U+0000 and those from here on are in no token
    MATCHER_NONE = (1 << 18) - 1, // no token ends here
    MATCHER_SIZE_MAX = 15,        // logarithm of a table's size
    MATCHER_SLOTS_MAX = 1 << 21,
    // Bits of a slot; 0 is an empty one. The first slot of all is the table of those that have no children.
    SLOT_TOKEN = 16, // above the code point; 18 bits
    SLOT_TABLE = 34, // where the table of its children begins; 21 bits
    SLOT_SIZE = 55   // logarithm of that table's size; 4 bits
};

typedef struct token_matcher {
    const uint64_t *slots;
    const uint64_t *first; // by code point: the root's children
    uint32_t slot_count;
    uint64_t *owned_slots; // the same where tokens can be put in; NULL in the built-in one
    uint64_t *owned_first;
    gdx_pages pages; // of both: `first` and then the slots
} token_matcher;

extern const token_matcher token_builtin_matcher; // builtin.c

// A text as the matcher sees it, and how it is spelled. One owner; {0} to begin with.
typedef struct token_spelling {
    uint32_t *code_points;
    uint32_t *tokens; // MATCHER_NONE: the code point that is next stands for itself
    uint32_t *literals;
    size_t capacity;
    size_t count; // tokens
    size_t literal_count;
} token_spelling;

// `from` may be NULL: an empty matcher.
gdx_status matcher_init(token_matcher *matcher, const token_matcher *from) GDX_MUST_CHECK;
void matcher_clear(token_matcher *matcher);
// Puts a token in. *out_added is false when it is left out: another has the same text, it holds a code point that no
// token can have, or the trie is full. With a model, a matcher that has this token, new tables are as large as the
// model's, and so lie in the order of the tokens. GDX_NO_MEMORY.
gdx_status matcher_put(token_matcher *matcher, const token_matcher *model, gdx_slice text, uint32_t token,
                       bool *out_added) GDX_MUST_CHECK;

// Gives every token another number: numbers[its own].
void matcher_renumber(token_matcher *matcher, const uint32_t *numbers);

// Spells valid UTF-8: from its start on, always the longest token. Where there is none, a literal.
gdx_status matcher_spell(const token_matcher *matcher, gdx_slice text, token_spelling *spelling) GDX_MUST_CHECK;
void spelling_clear(token_spelling *spelling);

#endif
