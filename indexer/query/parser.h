// SPDX-License-Identifier: Apache-2.0
// parser.h: what parse.c (operators) and term.c (what they apply to) share while a query is parsed.
// Depth is counted on the way down (parentheses, NOT) and on the way up (height), so no recursion over the tree is
// deep, but for chains of pairs: there it is as deep as a query has terms.
#ifndef GDX_QUERY_PARSER_H
#define GDX_QUERY_PARSER_H

#include "lex.h"
#include "tree.h"

_Static_assert(QUERY_TERMS_MAX == 1024 && QUERY_DEPTH_MAX == 64 && QUERY_DISTANCE_MAX == 10000,
               "messages name these limits");

typedef struct query_parser { // one owner
    query_lexer lexer;
    gdx_query *query;
    const gdx_aliases *aliases; // NULL: none are given
    size_t leaf_capacity;
    uint32_t term_count; // leaves and filters
    uint32_t depth;
    query_fields fields; // that a leaf here is looked for in
    bool is_negated;
    gdx_symbols symbols; // scratch
    gdx_buffer unquoted; // scratch
    gdx_error *err;
} query_parser;

// GDX_INVALID at the column of `byte`: what was found, what was expected.
gdx_status query_refuse(query_parser *parser, size_t byte, const char *format, ...) GDX_PRINTF(3, 4);
// The same for a query over a limit.
gdx_status query_refuse_large(query_parser *parser, size_t byte, const char *what);
gdx_status query_parse_memory(query_parser *parser);

gdx_status query_node_new(query_parser *parser, query_kind kind, size_t begin, uint32_t child_count,
                          query_node **out) GDX_MUST_CHECK;
// A node with these children. In parse.c.
gdx_status query_parent_new(query_parser *parser, query_kind kind, query_node *const *children, size_t count,
                            query_node **out) GDX_MUST_CHECK;
// Enters a level of parentheses or NOT that starts at `byte`; query_level_leave leaves it.
gdx_status query_level_enter(query_parser *parser, size_t byte) GDX_MUST_CHECK;
void query_level_leave(query_parser *parser);

// A whole expression, up to what cannot continue it. In parse.c.
gdx_status query_parse_expression(query_parser *parser, query_node **out) GDX_MUST_CHECK;
// The name of the i-th field or filter, without its colon; NULL after the last. In term.c.
const char *query_prefix_name(size_t i);
// How it is written: meta.KEY, the others as they are named. In term.c.
const char *query_prefix_form(const char *name);
// One term: a group, a quotation, a run, a field, a filter. In term.c.
gdx_status query_parse_term(query_parser *parser, query_node **out) GDX_MUST_CHECK;

#endif
