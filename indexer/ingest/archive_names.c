// SPDX-License-Identifier: Apache-2.0
// archive_names.c: names of entries that do not say how they are written, as UTF-8.
// Relies on archive_reader.h and gdx/decode.h. A name of a few characters fits several encodings, all names of an
// archive together seldom do. So a name that UTF-8 explains badly sends us over the headers of the whole archive first,
// once. What an encoding's committee put first counts: nearly all characters of a name are among the commonest few
// thousand of the right encoding, and about half of them in a wrong one.

#include "archive_reader.h"

#include "gdx/decode.h"

#include <stdlib.h>

enum {
    MOST_NAME_BYTES = 1 << 20,    // collected for a guess
    MOST_HEADERS = 1 << 18,       // looked at for it
    MOST_PASSED_BYTES = 256 << 20 // unpacked for it, where a header is found by unpacking what is before it
};

enum judgement { WRONG, RARE, COMMON };

struct judged {
    enum judgement judgement;
    size_t bytes; // 1 or 2
};

static bool is_between(unsigned byte, unsigned low, unsigned high) {
    return byte >= low && byte <= high;
}

// GBK: GB 2312's first level has rows B0 to D7, punctuation A1 and A3; what was added is rare, private areas are wrong.
static struct judged judge_gbk(unsigned first, unsigned second) {
    if (!is_between(first, 0x81, 0xfe) || !is_between(second, 0x40, 0xfe) || second == 0x7f)
        return (struct judged){WRONG, 1};
    bool is_private = second >= 0xa1 ? is_between(first, 0xaa, 0xaf) || first >= 0xf8 : is_between(first, 0xa1, 0xa7);
    if (is_private)
        return (struct judged){WRONG, 2};
    bool is_common = second >= 0xa1 && (is_between(first, 0xb0, 0xd7) || first == 0xa1 || first == 0xa3);
    return (struct judged){is_common ? COMMON : RARE, 2};
}

// Big5: its first level has the lead bytes A4 to C6, punctuation A1; C7 and C8 are only Hong Kong's.
static struct judged judge_big5(unsigned first, unsigned second) {
    if (!is_between(first, 0x87, 0xfe) || !(is_between(second, 0x40, 0x7e) || is_between(second, 0xa1, 0xfe)))
        return (struct judged){WRONG, 1};
    bool is_common = is_between(first, 0xa4, 0xc5) || first == 0xa1 || (first == 0xc6 && second <= 0x7e);
    return (struct judged){is_common ? COMMON : RARE, 2};
}

// Shift_JIS: kana, and JIS X 0208's first level from 889F to 9872. Half-width kana, one byte each, are rare.
static struct judged judge_shift_jis(unsigned first, unsigned second) {
    if (is_between(first, 0xa1, 0xdf))
        return (struct judged){RARE, 1};
    bool is_lead = is_between(first, 0x81, 0x9f) || is_between(first, 0xe0, 0xfc);
    if (!is_lead || !is_between(second, 0x40, 0xfc) || second == 0x7f)
        return (struct judged){WRONG, 1};
    unsigned code = first << 8 | second;
    bool is_common = is_between(code, 0x829f, 0x82f1) || is_between(code, 0x8340, 0x8396) ||
                     is_between(code, 0x889f, 0x9872) || first == 0x81;
    return (struct judged){is_common ? COMMON : RARE, 2};
}

struct candidate {
    const char *encoding; // as iconv names it
    struct judged (*judge)(unsigned first, unsigned second);
};

// Equal scores go to the first: of a few characters, GBK is the most frequent.
static const struct candidate candidates[] = {
    {"GB18030", judge_gbk}, {"BIG5-HKSCS", judge_big5}, {"CP932", judge_shift_jis}};

struct score {
    size_t bytes, common, wrong;
};

static struct score score_names(gdx_slice names, const struct candidate *candidate) {
    struct score score = {0};
    for (size_t i = 0; i < names.bytes;) {
        unsigned first = (uint8_t)names.data[i], second = i + 1 < names.bytes ? (uint8_t)names.data[i + 1] : 0;
        struct judged judged = first < 0x80 ? (struct judged){COMMON, 1} : candidate->judge(first, second);
        if (first >= 0x80) {
            score.bytes += judged.bytes;
            score.common += judged.judgement == COMMON ? judged.bytes : 0;
            score.wrong += judged.judgement == WRONG ? judged.bytes : 0;
        }
        i += judged.bytes;
    }
    return score;
}

// On the average of all bytes: 1 for each of a common character, -4 for each that is wrong; times 1,000.
static long points_of(struct score score) {
    return score.bytes ? ((long)score.common - 4 * (long)score.wrong) * 1000 / (long)score.bytes : 0;
}

// Names in Latin letters are rare characters of each encoding, if they are any. A few broken names do not count.
static bool is_possible(struct score score) {
    return score.common * 10 >= score.bytes * 3 && score.wrong * 2 <= score.bytes;
}

const char *ingest_names_guess(gdx_slice joined) {
    const char *best = NULL;
    long most = 0;
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        struct score score = score_names(joined, &candidates[i]);
        long points = points_of(score);
        if (is_possible(score) && (!best || points > most)) {
            best = candidates[i].encoding;
            most = points;
        }
    }
    return best;
}

// ---- the pass over the headers

// Only two-byte sequences: Latin, Greek or Cyrillic letters, or a GBK name that is UTF-8 by chance (目 is C4 BF).
static bool is_doubtful(gdx_slice raw) {
    bool has_high = false;
    for (size_t i = 0; i < raw.bytes; i++) {
        if ((uint8_t)raw.data[i] >= 0xe0)
            return false;
        has_high = has_high || (uint8_t)raw.data[i] >= 0x80;
    }
    return has_high;
}

static bool is_within_budget(struct archive_reader *reader, uint64_t *passed) {
    if (!ingest_reader_is_filtered(reader))
        return true;
    for (;;) {
        const void *block;
        size_t bytes = 0;
        la_int64_t offset;
        int result = archive_read_data_block(reader->archive, &block, &bytes, &offset);
        if (result != ARCHIVE_OK && result != ARCHIVE_RETRY && result != ARCHIVE_WARN)
            return true;
        *passed += bytes;
        if (*passed > MOST_PASSED_BYTES)
            return false;
    }
}

static gdx_status collect(struct archive_reader *reader, gdx_buffer *names) {
    uint64_t passed = 0;
    for (int i = 0; i < MOST_HEADERS && names->bytes < MOST_NAME_BYTES; i++) {
        struct archive_entry *entry;
        int result = archive_read_next_header(reader->archive, &entry);
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN && result != ARCHIVE_RETRY)
            return GDX_OK;
        const char *name = result == ARCHIVE_RETRY ? NULL : archive_entry_pathname(entry);
        if (name && !gdx_utf8_valid(gdx_slice_of(name)) && gdx_buffer_append(names, name, strlen(name) + 1) != GDX_OK)
            return GDX_NO_MEMORY;
        if (!is_within_budget(reader, &passed))
            return GDX_OK;
    }
    return GDX_OK;
}

static gdx_status guess(struct archive_names *names, struct archive_source source, gdx_slice raw) {
    struct archive_reader reader;
    gdx_buffer joined = {0};
    gdx_status status = ingest_reader_open(&reader, source, NULL);
    if (status == GDX_OK)
        status = collect(&reader, &joined);
    ingest_reader_close(&reader);
    if (status != GDX_NO_MEMORY && joined.bytes == 0 && !gdx_utf8_valid(raw)) // a file that changed or went meanwhile
        status = gdx_buffer_append(&joined, raw.data, raw.bytes);
    if (status != GDX_NO_MEMORY) {
        names->is_guessed = true;
        names->encoding = joined.bytes ? ingest_names_guess(gdx_buffer_slice(&joined)) : NULL;
        if (names->encoding && gdx_decoder_new(names->encoding, &names->decoder, NULL) == GDX_NO_MEMORY)
            status = GDX_NO_MEMORY;
    }
    gdx_buffer_clear(&joined);
    return status == GDX_NO_MEMORY ? GDX_NO_MEMORY : GDX_OK;
}

// ---- one name

void ingest_names_clear(struct archive_names *names) {
    gdx_decoder_free(names->decoder);
    *names = (struct archive_names){0};
}

static bool is_all_common(gdx_slice raw, const char *encoding) {
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        struct score score = score_names(raw, &candidates[i]);
        if (candidates[i].encoding == encoding)
            return score.bytes > 0 && score.common == score.bytes;
    }
    return false;
}

// Windows writes its own separator; an archive whose names are in an encoding of Windows is of its making.
static void turn_separators(gdx_buffer *out, size_t from) {
    if (out->bytes > from && memchr(out->data + from, '/', out->bytes - from))
        return;
    for (size_t i = from; i < out->bytes; i++)
        if (out->data[i] == '\\')
            out->data[i] = '/';
}

gdx_status ingest_names_decode(struct archive_names *names, struct archive_source source, gdx_slice raw,
                               gdx_buffer *out) {
    bool is_utf8 = gdx_utf8_valid(raw);
    if (is_utf8 && !is_doubtful(raw))
        return gdx_buffer_append(out, raw.data, raw.bytes);
    gdx_status status = names->is_guessed ? GDX_OK : guess(names, source, raw);
    if (status != GDX_OK)
        return status;
    if (is_utf8 && !(names->decoder && is_all_common(raw, names->encoding)))
        return gdx_buffer_append(out, raw.data, raw.bytes);
    size_t before = out->bytes;
    gdx_decoded decoded = {.replaced = 1};
    if (names->decoder)
        status = gdx_decode(names->decoder, raw, &decoded, NULL);
    if (status == GDX_NO_MEMORY)
        return status;
    uint64_t replaced = 0;
    if (status != GDX_OK || decoded.replaced)
        return gdx_utf8_repair(raw, out, &replaced);
    status = gdx_buffer_append(out, decoded.text.data, decoded.text.bytes);
    if (status == GDX_OK)
        turn_separators(out, before);
    return status;
}
