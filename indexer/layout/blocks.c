// SPDX-License-Identifier: Apache-2.0
// blocks.c: lines that follow each other downwards become blocks; cells of a table become blocks of their own and know
// their table. Relies on pages.h, characters.h and gdx/sort.h.
//
// A line follows the nearest one above it if that is of its size, overlaps it, and neither has a second neighbour on
// that side. The converter draws no rules, so tables are known by the order in which the file draws: of a table it
// draws a row, of columns of text a column. So lines side by side that are drawn one after the other are cells. Within
// a cell a line follows another only if they are drawn one after the other, too.
//
// Rows are looked through for at most FAR of them below a line, and LINES in each, so that no input costs more.

#include "characters.h"
#include "pages.h"

enum { FAR = 12, LINES = 48 };

struct neighbours {
    bool is_in_row;  // drawn before or after a line beside it
    bool starts_row; // the first one of such
    bool has_two_above;
    bool ends_column; // the file goes on beside the lines above or below
};

static bool overlap(const struct line *a, const struct line *b) {
    int32_t common = layout_least(a->right, b->right) - layout_most(a->left, b->left);
    return common > 0 && 8 * common > layout_least(a->size, b->size);
}

static uint32_t end_of_row(const gdx_layout *layout, const struct page *page, uint32_t at) {
    uint32_t row = layout->lines[at].row, end = at + 1;
    while (end < page->first_line + page->line_count && layout->lines[end].row == row)
        end++;
    return end;
}

// The one line that stands below, NONE: none or several.
static uint32_t find_below(const gdx_layout *layout, const struct page *page, uint32_t at, const uint32_t *row_ends) {
    const struct line *line = &layout->lines[at];
    uint32_t end = page->first_line + page->line_count;
    uint32_t row = row_ends[at - page->first_line];
    for (unsigned rows = 0; row < end && rows < FAR; rows++) {
        uint32_t found = NONE, next = row_ends[row - page->first_line], count = 0;
        if (layout->lines[row].frame != line->frame || layout->lines[row].top - line->bottom > 3 * line->size)
            return NONE;
        uint32_t low = row, high = next; // the first whose right end is beyond our left one; nearly sorted
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (layout->lines[middle].right <= line->left)
                low = middle + 1;
            else
                high = middle;
        }
        for (uint32_t i = low; i < next && i < low + LINES && layout->lines[i].left < line->right; i++)
            if (!layout->lines[i].is_furniture && overlap(line, &layout->lines[i])) {
                found = i;
                count++;
            }
        if (count)
            return count == 1 ? found : NONE;
        row = next;
    }
    return NONE;
}

static bool is_of_size(const struct line *a, const struct line *b) {
    int32_t apart = a->size - b->size;
    return 14 * (apart < 0 ? -apart : apart) <= layout_most(a->size, b->size);
}

// The line drawn after a line; NULL: none.
static const struct line *drawn_after(const gdx_layout *layout, const struct page *page, const struct line *line,
                                      const uint32_t *line_of_box) {
    uint32_t box = line->last + 1 - page->first_box;
    return box < page->box_count && line_of_box[box] != NONE ? &layout->lines[line_of_box[box]] : NULL;
}

// Two columns of which the left one has its last line here: both wide, and the file goes on below the right one.
static bool are_columns(const gdx_layout *layout, const struct page *page, uint32_t at, const uint32_t *line_of_box) {
    const struct line *line = &layout->lines[at], *next = drawn_after(layout, page, line + 1, line_of_box);
    return line->right - line->left >= 12 * line->size && line[1].right - line[1].left >= 12 * line->size && next &&
           next->row > line->row && overlap(next, line + 1) && is_of_size(next, line + 1);
}

static void find_neighbours(gdx_layout *layout, const struct page *page, struct neighbours *neighbours,
                            const uint32_t *row_ends, const uint32_t *line_of_box) {
    struct line *lines = layout->lines;
    for (uint32_t i = 0; i < page->line_count; i++) {
        uint32_t at = page->first_line + i;
        if (lines[at].is_furniture)
            continue;
        uint32_t below = lines[at].nearest_below = find_below(layout, page, at, row_ends);
        if (below != NONE && lines[below].nearest_above != NONE)
            neighbours[below - page->first_line].has_two_above = true;
        else if (below != NONE)
            lines[below].nearest_above = at;
        const struct line *next = drawn_after(layout, page, &lines[at], line_of_box);
        neighbours[i].ends_column = next && next->row != lines[at].row && !overlap(next, &lines[at]) &&
                                    next->frame == lines[at].frame && is_of_size(next, &lines[at]);
        bool has_right = at + 1 < row_ends[i] && !lines[at + 1].is_furniture && lines[at + 1].left >= lines[at].right;
        if (has_right && !lines[at].is_label && lines[at + 1].first == lines[at].last + 1 &&
            !are_columns(layout, page, at, line_of_box)) {
            neighbours[i].starts_row = !neighbours[i].is_in_row;
            neighbours[i].is_in_row = neighbours[i + 1].is_in_row = true;
        }
    }
}

static bool starts_caption(const gdx_layout *layout, const struct line *line) {
    gdx_slice text = layout_line_text(layout, line);
    return layout_caption_start(text) > 0 || layout_is_source(text) || layout_is_remark(text);
}

static int32_t distance(int32_t a, int32_t b) {
    return a < b ? b - a : a - b;
}

// Within a cell: drawn next, close, and set to the same edge or about the same middle.
static bool goes_on_in_cell(const struct line *a, const struct line *b) {
    bool aligned = distance(a->left, b->left) <= a->size || distance(a->left + a->right, b->left + b->right) <= a->size;
    return a->last + 1 == b->first && aligned && 10 * (b->bottom - a->bottom) <= 17 * a->size;
}

// A wider step down than the one before it or the one after it starts a block: the two need not be neighbours, though
// they stand in one column.
static bool is_wide_step(const gdx_layout *layout, const struct line *one, const struct line *other) {
    int32_t step = other->bottom - one->bottom;
    const struct line *before = one->above == NONE ? NULL : &layout->lines[one->above];
    const struct line *after = other->nearest_below == NONE ? NULL : &layout->lines[other->nearest_below];
    if (before && step > 5 * (one->bottom - before->bottom) / 4 + 2)
        return true;
    return after && is_of_size(other, after) && step > 5 * (after->bottom - other->bottom) / 4 + 2;
}

static bool follows(const gdx_layout *layout, const struct page *page, const struct neighbours *neighbours, uint32_t a,
                    uint32_t b) {
    const struct line *one = &layout->lines[a], *other = &layout->lines[b];
    const struct neighbours *of_one = &neighbours[a - page->first_line], *of_other = &neighbours[b - page->first_line];
    if (one->is_label != other->is_label ||
        (other->mark_bytes > 0 && layout_ends_sentence(layout_line_text(layout, one))))
        return false;
    if (of_other->has_two_above || !is_of_size(one, other) || 10 * (other->bottom - one->bottom) > 24 * one->size)
        return false;
    int32_t common = layout_least(one->right, other->right) - layout_most(one->left, other->left);
    if (2 * common < layout_least(one->right - one->left, other->right - other->left))
        return false;
    if (of_one->ends_column || is_wide_step(layout, one, other))
        return false;
    bool drawn_next = one->last + 1 == other->first;
    bool is_even =
        distance(one->left, other->left) <= 3 * one->size && distance(one->right, other->right) <= 2 * one->size;
    if (starts_caption(layout, other) &&
        (100 * other->size < 96 * layout->body_size || one->right < other->right || !drawn_next))
        return false;
    if (of_other->starts_row || of_one->is_in_row || of_other->is_in_row)
        return !of_other->is_in_row && goes_on_in_cell(one, other);
    return drawn_next || is_even || (one->nearest_above == NONE && other->nearest_below == NONE) ||
           distance(one->left, other->left) <= 3 * one->size;
}

// Most lines but the last end where the block does.
static bool is_full(const gdx_layout *layout, const struct block *block) {
    uint32_t full = 0, counted = 0;
    for (uint32_t i = block->first; layout->lines[i].below != NONE; i = layout->lines[i].below, counted++)
        full += block->right - layout->lines[i].right <= 2 * block->size &&
                layout->lines[i].left - block->left <= 3 * block->size;
    return counted > 0 && 2 * full >= counted && block->right - block->left >= 8 * block->size;
}

static void add_block(gdx_layout *layout, const struct page *page, uint32_t first, bool is_cell) {
    layout_keep(layout,
                gdx_grow(&layout->blocks, &layout->block_capacity, layout->block_count + 1, sizeof *layout->blocks));
    if (layout->status != GDX_OK)
        return;
    const struct line *line = &layout->lines[first];
    struct block *block = &layout->blocks[layout->block_count];
    *block = (struct block){.left = line->left,
                            .top = line->top,
                            .right = line->right,
                            .bottom = line->bottom,
                            .size = line->size,
                            .first = first,
                            .page = (uint32_t)(page - layout->pages),
                            .frame = line->frame,
                            .drawn_first = line->first,
                            .drawn_last = line->last,
                            .table = is_cell ? first : NONE};
    uint32_t bold = 0;
    for (uint32_t i = first; i != NONE; i = layout->lines[i].below) {
        struct line *next = &layout->lines[i];
        next->block = (uint32_t)layout->block_count;
        block->left = layout_least(block->left, next->left), block->right = layout_most(block->right, next->right);
        block->top = layout_least(block->top, next->top), block->bottom = layout_most(block->bottom, next->bottom);
        block->size = layout_most(block->size, next->size);
        block->drawn_first = next->first < block->drawn_first ? next->first : block->drawn_first;
        block->drawn_last = next->last > block->drawn_last ? next->last : block->drawn_last;
        block->line_count++;
        block->characters += next->characters;
        bold += next->is_bold;
    }
    block->is_bold = 2 * bold > block->line_count;
    block->is_full = !is_cell && is_full(layout, block);
    block->role = is_cell || line->is_label ? ROLE_APART : ROLE_FLOW;
    layout->block_count++;
}

static void make_cell(struct block *block, uint32_t table) {
    if (block->table != NONE)
        return;
    block->table = table;
    block->role = ROLE_APART;
    block->is_full = false;
}

// Narrow lines beside what the file draws next are cells as well: a cell of several lines has none of its own height.
static void find_labels(gdx_layout *layout, const struct page *page, const uint32_t *line_of_box) {
    for (uint32_t i = page->first_block; i < layout->block_count; i++) {
        struct block *block = &layout->blocks[i];
        uint32_t last = block->first;
        while (layout->lines[last].below != NONE)
            last = layout->lines[last].below;
        const struct line *next = drawn_after(layout, page, &layout->lines[last], line_of_box);
        struct block *beside = next && next->block != NONE ? &layout->blocks[next->block] : NULL;
        if (!beside || beside->frame != block->frame || block->line_count > 8 || beside->line_count > 8 ||
            beside->left < block->right || beside->top >= block->bottom || beside->bottom <= block->top)
            continue;
        bool are_narrow =
            block->right - block->left < 12 * block->size && beside->right - beside->left < 12 * block->size;
        if (beside->table == NONE && block->table == NONE && !are_narrow)
            continue;
        make_cell(block, beside->table != NONE ? beside->table : block->first);
        make_cell(beside, block->table);
    }
}

static void prepare(gdx_layout *layout, const struct page *page, uint32_t *row_ends, uint32_t *line_of_box) {
    for (uint32_t i = 0; i < page->box_count; i++)
        line_of_box[i] = NONE;
    for (uint32_t i = 0; i < page->line_count; i = row_ends[i] - page->first_line) {
        uint32_t end = end_of_row(layout, page, page->first_line + i);
        for (uint32_t k = i; k < end - page->first_line; k++)
            row_ends[k] = end;
    }
    for (uint32_t i = 0; i < page->line_count; i++)
        line_of_box[layout->lines[page->first_line + i].first - page->first_box] = page->first_line + i;
}

void layout_make_blocks(gdx_layout *layout, struct page *page) {
    uint32_t count = page->line_count;
    page->first_block = (uint32_t)layout->block_count;
    uint32_t *row_ends = layout_room(layout, 0, count, sizeof *row_ends);
    struct neighbours *neighbours = layout_room(layout, 1, count, sizeof *neighbours);
    uint32_t *line_of_box = layout_room(layout, 2, page->box_count, sizeof *line_of_box);
    if (layout->status != GDX_OK)
        return;
    memset(neighbours, 0, count * sizeof *neighbours);
    prepare(layout, page, row_ends, line_of_box);
    find_neighbours(layout, page, neighbours, row_ends, line_of_box);
    struct line *lines = layout->lines;
    for (uint32_t i = page->first_line; i < page->first_line + count; i++) {
        uint32_t below = lines[i].is_furniture ? NONE : lines[i].nearest_below;
        if (below != NONE && follows(layout, page, neighbours, i, below)) {
            lines[i].below = below;
            lines[below].above = i;
        }
    }
    for (uint32_t i = page->first_line; i < page->first_line + count; i++)
        if (lines[i].above == NONE && !lines[i].is_furniture)
            add_block(layout, page, i, neighbours[i - page->first_line].is_in_row);
    if (layout->status == GDX_OK)
        find_labels(layout, page, line_of_box);
    page->block_count = (uint32_t)layout->block_count - page->first_block;
}
