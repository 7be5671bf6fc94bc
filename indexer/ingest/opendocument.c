// SPDX-License-Identifier: Apache-2.0
// opendocument.c: OpenDocument 1.3 (text, sheets, slides), in a zip file or flat: content.xml, the running lines of
// styles.xml, the properties of meta.xml. Relies on opendocument.h, flow.h, markup.h.
// Paragraphs hold text with blanks collapsed; cells hold paragraphs as they are shown, so that numbers need no format.
// What is deleted lies apart, in <text:tracked-changes>, and is passed over.

#include "opendocument.h"

#include "flow.h"

enum { MOST_PARTS = 48, MOST_SPACES = 64 };

enum element {
    ELEMENT_ANNOTATION = 1,
    ELEMENT_BODY,
    ELEMENT_BREAK,
    ELEMENT_CELL,
    ELEMENT_CONTENTS,
    ELEMENT_FRAME,
    ELEMENT_HEADING,
    ELEMENT_HIDDEN,
    ELEMENT_KIND, // of document
    ELEMENT_MARGIN,
    ELEMENT_META,
    ELEMENT_NOTE,
    ELEMENT_PAGE,
    ELEMENT_PARAGRAPH,
    ELEMENT_ROW,
    ELEMENT_SECTION,
    ELEMENT_SHAPE,
    ELEMENT_SKIPPED,
    ELEMENT_SPACE,
    ELEMENT_SPAN,
    ELEMENT_SPEAKER,
    ELEMENT_STYLE,
    ELEMENT_STYLE_TABLE,
    ELEMENT_STYLE_TEXT,
    ELEMENT_TAB,
    ELEMENT_TABLE,
    ELEMENT_TEXT_BOX,
};

static const markup_word elements[] = {
    {"draw:caption", ELEMENT_SHAPE},
    {"draw:circle", ELEMENT_SHAPE},
    {"draw:connector", ELEMENT_SHAPE},
    {"draw:custom-shape", ELEMENT_SHAPE},
    {"draw:ellipse", ELEMENT_SHAPE},
    {"draw:frame", ELEMENT_FRAME},
    {"draw:line", ELEMENT_SHAPE},
    {"draw:page", ELEMENT_PAGE},
    {"draw:path", ELEMENT_SHAPE},
    {"draw:polygon", ELEMENT_SHAPE},
    {"draw:polyline", ELEMENT_SHAPE},
    {"draw:rect", ELEMENT_SHAPE},
    {"draw:regular-polygon", ELEMENT_SHAPE},
    {"draw:text-box", ELEMENT_TEXT_BOX},
    {"office:annotation", ELEMENT_ANNOTATION},
    {"office:body", ELEMENT_BODY},
    {"office:drawing", ELEMENT_KIND},
    {"office:forms", ELEMENT_SKIPPED},
    {"office:meta", ELEMENT_META},
    {"office:presentation", ELEMENT_KIND},
    {"office:scripts", ELEMENT_SKIPPED},
    {"office:spreadsheet", ELEMENT_KIND},
    {"office:text", ELEMENT_KIND},
    {"presentation:notes", ELEMENT_SPEAKER},
    {"style:footer", ELEMENT_MARGIN},
    {"style:footer-first", ELEMENT_MARGIN},
    {"style:footer-left", ELEMENT_MARGIN},
    {"style:header", ELEMENT_MARGIN},
    {"style:header-first", ELEMENT_MARGIN},
    {"style:header-left", ELEMENT_MARGIN},
    {"style:style", ELEMENT_STYLE},
    {"style:table-properties", ELEMENT_STYLE_TABLE},
    {"style:text-properties", ELEMENT_STYLE_TEXT},
    {"svg:desc", ELEMENT_SKIPPED},
    {"svg:title", ELEMENT_SKIPPED},
    {"table:covered-table-cell", ELEMENT_SKIPPED},
    {"table:table", ELEMENT_TABLE},
    {"table:table-cell", ELEMENT_CELL},
    {"table:table-row", ELEMENT_ROW},
    {"text:h", ELEMENT_HEADING},
    {"text:hidden-paragraph", ELEMENT_HIDDEN},
    {"text:hidden-text", ELEMENT_HIDDEN},
    {"text:illustration-index", ELEMENT_CONTENTS},
    {"text:line-break", ELEMENT_BREAK},
    {"text:note", ELEMENT_NOTE},
    {"text:note-citation", ELEMENT_SKIPPED},
    {"text:object-index", ELEMENT_CONTENTS},
    {"text:p", ELEMENT_PARAGRAPH},
    {"text:ruby-text", ELEMENT_SKIPPED},
    {"text:s", ELEMENT_SPACE},
    {"text:section", ELEMENT_SECTION},
    {"text:span", ELEMENT_SPAN},
    {"text:tab", ELEMENT_TAB},
    {"text:table-index", ELEMENT_CONTENTS},
    {"text:table-index-source", ELEMENT_SKIPPED},
    {"text:table-of-content", ELEMENT_CONTENTS},
    {"text:table-of-content-source", ELEMENT_SKIPPED},
    {"text:tracked-changes", ELEMENT_SKIPPED},
};

struct office {
    package_reader *reader;
    text_flow *flow;
    char kind; // 't' text, 's' sheets, 'p' slides and drawings
    bool is_in_body;
    bool is_in_meta;
    size_t margin_depth; // of a running line; 0: in none
    size_t part_depths[MOST_PARTS];
    size_t parts;
    size_t paragraphs; // we are in so many
    size_t keep_depth; // of the paragraph that is a heading; 0: none
    size_t annotation_depth;
    size_t raised_depth; // of a span; 0: in none
    office_styles styles;
    office_sheet sheet;
    size_t tables;     // we are in so many
    size_t cell_parts; // parts that the cell lies in
    uint64_t pages;
    // Properties.
    gdx_buffer value;
    const char *key;
    size_t value_depth;
};

// ---- parts

static bool counts(const struct office *office) {
    return office->is_in_body || office->margin_depth;
}

static void begin_part(struct office *office, const markup *at, gdx_field field) {
    if (!counts(office) || office->parts == MOST_PARTS)
        return;
    office->part_depths[office->parts++] = ingest_markup_depth(at);
    ingest_flow_part_begin(office->flow, field);
}

static void end_part(struct office *office, const markup *at) {
    while (office->parts && office->part_depths[office->parts - 1] >= ingest_markup_depth(at)) {
        ingest_flow_part_end(office->flow);
        office->parts--;
    }
}

// The first text of slides needs no part of its own: it is the main text.
static void begin_shape(struct office *office, const markup *at, const char *class) {
    static const char *const margins[] = {"date-time", "footer", "page-number", "header"};
    for (size_t i = 0; class && i < sizeof margins / sizeof margins[0]; i++)
        if (strcmp(class, margins[i]) == 0) {
            begin_part(office, at, GDX_FIELD_FURNITURE);
            return;
        }
    if (class && strcmp(class, "title") == 0 && office->keep_depth == 0) {
        office->keep_depth = ingest_markup_depth(at);
        ingest_flow_keep(office->flow, &office->flow->heading);
    }
    if (office->kind == 't' || gdx_draft_total_bytes(office->flow->draft) > 0)
        begin_part(office, at, GDX_FIELD_TEXT);
}

// ---- sheets

static gdx_status begin_table(struct office *office, markup *at) {
    const char *name = ingest_markup_attribute(at, "table:name");
    if (office->tables++ == 0 && office->kind == 's') {
        if (ingest_office_style(&office->styles, ingest_markup_attribute(at, "table:style-name")) & OFFICE_HIDDEN)
            begin_part(office, at, GDX_FIELD_FURNITURE);
        if (ingest_office_sheet_begin(&office->sheet, name) != GDX_OK)
            return GDX_NO_MEMORY;
    }
    ingest_flow_table_begin(office->flow);
    return GDX_OK;
}

static void begin_cell(struct office *office, const markup *at) {
    office->cell_parts = office->parts;
    if (office->kind == 's')
        ingest_office_sheet_cell(&office->sheet, at);
    ingest_flow_cell(office->flow);
}

// ---- paragraphs

static void begin_paragraph(struct office *office, markup *at, bool is_heading) {
    const char *name = ingest_markup_attribute(at, "text:style-name");
    int style = ingest_office_style(&office->styles, name);
    if (style & OFFICE_HIDDEN) {
        ingest_markup_skip(at);
        return;
    }
    office->paragraphs++;
    ingest_flow_line(office->flow);
    if (style & OFFICE_CAPTION && office->kind == 't' && office->flow->line.tables == 0)
        begin_part(office, at, GDX_FIELD_CAPTION);
    if (office->keep_depth || office->flow->line.field != GDX_FIELD_TEXT || (!is_heading && !(style & OFFICE_TITLE)))
        return;
    office->keep_depth = ingest_markup_depth(at);
    ingest_flow_keep(office->flow, style & OFFICE_TITLE ? &office->flow->named : &office->flow->heading);
}

static gdx_status put(struct office *office, gdx_slice text, bool is_collapsed) {
    if (!counts(office) || office->paragraphs == 0)
        return GDX_OK;
    bool is_of_cell = office->kind == 's' && office->tables && office->parts == office->cell_parts;
    if (is_of_cell && gdx_trim(text).bytes)
        ingest_office_sheet_place(&office->sheet, office->flow);
    if (office->raised_depth)
        ingest_flow_raised(office->flow, text);
    else if (is_collapsed)
        ingest_flow_collapsed(office->flow, text);
    else
        ingest_flow_text(office->flow, text);
    return is_of_cell ? ingest_office_sheet_keep(&office->sheet, text) : GDX_OK;
}

static gdx_status put_spaces(struct office *office, const markup *at) {
    int64_t count = ingest_markup_number(at, "text:c", 1);
    gdx_status status = GDX_OK;
    for (int64_t i = 0; status == GDX_OK && i < count && i < MOST_SPACES; i++)
        status = put(office, gdx_slice_of(" "), false);
    return status;
}

// ---- properties

static void begin_property(struct office *office, const markup *at, const char *name) {
    office->key = strcmp(name, "dc:title") == 0               ? ""
                  : strcmp(name, "meta:initial-creator") == 0 ? "creator"
                  : strcmp(name, "meta:creation-date") == 0   ? "created"
                  : strcmp(name, "dc:date") == 0              ? "modified"
                                                              : NULL;
    office->value.bytes = 0;
    office->value_depth = office->key ? ingest_markup_depth(at) : 0;
}

static gdx_status end_property(struct office *office) {
    gdx_slice value = gdx_trim(gdx_buffer_slice(&office->value));
    office->value_depth = 0;
    if (*office->key == '\0')
        return gdx_buffer_append(&office->flow->declared, value.data, value.bytes);
    gdx_draft_metadata(office->flow->draft, gdx_slice_of(office->key), value);
    return GDX_OK;
}

// ---- callbacks

static void on_part(struct office *office, int element, markup *at) {
    switch (element) {
    case ELEMENT_NOTE:
    case ELEMENT_SPEAKER:
        begin_part(office, at, GDX_FIELD_NOTE);
        break;
    case ELEMENT_CONTENTS:
        begin_part(office, at, GDX_FIELD_FURNITURE);
        break;
    case ELEMENT_ANNOTATION:
        office->annotation_depth = ingest_markup_depth(at);
        if (office->tables && office->kind == 's')
            ingest_office_sheet_place(&office->sheet, office->flow);
        begin_part(office, at, GDX_FIELD_FURNITURE);
        break;
    case ELEMENT_MARGIN:
        office->margin_depth = ingest_markup_depth(at);
        begin_part(office, at, GDX_FIELD_FURNITURE);
        break;
    case ELEMENT_FRAME:
        if (office->kind == 'p')
            begin_shape(office, at, ingest_markup_attribute(at, "presentation:class"));
        break;
    case ELEMENT_TEXT_BOX:
        if (office->kind != 'p')
            begin_part(office, at, GDX_FIELD_TEXT);
        break;
    case ELEMENT_SHAPE:
        begin_shape(office, at, NULL);
        break;
    case ELEMENT_PAGE:
        ingest_flow_place(office->flow, "slide %llu", (unsigned long long)++office->pages);
        break;
    default:
        break;
    }
}

static gdx_status on_table(struct office *office, int element, markup *at) {
    if (!counts(office))
        return GDX_OK;
    if (element == ELEMENT_TABLE)
        return begin_table(office, at);
    if (element == ELEMENT_ROW && office->kind == 's')
        ingest_office_sheet_row(&office->sheet, at);
    if (element == ELEMENT_CELL)
        begin_cell(office, at);
    return GDX_OK;
}

static void begin_span(struct office *office, markup *at) {
    int style = ingest_office_style(&office->styles, ingest_markup_attribute(at, "text:style-name"));
    if (style & OFFICE_HIDDEN)
        ingest_markup_skip(at);
    else if (style & OFFICE_RAISED && office->raised_depth == 0)
        office->raised_depth = ingest_markup_depth(at);
}

static void on_hidden(struct office *office, int element, markup *at) {
    const char *hidden = ingest_markup_attribute(at, "text:is-hidden");
    const char *display = ingest_markup_attribute(at, "text:display");
    if (element == ELEMENT_HIDDEN && hidden && strcmp(hidden, "true") == 0)
        ingest_markup_skip(at);
    else if (element == ELEMENT_SECTION && display && strcmp(display, "none") == 0)
        ingest_markup_skip(at);
    else if (element == ELEMENT_SPAN)
        begin_span(office, at);
}

// "super 58%", or a share of the height.
static bool is_raised(const char *position) {
    return position && (strncmp(position, "super", 5) == 0 || (*position >= '1' && *position <= '9'));
}

static void hide_style(struct office *office, const char *value, const char *hides) {
    if (value && strcmp(value, hides) == 0)
        ingest_office_styles_mark(&office->styles, OFFICE_HIDDEN);
}

static gdx_status on_element(struct office *office, int element, markup *at, const char *name) {
    switch (element) {
    case ELEMENT_SKIPPED:
        ingest_markup_skip(at);
        return GDX_OK;
    case ELEMENT_BODY:
        office->is_in_body = true;
        return GDX_OK;
    case ELEMENT_META:
        office->is_in_meta = true;
        return GDX_OK;
    case ELEMENT_KIND:
        office->kind = name[7] == 't' ? 't' : name[7] == 's' ? 's' : 'p';
        return GDX_OK;
    case ELEMENT_STYLE:
        return ingest_office_styles_begin(&office->styles, at);
    case ELEMENT_STYLE_TEXT:
        hide_style(office, ingest_markup_attribute(at, "text:display"), "none");
        if (is_raised(ingest_markup_attribute(at, "style:text-position")))
            ingest_office_styles_mark(&office->styles, OFFICE_RAISED);
        return GDX_OK;
    case ELEMENT_STYLE_TABLE:
        hide_style(office, ingest_markup_attribute(at, "table:display"), "false");
        return GDX_OK;
    case ELEMENT_PARAGRAPH:
    case ELEMENT_HEADING:
        begin_paragraph(office, at, element == ELEMENT_HEADING);
        return GDX_OK;
    case ELEMENT_SPACE:
        return put_spaces(office, at);
    case ELEMENT_TAB:
        return put(office, gdx_slice_of("\t"), false);
    case ELEMENT_BREAK:
        ingest_flow_line(office->flow);
        return GDX_OK;
    default:
        on_hidden(office, element, at);
        on_part(office, element, at);
        return on_table(office, element, at);
    }
}

static void on_start(void *context, markup *at, const char *name) {
    struct office *office = context;
    size_t depth = ingest_markup_depth(at);
    if (office->is_in_meta) {
        begin_property(office, at, name);
        return;
    }
    if (office->annotation_depth && depth == office->annotation_depth + 1 && strncmp(name, "text:", 5) != 0) {
        ingest_markup_skip(at); // who wrote it, and when
        return;
    }
    if (on_element(office, MARKUP_FIND(elements, name), at, name) != GDX_OK)
        ingest_markup_stop(at, GDX_NO_MEMORY);
}

static gdx_status leave(struct office *office, int element) {
    bool is_sheet = counts(office) && office->kind == 's';
    switch (element) {
    case ELEMENT_BODY:
        office->is_in_body = false;
        break;
    case ELEMENT_STYLE:
        ingest_office_styles_end(&office->styles);
        break;
    case ELEMENT_PARAGRAPH:
    case ELEMENT_HEADING:
        office->paragraphs -= office->paragraphs > 0;
        ingest_flow_line(office->flow);
        break;
    case ELEMENT_CELL:
        return is_sheet ? ingest_office_sheet_cell_end(&office->sheet, office->flow) : GDX_OK;
    case ELEMENT_ROW:
        if (counts(office))
            ingest_flow_row_end(office->flow);
        if (is_sheet)
            ingest_office_sheet_row_end(&office->sheet, office->flow);
        break;
    case ELEMENT_TABLE:
        if (counts(office)) {
            ingest_flow_table_end(office->flow);
            office->tables -= office->tables > 0;
        }
        break;
    default:
        break;
    }
    return GDX_OK;
}

static void on_end(void *context, markup *at, const char *name) {
    struct office *office = context;
    size_t depth = ingest_markup_depth(at);
    gdx_status status = GDX_OK;
    if (office->value_depth == depth)
        status = end_property(office);
    else if (strcmp(name, "office:meta") == 0)
        office->is_in_meta = false;
    else
        status = leave(office, MARKUP_FIND(elements, name));
    if (office->keep_depth == depth) {
        ingest_flow_keep_end(office->flow);
        office->keep_depth = 0;
    }
    end_part(office, at);
    if (office->annotation_depth == depth)
        office->annotation_depth = 0;
    if (office->raised_depth == depth)
        office->raised_depth = 0;
    if (office->margin_depth == depth)
        office->margin_depth = 0;
    if (status != GDX_OK)
        ingest_markup_stop(at, status);
}

static void on_text(void *context, markup *at, gdx_slice text) {
    struct office *office = context;
    gdx_status status = GDX_OK;
    if (office->value_depth && office->value_depth == ingest_markup_depth(at) && office->value.bytes < FLOW_TITLE_BYTES)
        status = gdx_buffer_append(&office->value, text.data, text.bytes);
    else if (office->value_depth == 0)
        status = put(office, text, true);
    if (status != GDX_OK)
        ingest_markup_stop(at, status);
}

// ---- the file

static gdx_status end_file(struct office *office, gdx_status status, gdx_error *err) {
    ingest_flow_keep_end(office->flow);
    for (; office->parts; office->parts--)
        ingest_flow_part_end(office->flow);
    office->margin_depth = office->keep_depth = office->paragraphs = office->annotation_depth = 0;
    office->raised_depth = 0;
    office->value_depth = office->tables = 0;
    office->is_in_body = office->is_in_meta = false;
    ingest_office_styles_end(&office->styles);
    return status == GDX_NO_MEMORY ? gdx_fail_memory(err, "an OpenDocument file") : status;
}

static gdx_status read_part(struct office *office, const char *name, bool is_needed, gdx_error *err) {
    markup_handler handler = {on_start, on_end, on_text, .context = office};
    ptrdiff_t entry = ingest_package_find(office->reader, gdx_slice_of(name));
    gdx_error damage = {0};
    if (entry == PACKAGE_NOT_THERE && is_needed)
        return gdx_fail(err, GDX_CORRUPT, "no %s in the zip file, expected an OpenDocument file", name);
    if (entry == PACKAGE_NOT_THERE)
        return GDX_OK;
    gdx_status status = ingest_markup_parse_entry(office->reader, entry, &handler, &damage);
    status = end_file(office, status, &damage);
    if (status == GDX_CORRUPT && !is_needed) {
        ingest_package_lose(office->reader, gdx_slice_of(name));
        return GDX_OK;
    }
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "%s", damage.message);
}

// META-INF/manifest.xml tells whether entries are encrypted: they look like damaged ones otherwise.
static void on_manifest(void *context, markup *at, const char *name) {
    (void)context;
    if (strcmp(name, "manifest:encryption-data") == 0)
        ingest_markup_stop(at, GDX_UNSUPPORTED);
}
static void on_nothing(void *context, markup *at, const char *name) {
    (void)context, (void)at, (void)name;
}
static void on_no_text(void *context, markup *at, gdx_slice text) {
    (void)context, (void)at, (void)text;
}

static gdx_status check_encryption(struct office *office, gdx_error *err) {
    markup_handler handler = {.start = on_manifest, .end = on_nothing, .text = on_no_text};
    ptrdiff_t entry = ingest_package_find(office->reader, gdx_slice_of("META-INF/manifest.xml"));
    gdx_error ignored = {0};
    gdx_status status =
        entry == PACKAGE_NOT_THERE ? GDX_OK : ingest_markup_parse_entry(office->reader, entry, &handler, &ignored);
    if (status == GDX_UNSUPPORTED)
        return gdx_fail(err, status, "protected by a password, expected a document without one");
    return status == GDX_CORRUPT || status == GDX_OK ? GDX_OK : gdx_fail(err, status, "%s", ignored.message);
}

static gdx_status read_zip(struct office *office, gdx_error *err) {
    gdx_status status = ingest_package_open(office->reader, err);
    if (status == GDX_OK)
        status = check_encryption(office, err);
    if (status == GDX_OK)
        status = read_part(office, "meta.xml", false, err);
    if (status == GDX_OK)
        status = read_part(office, "content.xml", true, err);
    ingest_flow_place(office->flow, "%s", "");
    if (status == GDX_OK)
        status = read_part(office, "styles.xml", false, err);
    return status;
}

static gdx_status read_flat(struct office *office, gdx_slice bytes, gdx_error *err) {
    markup_handler handler = {on_start, on_end, on_text, .context = office};
    gdx_status status = ingest_markup_parse(bytes, NULL, &handler, err);
    return end_file(office, status, err);
}

gdx_status ingest_opendocument(package_reader *reader, gdx_slice bytes, gdx_draft *draft, gdx_error *err) {
    text_flow flow = {0};
    struct office office = {.reader = reader, .flow = &flow};
    ingest_package_begin(reader, bytes);
    ingest_flow_begin(&flow, draft);
    gdx_status status = ingest_package_is_zip(bytes) ? read_zip(&office, err) : read_flat(&office, bytes, err);
    if (status == GDX_OK && office.kind == 0)
        status = gdx_fail(err, GDX_CORRUPT, "no text, sheet or slide in it, expected an OpenDocument file");
    if (status == GDX_OK)
        status = ingest_flow_finish(&flow, false, err);
    ingest_office_styles_clear(&office.styles);
    ingest_office_sheet_clear(&office.sheet);
    gdx_buffer_clear(&office.value);
    ingest_flow_clear(&flow);
    return status;
}
