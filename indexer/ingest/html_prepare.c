// SPDX-License-Identifier: Apache-2.0
// html_prepare.c: an HTML text as the parser can take it: not too deep, and XHTML's <title/> closed.
// Relies on html.h. HTML 5 looks through all open elements at most tags, so a page of a million <div> takes hours; a
// browser flattens such a page, and so do we. It also takes <title/> for an open tag, which in XHTML would swallow the
// book. The text is copied only where a tag changes.

#include "html.h"

#include <strings.h>

struct preparer {
    const char *at, *end;
    const char *kept; // not copied yet, from here on
    gdx_buffer *out;
    gdx_status status;
    bool is_xhtml;
    bool is_in_head;
    unsigned depth;
    unsigned open[GUMBO_TAG_LAST + 1]; // by name
    unsigned left_out[GUMBO_TAG_LAST + 1];
};

enum { LOOK_BYTES = 2048 };

static bool is_letter(char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_name_end(char c) {
    return c == '>' || c == '/' || c == ' ' || (c >= '\t' && c <= '\r');
}

static bool starts_with(const struct preparer *preparer, const char *word) {
    size_t bytes = strlen(word);
    return (size_t)(preparer->end - preparer->at) >= bytes && strncasecmp(preparer->at, word, bytes) == 0;
}

static const char *find(const char *at, const char *end, const char *word) {
    const char *found = memmem(at, (size_t)(end - at), word, strlen(word));
    return found ? found : end;
}

// An XML declaration, or XHTML's name space in the first tags.
static bool says_xhtml(gdx_slice page) {
    gdx_slice start = gdx_trim_start((gdx_slice){page.data, page.bytes < LOOK_BYTES ? page.bytes : LOOK_BYTES});
    return (start.bytes > 5 && memcmp(start.data, "<?xml", 5) == 0) ||
           (start.bytes && memmem(start.data, start.bytes, "http://www.w3.org/1999/xhtml", 28));
}

static bool is_void(GumboTag tag) {
    static const GumboTag tags[] = {GUMBO_TAG_AREA,  GUMBO_TAG_BASE,    GUMBO_TAG_BR,      GUMBO_TAG_COL,
                                    GUMBO_TAG_EMBED, GUMBO_TAG_HR,      GUMBO_TAG_IMG,     GUMBO_TAG_IMAGE,
                                    GUMBO_TAG_INPUT, GUMBO_TAG_KEYGEN,  GUMBO_TAG_LINK,    GUMBO_TAG_META,
                                    GUMBO_TAG_PARAM, GUMBO_TAG_SOURCE,  GUMBO_TAG_TRACK,   GUMBO_TAG_WBR,
                                    GUMBO_TAG_FRAME, GUMBO_TAG_BGSOUND, GUMBO_TAG_BASEFONT};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (tags[i] == tag)
            return true;
    return false;
}

// Those that the next of their kind closes: they do not nest by themselves.
static bool closes_itself(GumboTag tag) {
    return tag == GUMBO_TAG_P || tag == GUMBO_TAG_LI || tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH ||
           tag == GUMBO_TAG_TR || tag == GUMBO_TAG_TBODY || tag == GUMBO_TAG_THEAD || tag == GUMBO_TAG_TFOOT ||
           tag == GUMBO_TAG_OPTION || tag == GUMBO_TAG_OPTGROUP || tag == GUMBO_TAG_DT || tag == GUMBO_TAG_DD ||
           tag == GUMBO_TAG_HTML || tag == GUMBO_TAG_HEAD || tag == GUMBO_TAG_BODY;
}

static bool holds_raw_text(GumboTag tag) {
    return tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_TEXTAREA || tag == GUMBO_TAG_TITLE ||
           tag == GUMBO_TAG_XMP || tag == GUMBO_TAG_IFRAME || tag == GUMBO_TAG_NOEMBED || tag == GUMBO_TAG_NOFRAMES;
}

static void append(struct preparer *preparer, const char *from, size_t bytes) {
    if (preparer->status == GDX_OK)
        preparer->status = gdx_buffer_append(preparer->out, from, bytes);
}

// Copies what was kept before `from` and goes on after `to`.
static void leave_out(struct preparer *preparer, const char *from, const char *to) {
    append(preparer, preparer->kept, (size_t)(from - preparer->kept));
    preparer->kept = to;
}

// Past the > of a tag, quotes heeded; the end where there is none.
static const char *past_tag(const char *at, const char *end) {
    char quote = 0;
    bool is_value = false; // after =
    for (; at < end; at++) {
        if (quote) {
            quote = *at == quote ? 0 : quote;
            continue;
        }
        if (*at == '>')
            return at + 1;
        if (is_value && (*at == '"' || *at == '\''))
            quote = *at;
        if (*at != ' ' && !(*at >= '\t' && *at <= '\r'))
            is_value = *at == '=';
    }
    return end;
}

static void read_end_tag(struct preparer *preparer, GumboTag tag, const char *start, const char *past) {
    preparer->at = past;
    if (preparer->left_out[tag]) {
        preparer->left_out[tag]--;
        leave_out(preparer, start, past);
    } else if (preparer->open[tag]) {
        preparer->open[tag]--;
        preparer->depth--;
    }
}

// To the end tag of a text that has no tags in it.
static const char *past_raw_text(const struct preparer *preparer, gdx_slice name, const char *at) {
    for (; (at = find(at, preparer->end, "</")) < preparer->end; at += 2)
        if ((size_t)(preparer->end - at) > name.bytes + 2 && strncasecmp(at + 2, name.data, name.bytes) == 0 &&
            is_name_end(at[2 + name.bytes]))
            return at;
    return preparer->end;
}

static bool is_of_head(GumboTag tag) {
    return tag == GUMBO_TAG_HTML || tag == GUMBO_TAG_HEAD || tag == GUMBO_TAG_TITLE || tag == GUMBO_TAG_META ||
           tag == GUMBO_TAG_LINK || tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_BASE;
}

// Gumbo reads pages as a browser without scripts does, which shows what a head has for those.
static void leave_out_noscript(struct preparer *preparer, gdx_slice name, const char *past) {
    const char *end = past_raw_text(preparer, name, past);
    leave_out(preparer, preparer->at, end);
    preparer->at = end;
}

// "<a/>", "<a id='x'/>"; not <a href=/>, whose slash is a value's.
static bool is_self_closed(gdx_slice name, const char *past) {
    if (past[-1] != '>' || past[-2] != '/')
        return false;
    char before = past[-3];
    return past - 2 == name.data + name.bytes || before == '"' || before == '\'' || before == ' ' ||
           (before >= '\t' && before <= '\r');
}

static void read_start_tag(struct preparer *preparer, gdx_slice name, GumboTag tag, const char *past) {
    const char *start = preparer->at;
    bool is_closed = past - start > 3 && is_self_closed(name, past);
    if (preparer->is_in_head && tag == GUMBO_TAG_NOSCRIPT) {
        leave_out_noscript(preparer, name, past);
        return;
    }
    preparer->is_in_head &= is_of_head(tag);
    preparer->at = past;
    if (is_void(tag))
        return;
    if (is_closed && preparer->is_xhtml) {
        leave_out(preparer, past - 2, past);
        append(preparer, "></", 3);
        append(preparer, name.data, name.bytes);
        append(preparer, ">", 1);
    } else if (holds_raw_text(tag)) {
        preparer->at = past_raw_text(preparer, name, past);
    } else if (!closes_itself(tag) && preparer->depth == HTML_DEPTH) {
        preparer->left_out[tag]++;
        leave_out(preparer, start, past);
    } else if (!closes_itself(tag)) {
        preparer->open[tag]++;
        preparer->depth++;
    }
}

static void read_tag(struct preparer *preparer) {
    bool is_end = preparer->at + 1 < preparer->end && preparer->at[1] == '/';
    const char *start = preparer->at, *name = start + 1 + is_end, *at = name;
    while (at < preparer->end && !is_name_end(*at))
        at++;
    GumboTag tag = gumbo_tagn_enum(name, (unsigned)(at - name));
    const char *past = past_tag(at, preparer->end);
    if (is_end)
        read_end_tag(preparer, tag, start, past);
    else
        read_start_tag(preparer, (gdx_slice){name, (size_t)(at - name)}, tag, past);
}

gdx_status html_prepare(gdx_slice *page, gdx_buffer *out) {
    if (page->bytes == 0)
        return GDX_OK;
    struct preparer preparer = {.at = page->data,
                                .end = page->data + page->bytes,
                                .kept = page->data,
                                .out = out,
                                .is_in_head = true,
                                .is_xhtml = says_xhtml(*page)};
    out->bytes = 0;
    while (preparer.status == GDX_OK &&
           (preparer.at = memchr(preparer.at, '<', (size_t)(preparer.end - preparer.at))) != NULL) {
        const char *next = preparer.at + 1 < preparer.end ? preparer.at + 1 : "";
        if (starts_with(&preparer, "<!--"))
            preparer.at = find(preparer.at + 4, preparer.end, "-->");
        else if (is_letter(*next) || (*next == '/' && next + 1 < preparer.end && is_letter(next[1])))
            read_tag(&preparer);
        else
            preparer.at++;
    }
    if (preparer.kept == page->data || preparer.status != GDX_OK)
        return preparer.status;
    leave_out(&preparer, page->data + page->bytes, page->data + page->bytes);
    *page = gdx_buffer_slice(out);
    return preparer.status;
}
