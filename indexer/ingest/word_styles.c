// SPDX-License-Identifier: Apache-2.0
// word_styles.c: word/styles.xml: which styles are titles, headings, captions, contents, hidden text. The name of a
// style tells: programs in every language write the built-in ones in English ("heading 1"), while its id is theirs
// ("a3"). A style based on such a one is one too. Relies on word.h, markup.h.

#include "word.h"

#include "markup.h"

#include <stdlib.h>
#include <strings.h>

enum { STYLES = 1 << 14, MOST_BASES = 16 };

struct reading {
    word_styles *styles;
    gdx_status status;
    bool is_in_style;
};

void ingest_word_styles_clear(word_styles *styles) {
    gdx_buffer_clear(&styles->names);
    free(styles->rows);
    *styles = (word_styles){0};
}

bool ingest_word_is_on(const char *value) {
    return !value || (strcmp(value, "false") != 0 && strcmp(value, "0") != 0 && strcmp(value, "off") != 0);
}

static bool begins(const char *name, const char *with) {
    return strncasecmp(name, with, strlen(with)) == 0;
}

static int kind_of_name(const char *name) {
    if (strcasecmp(name, "title") == 0)
        return STYLE_TITLE;
    if (begins(name, "heading ") || begins(name, "标题 "))
        return STYLE_HEADING;
    if (strcasecmp(name, "caption") == 0 || strcmp(name, "题注") == 0)
        return STYLE_CAPTION;
    if (begins(name, "toc ") || strcasecmp(name, "table of figures") == 0 || strcasecmp(name, "contents heading") == 0)
        return STYLE_CONTENTS;
    return 0;
}

static gdx_status keep(word_styles *styles, const char *text, size_t *at, size_t *bytes) {
    gdx_slice slice = gdx_slice_of(text ? text : "");
    *at = styles->names.bytes;
    *bytes = slice.bytes;
    return gdx_buffer_append(&styles->names, slice.data, slice.bytes);
}

static gdx_status add_style(struct reading *reading, markup *at) {
    word_styles *styles = reading->styles;
    if (styles->count >= STYLES)
        return GDX_OK;
    gdx_status status = gdx_grow(&styles->rows, &styles->capacity, styles->count + 1, sizeof *styles->rows);
    if (status != GDX_OK)
        return status;
    word_style *style = &styles->rows[styles->count];
    *style = (word_style){0};
    status = keep(styles, ingest_markup_attribute(at, "w:styleId"), &style->id, &style->id_bytes);
    styles->count += status == GDX_OK;
    reading->is_in_style = status == GDX_OK;
    return status;
}

static void on_start(void *context, markup *at, const char *name) {
    struct reading *reading = context;
    const char *value = ingest_markup_attribute(at, "w:val");
    gdx_status status = GDX_OK;
    word_style *style = reading->is_in_style ? &reading->styles->rows[reading->styles->count - 1] : NULL;
    if (strcmp(name, "w:style") == 0)
        status = add_style(reading, at);
    else if (!style)
        return;
    else if (strcmp(name, "w:name") == 0 && value)
        style->kind |= kind_of_name(value);
    else if (strcmp(name, "w:basedOn") == 0)
        status = keep(reading->styles, value, &style->base, &style->base_bytes);
    else if (strcmp(name, "w:vanish") == 0 && ingest_word_is_on(value))
        style->kind |= STYLE_HIDDEN;
    else if (strcmp(name, "w:outlineLvl") == 0 && value && strcmp(value, "9") != 0)
        style->kind |= STYLE_HEADING;
    if (status != GDX_OK)
        ingest_markup_stop(at, status);
}

static void on_end(void *context, markup *at, const char *name) {
    struct reading *reading = context;
    (void)at;
    if (strcmp(name, "w:style") == 0)
        reading->is_in_style = false;
}

static void on_text(void *context, markup *at, gdx_slice text) {
    (void)context, (void)at, (void)text;
}

static gdx_slice id_of(const word_styles *styles, const word_style *style) {
    return ingest_slice_at(&styles->names, style->id, style->id_bytes);
}

static gdx_slice base_of(const word_styles *styles, const word_style *style) {
    return ingest_slice_at(&styles->names, style->base, style->base_bytes);
}

static int compare_styles(const void *a, const void *b, void *styles) {
    return gdx_slice_compare(id_of(styles, a), id_of(styles, b));
}

static const word_style *find(const word_styles *styles, gdx_slice id) {
    size_t low = 0, high = styles->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = gdx_slice_compare(id_of(styles, &styles->rows[middle]), id);
        if (order == 0)
            return &styles->rows[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

gdx_status ingest_word_styles_read(word_styles *styles, package_reader *reader, ptrdiff_t entry, gdx_error *err) {
    struct reading reading = {.styles = styles};
    markup_handler handler = {on_start, on_end, on_text, .context = &reading};
    gdx_status status = ingest_markup_parse_entry(reader, entry, &handler, err);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_memory(err, "the styles of a document");
    if (styles->count)
        qsort_r(styles->rows, styles->count, sizeof *styles->rows, compare_styles, styles);
    return status;
}

int ingest_word_style_kind(const word_styles *styles, const char *id) {
    const word_style *style = find(styles, gdx_slice_of(id));
    int kind = 0;
    for (int step = 0; style && step < MOST_BASES; step++) { // styles based on each other in a circle end, too
        kind |= style->kind;
        style = style->base_bytes ? find(styles, base_of(styles, style)) : NULL;
    }
    return kind;
}
