// SPDX-License-Identifier: Apache-2.0
// sniff_text.c: what a text is by how it begins. Relies on sniff.h.
// HTML by WHATWG MIME Sniffing, section 7.1: white space, then a tag; here also a byte order mark, an XML declaration
// and comments before it, as pages have them. Other XML by its root element, JSON by its first characters, mail by its
// first header lines (RFC 5322, section 2.2; RFC 4155 for mailboxes).

#include "sniff.h"

#include <strings.h>

// Moves past `open` and everything up to `close`, if the text starts with `open`.
static bool skip_between(gdx_slice *text, const char *open, const char *close) {
    size_t bytes = strlen(open);
    if (text->bytes < bytes || strncasecmp(text->data, open, bytes) != 0)
        return false;
    const char *end = memmem(text->data + bytes, text->bytes - bytes, close, strlen(close));
    if (!end)
        return false;
    size_t skipped = (size_t)(end - text->data) + strlen(close);
    *text = (gdx_slice){text->data + skipped, text->bytes - skipped};
    return true;
}

static void skip_white(gdx_slice *text) {
    while (text->bytes && strchr(" \t\r\n\f", text->data[0]) && text->data[0])
        *text = (gdx_slice){text->data + 1, text->bytes - 1};
}

// The name of a tag or of the document type, with what ends it.
static bool starts_with_tag(gdx_slice text, const char *tag) {
    size_t bytes = strlen(tag);
    return text.bytes > bytes && strncasecmp(text.data, tag, bytes) == 0 &&
           strchr(" \t\r\n\f>/", text.data[bytes]) != NULL && text.data[bytes];
}

static gdx_slice without_mark(gdx_slice text) {
    if (text.bytes >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        return (gdx_slice){text.data + 3, text.bytes - 3};
    return text;
}

// What comes before a page's first tag.
static gdx_slice without_prologue(gdx_slice text) {
    text = without_mark(text);
    do
        skip_white(&text);
    while (skip_between(&text, "<!--", "-->") || skip_between(&text, "<?", "?>") || skip_between(&text, "<%", "%>"));
    return text;
}

bool ingest_is_html(gdx_slice bytes) {
    static const char *const tags[] = {"<!doctype html", "<html", "<head", "<body"};
    gdx_slice text = {bytes.data, bytes.bytes < GDX_INPUT_HEAD_BYTES ? bytes.bytes : GDX_INPUT_HEAD_BYTES};
    text = without_prologue(text);
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (starts_with_tag(text, tags[i]))
            return true;
    return false;
}

// ---- XML

// The name of the first element, its prefix left out; empty if it begins with none.
static gdx_slice root_of(gdx_slice text) {
    text = without_prologue(text);
    if (skip_between(&text, "<!DOCTYPE", ">"))
        text = without_prologue(text);
    if (text.bytes < 2 || text.data[0] != '<')
        return (gdx_slice){"", 0};
    gdx_slice name = {text.data + 1, 0};
    while (name.bytes + 1 < text.bytes && !strchr(" \t\r\n/>", name.data[name.bytes])) {
        name.bytes++;
        if (name.data[name.bytes - 1] == ':')
            name = (gdx_slice){name.data + name.bytes, 0};
    }
    return name;
}

static bool sniff_xml(gdx_slice head, gdx_input_kind *out) {
    static const struct {
        const char *root;
        gdx_input_kind kind;
    } roots[] = {{"html", GDX_INPUT_HTML},
                 {"rss", GDX_INPUT_FEED},
                 {"feed", GDX_INPUT_FEED},
                 {"RDF", GDX_INPUT_FEED},
                 {"mediawiki", GDX_INPUT_FEED},
                 {"FictionBook", GDX_INPUT_FICTIONBOOK},
                 {"document", GDX_INPUT_OPENDOCUMENT}};
    gdx_slice text = without_mark(head), root = root_of(head);
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++)
        if (gdx_slice_equal(root, gdx_slice_of(roots[i].root))) {
            bool is_office = memmem(head.data, head.bytes, "opendocument", 12) != NULL;
            *out = roots[i].kind == GDX_INPUT_OPENDOCUMENT && !is_office ? GDX_INPUT_FEED : roots[i].kind;
            return true;
        }
    *out = GDX_INPUT_FEED;
    return root.bytes && text.bytes > 5 && memcmp(text.data, "<?xml", 5) == 0;
}

// ---- JSON

static gdx_slice first_line(gdx_slice text) {
    const char *end = text.bytes ? memchr(text.data, '\n', text.bytes) : NULL;
    return end ? (gdx_slice){text.data, (size_t)(end - text.data)} : text;
}

// A file that says it holds lines is believed as long as its first line holds more than a bracket.
static bool sniff_json(gdx_slice head, gdx_input_kind by_name, gdx_input_kind *out) {
    gdx_slice text = without_mark(head);
    skip_white(&text);
    if (text.bytes == 0 || (text.data[0] != '{' && text.data[0] != '['))
        return false;
    gdx_slice line = first_line(text), inside = {text.data + 1, text.bytes - 1};
    while (line.bytes > 1 && strchr(" \t\r", line.data[line.bytes - 1]))
        line.bytes--;
    skip_white(&inside);
    bool is_array = text.data[0] == '[';
    if (is_array ? inside.bytes == 0 || inside.data[0] != '{'
                 : inside.bytes == 0 || (inside.data[0] != '"' && inside.data[0] != '}'))
        return false;
    bool is_believed = by_name == GDX_INPUT_RECORDS && !is_array && line.bytes > 1;
    *out = is_believed ? GDX_INPUT_RECORDS : ingest_sniff_json(head);
    return true;
}

// ---- mail

// The name of a header field that the line begins with, its colon left out; empty if it begins with none.
static gdx_slice header_of(gdx_slice line) {
    size_t bytes = 0;
    while (bytes < line.bytes && line.data[bytes] > ' ' && line.data[bytes] < 127 && line.data[bytes] != ':')
        bytes++;
    return bytes && bytes < line.bytes && line.data[bytes] == ':' ? (gdx_slice){line.data, bytes} : (gdx_slice){"", 0};
}

static bool is_header_of_mail(gdx_slice name) {
    static const char *const names[] = {"received", "return-path", "message-id", "mime-version", "delivered-to",
                                        "from",     "subject",     "date",       "to",           "content-type"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == name.bytes && strncasecmp(name.data, names[i], name.bytes) == 0)
            return true;
    return false;
}

// Three fields that mails have before anything else: minutes of a meeting may well begin with "From:" and "To:".
static bool is_mail(gdx_slice text) {
    enum { FIELDS_LEAST = 3 };
    unsigned fields = 0;
    bool is_first = true;
    while (text.bytes && fields < FIELDS_LEAST) {
        gdx_slice line = first_line(text);
        size_t taken = line.bytes < text.bytes ? line.bytes + 1 : line.bytes;
        bool is_mailbox = is_first && line.bytes > 5 && memcmp(line.data, "From ", 5) == 0;
        bool goes_on = line.bytes && (line.data[0] == ' ' || line.data[0] == '\t') && !is_first;
        gdx_slice name = header_of(line);
        if (!is_mailbox && !goes_on && name.bytes == 0)
            return false;
        fields += is_header_of_mail(name);
        text = (gdx_slice){text.data + taken, text.bytes - taken};
        is_first = false;
    }
    return fields == FIELDS_LEAST;
}

// ---- any text

static bool is_text_kind(gdx_input_kind kind) {
    switch (kind) {
    case GDX_INPUT_RECORDS:
    case GDX_INPUT_TEXT:
    case GDX_INPUT_MARKDOWN:
    case GDX_INPUT_HTML:
    case GDX_INPUT_SUBTITLES:
    case GDX_INPUT_JSON:
    case GDX_INPUT_TABLE:
    case GDX_INPUT_FEED:
    case GDX_INPUT_FICTIONBOOK:
    case GDX_INPUT_MAIL:
        return true;
    default:
        return false;
    }
}

static bool is_wide(gdx_slice head) {
    return head.bytes >= 2 && (memcmp(head.data, "\xff\xfe", 2) == 0 || memcmp(head.data, "\xfe\xff", 2) == 0 ||
                               head.data[0] == 0 || head.data[1] == 0);
}

// A page or a text may hold a record or a mail as its example, a mail may begin with a page: their names count first.
static bool is_told_by_name(gdx_input_kind by_name) {
    return by_name == GDX_INPUT_MARKDOWN || by_name == GDX_INPUT_SUBTITLES || by_name == GDX_INPUT_TABLE ||
           by_name == GDX_INPUT_MAIL;
}

gdx_input_kind ingest_sniff_text(gdx_slice head, gdx_input_kind by_name) {
    gdx_input_kind kind;
    if (head.bytes == 0)
        return is_text_kind(by_name) ? by_name : GDX_INPUT_TEXT;
    if (is_wide(head))
        return by_name == GDX_INPUT_RECORDS ? GDX_INPUT_JSON : by_name;
    if (is_told_by_name(by_name))
        return by_name;
    if (ingest_is_html(head))
        return GDX_INPUT_HTML;
    if (sniff_xml(head, &kind) || sniff_json(head, by_name, &kind))
        return kind;
    if (is_mail(head))
        return GDX_INPUT_MAIL;
    gdx_slice text = without_mark(head);
    if (text.bytes >= 6 && memcmp(text.data, "WEBVTT", 6) == 0)
        return GDX_INPUT_SUBTITLES;
    return by_name;
}
