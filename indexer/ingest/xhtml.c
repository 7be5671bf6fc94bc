// SPDX-License-Identifier: Apache-2.0
// xhtml.c: chapters of e-books, which the standard makes XHTML. Relies on xhtml.h, markup.h.
// Blanks collapse as in HTML. A note's mark leaves the line, whichever way the maker wrote it: epub:type, role,
// Duokan's class, or a raised link to a place in a file.

#include "xhtml.h"

#include "markup.h"
#include "page.h"

enum { MOST_PARTS = 32 };

enum element {
    ELEMENT_ANCHOR = 1,
    ELEMENT_BLOCK,
    ELEMENT_BREAK,
    ELEMENT_CAPTION,
    ELEMENT_CELL,
    ELEMENT_HEADING,
    ELEMENT_ITEM,
    ELEMENT_LIST,
    ELEMENT_PREFORMATTED,
    ELEMENT_RAISED,
    ELEMENT_ROW,
    ELEMENT_SKIPPED,
    ELEMENT_TABLE,
};

static const markup_word elements[] = {
    {"a", ELEMENT_ANCHOR},         {"address", ELEMENT_BLOCK},
    {"article", ELEMENT_BLOCK},    {"aside", ELEMENT_BLOCK},
    {"blockquote", ELEMENT_BLOCK}, {"body", ELEMENT_BLOCK},
    {"br", ELEMENT_BREAK},         {"caption", ELEMENT_CAPTION},
    {"center", ELEMENT_BLOCK},     {"dd", ELEMENT_BLOCK},
    {"div", ELEMENT_BLOCK},        {"dl", ELEMENT_BLOCK},
    {"dt", ELEMENT_BLOCK},         {"figcaption", ELEMENT_CAPTION},
    {"figure", ELEMENT_BLOCK},     {"footer", ELEMENT_BLOCK},
    {"h1", ELEMENT_HEADING},       {"h2", ELEMENT_HEADING},
    {"h3", ELEMENT_BLOCK},         {"h4", ELEMENT_BLOCK},
    {"h5", ELEMENT_BLOCK},         {"h6", ELEMENT_BLOCK},
    {"head", ELEMENT_SKIPPED},     {"header", ELEMENT_BLOCK},
    {"hr", ELEMENT_BLOCK},         {"li", ELEMENT_ITEM},
    {"main", ELEMENT_BLOCK},       {"nav", ELEMENT_BLOCK},
    {"ol", ELEMENT_LIST},          {"p", ELEMENT_BLOCK},
    {"pre", ELEMENT_PREFORMATTED}, {"rp", ELEMENT_SKIPPED},
    {"rt", ELEMENT_SKIPPED},       {"script", ELEMENT_SKIPPED},
    {"section", ELEMENT_BLOCK},    {"style", ELEMENT_SKIPPED},
    {"sup", ELEMENT_RAISED},       {"svg", ELEMENT_SKIPPED},
    {"table", ELEMENT_TABLE},      {"td", ELEMENT_CELL},
    {"template", ELEMENT_SKIPPED}, {"th", ELEMENT_CELL},
    {"tr", ELEMENT_ROW},           {"ul", ELEMENT_LIST},
};

struct chapter {
    text_flow *flow;
    size_t part_depths[MOST_PARTS];
    size_t parts;
    size_t raised_depth; // of <sup>; 0: in none
    size_t link_depth;   // of <a> to a place in a file
    size_t preformatted_depth;
};

static const char *local_of(const char *name) {
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

// One of the words of an attribute, which blanks set apart.
static bool has_word(const char *words, const char *word) {
    size_t bytes = strlen(word);
    for (; words && *words; words += *words != '\0') {
        size_t one = strcspn(words, " \t\r\n");
        if (one == bytes && memcmp(words, word, bytes) == 0)
            return true;
        words += one;
    }
    return false;
}

static bool is_any(const markup *at, const char *const words[], size_t count) {
    static const char *const names[] = {"epub:type", "role", "class"};
    for (size_t name = 0; name < sizeof names / sizeof names[0]; name++) {
        const char *value = ingest_markup_attribute(at, names[name]);
        for (size_t i = 0; value && i < count; i++)
            if (has_word(value, words[i]))
                return true;
    }
    return false;
}

static bool is_note(const markup *at) {
    static const char *const words[] = {"footnote",     "endnote",     "rearnote",
                                        "doc-footnote", "doc-endnote", "duokan-footnote-item"};
    return is_any(at, words, sizeof words / sizeof words[0]);
}

static bool is_mark(const struct chapter *chapter, int element, const markup *at) {
    static const char *const words[] = {"noteref", "doc-noteref", "duokan-footnote", "doc-backlink"};
    if (element == ELEMENT_RAISED && chapter->link_depth)
        return true;
    if (element != ELEMENT_ANCHOR)
        return false;
    const char *target = ingest_markup_attribute(at, "href");
    return is_any(at, words, sizeof words / sizeof words[0]) ||
           (chapter->raised_depth && target && strchr(target, '#'));
}

static void begin_part(struct chapter *chapter, const markup *at, gdx_field field) {
    if (chapter->parts == MOST_PARTS)
        return;
    chapter->part_depths[chapter->parts++] = ingest_markup_depth(at);
    ingest_flow_part_begin(chapter->flow, field);
}

static void on_layout(struct chapter *chapter, int element, markup *at) {
    switch (element) {
    case ELEMENT_TABLE:
        ingest_flow_table_begin(chapter->flow);
        break;
    case ELEMENT_CELL:
        ingest_flow_cell(chapter->flow);
        break;
    case ELEMENT_ITEM:
        ingest_flow_item(chapter->flow);
        break;
    case ELEMENT_CAPTION:
        begin_part(chapter, at, GDX_FIELD_CAPTION);
        break;
    case ELEMENT_PREFORMATTED:
        if (chapter->preformatted_depth == 0)
            chapter->preformatted_depth = ingest_markup_depth(at);
        break;
    default:
        break;
    }
}

static void on_start(void *context, markup *at, const char *name) {
    struct chapter *chapter = context;
    int element = MARKUP_FIND(elements, local_of(name));
    size_t depth = ingest_markup_depth(at);
    const char *target = element == ELEMENT_ANCHOR ? ingest_markup_attribute(at, "href") : NULL;
    if (element == ELEMENT_SKIPPED || is_mark(chapter, element, at)) {
        ingest_markup_skip(at);
        return;
    }
    if (element && element != ELEMENT_ANCHOR && element != ELEMENT_RAISED && element != ELEMENT_CELL)
        ingest_flow_line(chapter->flow);
    if (element != ELEMENT_ANCHOR && is_note(at))
        begin_part(chapter, at, GDX_FIELD_NOTE);
    if (element == ELEMENT_HEADING)
        ingest_flow_keep(chapter->flow, &chapter->flow->heading);
    if (element == ELEMENT_RAISED && chapter->raised_depth == 0)
        chapter->raised_depth = depth;
    if (target && strchr(target, '#') && chapter->link_depth == 0)
        chapter->link_depth = depth;
    on_layout(chapter, element, at);
}

static void leave(size_t *at, size_t depth) {
    if (*at == depth)
        *at = 0;
}

static void on_end(void *context, markup *at, const char *name) {
    struct chapter *chapter = context;
    int element = MARKUP_FIND(elements, local_of(name));
    size_t depth = ingest_markup_depth(at);
    leave(&chapter->raised_depth, depth);
    leave(&chapter->link_depth, depth);
    leave(&chapter->preformatted_depth, depth);
    if (element == ELEMENT_HEADING)
        ingest_flow_keep_end(chapter->flow);
    if (element == ELEMENT_ROW)
        ingest_flow_row_end(chapter->flow);
    else if (element == ELEMENT_TABLE)
        ingest_flow_table_end(chapter->flow);
    else if (element == ELEMENT_LIST)
        ingest_flow_items_end(chapter->flow);
    else if (element && element != ELEMENT_ANCHOR && element != ELEMENT_RAISED && element != ELEMENT_CELL)
        ingest_flow_line(chapter->flow);
    if (chapter->parts && chapter->part_depths[chapter->parts - 1] == depth) {
        ingest_flow_part_end(chapter->flow);
        chapter->parts--;
    }
}

static void on_text(void *context, markup *at, gdx_slice text) {
    struct chapter *chapter = context;
    (void)at;
    if (chapter->preformatted_depth)
        ingest_flow_text(chapter->flow, text);
    else if (chapter->raised_depth)
        ingest_flow_raised(chapter->flow, text);
    else
        ingest_flow_collapsed(chapter->flow, text);
}

static gdx_status write_chapter(gdx_slice bytes, text_flow *flow, gdx_error *err) {
    struct chapter chapter = {.flow = flow};
    markup_handler handler = {on_start, on_end, on_text, .context = &chapter, .knows_html_entities = true};
    gdx_status status = ingest_markup_parse(bytes, NULL, &handler, err);
    for (; chapter.parts; chapter.parts--)
        ingest_flow_part_end(flow);
    ingest_flow_keep_end(flow);
    while (flow->line.tables)
        ingest_flow_table_end(flow);
    return status;
}

// The standard makes chapters XML; makers that do not know it are read as browsers read them.
static gdx_status write_page(page_reader *pages, gdx_slice bytes, text_flow *flow, gdx_error *err) {
    GDX_AUTO(gdx_decoder) decoder = NULL;
    gdx_decoded decoded;
    gdx_status status = gdx_decoder_new(NULL, &decoder, err);
    if (status == GDX_OK)
        status = gdx_decode(decoder, bytes, &decoded, err);
    if (status != GDX_OK)
        return gdx_fail(err, status, "a chapter of %zu bytes cannot be decoded: %s", bytes.bytes,
                        gdx_status_name(status));
    ingest_flow_other_hand_begin(flow);
    status = ingest_html_append(pages, decoded.text, flow->draft, err);
    ingest_flow_other_hand_end(flow);
    return status;
}

static void see_nothing(void *context, markup *at, const char *name) {
    (void)context, (void)at, (void)name;
}
static void see_no_text(void *context, markup *at, gdx_slice text) {
    (void)context, (void)at, (void)text;
}

static gdx_status read_chapter(package_reader *reader, gdx_slice bytes, text_flow *flow, gdx_error *err) {
    markup_handler none = {.start = see_nothing, .end = see_nothing, .text = see_no_text, .knows_html_entities = true};
    gdx_error damage = {0};
    gdx_status status = reader->pages ? ingest_markup_parse(bytes, NULL, &none, &damage) : GDX_OK;
    if (status == GDX_CORRUPT)
        return write_page(reader->pages, bytes, flow, err);
    return status == GDX_OK ? write_chapter(bytes, flow, err) : gdx_fail(err, status, "%s", damage.message);
}

gdx_status ingest_chapter(package_reader *reader, ptrdiff_t entry, text_flow *flow, gdx_error *err) {
    gdx_buffer bytes = {0};
    ingest_flow_line(flow);
    gdx_status status = ingest_package_read_all(reader, entry, &bytes, err);
    if (status == GDX_OK)
        status = read_chapter(reader, gdx_buffer_slice(&bytes), flow, err);
    gdx_buffer_clear(&bytes);
    ingest_flow_line(flow);
    return status;
}
