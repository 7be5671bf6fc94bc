// SPDX-License-Identifier: Apache-2.0
// fuzz_layout.c: any bytes as pdftohtml's XML, as they are and as boxes of numbers: the layout gets through, and what
// it gives is valid UTF-8.

#include "gdx/layout.h"
#include "gdx/utf8.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static gdx_layout *layout;
static gdx_draft *draft;

static void check(gdx_status status, gdx_error *err) {
    gdx_document document = {0};
    assert(status == GDX_OK || status == GDX_CORRUPT);
    if (status != GDX_OK || gdx_draft_finish(draft, &document, err) != GDX_OK)
        return;
    assert(gdx_utf8_valid(document.text) && gdx_utf8_valid(document.title));
    for (uint32_t i = 0; i < document.part_count; i++)
        assert(gdx_utf8_valid(document.parts[i].text));
}

// Eight bytes a box: place, size, which text.
static void read_boxes(const uint8_t *data, size_t bytes) {
    static const char *const texts[] = {"甲乙丙丁", "1",     "[2]",    "图 1 某", "word-", "。",
                                        "①",        "- 3 -", "注：某", " ",       "2.1."};
    gdx_error err = {0};
    gdx_layout_found found;
    gdx_layout_begin(layout);
    gdx_draft_begin(draft, 1 << 20);
    for (size_t i = 0; i + 8 <= bytes; i += 8) {
        const uint8_t *at = data + i;
        if (at[7] % 16 == 0)
            gdx_layout_page(layout, 255, 255);
        gdx_layout_box box = {at[0],
                              at[1],
                              at[2] % 64,
                              at[3] % 32,
                              at[4] % 32,
                              at[5] % 2,
                              gdx_slice_of(texts[at[6] % (sizeof texts / sizeof *texts)])};
        gdx_layout_add(layout, &box);
    }
    check(gdx_layout_write(layout, gdx_slice_of("甲乙"), draft, &found, &err), &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    if (!layout && (!(layout = gdx_layout_new()) || !(draft = gdx_draft_new())))
        abort();
    gdx_error err = {0};
    gdx_layout_found found;
    gdx_draft_begin(draft, 1 << 20);
    check(gdx_layout_read_pdf(layout, (gdx_slice){(const char *)data, bytes}, gdx_slice_of("a"), draft, &found, &err),
          &err);
    read_boxes(data, bytes);
    return 0;
}
