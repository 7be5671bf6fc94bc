// SPDX-License-Identifier: Apache-2.0
// pack.c: packed columns, docs/format.md, "Packed columns".
// The width that costs least leaves a few values too large for it; their high bits follow as (index, varint) pairs.
// Most columns of the term dictionary have a long thin tail, which would otherwise set the width for all.

#include "pack.h"

#include "gdx/processor.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
    HAS_EXCEPTIONS = 0x80,
    WIDTHS = 33,
    SLACK = 32 // bytes that the bit readers may load past the last value
};

static unsigned bits_of(uint32_t value) {
    return value ? 32 - (unsigned)__builtin_clz(value) : 0;
}

static size_t packed_bytes(size_t count, unsigned width) {
    return (count * width + 7) / 8;
}

static unsigned cheapest_width(const uint32_t *values, size_t count) {
    uint32_t of_bits[WIDTHS] = {0};
    unsigned most = 0; // a wider one needs more bytes
    for (size_t i = 0; i < count; i++) {
        unsigned bits = bits_of(values[i]);
        of_bits[bits]++;
        most = bits > most ? bits : most;
    }
    if (most == 0)
        return 0;
    unsigned best = most;
    size_t best_bytes = SIZE_MAX;
    for (unsigned width = 0; width <= most; width++) {
        size_t bytes = packed_bytes(count, width) + (width < most);
        for (unsigned bits = width + 1; bits <= most; bits++)
            bytes += of_bits[bits] * (1 + (bits - width + 6) / 7);
        if (bytes < best_bytes) {
            best_bytes = bytes;
            best = width;
        }
    }
    return best;
}

gdx_status pack_append(const uint32_t *values, size_t count, gdx_buffer *out) {
    gdx_status status = gdx_buffer_reserve(out, 2 + count * (4 + 1 + 5) + SLACK);
    if (status != GDX_OK)
        return status;
    unsigned width = cheapest_width(values, count);
    uint8_t *header = out->data + out->bytes;
    uint8_t *at = header + 1;
    uint64_t pending = 0;
    unsigned pending_bits = 0;
    uint32_t mask = width == 32 ? UINT32_MAX : (1u << width) - 1;
    size_t exceptions = 0;
    for (size_t i = 0; i < count; i++) {
        pending |= (uint64_t)(values[i] & mask) << pending_bits;
        pending_bits += width;
        exceptions += values[i] > mask;
        gdx_store_u64(at, pending);
        at += pending_bits >> 3;
        pending >>= pending_bits & ~7u;
        pending_bits &= 7;
    }
    at += pending_bits != 0;
    *header = (uint8_t)(width | (exceptions ? HAS_EXCEPTIONS : 0));
    if (exceptions)
        *at++ = (uint8_t)exceptions;
    for (size_t i = 0; exceptions && i < count; i++)
        if (values[i] > mask) {
            *at++ = (uint8_t)i;
            at += gdx_varint_write(at, values[i] >> width);
        }
    out->bytes = (size_t)(at - out->data);
    return GDX_OK;
}

static void unpack_plain(const uint8_t *from, size_t count, unsigned width, uint32_t *values) {
    uint64_t mask = ((uint64_t)1 << width) - 1;
    size_t bit = 0;
    for (size_t i = 0; i < count; i++, bit += width)
        values[i] = (uint32_t)(gdx_load_u64(from + (bit >> 3)) >> (bit & 7) & mask);
}

#if defined(__x86_64__)
// Eight values take `width` bytes. Each half of a vector gathers the four bytes around each of four of them.
GDX_TARGET_V3 static void unpack_v3(const uint8_t *from, size_t count, unsigned width, uint32_t *values) {
    enum { WIDTH_MAX = 25 }; // and 7 bits before it
    if (width > WIDTH_MAX) {
        unpack_plain(from, count, width, values);
        return;
    }
    unsigned high_bit = 4 * width;
    __m256i bits = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 0, 1, 2, 3), _mm256_set1_epi32((int)width));
    bits = _mm256_add_epi32(bits, _mm256_set_m128i(_mm_set1_epi32((int)(high_bit & 7)), _mm_setzero_si128()));
    __m256i bytes = _mm256_mullo_epi32(_mm256_srli_epi32(bits, 3), _mm256_set1_epi32(0x01010101));
    bytes = _mm256_add_epi32(bytes, _mm256_set1_epi32(0x03020100));
    __m256i shifts = _mm256_and_si256(bits, _mm256_set1_epi32(7));
    __m256i mask = _mm256_set1_epi32((int)(((uint32_t)1 << width) - 1));
    for (size_t i = 0; i < count; i += 8, from += width) {
        __m128i low = _mm_loadu_si128((const void *)from);
        __m128i high = _mm_loadu_si128((const void *)(from + (high_bit >> 3)));
        __m256i found = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), bytes);
        found = _mm256_and_si256(_mm256_srlv_epi32(found, shifts), mask);
        _mm256_storeu_si256((void *)(values + i), found);
    }
}
#endif

static void unpack(const uint8_t *from, size_t count, unsigned width, uint32_t *values) {
#if defined(__x86_64__)
    if (gdx_processor_level() >= GDX_PROCESSOR_V3) {
        unpack_v3(from, count, width, values);
        return;
    }
#endif
    unpack_plain(from, count, width, values);
}

static bool read_exceptions(const uint8_t **at, const uint8_t *end, size_t count, unsigned width, uint32_t *values) {
    if (*at == end)
        return false;
    unsigned exceptions = *(*at)++;
    for (unsigned i = 0; i < exceptions; i++) {
        if (*at == end)
            return false;
        unsigned index = *(*at)++;
        uint64_t high;
        if (index >= count || !gdx_varint_read(at, end, &high) || high > UINT32_MAX >> width)
            return false;
        values[index] |= (uint32_t)high << width;
    }
    return true;
}

bool pack_read(const uint8_t **at, const uint8_t *end, size_t count, uint32_t *values) {
    if (*at == end)
        return false;
    unsigned header = *(*at)++;
    unsigned width = header & ~(unsigned)HAS_EXCEPTIONS;
    size_t bytes = packed_bytes(count, width);
    if (width > 32 || (header & HAS_EXCEPTIONS && width == 32) || bytes > (size_t)(end - *at))
        return false;
    if ((size_t)(end - *at) >= bytes + SLACK) {
        unpack(*at, count, width, values);
    } else {
        uint8_t copy[GDX_PACK_MAX * 4 + SLACK];
        memcpy(copy, *at, bytes);
        memset(copy + bytes, 0, SLACK);
        unpack(copy, count, width, values);
    }
    *at += bytes;
    return !(header & HAS_EXCEPTIONS) || read_exceptions(at, end, count, width, values);
}
