// SPDX-License-Identifier: Apache-2.0
// words.c: see words.h.

#include "words.h"

#include "gdx/utf8.h"

#include <stdlib.h>

static void drop_words(struct words *words) {
    for (size_t i = 0; i < words->count; i++)
        free(words->words[i].text);
    words->count = 0;
}

void words_clear(struct words *words) {
    drop_words(words);
    free(words->words);
    words->words = NULL;
    words->capacity = 0;
}

static gdx_status refuse(const struct words *words, const char *what, gdx_error *err) {
    return gdx_fail_at(err, GDX_INVALID, words->where, "line %u, column %u: %s", words->line, words->column, what);
}

static char peek(const struct words *words) {
    return words->rest.bytes ? *words->rest.data : '\n';
}

static void step(struct words *words) {
    bool is_newline = *words->rest.data == '\n';
    words->rest.data++, words->rest.bytes--;
    if (is_newline)
        words->line++, words->column = 1;
    else if (words->rest.bytes == 0 || ((unsigned char)*words->rest.data & 0xc0) != 0x80)
        words->column++;
}

// The bytes of a backslash, an optional carriage return and a newline; 0: the rest does not start so.
static size_t joint_bytes(const struct words *words) {
    gdx_slice rest = words->rest;
    if (rest.bytes >= 2 && memcmp(rest.data, "\\\n", 2) == 0)
        return 2;
    return rest.bytes >= 3 && memcmp(rest.data, "\\\r\n", 3) == 0 ? 3 : 0;
}

static void pass_blanks(struct words *words) {
    for (;;) {
        size_t joint = joint_bytes(words);
        for (size_t i = 0; i < joint; i++)
            step(words);
        char next = peek(words);
        if (words->rest.bytes && (next == ' ' || next == '\t' || next == '\r'))
            step(words);
        else if (!joint)
            break;
    }
    if (peek(words) == '#')
        while (peek(words) != '\n')
            step(words);
}

// One word into `to`, quotes left out.
static gdx_status read_word(struct words *words, gdx_buffer *to, gdx_error *err) {
    bool is_quoted = false;
    for (;; step(words)) {
        char next = peek(words);
        if (next == '\n' && is_quoted)
            return refuse(words, "the quote does not end on this line", err);
        if (!is_quoted && (next == '\n' || next == ' ' || next == '\t' || next == '\r' || joint_bytes(words)))
            return gdx_buffer_append(to, "", 1) == GDX_OK ? GDX_OK : gdx_fail_memory(err, "a word");
        if (((unsigned char)next < ' ' && next != '\t') || next == 0x7f)
            return refuse(words, "a control character", err);
        if (next == '"')
            is_quoted = !is_quoted;
        else if (gdx_buffer_append(to, &next, 1) != GDX_OK)
            return gdx_fail_memory(err, "a word");
    }
}

static gdx_status add_word(struct words *words, gdx_error *err) {
    if (gdx_grow(&words->words, &words->capacity, words->count + 1, sizeof *words->words) != GDX_OK)
        return gdx_fail_memory(err, "a word");
    struct word word = {NULL, words->line, words->column};
    gdx_buffer text = {0};
    gdx_status status = read_word(words, &text, err);
    word.text = (char *)text.data;
    if (status == GDX_OK && !gdx_utf8_valid(gdx_buffer_slice(&text)))
        status = gdx_fail_at(err, GDX_INVALID, words->where, "line %u, column %u: not UTF-8", word.line, word.column);
    if (status != GDX_OK)
        free(word.text);
    else
        words->words[words->count++] = word;
    return status;
}

gdx_status words_next_line(struct words *words, bool *has_line, gdx_error *err) {
    drop_words(words);
    while (words->rest.bytes) {
        pass_blanks(words);
        if (peek(words) != '\n') {
            gdx_status status = add_word(words, err);
            if (status != GDX_OK)
                return status;
            continue;
        }
        if (words->rest.bytes)
            step(words);
        if (words->count)
            break;
    }
    *has_line = words->count > 0;
    return GDX_OK;
}
