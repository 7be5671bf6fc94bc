// SPDX-License-Identifier: Apache-2.0
// encode.c: from the text of a group to its code.
// Relies on matcher.h. The trie of the built-in tokens is part of the program; for a segment's own table it is copied,
// and the own tokens put in.
#include "encode.h"

#include <assert.h>
#include <stdlib.h>

#define INLINE static inline __attribute__((always_inline))

enum { LITERAL_CODE_BITS = TOKEN_ESCAPE_BITS + TOKEN_LITERAL_BITS };
_Static_assert(LITERAL_CODE_BITS <= 32, "a byte of text takes at most four of code");

struct gdx_token_encoder {        // one owner
    const token_matcher *matcher; // gives ranks, which are the built-in tokens' own numbers
    token_matcher own;            // of an own table
    const gdx_token_table *table;
    token_prefixes prefixes;
    token_spelling spelling;
};

// A trie that gives the ranks of an own table.
static gdx_status make_own(gdx_token_encoder *encoder) {
    const gdx_token_table *table = encoder->table;
    uint32_t count = token_count(table), used[TOKEN_CLASSES] = {0};
    uint32_t *ranks = malloc(count * sizeof *ranks);
    gdx_status status = ranks ? matcher_init(&encoder->own, &token_builtin_matcher) : GDX_NO_MEMORY;
    bool is_added;
    for (uint32_t i = token_builtin_count; i < count && status == GDX_OK; i++)
        status = matcher_put(&encoder->own, NULL, token_text(table, i), i, &is_added);
    if (status == GDX_OK) {
        for (uint32_t i = 0; i < count; i++)
            ranks[i] = token_class_first(table->class_by_token[i]) + used[table->class_by_token[i]]++;
        matcher_renumber(&encoder->own, ranks);
        encoder->matcher = &encoder->own;
    }
    free(ranks);
    return status;
}

gdx_status gdx_token_encoder_new(const gdx_token_table *table, gdx_token_encoder **out, gdx_error *err) {
    GDX_AUTO(gdx_token_encoder) encoder = calloc(1, sizeof *encoder);
    gdx_status status = encoder ? GDX_OK : GDX_NO_MEMORY;
    if (status == GDX_OK) {
        encoder->table = table;
        encoder->matcher = &token_builtin_matcher;
        memcpy(encoder->prefixes.bits, table->classes, sizeof table->classes);
        bool fits = token_prefixes_assign(&encoder->prefixes);
        assert(fits); // a table is checked when it is made
        if (table->own_by_token)
            status = make_own(encoder);
    }
    if (status != GDX_OK)
        return gdx_fail_memory(err, "finding the tokens of text");
    *out = GDX_TAKE(encoder);
    return GDX_OK;
}

void gdx_token_encoder_free(gdx_token_encoder *encoder) {
    if (!encoder)
        return;
    matcher_clear(&encoder->own);
    spelling_clear(&encoder->spelling);
    free(encoder);
}

typedef struct bit_writer {
    uint8_t *to; // eight bytes beyond are writable
    uint64_t window;
    unsigned bits; // in the window, less than eight between codes
} bit_writer;

INLINE void put(bit_writer *writer, uint64_t code, unsigned bits) {
    writer->window |= code << writer->bits;
    writer->bits += bits;
    gdx_store_u64(writer->to, writer->window);
    writer->to += writer->bits >> 3;
    writer->window >>= writer->bits & ~7u;
    writer->bits &= 7;
}

// The codes of the spelling, with the ones that fill up the last byte.
INLINE uint8_t *write_codes(const gdx_token_encoder *encoder, const token_spelling *spelling, uint8_t *to) {
    const uint32_t *literal = spelling->literals;
    bit_writer writer = {to, 0, 0};
    for (size_t i = 0; i < spelling->count; i++) {
        uint32_t rank = spelling->tokens[i];
        if (__builtin_expect(rank == MATCHER_NONE, 0)) {
            put(&writer, TOKEN_ESCAPE | (uint64_t)*literal++ << TOKEN_ESCAPE_BITS, LITERAL_CODE_BITS);
            continue;
        }
        unsigned class = token_rank_class(rank);
        unsigned more = token_class_bits(class), bits = encoder->prefixes.bits[class];
        put(&writer, encoder->prefixes.codes[class] | (uint64_t)(rank & ((1u << more) - 1)) << bits, bits + more);
    }
    if (writer.bits > 0)
        put(&writer, 0xffu >> writer.bits, 8 - writer.bits);
    return writer.to;
}

static uint8_t *write_plain(const gdx_token_encoder *encoder, const token_spelling *spelling, uint8_t *to) {
    return write_codes(encoder, spelling, to);
}

GDX_TARGET_V3 static uint8_t *write_v3(const gdx_token_encoder *encoder, const token_spelling *spelling, uint8_t *to) {
    return write_codes(encoder, spelling, to);
}

// The group's code to `to`, where the longest code of each byte fits, and eight bytes beyond.
static size_t write_group(const gdx_token_encoder *encoder, gdx_slice text, uint8_t *to) {
    const token_spelling *spelling = &encoder->spelling;
    bool starts_with_escape = spelling->tokens[0] == MATCHER_NONE;
    to[0] = TOKEN_ESCAPE;
    bool is_v3 = gdx_processor_level() >= GDX_PROCESSOR_V3;
    uint8_t *end = (is_v3 ? write_v3 : write_plain)(encoder, spelling, to + starts_with_escape);
    size_t bytes = (size_t)(end - to);
    if (bytes <= text.bytes && (starts_with_escape || to[0] != TOKEN_ESCAPE))
        return bytes;
    to[0] = TOKEN_ESCAPE;
    memcpy(to + 1, text.data, text.bytes);
    return text.bytes + 1;
}

gdx_status gdx_token_encode(gdx_token_encoder *encoder, gdx_slice text, gdx_buffer *out, gdx_error *err) {
    if (text.bytes > GDX_TOKEN_GROUP_BYTES)
        return gdx_fail(err, GDX_TOO_LARGE, "a group of %zu bytes, at most %d are allowed", text.bytes,
                        GDX_TOKEN_GROUP_BYTES);
    if (!gdx_utf8_valid(text))
        return gdx_fail(err, GDX_INVALID, "a group of %zu bytes is not UTF-8", text.bytes);
    if (text.bytes == 0)
        return GDX_OK;
    gdx_status status = gdx_buffer_reserve(out, text.bytes * 4 + 1 + sizeof(uint64_t));
    if (status == GDX_OK)
        status = matcher_spell(encoder->matcher, text, &encoder->spelling);
    if (status != GDX_OK)
        return gdx_fail_memory(err, "a group of token text");
    out->bytes += write_group(encoder, text, out->data + out->bytes);
    return GDX_OK;
}
