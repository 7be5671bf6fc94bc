// SPDX-License-Identifier: Apache-2.0
// emit.h: folded characters -> symbols and words. Relies on tables.h. Room is made before, not here: the hot
// loop calls this for every character.
#ifndef GDX_TEXT_EMIT_H
#define GDX_TEXT_EMIT_H

#include "gdx/utf8.h"

#include "tables.h"

// Room for `count` more characters of any kind. GDX_NO_MEMORY.
gdx_status text_make_room(gdx_symbols *symbols, size_t count, bool with_spans) GDX_MUST_CHECK;
void text_begin(gdx_symbols *symbols); // drops the contents, keeps the memory

static inline void text_add_symbol(gdx_symbols *out, uint32_t symbol, gdx_span span, bool with_spans) {
    if (with_spans)
        out->spans[out->count] = span;
    out->symbols[out->count++] = symbol;
}

static inline void text_begin_word(gdx_symbols *out, gdx_span span, bool with_spans) {
    out->words[out->word_count] = (gdx_word){(uint32_t)out->count, (uint32_t)out->word_text.bytes, 0};
    text_add_symbol(out, GDX_WORD_FLAG | (uint32_t)out->word_count++, span, with_spans);
}

// By `bytes` already written after word_text, which came from the text up to `span_end`.
static inline void text_lengthen_word(gdx_symbols *out, size_t bytes, uint32_t span_end, bool with_spans) {
    out->word_text.bytes += bytes;
    out->words[out->word_count - 1].bytes += (uint32_t)bytes;
    if (with_spans)
        out->spans[out->count - 1].end = span_end;
}

// One folded character that came from the bytes of `span`.
static inline void text_emit(gdx_symbols *out, uint32_t code_point, text_kind kind, bool *in_word, gdx_span span,
                             bool with_spans) {
    if (kind == TEXT_SINGLE)
        text_add_symbol(out, code_point, span, with_spans);
    if (kind == TEXT_WORD) {
        if (!*in_word)
            text_begin_word(out, span, with_spans);
        size_t bytes = gdx_utf8_encode(out->word_text.data + out->word_text.bytes, code_point);
        text_lengthen_word(out, bytes, span.end, with_spans);
    }
    *in_word = kind == TEXT_WORD;
}

#endif
