// SPDX-License-Identifier: Apache-2.0
// charset.c: bodies and headers as UTF-8. Relies on gdx/decode.h and GMime.
// Mailers say gb2312 and write GBK, or write a header's raw bytes and say nothing. So a charset stands for the largest
// of its family, and bytes that it leaves broken are guessed.

#include "mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { HEAD_BYTES = 2048 };

static const char *const families[][2] = {
    {"gb2312", "GB18030"},   {"gb_2312-80", "GB18030"}, {"euc-cn", "GB18030"},  {"gbk", "GB18030"},
    {"x-gbk", "GB18030"},    {"cp936", "GB18030"},      {"big5", "BIG5-HKSCS"}, {"x-x-big5", "BIG5-HKSCS"},
    {"cp950", "BIG5-HKSCS"}, {"shift_jis", "CP932"},    {"shift-jis", "CP932"}, {"ks_c_5601-1987", "UHC"},
};

static const char *family_of(const char *charset, size_t bytes) {
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (strlen(families[i][0]) == bytes && strncasecmp(families[i][0], charset, bytes) == 0)
            return families[i][1];
    return NULL;
}

static void out_of_memory(void) {
    fprintf(stderr, "gramdex-mail: no memory\n");
    exit(1);
}

// Returns how many characters are broken; UINT64_MAX: no such charset.
static uint64_t decode(gdx_decoder *decoder, gdx_slice bytes, GString *out) {
    gdx_decoded decoded;
    gdx_status status = gdx_decode(decoder, bytes, &decoded, NULL);
    if (status == GDX_NO_MEMORY)
        out_of_memory();
    if (status != GDX_OK)
        return UINT64_MAX;
    g_string_append_len(out, decoded.text.data, (gssize)decoded.text.bytes);
    return decoded.replaced;
}

static uint64_t decode_as(const char *charset, gdx_slice bytes, GString *out) {
    GDX_AUTO(gdx_decoder) decoder = NULL;
    const char *family = family_of(charset, strlen(charset));
    gdx_status status = gdx_decoder_new(family ? family : charset, &decoder, NULL);
    if (status == GDX_NO_MEMORY)
        out_of_memory();
    return status == GDX_OK ? decode(decoder, bytes, out) : UINT64_MAX;
}

void charset_append(struct mail_run *run, gdx_slice bytes, const char *charset, GString *out) {
    size_t before = out->len;
    bool is_said = charset && *charset && strcasecmp(charset, "us-ascii") != 0;
    uint64_t broken = is_said ? decode_as(charset, bytes, out) : UINT64_MAX;
    if (broken == 0)
        return;
    if (!run->guesser && gdx_decoder_new(NULL, &run->guesser, NULL) != GDX_OK)
        out_of_memory();
    GString *guessed = g_string_new(NULL);
    if (decode(run->guesser, bytes, guessed) < broken) {
        g_string_truncate(out, before);
        g_string_append_len(out, guessed->str, (gssize)guessed->len);
    }
    g_string_free(guessed, TRUE);
}

// "=?gb2312?B?...?=" becomes "=?GB18030?B?...?=".
static char *widen_encoded_words(const char *text) {
    GString *out = g_string_new(NULL);
    while (*text) {
        const char *word = strstr(text, "=?");
        if (!word) {
            g_string_append(out, text);
            break;
        }
        size_t bytes = strcspn(word + 2, "?*");
        const char *family = family_of(word + 2, bytes);
        g_string_append_len(out, text, word - text + 2);
        g_string_append_len(out, family ? family : word + 2, family ? -1 : (gssize)bytes);
        text = word + 2 + bytes;
    }
    return g_string_free(out, FALSE);
}

static bool is_ascii(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

char *charset_header(struct mail_run *run, GMimeObject *object, const char *name, const char *hint) {
    GMimeHeader *header = g_mime_header_list_get_header(g_mime_object_get_header_list(object), name);
    const char *raw = header ? g_mime_header_get_raw_value(header) : NULL;
    if (!raw)
        return NULL;
    GString *text = g_string_new(NULL);
    if (is_ascii(raw))
        g_string_append(text, raw);
    else
        charset_append(run, gdx_slice_of(raw), hint, text);
    char *unfolded = g_mime_utils_header_unfold(text->str);
    char *widened = widen_encoded_words(unfolded);
    char *decoded = g_mime_utils_header_decode_text(NULL, widened);
    g_string_free(text, TRUE);
    g_free(unfolded);
    g_free(widened);
    for (char *at = decoded; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
    g_strstrip(decoded);
    if (*decoded)
        return decoded;
    g_free(decoded);
    return NULL;
}

bool charset_of_html(gdx_slice html, char *to, size_t room) {
    size_t bytes = html.bytes < HEAD_BYTES ? html.bytes : HEAD_BYTES;
    for (size_t at = 0; at + 8 < bytes; at++) {
        if (strncasecmp(html.data + at, "charset=", 8) != 0)
            continue;
        for (at += 8; at < bytes && (html.data[at] == '"' || html.data[at] == '\''); at++)
            continue;
        size_t count = 0;
        while (at + count < bytes &&
               (g_ascii_isalnum(html.data[at + count]) || strchr("-_:.", html.data[at + count])) &&
               html.data[at + count])
            count++;
        if (count == 0 || count >= room)
            return false;
        snprintf(to, room, "%.*s", (int)count, html.data + at);
        return true;
    }
    return false;
}
