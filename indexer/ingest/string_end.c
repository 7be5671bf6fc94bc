// SPDX-License-Identifier: Apache-2.0
// string_end.c: finds the next quote, backslash or control character, which is most of the work of reading a record:
// text is long runs of plain bytes. Bytes of multi-byte characters are all above 0x7f and never special, so whole
// vectors pass without looking at characters. A portable version, eight bytes at a time, is the twin that AVX2 is
// tested against.

#include "string_end.h"

#include "gdx/processor.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static const uint8_t *find_bytewise(const uint8_t *at, const uint8_t *end) {
    while (at < end && *at >= 0x20 && *at != '"' && *at != '\\')
        at++;
    return at;
}

// Marks the high bit of each byte of `word` that is zero, and perhaps of bytes above such a one: enough to stop at.
static uint64_t zero_bytes(uint64_t word) {
    return (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
}

const uint8_t *ingest_find_special_portable(const uint8_t *at, const uint8_t *end) {
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t below_space = (word - 0x2020202020202020u) & ~word & 0x8080808080808080u;
        uint64_t found = below_space | zero_bytes(word ^ 0x2222222222222222u) | zero_bytes(word ^ 0x5c5c5c5c5c5c5c5cu);
        if (found)
            return find_bytewise(at, end);
        at += 8;
    }
    return find_bytewise(at, end);
}

#if defined(__x86_64__)
GDX_TARGET_V3 static const uint8_t *find_avx2(const uint8_t *at, const uint8_t *end) {
    const __m256i quote = _mm256_set1_epi8('"');
    const __m256i backslash = _mm256_set1_epi8('\\');
    const __m256i control = _mm256_set1_epi8(0x1f);
    while (end - at >= 32) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)at);
        __m256i found = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, quote), _mm256_cmpeq_epi8(bytes, backslash));
        found = _mm256_or_si256(found, _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, control), bytes));
        uint32_t mask = (uint32_t)_mm256_movemask_epi8(found);
        if (mask)
            return at + __builtin_ctz(mask);
        at += 32;
    }
    return ingest_find_special_portable(at, end);
}
#endif

ingest_find_special ingest_find_special_choose(void) {
#if defined(__x86_64__)
    if (gdx_processor_level() >= GDX_PROCESSOR_V3)
        return find_avx2;
#endif
    return ingest_find_special_portable;
}
