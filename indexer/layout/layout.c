// SPDX-License-Identifier: Apache-2.0
// layout.c: boxes become a draft, step by step. Relies on pages.h, whose first lines say which file does which step.

#include "pages.h"

static void count_pages(gdx_layout *layout) {
    layout->found.pages = (uint32_t)layout->page_count;
    for (size_t i = 0; i < layout->page_count; i++)
        layout->found.pages_with_text += layout->pages[i].box_count > 0;
}

gdx_status gdx_layout_write(gdx_layout *layout, gdx_slice info_title, gdx_draft *draft, gdx_layout_found *found,
                            gdx_error *err) {
    if (layout->status == GDX_OK)
        count_pages(layout);
    for (size_t i = 0; i < layout->page_count && layout->status == GDX_OK; i++) {
        layout_turn(layout, &layout->pages[i]);
        layout_set_initials(layout, &layout->pages[i]);
        layout_make_lines(layout, &layout->pages[i]);
    }
    if (layout->status == GDX_OK)
        layout_find_furniture(layout);
    if (layout->status == GDX_OK)
        layout_find_body_size(layout);
    for (size_t i = 0; i < layout->page_count && layout->status == GDX_OK; i++) {
        layout_make_blocks(layout, &layout->pages[i]);
        if (layout->status == GDX_OK)
            layout_order_blocks(layout, &layout->pages[i]);
    }
    if (layout->status == GDX_OK)
        layout_find_roles(layout);
    if (layout->status == GDX_OK)
        layout_write_draft(layout, info_title, draft);
    *found = layout->found;
    if (layout->status == GDX_TOO_LARGE)
        return gdx_fail(err, GDX_TOO_LARGE, "over %d bytes of text, expected at most so many", INT32_MAX);
    return layout->status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "the layout of a document");
}
