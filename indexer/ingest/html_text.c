// SPDX-License-Identifier: Apache-2.0
// html_text.c: the text of a page as a reader sees it -> a draft. Relies on html.h.
// Blanks between words are one space, blocks begin a line. White space ends no phrase, rightly: a sentence may go on
// over </p>. Where a page draws a border, a phrase ends, so the border is written, too: | between cells and choices, ▪
// before the items of a list. A part for each cell would do the same at ten bytes and an end mark each, and would tear
// a table out of its article.

#include "html.h"

enum { PENDING_NOTHING, PENDING_SPACE, PENDING_LINE };
enum { MARK_NONE, MARK_CELL, MARK_ITEM };
enum { TITLE_LEAST_BYTES = 6 }; // two ideographs

struct writer {
    html_reader *html;
    gdx_draft *draft;
    html_frame *frames;
    size_t depth;
    uint32_t next_entry;
    html_flow flow;
    gdx_field field;
    size_t heading_depth, dated_depth; // of the elements whose text is kept; 0: none
    bool has_heading;                  // `near` starts at it
    gdx_status status;
};

static void keep(struct writer *writer, gdx_buffer *out, size_t most, gdx_slice text) {
    if (writer->status != GDX_OK || out->bytes >= most)
        return;
    text = gdx_utf8_cut(text, most - out->bytes);
    writer->status = gdx_buffer_append(out, text.data, text.bytes);
}

// Text as it goes into the draft, and into whatever else is kept of it.
static void put(struct writer *writer, gdx_slice text) {
    html_reader *html = writer->html;
    gdx_draft_text(writer->draft, text);
    if (writer->heading_depth)
        keep(writer, &html->facts.heading, HTML_FACT_BYTES, text);
    if (writer->dated_depth)
        keep(writer, &html->facts.dated, HTML_FACT_BYTES, text);
    if (writer->field == GDX_FIELD_TEXT || writer->has_heading)
        keep(writer, &html->near, HTML_NEAR_BYTES, text);
    keep(writer, &html->line, HTML_FACT_BYTES, text);
}

// A line that the page's title begins with is the heading, whatever element it is in.
static void end_line(struct writer *writer) {
    html_reader *html = writer->html;
    gdx_slice line = gdx_trim(gdx_buffer_slice(&html->line)), title = gdx_buffer_slice(&html->facts.page_title);
    if (!writer->has_heading && line.bytes >= TITLE_LEAST_BYTES && line.bytes <= title.bytes &&
        memcmp(line.data, title.data, line.bytes) == 0) {
        writer->has_heading = true;
        html->near.bytes = 0;
    }
    html->line.bytes = 0;
}

static void set_apart(html_flow *flow, uint8_t pending) {
    if (flow->pending < pending)
        flow->pending = pending;
}

// What comes before the next character: the mark of a border, or, where none begins, of the one that ended.
static void flush(struct writer *writer) {
    static const char *const before[] = {"", "| ", "▪ "}, *const behind[] = {"", " |", " ▪"};
    html_flow flow = writer->flow;
    writer->flow = (html_flow){.has_text = true};
    if (flow.has_text && !flow.mark)
        put(writer, gdx_slice_of(behind[flow.left]));
    if (flow.has_text && flow.pending == PENDING_LINE)
        put(writer, gdx_slice_of("\n"));
    else if (flow.has_text && (flow.pending == PENDING_SPACE || flow.mark || flow.left))
        put(writer, gdx_slice_of(" "));
    if (flow.pending == PENDING_LINE)
        end_line(writer);
    if (flow.has_text)
        put(writer, gdx_slice_of(before[flow.mark]));
}

// The white space that HTML collapses; the ideographic and the no-break space are characters.
static bool is_white(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void put_collapsed(struct writer *writer, const char *at) {
    while (*at) {
        const char *from = at;
        while (*at && !is_white(*at))
            at++;
        if (at > from) {
            flush(writer);
            put(writer, (gdx_slice){from, (size_t)(at - from)});
        }
        if (*at)
            set_apart(&writer->flow, PENDING_SPACE);
        while (is_white(*at))
            at++;
    }
}

static void put_raised(struct writer *writer, const char *at) {
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    for (; *at; at++) {
        if (*at < '0' || *at > '9')
            continue;
        flush(writer);
        put(writer, gdx_slice_of(raised[*at - '0']));
    }
}

static void put_text(struct writer *writer, const html_frame *frame, const char *text) {
    if (frame->is_raised)
        put_raised(writer, text);
    else if (!frame->is_preformatted)
        put_collapsed(writer, text);
    else if (*text) {
        flush(writer);
        put(writer, gdx_slice_of(text));
    }
}

// ---- elements

static void begin_borders(struct writer *writer, uint32_t traits) {
    if (traits & (HTML_BLOCK | HTML_BREAK))
        set_apart(&writer->flow, PENDING_LINE);
    if (traits & (HTML_CELL | HTML_ITEM | HTML_OPTION)) {
        set_apart(&writer->flow, PENDING_SPACE);
        writer->flow.mark = traits & HTML_CELL ? MARK_CELL : MARK_ITEM;
    }
}

static void end_borders(struct writer *writer, uint32_t traits) {
    if (traits & HTML_BLOCK)
        set_apart(&writer->flow, PENDING_LINE);
    if (traits & (HTML_CELL | HTML_ITEM | HTML_OPTION)) {
        set_apart(&writer->flow, PENDING_SPACE);
        writer->flow.left = traits & HTML_CELL ? MARK_CELL : MARK_ITEM;
        writer->flow.mark = MARK_NONE;
    }
}

// The part that an element begins. Within a list of notes each item, and each element that says so, is one.
static bool begins_part(const struct writer *writer, const html_entry *entry, const html_frame *outer,
                        gdx_field *out_field) {
    if (writer->field == GDX_FIELD_TEXT) {
        *out_field = html_outline_field(&writer->html->outline, (size_t)(entry - writer->html->outline.entries));
        return *out_field != GDX_FIELD_TEXT;
    }
    *out_field = writer->field;
    return outer->is_list && entry->traits & (HTML_ITEM | HTML_NOTE);
}

static void begin_part(struct writer *writer, html_frame *frame) {
    gdx_draft_begin_part(writer->draft, frame->field);
    frame->has_part = true;
    frame->outer = writer->flow;
    writer->flow = (html_flow){0};
    writer->field = frame->field;
}

static void push(struct writer *writer, const html_entry *entry) {
    html_reader *html = writer->html;
    if (writer->status == GDX_OK)
        writer->status = gdx_grow(&writer->frames, &html->frame_capacity, writer->depth + 1, sizeof *writer->frames);
    html->frames = writer->frames;
    if (writer->status != GDX_OK)
        return;
    html_frame *outer = writer->depth ? &writer->frames[writer->depth - 1] : &(html_frame){.field = GDX_FIELD_TEXT};
    html_frame *frame = &writer->frames[writer->depth++];
    bool keeps_white = outer->is_preformatted || entry->traits & HTML_PREFORMATTED;
    *frame = (html_frame){.node = entry->node,
                          .entry = writer->next_entry - 1,
                          .is_list = outer->is_list,
                          .is_raised = outer->is_raised || html_is_raised_number(entry),
                          .is_preformatted = keeps_white};
    begin_borders(writer, entry->traits);
    if (begins_part(writer, entry, outer, &frame->field)) {
        begin_part(writer, frame);
        frame->is_list = frame->field == GDX_FIELD_NOTE && entry->traits & HTML_NOTES;
    }
    if (entry->traits & HTML_HEADING && writer->field == GDX_FIELD_TEXT && !writer->heading_depth &&
        html->facts.heading.bytes == 0)
        writer->heading_depth = writer->depth;
    if (entry->traits & HTML_DATE && !writer->dated_depth && entry->symbols) {
        html->facts.dated.bytes = 0;
        writer->dated_depth = writer->depth;
    }
}

static void pop(struct writer *writer) {
    html_reader *html = writer->html;
    html_frame *frame = &writer->frames[writer->depth - 1];
    uint32_t traits = html->outline.entries[frame->entry].traits;
    if (writer->dated_depth == writer->depth) {
        writer->dated_depth = 0;
        html_facts_note_dated(&html->facts);
    }
    if (writer->heading_depth == writer->depth) {
        writer->heading_depth = 0;
        if (html->facts.heading.bytes) {
            writer->has_heading = true;
            html->near.bytes = 0;
        }
    }
    writer->depth--;
    if (frame->has_part) {
        gdx_draft_end_part(writer->draft);
        writer->flow = frame->outer;
        writer->field = writer->depth ? writer->frames[writer->depth - 1].field : GDX_FIELD_TEXT;
    }
    end_borders(writer, traits);
}

static void visit_element(struct writer *writer, const GumboNode *node) {
    html_reader *html = writer->html;
    const html_entry *entry = &html->outline.entries[writer->next_entry++];
    bool is_mark = writer->field != GDX_FIELD_NOTE && html_is_note_mark(entry);
    html_facts_note(&html->facts, node, writer->field == GDX_FIELD_FURNITURE);
    if (entry->traits & HTML_SKIPPED || is_mark) {
        for (uint32_t i = writer->next_entry; i < entry->end; i++) // a date or a script may be within
            html_facts_note(&html->facts, html->outline.entries[i].node, true);
        writer->next_entry = entry->end;
        return;
    }
    push(writer, entry);
}

static void step(struct writer *writer) {
    html_frame *frame = &writer->frames[writer->depth - 1];
    const GumboVector *children = &frame->node->v.element.children;
    if (frame->next_child == children->length) {
        pop(writer);
        return;
    }
    const GumboNode *child = children->data[frame->next_child++];
    if (child->type == GUMBO_NODE_ELEMENT || child->type == GUMBO_NODE_TEMPLATE)
        visit_element(writer, child);
    else if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_CDATA || child->type == GUMBO_NODE_WHITESPACE)
        put_text(writer, frame, child->v.text.text);
}

gdx_status html_text_write(html_reader *html, gdx_draft *draft) {
    struct writer writer = {.html = html, .draft = draft, .frames = html->frames, .field = GDX_FIELD_TEXT};
    html->near.bytes = 0;
    html->line.bytes = 0;
    if (html->outline.count == 0)
        return GDX_OK;
    writer.next_entry = 1;
    push(&writer, &html->outline.entries[0]);
    while (writer.status == GDX_OK && html->facts.status == GDX_OK && writer.depth)
        step(&writer);
    if (writer.status == GDX_OK)
        html_facts_note_lines(&html->facts, gdx_buffer_slice(&html->near));
    return writer.status == GDX_OK ? html->facts.status : writer.status;
}
