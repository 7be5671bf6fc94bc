// SPDX-License-Identifier: Apache-2.0
// opendocument_styles.c: styles of an OpenDocument file by name. What a writer sets by hand is an automatic style
// ("P1") whose parent has the name that tells. Relies on opendocument.h.

#include "opendocument.h"

#include <stdlib.h>
#include <strings.h>

enum { MOST_STYLES = 1 << 12 }; // automatic ones are made for each combination that occurs: hundreds in long texts

void ingest_office_styles_clear(office_styles *styles) {
    gdx_buffer_clear(&styles->names);
    free(styles->rows);
    *styles = (office_styles){0};
}

static int kind_of_name(const char *name) {
    static const char *const captions[] = {"Caption", "Illustration", "Table", "Drawing", "Figure", "Text"};
    if (!name)
        return 0;
    if (strcasecmp(name, "Title") == 0)
        return OFFICE_TITLE;
    for (size_t i = 0; i < sizeof captions / sizeof captions[0]; i++)
        if (strcasecmp(name, captions[i]) == 0)
            return OFFICE_CAPTION;
    return 0;
}

gdx_status ingest_office_styles_begin(office_styles *styles, const markup *at) {
    const char *name = ingest_markup_attribute(at, "style:name");
    const char *family = ingest_markup_attribute(at, "style:family");
    styles->is_in_style = false;
    if (!name || styles->count == MOST_STYLES)
        return GDX_OK;
    gdx_status status = gdx_grow(&styles->rows, &styles->capacity, styles->count + 1, sizeof *styles->rows);
    office_style style = {.name = styles->names.bytes, .name_bytes = strlen(name)};
    if (status == GDX_OK)
        status = gdx_buffer_append(&styles->names, name, style.name_bytes);
    if (status != GDX_OK)
        return status;
    if (family && strcmp(family, "paragraph") == 0)
        style.kind = kind_of_name(ingest_markup_attribute(at, "style:parent-style-name"));
    styles->rows[styles->count++] = style;
    styles->is_in_style = true;
    styles->is_sorted = false;
    return GDX_OK;
}

void ingest_office_styles_mark(office_styles *styles, int kind) {
    if (styles->is_in_style)
        styles->rows[styles->count - 1].kind |= kind;
}

void ingest_office_styles_end(office_styles *styles) {
    styles->is_in_style = false;
}

static gdx_slice name_of(const office_styles *styles, const office_style *style) {
    return ingest_slice_at(&styles->names, style->name, style->name_bytes);
}

static int compare_styles(const void *a, const void *b, void *styles) {
    return gdx_slice_compare(name_of(styles, a), name_of(styles, b));
}

int ingest_office_style(office_styles *styles, const char *name) {
    if (!name)
        return 0;
    if (!styles->is_sorted && styles->count && !styles->is_in_style) {
        qsort_r(styles->rows, styles->count, sizeof *styles->rows, compare_styles, styles);
        styles->is_sorted = true;
    }
    size_t low = 0, high = styles->is_sorted ? styles->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = gdx_slice_compare(name_of(styles, &styles->rows[middle]), gdx_slice_of(name));
        if (order == 0)
            return styles->rows[middle].kind | kind_of_name(name);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return kind_of_name(name);
}
