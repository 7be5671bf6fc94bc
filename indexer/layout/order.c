// SPDX-License-Identifier: Apache-2.0
// order.c: blocks of a page in the order of reading. Relies on pages.h and gdx/sort.h.
//
// Units are blocks and whole tables. A set of units is cut into bands where white space runs across all of it. Bands
// are put together again while they share a gutter, white space that runs down through all of them: so a heading over
// two columns parts them from what is above, and white space that two columns have at one height by chance does not.
// A group also ends where the file has drawn all of it before it draws the band below, unless that lies below the last
// column alone: so columns end above a new start. Each group is cut at its gutters, from left to right, and its columns
// are cut again, into bands and so on. What cannot be cut is read from top to bottom. Cuts lie within each other at
// most DEPTH deep.

#include "pages.h"

#include "gdx/sort.h"

enum { DEPTH = 24, COLUMNS = 24 };

struct unit {
    int32_t left, top, right, bottom;
    uint32_t block; // a block, or the first one of a table
    uint32_t drawn_first, drawn_last;
};

struct columns { // the widths that units take up, from left to right
    int32_t left[COLUMNS], right[COLUMNS];
    unsigned count;
    uint32_t drawn_first, drawn_last;
};

struct cutting {
    struct unit *units, *copy, *room; // of one length; a set is the same range of each
    int32_t least_gutter;
};

static bool unit_above(void *context, const void *a, const void *b) {
    (void)context;
    const struct unit *one = a, *other = b;
    return one->top != other->top ? one->top < other->top : one->left < other->left;
}
static bool unit_left(void *context, const void *a, const void *b) {
    (void)context;
    return ((const struct unit *)a)->left < ((const struct unit *)b)->left;
}
static const gdx_ordering by_top = {sizeof(struct unit), unit_above};
static const gdx_ordering by_left = {sizeof(struct unit), unit_left};

static void sort_down(const struct cutting *cutting, uint32_t begin, uint32_t end) {
    struct unit *from = cutting->units + begin;
    struct unit *sorted = gdx_sort(&by_top, NULL, from, cutting->room + begin, end - begin);
    if (sorted != from)
        memcpy(from, sorted, (end - begin) * sizeof *from);
}

static void sort_right(const struct cutting *cutting, struct unit *from, uint32_t begin, uint32_t end) {
    struct unit *sorted = gdx_sort(&by_left, NULL, from + begin, cutting->room + begin, end - begin);
    if (sorted != from + begin)
        memcpy(from + begin, sorted, (end - begin) * sizeof *from);
}

// Adds a width that lies to the right of the others' left ends; joins what no gutter parts.
static void add_column(const struct cutting *cutting, struct columns *columns, int32_t left, int32_t right) {
    unsigned last = columns->count - 1;
    if (columns->count && (left - columns->right[last] < cutting->least_gutter || columns->count == COLUMNS)) {
        columns->right[last] = layout_most(columns->right[last], right);
        return;
    }
    columns->left[columns->count] = left;
    columns->right[columns->count++] = right;
}

static void columns_of_band(const struct cutting *cutting, uint32_t begin, uint32_t end, struct columns *out) {
    out->count = 0;
    memcpy(cutting->copy + begin, cutting->units + begin, (end - begin) * sizeof *cutting->copy);
    sort_right(cutting, cutting->copy, begin, end);
    out->drawn_first = UINT32_MAX, out->drawn_last = 0;
    for (uint32_t i = begin; i < end; i++) {
        const struct unit *unit = &cutting->copy[i];
        add_column(cutting, out, unit->left, unit->right);
        out->drawn_first = unit->drawn_first < out->drawn_first ? unit->drawn_first : out->drawn_first;
        out->drawn_last = unit->drawn_last > out->drawn_last ? unit->drawn_last : out->drawn_last;
    }
}

static void join_columns(const struct cutting *cutting, const struct columns *a, const struct columns *b,
                         struct columns *out) {
    unsigned i = 0, k = 0;
    *out = (struct columns){.drawn_first = a->drawn_first < b->drawn_first ? a->drawn_first : b->drawn_first,
                            .drawn_last = a->drawn_last > b->drawn_last ? a->drawn_last : b->drawn_last};
    while (i < a->count || k < b->count) {
        bool from_a = k == b->count || (i < a->count && a->left[i] <= b->left[k]);
        if (from_a)
            add_column(cutting, out, a->left[i], a->right[i]);
        else
            add_column(cutting, out, b->left[k], b->right[k]);
        i += from_a;
        k += !from_a;
    }
}

// The end of the band that starts at `begin`: no unit lies across it. Units are sorted downwards.
static uint32_t end_of_band(const struct cutting *cutting, uint32_t begin, uint32_t end) {
    int32_t bottom = cutting->units[begin].bottom;
    uint32_t i = begin + 1;
    for (; i < end && cutting->units[i].top < bottom; i++)
        bottom = layout_most(bottom, cutting->units[i].bottom);
    return i;
}

static void cut(const struct cutting *cutting, uint32_t begin, uint32_t end, unsigned depth);

static void cut_columns(const struct cutting *cutting, uint32_t begin, uint32_t end, unsigned depth) {
    sort_right(cutting, cutting->units, begin, end);
    for (uint32_t from = begin, to; from < end; from = to) {
        int32_t right = cutting->units[from].right;
        for (to = from + 1; to < end && cutting->units[to].left - right < cutting->least_gutter; to++)
            right = layout_most(right, cutting->units[to].right);
        cut(cutting, from, to, depth + 1);
    }
}

// The file draws the band after all of the columns above, and not below the last of them, which may just go on.
static bool is_new_start(const struct columns *group, const struct columns *band) {
    return group->count > 1 && group->drawn_last < band->drawn_first && band->left[0] < group->left[group->count - 1];
}

static void cut(const struct cutting *cutting, uint32_t begin, uint32_t end, unsigned depth) {
    sort_down(cutting, begin, end);
    if (end - begin < 2 || depth == DEPTH)
        return;
    struct columns group, band, both;
    for (uint32_t from = begin, to; from < end; from = to) {
        to = end_of_band(cutting, from, end);
        columns_of_band(cutting, from, to, &group);
        while (to < end) {
            uint32_t next = end_of_band(cutting, to, end);
            columns_of_band(cutting, to, next, &band);
            join_columns(cutting, &group, &band, &both);
            if (both.count < 2 || (group.count < 2 && band.count < 2) || is_new_start(&group, &band))
                break;
            group = both;
            to = next;
        }
        if (group.count > 1 && to - from > 1)
            cut_columns(cutting, from, to, depth);
    }
}

// ---- tables

// Which blocks are one unit, all by a block's number on its page.
struct tables {
    uint32_t *parents; // towards the first block of the table
    uint32_t *next;    // cell of the table, NONE: the last one
    uint32_t *last;    // cell so far, of the first
    uint32_t *unit_of; // of the first
};

static uint32_t root_of(uint32_t *parents, uint32_t at) {
    while (parents[at] != at)
        at = parents[at] = parents[parents[at]];
    return at;
}

static void unite(uint32_t *parents, uint32_t a, uint32_t b) {
    a = root_of(parents, a), b = root_of(parents, b);
    parents[a > b ? a : b] = a > b ? b : a; // the first block of a table stands for it
}

static bool is_cell(const gdx_layout *layout, uint32_t line) {
    return line != NONE && layout->lines[line].block != NONE && layout->blocks[layout->lines[line].block].table != NONE;
}

// Cells are of one table when they stand in one row, one after the other, or one below the other.
static void find_tables(gdx_layout *layout, const struct page *page, uint32_t *parents) {
    for (uint32_t i = 0; i < page->block_count; i++)
        parents[i] = i;
    for (uint32_t i = page->first_line, end = i + page->line_count; i < end; i++) {
        const struct line *line = &layout->lines[i];
        if (!is_cell(layout, i))
            continue;
        if (i + 1 < end && is_cell(layout, i + 1) && line[1].row == line->row && line[1].first == line->last + 1)
            unite(parents, line->block - page->first_block, line[1].block - page->first_block);
        if (is_cell(layout, line->nearest_below) &&
            layout->lines[line->nearest_below].top - line->bottom < 2 * line->size)
            unite(parents, line->block - page->first_block,
                  layout->lines[line->nearest_below].block - page->first_block);
        uint32_t label = layout->blocks[line->block].table; // of a label: the first line of the cell beside it
        if (is_cell(layout, label) && layout->lines[label].page == line->page)
            unite(parents, line->block - page->first_block, layout->lines[label].block - page->first_block);
    }
}

static uint32_t make_units(gdx_layout *layout, const struct page *page, uint32_t frame, const struct tables *tables,
                           struct unit *units) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < page->block_count; i++) {
        const struct block *block = &layout->blocks[page->first_block + i];
        if (block->frame != frame)
            continue;
        uint32_t root = root_of(tables->parents, i);
        if (root == i) {
            tables->unit_of[i] = count;
            units[count++] = (struct unit){block->left, block->top,         block->right,     block->bottom,
                                           i,           block->drawn_first, block->drawn_last};
            continue;
        }
        struct unit *unit = &units[tables->unit_of[root]];
        unit->left = layout_least(unit->left, block->left), unit->right = layout_most(unit->right, block->right);
        unit->drawn_first = block->drawn_first < unit->drawn_first ? block->drawn_first : unit->drawn_first;
        unit->drawn_last = block->drawn_last > unit->drawn_last ? block->drawn_last : unit->drawn_last;
        unit->top = layout_least(unit->top, block->top), unit->bottom = layout_most(unit->bottom, block->bottom);
    }
    return count;
}

// Writes the blocks in the units' order; returns how many.
static uint32_t arrange(const struct block *blocks, const struct unit *units, uint32_t count, const uint32_t *next,
                        struct block *to) {
    uint32_t written = 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t block = units[i].block; block != NONE; block = next[block])
            to[written++] = blocks[block];
    return written;
}

static void link_cells(const struct page *page, const struct tables *tables) {
    for (uint32_t i = 0; i < page->block_count; i++) {
        uint32_t root = root_of(tables->parents, i);
        tables->next[i] = NONE;
        if (root != i)
            tables->next[tables->last[root]] = i;
        tables->last[root] = i;
    }
}

void layout_order_blocks(gdx_layout *layout, struct page *page) {
    size_t count = page->block_count;
    uint32_t *numbers = layout_room(layout, 0, 4 * count, sizeof *numbers);
    struct unit *units = layout_room(layout, 1, 3 * count, sizeof *units);
    struct block *ordered = layout_room(layout, 2, count, sizeof *ordered);
    if (layout->status != GDX_OK || count == 0)
        return;
    struct tables tables = {numbers, numbers + count, numbers + 2 * count, numbers + 3 * count};
    struct cutting cutting = {units, units + count, units + 2 * count, layout_most(3, 6 * layout->body_size / 10)};
    find_tables(layout, page, tables.parents);
    link_cells(page, &tables);
    for (uint32_t frame = 0, written = 0; frame < FRAMES; frame++) {
        uint32_t made = make_units(layout, page, frame, &tables, units);
        cut(&cutting, 0, made, 0);
        written += arrange(layout->blocks + page->first_block, units, made, tables.next, ordered + written);
    }
    memcpy(layout->blocks + page->first_block, ordered, count * sizeof *ordered);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t line = ordered[i].first; line != NONE; line = layout->lines[line].below)
            layout->lines[line].block = page->first_block + i;
}
