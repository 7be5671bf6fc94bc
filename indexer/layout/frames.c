// SPDX-License-Identifier: Apache-2.0
// frames.c: which way the characters of each box run, and boxes turned so that all lines run rightwards and follow each
// other downwards. Relies on pages.h and characters.h. What comes later knows one direction only.
//
// pdftohtml gives a box of width 0 to text that runs up or down. Where the next such line stands to the left, it is
// vertical writing; where it stands to the right, the page was turned. Vertical writing may also come character by
// character, each a box of its own right below the one before it.

#include "characters.h"
#include "pages.h"

static gdx_slice text_of(const gdx_layout *layout, const struct box *box) {
    return (gdx_slice){(const char *)layout->text.data + box->text, box->bytes};
}

static bool is_upright(const struct box *box) { // not turned
    return box->right > box->left;
}

static bool is_one_wide(const gdx_layout *layout, const struct box *box) {
    uint32_t c = layout_first_character(text_of(layout, box));
    return box->bytes <= GDX_UTF8_BYTES && layout_is_wide(c) &&
           gdx_utf8_sequence_bytes((uint8_t)layout->text.data[box->text]) == box->bytes;
}

static int32_t middle_of(const struct box *box) {
    return box->left + (box->right - box->left) / 2;
}

// b is the next character of a column that runs downwards, at most `most` quarters of its size further down.
static bool is_below(const struct box *a, const struct box *b, int32_t most) {
    int32_t size = layout_most(a->size, b->size), step = b->top - a->top, aside = middle_of(a) - middle_of(b);
    return 10 * step >= 3 * size && 4 * step <= most * size && 2 * (aside < 0 ? -aside : aside) <= size;
}

// The end of a run of characters one below the other.
static uint32_t end_of_column(const gdx_layout *layout, const struct box *boxes, uint32_t begin, uint32_t count,
                              int32_t most) {
    uint32_t end = begin + 1;
    if (is_one_wide(layout, &boxes[begin]))
        while (end < count && is_one_wide(layout, &boxes[end]) && is_below(&boxes[end - 1], &boxes[end], most))
            end++;
    return end;
}

// At least four characters; eight, if they are set as wide as those of old books, for so are cells of a table.
static void find_columns(gdx_layout *layout, struct box *boxes, uint32_t count) {
    for (uint32_t begin = 0; begin < count;) {
        uint32_t end = end_of_column(layout, boxes, begin, count, 5);
        uint32_t wide_end = end_of_column(layout, boxes, begin, count, 7);
        if (wide_end - begin >= 8)
            end = wide_end;
        if (end - begin >= 4)
            for (uint32_t i = begin; i < end; i++)
                boxes[i].frame = FRAME_DOWN;
        begin = end;
    }
}

// In a page of columns, single characters belong to them even where less than four stand together.
// Whether the page is one of columns.
static bool spread_columns(gdx_layout *layout, struct box *boxes, uint32_t count) {
    uint32_t single = 0, down = 0;
    for (uint32_t i = 0; i < count; i++) {
        single += is_one_wide(layout, &boxes[i]);
        down += boxes[i].frame == FRAME_DOWN;
    }
    bool is_one = 2 * down > single && 3 * down > count;
    for (uint32_t i = 0; i < count && is_one; i++)
        if (is_one_wide(layout, &boxes[i]))
            boxes[i].frame = FRAME_DOWN;
    return is_one;
}

static enum frame of_turned(const struct box *boxes, uint32_t count) {
    int64_t leftwards = 0;
    const struct box *before = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (is_upright(&boxes[i]))
            continue;
        if (before && boxes[i].left != before->left)
            leftwards += boxes[i].left < before->left ? 1 : -1;
        else if (before)
            leftwards += boxes[i].top > before->top ? 1 : -1;
        before = &boxes[i];
    }
    return leftwards >= 0 ? FRAME_DOWN : FRAME_UP;
}

static void turn(const gdx_layout *layout, const struct page *page, struct box *box) {
    int32_t size = box->size, middle = middle_of(box), top = box->top;
    int64_t halves = is_upright(box) ? 2 : layout_half_widths(text_of(layout, box));
    int64_t width = halves * size / 2;
    if (box->frame == FRAME_DOWN) {
        box->left = top;
        box->top = page->width - middle - size / 2;
    } else {
        box->left = page->height - box->bottom;
        box->top = middle - size / 2;
    }
    box->right = box->left + (int32_t)(width < GDX_LAYOUT_MOST ? width : GDX_LAYOUT_MOST);
    box->bottom = box->top + size;
}

void layout_turn(gdx_layout *layout, struct page *page) {
    struct box *boxes = layout->boxes + page->first_box;
    enum frame turned = of_turned(boxes, page->box_count);
    find_columns(layout, boxes, page->box_count);
    if (spread_columns(layout, boxes, page->box_count))
        turned = FRAME_DOWN; // signs of a vertical font among them
    for (uint32_t i = 0; i < page->box_count; i++) {
        if (!is_upright(&boxes[i]))
            boxes[i].frame = (uint8_t)turned;
        if (boxes[i].frame != FRAME_ACROSS)
            turn(layout, page, &boxes[i]);
    }
}
