// SPDX-License-Identifier: Apache-2.0
// drawing.c: DrawingML (ECMA-376, part 1, chapters 20 and 21): <a:p> paragraphs of <a:r> runs in shapes and tables,
// and what diagrams (SmartArt) and charts show. Relies on drawing.h.
// A shape is a part: two boxes on a slide are two texts, though they stand one behind the other in the file. The nodes
// of a diagram and the labels of a chart stand between bars like cells.

#include "drawing.h"

enum { MOST_NOTED = 4096 };

enum element {
    ELEMENT_SHAPE = 1,
    ELEMENT_PLACEHOLDER,
    ELEMENT_PARAGRAPH,
    ELEMENT_RUN,
    ELEMENT_RUN_PROPERTIES,
    ELEMENT_TEXT,
    ELEMENT_BREAK,
    ELEMENT_TABLE,
    ELEMENT_ROW,
    ELEMENT_CELL,
    ELEMENT_NODE,   // of a diagram, a label of a chart
    ELEMENT_LABELS, // strings that a chart shows
    ELEMENT_VALUE,
    ELEMENT_SKIPPED,
};

static const markup_word elements[] = {
    {"a:br", ELEMENT_BREAK},
    {"a:p", ELEMENT_PARAGRAPH},
    {"a:r", ELEMENT_RUN},
    {"a:rPr", ELEMENT_RUN_PROPERTIES},
    {"a:t", ELEMENT_TEXT},
    {"a:tbl", ELEMENT_TABLE},
    {"a:tc", ELEMENT_CELL},
    {"a:tr", ELEMENT_ROW},
    {"c:numCache", ELEMENT_SKIPPED},
    {"c:pt", ELEMENT_NODE},
    {"c:strCache", ELEMENT_LABELS},
    {"c:title", ELEMENT_NODE},
    {"c:v", ELEMENT_VALUE},
    {"dgm:pt", ELEMENT_NODE},
    {"m:t", ELEMENT_TEXT},
    {"p:ph", ELEMENT_PLACEHOLDER},
    {"p:sp", ELEMENT_SHAPE},
    {"xdr:sp", ELEMENT_SHAPE},
};

struct drawing {
    text_flow *flow;
    enum drawing_kind kind;
    const part_relations *relations; // NULL for what shows nothing further
    drawing_queue *queue;
    size_t shape_depth; // of the shape we are in; 0: none
    size_t text_depth;  // of the element whose characters count; 0: none
    bool is_raised;     // the run we are in
    size_t labels_depth;
    bool is_begun; // text of the shape was met
    bool has_part; // it began one
    bool is_shown; // of the shape we are in
    gdx_field field;
    gdx_buffer *kept; // of the shape we are in
};

// ---- shapes

static void end_shape(struct drawing *drawing) {
    ingest_flow_keep_end(drawing->flow);
    if (drawing->has_part)
        ingest_flow_part_end(drawing->flow);
    drawing->has_part = drawing->is_begun = false;
    drawing->shape_depth = 0;
}

static void begin_shape(struct drawing *drawing, size_t depth) {
    if (drawing->shape_depth)
        return;
    drawing->shape_depth = depth;
    drawing->is_shown = drawing->kind != DRAWING_NOTES; // until its placeholder says otherwise
    drawing->field = drawing->kind == DRAWING_NOTES ? GDX_FIELD_NOTE : GDX_FIELD_TEXT;
    drawing->kept = NULL;
}

static void take_placeholder(struct drawing *drawing, const char *type) {
    type = type ? type : "body";
    bool is_margin =
        strcmp(type, "dt") == 0 || strcmp(type, "ftr") == 0 || strcmp(type, "sldNum") == 0 || strcmp(type, "hdr") == 0;
    if (drawing->kind == DRAWING_NOTES)
        drawing->is_shown = strcmp(type, "body") == 0;
    else if (is_margin)
        drawing->field = GDX_FIELD_FURNITURE;
    else if (strcmp(type, "title") == 0 || strcmp(type, "ctrTitle") == 0)
        drawing->kept = &drawing->flow->heading;
}

// The first text of a document needs no part of its own: it is the main text.
static void begin_text(struct drawing *drawing) {
    if (drawing->is_begun || !drawing->shape_depth)
        return;
    drawing->is_begun = true;
    bool is_first = drawing->flow->depth == 0 && gdx_draft_total_bytes(drawing->flow->draft) == 0;
    if (drawing->field != GDX_FIELD_TEXT || !is_first) {
        ingest_flow_part_begin(drawing->flow, drawing->field);
        drawing->has_part = true;
    }
    if (drawing->kept)
        ingest_flow_keep(drawing->flow, drawing->kept);
}

// ---- callbacks

static bool counts(const struct drawing *drawing) {
    return drawing->shape_depth == 0 ? drawing->kind != DRAWING_NOTES : drawing->is_shown;
}

static void on_table(struct drawing *drawing, int element, bool is_start) {
    text_flow *flow = drawing->flow;
    if (element == ELEMENT_TABLE && is_start) {
        begin_text(drawing);
        ingest_flow_table_begin(flow);
    } else if (element == ELEMENT_TABLE)
        ingest_flow_table_end(flow);
    else if (element == ELEMENT_ROW && !is_start)
        ingest_flow_row_end(flow);
    else if ((element == ELEMENT_CELL || element == ELEMENT_NODE) && is_start)
        ingest_flow_cell(flow);
}

// <p:graphicFrame> holds a table or a chart and no <p:sp>: it is a shape as well.
static bool is_shape(int element, const char *name) {
    return element == ELEMENT_SHAPE || strcmp(name, "p:graphicFrame") == 0;
}

static void on_start(void *context, markup *at, const char *name) {
    struct drawing *drawing = context;
    int element = MARKUP_FIND(elements, name);
    size_t depth = ingest_markup_depth(at);
    if (drawing->relations && ingest_drawing_note(drawing->queue, drawing->relations, at, name) != GDX_OK)
        ingest_markup_stop(at, GDX_NO_MEMORY);
    if (is_shape(element, name))
        begin_shape(drawing, depth);
    else if (element == ELEMENT_PLACEHOLDER)
        take_placeholder(drawing, ingest_markup_attribute(at, "type"));
    else if (element == ELEMENT_LABELS)
        drawing->labels_depth = depth;
    else if (element == ELEMENT_SKIPPED)
        ingest_markup_skip(at);
    else if (element == ELEMENT_RUN)
        drawing->is_raised = false;
    else if (element == ELEMENT_RUN_PROPERTIES)
        drawing->is_raised = ingest_markup_number(at, "baseline", 0) > 0;
    else if (!counts(drawing))
        return;
    else if (element == ELEMENT_TEXT || (element == ELEMENT_VALUE && drawing->labels_depth))
        drawing->text_depth = depth;
    else if (element == ELEMENT_BREAK)
        ingest_flow_line(drawing->flow);
    else
        on_table(drawing, element, true);
}

static void on_end(void *context, markup *at, const char *name) {
    struct drawing *drawing = context;
    int element = MARKUP_FIND(elements, name);
    size_t depth = ingest_markup_depth(at);
    if (drawing->text_depth == depth)
        drawing->text_depth = 0;
    if (drawing->labels_depth == depth)
        drawing->labels_depth = 0;
    if (element == ELEMENT_RUN)
        drawing->is_raised = false;
    if (element == ELEMENT_PARAGRAPH && counts(drawing))
        ingest_flow_line(drawing->flow);
    else if (counts(drawing))
        on_table(drawing, element, false);
    if (drawing->shape_depth == depth)
        end_shape(drawing);
}

static void on_text(void *context, markup *at, gdx_slice text) {
    struct drawing *drawing = context;
    if (drawing->text_depth != ingest_markup_depth(at))
        return;
    begin_text(drawing);
    if (drawing->is_raised)
        ingest_flow_raised(drawing->flow, text);
    else
        ingest_flow_text(drawing->flow, text);
}

// ---- diagrams and charts

gdx_status ingest_drawing_note(drawing_queue *queue, const part_relations *relations, const markup *at,
                               const char *name) {
    const char *id = strcmp(name, "dgm:relIds") == 0 ? ingest_markup_attribute(at, "r:dm")
                     : strcmp(name, "c:chart") == 0  ? ingest_markup_attribute(at, "r:id")
                                                     : NULL;
    gdx_slice target = id ? ingest_relations_of_id(relations, id) : (gdx_slice){"", 0};
    if (target.bytes == 0 || queue->names.bytes > MOST_NOTED * PACKAGE_NAME_BYTES)
        return GDX_OK;
    gdx_status status = gdx_buffer_append(&queue->names, target.data, target.bytes);
    return status == GDX_OK ? gdx_buffer_append(&queue->names, "", 1) : status;
}

// What is damaged or missing beside a text costs itself alone.
static gdx_status read_or_lose(package_reader *reader, gdx_slice name, const markup_handler *handler, gdx_error *err) {
    ptrdiff_t entry = ingest_package_find(reader, name);
    gdx_error damage = {0};
    gdx_status status =
        entry == PACKAGE_NOT_THERE ? GDX_CORRUPT : ingest_markup_parse_entry(reader, entry, handler, &damage);
    if (status == GDX_CORRUPT) {
        ingest_package_lose(reader, name);
        return GDX_OK;
    }
    if (status == GDX_NO_MEMORY)
        return gdx_fail_memory(err, "a drawing");
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "%s", damage.message);
}

static gdx_status read_noted(package_reader *reader, gdx_slice name, text_flow *flow, gdx_error *err) {
    struct drawing drawing = {.flow = flow, .kind = DRAWING_SHEET};
    markup_handler handler = {on_start, on_end, on_text, .context = &drawing};
    ingest_flow_part_begin(flow, GDX_FIELD_CAPTION);
    ingest_flow_table_begin(flow);
    gdx_status status = read_or_lose(reader, name, &handler, err);
    ingest_flow_table_end(flow);
    ingest_flow_part_end(flow);
    return status;
}

gdx_status ingest_drawing_read_noted(drawing_queue *queue, package_reader *reader, text_flow *flow, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t at = 0; status == GDX_OK && at < queue->names.bytes;) {
        gdx_slice name = gdx_slice_of((const char *)queue->names.data + at);
        at += name.bytes + 1;
        status = read_noted(reader, name, flow, err);
    }
    queue->names.bytes = 0;
    return status;
}

// ---- a slide, its notes, a sheet's shapes

gdx_status ingest_drawing_read(package_reader *reader, ptrdiff_t entry, enum drawing_kind kind, text_flow *flow,
                               gdx_error *err) {
    part_relations relations = {0};
    drawing_queue queue = {0};
    size_t depth = flow->depth;
    struct drawing drawing = {.flow = flow, .kind = kind, .relations = &relations, .queue = &queue};
    markup_handler handler = {on_start, on_end, on_text, .context = &drawing};
    gdx_slice name = ingest_package_name(reader, entry);
    gdx_status status = ingest_relations_read(&relations, reader, name, err);
    if (status == GDX_OK)
        status = read_or_lose(reader, name, &handler, err);
    ingest_flow_keep_end(flow);
    while (flow->depth > depth) // a slide that broke off within a shape
        ingest_flow_part_end(flow);
    if (status == GDX_OK)
        status = ingest_drawing_read_noted(&queue, reader, flow, err);
    ingest_relations_clear(&relations);
    gdx_buffer_clear(&queue.names);
    return status;
}
