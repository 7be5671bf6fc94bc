// SPDX-License-Identifier: Apache-2.0
// made_archive.c: see made_archive.h. Layouts: PKWARE's APPNOTE 6.3, unrar's technote of RAR 4 and RAR 5, Microsoft's
// [MS-CAB], LHA's header of level 0.

#include "made_archive.h"

#include <assert.h>
#include <stdlib.h>
#include <zlib.h>

static void put(gdx_buffer *out, const void *data, size_t bytes) {
    if (gdx_buffer_append(out, data, bytes) != GDX_OK)
        abort();
}

static void put_number(gdx_buffer *out, uint64_t number, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        put(out, &(uint8_t){(uint8_t)(i < 8 ? number >> (8 * i) : 0)}, 1);
}

static uint32_t sum_of(const void *data, size_t bytes) {
    return (uint32_t)crc32(0, data, (uInt)bytes);
}

// ---- zip

static void put_zip_fields(gdx_buffer *out, const struct made_entry *entry) {
    size_t bytes = strlen(entry->bytes);
    size_t extra = entry->utf8_name ? 9 + strlen(entry->utf8_name) : 0;
    put_number(out, 20, 2);
    put_number(out, entry->flags, 2);
    put_number(out, 0, 2); // stored
    put_number(out, 0x50210000, 4);
    put_number(out, sum_of(entry->bytes, bytes), 4);
    put_number(out, bytes, 4);
    put_number(out, bytes, 4);
    put_number(out, strlen(entry->name), 2);
    put_number(out, extra, 2);
}

static void put_zip_name(gdx_buffer *out, const struct made_entry *entry) {
    put(out, entry->name, strlen(entry->name));
    if (!entry->utf8_name)
        return;
    put_number(out, 0x7075, 2);
    put_number(out, 5 + strlen(entry->utf8_name), 2);
    put_number(out, 1, 1);
    put_number(out, sum_of(entry->name, strlen(entry->name)), 4);
    put(out, entry->utf8_name, strlen(entry->utf8_name));
}

void make_zip(gdx_buffer *out, const struct made_entry *entries, size_t count) {
    size_t offsets[64];
    assert(count <= 64);
    for (size_t i = 0; i < count; i++) {
        offsets[i] = out->bytes;
        put(out, "PK\3\4", 4);
        put_zip_fields(out, &entries[i]);
        put_zip_name(out, &entries[i]);
        put(out, entries[i].bytes, strlen(entries[i].bytes));
    }
    size_t directory = out->bytes;
    for (size_t i = 0; i < count; i++) {
        put(out, "PK\1\2\24\0", 6);
        put_zip_fields(out, &entries[i]);
        put_number(out, 0, 2 + 2 + 2 + 4); // comment, volume, attributes
        put_number(out, offsets[i], 4);
        put_zip_name(out, &entries[i]);
    }
    size_t directory_bytes = out->bytes - directory;
    put(out, "PK\5\6\0\0\0\0", 8);
    put_number(out, count, 2);
    put_number(out, count, 2);
    put_number(out, directory_bytes, 4);
    put_number(out, directory, 4);
    put_number(out, 0, 2);
}

// ---- rar 4

// Puts the header's sum before it.
static void put_rar_block(gdx_buffer *out, const gdx_buffer *block) {
    put_number(out, sum_of(block->data, block->bytes) & 0xffff, 2);
    put(out, block->data, block->bytes);
}

void make_rar(gdx_buffer *out, const struct made_entry *entries, size_t count) {
    put(out, "Rar!\x1a\7\0", 7);
    gdx_buffer block = {0};
    put(&block, "\x73\0\0\x0d\0\0\0\0\0\0\0", 11);
    put_rar_block(out, &block);
    for (size_t i = 0; i < count; i++) {
        size_t bytes = strlen(entries[i].bytes), name = strlen(entries[i].name);
        block.bytes = 0;
        put_number(&block, 0x74, 1);
        put_number(&block, 0x8000, 2);
        put_number(&block, 32 + name, 2);
        put_number(&block, bytes, 4);
        put_number(&block, bytes, 4);
        put_number(&block, 3, 1); // Unix
        put_number(&block, sum_of(entries[i].bytes, bytes), 4);
        put_number(&block, 0x50210000, 4);
        put_number(&block, 20, 1);
        put_number(&block, 0x30, 1); // stored
        put_number(&block, name, 2);
        put_number(&block, 0100644, 4);
        put(&block, entries[i].name, name);
        put_rar_block(out, &block);
        put(out, entries[i].bytes, bytes);
    }
    block.bytes = 0;
    put(&block, "\x7b\0\x40\7\0", 5);
    put_rar_block(out, &block);
    gdx_buffer_clear(&block);
}

// ---- rar 5

static void put_varint(gdx_buffer *out, uint64_t number) {
    for (; number > 127; number >>= 7)
        put_number(out, 128 | (number & 127), 1);
    put_number(out, number, 1);
}

// The header's length, and before it the sum of both.
static void put_rar5_block(gdx_buffer *out, const gdx_buffer *header) {
    gdx_buffer block = {0};
    put_varint(&block, header->bytes);
    put(&block, header->data, header->bytes);
    put_number(out, sum_of(block.data, block.bytes), 4);
    put(out, block.data, block.bytes);
    gdx_buffer_clear(&block);
}

void make_rar5(gdx_buffer *out, const struct made_entry *entries, size_t count) {
    put(out, "Rar!\x1a\7\1\0", 8);
    gdx_buffer header = {0};
    put(&header, "\1\0\0", 3);
    put_rar5_block(out, &header);
    for (size_t i = 0; i < count; i++) {
        size_t bytes = strlen(entries[i].bytes), name = strlen(entries[i].name);
        header.bytes = 0;
        put(&header, "\2\2", 2); // a file, with data
        put_varint(&header, bytes);
        put_varint(&header, 4); // with a sum
        put_varint(&header, bytes);
        put_varint(&header, 0100644);
        put_number(&header, sum_of(entries[i].bytes, bytes), 4);
        put_varint(&header, 0); // stored
        put_varint(&header, 1); // Unix
        put_varint(&header, name);
        put(&header, entries[i].name, name);
        put_rar5_block(out, &header);
        put(out, entries[i].bytes, bytes);
    }
    header.bytes = 0;
    put(&header, "\5\0\0", 3);
    put_rar5_block(out, &header);
    gdx_buffer_clear(&header);
}

// ---- cab

void make_cab(gdx_buffer *out, const struct made_entry *entries, size_t count) {
    size_t names = 0, all = 0;
    for (size_t i = 0; i < count; i++) {
        names += 16 + strlen(entries[i].name) + 1;
        all += strlen(entries[i].bytes);
    }
    put(out, "MSCF\0\0\0\0", 8);
    put_number(out, 36 + 8 + names + 8 + all, 8);
    put_number(out, 36 + 8, 8); // where the files' headers start
    put(out, "\3\1\1\0", 4);
    put_number(out, count, 2);
    put_number(out, 0, 2 + 2 + 2); // flags, set, number in it
    put_number(out, 36 + 8 + names, 4);
    put_number(out, 1, 2); // a block
    put_number(out, 0, 2); // stored
    for (size_t i = 0, offset = 0; i < count; offset += strlen(entries[i].bytes), i++) {
        put_number(out, strlen(entries[i].bytes), 4);
        put_number(out, offset, 4);
        put_number(out, 0, 2);
        put_number(out, 0x00005021, 4);
        put_number(out, entries[i].flags & 0x800 ? 0xa0 : 0x20, 2);
        put(out, entries[i].name, strlen(entries[i].name) + 1);
    }
    put_number(out, 0, 4); // no sum
    put_number(out, all, 2);
    put_number(out, all, 2);
    for (size_t i = 0; i < count; i++)
        put(out, entries[i].bytes, strlen(entries[i].bytes));
}

// ---- lha

static unsigned crc16(const char *data, size_t bytes) {
    unsigned crc = 0;
    for (size_t i = 0; i < bytes; i++) {
        crc ^= (uint8_t)data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
    }
    return crc;
}

void make_lha(gdx_buffer *out, const struct made_entry *entries, size_t count) {
    gdx_buffer header = {0};
    for (size_t i = 0; i < count; i++) {
        size_t bytes = strlen(entries[i].bytes), name = strlen(entries[i].name);
        header.bytes = 0;
        put(&header, "-lh0-", 5);
        put_number(&header, bytes, 4);
        put_number(&header, bytes, 4);
        put_number(&header, 0x50210000, 4);
        put(&header, "\x20\0", 2); // a file, level 0
        put_number(&header, name, 1);
        put(&header, entries[i].name, name);
        put_number(&header, crc16(entries[i].bytes, bytes), 2);
        unsigned sum = 0;
        for (size_t at = 0; at < header.bytes; at++)
            sum += header.data[at];
        put_number(out, header.bytes, 1);
        put_number(out, sum & 0xff, 1);
        put(out, header.data, header.bytes);
        put(out, entries[i].bytes, bytes);
    }
    put_number(out, 0, 1);
    gdx_buffer_clear(&header);
}
