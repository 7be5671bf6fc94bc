// SPDX-License-Identifier: Apache-2.0
// mailbox.c: what a file is, and where its messages start (RFC 4155). Relies on nothing but the bytes.
// A "From " line counts if it follows an empty line, holds a time and a year, and is followed by a header: mail
// programs do not agree on quoting, and letters may start a line with that word.

#include "mail.h"

#include <strings.h>

enum { MOST_LINE_BYTES = 1024 };

static gdx_slice line_at(gdx_slice file, size_t at) {
    const char *newline = at < file.bytes ? memchr(file.data + at, '\n', file.bytes - at) : NULL;
    size_t bytes = newline ? (size_t)(newline - file.data) - at + 1 : file.bytes - at;
    return (gdx_slice){file.data + at, bytes};
}

static bool is_header_line(gdx_slice line) {
    size_t name = 0;
    while (name < line.bytes && line.data[name] > ' ' && line.data[name] < 0x7f && line.data[name] != ':')
        name++;
    return name > 0 && name < line.bytes && line.data[name] == ':';
}

bool mail_has_header(gdx_slice message) {
    return is_header_line(line_at(message, 0));
}

size_t mail_header_bytes(gdx_slice message) {
    for (size_t at = 0; at < message.bytes;) {
        gdx_slice line = line_at(message, at);
        at += line.bytes;
        if (line.bytes <= 2 && (line.data[0] == '\n' || line.data[0] == '\r'))
            return at;
    }
    return message.bytes;
}

// "From someone@a.cn Sat May  6 10:20:00 2023"
static bool is_from_line(gdx_slice line) {
    bool has_time = false, has_year = false;
    if (line.bytes < 16 || line.bytes > MOST_LINE_BYTES || memcmp(line.data, "From ", 5) != 0)
        return false;
    for (size_t at = 5; at + 4 < line.bytes; at++) {
        const char *text = line.data + at;
        has_time = has_time ||
                   (g_ascii_isdigit(text[0]) && text[1] == ':' && g_ascii_isdigit(text[2]) && g_ascii_isdigit(text[3]));
        has_year = has_year || (text[-1] == ' ' && (memcmp(text, "19", 2) == 0 || memcmp(text, "20", 2) == 0) &&
                                g_ascii_isdigit(text[2]) && g_ascii_isdigit(text[3]) && !g_ascii_isdigit(text[4]));
    }
    return has_time && has_year;
}

static bool is_boundary(gdx_slice file, size_t at) {
    if (file.bytes - at < 6 || memcmp(file.data + at, "From ", 5) != 0)
        return false;
    bool is_after_blank =
        at == 0 || (at > 1 && file.data[at - 1] == '\n' &&
                    (file.data[at - 2] == '\n' || (at > 2 && file.data[at - 2] == '\r' && file.data[at - 3] == '\n')));
    gdx_slice line = line_at(file, at);
    return is_after_blank && is_from_line(line) && is_header_line(line_at(file, at + line.bytes));
}

// Where the next message's "From " line is, from `at` on; the end of the file if there is none.
static size_t find_boundary(gdx_slice file, size_t at) {
    while (at < file.bytes && !is_boundary(file, at)) {
        const char *found = memmem(file.data + at, file.bytes - at, "\nFrom ", 6);
        if (!found)
            return file.bytes;
        at = (size_t)(found - file.data) + 1;
    }
    return at;
}

bool mailbox_next(gdx_slice file, size_t *at, gdx_slice *message) {
    size_t start = find_boundary(file, *at);
    if (start >= file.bytes)
        return false;
    start += line_at(file, start).bytes;
    *at = find_boundary(file, start);
    *message = (gdx_slice){file.data + start, *at - start};
    return true;
}

static bool is_digits(gdx_slice line) {
    size_t digits = 0;
    while (digits < line.bytes && digits < 12 && g_ascii_isdigit(line.data[digits]))
        digits++;
    while (digits > 0 && digits < line.bytes && strchr(" \r\n", line.data[digits]) && line.data[digits])
        digits++;
    return digits > 1 && digits == line.bytes;
}

gdx_slice mail_of_file(gdx_slice file) {
    if (file.bytes >= 3 && memcmp(file.data, "\xef\xbb\xbf", 3) == 0)
        file = (gdx_slice){file.data + 3, file.bytes - 3};
    while (file.bytes && (file.data[0] == '\r' || file.data[0] == '\n'))
        file = (gdx_slice){file.data + 1, file.bytes - 1};
    gdx_slice line = line_at(file, 0);
    if (!is_digits(line))
        return file;
    size_t bytes = 0; // Apple's .emlx: the length, the message, a list of properties
    for (size_t i = 0; i < line.bytes && g_ascii_isdigit(line.data[i]); i++)
        bytes = bytes * 10 + (size_t)(line.data[i] - '0');
    file = (gdx_slice){file.data + line.bytes, file.bytes - line.bytes};
    return (gdx_slice){file.data, bytes < file.bytes ? bytes : file.bytes};
}

static bool has_line(gdx_slice header, const char *start, const char *word) {
    for (size_t at = 0; at < header.bytes;) {
        gdx_slice line = line_at(header, at);
        size_t bytes = strlen(start);
        if (line.bytes >= bytes && strncasecmp(line.data, start, bytes) == 0 &&
            (!word || memmem(line.data, line.bytes, word, strlen(word))))
            return true;
        at += line.bytes;
    }
    return false;
}

// A saved page is a message that nobody sent: no receiver, no identity, and parts that belong together.
enum mail_kind mail_sniff(gdx_slice file) {
    if (is_boundary(file, 0))
        return MAIL_MBOX;
    gdx_slice message = mail_of_file(file);
    if (!mail_has_header(message))
        return MAIL_UNKNOWN;
    gdx_slice header = {message.data, mail_header_bytes(message)};
    if (has_line(header, "Snapshot-Content-Location:", NULL) || has_line(header, "From: <Saved by", NULL) ||
        has_line(header, "From: \"Saved by", NULL))
        return MAIL_PAGE;
    bool is_sent = has_line(header, "To:", NULL) || has_line(header, "Message-ID:", NULL) ||
                   has_line(header, "Received:", NULL) || has_line(header, "Cc:", NULL) ||
                   has_line(header, "Bcc:", NULL);
    bool is_related =
        has_line(header, "Content-Type:", "multipart/related") || has_line(header, "Content-Location:", NULL);
    return is_related && !is_sent ? MAIL_PAGE : MAIL_MESSAGE;
}
