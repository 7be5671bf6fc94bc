// SPDX-License-Identifier: Apache-2.0
// word.c: WordprocessingML (ECMA-376, part 1, chapter 17) -> the text that Word shows.
// Relies on word.h, drawing.h, flow.h, markup.h, relations.h.
// Text is what stands in <w:t> of a run that is not hidden and not deleted. A field shows its result and not its
// instruction; a text box stands beside the paragraph that anchors it, so it is a part of its own; notes and the lines
// of headers lie in files of their own. Numbers that Word makes (lists, headings, pages) are in no file and so no text.

#include "word.h"

#include "drawing.h"

#include <stdlib.h>

enum { WORD_BOXES = 32, WORD_FIELDS = 64 };

enum element {
    ELEMENT_BOX = 1, // a text box
    ELEMENT_BREAK,
    ELEMENT_CELL,
    ELEMENT_CHUNK,
    ELEMENT_CONTENT, // of a content control
    ELEMENT_CONTROL, // its properties
    ELEMENT_FIELD,
    ELEMENT_HYPHEN,
    ELEMENT_LEVEL,
    ELEMENT_NOTE,
    ELEMENT_PARAGRAPH,
    ELEMENT_PLACEHOLDER,
    ELEMENT_PROPERTIES, // of a paragraph
    ELEMENT_RAISED,
    ELEMENT_ROW,
    ELEMENT_RUN,
    ELEMENT_RUN_PROPERTIES,
    ELEMENT_RUN_STYLE,
    ELEMENT_SKIPPED,
    ELEMENT_STYLE,
    ELEMENT_SYMBOL,
    ELEMENT_TAB,
    ELEMENT_TABLE,
    ELEMENT_TEXT,
    ELEMENT_VANISH,
};

static const markup_word elements[] = {
    {"m:t", ELEMENT_TEXT},
    {"w:altChunk", ELEMENT_CHUNK},
    {"w:br", ELEMENT_BREAK},
    {"w:comment", ELEMENT_NOTE},
    {"w:cr", ELEMENT_BREAK},
    {"w:del", ELEMENT_SKIPPED},
    {"w:delInstrText", ELEMENT_SKIPPED},
    {"w:delText", ELEMENT_SKIPPED},
    {"w:endnote", ELEMENT_NOTE},
    {"w:fldChar", ELEMENT_FIELD},
    {"w:footnote", ELEMENT_NOTE},
    {"w:instrText", ELEMENT_SKIPPED},
    {"w:moveFrom", ELEMENT_SKIPPED},
    {"w:noBreakHyphen", ELEMENT_HYPHEN},
    {"w:outlineLvl", ELEMENT_LEVEL},
    {"w:p", ELEMENT_PARAGRAPH},
    {"w:pPr", ELEMENT_PROPERTIES},
    {"w:pPrChange", ELEMENT_SKIPPED},
    {"w:pStyle", ELEMENT_STYLE},
    {"w:ptab", ELEMENT_TAB},
    {"w:r", ELEMENT_RUN},
    {"w:rPr", ELEMENT_RUN_PROPERTIES},
    {"w:rPrChange", ELEMENT_SKIPPED},
    {"w:rStyle", ELEMENT_RUN_STYLE},
    {"w:rt", ELEMENT_SKIPPED},
    {"w:rubyPr", ELEMENT_SKIPPED},
    {"w:sdtContent", ELEMENT_CONTENT},
    {"w:sdtPr", ELEMENT_CONTROL},
    {"w:showingPlcHdr", ELEMENT_PLACEHOLDER},
    {"w:sym", ELEMENT_SYMBOL},
    {"w:t", ELEMENT_TEXT},
    {"w:tab", ELEMENT_TAB},
    {"w:tbl", ELEMENT_TABLE},
    {"w:tc", ELEMENT_CELL},
    {"w:tr", ELEMENT_ROW},
    {"w:txbxContent", ELEMENT_BOX},
    {"w:vanish", ELEMENT_VANISH},
    {"w:vertAlign", ELEMENT_RAISED},
};

struct paragraph {      // what is saved while a text box within it is read
    bool is_hidden;     // by its style
    bool is_run_hidden; // the run we are in
    bool is_raised;     // likewise
    bool is_in_run;
    bool is_in_properties;
    bool has_part; // its style made it one
    unsigned fields;
    uint64_t instructions; // by depth of fields: we are before its result
};

struct word {
    package_reader *reader;
    text_flow *flow;
    word_styles styles;
    part_relations relations; // of the main part
    drawing_queue queue;
    struct paragraph at;
    struct paragraph outer[WORD_BOXES];
    size_t boxes;
    size_t text_depth;   // of the element whose characters count; 0: none
    gdx_field note;      // what each note of this part is; GDX_FIELD_TEXT: it has none
    bool is_placeholder; // the next content is what Word asks to be filled in
    bool is_main;
    gdx_error damage; // of the main part, which a callback found
};

// ---- paragraphs

static void begin_part(struct word *word, gdx_field field) {
    if (word->at.has_part)
        return;
    ingest_flow_part_begin(word->flow, field);
    word->at.has_part = true;
}

static void take_style(struct word *word, int kind) {
    if (kind & STYLE_HIDDEN)
        word->at.is_hidden = true;
    if (!word->is_main)
        return;
    if (kind & STYLE_CONTENTS)
        begin_part(word, GDX_FIELD_FURNITURE);
    else if (kind & STYLE_CAPTION)
        begin_part(word, GDX_FIELD_CAPTION);
    else if (kind & STYLE_TITLE)
        ingest_flow_keep(word->flow, &word->flow->named);
    else if (kind & STYLE_HEADING)
        ingest_flow_keep(word->flow, &word->flow->heading);
}

static void end_paragraph(struct word *word) {
    if (word->boxes == 0)
        ingest_flow_keep_end(word->flow);
    if (word->at.has_part)
        ingest_flow_part_end(word->flow);
    else
        ingest_flow_line(word->flow);
    word->at.has_part = word->at.is_hidden = word->at.is_in_properties = false;
    word->at.instructions = 0; // one that never comes to its result costs its paragraph alone
}

static void begin_box(struct word *word, markup *at) {
    if (word->boxes == WORD_BOXES) {
        gdx_fail(&word->damage, GDX_CORRUPT, "text boxes nested deeper than %d, expected at most that", WORD_BOXES);
        ingest_markup_stop(at, GDX_CORRUPT);
        return;
    }
    word->outer[word->boxes++] = word->at;
    word->at = (struct paragraph){0};
    ingest_flow_part_begin(word->flow, GDX_FIELD_TEXT);
}

static void end_box(struct word *word) {
    if (word->at.has_part)
        ingest_flow_part_end(word->flow);
    ingest_flow_part_end(word->flow);
    word->at = word->outer[--word->boxes];
}

// ---- runs

static void take_field(struct word *word, const char *type) {
    struct paragraph *at = &word->at;
    if (!type)
        return;
    uint64_t bit = at->fields && at->fields <= WORD_FIELDS ? (uint64_t)1 << (at->fields - 1) : 0;
    if (strcmp(type, "begin") == 0) {
        at->fields++;
        at->instructions |= at->fields <= WORD_FIELDS ? (uint64_t)1 << (at->fields - 1) : 0;
    } else if (strcmp(type, "separate") == 0) {
        at->instructions &= ~bit;
    } else if (strcmp(type, "end") == 0) {
        at->instructions &= ~bit;
        at->fields -= at->fields > 0;
    }
}

static bool is_shown(const struct word *word) {
    return !word->at.is_hidden && !word->at.is_run_hidden && word->at.instructions == 0;
}

static void put(struct word *word, const char *text) {
    if (is_shown(word) && word->at.is_in_run && !word->at.is_in_properties)
        ingest_flow_text(word->flow, gdx_slice_of(text));
}

// A character of a font of symbols, by its number. Boxes of forms are the ones that say something.
static void put_symbol(struct word *word, const char *font, const char *digits) {
    unsigned long code = digits ? strtoul(digits, NULL, 16) : 0;
    bool is_dingbat = font && strncmp(font, "Wingdings", 9) == 0 && code >= 0xf000 && code <= 0xf0ff;
    if (is_dingbat && font[9] == '\0')
        code = code == 0xf0fe || code == 0xf0fc   ? 0x2611
               : code == 0xf0fd || code == 0xf0fb ? 0x2612
               : code == 0xf0a8 || code == 0xf06f ? 0x25a1
                                                  : code;
    else if (is_dingbat)
        code = code == 0xf052 ? 0x2611 : code == 0xf054 ? 0x2612 : code == 0xf0a3 ? 0x25a1 : code;
    if (code < 0x20 || code > 0xfffd || (code >= 0xd800 && code < 0xe000))
        return;
    char text[GDX_UTF8_BYTES + 1] = {0};
    gdx_utf8_encode((uint8_t *)text, (uint32_t)code);
    put(word, text);
}

// ---- callbacks

static bool is_separator(const markup *at) {
    const char *type = ingest_markup_attribute(at, "w:type");
    return type && strcmp(type, "normal") != 0;
}

static void begin_note(struct word *word, markup *at) {
    if (word->note == GDX_FIELD_TEXT)
        return;
    if (is_separator(at))
        ingest_markup_skip(at);
    else
        ingest_flow_part_begin(word->flow, word->note);
}

static void on_layout(struct word *word, int element, markup *at) {
    switch (element) {
    case ELEMENT_TABLE:
        ingest_flow_table_begin(word->flow);
        break;
    case ELEMENT_CELL:
        ingest_flow_cell(word->flow);
        break;
    case ELEMENT_BOX:
        begin_box(word, at);
        break;
    case ELEMENT_NOTE:
        begin_note(word, at);
        break;
    case ELEMENT_CHUNK: { // a file of another kind, shown as if it were text of this one
        const char *id = ingest_markup_attribute(at, "r:id");
        ingest_package_lose(word->reader, id ? ingest_relations_of_id(&word->relations, id) : gdx_slice_of("altChunk"));
        break;
    }
    case ELEMENT_PLACEHOLDER:
        word->is_placeholder = ingest_word_is_on(ingest_markup_attribute(at, "w:val"));
        break;
    case ELEMENT_CONTROL:
        word->is_placeholder = false;
        break;
    case ELEMENT_CONTENT:
        if (word->is_placeholder)
            ingest_markup_skip(at);
        word->is_placeholder = false;
        break;
    default:
        break;
    }
}

static void on_properties(struct word *word, int element, markup *at) {
    const char *value = ingest_markup_attribute(at, "w:val");
    if (element == ELEMENT_PROPERTIES)
        word->at.is_in_properties = true;
    else if (element == ELEMENT_RUN_PROPERTIES && word->at.is_in_properties) // of the mark that ends the paragraph
        ingest_markup_skip(at);
    else if (element == ELEMENT_STYLE && value)
        take_style(word, ingest_word_style_kind(&word->styles, value));
    else if (element == ELEMENT_LEVEL && value && strcmp(value, "9") != 0)
        take_style(word, STYLE_HEADING);
    else if (element == ELEMENT_RUN_STYLE && value && ingest_word_style_kind(&word->styles, value) & STYLE_HIDDEN)
        word->at.is_run_hidden = true;
    else if (element == ELEMENT_VANISH && word->at.is_in_run)
        word->at.is_run_hidden = ingest_word_is_on(value);
    else if (element == ELEMENT_RAISED && word->at.is_in_run)
        word->at.is_raised = value && strcmp(value, "superscript") == 0;
}

static void on_run(struct word *word, int element, markup *at) {
    switch (element) {
    case ELEMENT_RUN:
        word->at.is_in_run = true;
        word->at.is_run_hidden = word->at.is_raised = false;
        break;
    case ELEMENT_TEXT:
        word->text_depth = ingest_markup_depth(at);
        break;
    case ELEMENT_TAB:
        put(word, "\t");
        break;
    case ELEMENT_BREAK:
        if (word->at.is_in_run && is_shown(word))
            ingest_flow_line(word->flow);
        break;
    case ELEMENT_HYPHEN:
        put(word, "\u2011");
        break;
    case ELEMENT_SYMBOL:
        put_symbol(word, ingest_markup_attribute(at, "w:font"), ingest_markup_attribute(at, "w:char"));
        break;
    case ELEMENT_FIELD:
        take_field(word, ingest_markup_attribute(at, "w:fldCharType"));
        break;
    default:
        on_properties(word, element, at);
        on_layout(word, element, at);
        break;
    }
}

static void on_start(void *context, markup *at, const char *name) {
    struct word *word = context;
    if (word->is_main && ingest_markup_depth(at) == 1 && !ingest_office_is_root(at, name, "w:document", &word->damage))
        return;
    int element = MARKUP_FIND(elements, name);
    if (ingest_drawing_note(&word->queue, &word->relations, at, name) != GDX_OK)
        ingest_markup_stop(at, GDX_NO_MEMORY);
    if (element == ELEMENT_SKIPPED)
        ingest_markup_skip(at);
    else if (element)
        on_run(word, element, at);
}

static void on_end(void *context, markup *at, const char *name) {
    struct word *word = context;
    if (word->text_depth == ingest_markup_depth(at))
        word->text_depth = 0;
    switch (MARKUP_FIND(elements, name)) {
    case ELEMENT_PARAGRAPH:
        end_paragraph(word);
        break;
    case ELEMENT_PROPERTIES:
        word->at.is_in_properties = false;
        break;
    case ELEMENT_RUN:
        word->at.is_in_run = word->at.is_run_hidden = word->at.is_raised = false;
        break;
    case ELEMENT_ROW:
        ingest_flow_row_end(word->flow);
        break;
    case ELEMENT_TABLE:
        ingest_flow_table_end(word->flow);
        break;
    case ELEMENT_BOX:
        end_box(word);
        break;
    case ELEMENT_NOTE:
        if (word->note != GDX_FIELD_TEXT)
            ingest_flow_part_end(word->flow);
        break;
    default:
        break;
    }
}

static void on_text(void *context, markup *at, gdx_slice text) {
    struct word *word = context;
    if (word->text_depth != ingest_markup_depth(at) || !is_shown(word))
        return;
    if (word->at.is_raised)
        ingest_flow_raised(word->flow, text);
    else
        ingest_flow_text(word->flow, text);
}

// ---- parts

static gdx_status read_part(struct word *word, gdx_slice name, gdx_field note, gdx_error *err) {
    markup_handler handler = {on_start, on_end, on_text, .context = word};
    ptrdiff_t entry = ingest_package_find(word->reader, name);
    size_t depth = word->flow->depth;
    word->note = note;
    word->at = (struct paragraph){0};
    word->boxes = 0;
    word->damage = (gdx_error){0};
    word->text_depth = 0;
    if (entry == PACKAGE_NOT_THERE)
        return gdx_fail(err, GDX_CORRUPT, "%.*s is not in the zip file", GDX_SLICE_ARGUMENTS(name));
    gdx_error inner = {0};
    gdx_status status = ingest_markup_parse_entry(word->reader, entry, &handler, &inner);
    while (word->flow->depth > depth)
        ingest_flow_part_end(word->flow);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_memory(err, "a part of a document");
    if (status != GDX_OK)
        return gdx_fail(err, status, "%s", inner.message[0] ? inner.message : word->damage.message);
    return GDX_OK;
}

// Notes, headers and footers: what is missing or damaged of them costs itself alone.
static gdx_status read_beside(struct word *word, gdx_slice name, gdx_field field, bool is_note, gdx_error *err) {
    gdx_error damage = {0};
    if (!is_note)
        ingest_flow_part_begin(word->flow, field);
    gdx_status status = read_part(word, name, is_note ? field : GDX_FIELD_TEXT, &damage);
    if (!is_note)
        ingest_flow_part_end(word->flow);
    if (status == GDX_CORRUPT) {
        ingest_package_lose(word->reader, name);
        return GDX_OK;
    }
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "%s", damage.message);
}

static gdx_status read_all_beside(struct word *word, gdx_error *err) {
    static const struct {
        const char *type;
        gdx_field field;
        bool is_note;
    } kinds[] = {
        {"footnotes", GDX_FIELD_NOTE, true},     {"endnotes", GDX_FIELD_NOTE, true},
        {"comments", GDX_FIELD_FURNITURE, true}, {"header", GDX_FIELD_FURNITURE, false},
        {"footer", GDX_FIELD_FURNITURE, false},
    };
    gdx_status status = GDX_OK;
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++)
        for (size_t row = 0; status == GDX_OK && row < word->relations.count; row++)
            if (gdx_slice_equal(ingest_relation_type(&word->relations, row), gdx_slice_of(kinds[kind].type)))
                status = read_beside(word, ingest_relation_target(&word->relations, row), kinds[kind].field,
                                     kinds[kind].is_note, err);
    return status;
}

static gdx_status read_styles(struct word *word, gdx_error *err) {
    gdx_slice name = ingest_relations_of_type(&word->relations, "styles");
    ptrdiff_t entry = name.bytes ? ingest_package_find(word->reader, name) : PACKAGE_NOT_THERE;
    gdx_error damage = {0};
    if (entry == PACKAGE_NOT_THERE)
        return GDX_OK;
    gdx_status status = ingest_word_styles_read(&word->styles, word->reader, entry, &damage);
    if (status == GDX_CORRUPT) {
        ingest_package_lose(word->reader, name);
        return GDX_OK;
    }
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "%s", damage.message);
}

static gdx_status read_document(struct word *word, gdx_buffer *main, gdx_error *err) {
    gdx_status status = ingest_office_open(word->reader, "word/document.xml", main, err);
    if (status == GDX_OK)
        status = ingest_core_properties(word->reader, word->flow, err);
    if (status == GDX_OK)
        status = ingest_relations_read(&word->relations, word->reader, gdx_buffer_slice(main), err);
    if (status == GDX_OK)
        status = read_styles(word, err);
    word->is_main = true;
    if (status == GDX_OK)
        status = read_part(word, gdx_buffer_slice(main), GDX_FIELD_TEXT, err);
    word->is_main = false;
    ingest_flow_keep_end(word->flow);
    if (status == GDX_OK)
        status = read_all_beside(word, err);
    if (status == GDX_OK)
        status = ingest_drawing_read_noted(&word->queue, word->reader, word->flow, err);
    return status == GDX_OK ? ingest_flow_finish(word->flow, false, err) : status;
}

gdx_status ingest_word(package_reader *reader, gdx_slice bytes, gdx_draft *draft, gdx_error *err) {
    text_flow flow = {0};
    gdx_buffer main = {0};
    struct word word = {.reader = reader, .flow = &flow};
    ingest_package_begin(reader, bytes);
    ingest_flow_begin(&flow, draft);
    gdx_status status = read_document(&word, &main, err);
    ingest_word_styles_clear(&word.styles);
    ingest_relations_clear(&word.relations);
    gdx_buffer_clear(&word.queue.names);
    gdx_buffer_clear(&main);
    ingest_flow_clear(&flow);
    return status;
}
