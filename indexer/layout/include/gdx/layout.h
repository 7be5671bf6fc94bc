// SPDX-License-Identifier: Apache-2.0
// gdx/layout.h: pages of placed text become a document: what belongs together, in the order in which people read it,
// each text in its field and with its page.
// Relies on gdx/draft.h. Two layers: boxes (a run of characters, its place and its size) become a draft by
// gdx_layout_write; a reader of a converter's output makes the boxes. Threads: one owner. A layout is used again from
// document to document and keeps its memory.
#ifndef GDX_LAYOUT_H
#define GDX_LAYOUT_H

#include "gdx/draft.h"

typedef struct gdx_layout gdx_layout;

gdx_layout *gdx_layout_new(void); // NULL: no memory
void gdx_layout_free(gdx_layout *layout);
GDX_DEFINE_AUTO(gdx_layout, gdx_layout_free)

// What a document turned out to be, for the caller's refusals and counts.
typedef struct gdx_layout_found {
    uint32_t pages;
    uint32_t pages_with_text; // fewer than all: the others are pictures or empty. 0: nothing to index
    uint64_t boxes;
    uint64_t outside;  // boxes that lie off their page, which nobody sees: left out
    uint64_t repaired; // characters that the converter could not name: U+FFFD in their place
    bool is_ocr;       // the text is that of a program that read a scan; metadata "ocr" says so
} gdx_layout_found;

// The XML of poppler's `pdftohtml -xml -hidden -i -enc UTF-8 -stdout FILE` into a draft that has been begun: main text,
// further parts of it (cells of tables, side columns), notes, captions and furniture, places "page 3" (counted from 1
// in the file), a title that is a line of the text. `info_title`: what the file says of itself, "" if nothing; it
// becomes the title only if it stands on the first page. GDX_CORRUPT: this is no such XML, or it was cut short;
// GDX_NO_MEMORY. A document without text is GDX_OK with pages_with_text 0.
// Cost: n log n in the number of boxes; memory in proportion to the XML.
gdx_status gdx_layout_read_pdf(gdx_layout *layout, gdx_slice xml, gdx_slice info_title, gdx_draft *draft,
                               gdx_layout_found *found, gdx_error *err) GDX_MUST_CHECK;

// ---- the second layer alone, for other sources of boxes

enum { GDX_LAYOUT_MOST = 1000000 }; // coordinates beyond it, below zero or above, are cut to it

typedef struct gdx_layout_box {
    double left, top, width, height; // in pixels of the page, downwards; any bits. Width 0: the characters run
                                     // downwards or upwards
    double size;                     // of the type; 0: unknown, the height stands for it
    bool is_bold;
    gdx_slice text; // valid UTF-8
} gdx_layout_box;

void gdx_layout_begin(gdx_layout *layout);
// Both keep a lack of memory, which gdx_layout_write gives back. Boxes belong to the last page, and come in the order
// in which the file draws them.
void gdx_layout_page(gdx_layout *layout, double width, double height);
void gdx_layout_add(gdx_layout *layout, const gdx_layout_box *box);
gdx_status gdx_layout_write(gdx_layout *layout, gdx_slice info_title, gdx_draft *draft, gdx_layout_found *found,
                            gdx_error *err) GDX_MUST_CHECK;

#endif
