// SPDX-License-Identifier: Apache-2.0
// utf8.c: checks whether bytes are UTF-8 and replaces what is not by U+FFFD.
// The AVX2 variant is Keiser and Lemire's ("Validating UTF-8 in less than one instruction per byte",
// 2021): three 16-entry tables, looked up by the nibbles of a byte and of the one before it, have a bit in common
// exactly where two neighbours cannot follow each other; what is left to check are the third and fourth bytes. The
// plain variant walks.

#include "gdx/utf8.h"

#include "gdx/bytes.h"
#include "gdx/processor.h"
#include "utf8_valid.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define ASCII_MASK UINT64_C(0x8080808080808080)

enum { VECTOR_BYTES = 32, STEP_BYTES = 2 * VECTOR_BYTES }; // of the AVX2 variant

// How many bytes at the front are well-formed.
static size_t valid_prefix(const uint8_t *data, size_t bytes) {
    size_t at = 0;
    while (at < bytes) {
        if (bytes - at >= 8 && !(gdx_load_u64(data + at) & ASCII_MASK)) {
            at += 8;
            continue;
        }
        bool well_formed;
        size_t length = gdx_utf8_measure(data + at, bytes - at, &well_formed);
        if (!well_formed)
            break;
        at += length;
    }
    return at;
}

bool utf8_valid_plain(const uint8_t *data, size_t bytes) {
    return valid_prefix(data, bytes) == bytes;
}

#ifdef __x86_64__
// What is wrong with two neighbours, one bit each.
enum {
    TOO_SHORT = 1 << 0,      // a lead byte without its continuation
    TOO_LONG = 1 << 1,       // a continuation after ASCII
    OVERLONG_3 = 1 << 2,     // E0 80..9F
    TOO_LARGE = 1 << 3,      // F4 90.. and above
    SURROGATE = 1 << 4,      // ED A0..BF
    OVERLONG_2 = 1 << 5,     // C0, C1
    TOO_LARGE_1000 = 1 << 6, // F5.. 80..8F
    OVERLONG_4 = 1 << 6,     // F0 80..8F
    TWO_CONTINUATIONS = 1 << 7,
    CARRY = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS,
    TOO_LARGE_ANY = CARRY | TOO_LARGE | TOO_LARGE_1000,
    CONTINUATION = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS
};

#define TWICE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)
#define BITS(bits) ((char)(bits))

// By the high nibble of the byte before, its low nibble, and the high nibble of the byte itself.
GDX_TARGET_V3 static inline __m256i pair_errors(__m256i input, __m256i before) {
    const __m256i nibble = _mm256_set1_epi8(15);
    const __m256i first_high =
        TWICE(BITS(TOO_LONG), BITS(TOO_LONG), BITS(TOO_LONG), BITS(TOO_LONG), BITS(TOO_LONG), BITS(TOO_LONG),
              BITS(TOO_LONG), BITS(TOO_LONG), BITS(TWO_CONTINUATIONS), BITS(TWO_CONTINUATIONS), BITS(TWO_CONTINUATIONS),
              BITS(TWO_CONTINUATIONS), BITS(TOO_SHORT | OVERLONG_2), BITS(TOO_SHORT),
              BITS(TOO_SHORT | OVERLONG_3 | SURROGATE), BITS(TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4));
    const __m256i first_low =
        TWICE(BITS(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4), BITS(CARRY | OVERLONG_2), BITS(CARRY), BITS(CARRY),
              BITS(CARRY | TOO_LARGE), BITS(TOO_LARGE_ANY), BITS(TOO_LARGE_ANY), BITS(TOO_LARGE_ANY),
              BITS(TOO_LARGE_ANY), BITS(TOO_LARGE_ANY), BITS(TOO_LARGE_ANY), BITS(TOO_LARGE_ANY), BITS(TOO_LARGE_ANY),
              BITS(TOO_LARGE_ANY | SURROGATE), BITS(TOO_LARGE_ANY), BITS(TOO_LARGE_ANY));
    const __m256i second_high = TWICE(
        BITS(TOO_SHORT), BITS(TOO_SHORT), BITS(TOO_SHORT), BITS(TOO_SHORT), BITS(TOO_SHORT), BITS(TOO_SHORT),
        BITS(TOO_SHORT), BITS(TOO_SHORT), BITS(CONTINUATION | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4),
        BITS(CONTINUATION | OVERLONG_3 | TOO_LARGE), BITS(CONTINUATION | SURROGATE | TOO_LARGE),
        BITS(CONTINUATION | SURROGATE | TOO_LARGE), BITS(TOO_SHORT), BITS(TOO_SHORT), BITS(TOO_SHORT), BITS(TOO_SHORT));
    __m256i one = _mm256_shuffle_epi8(first_high, _mm256_and_si256(_mm256_srli_epi16(before, 4), nibble));
    __m256i two = _mm256_shuffle_epi8(first_low, _mm256_and_si256(before, nibble));
    __m256i three = _mm256_shuffle_epi8(second_high, _mm256_and_si256(_mm256_srli_epi16(input, 4), nibble));
    return _mm256_and_si256(_mm256_and_si256(one, two), three);
}

GDX_TARGET_V3 static inline __m256i block_errors(__m256i input, __m256i previous) {
    __m256i joined = _mm256_permute2x128_si256(previous, input, 0x21);
    __m256i before_1 = _mm256_alignr_epi8(input, joined, 15);
    __m256i before_2 = _mm256_alignr_epi8(input, joined, 14);
    __m256i before_3 = _mm256_alignr_epi8(input, joined, 13);
    // The high bit is set where a third or fourth byte must be; there, and only there, two continuations are right.
    __m256i third = _mm256_subs_epu8(before_2, _mm256_set1_epi8(0xe0 - 0x80));
    __m256i fourth = _mm256_subs_epu8(before_3, _mm256_set1_epi8(0xf0 - 0x80));
    __m256i must_continue = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(must_continue, pair_errors(input, before_1));
}

GDX_TARGET_V3 bool utf8_valid_v3(const uint8_t *data, size_t bytes) {
    __m256i errors = _mm256_setzero_si256();
    __m256i previous = _mm256_setzero_si256();
    size_t at = 0;
    for (; bytes - at >= STEP_BYTES; at += STEP_BYTES) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(data + at));
        __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(data + at + VECTOR_BYTES));
        // ASCII after ASCII needs no look; only the high bits of the last block say what came before.
        if (!_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(low, high), previous))) {
            previous = high;
            continue;
        }
        errors = _mm256_or_si256(errors, block_errors(low, previous));
        errors = _mm256_or_si256(errors, block_errors(high, low));
        previous = high;
    }
    // The rest, with at least one zero byte after it, so that a sequence cut short is seen.
    uint8_t rest[STEP_BYTES + VECTOR_BYTES] = {0};
    memcpy(rest, data + at, bytes - at);
    for (size_t i = 0; i < sizeof rest; i += VECTOR_BYTES) {
        __m256i block = _mm256_loadu_si256((const __m256i *)(const void *)(rest + i));
        errors = _mm256_or_si256(errors, block_errors(block, previous));
        previous = block;
    }
    return _mm256_testz_si256(errors, errors);
}
#endif

bool gdx_utf8_valid(gdx_slice bytes) {
    const uint8_t *data = (const uint8_t *)bytes.data;
#ifdef __x86_64__
    if (bytes.bytes >= STEP_BYTES && gdx_processor_level() >= GDX_PROCESSOR_V3)
        return utf8_valid_v3(data, bytes.bytes);
#endif
    return utf8_valid_plain(data, bytes.bytes);
}

gdx_status gdx_utf8_repair(gdx_slice bytes, gdx_buffer *out, uint64_t *replaced) {
    const uint8_t *data = (const uint8_t *)bytes.data;
    size_t at = 0;
    gdx_status status = gdx_buffer_reserve(out, bytes.bytes);
    while (status == GDX_OK && at < bytes.bytes) {
        size_t valid = valid_prefix(data + at, bytes.bytes - at);
        status = gdx_buffer_append(out, data + at, valid);
        at += valid;
        if (status != GDX_OK || at == bytes.bytes)
            break;
        bool well_formed;
        at += gdx_utf8_measure(data + at, bytes.bytes - at, &well_formed);
        status = gdx_buffer_append(out, GDX_REPLACEMENT, GDX_REPLACEMENT_BYTES);
        ++*replaced;
    }
    return status;
}
