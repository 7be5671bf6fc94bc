// SPDX-License-Identifier: Apache-2.0
// boxes.c: the first step: boxes as a converter gives them, cleaned. Relies on pages.h and radicals.h.
// Characters: blanks are one space; control characters, which come from broken maps of a font to Unicode, are U+FFFD; a
// ligature of Latin letters is its letters. Some programs write a radical for the ideograph of the same shape, which
// nobody would search: it becomes the ideograph. Others write both for one glyph: it is left out.
// Coordinates are cut to what differences of them can hold.

#include "characters.h"
#include "pages.h"
#include "radicals.h"

#include <stdlib.h>

gdx_layout *gdx_layout_new(void) {
    return calloc(1, sizeof(gdx_layout));
}

void gdx_layout_free(gdx_layout *layout) {
    if (!layout)
        return;
    gdx_buffer_clear(&layout->text);
    gdx_buffer_clear(&layout->line_text);
    gdx_buffer_clear(&layout->clean);
    free(layout->boxes);
    free(layout->lines);
    free(layout->blocks);
    free(layout->pages);
    for (size_t i = 0; i < sizeof layout->room / sizeof *layout->room; i++)
        free(layout->room[i]);
    free(layout);
}

void *layout_room(gdx_layout *layout, unsigned which, size_t count, size_t bytes) {
    layout_keep(layout, gdx_grow(&layout->room[which], &layout->room_capacity[which], count * bytes + 1, 1));
    return layout->status == GDX_OK ? layout->room[which] : NULL;
}

void gdx_layout_begin(gdx_layout *layout) {
    layout->status = GDX_OK;
    layout->found = (gdx_layout_found){0};
    layout->text.bytes = layout->line_text.bytes = 0;
    layout->blank = (struct box){0};
    layout->box_count = layout->line_count = layout->block_count = layout->page_count = 0;
}

static int32_t whole(double value) {
    if (!(value >= -GDX_LAYOUT_MOST)) // and what is no number
        return value < 0 ? -GDX_LAYOUT_MOST : 0;
    return value > GDX_LAYOUT_MOST ? GDX_LAYOUT_MOST : (int32_t)(value < 0 ? value - 0.5 : value + 0.5);
}

void gdx_layout_page(gdx_layout *layout, double width, double height) {
    if (layout->page_count >= UINT32_MAX / 2)
        layout_keep(layout, GDX_TOO_LARGE);
    layout_keep(layout,
                gdx_grow(&layout->pages, &layout->page_capacity, layout->page_count + 1, sizeof *layout->pages));
    if (layout->status == GDX_OK)
        layout->pages[layout->page_count++] =
            (struct page){.width = whole(width), .height = whole(height), .first_box = (uint32_t)layout->box_count};
}

// ---- characters

static const char *ligature(uint32_t c) {
    static const char *const letters[] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};
    return c >= 0xfb00 && c <= 0xfb06 ? letters[c - 0xfb00] : NULL;
}

// 0: none.
static uint32_t ideograph_of(uint32_t c) {
    return c >= RADICAL_FIRST && c < RADICAL_END ? ideograph_of_radical[c - RADICAL_FIRST] : 0;
}

// Writes the text without blanks at its ends. The room is there: nothing becomes longer but a control character, of
// which each byte may become three.
static void clean(gdx_layout *layout, gdx_slice text, struct box *box) {
    uint8_t *begin = layout->text.data + layout->text.bytes, *to = begin;
    bool blank = false;
    while (text.bytes) {
        size_t bytes;
        uint32_t c = gdx_utf8_decode_valid((const uint8_t *)text.data, &bytes);
        text = (gdx_slice){text.data + bytes, text.bytes - bytes};
        if (gdx_is_white(c)) {
            blank = true;
            continue;
        }
        uint32_t ideograph = ideograph_of(c);
        if (ideograph && text.bytes > 0 && ideograph == layout_first_character(text))
            continue;
        c = ideograph ? ideograph : c;
        if (gdx_is_control(c))
            c = GDX_REPLACEMENT_CODE_POINT;
        layout->found.repaired += c == GDX_REPLACEMENT_CODE_POINT;
        if (blank && to == begin)
            box->has_blank_before = true;
        else if (blank)
            *to++ = ' ';
        blank = false;
        const char *letters = ligature(c);
        if (letters)
            to = (uint8_t *)memcpy(to, letters, strlen(letters)) + strlen(letters);
        else
            to += gdx_utf8_encode(to, c);
    }
    box->has_blank_after = blank;
    box->text = (uint32_t)layout->text.bytes;
    box->bytes = (uint32_t)(to - begin);
    layout->text.bytes += box->bytes;
}

static bool is_outside(const struct page *page, const struct box *box) {
    int32_t x = box->left + (box->right - box->left) / 2, y = box->top + (box->bottom - box->top) / 2;
    return page->width > 0 && page->height > 0 && (x < 0 || x > page->width || y < 0 || y > page->height);
}

// Lines set to both edges have wide blanks, each drawn in the middle of its gap.
static void note_blank(gdx_layout *layout, const struct box *box) {
    struct box *blank = &layout->blank;
    if (blank->bottom <= blank->top || blank->top != box->top)
        *blank = *box;
    blank->right = layout_most(blank->right, box->right);
}

static void use_blank(gdx_layout *layout, const struct page *page, struct box *box) {
    const struct box *blank = &layout->blank;
    if (page->box_count > 0 && blank->bottom > blank->top) {
        const struct box *before = &layout->boxes[layout->box_count - 1];
        int32_t left = blank->left - before->right, right = box->left - blank->right, apart = left - right;
        box->has_blank_before = true;
        box->is_spread = left >= 0 && right >= 0 && 10 * right <= 25 * box->size &&
                         8 * (apart < 0 ? -apart : apart) <= 2 * box->size;
    }
    layout->blank.bottom = layout->blank.top;
}

void gdx_layout_add(gdx_layout *layout, const gdx_layout_box *from) {
    if (layout->page_count == 0)
        gdx_layout_page(layout, 0, 0);
    layout_keep(layout, gdx_buffer_reserve(&layout->text, 3 * from->text.bytes + 1));
    layout_keep(layout, gdx_grow(&layout->boxes, &layout->box_capacity, layout->box_count + 1, sizeof *layout->boxes));
    if (layout->status == GDX_OK && layout->text.bytes + from->text.bytes > INT32_MAX)
        layout->status = GDX_TOO_LARGE;
    if (layout->status != GDX_OK)
        return;
    layout->found.boxes++;
    int32_t width = layout_most(whole(from->width), 0), height = layout_most(whole(from->height), 1);
    struct box box = {.left = whole(from->left), .top = whole(from->top), .size = whole(from->size)};
    box.right = box.left + width;
    box.bottom = box.top + height;
    if (box.size <= 2 || box.size > 4 * height)
        box.size = height;
    box.is_bold = from->is_bold;
    struct page *page = &layout->pages[layout->page_count - 1];
    if (is_outside(page, &box)) {
        layout->found.outside++;
        return;
    }
    clean(layout, from->text, &box);
    if (box.bytes == 0) {
        note_blank(layout, &box);
        return;
    }
    use_blank(layout, page, &box);
    layout->boxes[layout->box_count++] = box;
    page->box_count++;
}
