// SPDX-License-Identifier: Apache-2.0
// term.c: the terms of a query: phrases, words with *, fields and filters.
//     term := "(" expression ")" | quotation | run | field (group | quotation | run) | filter value
// Relies on gdx/text.h to cut phrases into symbols. Prefixes are a table: name, what reads the rest, what must follow.

#include "gdx/text.h"
#include "parser.h"

// ---- leaves

static gdx_status new_term(query_parser *parser, query_kind kind, size_t begin, query_node **out) {
    if (parser->term_count == QUERY_TERMS_MAX)
        return query_refuse_large(parser, begin, "more than 1024 terms; ask in several queries");
    gdx_status status = query_node_new(parser, kind, begin, 0, out);
    if (status == GDX_OK)
        parser->term_count++;
    return status;
}

static gdx_status new_leaf(query_parser *parser, query_kind kind, size_t begin, query_node **out) {
    gdx_query *query = parser->query;
    query_node *node = NULL;
    gdx_status status = new_term(parser, kind, begin, &node);
    if (status != GDX_OK)
        return status;
    if (gdx_grow(&query->leaves, &parser->leaf_capacity, query->leaf_count + 1, sizeof *query->leaves) != GDX_OK)
        return query_parse_memory(parser);
    node->fields = parser->fields;
    node->is_negated = parser->is_negated;
    node->leaf = query->leaf_count;
    query->leaves[query->leaf_count++] = node;
    query->ranks |= !node->is_negated;
    *out = node;
    return GDX_OK;
}

static gdx_status cut(query_parser *parser, gdx_slice text) {
    return gdx_text_symbols(gdx_rule_current(), text, 0, &parser->symbols) == GDX_OK ? GDX_OK
                                                                                     : query_parse_memory(parser);
}

static gdx_status copy_symbols(query_parser *parser, query_node *node) {
    const gdx_symbols *from = &parser->symbols;
    gdx_arena *arena = parser->query->arena;
    node->symbol_count = (uint32_t)from->count;
    node->symbols = gdx_arena_allocate(arena, from->count * sizeof *node->symbols);
    if (!node->symbols)
        return query_parse_memory(parser);
    for (size_t i = 0; i < from->count; i++) {
        query_symbol *to = &node->symbols[i];
        to->code = from->symbols[i] & GDX_WORD_FLAG ? GDX_WORD_FLAG : from->symbols[i];
        if (to->code == GDX_WORD_FLAG) {
            gdx_slice word = gdx_symbols_word(from, from->symbols[i] & ~GDX_WORD_FLAG);
            if (gdx_arena_copy(arena, word, &to->word) != GDX_OK)
                return query_parse_memory(parser);
        }
    }
    return GDX_OK;
}

// A region's form of a word: the other form differs in one of its two symbols.
static bool vary_word(query_symbol *symbols, const gdx_regional_word *word) {
    for (int form = 0; form < 2; form++) {
        const uint32_t *here = word->forms[form], *there = word->forms[1 - form];
        if (symbols[0].code != here[0] || symbols[1].code != here[1])
            continue;
        int differs = here[0] == there[0];
        if (symbols[differs].other)
            return false;
        symbols[differs].other = there[differs];
        return true;
    }
    return false;
}

// What else answers: a hyphen that breaks a word, characters of other regions. docs/matching-rule.md, points 7 and 8.
static void vary_symbols(query_node *node) {
    enum { VARYING_MAX = 4 }; // 16 variants
    size_t word_count;
    const gdx_regional_word *words = gdx_rule_words(gdx_rule_current(), &word_count);
    int varying = 0;
    for (uint32_t i = 0; i < node->symbol_count; i++) {
        if (node->symbols[i].code == GDX_BROKEN_HYPHEN) // pasted from a text
            node->symbols[i].code = '-';
        if (node->symbols[i].code == '-')
            node->symbols[i].other = GDX_BROKEN_HYPHEN;
    }
    for (uint32_t i = 0; i + 1 < node->symbol_count; i++)
        for (size_t w = 0; w < word_count && varying < VARYING_MAX; w++)
            varying += vary_word(node->symbols + i, &words[w]);
}

static gdx_status parse_phrase(query_parser *parser, gdx_slice text, size_t begin, query_node **out) {
    gdx_status status = cut(parser, text);
    if (status != GDX_OK)
        return status;
    if (parser->symbols.count == 0)
        return query_refuse(parser, begin, "nothing to search for, expected a letter, digit, character or mark");
    status = new_leaf(parser, QUERY_PHRASE, begin, out);
    if (status == GDX_OK)
        status = copy_symbols(parser, *out);
    if (status == GDX_OK)
        vary_symbols(*out);
    return status;
}

// `*` at the start or the end of a run: the rest must be one word.
static gdx_status parse_starred(query_parser *parser, gdx_slice run, size_t begin, query_node **out) {
    bool leads = run.data[0] == '*', trails = run.data[run.bytes - 1] == '*';
    if (run.bytes == 1)
        return query_refuse(parser, begin,
                            "found * alone, expected a word before or after it; quote it to search for *");
    if (leads && trails)
        return query_refuse(parser, begin + run.bytes - 1,
                            "found a second *; use one, at the start or the end of a word");
    gdx_slice word = {run.data + leads, run.bytes - 1};
    gdx_status status = cut(parser, word);
    if (status != GDX_OK)
        return status;
    if (parser->symbols.count != 1 || !(parser->symbols.symbols[0] & GDX_WORD_FLAG))
        return query_refuse(parser, begin + leads,
                            "expected one word of letters or digits beside *; quote it to search for *");
    status = new_leaf(parser, leads ? QUERY_WORD_SUFFIX : QUERY_WORD_PREFIX, begin, out);
    if (status != GDX_OK)
        return status;
    (*out)->symbol_count = 1;
    gdx_slice folded = gdx_symbols_word(&parser->symbols, 0);
    return gdx_arena_copy(parser->query->arena, folded, &(*out)->value) == GDX_OK ? GDX_OK : query_parse_memory(parser);
}

static gdx_status parse_run(query_parser *parser, size_t begin, size_t end, query_node **out) {
    gdx_slice run = query_lex_slice(&parser->lexer, begin, end);
    parser->lexer.at = end;
    if (run.data[0] == '*' || run.data[run.bytes - 1] == '*')
        return parse_starred(parser, run, begin, out);
    return parse_phrase(parser, run, begin, out);
}

// From the opening quotation mark; leaves what is between the marks in parser->unquoted.
static gdx_status unquote(query_parser *parser) {
    bool has_end;
    if (query_lex_quotation(&parser->lexer, &parser->unquoted, &has_end) != GDX_OK)
        return query_parse_memory(parser);
    return has_end ? GDX_OK : query_refuse(parser, parser->lexer.bytes, "expected \" to end the quotation");
}

static gdx_status parse_quotation(query_parser *parser, query_node **out) {
    size_t begin = parser->lexer.at;
    gdx_status status = unquote(parser);
    return status == GDX_OK ? parse_phrase(parser, gdx_buffer_slice(&parser->unquoted), begin, out) : status;
}

// ---- filters

// A prefix that a run may start with, and the function that reads the rest.
struct prefix {
    const char *name;
    query_fields fields;  // of a field; QUERY_DEFAULT: a filter
    const char *expected; // after the colon
    gdx_status (*parse)(query_parser *parser, const struct prefix *prefix, size_t begin, query_node **out);
};

// A run or a quotation right after a filter's colon.
static gdx_status parse_value(query_parser *parser, const char *what, gdx_slice *out, bool *out_quoted) {
    size_t begin = parser->lexer.at;
    *out_quoted = begin < parser->lexer.bytes && parser->lexer.text[begin] == '"';
    if (*out_quoted) {
        gdx_status status = unquote(parser);
        if (status != GDX_OK)
            return status;
        *out = gdx_buffer_slice(&parser->unquoted);
    } else {
        parser->lexer.at = query_lex_run_end(&parser->lexer, begin);
        *out = query_lex_slice(&parser->lexer, begin, parser->lexer.at);
    }
    return out->bytes || *out_quoted ? GDX_OK : query_refuse(parser, begin, "expected %s right after the colon", what);
}

static gdx_status parse_date(query_parser *parser, gdx_slice text, size_t begin, gdx_date *out) {
    gdx_error why = {0};
    gdx_status status = gdx_date_parse(text, out, &why);
    if (status == GDX_OK && *out != GDX_NO_DATE)
        return GDX_OK;
    return query_refuse(parser, begin,
                        "%s%sexpected a date like 2023, 2023-05 or 2023-05-06, or a range of them with ..", why.message,
                        why.message[0] ? "; " : "");
}

static size_t find_dots(gdx_slice text) {
    for (size_t i = 0; i + 1 < text.bytes; i++)
        if (text.data[i] == '.' && text.data[i + 1] == '.')
            return i;
    return text.bytes;
}

static gdx_status parse_date_filter(query_parser *parser, const struct prefix *prefix, size_t begin, query_node **out) {
    size_t at = parser->lexer.at;
    gdx_slice value = {0};
    bool quoted;
    gdx_status status = parse_value(parser, prefix->expected, &value, &quoted);
    if (status == GDX_OK)
        status = new_term(parser, QUERY_DATE, begin, out);
    if (status != GDX_OK)
        return status;
    query_node *node = *out;
    size_t dots = find_dots(value), second = dots < value.bytes ? dots + 2 : 0;
    gdx_slice low = {value.data, dots}, high = value;
    if (second)
        high = (gdx_slice){value.data + second, value.bytes - second};
    // Columns inside a quotation are those of its start: escapes have moved what follows them.
    if (low.bytes || high.bytes == 0)
        status = parse_date(parser, low, at, &node->from);
    if (status == GDX_OK && high.bytes)
        status = parse_date(parser, high, quoted ? at : at + second, &node->to);
    if (status != GDX_OK)
        return status;
    node->first_day = node->from == GDX_NO_DATE ? 1 : gdx_date_first_day(node->from);
    node->last_day = node->to == GDX_NO_DATE ? UINT32_MAX : gdx_date_last_day(node->to);
    if (node->first_day > node->last_day)
        return query_refuse(parser, at, "the range ends before it starts");
    return GDX_OK;
}

static gdx_status parse_source_filter(query_parser *parser, const struct prefix *prefix, size_t begin,
                                      query_node **out) {
    gdx_slice value = {0};
    bool quoted;
    gdx_status status = parse_value(parser, prefix->expected, &value, &quoted);
    if (status == GDX_OK)
        status = new_term(parser, QUERY_SOURCE, begin, out);
    if (status == GDX_OK && gdx_arena_copy(parser->query->arena, value, &(*out)->value) != GDX_OK)
        status = query_parse_memory(parser);
    return status;
}

// An id. With `*` after it, outside of any quotation: all ids with this prefix.
static gdx_status parse_id_filter(query_parser *parser, const struct prefix *prefix, size_t begin, query_node **out) {
    gdx_slice value = {0};
    bool quoted;
    gdx_status status = parse_value(parser, prefix->expected, &value, &quoted);
    if (status != GDX_OK)
        return status;
    bool is_prefix = false;
    if (quoted && parser->lexer.at < parser->lexer.bytes && parser->lexer.text[parser->lexer.at] == '*') {
        is_prefix = true;
        parser->lexer.at++;
    } else if (!quoted && value.data[value.bytes - 1] == '*') {
        is_prefix = true;
        value.bytes--;
    }
    status = new_term(parser, is_prefix ? QUERY_ID_PREFIX : QUERY_ID, begin, out);
    if (status == GDX_OK && gdx_arena_copy(parser->query->arena, value, &(*out)->value) != GDX_OK)
        status = query_parse_memory(parser);
    return status;
}

// ---- groups, fields, terms

static gdx_status parse_group(query_parser *parser, query_node **out) {
    size_t open = parser->lexer.at++;
    gdx_status status = query_level_enter(parser, open);
    if (status == GDX_OK)
        status = query_parse_expression(parser, out);
    if (status != GDX_OK)
        return status;
    query_token next = query_lex_peek(&parser->lexer);
    if (next.kind != QUERY_TOKEN_CLOSE)
        return query_refuse(parser, next.begin, "expected )");
    parser->lexer.at = next.end;
    query_level_leave(parser);
    return GDX_OK;
}

// After `title:` or `text:`: a group, a quotation or a run.
static gdx_status parse_field(query_parser *parser, const struct prefix *prefix, size_t begin, query_node **out) {
    if (parser->fields != QUERY_DEFAULT)
        return query_refuse(parser, begin, "found a field inside a field's parentheses, expected a term");
    char next = parser->lexer.at < parser->lexer.bytes ? parser->lexer.text[parser->lexer.at] : ' ';
    size_t end = query_lex_run_end(&parser->lexer, parser->lexer.at);
    if (next != '(' && next != '"' && end == parser->lexer.at)
        return query_refuse(parser, parser->lexer.at, "expected %s right after the field's colon", prefix->expected);
    parser->fields = prefix->fields;
    gdx_status status = next == '('   ? parse_group(parser, out)
                        : next == '"' ? parse_quotation(parser, out)
                                      : parse_run(parser, parser->lexer.at, end, out);
    parser->fields = QUERY_DEFAULT;
    return status;
}

static const struct prefix prefixes[] = {
    {"title:", QUERY_TITLE, "a word, a phrase or (", parse_field},
    {"text:", QUERY_TEXT, "a word, a phrase or (", parse_field},
    {"source:", 0, "a source", parse_source_filter},
    {"date:", 0, "a date", parse_date_filter},
    {"id:", 0, "an id", parse_id_filter},
};
enum { PREFIXES = sizeof prefixes / sizeof *prefixes };

static void check_prefix(const struct prefix *row) {
    assert(row->name && row->name[strlen(row->name) - 1] == ':');
    assert(row->expected && row->parse);
    assert((row->fields != QUERY_DEFAULT) == (row->parse == parse_field));
}

gdx_status query_parse_term(query_parser *parser, query_node **out) {
    query_token next = query_lex_peek(&parser->lexer);
    parser->lexer.at = next.begin;
    if (next.kind == QUERY_TOKEN_OPEN)
        return parse_group(parser, out);
    if (next.kind == QUERY_TOKEN_QUOTE)
        return parse_quotation(parser, out);
    if (next.kind != QUERY_TOKEN_RUN)
        return query_refuse(parser, next.begin, "expected a word, a phrase or (");
    for (const struct prefix *row = prefixes; row < prefixes + PREFIXES; row++) {
        check_prefix(row);
        if (!query_lex_has(&parser->lexer, next.begin, row->name))
            continue;
        parser->lexer.at += strlen(row->name);
        return row->parse(parser, row, next.begin, out);
    }
    return parse_run(parser, next.begin, next.end, out);
}
