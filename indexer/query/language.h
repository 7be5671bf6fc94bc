// SPDX-License-Identifier: Apache-2.0
// language.h: the parts of the query language as tables: kinds of nodes and operators. The lexer, the parser, the
// printer and the evaluation ask these rows; nothing depends on a letter of a name or on the order of an enum.
// Prefixes (title:, date:) have their table in term.c, beside the functions that read what follows them.
#ifndef GDX_QUERY_LANGUAGE_H
#define GDX_QUERY_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum query_kind {
    QUERY_PHRASE,
    QUERY_EXACT,  // a phrase, only where the source has its very characters
    QUERY_BRIDGE, // a phrase, also where a block of whole lines divides it
    QUERY_WORD_PREFIX,
    QUERY_WORD_SUFFIX,
    QUERY_SOURCE,
    QUERY_DATE,
    QUERY_ID,
    QUERY_ID_PREFIX,
    QUERY_META,  // a value of metadata
    QUERY_FIRST, // of its group of reprints
    QUERY_AND,
    QUERY_OR,
    QUERY_NOT,
    QUERY_NEAR,
    QUERY_THEN,
    QUERY_KINDS // how many there are
} query_kind;

typedef enum query_class {
    QUERY_CLASS_NONE,      // of a missing row
    QUERY_CLASS_LEAF,      // has occurrences: a phrase, or words by their start or end
    QUERY_CLASS_FILTER,    // holds for a document or not; has no occurrences
    QUERY_CLASS_OPERATION, // of documents: AND, OR, NOT
    QUERY_CLASS_PAIR       // of occurrences: NEAR, THEN; children: left, right
} query_class;

typedef struct query_kind_row {
    const char *name; // in the canonical line
    query_class class;
    uint32_t child_min;
    uint32_t child_max;
} query_kind_row;

extern const query_kind_row query_kinds[QUERY_KINDS];

typedef enum query_arity {
    QUERY_ARITY_NONE,   // of a missing row
    QUERY_ARITY_PREFIX, // one term, after the operator
    QUERY_ARITY_PAIR,   // a term on each side; several bind from left to right
    QUERY_ARITY_LIST    // two terms or more; several of one kind are one node
} query_arity;

typedef struct query_operator {
    const char *name;      // upper case
    const char *wide_name; // the same in full-width letters; NULL: none
    char sign;             // that means the same; 0: none
    uint32_t wide_sign;    // likewise, full-width; 0: none
    bool is_implied;       // between two terms with nothing between them
    bool has_distance;
    query_kind kind;
    query_arity arity;
    uint32_t precedence; // from 1, the loosest; those of one precedence have one arity; lists have a precedence each
    const char *help;
} query_operator;

enum { QUERY_OPERATORS = 5, QUERY_PRECEDENCES = 4 };
extern const query_operator query_operators[QUERY_OPERATORS];

// The first operator of this precedence, 1 to QUERY_PRECEDENCES.
const query_operator *query_operator_at(uint32_t precedence);

// Asserts that every row is filled and that the tables agree with each other. Cost: some 20 comparisons.
void query_language_check(void);

#endif
