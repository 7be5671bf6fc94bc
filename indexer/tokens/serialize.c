// SPDX-License-Identifier: Apache-2.0
// serialize.c: a segment's own table as bytes, and back, checked.
// Relies on table.h, on zstd. Bytes from outside: every number is held to a limit before it is used.
//
// The bytes are one zstd frame with its content size. Inside: bits of the classes' codes, then how many own tokens
// there are, their texts in byte order, each as the bytes that it shares with the one before and the rest, and then the
// class of every token, of a built-in one as the distance from the class that it has there.
#include "table.h"

#include <stdlib.h>
#include <zstd.h>

enum {
    ZSTD_LEVEL = 3,
    PLAIN_BYTES_MAX = TOKEN_CLASSES + GDX_VARINT_BYTES + TOKEN_OWN_MAX * (2 + TOKEN_BYTES_MAX) + TOKEN_RANKS_MAX
};

// ---- Writing ----

static gdx_status put_own(const token_choice *choice, gdx_buffer *plain) {
    gdx_slice before = {NULL, 0};
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < choice->own_count && status == GDX_OK; i++) {
        gdx_slice text = choice->own[i];
        size_t shared = 0;
        while (shared < before.bytes && shared < text.bytes && before.data[shared] == text.data[shared])
            shared++;
        const uint8_t head[2] = {(uint8_t)shared, (uint8_t)(text.bytes - shared)};
        status = gdx_buffer_append(plain, head, sizeof head);
        if (status == GDX_OK)
            status = gdx_buffer_append(plain, text.data + shared, text.bytes - shared);
        before = text;
    }
    return status;
}

static gdx_status put_classes(const token_choice *choice, gdx_buffer *plain) {
    uint32_t count = token_builtin_count + choice->own_count;
    gdx_status status = gdx_buffer_reserve(plain, count);
    if (status != GDX_OK)
        return status;
    for (uint32_t i = 0; i < count; i++) {
        unsigned usual = i < token_builtin_count ? token_rank_class(i) : 0;
        plain->data[plain->bytes++] = (uint8_t)(choice->classes[i] - usual);
    }
    return GDX_OK;
}

static gdx_status compress(const gdx_buffer *plain, gdx_buffer *out) {
    size_t bound = ZSTD_compressBound(plain->bytes);
    if (gdx_buffer_reserve(out, bound) != GDX_OK)
        return GDX_NO_MEMORY;
    size_t bytes = ZSTD_compress(out->data + out->bytes, bound, plain->data, plain->bytes, ZSTD_LEVEL);
    if (ZSTD_isError(bytes))
        return GDX_NO_MEMORY; // it has room and valid parameters
    out->bytes += bytes;
    return GDX_OK;
}

gdx_status token_choice_write(const token_choice *choice, gdx_buffer *out) {
    gdx_buffer plain = {0};
    uint8_t number[GDX_VARINT_BYTES];
    gdx_status status = gdx_buffer_append(&plain, choice->bits, TOKEN_CLASSES);
    if (status == GDX_OK)
        status = gdx_buffer_append(&plain, number, gdx_varint_write(number, choice->own_count));
    if (status == GDX_OK)
        status = put_own(choice, &plain);
    if (status == GDX_OK)
        status = put_classes(choice, &plain);
    if (status == GDX_OK)
        status = compress(&plain, out);
    gdx_buffer_clear(&plain);
    return status;
}

// ---- Reading ----

typedef struct reader {
    const uint8_t *at;
    const uint8_t *end;
    gdx_token_table *table;
    gdx_buffer text; // of own tokens
} reader;

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail_memory(err, "a table of tokens");
}

static gdx_status decompress(gdx_slice serialized, gdx_buffer *plain, gdx_error *err) {
    unsigned long long bytes = ZSTD_getFrameContentSize(serialized.data, serialized.bytes);
    if (serialized.bytes > GDX_TOKEN_SERIALIZED_BYTES || bytes == ZSTD_CONTENTSIZE_ERROR ||
        bytes == ZSTD_CONTENTSIZE_UNKNOWN || bytes > PLAIN_BYTES_MAX)
        return gdx_fail(err, GDX_CORRUPT, "a table of tokens is no frame of at most %d bytes", PLAIN_BYTES_MAX);
    if (gdx_buffer_reserve(plain, bytes + 1) != GDX_OK)
        return no_memory(err);
    size_t got = ZSTD_decompress(plain->data, bytes, serialized.data, serialized.bytes);
    if (ZSTD_isError(got) || got != bytes)
        return gdx_fail(err, GDX_CORRUPT, "a table of tokens does not decompress to its %llu bytes", bytes);
    plain->bytes = got;
    return GDX_OK;
}

static gdx_status take_own_text(reader *from, uint32_t number, gdx_slice *before, gdx_error *err) {
    size_t left = (size_t)(from->end - from->at);
    size_t shared = left > 1 ? from->at[0] : SIZE_MAX;
    size_t rest = left > 1 ? from->at[1] : 0;
    if (shared > before->bytes || rest == 0 || rest > left - 2 || shared + rest > TOKEN_BYTES_MAX)
        return gdx_fail(err, GDX_CORRUPT, "own token %u of a table of tokens does not fit", number);
    size_t begin = from->text.bytes;
    if (gdx_buffer_reserve(&from->text, TOKEN_BYTES_MAX) != GDX_OK)
        return no_memory(err);
    const char *previous = (const char *)from->text.data + begin - before->bytes;
    memcpy(from->text.data + begin, previous, shared);
    memcpy(from->text.data + begin + shared, from->at + 2, rest);
    from->text.bytes += shared + rest;
    from->at += 2 + rest;
    *before = (gdx_slice){(const char *)from->text.data + begin, shared + rest};
    if (!gdx_utf8_valid(*before) || from->text.bytes > TOKEN_OWN_BYTES_MAX)
        return gdx_fail(err, GDX_CORRUPT, "own token %u of a table of tokens is not UTF-8, or too much", number);
    from->table->own_by_token[number] = (token_builtin_bytes + (uint32_t)begin) | (uint32_t)before->bytes
                                                                                      << TOKEN_LENGTH_SHIFT;
    return GDX_OK;
}

static gdx_status take_own(reader *from, gdx_error *err) {
    gdx_token_table *table = from->table;
    uint64_t count;
    if (!gdx_varint_read(&from->at, from->end, &count) || count > TOKEN_OWN_MAX)
        return gdx_fail(err, GDX_CORRUPT, "a table of tokens has more than %d own tokens", TOKEN_OWN_MAX);
    table->own_by_token = calloc(count + 1, sizeof *table->own_by_token);
    if (!table->own_by_token)
        return no_memory(err);
    gdx_slice before = {NULL, 0};
    for (uint32_t i = 0; i < count; i++) {
        gdx_status status = take_own_text(from, i, &before, err);
        if (status != GDX_OK)
            return status;
    }
    if (gdx_buffer_reserve(&from->text, TOKEN_BYTES_MAX) != GDX_OK)
        return no_memory(err);
    memset(from->text.data + from->text.bytes, 0, TOKEN_BYTES_MAX);
    table->own_count = (uint32_t)count;
    table->own_bytes = (uint32_t)from->text.bytes;
    return GDX_OK;
}

static gdx_status take_prefixes(reader *from, gdx_error *err) {
    gdx_token_table *table = from->table;
    token_prefixes prefixes = {0};
    if (from->end - from->at < TOKEN_CLASSES)
        return gdx_fail(err, GDX_CORRUPT, "a table of tokens is cut short");
    memcpy(prefixes.bits, from->at, TOKEN_CLASSES);
    memcpy(table->classes, from->at, TOKEN_CLASSES);
    from->at += TOKEN_CLASSES;
    if (!token_prefixes_assign(&prefixes))
        return gdx_fail(err, GDX_CORRUPT, "the prefixes of a table of tokens are no code");
    for (unsigned class = 0; class < TOKEN_CLASSES; class ++)
        if (prefixes.bits[class] > 0)
            table->entry_count = token_class_first(class) + (1u << token_class_bits(class)) + 1;
    if (table->entry_count == 0 || table->entry_count > TOKEN_RANKS_MAX + 1)
        return gdx_fail(err, GDX_CORRUPT, "a table of tokens has %u ranks", table->entry_count);
    token_prefixes_spread(&prefixes, table->entry_count - 1, table->prefixes);
    table->owned_entries = calloc(table->entry_count, sizeof *table->owned_entries);
    table->entries = table->owned_entries;
    return table->owned_entries ? GDX_OK : no_memory(err);
}

// Tokens of a class have its ranks in their own order.
static gdx_status take_classes(reader *from, gdx_error *err) {
    gdx_token_table *table = from->table;
    uint32_t count = token_count(table);
    if ((size_t)(from->end - from->at) != count)
        return gdx_fail(err, GDX_CORRUPT, "a table of %u tokens has classes for %zu", count,
                        (size_t)(from->end - from->at));
    uint32_t used[TOKEN_CLASSES] = {0};
    table->class_by_token = malloc((size_t)count + 1);
    if (!table->class_by_token)
        return no_memory(err);
    for (uint32_t i = 0; i < count; i++) {
        unsigned usual = i < token_builtin_count ? token_rank_class(i) : 0;
        unsigned class = (uint8_t)(from->at[i] + usual);
        if (class >= TOKEN_CLASSES || table->classes[class] == 0 || used[class] >> token_class_bits(class))
            return gdx_fail(err, GDX_CORRUPT, "token %u of a table has class %u, which has no room for it", i, class);
        table->class_by_token[i] = (uint8_t) class;
        table->owned_entries[token_class_first(class) + used[class]++] = token_entry(table, i);
    }
    return GDX_OK;
}

// What is inside the frame, into an empty table.
static gdx_status take_table(gdx_slice plain, gdx_token_table *table, gdx_error *err) {
    reader from = {(const uint8_t *)plain.data, (const uint8_t *)plain.data + plain.bytes, table, {0}};
    gdx_status status = take_prefixes(&from, err);
    if (status == GDX_OK)
        status = take_own(&from, err);
    if (status == GDX_OK)
        status = take_classes(&from, err);
    table->owned_text = (char *)from.text.data;
    table->own_text = table->owned_text;
    return status;
}

gdx_status gdx_token_table_read(gdx_slice serialized, gdx_token_table **out, gdx_error *err) {
    gdx_buffer plain = {0};
    GDX_AUTO(gdx_token_table) table = calloc(1, sizeof *table);
    if (!table)
        return no_memory(err);
    gdx_status status = decompress(serialized, &plain, err);
    if (status == GDX_OK)
        status = take_table(gdx_buffer_slice(&plain), table, err);
    gdx_buffer_clear(&plain);
    if (status == GDX_OK)
        *out = GDX_TAKE(table);
    return status;
}
