// SPDX-License-Identifier: Apache-2.0
// language.c: the tables of language.h and what must be true of them. Adding an operator is a row here, its kind, and
// its evaluation.

#include "language.h"

#include <assert.h>

const query_kind_row query_kinds[QUERY_KINDS] = {
    [QUERY_PHRASE] = {"phrase", QUERY_CLASS_LEAF, 0, 0},
    [QUERY_EXACT] = {"exact", QUERY_CLASS_LEAF, 0, 0},
    [QUERY_BRIDGE] = {"bridge", QUERY_CLASS_LEAF, 0, 0},
    [QUERY_WORD_PREFIX] = {"prefix", QUERY_CLASS_LEAF, 0, 0},
    [QUERY_WORD_SUFFIX] = {"suffix", QUERY_CLASS_LEAF, 0, 0},
    [QUERY_SOURCE] = {"source", QUERY_CLASS_FILTER, 0, 0},
    [QUERY_DATE] = {"date", QUERY_CLASS_FILTER, 0, 0},
    [QUERY_ID] = {"id", QUERY_CLASS_FILTER, 0, 0},
    [QUERY_ID_PREFIX] = {"ids", QUERY_CLASS_FILTER, 0, 0},
    [QUERY_META] = {"meta", QUERY_CLASS_FILTER, 0, 0},
    [QUERY_FIRST] = {"is", QUERY_CLASS_FILTER, 0, 0},
    [QUERY_AND] = {"and", QUERY_CLASS_OPERATION, 2, UINT32_MAX},
    [QUERY_OR] = {"or", QUERY_CLASS_OPERATION, 2, UINT32_MAX},
    [QUERY_NOT] = {"not", QUERY_CLASS_OPERATION, 1, 1},
    [QUERY_NEAR] = {"near", QUERY_CLASS_PAIR, 2, 2},
    [QUERY_THEN] = {"then", QUERY_CLASS_PAIR, 2, 2},
};

const query_operator query_operators[QUERY_OPERATORS] = {
    {.name = "OR",
     .wide_name = "ＯＲ",
     .sign = '|',
     .wide_sign = 0xff5c, // ｜
     .kind = QUERY_OR,
     .arity = QUERY_ARITY_LIST,
     .precedence = 1,
     .help = "a OR b: documents with either"},
    {.name = "AND",
     .is_implied = true,
     .kind = QUERY_AND,
     .arity = QUERY_ARITY_LIST,
     .precedence = 2,
     .help = "a AND b: documents with both"},
    {.name = "NOT",
     .sign = '-',
     .wide_sign = 0xff0d, // －
     .kind = QUERY_NOT,
     .arity = QUERY_ARITY_PREFIX,
     .precedence = 3,
     .help = "NOT a: documents without it"},
    {.name = "NEAR",
     .has_distance = true,
     .kind = QUERY_NEAR,
     .arity = QUERY_ARITY_PAIR,
     .precedence = 4,
     .help = "a NEAR/5 b: at most 5 symbols between them"},
    {.name = "THEN",
     .has_distance = true,
     .kind = QUERY_THEN,
     .arity = QUERY_ARITY_PAIR,
     .precedence = 4,
     .help = "a THEN/5 b: b at most 5 symbols after a"},
};

const query_operator *query_operator_at(uint32_t precedence) {
    const query_operator *row = query_operators;
    while (row < query_operators + QUERY_OPERATORS && row->precedence != precedence)
        row++;
    assert(row < query_operators + QUERY_OPERATORS); // each level has its operator
    return row;
}

static void check_kind(const query_kind_row *row) {
    bool has_children = row->class == QUERY_CLASS_OPERATION || row->class == QUERY_CLASS_PAIR;
    assert(row->name && row->class != QUERY_CLASS_NONE);
    assert(row->child_min <= row->child_max);
    assert((row->child_max > 0) == has_children);
}

static void check_operator(const query_operator *row) {
    const query_kind_row *kind = &query_kinds[row->kind];
    assert(row->name && row->help && row->arity != QUERY_ARITY_NONE);
    assert(!row->wide_sign || row->sign);
    assert(row->precedence >= 1 && row->precedence <= QUERY_PRECEDENCES);
    assert(query_operator_at(row->precedence)->arity == row->arity);
    assert(row->arity != QUERY_ARITY_LIST || query_operator_at(row->precedence) == row);
    assert(kind->class == (row->arity == QUERY_ARITY_PAIR ? QUERY_CLASS_PAIR : QUERY_CLASS_OPERATION));
    assert(kind->child_max == (row->arity == QUERY_ARITY_PREFIX ? 1 : row->arity == QUERY_ARITY_PAIR ? 2 : UINT32_MAX));
    assert(row->has_distance == (row->arity == QUERY_ARITY_PAIR));
}

void query_language_check(void) {
    for (size_t i = 0; i < QUERY_KINDS; i++)
        check_kind(&query_kinds[i]);
    for (size_t i = 0; i < QUERY_OPERATORS; i++)
        check_operator(&query_operators[i]);
    for (uint32_t precedence = 1; precedence <= QUERY_PRECEDENCES; precedence++)
        (void)query_operator_at(precedence);
}
