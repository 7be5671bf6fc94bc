// SPDX-License-Identifier: Apache-2.0
// mend.c: JSON as programs write it -> JSON as jansson reads it: half a surrogate pair becomes U+FFFD, and numbers that
// have no place in JSON or in 64 bits become strings, with the characters they have.
// Relies on record.h. Only what jansson has refused comes here. Nothing is checked: jansson reads the result.

#include "record.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { NUMBER_BYTES = 400, INTEGER_DIGITS = 18 };

struct mend {
    record_reader *reader;
    const uint8_t *at;
    const uint8_t *end;
    size_t stop; // how much to write at most
    size_t depth;
    gdx_slice last_string; // without its quotes
    gdx_status status;
    json_mended mended;
};

static void put(struct mend *mend, const void *data, size_t bytes) {
    if (mend->status == GDX_OK)
        mend->status = gdx_buffer_append(&mend->reader->mended, data, bytes);
}

// In place of `from` bytes of the input.
static void put_instead(struct mend *mend, const char *text, size_t bytes, size_t from) {
    put(mend, text, bytes);
    mend->mended.columns += (long)bytes - (long)from;
    mend->mended.is_changed = true;
}

static bool is_escape(const uint8_t *at, const uint8_t *end, uint32_t *out) {
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return false;
    *out = ingest_hexadecimal(at + 2);
    return *out <= 0xffff;
}

// At a backslash.
static void mend_escape(struct mend *mend) {
    uint32_t first, second;
    size_t bytes = mend->end - mend->at >= 2 ? 2 : 1;
    if (is_escape(mend->at, mend->end, &first)) {
        bytes = 6;
        bool is_pair =
            (first & 0xfc00) == 0xd800 && is_escape(mend->at + 6, mend->end, &second) && (second & 0xfc00) == 0xdc00;
        if (is_pair) {
            bytes = 12;
        } else if ((first & 0xf800) == 0xd800) {
            put_instead(mend, "\\ufffd", 6, 6);
            mend->mended.replaced++;
            mend->at += 6;
            return;
        }
    }
    put(mend, mend->at, bytes);
    mend->at += bytes;
}

// At the opening quote. A string without an end stays one.
static void mend_string(struct mend *mend) {
    const uint8_t *begin = ++mend->at;
    put(mend, "\"", 1);
    for (;;) {
        const uint8_t *special = mend->reader->find_special(mend->at, mend->end);
        put(mend, mend->at, (size_t)(special - mend->at));
        mend->at = special;
        if (special == mend->end)
            return;
        if (*special == '\\') {
            mend_escape(mend);
            continue;
        }
        put(mend, special, 1);
        mend->at++;
        if (*special == '"')
            break;
    }
    mend->last_string = (gdx_slice){(const char *)begin, (size_t)(mend->at - 1 - begin)};
}

static bool is_digit(uint8_t byte) {
    return byte >= '0' && byte <= '9';
}

// The number at `at` by JSON's grammar, 0 when it is none.
static size_t number_bytes(const uint8_t *at, const uint8_t *end, bool *out_integer) {
    const uint8_t *from = at;
    at += at < end && *at == '-';
    const uint8_t *digits = at;
    while (at < end && is_digit(*at))
        at++;
    if (at == digits || (*digits == '0' && at - digits > 1))
        return 0;
    *out_integer = true;
    if (at < end && *at == '.') {
        digits = ++at;
        while (at < end && is_digit(*at))
            at++;
        if (at == digits)
            return 0;
        *out_integer = false;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        digits = at;
        while (at < end && is_digit(*at))
            at++;
        if (at == digits)
            return 0;
        *out_integer = false;
    }
    return (size_t)(at - from);
}

// True if jansson has no number for it.
static bool is_beyond(const uint8_t *at, size_t bytes, bool is_integer) {
    char text[NUMBER_BYTES];
    if (is_integer && bytes <= INTEGER_DIGITS)
        return false;
    if (bytes >= sizeof text)
        return true;
    memcpy(text, at, bytes);
    text[bytes] = '\0';
    errno = 0;
    if (is_integer)
        (void)strtoll(text, NULL, 10);
    else
        return isinf(strtod(text, NULL));
    return errno == ERANGE;
}

static void quote(struct mend *mend, size_t bytes) {
    put(mend, "\"", 1);
    put(mend, mend->at, bytes);
    put(mend, "\"", 1);
    mend->mended.columns += 2;
    mend->mended.is_changed = true;
    mend->at += bytes;
}

// NaN and the infinities, which are no JSON. A field that is none of its values is null, as in pandas.
static size_t word_bytes(const struct mend *mend) {
    static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t bytes = strlen(words[i]);
        if ((size_t)(mend->end - mend->at) >= bytes && memcmp(mend->at, words[i], bytes) == 0)
            return bytes;
    }
    return 0;
}

// A key is a string: what stands before a colon is left for jansson to refuse.
static bool is_value(const uint8_t *at, const uint8_t *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
        at++;
    return at == end || *at == ',' || *at == ']' || *at == '}';
}

static bool mend_word(struct mend *mend) {
    size_t bytes = word_bytes(mend);
    if (bytes == 0 || !is_value(mend->at + bytes, mend->end))
        return false;
    if (mend->depth == 1 && ingest_map_has_key(mend->reader->map, mend->last_string)) {
        put_instead(mend, "null", 4, bytes);
        mend->at += bytes;
    } else {
        quote(mend, bytes);
    }
    return true;
}

static bool mend_number(struct mend *mend) {
    bool is_integer = false;
    size_t bytes = number_bytes(mend->at, mend->end, &is_integer);
    if (bytes == 0)
        return false;
    if (is_beyond(mend->at, bytes, is_integer) && is_value(mend->at + bytes, mend->end)) {
        quote(mend, bytes);
    } else {
        put(mend, mend->at, bytes);
        mend->at += bytes;
    }
    return true;
}

static void mend_one(struct mend *mend) {
    uint8_t byte = *mend->at;
    if (byte == '"') {
        mend_string(mend);
        return;
    }
    if ((byte == '-' || is_digit(byte) || byte == 'N' || byte == 'I') && (mend_word(mend) || mend_number(mend)))
        return;
    mend->depth += byte == '{' || byte == '[';
    mend->depth -= mend->depth && (byte == '}' || byte == ']');
    if (byte == '\n')
        mend->mended.columns = 0;
    put(mend, mend->at++, 1);
}

gdx_status ingest_mend(record_reader *reader, gdx_slice json, size_t stop, json_mended *out) {
    const uint8_t *at = (const uint8_t *)json.data;
    struct mend mend = {.reader = reader, .at = at, .end = at + json.bytes, .stop = stop};
    reader->mended.bytes = 0;
    while (mend.at < mend.end && reader->mended.bytes < stop && mend.status == GDX_OK)
        mend_one(&mend);
    mend.mended.text = gdx_buffer_slice(&reader->mended);
    *out = mend.mended;
    return mend.status;
}
