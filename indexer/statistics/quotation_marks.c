// SPDX-License-Identifier: Apache-2.0
// quotation_marks.c: one walk over the text with a stack of the marks that are open. A quotation within another is part
// of it, so what is listed are the outermost ones that are closed. A blank line ends a paragraph: what is open there
// was forgotten, or goes on behind it with a new mark, and is no quotation.

#include "quotation_marks.h"

#include <stdlib.h>

static const struct mark {
    uint32_t opener, closer;
} marks[] = {
    {0x201c, 0x201d}, // “ ”
    {0x2018, 0x2019}, // ‘ ’
    {0x300c, 0x300d}, // 「 」
    {0x300e, 0x300f}, // 『 』
    {'"', '"'},
};
enum { MARKS = sizeof marks / sizeof *marks, APOSTROPHE = 0x2019 };

// What ends a sentence or a part of one, and dashes.
static const uint32_t sentence_marks[] = {',',    '.',    ';',    ':',    '!',    '?',    '-',
                                          0x2013, 0x2014, 0x2026, 0x3001, 0x3002, 0xff01, 0xff0c,
                                          0xff0d, 0xff0e, 0xff1a, 0xff1b, 0xff1f};

struct open_mark {
    unsigned mark; // number in `marks`
    size_t after;  // the byte after it
};

struct walk {
    gdx_slice text;
    struct open_mark *open;
    size_t open_count, open_capacity;
    size_t open_of[MARKS];
    struct quoted_list *out;
};

static bool is_edge(uint32_t code) {
    for (size_t i = 0; i < sizeof sentence_marks / sizeof *sentence_marks; i++)
        if (code == sentence_marks[i])
            return true;
    return gdx_is_white(code) || gdx_is_control(code);
}

struct quoted quoted_trim(gdx_slice text, size_t begin, size_t end) {
    size_t bytes;
    while (begin < end && is_edge(gdx_utf8_decode_valid((const uint8_t *)text.data + begin, &bytes)))
        begin += bytes;
    while (begin < end) {
        size_t last = end - 1;
        while (gdx_utf8_continues((uint8_t)text.data[last]))
            last--;
        if (!is_edge(gdx_utf8_decode_valid((const uint8_t *)text.data + last, &bytes)))
            break;
        end = last;
    }
    return (struct quoted){begin, end};
}

static bool is_ascii_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

// don’t, China’s
static bool is_apostrophe(gdx_slice text, size_t at, size_t bytes, uint32_t code) {
    return code == APOSTROPHE && at > 0 && at + bytes < text.bytes && is_ascii_letter(text.data[at - 1]) &&
           is_ascii_letter(text.data[at + bytes]);
}

static void forget_open(struct walk *walk, size_t down_to) {
    while (walk->open_count > down_to) {
        walk->open_of[walk->open[--walk->open_count].mark]--;
        walk->out->unclosed++;
    }
}

// Closes the last open mark of this kind; those opened after it are forgotten. What was listed inside is part of it.
static gdx_status close_mark(struct walk *walk, unsigned mark, size_t end) {
    struct quoted_list *out = walk->out;
    size_t at = walk->open_count - 1;
    while (walk->open[at].mark != mark)
        at--;
    forget_open(walk, at + 1);
    size_t begin = walk->open[at].after;
    walk->open_count--;
    walk->open_of[mark]--;
    while (out->count && out->items[out->count - 1].begin >= begin)
        out->count--;
    if (gdx_grow(&out->items, &out->capacity, out->count + 1, sizeof *out->items) != GDX_OK)
        return GDX_NO_MEMORY;
    out->items[out->count++] = (struct quoted){begin, end};
    return GDX_OK;
}

static gdx_status open_mark(struct walk *walk, unsigned mark, size_t after) {
    if (gdx_grow(&walk->open, &walk->open_capacity, walk->open_count + 1, sizeof *walk->open) != GDX_OK)
        return GDX_NO_MEMORY;
    walk->open[walk->open_count++] = (struct open_mark){mark, after};
    walk->open_of[mark]++;
    return GDX_OK;
}

static gdx_status take(struct walk *walk, uint32_t code, size_t at, size_t bytes) {
    for (unsigned i = 0; i < MARKS; i++) {
        if (code == marks[i].closer && walk->open_of[i] && !is_apostrophe(walk->text, at, bytes, code))
            return close_mark(walk, i, at);
        if (code == marks[i].opener)
            return open_mark(walk, i, at + bytes);
    }
    return GDX_OK;
}

gdx_status quoted_find(gdx_slice text, struct quoted_list *out) {
    struct walk walk = {.text = text, .out = out};
    gdx_status status = GDX_OK;
    bool is_line_blank = true;
    for (size_t at = 0, bytes; at < text.bytes && status == GDX_OK; at += bytes) {
        uint32_t code = gdx_utf8_decode_valid((const uint8_t *)text.data + at, &bytes);
        if (code == '\n' && is_line_blank)
            forget_open(&walk, 0);
        is_line_blank = code == '\n' || (is_line_blank && gdx_is_white(code));
        status = take(&walk, code, at, bytes);
    }
    forget_open(&walk, 0);
    free(walk.open);
    for (size_t i = 0; i < out->count; i++)
        out->items[i] = quoted_trim(text, out->items[i].begin, out->items[i].end);
    return status;
}

void quoted_clear(struct quoted_list *list) {
    free(list->items);
    *list = (struct quoted_list){0};
}
