// SPDX-License-Identifier: Apache-2.0
// html_marks.c: marks of notes within a text. They leave it, brackets included, so that a phrase goes on over them; the
// note itself has its mark. Relies on html.h. A raised number that is no link may be a power or a unit: it stays, as
// raised digits, which the matching rule knows.

#include "html.h"

enum { MARK_BYTES = 24, MARK_DEPTH = 8 };

// The text of an element, without white space; false when it is longer than a mark, or its elements lie too deep.
static bool collect(const GumboNode *node, char *out, size_t *bytes, unsigned depth) {
    if (depth > MARK_DEPTH)
        return false;
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_CDATA) {
        for (const char *at = node->v.text.text; *at; at++) {
            if (*at == ' ' || (*at >= '\t' && *at <= '\r'))
                continue;
            if (*bytes == MARK_BYTES)
                return false;
            out[(*bytes)++] = *at;
        }
        return true;
    }
    if (node->type != GUMBO_NODE_ELEMENT)
        return true;
    for (unsigned i = 0; i < node->v.element.children.length; i++)
        if (!collect(node->v.element.children.data[i], out, bytes, depth + 1))
            return false;
    return true;
}

static bool take(gdx_slice *text, const char *word) {
    size_t bytes = strlen(word);
    if (text->bytes < bytes || memcmp(text->data, word, bytes) != 0)
        return false;
    *text = (gdx_slice){text->data + bytes, text->bytes - bytes};
    return true;
}

static bool take_any(gdx_slice *text, const char *const *words) {
    for (; *words; words++)
        if (take(text, *words))
            return true;
    return false;
}

static size_t take_digits(gdx_slice *text) {
    size_t count = 0;
    while (text->bytes && text->data[0] >= '0' && text->data[0] <= '9') {
        *text = (gdx_slice){text->data + 1, text->bytes - 1};
        count++;
    }
    return count;
}

// ① to ⑳, ❶ to ❿, ⓵ and the like.
static bool take_circled(gdx_slice *text) {
    uint32_t c;
    size_t bytes = text->bytes ? gdx_utf8_decode((const uint8_t *)text->data, text->bytes, &c) : 0;
    if (!bytes || !((c >= 0x2460 && c <= 0x2473) || (c >= 0x2776 && c <= 0x2793) || (c >= 0x24f5 && c <= 0x24fe)))
        return false;
    *text = (gdx_slice){text->data + bytes, text->bytes - bytes};
    return true;
}

struct mark {
    bool is_mark;
    bool is_number; // nothing but digits
    bool has_brackets;
};

static struct mark mark_of(const GumboNode *node) {
    static const char *const opening[] = {"[", "［", "〔", "(", "（", "【", NULL};
    static const char *const closing[] = {"]", "］", "〕", ")", "）", "】", NULL};
    static const char *const words[] = {"注", "註", NULL};
    static const char *const signs[] = {"*", "†", "‡", "＊", "§", NULL};
    char buffer[MARK_BYTES];
    gdx_slice text = {buffer, 0};
    struct mark mark = {0};
    if (!collect(node, buffer, &text.bytes, 0) || text.bytes == 0)
        return mark;
    mark.has_brackets = take_any(&text, opening);
    bool has_word = take_any(&text, words);
    size_t digits = take_digits(&text);
    bool has_sign = !digits && (take_circled(&text) || take_any(&text, signs) || has_word);
    while (!digits && has_sign && take_any(&text, signs)) // **
        continue;
    bool is_closed = !mark.has_brackets || take_any(&text, closing);
    mark.is_mark = (has_sign || (digits >= 1 && digits <= 4)) && is_closed && text.bytes == 0;
    mark.is_number = mark.is_mark && digits && !mark.has_brackets && !has_word;
    return mark;
}

static bool has_raised_child(const GumboNode *node) {
    const GumboVector *children = &node->v.element.children;
    const GumboNode *child = children->length == 1 ? children->data[0] : NULL;
    return child && child->type == GUMBO_NODE_ELEMENT && child->v.element.tag == GUMBO_TAG_SUP;
}

bool html_is_note_mark(const html_entry *entry) {
    uint32_t traits = entry->traits;
    if (!(traits & (HTML_RAISED | HTML_INNER_LINK | HTML_NOTE_MARK)) || entry->symbols == 0 || entry->symbols > 8)
        return false;
    struct mark mark = mark_of(entry->node);
    if (!mark.is_mark)
        return false;
    if (traits & HTML_NOTE_MARK)
        return true;
    if (traits & HTML_RAISED)
        return !mark.is_number || entry->links > 0;
    return mark.has_brackets || has_raised_child(entry->node);
}

bool html_is_raised_number(const html_entry *entry) {
    return entry->traits & HTML_RAISED && entry->symbols > 0 && entry->symbols <= 4 && mark_of(entry->node).is_number;
}
