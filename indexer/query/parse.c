// SPDX-License-Identifier: Apache-2.0
// parse.c: query text -> tree, by recursive descent, one function for each level of precedence:
//     either := both (("OR" | "|") both)*        both := negation (["AND"] negation)*
//     negation := ("NOT" | "-") negation | pair  pair := term (("NEAR/n" | "THEN/n") term)*
//     term := "(" either ")" | quotation | run | field (group | quotation | run) | filter value
// Relies on gdx/text.h to cut phrases into symbols. The next token is looked at where the parser stands, never stored.
// Depth is counted on the way down (parentheses, NOT) and on the way up (height), so no recursion over the tree is
// deep.

#include "characters.h"
#include "gdx/text.h"
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>

typedef enum token_kind {
    TOKEN_END,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_BAR,
    TOKEN_QUOTE,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_NOT,
    TOKEN_MINUS,
    TOKEN_PAIR, // NEAR or THEN, with whatever stands behind it
    TOKEN_RUN
} token_kind;

typedef struct token {
    token_kind kind;
    size_t begin;
    size_t end;
} token;

struct parser {
    const char *text;
    size_t bytes;
    size_t at;
    gdx_query *query;
    size_t leaf_capacity;
    uint32_t term_count; // leaves and filters
    uint32_t depth;
    uint32_t fields; // that a leaf here is looked for in
    bool is_negated;
    gdx_symbols symbols; // scratch
    gdx_buffer unquoted; // scratch
    gdx_error *err;
};

// ---- errors

// Columns count code points from 1. Bytes that are not UTF-8 are refused before anything else is, so this may step by
// lead bytes.
static gdx_status refuse_as(struct parser *parser, gdx_status status, size_t byte, const char *what) {
    uint32_t column = 1;
    for (size_t i = 0; i < byte; i++)
        column += !gdx_utf8_continues((uint8_t)parser->text[i]);
    if (parser->err && parser->err->status == GDX_OK)
        parser->err->column = column;
    return gdx_fail(parser->err, status, "query, column %u: %s", column, what);
}

static gdx_status refuse(struct parser *parser, size_t byte, const char *what) {
    return refuse_as(parser, GDX_INVALID, byte, what);
}

static gdx_status no_memory(struct parser *parser) {
    return gdx_fail_memory(parser->err, "parsing the query");
}

// ---- tokens

static size_t skip_blanks(const struct parser *parser, size_t at) {
    uint32_t code;
    size_t bytes;
    while ((bytes = query_decode(parser->text + at, parser->text + parser->bytes, &code)) && query_is_blank(code))
        at += bytes;
    return at;
}

static size_t run_end(const struct parser *parser, size_t at) {
    uint32_t code;
    size_t bytes;
    while ((bytes = query_decode(parser->text + at, parser->text + parser->bytes, &code)) && !query_is_blank(code) &&
           !(code < 0x80 && strchr("()\"|", (int)code)))
        at += bytes;
    return at;
}

static gdx_slice slice_of(const struct parser *parser, size_t begin, size_t end) {
    return (gdx_slice){parser->text + begin, end - begin};
}

static bool begins_with(gdx_slice text, const char *prefix) {
    size_t bytes = strlen(prefix);
    return text.bytes >= bytes && memcmp(text.data, prefix, bytes) == 0;
}

static bool is_pair(gdx_slice run) {
    return gdx_slice_equal(run, gdx_slice_of("NEAR")) || gdx_slice_equal(run, gdx_slice_of("THEN")) ||
           begins_with(run, "NEAR/") || begins_with(run, "THEN/");
}

static bool is_blank_at(const struct parser *parser, size_t at) {
    return skip_blanks(parser, at) > at;
}

// A term may begin here: what is there?
static token peek(const struct parser *parser) {
    size_t begin = skip_blanks(parser, parser->at);
    if (begin == parser->bytes)
        return (token){TOKEN_END, begin, begin};
    static const char single[] = "()|\"";
    static const token_kind kinds[] = {TOKEN_OPEN, TOKEN_CLOSE, TOKEN_BAR, TOKEN_QUOTE};
    const char *found = strchr(single, parser->text[begin]);
    if (found && *found)
        return (token){kinds[found - single], begin, begin + 1};
    if (parser->text[begin] == '-' && begin + 1 < parser->bytes && !is_blank_at(parser, begin + 1))
        return (token){TOKEN_MINUS, begin, begin + 1};
    token run = {TOKEN_RUN, begin, run_end(parser, begin)};
    gdx_slice slice = slice_of(parser, run.begin, run.end);
    if (gdx_slice_equal(slice, gdx_slice_of("AND")))
        run.kind = TOKEN_AND;
    else if (gdx_slice_equal(slice, gdx_slice_of("OR")))
        run.kind = TOKEN_OR;
    else if (gdx_slice_equal(slice, gdx_slice_of("NOT")))
        run.kind = TOKEN_NOT;
    else if (is_pair(slice))
        run.kind = TOKEN_PAIR;
    return run;
}

// ---- nodes

static gdx_status new_node(struct parser *parser, query_kind kind, size_t begin, uint32_t child_count,
                           query_node **out) {
    query_node *node = gdx_arena_allocate(parser->query->arena, sizeof *node);
    query_node **children = gdx_arena_allocate(parser->query->arena, child_count * sizeof *children);
    if (!node || !children)
        return no_memory(parser);
    node->kind = kind;
    node->height = 1;
    node->begin = (uint32_t)begin;
    node->children = children;
    node->child_count = child_count;
    *out = node;
    return GDX_OK;
}

static gdx_status new_term(struct parser *parser, query_kind kind, size_t begin, query_node **out) {
    if (parser->term_count == QUERY_TERMS_MAX)
        return refuse_as(parser, GDX_TOO_LARGE, begin, "more than 1024 terms");
    gdx_status status = new_node(parser, kind, begin, 0, out);
    if (status == GDX_OK)
        parser->term_count++;
    return status;
}

static gdx_status new_leaf(struct parser *parser, query_kind kind, size_t begin, query_node **out) {
    gdx_query *query = parser->query;
    query_node *node = NULL;
    gdx_status status = new_term(parser, kind, begin, &node);
    if (status != GDX_OK)
        return status;
    if (gdx_grow(&query->leaves, &parser->leaf_capacity, query->leaf_count + 1, sizeof *query->leaves) != GDX_OK)
        return no_memory(parser);
    node->fields = parser->fields;
    node->is_negated = parser->is_negated;
    node->leaf = query->leaf_count;
    query->leaves[query->leaf_count++] = node;
    query->ranks |= !node->is_negated;
    *out = node;
    return GDX_OK;
}

static gdx_status adopt(struct parser *parser, query_node *node, uint32_t index, query_node *child) {
    node->children[index] = child;
    if (node->height < child->height + 1)
        node->height = child->height + 1;
    if (node->height > QUERY_DEPTH_MAX)
        return refuse_as(parser, GDX_TOO_LARGE, child->begin, "nested deeper than 64");
    return GDX_OK;
}

static gdx_status enter(struct parser *parser, size_t at) {
    if (parser->depth == QUERY_DEPTH_MAX)
        return refuse_as(parser, GDX_TOO_LARGE, at, "nested deeper than 64");
    parser->depth++;
    return GDX_OK;
}

// ---- leaves

static gdx_status cut(struct parser *parser, gdx_slice text) {
    return gdx_text_symbols(text, 0, &parser->symbols) == GDX_OK ? GDX_OK : no_memory(parser);
}

static gdx_status copy_symbols(struct parser *parser, query_node *node) {
    const gdx_symbols *from = &parser->symbols;
    gdx_arena *arena = parser->query->arena;
    node->symbol_count = (uint32_t)from->count;
    node->symbols = gdx_arena_allocate(arena, from->count * sizeof *node->symbols);
    if (!node->symbols)
        return no_memory(parser);
    for (size_t i = 0; i < from->count; i++) {
        query_symbol *to = &node->symbols[i];
        to->code = from->symbols[i] & GDX_WORD_FLAG ? GDX_WORD_FLAG : from->symbols[i];
        if (to->code == GDX_WORD_FLAG) {
            gdx_slice word = gdx_symbols_word(from, from->symbols[i] & ~GDX_WORD_FLAG);
            if (gdx_arena_copy(arena, word, &to->word) != GDX_OK)
                return no_memory(parser);
        }
    }
    return GDX_OK;
}

static gdx_status parse_phrase(struct parser *parser, gdx_slice text, size_t begin, query_node **out) {
    gdx_status status = cut(parser, text);
    if (status != GDX_OK)
        return status;
    if (parser->symbols.count == 0)
        return refuse(parser, begin, "nothing to look for: expected a letter, digit, character or mark");
    status = new_leaf(parser, QUERY_PHRASE, begin, out);
    return status == GDX_OK ? copy_symbols(parser, *out) : status;
}

// `*` at the begin or end of a run: the rest must be one word.
static gdx_status parse_starred(struct parser *parser, gdx_slice run, size_t begin, query_node **out) {
    bool leads = run.data[0] == '*', trails = run.data[run.bytes - 1] == '*';
    if (run.bytes == 1)
        return refuse(parser, begin, "found * alone, expected a word beside it (quote it to search for it)");
    if (leads && trails)
        return refuse(parser, begin + run.bytes - 1,
                      "found a second *, expected one, at the begin or at the end of a word");
    gdx_slice word = {run.data + leads, run.bytes - 1};
    gdx_status status = cut(parser, word);
    if (status != GDX_OK)
        return status;
    if (parser->symbols.count != 1 || !(parser->symbols.symbols[0] & GDX_WORD_FLAG))
        return refuse(parser, begin + leads,
                      "expected one single word of letters or digits beside * (quote it to search for *)");
    status = new_leaf(parser, leads ? QUERY_WORD_SUFFIX : QUERY_WORD_PREFIX, begin, out);
    if (status != GDX_OK)
        return status;
    (*out)->symbol_count = 1;
    gdx_slice folded = gdx_symbols_word(&parser->symbols, 0);
    return gdx_arena_copy(parser->query->arena, folded, &(*out)->value) == GDX_OK ? GDX_OK : no_memory(parser);
}

static gdx_status parse_run(struct parser *parser, size_t begin, size_t end, query_node **out) {
    gdx_slice run = slice_of(parser, begin, end);
    parser->at = end;
    if (run.data[0] == '*' || run.data[run.bytes - 1] == '*')
        return parse_starred(parser, run, begin, out);
    return parse_phrase(parser, run, begin, out);
}

// From the opening quotation mark at parser->at; leaves what stands between the marks in parser->unquoted.
static gdx_status unquote(struct parser *parser) {
    size_t open = parser->at;
    parser->unquoted.bytes = 0;
    for (size_t i = open + 1; i < parser->bytes; i++) {
        char byte = parser->text[i];
        if (byte == '"') {
            parser->at = i + 1;
            return GDX_OK;
        }
        if (byte == '\\' && i + 1 < parser->bytes && (parser->text[i + 1] == '"' || parser->text[i + 1] == '\\'))
            byte = parser->text[++i];
        if (gdx_buffer_append(&parser->unquoted, &byte, 1) != GDX_OK)
            return no_memory(parser);
    }
    return refuse(parser, parser->bytes, "expected \" to end the quotation");
}

static gdx_status parse_quotation(struct parser *parser, query_node **out) {
    size_t begin = parser->at;
    gdx_status status = unquote(parser);
    return status == GDX_OK ? parse_phrase(parser, gdx_buffer_slice(&parser->unquoted), begin, out) : status;
}

// ---- filters

// A run or a quotation right behind a filter's colon; *out_quoted tells which.
static gdx_status parse_value(struct parser *parser, const char *expected, gdx_slice *out, bool *out_quoted) {
    size_t begin = parser->at;
    *out_quoted = begin < parser->bytes && parser->text[begin] == '"';
    if (*out_quoted) {
        gdx_status status = unquote(parser);
        if (status != GDX_OK)
            return status;
        *out = gdx_buffer_slice(&parser->unquoted);
    } else {
        parser->at = run_end(parser, begin);
        *out = slice_of(parser, begin, parser->at);
    }
    return out->bytes || *out_quoted ? GDX_OK : refuse(parser, begin, expected);
}

static gdx_status parse_date(struct parser *parser, gdx_slice text, size_t begin, gdx_date *out) {
    gdx_error why = {0};
    gdx_status status = gdx_date_parse(text, out, &why);
    if (status == GDX_OK && *out != GDX_NO_DATE)
        return GDX_OK;
    char what[sizeof why.message + 128];
    snprintf(what, sizeof what, "expected a date like 2023, 2023-05 or 2023-05-06, or a range of them with ..%s%s",
             why.message[0] ? ": " : "", why.message);
    return refuse(parser, begin, what);
}

static size_t find_dots(gdx_slice text) {
    for (size_t i = 0; i + 1 < text.bytes; i++)
        if (text.data[i] == '.' && text.data[i + 1] == '.')
            return i;
    return text.bytes;
}

static gdx_status parse_date_filter(struct parser *parser, size_t begin, query_node **out) {
    size_t at = parser->at;
    gdx_slice value = {0};
    bool quoted;
    gdx_status status = parse_value(parser, "expected a date right behind date:", &value, &quoted);
    if (status == GDX_OK)
        status = new_term(parser, QUERY_DATE, begin, out);
    if (status != GDX_OK)
        return status;
    query_node *node = *out;
    size_t dots = find_dots(value), second = dots < value.bytes ? dots + 2 : 0;
    gdx_slice low = {value.data, dots}, high = value;
    if (second)
        high = (gdx_slice){value.data + second, value.bytes - second};
    // Columns inside a quotation are those of its begin: escapes have moved what stands behind them.
    if (low.bytes || high.bytes == 0)
        status = parse_date(parser, low, at, &node->from);
    if (status == GDX_OK && high.bytes)
        status = parse_date(parser, high, quoted ? at : at + second, &node->to);
    if (status != GDX_OK)
        return status;
    node->first_day = node->from == GDX_NO_DATE ? 1 : gdx_date_first_day(node->from);
    node->last_day = node->to == GDX_NO_DATE ? UINT32_MAX : gdx_date_last_day(node->to);
    if (node->first_day > node->last_day)
        return refuse(parser, at, "the range ends before it begins");
    return GDX_OK;
}

static gdx_status parse_source_filter(struct parser *parser, size_t begin, query_node **out) {
    gdx_slice value = {0};
    bool quoted;
    gdx_status status = parse_value(parser, "expected a source right behind source:", &value, &quoted);
    if (status == GDX_OK)
        status = new_term(parser, QUERY_SOURCE, begin, out);
    if (status == GDX_OK && gdx_arena_copy(parser->query->arena, value, &(*out)->value) != GDX_OK)
        status = no_memory(parser);
    return status;
}

// An id stands for itself; with a `*` behind it, which a quotation does not hold, for all that begin so.
static gdx_status parse_id_filter(struct parser *parser, size_t begin, query_node **out) {
    gdx_slice value = {0};
    bool quoted;
    gdx_status status = parse_value(parser, "expected an id right behind id:", &value, &quoted);
    if (status != GDX_OK)
        return status;
    bool is_prefix = false;
    if (quoted && parser->at < parser->bytes && parser->text[parser->at] == '*') {
        is_prefix = true;
        parser->at++;
    } else if (!quoted && value.data[value.bytes - 1] == '*') {
        is_prefix = true;
        value.bytes--;
    }
    status = new_term(parser, is_prefix ? QUERY_ID_PREFIX : QUERY_ID, begin, out);
    if (status == GDX_OK && gdx_arena_copy(parser->query->arena, value, &(*out)->value) != GDX_OK)
        status = no_memory(parser);
    return status;
}

// ---- the levels of precedence

static gdx_status parse_either(struct parser *parser, query_node **out);

static gdx_status parse_group(struct parser *parser, query_node **out) {
    size_t open = parser->at++;
    gdx_status status = enter(parser, open);
    if (status == GDX_OK)
        status = parse_either(parser, out);
    if (status != GDX_OK)
        return status;
    token next = peek(parser);
    if (next.kind != TOKEN_CLOSE)
        return refuse(parser, next.begin, "expected )");
    parser->at = next.end;
    parser->depth--;
    return GDX_OK;
}

// Behind `title:` or `text:`: a group, a quotation or a run.
static gdx_status parse_field(struct parser *parser, uint32_t fields, size_t begin, query_node **out) {
    if (parser->fields != QUERY_BOTH)
        return refuse(parser, begin, "found a field within a field's parentheses, expected a term");
    char next = parser->at < parser->bytes ? parser->text[parser->at] : ' ';
    size_t end = run_end(parser, parser->at);
    if (next != '(' && next != '"' && end == parser->at)
        return refuse(parser, parser->at, "expected a word, a phrase or ( right behind the field's colon");
    parser->fields = fields;
    gdx_status status = next == '('   ? parse_group(parser, out)
                        : next == '"' ? parse_quotation(parser, out)
                                      : parse_run(parser, parser->at, end, out);
    parser->fields = QUERY_BOTH;
    return status;
}

static gdx_status parse_term(struct parser *parser, query_node **out) {
    token next = peek(parser);
    gdx_slice run = slice_of(parser, next.begin, next.end);
    parser->at = next.begin;
    if (next.kind == TOKEN_OPEN)
        return parse_group(parser, out);
    if (next.kind == TOKEN_QUOTE)
        return parse_quotation(parser, out);
    if (next.kind != TOKEN_RUN)
        return refuse(parser, next.begin, "expected a word, a phrase or (");
    static const char *const prefixes[] = {"title:", "text:", "source:", "date:", "id:"};
    size_t prefix = 0;
    while (prefix < 5 && !begins_with(run, prefixes[prefix]))
        prefix++;
    if (prefix == 5)
        return parse_run(parser, next.begin, next.end, out);
    parser->at += strlen(prefixes[prefix]);
    switch (prefix) {
    case 0:
        return parse_field(parser, QUERY_TITLE, next.begin, out);
    case 1:
        return parse_field(parser, QUERY_TEXT, next.begin, out);
    case 2:
        return parse_source_filter(parser, next.begin, out);
    case 3:
        return parse_date_filter(parser, next.begin, out);
    default:
        return parse_id_filter(parser, next.begin, out);
    }
}

static gdx_status parse_distance(struct parser *parser, token pair, uint32_t *out) {
    size_t at = pair.begin + 4;
    if (at == pair.end)
        return refuse(parser, at, "expected / and a number from 0 to 10000 behind NEAR or THEN");
    uint32_t distance = 0;
    if (++at == pair.end)
        return refuse(parser, at, "expected a number from 0 to 10000");
    for (size_t i = at; i < pair.end; i++) {
        char digit = parser->text[i];
        if (digit < '0' || digit > '9')
            return refuse(parser, i, "expected a digit of a number from 0 to 10000");
        distance = distance * 10 + (uint32_t)(digit - '0');
        if (distance > QUERY_DISTANCE_MAX)
            return refuse(parser, at, "expected a number from 0 to 10000");
    }
    *out = distance;
    return GDX_OK;
}

// Phrases, words with `*`, OR of them, other pairs. A child of OR is never an OR itself, so this looks two levels deep.
static bool may_be_side(const query_node *node) {
    if (node->kind != QUERY_OR)
        return query_is_leaf(node) || query_is_near(node);
    for (uint32_t i = 0; i < node->child_count; i++)
        if (!query_is_leaf(node->children[i]) && !query_is_near(node->children[i]))
            return false;
    return true;
}

static gdx_status check_side(struct parser *parser, const query_node *node) {
    if (may_be_side(node))
        return GDX_OK;
    return refuse(parser, node->begin, "expected a phrase, a word with * or an OR of them beside NEAR or THEN");
}

static gdx_status parse_pair(struct parser *parser, query_node **out) {
    query_node *left = NULL;
    gdx_status status = parse_term(parser, &left);
    token next = {0};
    while (status == GDX_OK && (next = peek(parser)).kind == TOKEN_PAIR) {
        query_node *right = NULL, *node = NULL;
        uint32_t distance = 0;
        bool is_near = parser->text[next.begin] == 'N';
        status = check_side(parser, left);
        if (status == GDX_OK)
            status = parse_distance(parser, next, &distance);
        parser->at = next.end;
        if (status == GDX_OK)
            status = parse_term(parser, &right);
        if (status == GDX_OK)
            status = check_side(parser, right);
        if (status == GDX_OK)
            status = new_node(parser, is_near ? QUERY_NEAR : QUERY_THEN, left->begin, 2, &node);
        if (status == GDX_OK)
            status = adopt(parser, node, 0, left);
        if (status == GDX_OK)
            status = adopt(parser, node, 1, right);
        if (status == GDX_OK)
            node->distance = distance;
        left = node;
    }
    if (status == GDX_OK)
        *out = left;
    return status;
}

static gdx_status parse_negation(struct parser *parser, query_node **out) {
    token next = peek(parser);
    if (next.kind != TOKEN_NOT && next.kind != TOKEN_MINUS)
        return parse_pair(parser, out);
    parser->at = next.end;
    bool was_negated = parser->is_negated;
    query_node *child = NULL, *node = NULL;
    gdx_status status = enter(parser, next.begin);
    parser->is_negated = true;
    if (status == GDX_OK)
        status = parse_negation(parser, &child);
    parser->is_negated = was_negated;
    if (status == GDX_OK)
        status = new_node(parser, QUERY_NOT, next.begin, 1, &node);
    if (status == GDX_OK)
        status = adopt(parser, node, 0, child);
    if (status == GDX_OK) {
        parser->depth--;
        *out = node;
    }
    return status;
}

// The children of AND or OR while they are being collected.
struct list {
    query_node **nodes;
    size_t count;
    size_t capacity;
};

// An AND within an AND is the same as its children there; so with OR.
static gdx_status collect(struct parser *parser, struct list *list, query_kind kind, query_node *node) {
    size_t more = node->kind == kind ? node->child_count : 1;
    if (gdx_grow(&list->nodes, &list->capacity, list->count + more, sizeof *list->nodes) != GDX_OK)
        return no_memory(parser);
    memcpy(list->nodes + list->count, node->kind == kind ? node->children : &node, more * sizeof node);
    list->count += more;
    return GDX_OK;
}

static gdx_status finish(struct parser *parser, struct list *list, query_kind kind, query_node **out) {
    if (list->count == 1) {
        *out = list->nodes[0];
        return GDX_OK;
    }
    query_node *node = NULL;
    gdx_status status = new_node(parser, kind, list->nodes[0]->begin, (uint32_t)list->count, &node);
    for (uint32_t i = 0; status == GDX_OK && i < list->count; i++)
        status = adopt(parser, node, i, list->nodes[i]);
    if (status == GDX_OK)
        *out = node;
    return status;
}

static bool begins_term(token_kind kind) {
    return kind == TOKEN_OPEN || kind == TOKEN_QUOTE || kind == TOKEN_RUN || kind == TOKEN_NOT || kind == TOKEN_MINUS;
}

static gdx_status parse_both(struct parser *parser, query_node **out) {
    struct list list = {0};
    gdx_status status = GDX_OK;
    bool goes_on = true;
    while (status == GDX_OK && goes_on) {
        query_node *node = NULL;
        status = parse_negation(parser, &node);
        if (status == GDX_OK)
            status = collect(parser, &list, QUERY_AND, node);
        token next = peek(parser);
        goes_on = next.kind == TOKEN_AND || begins_term(next.kind);
        if (next.kind == TOKEN_AND)
            parser->at = next.end;
    }
    if (status == GDX_OK)
        status = finish(parser, &list, QUERY_AND, out);
    free(list.nodes);
    return status;
}

static gdx_status parse_either(struct parser *parser, query_node **out) {
    struct list list = {0};
    gdx_status status = GDX_OK;
    bool goes_on = true;
    while (status == GDX_OK && goes_on) {
        query_node *node = NULL;
        status = parse_both(parser, &node);
        if (status == GDX_OK)
            status = collect(parser, &list, QUERY_OR, node);
        token next = peek(parser);
        goes_on = next.kind == TOKEN_OR || next.kind == TOKEN_BAR;
        if (goes_on)
            parser->at = next.end;
    }
    if (status == GDX_OK)
        status = finish(parser, &list, QUERY_OR, out);
    free(list.nodes);
    return status;
}

static gdx_status check_utf8(struct parser *parser) {
    uint32_t code;
    for (size_t at = 0, bytes; at < parser->bytes; at += bytes) {
        bytes = query_decode(parser->text + at, parser->text + parser->bytes, &code);
        if (bytes == 0)
            return refuse(parser, at, "bytes that are not UTF-8");
    }
    return GDX_OK;
}

static gdx_status parse_whole(struct parser *parser) {
    gdx_status status = check_utf8(parser);
    if (status == GDX_OK)
        status = parse_either(parser, &parser->query->root);
    if (status != GDX_OK)
        return status;
    token next = peek(parser);
    if (next.kind == TOKEN_END)
        return GDX_OK;
    return refuse(parser, next.begin,
                  next.kind == TOKEN_CLOSE ? "found ) without its (" : "expected an operator or the end");
}

gdx_status gdx_query_parse(gdx_slice text, gdx_query **out, gdx_error *err) {
    if (text.bytes > QUERY_TEXT_BYTES_MAX)
        return gdx_fail(err, GDX_TOO_LARGE, "query: %zu bytes, at most 65536 are taken", text.bytes);
    GDX_AUTO(gdx_query) query = calloc(1, sizeof *query);
    if (!query || !(query->arena = gdx_arena_new()))
        return gdx_fail_memory(err, "parsing the query");
    struct parser parser = {
        .text = text.bytes ? text.data : "", .bytes = text.bytes, .query = query, .fields = QUERY_BOTH, .err = err};
    gdx_status status = parse_whole(&parser);
    gdx_symbols_clear(&parser.symbols);
    gdx_buffer_clear(&parser.unquoted);
    if (status == GDX_OK) {
        *out = GDX_TAKE(query);
    }
    return status;
}

void gdx_query_free(gdx_query *query) {
    if (!query)
        return;
    gdx_arena_free(query->arena);
    free(query->leaves);
    free(query);
}
