// SPDX-License-Identifier: Apache-2.0
// lex.c: a query's text -> tokens. Operators are found by their rows in language.c, by name or by sign.

#include "lex.h"

#include "characters.h"

#include <string.h>

bool query_lex_is_utf8(const query_lexer *lexer, size_t *out_byte) {
    uint32_t code;
    for (size_t at = 0, bytes; at < lexer->bytes; at += bytes) {
        bytes = query_decode(lexer->text + at, lexer->text + lexer->bytes, &code);
        if (bytes == 0) {
            *out_byte = at;
            return false;
        }
    }
    return true;
}

uint32_t query_lex_column(const query_lexer *lexer, size_t byte) {
    uint32_t column = 1;
    for (size_t i = 0; i < byte; i++)
        column += ((uint8_t)lexer->text[i] & 0xc0) != 0x80;
    return column;
}

static size_t skip_blanks(const query_lexer *lexer, size_t at) {
    uint32_t code;
    size_t bytes;
    while ((bytes = query_decode(lexer->text + at, lexer->text + lexer->bytes, &code)) && query_is_blank(code))
        at += bytes;
    return at;
}

uint32_t query_lex_code(const query_lexer *lexer, size_t at) {
    uint32_t code;
    return query_decode(lexer->text + at, lexer->text + lexer->bytes, &code) ? code : 0;
}

size_t query_lex_colon(const query_lexer *lexer, size_t at) {
    uint32_t code = query_lex_code(lexer, at);
    return code == ':' ? 1 : code == QUERY_WIDE_COLON ? 3 : 0;
}

// A sign between two terms separates them without spaces.
static bool separates(uint32_t code) {
    for (const query_operator *row = query_operators; row < query_operators + QUERY_OPERATORS; row++)
        if (row->arity != QUERY_ARITY_PREFIX && row->sign && (code == (uint8_t)row->sign || code == row->wide_sign))
            return true;
    return code == '(' || code == ')' || code == '"';
}

size_t query_lex_run_end(const query_lexer *lexer, size_t at) {
    uint32_t code;
    size_t bytes, opened = 0;
    while ((bytes = query_decode(lexer->text + at, lexer->text + lexer->bytes, &code)) && !query_is_blank(code) &&
           !separates(code)) {
        if (code == QUERY_WIDE_CLOSE && opened == 0 && lexer->closer == QUERY_WIDE_CLOSE)
            break;
        opened += code == QUERY_WIDE_OPEN;
        opened -= code == QUERY_WIDE_CLOSE && opened > 0;
        at += bytes;
    }
    return at;
}

gdx_slice query_lex_slice(const query_lexer *lexer, size_t begin, size_t end) {
    return (gdx_slice){lexer->text + begin, end - begin};
}

bool query_lex_has(const query_lexer *lexer, size_t at, const char *name) {
    size_t bytes = strlen(name);
    return lexer->bytes - at >= bytes && memcmp(lexer->text + at, name, bytes) == 0;
}

// Bytes of the operator's sign at `at`; 0: it is not there. A sign before its term needs the term right after it: "- a"
// is a run.
static size_t sign_at(const query_lexer *lexer, size_t at, const query_operator *row) {
    uint32_t code = query_lex_code(lexer, at);
    size_t bytes = code == row->wide_sign ? 3 : 1;
    if (code == 0 || (code != (uint8_t)row->sign && code != row->wide_sign))
        return 0;
    bool has_term = at + bytes < lexer->bytes && skip_blanks(lexer, at + bytes) == at + bytes;
    return row->arity != QUERY_ARITY_PREFIX || has_term ? bytes : 0;
}

// The whole run is the name, or the name and a distance, which may be malformed.
static bool has_name(const query_lexer *lexer, size_t begin, size_t end, const query_operator *row) {
    size_t bytes = strlen(row->name);
    if (row->wide_name && end - begin == strlen(row->wide_name) && query_lex_has(lexer, begin, row->wide_name))
        return true;
    if (!query_lex_has(lexer, begin, row->name))
        return false;
    return end - begin == bytes || (row->has_distance && end - begin > bytes && lexer->text[begin + bytes] == '/');
}

// What opens a group or a quotation, and what ends it. Keyboards give ” for both marks at times.
static const struct mark {
    query_token_kind kind;
    uint32_t opener, closer;
} marks[] = {
    {QUERY_TOKEN_OPEN, '(', ')'},        {QUERY_TOKEN_OPEN, QUERY_WIDE_OPEN, QUERY_WIDE_CLOSE},
    {QUERY_TOKEN_QUOTE, '"', '"'},       {QUERY_TOKEN_QUOTE, 0x201c, 0x201d}, // “ ”
    {QUERY_TOKEN_QUOTE, 0x201d, 0x201d},                                      // ” ”
    {QUERY_TOKEN_QUOTE, 0x300c, 0x300d},                                      // 「 」
};
enum { MARKS = sizeof marks / sizeof *marks };

static query_token peek_run(const query_lexer *lexer, size_t begin) {
    size_t end = query_lex_run_end(lexer, begin);
    for (const query_operator *row = query_operators; row < query_operators + QUERY_OPERATORS; row++) {
        size_t bytes = sign_at(lexer, begin, row);
        if (bytes)
            return (query_token){QUERY_TOKEN_OPERATOR, row, 0, begin, begin + bytes};
        if (has_name(lexer, begin, end, row))
            return (query_token){QUERY_TOKEN_OPERATOR, row, 0, begin, end};
    }
    return (query_token){QUERY_TOKEN_RUN, NULL, 0, begin, end};
}

query_token query_lex_peek(const query_lexer *lexer) {
    size_t begin = skip_blanks(lexer, lexer->at);
    uint32_t code = query_lex_code(lexer, begin);
    if (begin == lexer->bytes)
        return (query_token){QUERY_TOKEN_END, NULL, 0, begin, begin};
    for (const struct mark *mark = marks; mark < marks + MARKS; mark++)
        if (code == mark->opener)
            return (query_token){mark->kind, NULL, mark->closer, begin,
                                 begin + gdx_utf8_sequence_bytes((uint8_t)lexer->text[begin])};
    if (code == ')' || (code == QUERY_WIDE_CLOSE && code == lexer->closer))
        return (query_token){QUERY_TOKEN_CLOSE, NULL, code, begin,
                             begin + gdx_utf8_sequence_bytes((uint8_t)lexer->text[begin])};
    return peek_run(lexer, begin);
}

gdx_status query_lex_quotation(query_lexer *lexer, query_token mark, gdx_buffer *out, bool *out_ended) {
    out->bytes = 0;
    *out_ended = false;
    uint32_t code;
    size_t bytes;
    for (size_t at = mark.end; (bytes = query_decode(lexer->text + at, lexer->text + lexer->bytes, &code));
         at += bytes) {
        if (code == mark.closer) {
            lexer->at = at + bytes;
            *out_ended = true;
            return GDX_OK;
        }
        uint32_t escaped = code == '\\' ? query_lex_code(lexer, at + 1) : 0;
        at += escaped == '"' || escaped == '\\';
        if (gdx_buffer_append(out, lexer->text + at, bytes) != GDX_OK)
            return GDX_NO_MEMORY;
    }
    return GDX_OK;
}
