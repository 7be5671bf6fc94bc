// SPDX-License-Identifier: Apache-2.0
// lex.h: a query's text as tokens. A lexer is a place in the text; it computes the next token and never stores it.
// Full-width signs are signs where a term may start, and characters inside a run; ｜ separates everywhere.
#ifndef GDX_QUERY_LEX_H
#define GDX_QUERY_LEX_H

#include "gdx/base.h"
#include "language.h"

typedef enum query_token_kind {
    QUERY_TOKEN_END,
    QUERY_TOKEN_OPEN,
    QUERY_TOKEN_CLOSE,
    QUERY_TOKEN_QUOTE,
    QUERY_TOKEN_OPERATOR,
    QUERY_TOKEN_RUN // anything up to a space, an ASCII parenthesis or quotation mark, | or ｜
} query_token_kind;

enum { QUERY_WIDE_OPEN = 0xff08, QUERY_WIDE_CLOSE = 0xff09, QUERY_WIDE_COLON = 0xff1a };

typedef struct query_token { // bytes [begin, end) of the text
    query_token_kind kind;
    const query_operator *operator; // of an operator; the token reaches over its distance
    uint32_t closer;                // code point: of OPEN and QUOTE, what ends it; of CLOSE, itself
    size_t begin;
    size_t end;
} query_token;

typedef struct query_lexer { // one owner
    const char *text;        // UTF-8
    size_t bytes;
    size_t at;
    uint32_t closer; // code point that ends the innermost group; 0: no group is open
} query_lexer;

// True if the whole text is UTF-8; else *out_byte is where it is not.
bool query_lex_is_utf8(const query_lexer *lexer, size_t *out_byte);
// The column of a byte: code points from 1. The text before it is UTF-8.
uint32_t query_lex_column(const query_lexer *lexer, size_t byte);
// The token after lexer->at and white space.
query_token query_lex_peek(const query_lexer *lexer);
// The end of the run that starts at `at`, or `at`. Inside a group that ） closes, a ） whose （ is not in the run ends
// it.
size_t query_lex_run_end(const query_lexer *lexer, size_t at);
gdx_slice query_lex_slice(const query_lexer *lexer, size_t begin, size_t end);
// True if the text has `name` at `at`.
bool query_lex_has(const query_lexer *lexer, size_t at, const char *name);
// The code point at `at`; 0 at the end.
uint32_t query_lex_code(const query_lexer *lexer, size_t at);
// Bytes of the colon at `at`, ASCII or full-width; 0: there is none.
size_t query_lex_colon(const query_lexer *lexer, size_t at);
// From the opening mark, a token at lexer->at: replaces *out by what is between the marks, escapes resolved, and moves
// after the second one. *out_ended is false when there is none. GDX_NO_MEMORY.
gdx_status query_lex_quotation(query_lexer *lexer, query_token mark, gdx_buffer *out, bool *out_ended) GDX_MUST_CHECK;

#endif
