// SPDX-License-Identifier: Apache-2.0
// sheets.c: SpreadsheetML (ECMA-376, part 1, chapter 18): the cells of every sheet as Excel shows them.
// Relies on drawing.h, number_format.h. A row is a line, its cells stand between bars (flow.h); its place is
// "sheet NAME row 12". The value that a formula had when the file was saved is what is shown. A hidden sheet is not
// shown, so it is furniture.

#include "drawing.h"
#include "number_format.h"

#include <stdlib.h>

enum { MOST_SHEETS = 1 << 12, MOST_FORMATS = 1 << 16 };

enum element {
    ELEMENT_CELL = 1,
    ELEMENT_COMMENT,
    ELEMENT_FORMAT,
    ELEMENT_FORMATS_OF_CELLS,
    ELEMENT_FORMAT_OF_CELL,
    ELEMENT_INLINE,
    ELEMENT_ITEM,
    ELEMENT_MARGIN, // a header or a footer
    ELEMENT_PROPERTIES,
    ELEMENT_ROW,
    ELEMENT_SHEET,
    ELEMENT_SKIPPED,
    ELEMENT_TEXT,
    ELEMENT_VALUE,
};

static const markup_word elements[] = {
    {"s:c", ELEMENT_CELL},
    {"s:cellXfs", ELEMENT_FORMATS_OF_CELLS},
    {"s:comment", ELEMENT_COMMENT},
    {"s:evenFooter", ELEMENT_MARGIN},
    {"s:evenHeader", ELEMENT_MARGIN},
    {"s:f", ELEMENT_SKIPPED},
    {"s:firstFooter", ELEMENT_MARGIN},
    {"s:firstHeader", ELEMENT_MARGIN},
    {"s:is", ELEMENT_INLINE},
    {"s:numFmt", ELEMENT_FORMAT},
    {"s:oddFooter", ELEMENT_MARGIN},
    {"s:oddHeader", ELEMENT_MARGIN},
    {"s:rPh", ELEMENT_SKIPPED},
    {"s:row", ELEMENT_ROW},
    {"s:sheet", ELEMENT_SHEET},
    {"s:si", ELEMENT_ITEM},
    {"s:t", ELEMENT_TEXT},
    {"s:v", ELEMENT_VALUE},
    {"s:workbookPr", ELEMENT_PROPERTIES},
    {"s:xf", ELEMENT_FORMAT_OF_CELL},
};

struct sheet {
    size_t name, name_bytes; // in names
    size_t part, part_bytes;
    bool is_hidden;
};

struct format { // of a number
    int64_t id;
    size_t code; // in names, ended by a zero
};

struct book {
    package_reader *reader;
    text_flow *flow;
    part_relations relations; // of the workbook
    gdx_buffer names;
    struct sheet *sheets;
    size_t sheet_count, sheet_capacity;
    struct format *formats; // of the file's own
    size_t format_count, format_capacity;
    int64_t *of_cells; // ids of formats, by the number that a cell has
    size_t of_cell_count, of_cell_capacity;
    gdx_buffer strings; // shared ones
    size_t *string_begins;
    size_t string_count, string_capacity;
    bool from_1904;
    // What is read now.
    size_t depth; // of the element whose characters count; 0: none
    bool is_in_formats;
    gdx_slice sheet_name;
    uint64_t row;
    bool is_placed; // the row has text and so a place
    char type;      // of the cell: 's' shared, 'i' inline, 't' string, 'n' number, 'b' truth, 'e' error
    int64_t format;
    gdx_buffer value;
    gdx_buffer shown;
    gdx_error damage; // of the main part, which a callback found
};

static gdx_slice name_at(const struct book *book, size_t at, size_t bytes) {
    return ingest_slice_at(&book->names, at, bytes);
}

static void on_nothing(void *context, markup *at, const char *name) {
    (void)context, (void)at, (void)name;
}

// Characters of the element at hand.
static void on_text(void *context, markup *at, gdx_slice text) {
    struct book *book = context;
    if (book->depth == ingest_markup_depth(at) && gdx_buffer_append(&book->value, text.data, text.bytes) != GDX_OK)
        ingest_markup_stop(at, GDX_NO_MEMORY);
}

static gdx_status keep_name(struct book *book, gdx_slice text, size_t *at, size_t *bytes) {
    *at = book->names.bytes;
    *bytes = text.bytes;
    return gdx_buffer_append(&book->names, text.data, text.bytes);
}

// ---- the workbook: its sheets

static gdx_status add_sheet(struct book *book, const markup *at) {
    const char *name = ingest_markup_attribute(at, "name"), *id = ingest_markup_attribute(at, "r:id");
    const char *state = ingest_markup_attribute(at, "state");
    if (!id || book->sheet_count == MOST_SHEETS)
        return GDX_OK;
    gdx_status status = gdx_grow(&book->sheets, &book->sheet_capacity, book->sheet_count + 1, sizeof *book->sheets);
    if (status != GDX_OK)
        return status;
    struct sheet *sheet = &book->sheets[book->sheet_count];
    sheet->is_hidden = state && strcmp(state, "visible") != 0;
    status = keep_name(book, gdx_slice_of(name ? name : ""), &sheet->name, &sheet->name_bytes);
    if (status == GDX_OK)
        status = keep_name(book, ingest_relations_of_id(&book->relations, id), &sheet->part, &sheet->part_bytes);
    book->sheet_count += status == GDX_OK;
    return status;
}

static void on_workbook(void *context, markup *at, const char *name) {
    struct book *book = context;
    if (ingest_markup_depth(at) == 1 && !ingest_office_is_root(at, name, "s:workbook", &book->damage))
        return;
    int element = MARKUP_FIND(elements, name);
    const char *from_1904 = element == ELEMENT_PROPERTIES ? ingest_markup_attribute(at, "date1904") : NULL;
    if (from_1904)
        book->from_1904 = strcmp(from_1904, "1") == 0 || strcmp(from_1904, "true") == 0;
    if (element == ELEMENT_SHEET && add_sheet(book, at) != GDX_OK)
        ingest_markup_stop(at, GDX_NO_MEMORY);
}

// ---- formats

static gdx_status add_format(struct book *book, const markup *at) {
    const char *code = ingest_markup_attribute(at, "formatCode");
    size_t bytes;
    if (!code || book->format_count == MOST_FORMATS)
        return GDX_OK;
    gdx_status status = gdx_grow(&book->formats, &book->format_capacity, book->format_count + 1, sizeof *book->formats);
    if (status != GDX_OK)
        return status;
    struct format *format = &book->formats[book->format_count];
    format->id = ingest_markup_number(at, "numFmtId", -1);
    status = keep_name(book, (gdx_slice){code, strlen(code) + 1}, &format->code, &bytes);
    book->format_count += status == GDX_OK;
    return status;
}

static gdx_status add_format_of_cell(struct book *book, const markup *at) {
    if (!book->is_in_formats || book->of_cell_count == MOST_FORMATS)
        return GDX_OK;
    gdx_status status =
        gdx_grow(&book->of_cells, &book->of_cell_capacity, book->of_cell_count + 1, sizeof *book->of_cells);
    if (status == GDX_OK)
        book->of_cells[book->of_cell_count++] = ingest_markup_number(at, "numFmtId", 0);
    return status;
}

static void on_style(void *context, markup *at, const char *name) {
    struct book *book = context;
    int element = MARKUP_FIND(elements, name);
    gdx_status status = GDX_OK;
    if (element == ELEMENT_FORMATS_OF_CELLS)
        book->is_in_formats = true;
    else if (element == ELEMENT_FORMAT)
        status = add_format(book, at);
    else if (element == ELEMENT_FORMAT_OF_CELL)
        status = add_format_of_cell(book, at);
    if (status != GDX_OK)
        ingest_markup_stop(at, status);
}

static void on_style_end(void *context, markup *at, const char *name) {
    struct book *book = context;
    (void)at;
    if (MARKUP_FIND(elements, name) == ELEMENT_FORMATS_OF_CELLS)
        book->is_in_formats = false;
}

// NULL: General.
static const char *code_of(const struct book *book) {
    int64_t id = book->format >= 0 && (uint64_t)book->format < book->of_cell_count ? book->of_cells[book->format] : 0;
    for (size_t i = 0; i < book->format_count; i++)
        if (book->formats[i].id == id)
            return (const char *)book->names.data + book->formats[i].code;
    return ingest_number_format_of(id);
}

// ---- shared strings

// "_x000D_" is the character U+000D: so files spell those that XML does not allow.
static gdx_status append_unescaped(gdx_slice text, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    while (status == GDX_OK && text.bytes) {
        char *end = NULL;
        bool is_escape = text.bytes >= 7 && memcmp(text.data, "_x", 2) == 0 && text.data[6] == '_';
        char digits[5] = {0};
        if (is_escape)
            memcpy(digits, text.data + 2, 4);
        unsigned long code = is_escape ? strtoul(digits, &end, 16) : 0;
        is_escape = is_escape && end == digits + 4 && digits[0] != '-' && digits[0] != '+' && digits[0] != ' ' &&
                    (code < 0xd800 || code > 0xdfff);
        uint8_t character[GDX_UTF8_BYTES];
        if (is_escape)
            status = gdx_buffer_append(out, character, gdx_utf8_encode(character, (uint32_t)code));
        else
            status = gdx_buffer_append(out, text.data, 1);
        size_t taken = is_escape ? 7 : 1;
        text = (gdx_slice){text.data + taken, text.bytes - taken};
    }
    return status;
}

static void on_string(void *context, markup *at, const char *name) {
    struct book *book = context;
    int element = MARKUP_FIND(elements, name);
    if (element == ELEMENT_SKIPPED)
        ingest_markup_skip(at);
    else if (element == ELEMENT_ITEM)
        book->value.bytes = 0;
    else if (element == ELEMENT_TEXT)
        book->depth = ingest_markup_depth(at);
}

static void on_string_end(void *context, markup *at, const char *name) {
    struct book *book = context;
    if (book->depth == ingest_markup_depth(at))
        book->depth = 0;
    if (MARKUP_FIND(elements, name) != ELEMENT_ITEM)
        return;
    gdx_status status =
        gdx_grow(&book->string_begins, &book->string_capacity, book->string_count + 2, sizeof *book->string_begins);
    if (status == GDX_OK)
        status = append_unescaped(gdx_buffer_slice(&book->value), &book->strings);
    if (status != GDX_OK) {
        ingest_markup_stop(at, status);
        return;
    }
    book->string_begins[0] = 0;
    book->string_begins[++book->string_count] = book->strings.bytes;
}

static gdx_slice shared_string(const struct book *book, const char *digits) {
    char *end = NULL;
    unsigned long long index = strtoull(digits, &end, 10);
    if (end == digits || index >= book->string_count)
        return (gdx_slice){"", 0};
    size_t begin = book->string_begins[index];
    return ingest_slice_at(&book->strings, begin, book->string_begins[index + 1] - begin);
}

// ---- cells

static char type_of(const char *type) {
    if (!type || strcmp(type, "n") == 0)
        return 'n';
    if (strcmp(type, "inlineStr") == 0)
        return 'i';
    return strcmp(type, "s") == 0 ? 's' : strcmp(type, "b") == 0 ? 'b' : 't';
}

static gdx_status show(struct book *book, gdx_slice *out) {
    gdx_buffer *value = &book->value;
    book->shown.bytes = 0;
    gdx_status status = gdx_buffer_append(value, "", 1); // a zero for the C library
    if (status != GDX_OK)
        return status;
    value->bytes--;
    const char *text = (const char *)value->data;
    char *end = NULL;
    double number = book->type == 'n' ? strtod(text, &end) : 0;
    *out = gdx_buffer_slice(&book->shown);
    if (book->type == 's') {
        *out = shared_string(book, text);
    } else if (book->type == 'b') {
        *out = gdx_slice_of(strcmp(text, "1") == 0 ? "TRUE" : strcmp(text, "0") == 0 ? "FALSE" : text);
    } else if (book->type == 'n' && end != text && *end == '\0') {
        status = ingest_number_show(number, code_of(book), book->from_1904, &book->shown);
        *out = gdx_buffer_slice(&book->shown);
    } else {
        status = append_unescaped(gdx_buffer_slice(value), &book->shown);
        *out = gdx_buffer_slice(&book->shown);
    }
    return status;
}

static void on_cell(void *context, markup *at, const char *name) {
    struct book *book = context;
    switch (MARKUP_FIND(elements, name)) {
    case ELEMENT_SKIPPED:
        ingest_markup_skip(at);
        break;
    case ELEMENT_ROW: {
        int64_t row = ingest_markup_number(at, "r", 0);
        book->row = row > 0 && row <= INT32_MAX ? (uint64_t)row : book->row + 1;
        book->is_placed = false;
        break;
    }
    case ELEMENT_CELL:
        book->type = type_of(ingest_markup_attribute(at, "t"));
        book->format = ingest_markup_number(at, "s", 0);
        book->value.bytes = 0;
        ingest_flow_cell(book->flow);
        break;
    case ELEMENT_MARGIN:
        book->value.bytes = 0;
        book->depth = ingest_markup_depth(at);
        break;
    case ELEMENT_TEXT:
    case ELEMENT_VALUE:
        book->depth = ingest_markup_depth(at);
        break;
    default:
        break;
    }
}

// "&L第 &P 页&R内部资料": the texts at the left, in the middle and at the right, without codes.
static void put_margin(struct book *book) {
    gdx_slice rest = gdx_buffer_slice(&book->value);
    ingest_flow_part_begin(book->flow, GDX_FIELD_FURNITURE);
    while (rest.bytes) {
        const char *sign = memchr(rest.data, '&', rest.bytes);
        size_t plain = sign ? (size_t)(sign - rest.data) : rest.bytes;
        ingest_flow_text(book->flow, (gdx_slice){rest.data, plain});
        rest = (gdx_slice){rest.data + plain, rest.bytes - plain};
        if (rest.bytes < 2)
            break;
        size_t taken = 2;
        if (rest.data[1] == '&')
            ingest_flow_text(book->flow, gdx_slice_of("&"));
        else if (strchr("LCR", rest.data[1]))
            ingest_flow_line(book->flow);
        else if (rest.data[1] == '"') // a font
            while (taken < rest.bytes && rest.data[taken++] != '"')
                continue;
        else if (rest.data[1] >= '0' && rest.data[1] <= '9') // a size
            while (taken < rest.bytes && rest.data[taken] >= '0' && rest.data[taken] <= '9')
                taken++;
        rest = (gdx_slice){rest.data + taken, rest.bytes - taken};
    }
    ingest_flow_part_end(book->flow);
}

static void put_cell(struct book *book, gdx_slice shown) {
    if (shown.bytes && !book->is_placed)
        ingest_flow_place_row(book->flow, book->sheet_name, book->row);
    book->is_placed |= shown.bytes > 0;
    ingest_flow_text(book->flow, shown);
}

static void on_cell_end(void *context, markup *at, const char *name) {
    struct book *book = context;
    int element = MARKUP_FIND(elements, name);
    if (book->depth == ingest_markup_depth(at))
        book->depth = 0;
    gdx_slice shown;
    if (element == ELEMENT_CELL) {
        if (show(book, &shown) != GDX_OK)
            ingest_markup_stop(at, GDX_NO_MEMORY);
        else
            put_cell(book, gdx_trim(shown));
    } else if (element == ELEMENT_ROW) {
        ingest_flow_row_end(book->flow);
    } else if (element == ELEMENT_MARGIN) {
        put_margin(book);
    }
}

// ---- comments

static void on_comment(void *context, markup *at, const char *name) {
    struct book *book = context;
    int element = MARKUP_FIND(elements, name);
    const char *cell = element == ELEMENT_COMMENT ? ingest_markup_attribute(at, "ref") : NULL;
    if (element == ELEMENT_SKIPPED)
        ingest_markup_skip(at);
    if (element == ELEMENT_COMMENT)
        book->value.bytes = 0;
    if (cell) {
        book->row = strtoull(cell + strcspn(cell, "0123456789"), NULL, 10);
        ingest_flow_place_row(book->flow, book->sheet_name, book->row);
    }
    if (element == ELEMENT_TEXT)
        book->depth = ingest_markup_depth(at);
}

static void on_comment_end(void *context, markup *at, const char *name) {
    struct book *book = context;
    if (book->depth == ingest_markup_depth(at))
        book->depth = 0;
    if (MARKUP_FIND(elements, name) != ELEMENT_COMMENT)
        return;
    ingest_flow_part_begin(book->flow, GDX_FIELD_FURNITURE);
    ingest_flow_text(book->flow, gdx_buffer_slice(&book->value));
    ingest_flow_part_end(book->flow);
}

// ---- parts

// What is damaged beside the cells costs itself alone; a sheet likewise, as long as another one is read.
static gdx_status read_part(struct book *book, gdx_slice name, markup_handler handler, gdx_error *err) {
    gdx_error damage = {0};
    ptrdiff_t entry = name.bytes ? ingest_package_find(book->reader, name) : PACKAGE_NOT_THERE;
    handler.text = on_text;
    handler.context = book;
    book->depth = 0;
    gdx_status status =
        entry == PACKAGE_NOT_THERE ? GDX_CORRUPT : ingest_markup_parse_entry(book->reader, entry, &handler, &damage);
    if (status == GDX_CORRUPT) {
        ingest_package_lose(book->reader, name);
        return GDX_OK;
    }
    if (status == GDX_NO_MEMORY)
        return gdx_fail_memory(err, "a sheet");
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "%s", damage.message);
}

static gdx_status read_beside(struct book *book, gdx_slice part, gdx_error *err) {
    part_relations relations = {0};
    gdx_status status = ingest_relations_read(&relations, book->reader, part, err);
    for (size_t row = 0; status == GDX_OK && row < relations.count; row++) {
        gdx_slice type = ingest_relation_type(&relations, row), target = ingest_relation_target(&relations, row);
        ptrdiff_t entry = ingest_package_find(book->reader, target);
        if (gdx_slice_equal(type, gdx_slice_of("comments")))
            status = read_part(book, target, (markup_handler){.start = on_comment, .end = on_comment_end}, err);
        if (!gdx_slice_equal(type, gdx_slice_of("drawing")) || entry == PACKAGE_NOT_THERE || status != GDX_OK)
            continue;
        ingest_flow_place(book->flow, "sheet %.*s", GDX_SLICE_ARGUMENTS(book->sheet_name));
        status = ingest_drawing_read(book->reader, entry, DRAWING_SHEET, book->flow, err);
    }
    ingest_relations_clear(&relations);
    return status;
}

static gdx_status read_sheet(struct book *book, const struct sheet *sheet, gdx_error *err) {
    text_flow *flow = book->flow;
    gdx_slice part = name_at(book, sheet->part, sheet->part_bytes);
    book->sheet_name = name_at(book, sheet->name, sheet->name_bytes);
    book->row = 0;
    if (sheet->is_hidden)
        ingest_flow_part_begin(flow, GDX_FIELD_FURNITURE);
    ingest_flow_table_begin(flow);
    gdx_status status = read_part(book, part, (markup_handler){.start = on_cell, .end = on_cell_end}, err);
    ingest_flow_table_end(flow);
    if (sheet->is_hidden)
        ingest_flow_part_end(flow);
    return status == GDX_OK && !sheet->is_hidden ? read_beside(book, part, err) : status;
}

static gdx_status read_tables(struct book *book, gdx_error *err) {
    gdx_slice strings = ingest_relations_of_type(&book->relations, "sharedStrings");
    gdx_slice styles = ingest_relations_of_type(&book->relations, "styles");
    gdx_status status = GDX_OK;
    if (strings.bytes)
        status = read_part(book, strings, (markup_handler){.start = on_string, .end = on_string_end}, err);
    if (status == GDX_OK && book->reader->lost) // the numbers of lost strings are no text
        return gdx_fail(err, GDX_CORRUPT, "%.*s is missing or damaged, and the cells need it",
                        GDX_SLICE_ARGUMENTS(strings));
    if (status == GDX_OK && styles.bytes)
        status = read_part(book, styles, (markup_handler){.start = on_style, .end = on_style_end}, err);
    return status;
}

static gdx_status read_sheets(struct book *book, gdx_error *err) {
    gdx_status status = read_tables(book, err);
    uint64_t lost = book->reader->lost;
    for (size_t i = 0; status == GDX_OK && i < book->sheet_count; i++)
        status = read_sheet(book, &book->sheets[i], err);
    if (status == GDX_OK && book->reader->lost > lost && gdx_draft_total_bytes(book->flow->draft) == 0)
        return gdx_fail(err, GDX_CORRUPT, "none of its %zu sheets can be read, %s among them", book->sheet_count,
                        book->reader->first_lost);
    return status;
}

static gdx_status read_book(struct book *book, gdx_buffer *main, gdx_error *err) {
    gdx_status status = ingest_office_open(book->reader, "xl/workbook.xml", main, err);
    if (status == GDX_OK)
        status = ingest_relations_read(&book->relations, book->reader, gdx_buffer_slice(main), err);
    if (status != GDX_OK)
        return status;
    markup_handler handler = {on_workbook, on_nothing, on_text, .context = book};
    status = ingest_markup_parse_entry(book->reader, ingest_package_find(book->reader, gdx_buffer_slice(main)),
                                       &handler, err);
    if (book->damage.status != GDX_OK)
        return gdx_fail(err, status, "%s", book->damage.message);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_memory(err, "the sheets of a workbook");
    if (status == GDX_OK)
        status = read_sheets(book, err);
    if (status == GDX_OK)
        status = ingest_core_properties(book->reader, book->flow, err);
    return status == GDX_OK ? ingest_flow_finish(book->flow, false, err) : status;
}

gdx_status ingest_sheets(package_reader *reader, gdx_slice bytes, gdx_draft *draft, gdx_error *err) {
    text_flow flow = {0};
    gdx_buffer main = {0};
    struct book book = {.reader = reader, .flow = &flow};
    ingest_package_begin(reader, bytes);
    ingest_flow_begin(&flow, draft);
    gdx_status status = read_book(&book, &main, err);
    ingest_relations_clear(&book.relations);
    gdx_buffer_clear(&book.names);
    gdx_buffer_clear(&book.strings);
    gdx_buffer_clear(&book.value);
    gdx_buffer_clear(&book.shown);
    gdx_buffer_clear(&main);
    free(book.sheets);
    free(book.formats);
    free(book.of_cells);
    free(book.string_begins);
    ingest_flow_clear(&flow);
    return status;
}
