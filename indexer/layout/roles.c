// SPDX-License-Identifier: Apache-2.0
// roles.c: which blocks are notes, captions, or main text that stands apart. Relies on pages.h and characters.h.
//
// Small type is not enough for anything: abstracts, quotations, lists of works, side columns and tables have it, too.
// A note is small and low, with no larger text below it in its column; it starts with a mark, or stands below one
// that does, or goes on with one of the page before. A caption says "图 3" or "资料来源" at its start. Small text that
// is narrower than the body's columns is a side column or a label, and stands apart; other small text is main text.

#include "characters.h"
#include "pages.h"

enum { WIDTHS = 4096 };

// Smaller than the body by more than rounding.
static bool is_small(const gdx_layout *layout, const struct block *block) {
    return 100 * block->size <= 95 * layout->body_size;
}

static gdx_slice text_of_first(const gdx_layout *layout, const struct block *block) {
    return layout_line_text(layout, &layout->lines[block->first]);
}

static gdx_slice text_of_last(const gdx_layout *layout, const struct block *block) {
    uint32_t line = block->first;
    while (layout->lines[line].below != NONE)
        line = layout->lines[line].below;
    return layout_line_text(layout, &layout->lines[line]);
}

static bool is_caption(const gdx_layout *layout, const struct block *block) {
    gdx_slice text = text_of_first(layout, block);
    if (layout_is_source(text))
        return block->characters <= 400;
    size_t start = layout_caption_start(text);
    if (start == 0 || block->characters > 300)
        return false;
    gdx_slice rest = {text.data + start, text.bytes - start};
    uint32_t c = layout_first_character(rest);
    bool is_parted = rest.bytes == 0 || gdx_is_white(c) || c == ':' || c == 0xff1a || c == 0xff0e || c == 0x3001 ||
                     c == '.' || c == '|';
    bool is_title = !layout_ends_sentence(text_of_last(layout, block)) || block->characters < 8;
    if (is_small(layout, block) || block->is_bold)
        return is_parted || is_title;
    return block->line_count <= 2 && is_title && (is_parted || block->characters <= 30);
}

static void find_body_width(gdx_layout *layout) {
    uint64_t counts[WIDTHS] = {0}, all = 0, sum = 0;
    for (size_t i = 0; i < layout->block_count; i++) {
        const struct block *block = &layout->blocks[i];
        if (!block->is_full || is_small(layout, block) || block->role != ROLE_FLOW)
            continue;
        counts[layout_least(block->right - block->left, WIDTHS - 1)] += block->characters;
        all += block->characters;
    }
    int32_t width = 0;
    while (width < WIDTHS - 1 && 2 * (sum += counts[width]) < all)
        width++;
    layout->body_width = all ? width : 0;
}

static bool overlaps(const struct block *a, const struct block *b) {
    return a->frame == b->frame && layout_least(a->right, b->right) > layout_most(a->left, b->left);
}

// ---- notes

static bool starts_note(const gdx_layout *layout, const struct block *block) {
    static const char *const words[] = {"注：",     "注:",      "註：",     "收稿日期", "作者简介",
                                        "作者單位", "作者单位", "基金项目", "通讯作者", "通信作者",
                                        "投稿日期", "本文系",   "Note:",    "Notes:"};
    gdx_slice text = text_of_first(layout, block);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text.bytes >= strlen(words[i]) && memcmp(text.data, words[i], strlen(words[i])) == 0)
            return true;
    return layout->lines[block->first].mark_bytes > 0 || layout_mark_at_start(text, true) > 0 ||
           layout_starts_with_number(text);
}

// A line of a table of contents: "... 12".
static bool is_contents(const gdx_layout *layout, const struct block *block) {
    gdx_slice text = text_of_first(layout, block);
    return memmem(text.data, text.bytes, ".....", 5) || memmem(text.data, text.bytes, "·····", 10) ||
           memmem(text.data, text.bytes, "……", 6) || memmem(text.data, text.bytes, ". . . .", 7);
}

// A raised mark at its start and white space above it, or another such block: a note even in the body's size, as word
// processors set it. Without the white space the mark may be one of the text that came to stand at the start of a line.
static bool starts_raised(const gdx_layout *layout, const struct block *block) {
    const struct line *lines = layout->lines, *line = &lines[block->first];
    if (line->mark_bytes == 0 || line->nearest_above == NONE)
        return line->mark_bytes > 0;
    const struct line *above = &lines[line->nearest_above];
    if (above->block != NONE && lines[layout->blocks[above->block].first].mark_bytes > 0)
        return true;
    return above->above != NONE &&
           4 * (line->bottom - above->bottom) > 5 * (above->bottom - lines[above->above].bottom);
}

static bool is_candidate(const gdx_layout *layout, const struct page *page, const struct block *block) {
    return block->role == ROLE_FLOW && (is_small(layout, block) || starts_raised(layout, block)) &&
           block->frame == FRAME_ACROSS && !is_contents(layout, block) &&
           100 * (int64_t)block->top > 40 * (int64_t)page->height && (block->is_full || block->characters >= 6);
}

// The lowest text of normal size over a width, so that what is small can be held against it.
static int32_t lowest_text(const gdx_layout *layout, const struct block *block, const uint32_t *texts, uint32_t count,
                           bool full) {
    int32_t lowest = -GDX_LAYOUT_MOST;
    for (uint32_t i = 0; i < count && i < 256; i++) {
        const struct block *text = &layout->blocks[texts[i]];
        if (overlaps(text, block) && (!full || text->is_full))
            lowest = layout_most(lowest, text->bottom);
    }
    return lowest;
}

// The block directly above, of the same size: what a note may go on from. NONE: none.
static uint32_t small_above(const gdx_layout *layout, const struct page *page, uint32_t at) {
    const struct block *block = &layout->blocks[at];
    for (uint32_t i = at; i > page->first_block && at - i < 64; i--) {
        const struct block *above = &layout->blocks[i - 1];
        if (above->table == NONE && is_small(layout, above) && overlaps(above, block) &&
            above->bottom <= block->top + block->size / 2 && block->top - above->bottom <= 2 * block->size)
            return i - 1;
    }
    return NONE;
}

static void find_notes(gdx_layout *layout, struct page *page, const uint32_t *texts, uint32_t text_count, bool *open) {
    bool was_open = *open, is_first = true, any = false, ends = true;
    for (uint32_t i = page->first_block, end = i + page->block_count; i < end; i++) {
        struct block *block = &layout->blocks[i];
        if (!is_candidate(layout, page, block) ||
            lowest_text(layout, block, texts, text_count, false) > block->top + block->size / 2)
            continue;
        uint32_t above = small_above(layout, page, i);
        bool goes_on = above != NONE && layout->blocks[above].role == ROLE_NOTE;
        bool starts = starts_note(layout, block);
        bool from_before = !starts && is_first && was_open && !goes_on;
        bool below_text = above != NONE && layout->blocks[above].role == ROLE_FLOW;
        bool is_low = 100 * (int64_t)block->top > 60 * (int64_t)page->height && block->is_full && !below_text &&
                      lowest_text(layout, block, texts, text_count, true) > 0;
        if (!(starts && !below_text) && !goes_on && !from_before && !is_low)
            continue;
        block->role = ROLE_NOTE;
        block->continues = from_before;
        is_first = false;
        any = true;
        ends = layout_ends_sentence(text_of_last(layout, block));
    }
    *open = any && !ends;
}

// ---- the whole

// "注：…" in small type that is no note of the page: the foot of a table.
static void find_remark(gdx_layout *layout, struct block *block) {
    if ((block->role == ROLE_FLOW || block->role == ROLE_APART) && is_small(layout, block) &&
        block->characters <= 400 && layout_is_remark(text_of_first(layout, block)))
        block->role = ROLE_CAPTION;
}

static void find_apart(gdx_layout *layout, struct block *block) {
    if (block->role != ROLE_FLOW || !is_small(layout, block))
        return;
    int32_t width = block->right - block->left;
    if (10 * width < 8 * layout->body_width && !(block->is_full && layout->body_width == 0))
        block->role = ROLE_APART;
}

void layout_find_roles(gdx_layout *layout) {
    find_body_width(layout);
    for (size_t i = 0; i < layout->block_count; i++)
        if (is_caption(layout, &layout->blocks[i]))
            layout->blocks[i].role = ROLE_CAPTION;
    bool open = false;
    for (size_t i = 0; i < layout->page_count; i++) {
        struct page *page = &layout->pages[i];
        uint32_t *texts = layout_room(layout, 0, page->block_count, sizeof *texts), count = 0;
        for (uint32_t k = page->first_block; texts && k < page->first_block + page->block_count; k++)
            if (layout->blocks[k].role == ROLE_FLOW && !is_small(layout, &layout->blocks[k]) &&
                !starts_raised(layout, &layout->blocks[k]))
                texts[count++] = k;
        if (texts)
            find_notes(layout, page, texts, count, &open);
    }
    for (size_t i = 0; i < layout->block_count; i++) {
        find_remark(layout, &layout->blocks[i]);
        find_apart(layout, &layout->blocks[i]);
    }
}
