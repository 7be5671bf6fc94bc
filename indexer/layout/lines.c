// SPDX-License-Identifier: Apache-2.0
// lines.c: boxes that stand side by side on one line become a line. Relies on pages.h and characters.h.
//
// Boxes that the file draws one after the other may stand further apart than others: a gap of one size between two
// columns of text looks like a gap within a line, but the file draws a column before it draws the next. Text that is
// drawn twice in one place is bold, and counts once. The mark of a note is raised, whatever its size; it leaves the
// line, as a label in the margin does. A raised number after a number or a unit is an exponent, and stays.

#include "characters.h"
#include "pages.h"

#include "gdx/sort.h"

static gdx_slice text_of(const gdx_layout *layout, const struct box *box) {
    return (gdx_slice){(const char *)layout->text.data + box->text, box->bytes};
}

static int32_t middle_of_line(const struct line *line) {
    return line->top + (line->bottom - line->top) / 2;
}

// How much of the lower one of two boxes lies beside the other, in tenths.
static int32_t beside(const struct box *a, const struct box *b) {
    int32_t common = layout_least(a->bottom, b->bottom) - layout_most(a->top, b->top);
    int32_t least = layout_most(layout_least(a->bottom - a->top, b->bottom - b->top), 1);
    return common <= 0 ? 0 : 10 * common / least;
}

// "2.1.", "第 1 节", "（一）", "•", "图 1": what stands apart from the line that it numbers.
static bool is_number_of(gdx_slice text) {
    uint32_t c = layout_last_character(text), first = layout_first_character(text);
    if (text.bytes == 0 || text.bytes > 24 || layout_count(text) > 7)
        return false;
    if (layout_caption_start(text) == text.bytes)
        return true;
    if (first == 0x7b2c) // 第
        return c == 0x7ae0 || c == 0x8282 || c == 0x7bc0 || c == 0x6761 || c == 0x7f16 || c == 0x7bc7;
    if (c == '.' || c == 0x3001 || c == ')' || c == 0xff09 || c == 0xff0e)
        return layout_count(text) <= 5;
    return text.bytes <= 3 && (first == 0x2022 || first == 0x25cf || first == 0x25a0 || first == 0xb7 ||
                               first == 0x25c6 || first == 0x2014 || (first >= 0xe000 && first < 0xf900));
}

// Where the page's text begins, if five wide boxes or more begin there and none further left; else NO_EDGE.
enum { NO_EDGE = INT32_MIN };

static bool is_wide_box(const struct box *box) {
    return box->frame == FRAME_ACROSS && box->right - box->left >= 12 * box->size;
}

static int32_t edge_of(const struct box *boxes, uint32_t count) {
    int32_t edge = INT32_MAX;
    unsigned found = 0;
    for (uint32_t i = 0; i < count; i++)
        if (is_wide_box(&boxes[i]))
            edge = layout_least(edge, boxes[i].left);
    for (uint32_t i = 0; i < count; i++)
        found += is_wide_box(&boxes[i]) && boxes[i].left - edge <= 2;
    return found >= 5 ? edge : NO_EDGE;
}

// A word in the margin, left of where all text begins: a label of what stands right of it.
static bool is_label(gdx_slice before, const struct line *line, const struct box *box, int32_t edge) {
    uint32_t last = layout_last_character(before);
    int32_t aside = box->left - edge;
    return edge != NO_EDGE && line->frame == FRAME_ACROSS && aside >= -2 && aside <= 2 &&
           edge - line->left >= 2 * box->size && 10 * (box->left - line->right) >= 2 * box->size && last != ':' &&
           last != 0xff1a && !is_number_of(before) && !layout_is_mark(before);
}

// The largest box of a line so far stands for it: marks and exponents come and go.
static bool goes_on(const gdx_layout *layout, const struct box *main, struct line *line, const struct box *box,
                    int32_t edge) {
    int32_t size = layout_most(main->size, box->size), gap = box->left - line->right;
    int32_t least = layout_least(main->size, box->size), most = 12;
    if (box->frame != line->frame || beside(main, box) < (3 * least < 2 * size ? 3 : 5))
        return false;
    gdx_slice before = {(const char *)layout->line_text.data + line->text, layout->line_text.bytes - line->text};
    if (is_label(before, line, box, edge)) {
        line->is_label = true;
        return false;
    }
    if (10 * gap > most * size && is_number_of(before))
        most = 40;
    if (box->is_spread)
        most = 60;
    bool steps_right = box->left > box[-1].left; // a stop may come as wide as an ideograph, with the next box on it
    return 10 * gap >= (line->frame == FRAME_ACROSS ? steps_right ? -10 : -7 : -11) * size && 10 * gap <= most * size;
}

// Above the foot of the line, and of its head when as large. `box` is a mark by its characters.
static bool is_raised(const struct box *main, const struct box *box) {
    int32_t foot = main->bottom - box->bottom, head = main->top - box->top;
    int32_t size = layout_most(main->size, 1);
    if (10 * box->size >= 9 * main->size)
        return 10 * foot >= 2 * size && 10 * head >= 2 * size;
    return 10 * foot >= 2 * size && 10 * (foot + head) >= size;
}

static bool is_exponent(gdx_slice before, gdx_slice mark) {
    if (before.bytes == 0 || !layout_is_digit(layout_first_character(mark)))
        return false;
    unsigned letters = 0;
    uint32_t c = layout_last_character(before);
    if (layout_is_digit(c))
        return true;
    while (before.bytes && letters < 4 && layout_is_latin((uint8_t)before.data[before.bytes - 1])) {
        letters++;
        before.bytes--;
    }
    return letters > 0 && letters <= 2;
}

static void append(gdx_layout *layout, const void *data, size_t bytes) {
    layout_keep(layout, gdx_buffer_append(&layout->line_text, data, bytes));
}

// A blank between what the file sets apart, where words have blanks.
static void append_box(gdx_layout *layout, struct line *line, const struct box *box, bool blank_before) {
    gdx_slice text = text_of(layout, box);
    int32_t gap = box->left - line->right;
    int32_t most = line->frame == FRAME_DOWN ? 90 : 15; // columns of old books are set wide
    bool blank = blank_before || box->has_blank_before || 100 * gap > most * box->size;
    size_t bytes = layout->line_text.bytes - line->text;
    if (bytes && blank)
        append(layout, " ", 1);
    append(layout, text.data, text.bytes);
    line->characters += layout_count(text);
}

static void widen(struct line *line, const struct box *box) {
    line->left = layout_least(line->left, box->left);
    line->right = layout_most(line->right, box->right);
    line->top = layout_least(line->top, box->top);
    line->bottom = layout_most(line->bottom, box->bottom);
}

// The size of most characters, by a vote in which each size outvotes others: one sign of a larger font, a dash or a
// Latin word, does not make a line of it.
struct vote {
    int32_t size;
    uint32_t count;
};

static void cast(struct vote *vote, int32_t size, uint32_t characters) {
    if (size == vote->size) {
        vote->count += characters;
    } else if (characters > vote->count) {
        *vote = (struct vote){size, characters - vote->count};
    } else {
        vote->count -= characters;
    }
}

static bool is_same_again(const gdx_layout *layout, const struct box *a, const struct box *b) {
    int64_t x = a->left - b->left, y = a->top - b->top;
    return x * x + y * y <= 8 && gdx_slice_equal(text_of(layout, a), text_of(layout, b));
}

// One line from boxes[*next] on; moves *next.
static void make_line(gdx_layout *layout, struct line *line, uint32_t *next, uint32_t end, int32_t edge) {
    const struct box *boxes = layout->boxes, *main = &boxes[*next];
    line->text = (uint32_t)layout->line_text.bytes;
    line->first = *next;
    line->left = main->left, line->right = main->right, line->top = main->top, line->bottom = main->bottom;
    uint32_t bold = 0, i = *next;
    bool blank = false;
    struct vote vote = {0};
    for (; i < end && (i == line->first || goes_on(layout, main, line, &boxes[i], edge) ||
                       is_same_again(layout, &boxes[i - 1], &boxes[i]));
         i++) {
        const struct box *box = &boxes[i];
        gdx_slice text = text_of(layout, box),
                  before = {(const char *)layout->line_text.data + line->text, layout->line_text.bytes - line->text};
        line->last = i;
        if (i > line->first && is_same_again(layout, box - 1, box))
            continue;
        bool is_mark = layout_is_mark(text);
        if (is_mark && i > line->first && is_raised(main, box) && !is_exponent(before, text)) {
            line->right = layout_most(line->right, box->right);
            blank |= box->has_blank_after;
            continue;
        }
        if (is_mark && i == line->first && i + 1 < end && beside(&boxes[i + 1], box) >= 3 &&
            is_raised(&boxes[i + 1], box)) {
            append_box(layout, line, box, false);
            line->mark_bytes = box->bytes;
            main = &boxes[i + 1];
            continue;
        }
        append_box(layout, line, box, blank);
        cast(&vote, box->size, layout_count(text));
        blank = box->has_blank_after;
        bold += box->is_bold ? box->bytes : 0;
        if (box->size > main->size)
            main = box;
        widen(line, box);
    }
    *next = i;
    line->size = vote.count ? vote.size : main->size;
    line->top = layout_least(line->top, main->top), line->bottom = layout_most(main->bottom, line->top + 1);
    line->bytes = (uint32_t)(layout->line_text.bytes - line->text);
    line->is_bold = 2 * bold > line->bytes;
}

static bool stands_before(void *context, const void *a, const void *b) {
    const struct line *lines = context, *one = &lines[*(const uint32_t *)a], *other = &lines[*(const uint32_t *)b];
    if (one->frame != other->frame)
        return one->frame < other->frame;
    if (middle_of_line(one) != middle_of_line(other))
        return middle_of_line(one) < middle_of_line(other);
    return one->left < other->left;
}

static bool stands_left(void *context, const void *a, const void *b) {
    const struct line *lines = context;
    return lines[*(const uint32_t *)a].left < lines[*(const uint32_t *)b].left;
}

static const gdx_ordering by_height = {sizeof(uint32_t), stands_before};
static const gdx_ordering by_left = {sizeof(uint32_t), stands_left};

// Lines of one row touch, though the file draws them at different times: a word in bold type that is drawn at the end.
static bool belong_together(const struct line *a, const struct line *b) {
    int32_t size = layout_most(a->size, b->size), gap = b->left - a->right;
    int32_t apart = a->bottom - b->bottom;
    return a->frame == b->frame && !a->is_label && 10 * gap >= -3 * size && 10 * gap <= 3 * size &&
           4 * (apart < 0 ? -apart : apart) <= size && a->bytes > 0 && b->bytes > 0;
}

static void join(gdx_layout *layout, struct line *a, struct line *b) {
    uint32_t text = (uint32_t)layout->line_text.bytes;
    bool blank = 100 * (b->left - a->right) > 15 * a->size;
    layout_keep(layout, gdx_buffer_reserve(&layout->line_text, a->bytes + 1 + b->bytes));
    if (layout->status != GDX_OK)
        return;
    append(layout, layout->line_text.data + a->text, a->bytes);
    append(layout, " ", blank);
    append(layout, layout->line_text.data + b->text, b->bytes);
    b->text = text;
    b->bytes = (uint32_t)(layout->line_text.bytes - text);
    b->mark_bytes = a->mark_bytes;
    b->characters += a->characters;
    b->left = layout_least(a->left, b->left), b->top = layout_least(a->top, b->top);
    b->bottom = layout_most(a->bottom, b->bottom), b->right = layout_most(a->right, b->right);
    b->is_bold = a->is_bold && b->is_bold;
    b->size = layout_most(a->size, b->size);
    b->first = layout_least((int32_t)a->first, (int32_t)b->first);
    b->last = (uint32_t)layout_most((int32_t)a->last, (int32_t)b->last);
    a->bytes = 0;
}

// Rows: lines of one height, from left to right. Numbers them and joins what belongs together in them.
static void make_rows(gdx_layout *layout, uint32_t *order, uint32_t *spare, uint32_t count) {
    struct line *lines = layout->lines;
    uint32_t row = 0;
    for (uint32_t begin = 0, end; begin < count; begin = end, row++) {
        const struct line *first = &lines[order[begin]];
        for (end = begin + 1; end < count && lines[order[end]].frame == first->frame; end++)
            if (5 * (middle_of_line(&lines[order[end]]) - middle_of_line(first)) > 2 * layout_most(first->size, 1))
                break;
        uint32_t *sorted = gdx_sort(&by_left, lines, order + begin, spare, end - begin);
        if (sorted != order + begin)
            memcpy(order + begin, sorted, (end - begin) * sizeof *order);
        for (uint32_t i = begin; i < end; i++) {
            lines[order[i]].row = row;
            if (i > begin && belong_together(&lines[order[i - 1]], &lines[order[i]]))
                join(layout, &lines[order[i - 1]], &lines[order[i]]);
        }
    }
}

// What remains, in the order of rows.
static void put_in_order(gdx_layout *layout, struct page *page, const uint32_t *order, uint32_t count) {
    struct line *sorted = layout_room(layout, 1, count, sizeof *sorted);
    uint32_t kept = 0;
    for (uint32_t i = 0; sorted && i < count; i++)
        if (layout->lines[order[i]].bytes)
            sorted[kept++] = layout->lines[order[i]];
    if (!sorted)
        return;
    if (kept)
        memcpy(layout->lines + page->first_line, sorted, kept * sizeof *sorted);
    page->line_count = kept;
    layout->line_count = page->first_line + kept;
}

void layout_make_lines(gdx_layout *layout, struct page *page) {
    page->first_line = (uint32_t)layout->line_count;
    layout_keep(layout, gdx_buffer_reserve(&layout->line_text, 1)); // so that it has an address
    int32_t edge = edge_of(layout->boxes + page->first_box, page->box_count);
    for (uint32_t i = page->first_box, end = page->first_box + page->box_count; i < end && layout->status == GDX_OK;) {
        layout_keep(layout,
                    gdx_grow(&layout->lines, &layout->line_capacity, layout->line_count + 1, sizeof *layout->lines));
        if (layout->status != GDX_OK)
            return;
        struct line *line = &layout->lines[layout->line_count];
        *line = (struct line){.page = (uint32_t)(page - layout->pages),
                              .frame = layout->boxes[i].frame,
                              .above = NONE,
                              .below = NONE,
                              .nearest_above = NONE,
                              .nearest_below = NONE,
                              .block = NONE};
        make_line(layout, line, &i, end, edge);
        layout->line_count += line->bytes > 0;
        if (layout->line_text.bytes > INT32_MAX)
            layout_keep(layout, GDX_TOO_LARGE);
    }
    uint32_t count = (uint32_t)layout->line_count - page->first_line;
    uint32_t *order = layout_room(layout, 0, 2 * (size_t)count, sizeof *order);
    if (!order)
        return;
    for (uint32_t i = 0; i < count; i++)
        order[i] = page->first_line + i;
    uint32_t *sorted = gdx_sort(&by_height, layout->lines, order, order + count, count);
    make_rows(layout, sorted, sorted == order ? order + count : order, count);
    put_in_order(layout, page, sorted, count);
}
