// SPDX-License-Identifier: Apache-2.0
// gdx/bytes.h: integers as bytes, little-endian and LEB128, and checksums of bytes.
// Relies on the C library; inside on xxHash. Threads: any.
#ifndef GDX_BYTES_H
#define GDX_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is little-endian and read without swapping");

// Little-endian integers at any address. All bytes of the integer must be readable or writable.
static inline uint16_t gdx_load_u16(const void *at) {
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline uint32_t gdx_load_u32(const void *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline uint64_t gdx_load_u64(const void *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline void gdx_store_u16(void *at, uint16_t value) {
    memcpy(at, &value, sizeof value);
}
static inline void gdx_store_u32(void *at, uint32_t value) {
    memcpy(at, &value, sizeof value);
}
static inline void gdx_store_u64(void *at, uint64_t value) {
    memcpy(at, &value, sizeof value);
}

// LEB128: seven bits a byte, low bits first, the high bit set on all but the last byte.
enum { GDX_VARINT_BYTES = 10 }; // of the longest
// Writes at most GDX_VARINT_BYTES; returns how many.
static inline size_t gdx_varint_write(uint8_t *to, uint64_t value) {
    size_t bytes = 0;
    while (value >= 0x80) {
        to[bytes++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    to[bytes++] = (uint8_t)value;
    return bytes;
}
// Reads from [*at, end) and moves *at. False if the integer is cut short or longer than 64 bits; *at is then unchanged.
static inline bool gdx_varint_read(const uint8_t **at, const uint8_t *end, uint64_t *out) {
    uint64_t value = 0;
    const uint8_t *byte = *at;
    for (unsigned shift = 0; shift < 64 && byte < end; shift += 7) {
        value |= (uint64_t)(*byte & 0x7f) << shift;
        if (!(*byte++ & 0x80)) {
            *at = byte;
            *out = value;
            return true;
        }
    }
    return false;
}

// XXH3-64 of the bytes, seed 0. `data` may be NULL when there are none.
uint64_t gdx_checksum(const void *data, size_t bytes);

#endif
