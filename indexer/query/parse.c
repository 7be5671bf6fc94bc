// SPDX-License-Identifier: Apache-2.0
// parse.c: query text -> tree: the operators, by recursive descent through the levels of precedence of language.c.
//     list := inner (operator inner)*   prefixed := operator prefixed | inner   pairs := inner (operator/n inner)*
// The innermost level is a term, in term.c.

#include "parser.h"
#include "segment.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// ---- what parser.h promises

gdx_status query_refuse(query_parser *parser, size_t byte, const char *format, ...) {
    char what[GDX_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return gdx_fail_query(parser->err, GDX_REASON_QUERY_SYNTAX, query_lex_column(&parser->lexer, byte), "%s", what);
}

gdx_status query_refuse_large(query_parser *parser, size_t byte, const char *what) {
    return gdx_fail_query(parser->err, GDX_REASON_QUERY_TOO_LARGE, query_lex_column(&parser->lexer, byte), "%s", what);
}

gdx_status query_parse_memory(query_parser *parser) {
    return gdx_fail_memory(parser->err, "a query");
}

gdx_status query_node_new(query_parser *parser, query_kind kind, size_t begin, uint32_t child_count, query_node **out) {
    assert(child_count >= query_kinds[kind].child_min && child_count <= query_kinds[kind].child_max);
    query_node *node = gdx_arena_allocate(parser->query->arena, sizeof *node);
    query_node **children = gdx_arena_allocate(parser->query->arena, child_count * sizeof *children);
    if (!node || !children)
        return query_parse_memory(parser);
    node->kind = kind;
    node->height = 1;
    node->begin = (uint32_t)begin;
    node->children = children;
    node->child_count = child_count;
    *out = node;
    return GDX_OK;
}

gdx_status query_level_enter(query_parser *parser, size_t byte) {
    if (parser->depth == QUERY_DEPTH_MAX)
        return query_refuse_large(parser, byte, "nested deeper than 64 levels of parentheses and NOT");
    parser->depth++;
    return GDX_OK;
}

void query_level_leave(query_parser *parser) {
    assert(parser->depth > 0);
    parser->depth--;
}

// ---- children

// A pair's left side may be another pair: a NEAR/1 b NEAR/1 c is a chain, not a level deeper for each.
static gdx_status adopt(query_parser *parser, query_node *node, uint32_t index, query_node *child) {
    bool goes_on = index == 0 && query_is_pair(node) && query_is_pair(child);
    uint32_t height = child->height + (goes_on ? 0 : 1);
    node->children[index] = child;
    if (node->height < height)
        node->height = height;
    if (node->height > QUERY_DEPTH_MAX)
        return query_refuse_large(parser, child->begin, "nested deeper than 64 levels of parentheses and NOT");
    return GDX_OK;
}

gdx_status query_parent_new(query_parser *parser, query_kind kind, query_node *const *children, size_t count,
                            query_node **out) {
    query_node *node = NULL;
    gdx_status status = query_node_new(parser, kind, children[0]->begin, (uint32_t)count, &node);
    for (uint32_t i = 0; status == GDX_OK && i < count; i++)
        status = adopt(parser, node, i, children[i]);
    if (status == GDX_OK)
        *out = node;
    return status;
}

// ---- operators of a level

static gdx_status parse_level(query_parser *parser, uint32_t precedence, query_node **out);

// True if the next token, put into *out, is an operator of this precedence.
static bool is_operator_next(const query_parser *parser, uint32_t precedence, query_token *out) {
    *out = query_lex_peek(&parser->lexer);
    return out->kind == QUERY_TOKEN_OPERATOR && out->operator->precedence == precedence;
}

static const query_operator *implied_at(uint32_t precedence) {
    for (size_t i = 0; i < QUERY_OPERATORS; i++)
        if (query_operators[i].is_implied && query_operators[i].precedence == precedence)
            return &query_operators[i];
    return NULL;
}

static bool starts_term(query_token next) {
    if (next.kind == QUERY_TOKEN_OPERATOR)
        return next.operator->arity == QUERY_ARITY_PREFIX;
    return next.kind == QUERY_TOKEN_OPEN || next.kind == QUERY_TOKEN_QUOTE || next.kind == QUERY_TOKEN_RUN;
}

// Moves after the operator of this level, written or implied. NULL: the level ends here.
static const query_operator *take_operator(query_parser *parser, uint32_t precedence) {
    query_token next;
    if (is_operator_next(parser, precedence, &next)) {
        parser->lexer.at = next.end;
        return next.operator;
    }
    return starts_term(next) ? implied_at(precedence) : NULL;
}

// ---- pairs: a NEAR/5 b

static gdx_status parse_distance(query_parser *parser, query_token pair, uint32_t *out) {
    size_t at = pair.begin + strlen(pair.operator->name);
    if (at == pair.end)
        return query_refuse(parser, at, "expected / and a number from 0 to 10000, as in %s", pair.operator->help);
    uint32_t distance = 0;
    if (++at == pair.end)
        return query_refuse(parser, at, "expected a number from 0 to 10000, as in %s", pair.operator->help);
    for (size_t i = at; i < pair.end; i++) {
        char digit = parser->lexer.text[i];
        if (digit < '0' || digit > '9')
            return query_refuse(parser, i, "expected a digit of a number from 0 to 10000");
        distance = distance * 10 + (uint32_t)(digit - '0');
        if (distance > QUERY_DISTANCE_MAX)
            return query_refuse(parser, at, "expected a number from 0 to 10000");
    }
    *out = distance;
    return GDX_OK;
}

// Phrases, words with `*`, OR of them, other pairs. A child of OR is never an OR itself, so this looks two levels deep.
static bool may_be_side(const query_node *node) {
    if (node->kind != QUERY_OR)
        return (query_is_leaf(node) && node->kind != QUERY_BRIDGE) || query_is_pair(node);
    for (uint32_t i = 0; i < node->child_count; i++)
        if (node->children[i]->kind == QUERY_OR || !may_be_side(node->children[i]))
            return false;
    return true;
}

static gdx_status check_side(query_parser *parser, const query_node *node) {
    if (may_be_side(node))
        return GDX_OK;
    return query_refuse(parser, node->begin, "expected a phrase, a word with * or an OR of them beside NEAR or THEN");
}

// From a pair's left side and operator to the whole pair.
static gdx_status finish_pair(query_parser *parser, query_token pair, query_node *left, query_node **out) {
    query_node *sides[2] = {left, NULL}, *node = NULL;
    uint32_t distance = 0;
    gdx_status status = check_side(parser, left);
    if (status == GDX_OK)
        status = parse_distance(parser, pair, &distance);
    parser->lexer.at = pair.end;
    if (status == GDX_OK)
        status = parse_level(parser, pair.operator->precedence + 1, &sides[1]);
    if (status == GDX_OK)
        status = check_side(parser, sides[1]);
    if (status == GDX_OK)
        status = query_parent_new(parser, pair.operator->kind, sides, 2, &node);
    if (status != GDX_OK)
        return status;
    node->distance = distance;
    *out = node;
    return GDX_OK;
}

static gdx_status parse_pairs(query_parser *parser, uint32_t precedence, query_node **out) {
    query_node *left = NULL;
    query_token next;
    gdx_status status = parse_level(parser, precedence + 1, &left);
    while (status == GDX_OK && is_operator_next(parser, precedence, &next))
        status = finish_pair(parser, next, left, &left);
    if (status == GDX_OK)
        *out = left;
    return status;
}

// ---- an operator before its term: NOT a

static gdx_status parse_prefixed(query_parser *parser, uint32_t precedence, query_node **out) {
    query_token next;
    if (!is_operator_next(parser, precedence, &next))
        return parse_level(parser, precedence + 1, out);
    parser->lexer.at = next.end;
    bool was_negated = parser->is_negated;
    query_node *child = NULL;
    gdx_status status = query_level_enter(parser, next.begin);
    parser->is_negated |= next.operator->kind == QUERY_NOT;
    if (status == GDX_OK)
        status = parse_prefixed(parser, precedence, &child);
    parser->is_negated = was_negated;
    if (status == GDX_OK)
        status = query_parent_new(parser, next.operator->kind, &child, 1, out);
    if (status != GDX_OK)
        return status;
    (*out)->begin = (uint32_t)next.begin;
    query_level_leave(parser);
    return GDX_OK;
}

// ---- lists: a OR b OR c

struct list {
    query_node **nodes;
    size_t count;
    size_t capacity;
};

// An AND within an AND is replaced by its children. The same holds for OR.
static gdx_status collect(query_parser *parser, struct list *list, query_kind kind, query_node *node) {
    size_t more = node->kind == kind ? node->child_count : 1;
    if (gdx_grow(&list->nodes, &list->capacity, list->count + more, sizeof *list->nodes) != GDX_OK)
        return query_parse_memory(parser);
    memcpy(list->nodes + list->count, node->kind == kind ? node->children : &node, more * sizeof node);
    list->count += more;
    return GDX_OK;
}

static gdx_status parse_list(query_parser *parser, uint32_t precedence, query_node **out) {
    const query_operator *row = query_operator_at(precedence);
    struct list list = {0};
    gdx_status status = GDX_OK;
    do {
        query_node *node = NULL;
        status = parse_level(parser, precedence + 1, &node);
        if (status == GDX_OK)
            status = collect(parser, &list, row->kind, node);
    } while (status == GDX_OK && take_operator(parser, precedence));
    if (status == GDX_OK && list.count == 1)
        *out = list.nodes[0];
    else if (status == GDX_OK)
        status = query_parent_new(parser, row->kind, list.nodes, list.count, out);
    free(list.nodes);
    return status;
}

// ---- all levels

static gdx_status parse_level(query_parser *parser, uint32_t precedence, query_node **out) {
    if (precedence > QUERY_PRECEDENCES)
        return query_parse_term(parser, out);
    switch (query_operator_at(precedence)->arity) {
    case QUERY_ARITY_LIST:
        return parse_list(parser, precedence, out);
    case QUERY_ARITY_PREFIX:
        return parse_prefixed(parser, precedence, out);
    case QUERY_ARITY_PAIR:
        return parse_pairs(parser, precedence, out);
    case QUERY_ARITY_NONE:
        break;
    }
    assert(false && "an operator has its arity");
    return GDX_INTERNAL;
}

gdx_status query_parse_expression(query_parser *parser, query_node **out) {
    return parse_level(parser, 1, out);
}

static gdx_status parse_whole(query_parser *parser) {
    size_t byte;
    if (!query_lex_is_utf8(&parser->lexer, &byte))
        return query_refuse(parser, byte, "found bytes that are not UTF-8, expected UTF-8");
    const char *zero = memchr(parser->lexer.text, 0, parser->lexer.bytes);
    if (zero) // control characters are no symbols: what stands behind it would be looked for, which nobody typed
        return query_refuse(parser, (size_t)(zero - parser->lexer.text), "found a zero byte, expected text");
    gdx_status status = query_parse_expression(parser, &parser->query->root);
    if (status != GDX_OK)
        return status;
    query_token next = query_lex_peek(&parser->lexer);
    if (next.kind == QUERY_TOKEN_END)
        return GDX_OK;
    return query_refuse(parser, next.begin,
                        next.kind == QUERY_TOKEN_CLOSE ? "found ) without its (" : "expected an operator or the end");
}

gdx_status gdx_query_parse(const gdx_rule *rule, gdx_slice text, gdx_query **out, gdx_error *err) {
    return gdx_query_parse_aliased(rule, NULL, text, out, err);
}

gdx_status gdx_query_parse_aliased(const gdx_rule *rule, const gdx_aliases *aliases, gdx_slice text, gdx_query **out,
                                   gdx_error *err) {
    query_language_check();
    if (!rule)
        return query_rule_refuse(rule, err);
    if (text.bytes > QUERY_TEXT_BYTES_MAX)
        return gdx_fail_query(err, GDX_REASON_QUERY_TOO_LARGE, 0, "%zu bytes, expected at most %d", text.bytes,
                              QUERY_TEXT_BYTES_MAX);
    GDX_AUTO(gdx_query) query = calloc(1, sizeof *query);
    if (!query || !(query->arena = gdx_arena_new()))
        return gdx_fail_memory(err, "a query");
    query->rule = rule;
    query_parser parser = {.lexer = {text.bytes ? text.data : "", text.bytes, 0, 0},
                           .query = query,
                           .aliases = aliases,
                           .fields = QUERY_DEFAULT,
                           .err = err};
    gdx_status status = parse_whole(&parser);
    gdx_symbols_clear(&parser.symbols);
    gdx_buffer_clear(&parser.unquoted);
    if (status == GDX_OK) {
        *out = query;
        query = NULL; // handed over
    }
    return status;
}

bool gdx_query_has_phrase(const gdx_query *query) {
    return query->ranks;
}

void gdx_query_free(gdx_query *query) {
    if (!query)
        return;
    gdx_arena_free(query->arena);
    free(query->leaves);
    free(query);
}
