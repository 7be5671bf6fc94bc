// SPDX-License-Identifier: Apache-2.0
// write.c: the last step: blocks with their roles become a draft. Relies on pages.h and characters.h.
//
// Main text runs on from block to block and page to page in one text; white space never breaks a phrase, so its line
// ends are for readers: a line end where a paragraph or a block ends, and after a hyphen, which the matching rule
// knows there. What stands apart, each cell, note and caption is a part of its own, for no phrase runs on from one to
// the next.

#include "characters.h"
#include "pages.h"

#include <stdio.h>

static void set_place(gdx_draft *draft, uint32_t page) {
    char name[32];
    int bytes = snprintf(name, sizeof name, "page %u", page + 1);
    gdx_draft_place(draft, (gdx_slice){name, (size_t)bytes});
}

// The text as it is shown without the raised mark at its start.
static gdx_slice without_mark(const gdx_layout *layout, const struct line *line) {
    gdx_slice text = layout_line_text(layout, line);
    return gdx_trim_start((gdx_slice){text.data + line->mark_bytes, text.bytes - line->mark_bytes});
}

// What stands between two lines of one block.
static const char *between(const gdx_layout *layout, const struct block *block, const struct line *line,
                           const struct line *next) {
    uint32_t last = layout_last_character(layout_line_text(layout, line)),
             first = layout_first_character(layout_line_text(layout, next));
    bool is_short = block->right - line->right > 2 * block->size && !layout_is_latin(first);
    bool is_indented = next->left - block->left >= block->size && next->left > line->left + block->size / 2;
    if (is_short || is_indented || last == '-' || last == 0xad || last == 0x2010)
        return "\n";
    return layout_is_spaced(last) || layout_is_spaced(first) || last < 0x80 ? " " : "";
}

static void write_block(const gdx_layout *layout, const struct block *block, bool with_marks, gdx_draft *draft) {
    for (uint32_t i = block->first; i != NONE; i = layout->lines[i].below) {
        const struct line *line = &layout->lines[i];
        gdx_draft_text(draft, with_marks ? layout_line_text(layout, line) : without_mark(layout, line));
        if (line->below != NONE)
            gdx_draft_text(draft, gdx_slice_of(between(layout, block, line, &layout->lines[line->below])));
    }
}

// Where main text stops at the end of a column, it goes on in the next one: no line end, unless a sentence is over.
static void write_flow(const gdx_layout *layout, gdx_draft *draft) {
    const struct block *before = NULL;
    gdx_slice tail = {"", 0};
    for (size_t i = 0; i < layout->block_count; i++) {
        const struct block *block = &layout->blocks[i];
        if (block->role != ROLE_FLOW)
            continue;
        uint32_t last = layout_last_character(tail),
                 first = layout_first_character(layout_line_text(layout, &layout->lines[block->first]));
        bool runs_on = before && before->size == block->size && before->is_full && !layout_ends_sentence(tail) &&
                       last != '-' && (before->page != block->page || before->top >= block->top);
        if (before && runs_on)
            gdx_draft_text(draft, gdx_slice_of(layout_is_spaced(last) && layout_is_spaced(first) ? " " : ""));
        else
            gdx_draft_line_end(draft);
        set_place(draft, block->page);
        write_block(layout, block, false, draft);
        uint32_t line = block->first;
        while (layout->lines[line].below != NONE)
            line = layout->lines[line].below;
        tail = layout_line_text(layout, &layout->lines[line]);
        before = block;
    }
    gdx_draft_line_end(draft);
}

static void write_parts(const gdx_layout *layout, enum role role, gdx_field field, gdx_draft *draft) {
    for (size_t i = 0; i < layout->block_count; i++) {
        if (layout->blocks[i].role != role)
            continue;
        set_place(draft, layout->blocks[i].page);
        gdx_draft_begin_part(draft, field);
        write_block(layout, &layout->blocks[i], false, draft);
        gdx_draft_end_part(draft);
    }
}

// A line that starts with a mark starts a note; one that starts with less of an indent than the block allows does not.
static bool starts_note(const gdx_layout *layout, const struct block *block, const struct line *line,
                        const struct line *before) {
    gdx_slice text = layout_line_text(layout, line);
    if (line->left - block->left > 3 * block->size)
        return false;
    return line->mark_bytes > 0 || layout_mark_at_start(text, true) > 0 ||
           (layout_starts_with_number(text) && (!before || layout_ends_sentence(layout_line_text(layout, before))));
}

static void write_notes(const gdx_layout *layout, gdx_draft *draft) {
    bool is_open = false;
    for (size_t i = 0; i < layout->block_count; i++) {
        const struct block *block = &layout->blocks[i];
        if (block->role != ROLE_NOTE)
            continue;
        const struct line *before = NULL;
        for (uint32_t k = block->first; k != NONE; k = layout->lines[k].below) {
            const struct line *line = &layout->lines[k];
            bool starts = starts_note(layout, block, line, before);
            if (!is_open || starts) {
                if (is_open)
                    gdx_draft_end_part(draft);
                gdx_draft_begin_part(draft, GDX_FIELD_NOTE);
                is_open = true;
            } else {
                gdx_draft_text(draft, gdx_slice_of(before ? between(layout, block, before, line) : " "));
            }
            set_place(draft, block->page);
            gdx_draft_text(draft, layout_line_text(layout, line));
            before = line;
        }
    }
    if (is_open)
        gdx_draft_end_part(draft);
}

// Heads, feet and stamps: each text once for each page it is on.
static void write_furniture(const gdx_layout *layout, gdx_draft *draft) {
    for (size_t i = 0; i < layout->line_count; i++) {
        if (!layout->lines[i].is_furniture)
            continue;
        set_place(draft, layout->lines[i].page);
        gdx_draft_begin_part(draft, GDX_FIELD_FURNITURE);
        gdx_draft_text(draft, layout_line_text(layout, &layout->lines[i]));
        gdx_draft_end_part(draft);
    }
}

// ---- the title

// The symbols of `text` from *at on, blanks left out, start with all of `title`.
static bool is_said_at(gdx_slice text, gdx_slice title) {
    while (title.bytes) {
        size_t white = gdx_white_bytes(title.data, title.data + title.bytes);
        if (white) {
            title = (gdx_slice){title.data + white, title.bytes - white};
            continue;
        }
        white = text.bytes ? gdx_white_bytes(text.data, text.data + text.bytes) : 0;
        if (white) {
            text = (gdx_slice){text.data + white, text.bytes - white};
            continue;
        }
        if (text.bytes == 0 || text.data[0] != title.data[0])
            return false;
        text = (gdx_slice){text.data + 1, text.bytes - 1};
        title = (gdx_slice){title.data + 1, title.bytes - 1};
    }
    return true;
}

enum { TITLE_BYTES = 600 };

// Lines of the first page, in the order of reading, one after the other.
static gdx_slice first_page(gdx_layout *layout) {
    gdx_buffer *to = &layout->clean; // the XML is read
    to->bytes = 0;
    const struct page *page = layout->pages;
    for (uint32_t i = page->first_block; i < page->first_block + page->block_count; i++)
        for (uint32_t k = layout->blocks[i].first; k != NONE; k = layout->lines[k].below) {
            layout_keep(layout, gdx_buffer_append(to, "\n", 1));
            layout_keep(layout, gdx_buffer_append(to, layout_line_text(layout, &layout->lines[k]).data,
                                                  layout->lines[k].bytes));
        }
    return gdx_buffer_slice(to);
}

static bool is_believed(gdx_layout *layout, gdx_slice title) {
    if (layout_count(title) < 2 || title.bytes > TITLE_BYTES)
        return false;
    gdx_slice page = first_page(layout);
    for (size_t at = 0; at < page.bytes; at++)
        if (page.data[at] == title.data[0] && is_said_at((gdx_slice){page.data + at, page.bytes - at}, title))
            return true;
    return false;
}

// The largest type of page one, where it says something; all lines of that size that follow each other.
static void write_largest(const gdx_layout *layout, gdx_draft *draft) {
    const struct page *page = layout->pages;
    const struct block *best = NULL;
    for (uint32_t i = page->first_block; i < page->first_block + page->block_count; i++) {
        const struct block *block = &layout->blocks[i];
        if (block->characters >= 2 && block->characters <= 200 && (!best || block->size > best->size) &&
            block->role != ROLE_NOTE && block->role != ROLE_CAPTION)
            best = block;
    }
    if (!best || 20 * best->size <= 21 * layout->body_size)
        return;
    char title[TITLE_BYTES];
    size_t bytes = 0;
    for (uint32_t k = best->first; k != NONE; k = layout->lines[k].below) {
        gdx_slice text = without_mark(layout, &layout->lines[k]);
        if (bytes + text.bytes + 1 > sizeof title)
            break;
        if (bytes && layout_is_spaced(layout_first_character(text)))
            title[bytes++] = ' ';
        memcpy(title + bytes, text.data, text.bytes);
        bytes += text.bytes;
    }
    if (bytes)
        gdx_draft_title(draft, (gdx_slice){title, bytes}, true);
}

static void write_title(gdx_layout *layout, gdx_slice info_title, gdx_draft *draft) {
    info_title = gdx_trim(info_title);
    if (layout->page_count == 0)
        return;
    if (is_believed(layout, info_title))
        gdx_draft_title(draft, info_title, true);
    else
        write_largest(layout, draft);
}

void layout_write_draft(gdx_layout *layout, gdx_slice info_title, gdx_draft *draft) {
    write_title(layout, info_title, draft);
    if (layout->found.is_ocr)
        gdx_draft_metadata(draft, gdx_slice_of("ocr"), gdx_slice_of("text layer"));
    write_flow(layout, draft);
    write_parts(layout, ROLE_APART, GDX_FIELD_TEXT, draft);
    write_notes(layout, draft);
    write_parts(layout, ROLE_CAPTION, GDX_FIELD_CAPTION, draft);
    write_furniture(layout, draft);
    gdx_draft_place(draft, gdx_slice_of(""));
}
