// SPDX-License-Identifier: Apache-2.0
// pages.h: what the steps of a layout hand on to each other: boxes, lines, blocks, pages. Relies on gdx/layout.h.
//
//   boxes.c      boxes as they come, cleaned                        -> boxes
//   frames.c     which way each box's characters run                -> boxes, turned so that all lines run rightwards
//   initials.c   large first letters                            -> boxes, such a letter before the first line
//   lines.c      boxes that stand on one line, marks of notes       -> lines
//   furniture.c  what repeats on pages                              -> roles of lines
//   blocks.c     lines that follow each other, cells of tables      -> blocks
//   order.c      columns and bands                                  -> blocks in the order of reading
//   roles.c      notes, captions, side columns, the title           -> roles of blocks
//   write.c      -> the draft
#ifndef LAYOUT_PAGES_H
#define LAYOUT_PAGES_H

#include "gdx/layout.h"

enum { NONE = UINT32_MAX };

enum frame {
    FRAME_ACROSS, // the usual one
    FRAME_DOWN,   // characters run downwards, lines leftwards: vertical writing, and text turned clockwise
    FRAME_UP,     // text turned the other way
    FRAMES
};

enum role {
    ROLE_FLOW,  // main text, which runs on from block to block, column to column, page to page
    ROLE_APART, // main text beside that: a cell, a side column, a label
    ROLE_NOTE,
    ROLE_CAPTION,
    ROLE_FURNITURE
};

struct box { // in its frame
    int32_t left, top, right, bottom;
    int32_t size;
    uint32_t text, bytes; // in `text`
    uint8_t frame;
    bool is_bold;
    bool has_blank_before, has_blank_after; // of its own, trimmed off
    bool is_spread; // a blank of its own stands in the middle between it and the box before it: a line set wide
};

struct line {
    int32_t left, top, right, bottom;
    int32_t size; // of most of its characters
    uint32_t page, frame;
    uint32_t first, last;                  // boxes, as the file draws them
    uint32_t text, bytes;                  // in `line_text`
    uint32_t mark_bytes;                   // of the text, a raised mark at its start
    uint32_t characters;                   // without blanks
    uint32_t row;                          // among the page's rows
    uint32_t above, below;                 // the line that it follows and the one that follows it in a block
    uint32_t nearest_above, nearest_below; // whatever the block
    uint32_t block;
    bool is_bold;
    bool is_furniture;
    bool is_label; // in the margin, of the line beside it
};

struct block {
    int32_t left, top, right, bottom;
    int32_t size;
    uint32_t first, line_count; // from line to line by `below`
    uint32_t page, frame;
    uint32_t table; // of which this is a cell, NONE
    uint32_t characters;
    uint32_t drawn_first, drawn_last; // boxes
    uint8_t role;
    bool is_full; // lines of a paragraph: they fill their column
    bool is_bold;
    bool continues; // a note that began on the page before
};

struct page {
    int32_t width, height;
    uint32_t first_box, box_count;
    uint32_t first_line, line_count;
    uint32_t first_block, block_count; // in the order of reading
};

struct gdx_layout {
    gdx_status status;
    gdx_layout_found found;
    gdx_buffer text, line_text, clean; // clean: the XML without what no XML may hold
    struct box *boxes;
    size_t box_count, box_capacity;
    struct line *lines;
    size_t line_count, line_capacity;
    struct block *blocks;
    size_t block_count, block_capacity;
    struct page *pages;
    size_t page_count, page_capacity;
    struct box blank; // boxes of blanks since the last other one; bottom <= top: none
    void *room[4];    // arrays for a step, bytes
    size_t room_capacity[4];
    int32_t body_size;  // of most characters
    int32_t body_width; // of the columns that hold most of the body
};

// Room for a step: `count` elements of `bytes`, not cleared. NULL: no memory, which the layout keeps.
void *layout_room(gdx_layout *layout, unsigned which, size_t count, size_t bytes);
static inline void layout_keep(gdx_layout *layout, gdx_status status) {
    if (layout->status == GDX_OK)
        layout->status = status;
}
static inline gdx_slice layout_line_text(const gdx_layout *layout, const struct line *line) {
    return (gdx_slice){(const char *)layout->line_text.data + line->text, line->bytes};
}
static inline int32_t layout_most(int32_t a, int32_t b) {
    return a > b ? a : b;
}
static inline int32_t layout_least(int32_t a, int32_t b) {
    return a < b ? a : b;
}

void layout_turn(gdx_layout *layout, struct page *page);
void layout_set_initials(gdx_layout *layout, struct page *page);
void layout_make_lines(gdx_layout *layout, struct page *page);
void layout_find_furniture(gdx_layout *layout);
void layout_find_body_size(gdx_layout *layout);
void layout_make_blocks(gdx_layout *layout, struct page *page);
void layout_order_blocks(gdx_layout *layout, struct page *page);
void layout_find_roles(gdx_layout *layout);
void layout_write_draft(gdx_layout *layout, gdx_slice info_title, gdx_draft *draft);

#endif
