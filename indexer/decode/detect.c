// SPDX-License-Identifier: Apache-2.0
// detect.c: which encoding bytes are in.
// Relies on uchardet for the last guess. What is certain goes first: a byte order mark, then UTF-8 (hardly any other
// text is valid UTF-8 by chance), then what has the shape of UTF-16, then UTF-8 with a few bad bytes in it, so that one
// broken byte does not turn a whole page into another encoding's nonsense. uchardet is unsure of Chinese texts of less
// than about twenty characters and then names a single-byte encoding: there the commonest ideographs decide.

#include "detect.h"

#include "gdx/decode.h"

#include <strings.h>

enum {
    SAMPLE_BYTES = 1 << 16, // looked at, from the first byte that is not ASCII
    UTF8_MINIMUM_RATIO = 4  // good multi-byte sequences for each bad byte, in UTF-8 with bad bytes
};

struct mark {
    const char *bytes;
    size_t count;
    const char *encoding;
};

// UTF-32LE's starts with UTF-16LE's, so it comes first.
static const struct mark marks[] = {{"\xef\xbb\xbf", 3, "UTF-8"},    {"\xff\xfe\0\0", 4, "UTF-32LE"},
                                    {"\0\0\xfe\xff", 4, "UTF-32BE"}, {"\xff\xfe", 2, "UTF-16LE"},
                                    {"\xfe\xff", 2, "UTF-16BE"},     {"\x84\x31\x95\x33", 4, "GB18030"}};

static detected detect_mark(gdx_slice bytes) {
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (bytes.bytes >= marks[i].count && memcmp(bytes.data, marks[i].bytes, marks[i].count) == 0 &&
            (strncmp(marks[i].encoding, "UTF-32", 6) != 0 || bytes.bytes % 4 == 0))
            return (detected){marks[i].encoding, marks[i].count};
    }
    return (detected){0};
}

// True if the unit is usual in Chinese, Japanese or English text.
static bool is_usual_unit(unsigned unit) {
    return (unit >= 0x20 && unit < 0x7f) || unit == '\n' || unit == '\r' || unit == '\t' ||
           (unit >= 0x2010 && unit <= 0x2027) || (unit >= 0x3000 && unit <= 0x30ff) ||
           (unit >= 0x4e00 && unit <= 0x9fff) || (unit >= 0xff00 && unit <= 0xff60) || unit == 0xb7 || unit == 0xfeff;
}

struct unit_counts {
    size_t units, zero_bytes;
    size_t usual[2], ascii[2]; // read as little-endian, as big-endian
};

static struct unit_counts count_units(gdx_slice bytes) {
    struct unit_counts counts = {0};
    const uint8_t *data = (const uint8_t *)bytes.data;
    size_t sample = bytes.bytes < SAMPLE_BYTES ? bytes.bytes : SAMPLE_BYTES;
    for (size_t i = 0; i + 1 < sample; i += 2) {
        unsigned little = data[i] | (unsigned)data[i + 1] << 8;
        unsigned big = data[i + 1] | (unsigned)data[i] << 8;
        counts.units++;
        counts.zero_bytes += (data[i] == 0) + (data[i + 1] == 0);
        counts.usual[0] += is_usual_unit(little);
        counts.usual[1] += is_usual_unit(big);
        counts.ascii[0] += little < 0x7f && little;
        counts.ascii[1] += big < 0x7f && big;
    }
    return counts;
}

// UTF-16 without a mark. Texts in other encodings have no zero bytes, and UTF-8 that has some is not nearly all zeros
// at one parity; so valid UTF-8 is asked for more than other bytes are.
static const char *detect_unmarked_utf16(gdx_slice bytes, bool is_utf8) {
    if (bytes.bytes < 4 || bytes.bytes % 2 ||
        !memchr(bytes.data, 0, bytes.bytes < SAMPLE_BYTES ? bytes.bytes : SAMPLE_BYTES))
        return NULL;
    struct unit_counts counts = count_units(bytes);
    const size_t *votes = is_utf8 ? counts.ascii : counts.usual;
    size_t order = votes[1] > votes[0];
    if (votes[order] * 10 < counts.units * 9 || (!is_utf8 && counts.zero_bytes * 512 < counts.units))
        return NULL;
    return order ? "UTF-16BE" : "UTF-16LE";
}

detected detect_utf16_order(gdx_slice bytes) {
    detected found = detect_mark(bytes);
    if (found.encoding && (strcmp(found.encoding, "UTF-16LE") == 0 || strcmp(found.encoding, "UTF-16BE") == 0))
        return found;
    if (bytes.bytes >= 2 && memcmp(bytes.data, "\xff\xfe", 2) == 0) // two zero bytes after it do not make it UTF-32
        return (detected){"UTF-16LE", 2};
    struct unit_counts counts = count_units(bytes);
    return (detected){counts.usual[1] > counts.usual[0] ? "UTF-16BE" : "UTF-16LE", 0};
}

detected detect_utf32_order(gdx_slice bytes) {
    if (bytes.bytes >= 4 && memcmp(bytes.data, "\xff\xfe\0\0", 4) == 0)
        return (detected){"UTF-32LE", 4};
    if (bytes.bytes >= 4 && memcmp(bytes.data, "\0\0\xfe\xff", 4) == 0)
        return (detected){"UTF-32BE", 4};
    return (detected){bytes.bytes && bytes.data[0] == 0 ? "UTF-32BE" : "UTF-32LE", 0};
}

static bool is_mostly_utf8(gdx_slice bytes) {
    const uint8_t *data = (const uint8_t *)bytes.data;
    size_t good = 0, bad = 0;
    for (size_t at = 0; at < bytes.bytes;) {
        bool well_formed;
        size_t length = gdx_utf8_measure(data + at, bytes.bytes - at, &well_formed);
        good += well_formed && length > 1;
        bad += !well_formed;
        at += length;
    }
    return good >= bad * UTF8_MINIMUM_RATIO;
}

// The bytes from the first that is not ASCII, where the evidence for a guess starts.
static gdx_slice take_sample(gdx_slice bytes) {
    size_t at = 0;
    while (at < bytes.bytes && !(bytes.data[at] & 0x80))
        at++;
    gdx_slice sample = {bytes.data + at, bytes.bytes - at};
    if (sample.bytes > SAMPLE_BYTES)
        sample.bytes = SAMPLE_BYTES;
    return sample;
}

// How a sample reads as a two-byte encoding of Chinese.
struct reading {
    size_t pairs;
    size_t common; // the commonest ideographs and the punctuation, which nearly all of any Chinese text is
    size_t wrong;  // not in the encoding's basic set; only the first byte is skipped then
};

enum pair { PAIR_WRONG, PAIR_RARE, PAIR_COMMON };

static bool is_between(uint8_t byte, uint8_t low, uint8_t high) {
    return byte >= low && byte <= high;
}

// GB 2312: its 3,755 commonest ideographs are in rows 16 to 55, punctuation in rows 1 and 3.
static enum pair judge_gb2312(uint8_t first, uint8_t second) {
    if (!is_between(first, 0xa1, 0xf7) || !is_between(second, 0xa1, 0xfe))
        return PAIR_WRONG;
    return is_between(first, 0xb0, 0xd7) || first == 0xa1 || first == 0xa3 ? PAIR_COMMON : PAIR_RARE;
}

// Big5: its 5,401 commonest ideographs have the lead bytes A4 to C6, punctuation has A1, and the commonest words of
// Cantonese, which are of its supplement for Hong Kong, 9D.
static enum pair judge_big5(uint8_t first, uint8_t second) {
    if (!is_between(first, 0x87, 0xfe) || !(is_between(second, 0x40, 0x7e) || is_between(second, 0xa1, 0xfe)))
        return PAIR_WRONG;
    return is_between(first, 0xa4, 0xc6) || first == 0xa1 || first == 0x9d ? PAIR_COMMON : PAIR_RARE;
}

static struct reading read_as(gdx_slice sample, enum pair (*judge)(uint8_t first, uint8_t second)) {
    const uint8_t *data = (const uint8_t *)sample.data;
    struct reading reading = {0};
    for (size_t i = 0; i + 1 < sample.bytes;) {
        if (data[i] < 0x80) {
            i++;
            continue;
        }
        enum pair pair = judge(data[i], data[i + 1]);
        reading.pairs++;
        reading.common += pair == PAIR_COMMON;
        reading.wrong += pair == PAIR_WRONG;
        i += pair == PAIR_WRONG ? 1 : 2;
    }
    return reading;
}

static bool is_like_chinese(struct reading reading) {
    return reading.pairs && reading.common * 10 >= reading.pairs * 8 && reading.wrong * 10 <= reading.pairs;
}

// NULL if it is neither. Text in one reads as the other with about half of the pairs common. If a few characters do not
// decide, it is GB18030, which is more frequent.
static const char *guess_chinese(gdx_slice sample) {
    struct reading gb2312 = read_as(sample, judge_gb2312);
    struct reading big5 = read_as(sample, judge_big5);
    bool is_big5 = big5.common * gb2312.pairs > gb2312.common * big5.pairs;
    if (!is_like_chinese(is_big5 ? big5 : gb2312))
        return NULL;
    return is_big5 ? "BIG5" : "GB18030";
}

static bool has_prefix(const char *name, const char *prefix) {
    return strncasecmp(name, prefix, strlen(prefix)) == 0;
}

// uchardet is reliable only when it names one of these. For short texts it names some single-byte encoding, or UTF-8,
// which is ruled out before.
static bool is_reliable(const char *name) {
    static const char *const prefixes[] = {"GB",    "BIG5",     "EUC-", "SHIFT_JIS", "UHC",
                                           "JOHAB", "ISO-2022", "HZ",   "UTF-16",    "UTF-32"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (has_prefix(name, prefixes[i]))
            return true;
    return false;
}

static const char *guess(uchardet_t guesser, gdx_slice bytes) {
    gdx_slice sample = take_sample(bytes);
    const char *name = "";
    if (guesser) {
        uchardet_reset(guesser);
        if (uchardet_handle_data(guesser, sample.data, sample.bytes) == 0) {
            uchardet_data_end(guesser);
            name = uchardet_get_charset(guesser);
        }
    }
    const char *chinese = is_reliable(name) ? NULL : guess_chinese(sample);
    if (chinese)
        return chinese;
    return *name ? name : "UTF-8";
}

detected detect_encoding(uchardet_t guesser, gdx_slice bytes) {
    detected found = detect_mark(bytes);
    if (found.encoding)
        return found;
    bool is_utf8 = gdx_utf8_valid(bytes);
    const char *utf16 = detect_unmarked_utf16(bytes, is_utf8);
    if (utf16)
        return (detected){utf16, 0};
    if (is_utf8 || is_mostly_utf8(bytes))
        return (detected){"UTF-8", 0};
    return (detected){guess(guesser, bytes), 0};
}
