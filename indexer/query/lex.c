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

size_t query_lex_run_end(const query_lexer *lexer, size_t at) {
    uint32_t code;
    size_t bytes;
    while ((bytes = query_decode(lexer->text + at, lexer->text + lexer->bytes, &code)) && !query_is_blank(code) &&
           !(code < 0x80 && strchr("()\"|", (int)code)))
        at += bytes;
    return at;
}

gdx_slice query_lex_slice(const query_lexer *lexer, size_t begin, size_t end) {
    return (gdx_slice){lexer->text + begin, end - begin};
}

bool query_lex_has(const query_lexer *lexer, size_t at, const char *name) {
    size_t bytes = strlen(name);
    return lexer->bytes - at >= bytes && memcmp(lexer->text + at, name, bytes) == 0;
}

// A sign before its term needs the term right after it: "- a" is a run.
static bool has_sign(const query_lexer *lexer, size_t at, const query_operator *row) {
    if (!row->sign || lexer->text[at] != row->sign)
        return false;
    return row->arity != QUERY_ARITY_PREFIX || (at + 1 < lexer->bytes && skip_blanks(lexer, at + 1) == at + 1);
}

// The whole run is the name, or the name and a distance, which may be malformed.
static bool has_name(const query_lexer *lexer, size_t begin, size_t end, const query_operator *row) {
    size_t bytes = strlen(row->name);
    if (!query_lex_has(lexer, begin, row->name))
        return false;
    return end - begin == bytes || (row->has_distance && end - begin > bytes && lexer->text[begin + bytes] == '/');
}

query_token query_lex_peek(const query_lexer *lexer) {
    size_t begin = skip_blanks(lexer, lexer->at);
    if (begin == lexer->bytes)
        return (query_token){QUERY_TOKEN_END, NULL, begin, begin};
    if (lexer->text[begin] == '(')
        return (query_token){QUERY_TOKEN_OPEN, NULL, begin, begin + 1};
    if (lexer->text[begin] == ')')
        return (query_token){QUERY_TOKEN_CLOSE, NULL, begin, begin + 1};
    if (lexer->text[begin] == '"')
        return (query_token){QUERY_TOKEN_QUOTE, NULL, begin, begin + 1};
    size_t end = query_lex_run_end(lexer, begin);
    for (const query_operator *row = query_operators; row < query_operators + QUERY_OPERATORS; row++) {
        if (has_sign(lexer, begin, row))
            return (query_token){QUERY_TOKEN_OPERATOR, row, begin, begin + 1};
        if (has_name(lexer, begin, end, row))
            return (query_token){QUERY_TOKEN_OPERATOR, row, begin, end};
    }
    return (query_token){QUERY_TOKEN_RUN, NULL, begin, end};
}

gdx_status query_lex_quotation(query_lexer *lexer, gdx_buffer *out, bool *out_ended) {
    out->bytes = 0;
    *out_ended = false;
    for (size_t i = lexer->at + 1; i < lexer->bytes; i++) {
        char byte = lexer->text[i];
        if (byte == '"') {
            lexer->at = i + 1;
            *out_ended = true;
            return GDX_OK;
        }
        if (byte == '\\' && i + 1 < lexer->bytes && (lexer->text[i + 1] == '"' || lexer->text[i + 1] == '\\'))
            byte = lexer->text[++i];
        if (gdx_buffer_append(out, &byte, 1) != GDX_OK)
            return GDX_NO_MEMORY;
    }
    return GDX_OK;
}
