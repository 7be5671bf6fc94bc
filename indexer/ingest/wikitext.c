// SPDX-License-Identifier: Apache-2.0
// wikitext.c: MediaWiki's markup -> what a reader sees of a page.
// Relies on feed.h. No parse of the language, which needs the wiki's own templates: what is left out are templates,
// notes, comments, pictures and categories; of links, tables, lists and headings the text stays. Brackets are followed
// by counting, so that nothing nests on the stack; what is not closed is text.

#include "feed.h"

#include "gdx/decode.h"

#include <stdlib.h>
#include <strings.h>

struct wikitext {
    const char *at;
    const char *end;
    gdx_buffer *out;
    gdx_status status;
    size_t unclosed; // a bracket that was looked for to the end in vain is not looked for again
    size_t links;    // [[ that are open
};

static void put(struct wikitext *wiki, const char *data, size_t bytes) {
    if (wiki->status == GDX_OK)
        wiki->status = gdx_buffer_append(wiki->out, data, bytes);
}

static bool starts(const struct wikitext *wiki, const char *word) {
    size_t bytes = strlen(word);
    return (size_t)(wiki->end - wiki->at) >= bytes && strncasecmp(wiki->at, word, bytes) == 0;
}

static bool is_at_line(const struct wikitext *wiki) {
    return wiki->out->bytes == 0 || wiki->out->data[wiki->out->bytes - 1] == '\n';
}

enum { MARK_COMMENT = 1, MARK_TEMPLATE = 2, MARK_NOTE = 4, MARK_FILE = 8, MARK_TAG = 16, MARK_VARIANT = 32 };

// Past `close`; false: there is none, which is kept in mind as `mark`.
static bool skip_to(struct wikitext *wiki, const char *close, size_t mark) {
    if (wiki->unclosed & mark)
        return false;
    const char *found = memmem(wiki->at, (size_t)(wiki->end - wiki->at), close, strlen(close));
    if (!found) {
        wiki->unclosed |= mark;
        return false;
    }
    wiki->at = found + strlen(close);
    return true;
}

// Past the pair of brackets of two bytes that opens at `at`.
static bool skip_pair(struct wikitext *wiki, const char *open, const char *close, size_t mark) {
    size_t depth = 0;
    if (wiki->unclosed & mark)
        return false;
    for (const char *at = wiki->at; at + 1 < wiki->end;) {
        if (memcmp(at, open, 2) == 0) {
            depth++;
            at += 2;
        } else if (memcmp(at, close, 2) == 0) {
            at += 2;
            if (--depth == 0) {
                wiki->at = at;
                return true;
            }
        } else {
            at++;
        }
    }
    wiki->unclosed |= mark;
    return false;
}

// ---- tags and entities

static bool take_note(struct wikitext *wiki) {
    if (!starts(wiki, "<ref") || wiki->end - wiki->at < 5 || !memchr(" >/", wiki->at[4], 3))
        return false;
    const char *begin = wiki->at;
    if (!skip_to(wiki, ">", MARK_TAG))
        return false;
    if (wiki->at[-2] == '/' || skip_to(wiki, "</ref>", MARK_NOTE))
        return true;
    wiki->at = begin;
    return false;
}

static bool take_tag(struct wikitext *wiki) {
    if (starts(wiki, "<!--"))
        return skip_to(wiki, "-->", MARK_COMMENT);
    if (take_note(wiki))
        return true;
    char second = wiki->end - wiki->at > 1 ? wiki->at[1] : ' ';
    bool is_tag = (second >= 'a' && second <= 'z') || (second >= 'A' && second <= 'Z') || second == '/';
    bool is_break = starts(wiki, "<br") || starts(wiki, "</p") || starts(wiki, "</div") || starts(wiki, "</li");
    if (!is_tag || !skip_to(wiki, ">", MARK_TAG))
        return false;
    if (is_break && !is_at_line(wiki))
        put(wiki, "\n", 1);
    return true;
}

static bool take_entity(struct wikitext *wiki) {
    static const struct {
        const char *name, *text;
    } entities[] = {{"&nbsp;", " "},   {"&lt;", "<"},     {"&gt;", ">"},     {"&amp;", "&"},  {"&quot;", "\""},
                    {"&ndash;", "–"},  {"&mdash;", "—"},  {"&middot;", "·"}, {"&ensp;", " "}, {"&emsp;", " "},
                    {"&thinsp;", " "}, {"&hellip;", "…"}, {"&times;", "×"},  {"&minus;", "−"}};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (starts(wiki, entities[i].name)) {
            put(wiki, entities[i].text, strlen(entities[i].text));
            wiki->at += strlen(entities[i].name);
            return true;
        }
    return false;
}

// ---- links

static bool is_file_or_category(const struct wikitext *wiki) {
    static const char *const prefixes[] = {"[[file:", "[[image:", "[[category:", "[[文件:", "[[檔案:", "[[档案:",
                                           "[[图像:", "[[圖像:",  "[[图片:",     "[[分类:", "[[分類:"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (starts(wiki, prefixes[i]))
            return true;
    return false;
}

// [[page|what is shown]]: up to the bar, if there is one before the link ends.
static void open_link(struct wikitext *wiki) {
    wiki->at += 2;
    wiki->links++;
    for (const char *at = wiki->at; at < wiki->end && !memchr("[]\n{", *at, 4); at++)
        if (*at == '|') {
            wiki->at = at + 1;
            return;
        }
    if (wiki->at < wiki->end && *wiki->at == ':')
        wiki->at++;
}

// [http://address what is shown]
static bool take_address(struct wikitext *wiki) {
    if (!starts(wiki, "[http://") && !starts(wiki, "[https://") && !starts(wiki, "[//"))
        return false;
    while (wiki->at < wiki->end && !memchr(" ]\n", *wiki->at, 3))
        wiki->at++;
    const char *close = wiki->at;
    while (close < wiki->end && !memchr("]\n", *close, 2))
        close++;
    if (wiki->at < close && *wiki->at == ' ')
        wiki->at++;
    put(wiki, wiki->at, (size_t)(close - wiki->at));
    wiki->at = close + (close < wiki->end && *close == ']');
    return true;
}

static bool take_bracket(struct wikitext *wiki) {
    if (starts(wiki, "[[")) {
        if (!is_file_or_category(wiki) || !skip_pair(wiki, "[[", "]]", MARK_FILE))
            open_link(wiki);
        return true;
    }
    if (wiki->links && starts(wiki, "]]")) {
        wiki->links--;
        wiki->at += 2;
        return true;
    }
    return take_address(wiki);
}

// -{zh-hans:计算机; zh-hant:電腦}-: the first of the spellings.
static bool take_variant(struct wikitext *wiki) {
    const char *begin = wiki->at + 2;
    if (!starts(wiki, "-{") || !skip_to(wiki, "}-", MARK_VARIANT))
        return false;
    const char *end = wiki->at - 2;
    for (const char *at = begin; at < end && at - begin < 12; at++)
        if (*at == '|')
            begin = at + 1; // flags
    bool is_choice = end - begin > 2 && memcmp(begin, "zh", 2) == 0;
    const char *colon = is_choice ? memchr(begin, ':', (size_t)(end - begin)) : NULL;
    if (colon) {
        begin = colon + 1;
        const char *next = memchr(begin, ';', (size_t)(end - begin));
        end = next ? next : end;
    }
    put(wiki, begin, (size_t)(end - begin));
    return true;
}

// ---- lines

static void skip_line(struct wikitext *wiki) {
    const char *newline = memchr(wiki->at, '\n', (size_t)(wiki->end - wiki->at));
    wiki->at = newline ? newline + 1 : wiki->end;
}

// After the bar of a cell: style="…" | and the like.
static void skip_cell_attributes(struct wikitext *wiki) {
    const char *equals = NULL;
    for (const char *at = wiki->at; at < wiki->end && !memchr("\n[{", *at, 3); at++) {
        if (*at == '=')
            equals = at;
        if (*at != '|')
            continue;
        if (equals && at + 1 < wiki->end && at[1] != '|')
            wiki->at = at + 1;
        return;
    }
}

static bool take_line_start(struct wikitext *wiki) {
    if (starts(wiki, "{|") || starts(wiki, "|}") || starts(wiki, "|-") || starts(wiki, "----") ||
        starts(wiki, "#redirect")) {
        skip_line(wiki);
        return true;
    }
    if (*wiki->at == '|' || *wiki->at == '!') {
        wiki->at++;
        if (wiki->at < wiki->end && *wiki->at == '+')
            wiki->at++;
        skip_cell_attributes(wiki);
        return true;
    }
    if (!memchr("*#:;=", *wiki->at, 5))
        return false;
    while (wiki->at < wiki->end && memchr("*#:;= ", *wiki->at, 6))
        wiki->at++;
    return true;
}

// "== heading ==": the signs before the line's end.
static bool take_heading_end(struct wikitext *wiki) {
    const char *at = wiki->at;
    while (at < wiki->end && *at == '=')
        at++;
    if (at - wiki->at < 2 || (at < wiki->end && *at != '\n'))
        return false;
    wiki->at = at;
    while (wiki->out->bytes && wiki->out->data[wiki->out->bytes - 1] == ' ')
        wiki->out->bytes--;
    return true;
}

static bool take_markup(struct wikitext *wiki) {
    switch (*wiki->at) {
    case '<':
        return take_tag(wiki);
    case '&':
        return take_entity(wiki);
    case '{':
        return starts(wiki, "{{") && skip_pair(wiki, "{{", "}}", MARK_TEMPLATE);
    case '[':
    case ']':
        return take_bracket(wiki);
    case '-':
        return take_variant(wiki);
    case '\'':
        if (!starts(wiki, "''"))
            return false;
        while (wiki->at < wiki->end && *wiki->at == '\'')
            wiki->at++;
        return true;
    case '=':
        return take_heading_end(wiki);
    case '|':
    case '!':
        if (!starts(wiki, "||") && !starts(wiki, "!!"))
            return false;
        wiki->at += 2;
        put(wiki, "\n", 1);
        skip_cell_attributes(wiki);
        return true;
    default:
        return false;
    }
}

gdx_status ingest_wikitext(gdx_slice source, gdx_buffer *out) {
    struct wikitext wiki = {.at = source.data, .end = source.data + source.bytes, .out = out};
    while (wiki.at < wiki.end && wiki.status == GDX_OK) {
        if ((is_at_line(&wiki) && take_line_start(&wiki)) || wiki.at == wiki.end || take_markup(&wiki))
            continue;
        bool is_blank_line = *wiki.at == '\n' && is_at_line(&wiki);
        if (!is_blank_line)
            put(&wiki, wiki.at, 1);
        wiki.at++;
    }
    return wiki.status;
}
