// SPDX-License-Identifier: Apache-2.0
// initials.c: the large first letter of a text, which stands beside its first lines, becomes part of the first one.
// Relies on pages.h. Programs draw it in a frame of its own, often after all other text of the page.
//
// A single box is one if two lines or more of much smaller type start right of it, one below the other.

#include "pages.h"

enum { INITIALS = 16 }; // of one page, so that no input costs more

static bool is_single(const gdx_layout *layout, const struct box *box) {
    return box->bytes > 0 && gdx_utf8_sequence_bytes((uint8_t)layout->text.data[box->text]) == box->bytes;
}

// A line of small type that starts right of a large letter and stands beside it.
static bool starts_beside(const struct box *large, const struct box *box) {
    int32_t gap = box->left - large->right, middle = box->top + (box->bottom - box->top) / 2;
    return 10 * large->size >= 18 * box->size && 2 * gap >= -large->size && 2 * gap <= large->size &&
           box->left > large->left && middle > large->top && middle < large->bottom && box->bytes >= 24;
}

// The box that the first line starts with, NONE: the letter stands alone.
static uint32_t first_line_of(const struct box *boxes, uint32_t count, const struct box *large) {
    uint32_t first = NONE, beside = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!starts_beside(large, &boxes[i]) || boxes[i].frame != large->frame)
            continue;
        if (first != NONE && (boxes[i].left - boxes[first].left > 2 || boxes[first].left - boxes[i].left > 2))
            return NONE;
        if (first == NONE || boxes[i].top < boxes[first].top)
            first = i;
        beside++;
    }
    return beside >= 2 ? first : NONE;
}

// Puts boxes[from] before boxes[to].
static void move(struct box *boxes, uint32_t from, uint32_t to) {
    struct box box = boxes[from];
    if (from > to) {
        memmove(boxes + to + 1, boxes + to, (from - to) * sizeof *boxes);
        boxes[to] = box;
    } else {
        memmove(boxes + from, boxes + from + 1, (to - from - 1) * sizeof *boxes);
        boxes[to - 1] = box;
    }
}

void layout_set_initials(gdx_layout *layout, struct page *page) {
    struct box *boxes = layout->boxes + page->first_box;
    unsigned tried = 0;
    for (uint32_t i = 0; i < page->box_count && tried < INITIALS; i++) {
        if (!is_single(layout, &boxes[i]) || boxes[i].size < 20)
            continue;
        tried++;
        uint32_t first = first_line_of(boxes, page->box_count, &boxes[i]);
        if (first == NONE)
            continue;
        boxes[i].top = boxes[first].top;
        boxes[i].bottom = boxes[first].bottom;
        boxes[i].size = boxes[first].size;
        boxes[i].left = boxes[i].right = boxes[first].left; // no wider than the lines below, which are not indented
        move(boxes, i, first);
    }
}
