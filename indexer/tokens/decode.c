// SPDX-License-Identifier: Apache-2.0
// decode.c: from the code of a group to its text.
// Relies on table.h. A group is a run of codes, lowest bits first, its last byte filled up with ones. Eight ones are
// the escape: a code point follows, or, with fewer than eight bits left, the end. A group whose first byte is the
// escape is not coded: the text stands as it is after it; unless the second byte, which no text begins with, is the
// escape again: then codes, the first of them an escape, begin there.
//
// The loop reads eight bytes at a time, so the last bytes of a group are copied behind others that are all ones.
#include "table.h"

#define INLINE static inline __attribute__((always_inline))

enum {
    SLACK = TOKEN_BYTES_MAX + TOKEN_SPREAD, // what a token may write beyond its own end
    TAIL_BYTES = 16,                        // copied: more than one code reaches over
    EXPANDED = TOKEN_BYTES_MAX * 8 / TOKEN_PREFIX_MIN
};
_Static_assert((int)EXPANDED <= (int)GDX_TOKEN_EXPANSION,
               "no token code may be too short for the text that it stands for");

typedef struct state { // one call's own
    const gdx_token_table *table;
    const uint8_t *bytes; // readable up to eight bytes beyond `bit_end`
    size_t bit;
    size_t bit_end; // a code begins before this
    uint8_t *to;
} state;

INLINE uint32_t rank_at(const gdx_token_table *table, uint64_t window, unsigned *bits) {
    uint32_t prefix = table->prefixes[window & (TOKEN_PREFIXES - 1)];
    unsigned prefix_bits = prefix & 15;
    unsigned more = prefix >> 4 & 31;
    *bits = prefix_bits + more;
    return (prefix >> 9) + (uint32_t)(window >> prefix_bits & ((1u << more) - 1));
}

INLINE uint32_t entry_at(const gdx_token_table *table, uint64_t window, unsigned *bits) {
    return table->entries[rank_at(table, window, bits)];
}

INLINE void spell(const gdx_token_table *table, uint32_t entry, uint8_t **to) {
    const char *text = token_entry_text(table, entry);
    uint32_t bytes = entry >> TOKEN_LENGTH_SHIFT;
    memcpy(*to, text, TOKEN_SPREAD);
    if (__builtin_expect(bytes > TOKEN_SPREAD, 0))
        memcpy(*to + TOKEN_SPREAD, text + TOKEN_SPREAD, TOKEN_BYTES_MAX - TOKEN_SPREAD);
    *to += bytes;
}

// Tokens up to the first code that is none, or the end.
INLINE void run_tokens(state *at) {
    const gdx_token_table *table = at->table;
    const uint8_t *bytes = at->bytes;
    size_t bit = at->bit, end = at->bit_end;
    uint8_t *to = at->to;
    while (bit < end) {
        uint64_t window = gdx_load_u64(bytes + (bit >> 3)) >> (bit & 7);
        unsigned bits;
        uint32_t entry = entry_at(table, window, &bits);
        if (entry == 0)
            break;
        spell(table, entry, &to);
        bit += bits;
        if (bit >= end)
            break;
        entry = entry_at(table, window >> bits, &bits);
        if (entry == 0)
            break;
        spell(table, entry, &to);
        bit += bits;
    }
    at->bit = bit;
    at->to = to;
}

static void run_plain(state *at) {
    run_tokens(at);
}

GDX_TARGET_V3 static void run_v3(state *at) {
    run_tokens(at);
}

static void run(state *at) {
    (gdx_processor_level() >= GDX_PROCESSOR_V3 ? run_v3 : run_plain)(at);
}

// The code point after an escape. False when there is none: what is here is no code.
static bool literal(state *at) {
    uint64_t window = gdx_load_u64(at->bytes + (at->bit >> 3)) >> (at->bit & 7);
    uint32_t code_point = (uint32_t)(window >> TOKEN_ESCAPE_BITS) & ((1u << TOKEN_LITERAL_BITS) - 1);
    if ((window & TOKEN_ESCAPE) != TOKEN_ESCAPE || code_point >= GDX_CODE_POINTS || code_point >> 11 == 0xd800 >> 11)
        return false;
    at->to += gdx_utf8_encode(at->to, code_point);
    at->bit += TOKEN_ESCAPE_BITS + TOKEN_LITERAL_BITS;
    return true;
}

// Codes that begin before bit_end. True unless one of them is none.
static bool codes(state *at) {
    for (;;) {
        run(at);
        if (at->bit >= at->bit_end)
            return true;
        if (!literal(at))
            return false;
    }
}

// The text of a coded group to `to`; where it ends, or NULL.
static uint8_t *tokens(const gdx_token_table *table, const uint8_t *bytes, size_t count, uint8_t *to) {
    state at = {table, bytes, 0, 0, to};
    size_t safe = count > TAIL_BYTES ? count - TAIL_BYTES : 0;
    at.bit_end = safe * 8;
    if (!codes(&at))
        return NULL;
    uint8_t tail[TAIL_BYTES + 16];
    memcpy(tail, bytes + safe, count - safe);
    memset(tail + (count - safe), TOKEN_ESCAPE, 16);
    at.bit -= safe * 8;
    at.bytes = tail;
    size_t end = (count - safe) * 8;
    at.bit_end = end < 7 ? 0 : end - 7; // a code of at least eight bits more may begin before
    if (!codes(&at))
        return NULL;
    // Fewer than eight bits are left: codes that are shorter, and then ones.
    at.bit_end = end;
    run(&at);
    if (at.bit > end)
        return NULL;
    unsigned left = (unsigned)(end - at.bit);
    uint64_t window = gdx_load_u64(tail + (at.bit >> 3)) >> (at.bit & 7);
    return (~window & ((1u << left) - 1)) == 0 ? at.to : NULL;
}

// One group, which has a byte at least. The room for its text is reserved.
static uint8_t *group(const gdx_token_table *table, const uint8_t *bytes, size_t count, uint8_t *to) {
    if (bytes[0] != TOKEN_ESCAPE)
        return tokens(table, bytes, count, to);
    if (count > 1 && bytes[1] == TOKEN_ESCAPE)
        return tokens(table, bytes + 1, count - 1, to);
    if (!gdx_utf8_valid((gdx_slice){(const char *)bytes + 1, count - 1}))
        return NULL;
    memcpy(to, bytes + 1, count - 1);
    return to + (count - 1);
}

gdx_status gdx_token_decode(const gdx_token_table *table, gdx_slice coded, size_t limit_bytes, gdx_buffer *out,
                            gdx_error *err) {
    if (coded.bytes == 0)
        return GDX_OK;
    if (coded.bytes > GDX_TOKEN_CODED_BYTES)
        return gdx_fail(err, GDX_CORRUPT, "a group of token text has %zu bytes, at most %d are possible", coded.bytes,
                        GDX_TOKEN_CODED_BYTES);
    if (gdx_buffer_reserve(out, coded.bytes * EXPANDED + SLACK) != GDX_OK)
        return gdx_fail_memory(err, "stored text");
    uint8_t *to = out->data + out->bytes;
    uint8_t *end = group(table, (const uint8_t *)coded.data, coded.bytes, to);
    if (!end)
        return gdx_fail(err, GDX_CORRUPT, "a group of %zu bytes is not token text of its table", coded.bytes);
    if ((size_t)(end - to) > limit_bytes)
        return gdx_fail(err, GDX_CORRUPT, "a group of token text has %zu bytes of text, at most %zu are expected",
                        (size_t)(end - to), limit_bytes);
    out->bytes += (size_t)(end - to);
    return GDX_OK;
}

gdx_status gdx_token_decode_run(const gdx_token_table *table, gdx_slice coded, const uint32_t *ends, size_t count,
                                size_t limit_bytes, gdx_buffer *out, gdx_error *err) {
    size_t before = out->bytes;
    gdx_status status = GDX_OK;
    uint32_t begin = 0;
    for (size_t i = 0; i < count && status == GDX_OK; begin = ends[i++]) {
        if (ends[i] < begin || ends[i] > coded.bytes)
            status = gdx_fail(err, GDX_CORRUPT, "a group of token text ends at byte %u of %zu, it begins at %u",
                              ends[i], coded.bytes, begin);
        else
            status = gdx_token_decode(table, (gdx_slice){coded.data + begin, ends[i] - begin},
                                      limit_bytes - (out->bytes - before), out, err);
    }
    if (status != GDX_OK)
        out->bytes = before;
    return status;
}

void gdx_token_fetch(const gdx_token_table *table, gdx_slice coded) {
    enum { CODES = 128, LOADED = 8 }; // mostly a group has fewer
    uint32_t ranks[CODES];
    const uint8_t *bytes = (const uint8_t *)coded.data;
    size_t end = coded.bytes > LOADED ? (coded.bytes - LOADED) * 8 : 0;
    size_t count = 0;
    for (size_t bit = 0; bit < end && count < CODES;) {
        uint64_t window = gdx_load_u64(bytes + (bit >> 3)) >> (bit & 7);
        unsigned bits;
        uint32_t rank = rank_at(table, window, &bits);
        if (rank + 1 == table->entry_count)
            bits = TOKEN_ESCAPE_BITS + TOKEN_LITERAL_BITS;
        __builtin_prefetch(table->entries + rank);
        ranks[count++] = rank;
        bit += bits;
    }
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(token_entry_text(table, table->entries[ranks[i]]));
}
