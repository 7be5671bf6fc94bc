// SPDX-License-Identifier: Apache-2.0
// tree.h: a parsed query as a tree, made by parse.c and term.c, printed by describe.c, evaluated by the rest of the
// folder. A leaf is what has occurrences: a phrase, or words by their start or end. Leaves are numbered in the order of
// the query, which is the order their scores add up in. AND and OR have two or more children, never another of their
// own kind. immutable after parse, any thread
#ifndef GDX_QUERY_TREE_H
#define GDX_QUERY_TREE_H

#include "gdx/query.h"
#include "gdx/text.h"
#include "language.h"

#include <assert.h>

enum {
    QUERY_TEXT_BYTES_MAX = 65536,
    QUERY_TERMS_MAX = 1024,
    QUERY_DEPTH_MAX = 64,
    QUERY_DISTANCE_MAX = 10000,
    QUERY_NOTES_MAX = 16,
    QUERY_COVER_WORDS = 2 // of the memory of a phrase, before its offsets: cover.c
};

// Where a leaf looks: in what counts by default (title, text, notes and captions, but no title from the text), in one
// field, or in all of a document but a title from the text. Each is one range of a document's positions.
typedef enum query_fields {
    QUERY_DEFAULT,
    QUERY_ANY,
    QUERY_TITLE,
    QUERY_TEXT,
    QUERY_NOTE,
    QUERY_CAPTION,
    QUERY_FURNITURE
} query_fields;

// The name of a field that a query may write, or of all of them; NULL for QUERY_DEFAULT.
const char *query_fields_name(query_fields fields);

typedef struct query_symbol {
    uint32_t code;  // a folded code point, or GDX_WORD_FLAG
    uint32_t other; // a second code that answers as well: a hyphen that breaks a word, a region's character; 0: none
    gdx_slice word; // its folded spelling when it is a word
} query_symbol;

typedef struct query_node query_node;
struct query_node {
    query_kind kind;
    uint32_t height;       // 1 for what has no children; a chain of pairs is as high as its highest term, and 1
    uint32_t begin;        // byte of the query's text at which it starts
    query_fields fields;   // of a leaf
    uint32_t leaf;         // its number
    bool is_negated;       // of a leaf: below a NOT, so it neither ranks nor counts
    uint32_t distance;     // of NEAR and THEN
    query_symbol *symbols; // of a phrase, exact or not
    uint32_t symbol_count; // of a leaf; 1 for words by their start or end
    uint32_t cover;        // of a phrase: where its part of searcher->covers begins
    gdx_slice value; // word prefix or suffix, folded; of an exact phrase its characters; of a filter what it asks for
    const gdx_keys *key; // of a filter of metadata: the one key
    gdx_date from, to;   // of a date filter as written; GDX_NO_DATE: open
    uint32_t first_day, last_day;
    uint32_t child_count;
    query_node **children;
};

struct gdx_query {
    const gdx_rule *rule; // that its symbols were cut by
    gdx_arena *arena;
    query_node *root;
    query_node **leaves;
    uint32_t leaf_count;
    uint32_t cover_words;             // of all phrases
    bool bridges;                     // some leaf is a bridge
    bool asks_first;                  // some filter is is:first
    bool ranks;                       // some leaf is not negated
    gdx_slice notes[QUERY_NOTES_MAX]; // on what looks like a slip in the text
    uint32_t note_count;
};

static inline query_class query_class_of(const query_node *node) {
    assert((unsigned)node->kind < QUERY_KINDS);
    return query_kinds[node->kind].class;
}
static inline bool query_is_leaf(const query_node *node) {
    return query_class_of(node) == QUERY_CLASS_LEAF;
}
static inline bool query_is_phrase(const query_node *node) {
    return node->kind == QUERY_PHRASE || node->kind == QUERY_EXACT || node->kind == QUERY_BRIDGE;
}
static inline bool query_is_filter(const query_node *node) {
    return query_class_of(node) == QUERY_CLASS_FILTER;
}
static inline bool query_is_pair(const query_node *node) {
    return query_class_of(node) == QUERY_CLASS_PAIR;
}

#endif
