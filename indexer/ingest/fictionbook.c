// SPDX-License-Identifier: Apache-2.0
// fictionbook.c: FictionBook 2, one XML file, plain or alone in a zip file. Relies on flow.h, markup.h, gdx/decode.h.
// The body is the text; a body named notes, footnotes or comments holds notes; pictures lie in <binary>. The title of a
// section is the place of what follows. Elements go by their names without namespace, as readers of such books do.

#include "flow.h"
#include "markup.h"

#include "gdx/decode.h"

#include <strings.h>

enum { ENCODING_BYTES = 40, DECLARATION_BYTES = 200, FIRST_YEAR = 1400 };

enum element {
    ELEMENT_ANNOTATION = 1,
    ELEMENT_AUTHOR,
    ELEMENT_BLOCK,
    ELEMENT_BODY,
    ELEMENT_CELL,
    ELEMENT_DATE,
    ELEMENT_DESCRIPTION,
    ELEMENT_LINK,
    ELEMENT_NAME, // a part of an author's
    ELEMENT_NICKNAME,
    ELEMENT_PUBLICATION,
    ELEMENT_ROW,
    ELEMENT_SECTION,
    ELEMENT_SKIPPED,
    ELEMENT_TABLE,
    ELEMENT_TITLE, // of a section
    ELEMENT_TITLE_OF_BOOK,
    ELEMENT_WORK,
    ELEMENT_YEAR,
};

static const markup_word elements[] = {
    {"a", ELEMENT_LINK},
    {"annotation", ELEMENT_ANNOTATION},
    {"author", ELEMENT_AUTHOR},
    {"binary", ELEMENT_SKIPPED},
    {"body", ELEMENT_BODY},
    {"book-title", ELEMENT_TITLE_OF_BOOK},
    {"date", ELEMENT_DATE},
    {"description", ELEMENT_DESCRIPTION},
    {"empty-line", ELEMENT_BLOCK},
    {"first-name", ELEMENT_NAME},
    {"last-name", ELEMENT_NAME},
    {"middle-name", ELEMENT_NAME},
    {"nickname", ELEMENT_NICKNAME},
    {"p", ELEMENT_BLOCK},
    {"publish-info", ELEMENT_PUBLICATION},
    {"section", ELEMENT_SECTION},
    {"stylesheet", ELEMENT_SKIPPED},
    {"subtitle", ELEMENT_BLOCK},
    {"table", ELEMENT_TABLE},
    {"td", ELEMENT_CELL},
    {"text-author", ELEMENT_BLOCK},
    {"th", ELEMENT_CELL},
    {"title", ELEMENT_TITLE},
    {"title-info", ELEMENT_WORK},
    {"tr", ELEMENT_ROW},
    {"v", ELEMENT_BLOCK},
    {"year", ELEMENT_YEAR},
};

struct fiction {
    text_flow *flow;
    bool is_book;
    bool is_in_body, is_in_notes, is_in_description;
    bool is_in_work;        // <title-info>, which tells of the text
    bool is_in_publication; // <publish-info>, which tells of the printed book
    bool is_in_author, is_in_title, is_in_annotation;
    size_t sections;  // we are in so many
    gdx_buffer title; // of a section
    gdx_buffer value; // of an element of the description
    gdx_buffer author;
    bool has_author;
    gdx_date written, published;
    size_t value_depth;
    gdx_status status;
};

static const char *local_of(const char *name) {
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static void begin_value(struct fiction *fiction, const markup *at) {
    fiction->value.bytes = 0;
    fiction->value_depth = ingest_markup_depth(at);
}

// ---- the description

static void take_date(gdx_slice value, gdx_date *out) {
    gdx_date date;
    if (*out == GDX_NO_DATE && gdx_date_parse(gdx_trim(value), &date, NULL) == GDX_OK &&
        gdx_date_year(date) >= FIRST_YEAR)
        *out = date;
}

static void on_description(struct fiction *fiction, int element, markup *at) {
    const char *value = ingest_markup_attribute(at, "value");
    if (element == ELEMENT_WORK)
        fiction->is_in_work = true;
    else if (element == ELEMENT_PUBLICATION)
        fiction->is_in_publication = true;
    else if (element == ELEMENT_AUTHOR && fiction->is_in_work)
        fiction->is_in_author = true;
    else if (element == ELEMENT_ANNOTATION && fiction->is_in_work && !fiction->is_in_annotation) {
        fiction->is_in_annotation = true;
        ingest_flow_part_begin(fiction->flow, GDX_FIELD_FURNITURE);
    } else if (element == ELEMENT_DATE && fiction->is_in_work && value)
        take_date(gdx_slice_of(value), &fiction->written);
    bool is_value = (fiction->is_in_work && (element == ELEMENT_TITLE_OF_BOOK || element == ELEMENT_DATE)) ||
                    (fiction->is_in_publication && element == ELEMENT_YEAR) ||
                    (fiction->is_in_author && element == ELEMENT_NAME && !fiction->has_author) ||
                    (fiction->is_in_author && element == ELEMENT_NICKNAME && fiction->author.bytes == 0);
    if (is_value && fiction->value_depth == 0)
        begin_value(fiction, at);
}

static gdx_status end_value(struct fiction *fiction, int element) {
    gdx_slice value = gdx_trim(gdx_buffer_slice(&fiction->value));
    fiction->value_depth = 0;
    gdx_status status = GDX_OK;
    if (element == ELEMENT_TITLE_OF_BOOK && fiction->flow->declared.bytes == 0)
        return gdx_buffer_append(&fiction->flow->declared, value.data, value.bytes);
    if (element == ELEMENT_DATE)
        take_date(value, &fiction->written);
    if (element == ELEMENT_YEAR)
        take_date(value, &fiction->published);
    if ((element != ELEMENT_NAME && element != ELEMENT_NICKNAME) || value.bytes == 0)
        return GDX_OK;
    if (fiction->author.bytes)
        status = gdx_buffer_append(&fiction->author, " ", 1);
    return status == GDX_OK ? gdx_buffer_append(&fiction->author, value.data, value.bytes) : status;
}

static void leave_description(struct fiction *fiction, int element) {
    if (element == ELEMENT_WORK)
        fiction->is_in_work = false;
    else if (element == ELEMENT_PUBLICATION)
        fiction->is_in_publication = false;
    else if (element == ELEMENT_AUTHOR && fiction->is_in_author) {
        fiction->is_in_author = false;
        fiction->has_author |= fiction->author.bytes > 0; // the first is enough
    } else if (element == ELEMENT_ANNOTATION && fiction->is_in_annotation) {
        fiction->is_in_annotation = false;
        ingest_flow_part_end(fiction->flow);
    } else if (element == ELEMENT_BLOCK && fiction->is_in_annotation)
        ingest_flow_line(fiction->flow);
    else if (element == ELEMENT_DESCRIPTION)
        fiction->is_in_description = false;
}

// ---- the body

static void begin_body(struct fiction *fiction, const markup *at) {
    const char *name = ingest_markup_attribute(at, "name");
    fiction->is_in_body = true;
    fiction->sections = 0;
    fiction->is_in_notes = name && (strcasecmp(name, "notes") == 0 || strcasecmp(name, "footnotes") == 0 ||
                                    strcasecmp(name, "comments") == 0);
    ingest_flow_place(fiction->flow, "%s", "");
    ingest_flow_line(fiction->flow);
}

// A title of several lines is told as one, and its lines stand in the text.
static void put_title(struct fiction *fiction) {
    char name[FLOW_PLACE_BYTES];
    gdx_slice title = gdx_trim(gdx_buffer_slice(&fiction->title));
    gdx_slice cut = gdx_utf8_cut(title, sizeof name);
    memcpy(name, cut.bytes ? cut.data : "", cut.bytes);
    for (size_t i = 0; i < cut.bytes; i++)
        name[i] = name[i] == '\n' ? ' ' : name[i];
    ingest_flow_place(fiction->flow, "%.*s", (int)cut.bytes, name);
    ingest_flow_keep(fiction->flow, &fiction->flow->heading);
    for (gdx_slice line = title; line.bytes;) {
        const char *end = memchr(line.data, '\n', line.bytes);
        size_t bytes = end ? (size_t)(end - line.data) : line.bytes;
        ingest_flow_text(fiction->flow, (gdx_slice){line.data, bytes});
        ingest_flow_line(fiction->flow);
        line = (gdx_slice){line.data + bytes + (end != NULL), line.bytes - bytes - (end != NULL)};
    }
    ingest_flow_keep_end(fiction->flow);
}

static void on_body(struct fiction *fiction, int element, markup *at) {
    const char *type = element == ELEMENT_LINK ? ingest_markup_attribute(at, "type") : NULL;
    if (type && strcmp(type, "note") == 0) { // its mark leaves the line
        ingest_markup_skip(at);
        return;
    }
    if (element == ELEMENT_BLOCK && !fiction->is_in_title)
        ingest_flow_line(fiction->flow);
    else if (element == ELEMENT_SECTION && fiction->sections++ == 0 && fiction->is_in_notes)
        ingest_flow_part_begin(fiction->flow, GDX_FIELD_NOTE);
    else if (element == ELEMENT_TITLE && fiction->is_in_notes)
        ingest_markup_skip(at); // the mark again
    else if (element == ELEMENT_TITLE) {
        fiction->is_in_title = true;
        fiction->title.bytes = 0;
    } else if (element == ELEMENT_TABLE)
        ingest_flow_table_begin(fiction->flow);
    else if (element == ELEMENT_CELL)
        ingest_flow_cell(fiction->flow);
}

static gdx_status leave_body(struct fiction *fiction, int element) {
    if (element == ELEMENT_BLOCK && fiction->is_in_title)
        return gdx_buffer_append(&fiction->title, "\n", 1);
    if (element == ELEMENT_BLOCK)
        ingest_flow_line(fiction->flow);
    else if (element == ELEMENT_TITLE && fiction->is_in_title) {
        fiction->is_in_title = false;
        put_title(fiction);
    } else if (element == ELEMENT_SECTION && fiction->sections && --fiction->sections == 0 && fiction->is_in_notes)
        ingest_flow_part_end(fiction->flow);
    else if (element == ELEMENT_ROW)
        ingest_flow_row_end(fiction->flow);
    else if (element == ELEMENT_TABLE)
        ingest_flow_table_end(fiction->flow);
    else if (element == ELEMENT_BODY)
        fiction->is_in_body = false;
    return GDX_OK;
}

// ---- callbacks

static void on_start(void *context, markup *at, const char *name) {
    struct fiction *fiction = context;
    int element = MARKUP_FIND(elements, local_of(name));
    if (ingest_markup_depth(at) == 1)
        fiction->is_book = strcmp(local_of(name), "FictionBook") == 0;
    if (element == ELEMENT_SKIPPED)
        ingest_markup_skip(at);
    else if (fiction->is_in_body)
        on_body(fiction, element, at);
    else if (element == ELEMENT_BODY)
        begin_body(fiction, at);
    else if (element == ELEMENT_DESCRIPTION)
        fiction->is_in_description = true;
    else if (fiction->is_in_description)
        on_description(fiction, element, at);
}

static void on_end(void *context, markup *at, const char *name) {
    struct fiction *fiction = context;
    int element = MARKUP_FIND(elements, local_of(name));
    gdx_status status = GDX_OK;
    if (fiction->value_depth && fiction->value_depth == ingest_markup_depth(at))
        status = end_value(fiction, element);
    else if (fiction->is_in_body)
        status = leave_body(fiction, element);
    else
        leave_description(fiction, element);
    if (status != GDX_OK)
        ingest_markup_stop(at, status);
}

static gdx_status append_title(struct fiction *fiction, gdx_slice text) {
    if (fiction->title.bytes > FLOW_TITLE_BYTES)
        return GDX_OK;
    return gdx_buffer_append(&fiction->title, text.data, text.bytes);
}

static void on_text(void *context, markup *at, gdx_slice text) {
    struct fiction *fiction = context;
    gdx_status status = GDX_OK;
    if (fiction->value_depth && fiction->value.bytes < FLOW_TITLE_BYTES)
        status = gdx_buffer_append(&fiction->value, text.data, text.bytes);
    else if (fiction->is_in_title)
        status = append_title(fiction, text);
    else if (fiction->is_in_body || fiction->is_in_annotation)
        ingest_flow_collapsed(fiction->flow, text);
    if (status != GDX_OK)
        ingest_markup_stop(at, status);
}

// ---- the file

// What the XML declaration says, if it is said in bytes that look like ASCII.
static bool declared_encoding(gdx_slice bytes, char out[ENCODING_BYTES]) {
    bytes.bytes = bytes.bytes < DECLARATION_BYTES ? bytes.bytes : DECLARATION_BYTES;
    const char *end = memmem(bytes.data, bytes.bytes, "?>", 2);
    const char *at = end ? memmem(bytes.data, (size_t)(end - bytes.data), "encoding=", 9) : NULL;
    if (!at || at + 10 >= end)
        return false;
    at += 10;
    size_t name = strcspn(at, "\"'?>");
    if (name == 0 || name >= ENCODING_BYTES)
        return false;
    memcpy(out, at, name);
    out[name] = '\0';
    return true;
}

static gdx_status parse(struct fiction *fiction, gdx_slice bytes, gdx_error *err) {
    markup_handler handler = {on_start, on_end, on_text, fiction, true};
    char encoding[ENCODING_BYTES];
    GDX_AUTO(gdx_decoder) decoder = NULL;
    gdx_decoded decoded = {.text = bytes};
    if (gdx_utf8_valid(bytes))
        return ingest_markup_parse(bytes, "UTF-8", &handler, err);
    // What it says of itself, else what it looks like.
    bool is_declared = declared_encoding(bytes, encoding) && strcasecmp(encoding, "utf-8") != 0;
    gdx_status status = is_declared ? gdx_decoder_new(encoding, &decoder, NULL) : GDX_INVALID;
    if (status != GDX_OK && status != GDX_NO_MEMORY)
        status = gdx_decoder_new(NULL, &decoder, NULL);
    if (status == GDX_OK)
        status = gdx_decode(decoder, bytes, &decoded, err);
    if (status != GDX_OK)
        return gdx_fail(err, status, "%zu bytes cannot be decoded: %s", bytes.bytes, gdx_status_name(status));
    return ingest_markup_parse(decoded.text, "UTF-8", &handler, err);
}

static gdx_status find_in_zip(package_reader *reader, gdx_buffer *out, gdx_error *err) {
    gdx_status status = ingest_package_open(reader, err);
    for (size_t i = 0; status == GDX_OK && i < reader->entry_count; i++) {
        gdx_slice name = ingest_package_name(reader, (ptrdiff_t)i);
        if (name.bytes > 4 && strncasecmp(name.data + name.bytes - 4, ".fb2", 4) == 0)
            return ingest_package_read_all(reader, (ptrdiff_t)i, out, err);
    }
    return status == GDX_OK ? gdx_fail(err, GDX_CORRUPT, "no .fb2 in the zip file, expected one") : status;
}

static gdx_status finish(struct fiction *fiction, gdx_error *err) {
    gdx_draft *draft = fiction->flow->draft;
    if (!fiction->is_book)
        return gdx_fail(err, GDX_CORRUPT, "XML that is no FictionBook, expected one");
    gdx_draft_metadata(draft, gdx_slice_of("creator"), gdx_buffer_slice(&fiction->author));
    if (fiction->published)
        gdx_draft_date(draft, fiction->published, "publish-info year");
    else if (fiction->written)
        gdx_draft_date(draft, fiction->written, "title-info date");
    return ingest_flow_finish(fiction->flow, true, err);
}

gdx_status ingest_fictionbook(package_reader *reader, gdx_slice bytes, gdx_draft *draft, gdx_error *err) {
    text_flow flow = {0};
    gdx_buffer unpacked = {0};
    struct fiction fiction = {.flow = &flow};
    ingest_package_begin(reader, bytes);
    ingest_flow_begin(&flow, draft);
    gdx_status status = GDX_OK;
    if (ingest_package_is_zip(bytes)) {
        status = find_in_zip(reader, &unpacked, err);
        bytes = gdx_buffer_slice(&unpacked);
    }
    if (status == GDX_OK)
        status = parse(&fiction, bytes, err);
    if (status == GDX_OK)
        status = finish(&fiction, err);
    if (status == GDX_NO_MEMORY)
        gdx_fail_memory(err, "a FictionBook");
    gdx_buffer_clear(&unpacked);
    gdx_buffer_clear(&fiction.title);
    gdx_buffer_clear(&fiction.value);
    gdx_buffer_clear(&fiction.author);
    ingest_flow_clear(&flow);
    return status;
}
