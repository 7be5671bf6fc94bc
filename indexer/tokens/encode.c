// SPDX-License-Identifier: Apache-2.0
// encode.c: from the text of a group to its code.
// Relies on matcher.h. The trie of the built-in tokens is part of the program; for a segment's own table it is copied,
// and the own tokens put in.
#include "encode.h"

#include <stdlib.h>

enum { LITERAL_CODE_BITS = TOKEN_ESCAPE_BITS + TOKEN_LITERAL_BITS };
_Static_assert(LITERAL_CODE_BITS <= 32, "a byte of text takes at most four of code");

struct gdx_token_encoder { // one owner
    const token_matcher *matcher;
    token_matcher own; // of an own table
    const gdx_token_table *table;
    uint32_t *ranks; // of an own table, by token
    token_prefixes prefixes;
    token_spelling spelling;
};

// Texts lie in the order of the tokens, so that where one begins says which it is.
static uint32_t token_at(const gdx_token_table *table, uint32_t entry) {
    const uint32_t mask = (1u << TOKEN_LENGTH_SHIFT) - 1;
    uint32_t low = 0, high = token_count(table); // the last one that begins at `entry` or before
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if ((token_entry(table, middle) & mask) <= (entry & mask))
            low = middle;
        else
            high = middle;
    }
    return low;
}

static gdx_status make_own(gdx_token_encoder *encoder) {
    const gdx_token_table *table = encoder->table;
    uint32_t count = token_count(table);
    encoder->ranks = malloc(count * sizeof *encoder->ranks);
    gdx_status status = encoder->ranks ? matcher_init(&encoder->own, &token_builtin_matcher) : GDX_NO_MEMORY;
    for (uint32_t rank = 0; rank < table->entry_count && status == GDX_OK; rank++) {
        if (table->entries[rank] == 0)
            continue;
        encoder->ranks[token_at(table, table->entries[rank])] = rank;
    }
    bool is_added;
    for (uint32_t i = token_builtin_count; i < count && status == GDX_OK; i++)
        status = matcher_put(&encoder->own, NULL, token_text(table, i), i, &is_added);
    encoder->matcher = &encoder->own;
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
        (void)fits; // a table has been checked when it was made
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
    free(encoder->ranks);
    spelling_clear(&encoder->spelling);
    free(encoder);
}

typedef struct bit_writer {
    uint8_t *to; // eight bytes beyond are writable
    uint64_t window;
    unsigned bits; // in the window, less than eight between codes
} bit_writer;

static inline void put(bit_writer *writer, uint64_t code, unsigned bits) {
    writer->window |= code << writer->bits;
    writer->bits += bits;
    gdx_store_u64(writer->to, writer->window);
    writer->to += writer->bits >> 3;
    writer->window >>= writer->bits & ~7u;
    writer->bits &= 7;
}

// The codes of the spelling, with the ones that fill up the last byte.
static uint8_t *write_codes(const gdx_token_encoder *encoder, const token_spelling *spelling, uint8_t *to) {
    const uint32_t *literal = spelling->literals;
    bit_writer writer = {to, 0, 0};
    for (size_t i = 0; i < spelling->count; i++) {
        uint32_t token = spelling->tokens[i];
        if (__builtin_expect(token == MATCHER_NONE, 0)) {
            put(&writer, TOKEN_ESCAPE | (uint64_t)*literal++ << TOKEN_ESCAPE_BITS, LITERAL_CODE_BITS);
            continue;
        }
        uint32_t rank = encoder->ranks ? encoder->ranks[token] : token;
        unsigned class = token_rank_class(rank);
        unsigned more = token_class_bits(class), bits = encoder->prefixes.bits[class];
        put(&writer, encoder->prefixes.codes[class] | (uint64_t)(rank & ((1u << more) - 1)) << bits, bits + more);
    }
    if (writer.bits > 0)
        put(&writer, 0xffu >> writer.bits, 8 - writer.bits);
    return writer.to;
}

// The group's code to `to`, where the longest code of each byte fits, and eight bytes beyond.
static size_t write_group(const gdx_token_encoder *encoder, gdx_slice text, uint8_t *to) {
    const token_spelling *spelling = &encoder->spelling;
    bool starts_with_escape = spelling->tokens[0] == MATCHER_NONE;
    to[0] = TOKEN_ESCAPE;
    size_t bytes = (size_t)(write_codes(encoder, spelling, to + starts_with_escape) - to);
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
