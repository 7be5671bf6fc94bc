// SPDX-License-Identifier: Apache-2.0
// charset.c: what an HTML file says of its own encoding, in <meta charset>, <meta http-equiv> or <?xml encoding?>.
// Relies on page.h. A look through the first bytes, not a parse: all usual encodings write these tags in ASCII.
// Names are mapped as browsers map them: gb2312 means GB18030, which contains it, and so on. A server's or an editor's
// default may have written the name, so the bytes may refute it.

#include "page.h"

#include <ctype.h>
#include <strings.h>

enum { LOOK_BYTES = 4096 };

static bool starts_with(const char *at, const char *end, const char *word) {
    size_t bytes = strlen(word);
    return (size_t)(end - at) >= bytes && strncasecmp(at, word, bytes) == 0;
}

static const char *find(const char *at, const char *end, const char *word) {
    while (at < end && !starts_with(at, end, word))
        at++;
    return at;
}

static bool is_white(char byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

// After `word`, within the tag: = and a name, quoted or not.
static bool name_after(const char *at, const char *end, const char *word, char out[CHARSET_NAME_BYTES]) {
    for (at = find(at, end, word); at < end; at = find(at, end, word)) {
        at += strlen(word);
        while (at < end && is_white(*at))
            at++;
        if (at == end || *at != '=')
            continue;
        at++;
        while (at < end && (is_white(*at) || *at == '"' || *at == '\''))
            at++;
        size_t bytes = 0;
        while (at < end && bytes < CHARSET_NAME_BYTES - 1 && (isalnum((unsigned char)*at) || memchr("-_.:", *at, 4)))
            out[bytes++] = *at++;
        out[bytes] = '\0';
        return bytes > 0;
    }
    return false;
}

static bool canonical(char name[CHARSET_NAME_BYTES]) {
    static const struct {
        const char *said, *meant;
    } names[] = {
        {"utf-8", "UTF-8"},
        {"utf8", "UTF-8"},
        {"gbk", "GB18030"},
        {"x-gbk", "GB18030"},
        {"gb2312", "GB18030"},
        {"gb_2312-80", "GB18030"},
        {"gb18030", "GB18030"},
        {"chinese", "GB18030"},
        {"cp936", "GB18030"},
        {"big5", "BIG5-HKSCS"},
        {"big5-hkscs", "BIG5-HKSCS"},
        {"x-x-big5", "BIG5-HKSCS"},
        {"shift_jis", "CP932"},
        {"shift-jis", "CP932"},
        {"sjis", "CP932"},
        {"x-sjis", "CP932"},
        {"windows-31j", "CP932"},
        {"euc-jp", "EUC-JP"},
        {"iso-2022-jp", "ISO-2022-JP"},
        {"euc-kr", "CP949"},
        {"ks_c_5601-1987", "CP949"},
        {"iso-8859-1", "CP1252"},
        {"latin1", "CP1252"},
        {"us-ascii", "CP1252"},
        {"ascii", "CP1252"},
        {"windows-1252", "CP1252"},
        {"windows-1251", "CP1251"},
        {"koi8-r", "KOI8-R"},
        {"iso-8859-2", "ISO-8859-2"},
        {"windows-1250", "CP1250"},
        {"iso-8859-15", "ISO-8859-15"},
        // Said in ASCII, it cannot be true; the standard takes it for UTF-8.
        {"utf-16", "UTF-8"},
        {"utf-16le", "UTF-8"},
        {"utf-16be", "UTF-8"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(name, names[i].said) == 0) {
            strcpy(name, names[i].meant); // all shorter than CHARSET_NAME_BYTES
            return true;
        }
    return false;
}

bool ingest_charset_declared(gdx_slice html, char out_name[CHARSET_NAME_BYTES]) {
    const char *at = html.data, *end = at + (html.bytes < LOOK_BYTES ? html.bytes : LOOK_BYTES);
    if (starts_with(at, end, "<?xml")) {
        const char *close = find(at, end, "?>");
        if (name_after(at, close, "encoding", out_name))
            return canonical(out_name);
    }
    while (at < end) {
        if (starts_with(at, end, "<!--")) {
            at = find(at + 4, end, "-->");
        } else if (starts_with(at, end, "<meta")) {
            const char *close = memchr(at, '>', (size_t)(end - at));
            close = close ? close : end;
            if (name_after(at, close, "charset", out_name))
                return canonical(out_name);
            at = close;
        } else {
            at++;
        }
    }
    return false;
}

bool ingest_charset_of_words(gdx_slice said, char out_name[CHARSET_NAME_BYTES]) {
    if (said.bytes == 0 || said.bytes >= CHARSET_NAME_BYTES)
        return false;
    memcpy(out_name, said.data, said.bytes);
    out_name[said.bytes] = '\0';
    return canonical(out_name);
}

bool ingest_is_double_byte(const char *encoding) {
    static const char *const prefixes[] = {"GB", "BIG5", "EUC-", "SHIFT_JIS", "UHC", "JOHAB", "CP9"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncasecmp(encoding, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

// Characters that are not ASCII, U+FFFD included.
static size_t count_others(gdx_slice text) {
    size_t count = 0;
    for (size_t i = 0; i < text.bytes; i++)
        count += (uint8_t)text.data[i] >= 0xc0;
    return count;
}

// Western letters stand between ASCII ones. Where nearly all bytes above stand in pairs, they are of another script.
static bool has_pairs(gdx_slice bytes) {
    size_t high = 0, beside = 0;
    enum { LEAST_HIGH = 8 };
    for (size_t i = 0; i + 1 < bytes.bytes; i++) {
        bool is_high = bytes.data[i] & 0x80;
        high += is_high;
        beside += is_high && (bytes.data[i + 1] & 0x80 || (i > 0 && bytes.data[i - 1] & 0x80));
    }
    return high >= LEAST_HIGH && beside * 10 >= high * 8;
}

bool ingest_charset_is_refuted(const char *name, gdx_slice bytes, const gdx_decoded *decoded) {
    bool is_western = strcmp(name, "CP1252") == 0 || strcmp(name, "ISO-8859-15") == 0;
    return decoded->replaced * 2 > count_others(decoded->text) || (is_western && has_pairs(bytes));
}
