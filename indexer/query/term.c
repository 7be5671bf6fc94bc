// SPDX-License-Identifier: Apache-2.0
// term.c: the terms of a query: phrases, words with *, fields and filters.
//     term := "(" expression ")" | quotation | run | field (group | quotation | run) | filter value
// Relies on gdx/text.h to cut phrases into symbols. Prefixes are a table: name, what reads the rest, what must follow.

#include "gdx/text.h"

#include "exact.h"
#include "parser.h"
#include "slip.h"

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
    return gdx_text_symbols(parser->query->rule, text, 0, &parser->symbols) == GDX_OK ? GDX_OK
                                                                                      : query_parse_memory(parser);
}

static gdx_status copy_symbols(query_parser *parser, query_node *node) {
    const gdx_symbols *from = &parser->symbols;
    gdx_arena *arena = parser->query->arena;
    node->symbol_count = (uint32_t)from->count;
    node->cover = parser->query->cover_words;
    parser->query->cover_words += QUERY_COVER_WORDS + node->symbol_count;
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

// A hyphen that breaks a word answers for -. docs/matching-rule.md, point 7.
static void vary_hyphens(query_node *node) {
    for (uint32_t i = 0; i < node->symbol_count; i++) {
        if (node->symbols[i].code == GDX_BROKEN_HYPHEN) // pasted from a text
            node->symbols[i].code = '-';
        if (node->symbols[i].code == '-')
            node->symbols[i].other = GDX_BROKEN_HYPHEN;
    }
}

// So do characters of other regions. Point 8.
static void vary_regions(query_parser *parser, query_node *node) {
    enum { VARYING_MAX = 4 }; // 16 variants
    size_t word_count;
    const gdx_regional_word *words = gdx_rule_words(parser->query->rule, &word_count);
    int varying = 0;
    for (uint32_t i = 0; i + 1 < node->symbol_count; i++)
        for (size_t w = 0; w < word_count && varying < VARYING_MAX; w++)
            varying += vary_word(node->symbols + i, &words[w]);
}

// The phrase whose symbols are in parser->symbols.
static gdx_status new_phrase(query_parser *parser, query_kind kind, size_t begin, query_node **out) {
    if (parser->symbols.count == 0)
        return query_refuse(parser, begin, "nothing to search for, expected a letter, digit, character or mark");
    gdx_status status = new_leaf(parser, kind, begin, out);
    if (status == GDX_OK)
        status = copy_symbols(parser, *out);
    if (status == GDX_OK)
        vary_hyphens(*out);
    return status;
}

static gdx_status finish_phrase(query_parser *parser, size_t begin, query_node **out) {
    gdx_status status = new_phrase(parser, QUERY_PHRASE, begin, out);
    if (status == GDX_OK)
        vary_regions(parser, *out);
    return status;
}

static gdx_status parse_phrase(query_parser *parser, gdx_slice text, size_t begin, query_node **out) {
    gdx_status status = cut(parser, text);
    return status == GDX_OK ? finish_phrase(parser, begin, out) : status;
}

// The word in parser->symbols by its start or end.
static gdx_status finish_starred(query_parser *parser, query_kind kind, size_t begin, query_node **out) {
    gdx_status status = new_leaf(parser, kind, begin, out);
    if (status != GDX_OK)
        return status;
    (*out)->symbol_count = 1;
    gdx_slice folded = gdx_symbols_word(&parser->symbols, 0);
    return gdx_arena_copy(parser->query->arena, folded, &(*out)->value) == GDX_OK ? GDX_OK : query_parse_memory(parser);
}

// `*` at the start or the end of a run: the rest must be one word. A phrase that has a character or a mark there finds
// what * would find, so it is answered without it.
static gdx_status parse_starred(query_parser *parser, gdx_slice run, size_t begin, query_node **out) {
    bool leads = run.data[0] == '*';
    gdx_slice word = {run.data + leads, run.bytes - 1};
    if (word.bytes == 0)
        return query_refuse(parser, begin,
                            "found * alone, expected a word before or after it; quote it to search for *");
    bool has_second = leads ? word.data[0] == '*' : word.data[word.bytes - 1] == '*';
    if (has_second || (leads && word.data[word.bytes - 1] == '*'))
        return query_refuse(parser, leads && has_second ? begin + 1 : begin + run.bytes - 1,
                            "found a second *; use one, at the start or the end of a word");
    gdx_status status = cut(parser, word);
    if (status != GDX_OK)
        return status;
    const gdx_symbols *symbols = &parser->symbols;
    bool is_word = symbols->count > 0 && symbols->symbols[leads ? 0 : symbols->count - 1] & GDX_WORD_FLAG;
    if (symbols->count == 0 || (is_word && symbols->count > 1))
        return query_refuse(parser, begin + leads,
                            "expected one word of letters or digits beside *; quote it to search for *");
    if (is_word)
        return finish_starred(parser, leads ? QUERY_WORD_SUFFIX : QUERY_WORD_PREFIX, begin, out);
    gdx_slice shown = gdx_utf8_cut(word, 60);
    status = query_note(parser, "%s%.*s%s is answered as %.*s; * is for words of letters or digits", leads ? "*" : "",
                        GDX_SLICE_ARGUMENTS(shown), leads ? "" : "*", GDX_SLICE_ARGUMENTS(shown));
    return status == GDX_OK ? finish_phrase(parser, begin, out) : status;
}

static gdx_status parse_run(query_parser *parser, size_t begin, size_t end, query_node **out) {
    gdx_slice run = query_lex_slice(&parser->lexer, begin, end);
    parser->lexer.at = end;
    gdx_status status = query_note_parentheses(parser, run);
    if (status != GDX_OK)
        return status;
    if (run.data[0] == '*' || run.data[run.bytes - 1] == '*')
        return parse_starred(parser, run, begin, out);
    return parse_phrase(parser, run, begin, out);
}

// From a quotation's opening mark; leaves what is between the marks in parser->unquoted.
static gdx_status unquote(query_parser *parser, query_token mark) {
    bool has_end;
    char closer[GDX_UTF8_BYTES + 1] = {0};
    if (query_lex_quotation(&parser->lexer, mark, &parser->unquoted, &has_end) != GDX_OK)
        return query_parse_memory(parser);
    gdx_utf8_encode((uint8_t *)closer, mark.closer);
    return has_end ? GDX_OK : query_refuse(parser, parser->lexer.bytes, "expected %s to end the quotation", closer);
}

static gdx_status parse_quotation(query_parser *parser, query_token mark, query_node **out) {
    gdx_status status = unquote(parser, mark);
    return status == GDX_OK ? parse_phrase(parser, gdx_buffer_slice(&parser->unquoted), mark.begin, out) : status;
}

// ---- filters

// A prefix that a run may start with, and the function that reads the rest.
struct prefix {
    const char *name;     // without its colon
    query_fields fields;  // of a field; QUERY_DEFAULT: a filter
    const char *expected; // after the colon
    gdx_status (*parse)(query_parser *parser, const struct prefix *prefix, size_t begin, query_node **out);
};

// A run or a quotation right after a filter's colon.
static gdx_status parse_value(query_parser *parser, const char *what, gdx_slice *out, bool *out_quoted) {
    size_t begin = parser->lexer.at;
    query_token next = query_lex_peek(&parser->lexer);
    *out_quoted = next.kind == QUERY_TOKEN_QUOTE && next.begin == begin;
    if (*out_quoted) {
        gdx_status status = unquote(parser, next);
        if (status != GDX_OK)
            return status;
        *out = gdx_buffer_slice(&parser->unquoted);
    } else {
        parser->lexer.at = query_lex_run_end(&parser->lexer, begin);
        *out = query_lex_slice(&parser->lexer, begin, parser->lexer.at);
    }
    return out->bytes || *out_quoted ? GDX_OK : query_refuse(parser, begin, "expected %s right after the colon", what);
}

// The phrase gives the places to read, the characters decide.
static gdx_status parse_exact(query_parser *parser, const struct prefix *prefix, size_t begin, query_node **out) {
    gdx_slice value = {0};
    bool quoted;
    gdx_buffer characters = {0};
    gdx_status status = parse_value(parser, prefix->expected, &value, &quoted);
    if (status == GDX_OK)
        status = cut(parser, value);
    if (status == GDX_OK)
        status = new_phrase(parser, QUERY_EXACT, begin, out);
    if (status != GDX_OK)
        return status;
    if (query_exact_characters(value, &characters) != GDX_OK ||
        gdx_arena_copy(parser->query->arena, gdx_buffer_slice(&characters), &(*out)->value) != GDX_OK)
        status = query_parse_memory(parser);
    gdx_buffer_clear(&characters);
    return status;
}

static gdx_status parse_bridge(query_parser *parser, const struct prefix *prefix, size_t begin, query_node **out) {
    gdx_slice value = {0};
    bool quoted;
    if (parser->is_negated)
        return query_refuse(parser, begin, "found bridge: below NOT, expected a phrase");
    gdx_status status = parse_value(parser, prefix->expected, &value, &quoted);
    if (status == GDX_OK)
        status = cut(parser, value);
    if (status == GDX_OK)
        status = new_phrase(parser, QUERY_BRIDGE, begin, out);
    if (status != GDX_OK)
        return status;
    vary_regions(parser, *out);
    parser->query->bridges = true;
    return GDX_OK;
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

// meta.KEY:VALUE. The key stands before the colon that the lexer is behind.
static gdx_status parse_meta_filter(query_parser *parser, const struct prefix *prefix, size_t begin, query_node **out) {
    size_t at = parser->lexer.at, colon = parser->lexer.text[at - 1] == ':' ? 1 : 3, first = begin + strlen("meta.");
    gdx_slice key = query_lex_slice(&parser->lexer, first, at - colon), value = {0};
    const char *fault = gdx_key_fault(key);
    bool quoted;
    if (fault)
        return query_refuse(parser, first, "%s", fault);
    gdx_status status = parse_value(parser, prefix->expected, &value, &quoted);
    if (status == GDX_OK && value.bytes > GDX_VALUE_BYTES_MAX)
        return query_refuse(parser, at, "found a value of %zu bytes, expected at most %d", value.bytes,
                            GDX_VALUE_BYTES_MAX);
    if (status == GDX_OK)
        status = new_term(parser, QUERY_META, begin, out);
    if (status != GDX_OK)
        return status;
    gdx_keys *keys = gdx_arena_allocate(parser->query->arena, sizeof *keys);
    if (!keys || gdx_arena_copy(parser->query->arena, value, &(*out)->value) != GDX_OK)
        return query_parse_memory(parser);
    (*out)->key = keys;
    return gdx_keys_add(keys, key, parser->err);
}

// What a document is beside others.
static gdx_status parse_is_filter(query_parser *parser, const struct prefix *prefix, size_t begin, query_node **out) {
    size_t at = parser->lexer.at;
    gdx_slice value = {0};
    bool quoted;
    gdx_status status = parse_value(parser, prefix->expected, &value, &quoted);
    if (status == GDX_OK && !gdx_slice_equal(value, gdx_slice_of("first")))
        status = query_refuse(parser, at, "expected first right after is:");
    if (status == GDX_OK)
        status = new_term(parser, QUERY_FIRST, begin, out);
    if (status != GDX_OK)
        return status;
    (*out)->value = gdx_slice_of("first");
    parser->query->asks_first = true;
    return GDX_OK;
}

// ---- aliases

// A name, cut to be shown.
enum { ALIAS_SHOWN_BYTES = 60, ALIASES_SHOWN_BYTES = 300 };

static gdx_status note_alias(query_parser *parser, gdx_slice name, const gdx_slice *names, size_t count) {
    gdx_slice shown = gdx_utf8_cut(name, ALIAS_SHOWN_BYTES);
    gdx_buffer text = {0};
    size_t listed = 0;
    gdx_status status = GDX_OK;
    if (count == 0)
        return query_note(parser, "alias:%.*s is searched for as %.*s; %s", GDX_SLICE_ARGUMENTS(shown),
                          GDX_SLICE_ARGUMENTS(shown),
                          parser->aliases ? "no set of the alias file has it" : "no alias file is given");
    for (; listed < count && text.bytes < ALIASES_SHOWN_BYTES && status == GDX_OK; listed++)
        status = gdx_buffer_append_format(&text, "%s%.*s", listed ? " OR " : "",
                                          GDX_SLICE_ARGUMENTS(gdx_utf8_cut(names[listed], ALIAS_SHOWN_BYTES)));
    if (status == GDX_OK && listed < count)
        status = gdx_buffer_append_format(&text, " and %zu more", count - listed);
    status = status == GDX_OK ? query_note(parser, "alias:%.*s stands for %.*s", GDX_SLICE_ARGUMENTS(shown),
                                           GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&text)))
                              : query_parse_memory(parser);
    gdx_buffer_clear(&text);
    return status;
}

// OR of the names of its set; the name itself when no set has it. Both are said.
static gdx_status parse_alias(query_parser *parser, const struct prefix *prefix, size_t begin, query_node **out) {
    query_node *phrases[GDX_ALIAS_NAMES];
    const gdx_slice *names = NULL;
    size_t count = 0;
    gdx_slice value = {0};
    bool quoted;
    gdx_status status = parse_value(parser, prefix->expected, &value, &quoted);
    if (status == GDX_OK && parser->aliases &&
        gdx_aliases_find(parser->aliases, parser->query->rule, value, &names, &count) != GDX_OK)
        status = query_parse_memory(parser);
    if (status == GDX_OK)
        status = note_alias(parser, value, names, count);
    if (status == GDX_OK && count == 0)
        return parse_phrase(parser, value, begin, out);
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = parse_phrase(parser, names[i], begin, &phrases[i]);
    return status == GDX_OK ? query_parent_new(parser, QUERY_OR, phrases, count, out) : status;
}

// ---- groups, fields, terms

static gdx_status parse_group(query_parser *parser, query_token open, query_node **out) {
    uint32_t outer = parser->lexer.closer;
    parser->lexer.at = open.end;
    parser->lexer.closer = open.closer;
    gdx_status status = query_level_enter(parser, open.begin);
    if (status == GDX_OK)
        status = query_parse_expression(parser, out);
    if (status != GDX_OK)
        return status;
    query_token next = query_lex_peek(&parser->lexer);
    if (next.kind != QUERY_TOKEN_CLOSE || next.closer != open.closer)
        return query_refuse(parser, next.begin, "expected %s", open.closer == ')' ? ")" : "）");
    parser->lexer.at = next.end;
    parser->lexer.closer = outer;
    query_level_leave(parser);
    return GDX_OK;
}

// After a field's colon: a group, a quotation or a run.
static gdx_status parse_field(query_parser *parser, const struct prefix *prefix, size_t begin, query_node **out) {
    if (parser->fields != QUERY_DEFAULT)
        return query_refuse(parser, begin, "found a field inside a field's parentheses, expected a term");
    query_token next = query_lex_peek(&parser->lexer);
    bool is_marked = next.kind == QUERY_TOKEN_OPEN || next.kind == QUERY_TOKEN_QUOTE;
    size_t end = query_lex_run_end(&parser->lexer, parser->lexer.at);
    if (next.begin != parser->lexer.at || (!is_marked && end == next.begin))
        return query_refuse(parser, parser->lexer.at, "expected %s right after the field's colon", prefix->expected);
    parser->fields = prefix->fields;
    gdx_status status = next.kind == QUERY_TOKEN_OPEN    ? parse_group(parser, next, out)
                        : next.kind == QUERY_TOKEN_QUOTE ? parse_quotation(parser, next, out)
                                                         : parse_run(parser, next.begin, end, out);
    parser->fields = QUERY_DEFAULT;
    return status;
}

static const struct prefix prefixes[] = {
    {"title", QUERY_TITLE, "a word, a phrase or (", parse_field},
    {"text", QUERY_TEXT, "a word, a phrase or (", parse_field},
    {"note", QUERY_NOTE, "a word, a phrase or (", parse_field},
    {"caption", QUERY_CAPTION, "a word, a phrase or (", parse_field},
    {"furniture", QUERY_FURNITURE, "a word, a phrase or (", parse_field},
    {"any", QUERY_ANY, "a word, a phrase or (", parse_field},
    {"exact", 0, "a word or a phrase", parse_exact},
    {"bridge", 0, "a word or a phrase", parse_bridge},
    {"alias", 0, "a name of the alias file", parse_alias},
    {"source", 0, "a source", parse_source_filter},
    {"date", 0, "a date", parse_date_filter},
    {"id", 0, "an id", parse_id_filter},
    {"meta", 0, "a value", parse_meta_filter},
    {"is", 0, "first", parse_is_filter},
};
enum { PREFIXES = sizeof prefixes / sizeof *prefixes };

static bool has_key(const struct prefix *row) {
    return row->parse == parse_meta_filter;
}

static void check_prefix(const struct prefix *row) {
    assert(row->name && row->name[0] && row->name[strlen(row->name) - 1] != ':');
    assert(row->expected && row->parse);
    assert((row->fields != QUERY_DEFAULT) == (row->parse == parse_field));
}

const char *query_fields_name(uint32_t fields) {
    for (const struct prefix *row = prefixes; row < prefixes + PREFIXES; row++)
        if (row->fields == fields && fields)
            return row->name;
    return NULL;
}

const char *query_prefix_name(size_t i) {
    return i < PREFIXES ? prefixes[i].name : NULL;
}

const char *query_prefix_form(const char *name) {
    for (const struct prefix *row = prefixes; row < prefixes + PREFIXES; row++)
        if (has_key(row) && strcmp(row->name, name) == 0)
            return "meta.KEY";
    return name;
}

// Bytes of the dot and the key at `at`, before a colon in the same run; 0: there is none.
static size_t key_bytes(const query_lexer *lexer, size_t at) {
    size_t end = query_lex_run_end(lexer, at), to = at;
    if (!query_lex_has(lexer, at, "."))
        return 0;
    while (to < end && !query_lex_colon(lexer, to))
        to += gdx_utf8_sequence_bytes((uint8_t)lexer->text[to]);
    return to < end ? to - at : 0;
}

// The prefix that the text has at `at`, with the bytes of its name, its key and colon. NULL: none.
static const struct prefix *find_prefix(const query_lexer *lexer, size_t at, size_t *out_bytes) {
    for (const struct prefix *row = prefixes; row < prefixes + PREFIXES; row++) {
        check_prefix(row);
        if (!query_lex_has(lexer, at, row->name))
            continue;
        size_t key = has_key(row) ? key_bytes(lexer, at + strlen(row->name)) : 0, name = strlen(row->name) + key;
        size_t colon = has_key(row) && key == 0 ? 0 : query_lex_colon(lexer, at + name);
        *out_bytes = name + colon;
        if (colon)
            return row;
    }
    return NULL;
}

gdx_status query_parse_term(query_parser *parser, query_node **out) {
    query_token next = query_lex_peek(&parser->lexer);
    size_t bytes;
    parser->lexer.at = next.begin;
    if (next.kind == QUERY_TOKEN_OPEN)
        return parse_group(parser, next, out);
    if (next.kind == QUERY_TOKEN_QUOTE)
        return parse_quotation(parser, next, out);
    if (next.kind != QUERY_TOKEN_RUN)
        return query_refuse(parser, next.begin, "expected a word, a phrase or (");
    const struct prefix *prefix = find_prefix(&parser->lexer, next.begin, &bytes);
    if (!prefix) {
        gdx_status status = query_note_term(parser, query_lex_slice(&parser->lexer, next.begin, next.end));
        return status == GDX_OK ? parse_run(parser, next.begin, next.end, out) : status;
    }
    parser->lexer.at += bytes;
    return prefix->parse(parser, prefix, next.begin, out);
}
