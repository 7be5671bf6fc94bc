// SPDX-License-Identifier: Apache-2.0
// decode.c: bytes of any usual encoding -> valid UTF-8.
// Relies on iconv for the conversion and detect.c for the name of what to convert from. Clean UTF-8, the usual case, is
// checked and passed through without a copy. Otherwise iconv runs until it stops at an error. The decoder writes
// U+FFFD, skips one unit of the encoding, or a pair that stands for nothing, and continues (WHATWG Encoding).

#include "gdx/decode.h"

#include "detect.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { NAME_BYTES = 64 };

// one worker's own
struct gdx_decoder {
    bool is_given;
    char given[NAME_BYTES];
    uchardet_t guesser;    // NULL when the encoding is given
    iconv_t converter;     // (iconv_t)-1: none yet
    char name[NAME_BYTES]; // of what the converter converts from
    gdx_buffer text;
    gdx_buffer repaired;
};

static bool is_name(const char *encoding, const char *name) {
    return strcasecmp(encoding, name) == 0;
}

static bool is_utf8_name(const char *encoding) {
    return is_name(encoding, "UTF-8") || is_name(encoding, "UTF8");
}

static void close_converter(gdx_decoder *decoder) {
    if (decoder->converter != (iconv_t)-1)
        iconv_close(decoder->converter);
    decoder->converter = (iconv_t)-1;
    decoder->name[0] = 0;
}

// GDX_INVALID when iconv does not know the name.
static gdx_status open_converter(gdx_decoder *decoder, const char *encoding, gdx_error *err) {
    if (decoder->converter != (iconv_t)-1 && is_name(decoder->name, encoding)) {
        iconv(decoder->converter, NULL, NULL, NULL, NULL);
        return GDX_OK;
    }
    close_converter(decoder);
    // A "/" starts iconv's own options, which are no part of a name.
    if (strlen(encoding) >= NAME_BYTES || *encoding == 0 || strchr(encoding, '/'))
        return gdx_fail(err, GDX_INVALID, "encoding '%.60s': not known, expected one like UTF-8, GB18030 or Big5",
                        encoding);
    // Big5 as Hong Kong writes it: what the older one lacks are the commonest words of Cantonese, 嘅 喺 咗.
    decoder->converter = iconv_open("UTF-8", is_name(encoding, "Big5") ? "BIG5-HKSCS" : encoding);
    if (decoder->converter == (iconv_t)-1) {
        if (errno == ENOMEM)
            return gdx_fail_memory(err, "an encoding's converter");
        return gdx_fail(err, GDX_INVALID, "encoding '%s': not known, expected one like UTF-8, GB18030 or Big5",
                        encoding);
    }
    snprintf(decoder->name, sizeof decoder->name, "%s", encoding);
    return GDX_OK;
}

gdx_status gdx_decoder_new(const char *encoding, gdx_decoder **out, gdx_error *err) {
    GDX_AUTO(gdx_decoder) decoder = calloc(1, sizeof *decoder);
    if (!decoder)
        return gdx_fail_memory(err, "a decoder");
    decoder->converter = (iconv_t)-1;
    if (encoding) {
        gdx_status status = open_converter(decoder, encoding, err);
        if (status != GDX_OK)
            return status;
        decoder->is_given = true;
        snprintf(decoder->given, sizeof decoder->given, "%s", encoding);
    } else {
        decoder->guesser = uchardet_new();
        if (!decoder->guesser)
            return gdx_fail_memory(err, "guessing encodings");
    }
    *out = GDX_TAKE(decoder);
    return GDX_OK;
}

void gdx_decoder_free(gdx_decoder *decoder) {
    if (!decoder)
        return;
    close_converter(decoder);
    if (decoder->guesser)
        uchardet_delete(decoder->guesser);
    gdx_buffer_clear(&decoder->text);
    gdx_buffer_clear(&decoder->repaired);
    free(decoder);
}

static bool has_name_prefix(const char *encoding, const char *prefix) {
    return strncasecmp(encoding, prefix, strlen(prefix)) == 0;
}

// Encodings in which a lead byte and a trail byte make a character.
struct pairs {
    const char *prefix;   // of the encoding's name
    uint8_t lead, second; // the first of two ranges of lead bytes begins at one, the second at the other
    uint8_t before;       // where the first range ends
};

static const struct pairs pair_encodings[] = {
    {"GB", 0x81, 0x81, 0x81},    {"CP936", 0x81, 0x81, 0x81}, {"BIG5", 0x81, 0x81, 0x81},  {"CP950", 0x81, 0x81, 0x81},
    {"EUC-", 0x8e, 0xa1, 0x90},  {"EUCJP", 0x8e, 0xa1, 0x90}, {"EUCKR", 0xa1, 0xa1, 0xa1}, {"UHC", 0x81, 0x81, 0x81},
    {"CP949", 0x81, 0x81, 0x81}, {"SHIFT", 0x81, 0xe0, 0xa0}, {"SJIS", 0x81, 0xe0, 0xa0},  {"CP932", 0x81, 0xe0, 0xa0},
};

// True for a lead and a trail byte that stand for no character. They are skipped together, or the trail byte would pair
// with the lead of the next character, and so on through the sentence. A trail byte in ASCII is its own character.
static bool is_unassigned_pair(const char *encoding, const uint8_t *at, size_t left) {
    if (left < 2 || at[1] < 0x80 || at[1] == 0xff || at[0] == 0xff)
        return false;
    for (size_t i = 0; i < sizeof pair_encodings / sizeof *pair_encodings; i++) {
        const struct pairs *pairs = &pair_encodings[i];
        if (has_name_prefix(encoding, pairs->prefix))
            return (at[0] >= pairs->lead && at[0] < pairs->before) || at[0] >= pairs->second;
    }
    return false;
}

// How many bytes a unit of the encoding has.
static size_t unit_bytes(const char *encoding) {
    if (has_name_prefix(encoding, "UTF-32") || has_name_prefix(encoding, "UTF32") ||
        has_name_prefix(encoding, "UCS-4") || has_name_prefix(encoding, "UCS4"))
        return 4;
    if (has_name_prefix(encoding, "UTF-16") || has_name_prefix(encoding, "UTF16") ||
        has_name_prefix(encoding, "UCS-2") || has_name_prefix(encoding, "UCS2"))
        return 2;
    return 1;
}

// Runs the open converter over all of `bytes` into decoder->text.
static gdx_status convert(gdx_decoder *decoder, gdx_slice bytes, uint64_t *replaced) {
    size_t unit = unit_bytes(decoder->name);
    gdx_buffer *text = &decoder->text;
    char *from = (char *)bytes.data; // iconv does not write there
    size_t left = bytes.bytes;
    size_t more = left / 2 * 3 + 16; // two bytes of GB18030, Big5 or UTF-16 become three
    bool is_flushed = false;
    while (!is_flushed) {
        gdx_status status = gdx_buffer_reserve(text, more);
        if (status != GDX_OK)
            return status;
        char *to = (char *)text->data + text->bytes;
        size_t room = text->capacity - text->bytes;
        errno = 0;
        // After all input, a last call makes a stateful encoding write what it still holds.
        is_flushed = left == 0;
        size_t result = iconv(decoder->converter, is_flushed ? NULL : &from, is_flushed ? NULL : &left, &to, &room);
        text->bytes = (size_t)(to - (char *)text->data);
        more = left / 2 * 3 + 16;
        if (result != (size_t)-1)
            continue;
        if (errno == E2BIG) {
            is_flushed = false;
            more = text->capacity - text->bytes + more;
            continue;
        }
        status = gdx_buffer_append(text, GDX_REPLACEMENT, GDX_REPLACEMENT_BYTES);
        if (status != GDX_OK)
            return status;
        ++*replaced;
        size_t skipped = is_unassigned_pair(decoder->name, (const uint8_t *)from, left) ? 2 : unit;
        skipped = skipped < left ? skipped : left;
        from += skipped;
        left -= skipped;
    }
    return GDX_OK;
}

static gdx_slice without_mark(gdx_slice text) {
    if (text.bytes >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        return (gdx_slice){text.data + 3, text.bytes - 3};
    return text;
}

static gdx_status decode_utf8(gdx_decoder *decoder, gdx_slice bytes, gdx_decoded *out) {
    bytes = without_mark(bytes);
    *out = (gdx_decoded){bytes, "UTF-8", 0};
    if (gdx_utf8_valid(bytes))
        return GDX_OK;
    decoder->repaired.bytes = 0;
    gdx_status status = gdx_utf8_repair(bytes, &decoder->repaired, &out->replaced);
    out->text = gdx_buffer_slice(&decoder->repaired);
    return status;
}

static detected choose_encoding(gdx_decoder *decoder, gdx_slice bytes) {
    if (!decoder->is_given)
        return detect_encoding(decoder->guesser, bytes);
    if (is_name(decoder->given, "UTF-16") || is_name(decoder->given, "UTF16"))
        return detect_utf16_order(bytes);
    if (is_name(decoder->given, "UTF-32") || is_name(decoder->given, "UTF32"))
        return detect_utf32_order(bytes);
    return (detected){decoder->given, 0};
}

static gdx_status decode_other(gdx_decoder *decoder, gdx_slice bytes, gdx_decoded *out) {
    gdx_decoded decoded = {.encoding = decoder->name};
    decoder->text.bytes = 0;
    gdx_status status = convert(decoder, bytes, &decoded.replaced);
    decoded.text = without_mark(gdx_buffer_slice(&decoder->text));
    // iconv's modules promise valid UTF-8. All later code relies on it, so check it once.
    if (status == GDX_OK && !gdx_utf8_valid(decoded.text)) {
        decoder->repaired.bytes = 0;
        status = gdx_utf8_repair(decoded.text, &decoder->repaired, &decoded.replaced);
        decoded.text = gdx_buffer_slice(&decoder->repaired);
    }
    *out = decoded;
    return status;
}

gdx_status gdx_decode(gdx_decoder *decoder, gdx_slice bytes, gdx_decoded *out, gdx_error *err) {
    gdx_decoded decoded = {0};
    detected found = choose_encoding(decoder, bytes);
    gdx_status status;
    if (is_utf8_name(found.encoding)) {
        status = decode_utf8(decoder, bytes, &decoded);
    } else {
        status = open_converter(decoder, found.encoding, decoder->is_given ? err : NULL);
        gdx_slice body = {bytes.data + found.mark_bytes, bytes.bytes - found.mark_bytes};
        if (status == GDX_OK)
            status = decode_other(decoder, body, &decoded);
        else if (status == GDX_INVALID && !decoder->is_given) // a guess that iconv cannot convert
            status = decode_utf8(decoder, bytes, &decoded);
    }
    if (status != GDX_OK)
        return status == GDX_NO_MEMORY ? gdx_fail_memory(err, "decoded text") : status;
    *out = decoded;
    return GDX_OK;
}
