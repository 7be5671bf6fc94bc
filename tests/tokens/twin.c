// SPDX-License-Identifier: Apache-2.0
// twin.c: see twin.h.
#include "twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

#include <cmocka.h>

static unsigned class_of(uint32_t rank) { // 0, 1, then two for each length in bits
    unsigned length = 0;
    while (rank >> length > 1)
        length++;
    return rank < 2 ? rank : 2 * length + (rank >> (length - 1) & 1);
}

static uint32_t class_size(unsigned class) {
    return class < 4 ? 1 : 1u << (class / 2 - 1);
}

static void assign_codes(twin *reader) {
    unsigned next = 0;
    for (unsigned bits = 1; bits <= 10; bits++, next <<= 1)
        for (unsigned class = 0; class < TWIN_CLASSES; class ++)
            if (reader->bits[class] == bits)
                reader->codes[class] = next++;
}

static void end_token(twin *reader) {
    uint32_t begin = reader->count > 0 ? reader->ends[reader->count - 1] : 0;
    reader->begins[reader->count] = begin;
    reader->ends[reader->count++] = (uint32_t)reader->text.bytes;
}

static void add_code_point(twin *reader, uint32_t code_point) {
    uint8_t bytes[GDX_UTF8_BYTES];
    assert_int_equal(gdx_buffer_append(&reader->text, bytes, gdx_utf8_encode(bytes, code_point)), GDX_OK);
}

static void add_line(twin *reader, const char *line) {
    for (; *line != '\n'; line++) {
        if (*line != '\\') {
            assert_int_equal(gdx_buffer_append(&reader->text, line, 1), GDX_OK);
            continue;
        }
        line++;
        char digits[5] = "";
        if (*line == 'u') {
            memcpy(digits, line + 1, 4);
            line += 4;
        }
        add_code_point(reader, digits[0]      ? (uint32_t)strtoul(digits, NULL, 16)
                               : *line == 'n' ? '\n'
                               : *line == 't' ? '\t'
                                              : '\\');
    }
    end_token(reader);
}

twin *twin_builtin(void) {
    twin *reader = calloc(1, sizeof *reader);
    FILE *file = fopen(GDX_SOURCE_ROOT "/indexer/tokens/data/tokens-1.txt", "r");
    char line[1024];
    assert_true(reader && file && fgets(line, sizeof line, file) && fgets(line, sizeof line, file));
    char *at = line + strlen("prefixes");
    for (unsigned i = 0; i < TWIN_CLASSES; i++)
        reader->bits[i] = (unsigned)strtoul(at, &at, 10);
    while (fgets(line, sizeof line, file))
        add_line(reader, line);
    fclose(file);
    reader->builtin_count = reader->count;
    for (uint32_t i = 0; i < TWIN_TOKENS; i++)
        reader->by_rank[i] = i < reader->count ? i : UINT32_MAX;
    assign_codes(reader);
    return reader;
}

static const uint8_t *add_own(twin *reader, const uint8_t *at, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        uint8_t shared = at[0], rest = at[1];
        uint32_t before = i == 0 ? 0 : reader->begins[reader->count - 1];
        char start[256];
        memcpy(start, reader->text.data + before, shared);
        assert_int_equal(gdx_buffer_append(&reader->text, start, shared), GDX_OK);
        assert_int_equal(gdx_buffer_append(&reader->text, at + 2, rest), GDX_OK);
        end_token(reader);
        at += 2 + rest;
    }
    return at;
}

twin *twin_own(gdx_slice serialized) {
    twin *reader = twin_builtin();
    size_t bytes = (size_t)ZSTD_getFrameContentSize(serialized.data, serialized.bytes);
    assert_true(bytes < 1 << 24);
    uint8_t *plain = malloc(bytes);
    assert_int_equal(ZSTD_decompress(plain, bytes, serialized.data, serialized.bytes), bytes);
    const uint8_t *at = plain;
    for (unsigned i = 0; i < TWIN_CLASSES; i++)
        reader->bits[i] = *at++;
    uint64_t own = 0;
    assert_true(gdx_varint_read(&at, plain + bytes, &own));
    at = add_own(reader, at, own);
    assert_int_equal(plain + bytes - at, reader->count);
    uint32_t next[TWIN_CLASSES];
    for (uint32_t rank = TWIN_TOKENS; rank-- > 0;) { // the first rank of each class
        next[class_of(rank)] = rank;
        reader->by_rank[rank] = UINT32_MAX;
    }
    uint32_t first[TWIN_CLASSES];
    memcpy(first, next, sizeof first);
    for (uint32_t i = 0; i < reader->count; i++) {
        unsigned class = (uint8_t)(at[i] + (i < reader->builtin_count ? class_of(i) : 0));
        assert_true(class < TWIN_CLASSES && next[class] - first[class] < class_size(class));
        reader->by_rank[next[class]++] = i;
    }
    free(plain);
    assign_codes(reader);
    return reader;
}

void twin_free(twin *reader) {
    gdx_buffer_clear(&reader->text);
    free(reader);
}

// ---- Reading ----

typedef struct bit_reader {
    const uint8_t *bytes;
    size_t at;
    size_t count;
} bit_reader;

static bool take(bit_reader *from, unsigned count, uint32_t *out) { // lowest first
    *out = 0;
    if (from->count - from->at < count)
        return false;
    for (unsigned i = 0; i < count; i++, from->at++)
        *out |= (uint32_t)(from->bytes[from->at / 8] >> from->at % 8 & 1) << i;
    return true;
}

// The class whose code is next; TWIN_CLASSES for the escape; -1 when there is none.
static int take_class(const twin *reader, bit_reader *from) {
    unsigned code = 0;
    size_t begin = from->at;
    for (unsigned length = 1; length <= 10; length++) {
        uint32_t bit;
        if (!take(from, 1, &bit))
            break;
        code = code << 1 | bit;
        if (length == 8 && code == 0xff)
            return TWIN_CLASSES;
        for (unsigned class = 0; class < TWIN_CLASSES; class ++)
            if (reader->bits[class] == length && reader->codes[class] == code)
                return (int)class;
    }
    from->at = begin;
    return -1;
}

static bool take_rest(bit_reader *from) { // what fills up the last byte
    uint32_t rest = 0;
    unsigned left = (unsigned)(from->count - from->at);
    return left < 8 && take(from, left, &rest) && rest == (1u << left) - 1;
}

static bool take_literal(bit_reader *from, gdx_buffer *out) {
    uint32_t code_point;
    uint8_t utf8[GDX_UTF8_BYTES];
    if (!take(from, 21, &code_point) || code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))
        return false;
    return gdx_buffer_append(out, utf8, gdx_utf8_encode(utf8, code_point)) == GDX_OK;
}

bool twin_decode(const twin *reader, gdx_slice coded, gdx_buffer *out) {
    const uint8_t *bytes = (const uint8_t *)coded.data;
    if (coded.bytes == 0)
        return true;
    bool is_escaped = bytes[0] == 0xff && coded.bytes > 1 && bytes[1] == 0xff;
    if (bytes[0] == 0xff && !is_escaped)
        return gdx_utf8_valid((gdx_slice){coded.data + 1, coded.bytes - 1}) &&
               gdx_buffer_append(out, bytes + 1, coded.bytes - 1) == GDX_OK;
    bit_reader from = {bytes, is_escaped ? 8 : 0, coded.bytes * 8};
    for (;;) {
        int class = take_class(reader, &from);
        uint32_t rest;
        if (class < 0)
            return take_rest(&from);
        if (class == TWIN_CLASSES) {
            if (!take_literal(&from, out))
                return false;
            continue;
        }
        unsigned more = class < 4 ? 0 : (unsigned)class / 2 - 1;
        if (!take(&from, more, &rest))
            return false;
        uint32_t first = class < 4 ? (uint32_t) class : (2u + (class & 1)) << more;
        uint32_t token = reader->by_rank[first + rest];
        if (token == UINT32_MAX || gdx_buffer_append(out, reader->text.data + reader->begins[token],
                                                     reader->ends[token] - reader->begins[token]) != GDX_OK)
            return false;
    }
}

uint64_t twin_checksum(const twin *reader) {
    gdx_buffer summed = {0};
    for (unsigned i = 0; i < TWIN_CLASSES; i++) {
        uint8_t bits = (uint8_t)reader->bits[i];
        assert_int_equal(gdx_buffer_append(&summed, &bits, 1), GDX_OK);
    }
    for (uint32_t i = 0; i < reader->builtin_count; i++) {
        assert_int_equal(
            gdx_buffer_append(&summed, reader->text.data + reader->begins[i], reader->ends[i] - reader->begins[i]),
            GDX_OK);
        assert_int_equal(gdx_buffer_append(&summed, "", 1), GDX_OK);
    }
    uint64_t sum = gdx_checksum(summed.data, summed.bytes);
    gdx_buffer_clear(&summed);
    return sum;
}
