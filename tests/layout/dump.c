// SPDX-License-Identifier: Apache-2.0
// dump.c: prints what the layout makes of pdftohtml's XML, for tests/layout/measure.py and for people. One record a
// line: field, place, text with line ends as spaces, parted by tabs. A title comes first, counts come last.

#include "gdx/file.h"
#include "gdx/layout.h"

#include <stdio.h>
#include <stdlib.h>

static void print_run(const char *field, gdx_slice place, gdx_slice text) {
    printf("%s\t%.*s\t", field, GDX_SLICE_ARGUMENTS(place));
    for (size_t i = 0; i < text.bytes; i++)
        putchar(text.data[i] == '\n' || text.data[i] == '\t' ? ' ' : text.data[i]);
    putchar('\n');
}

// A part place by place; "+" before the field says that the text goes on from the line above.
static void print_part(const char *field, gdx_slice text, const gdx_part_place *places, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        char name[32];
        uint32_t end = i + 1 < count ? places[i + 1].byte : (uint32_t)text.bytes;
        snprintf(name, sizeof name, "%s%s", i ? "+" : "", field);
        print_run(name, places[i].name, (gdx_slice){text.data + places[i].byte, end - places[i].byte});
    }
}

static gdx_slice read_all(FILE *file) {
    static gdx_buffer all;
    char step[65536];
    for (size_t bytes; (bytes = fread(step, 1, sizeof step, file)) > 0;)
        if (gdx_buffer_append(&all, step, bytes) != GDX_OK)
            exit(1);
    return gdx_buffer_slice(&all);
}

int main(int argc, char **argv) {
    static const char *const fields[] = {"title", "text", "note", "caption", "furniture"};
    gdx_slice xml = read_all(stdin);
    GDX_AUTO(gdx_layout) layout = gdx_layout_new();
    GDX_AUTO(gdx_draft) draft = gdx_draft_new();
    gdx_layout_found found;
    gdx_document document = {0};
    gdx_error err = {0};
    char text[GDX_ERROR_TEXT_BYTES];
    gdx_draft_begin(draft, INT32_MAX);
    if (gdx_layout_read_pdf(layout, xml, gdx_slice_of(argc > 1 ? argv[1] : ""), draft, &found, &err) != GDX_OK ||
        gdx_draft_finish(draft, &document, &err) != GDX_OK) {
        fprintf(stderr, "%s\n", gdx_error_text(&err, text));
        return 1;
    }
    print_run("title", (gdx_slice){"", 0}, document.title);
    print_part("main", document.text, document.text_places, document.text_place_count);
    for (uint32_t i = 0; i < document.part_count; i++)
        print_part(fields[document.parts[i].field], document.parts[i].text, document.parts[i].places,
                   document.parts[i].place_count);
    printf("counts\t\tpages %u, with text %u, boxes %llu, outside %llu, repaired %llu, ocr %d\n", found.pages,
           found.pages_with_text, (unsigned long long)found.boxes, (unsigned long long)found.outside,
           (unsigned long long)found.repaired, found.is_ocr);
    return 0;
}
