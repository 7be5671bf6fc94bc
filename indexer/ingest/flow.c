// SPDX-License-Identifier: Apache-2.0
// flow.c: lines, cells and parts of laid-out files, and the choice of a title. Relies on flow.h.

#include "flow.h"

#include "page.h"

#include "gdx/white.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

void ingest_flow_begin(text_flow *flow, gdx_draft *draft) {
    flow->draft = draft;
    flow->line = (flow_line){.is_empty = true, .field = GDX_FIELD_TEXT};
    flow->depth = 0;
    flow->rows = 0;
    flow->is_place_due = false;
    flow->head.bytes = flow->heading.bytes = flow->named.bytes = flow->declared.bytes = flow->raised.bytes = 0;
    flow->kept = NULL;
    flow->status = GDX_OK;
}

void ingest_flow_clear(text_flow *flow) {
    gdx_buffer_clear(&flow->head);
    gdx_buffer_clear(&flow->heading);
    gdx_buffer_clear(&flow->named);
    gdx_buffer_clear(&flow->declared);
    gdx_buffer_clear(&flow->raised);
}

// ---- text

static void keep_copy(text_flow *flow, gdx_buffer *to, gdx_slice text, size_t limit) {
    text = gdx_utf8_cut(text, to->bytes < limit ? limit - to->bytes : 0);
    if (gdx_buffer_append(to, text.data, text.bytes) != GDX_OK)
        flow->status = GDX_NO_MEMORY;
}

static void put(text_flow *flow, gdx_slice text) {
    gdx_draft_text(flow->draft, text);
    if (!flow->line.is_aside && flow->head.bytes < FLOW_HEAD_BYTES)
        keep_copy(flow, &flow->head, text, FLOW_HEAD_BYTES);
}

static void put_place(text_flow *flow) {
    if (flow->is_place_due)
        gdx_draft_place(flow->draft, (gdx_slice){flow->place, flow->place_bytes});
    flow->is_place_due = false;
}

// What sets the next text apart from the one before it belongs to the place before, a bar to its cell.
static void put_before(text_flow *flow) {
    flow_line *line = &flow->line;
    bool is_in_row = line->is_bar_due && line->is_row_open;
    bool is_line_due = line->pending == FLOW_LINE || line->is_bar_due;
    if (!line->is_empty && line->is_item_left && !line->is_item_due)
        put(flow, gdx_slice_of(" ▪"));
    if (!line->is_empty && !is_in_row && is_line_due)
        put(flow, gdx_slice_of("\n"));
    else if (!line->is_empty && !is_in_row && line->pending == FLOW_SPACE)
        put(flow, gdx_slice_of(" "));
    put_place(flow);
    if (line->is_bar_due)
        put(flow, gdx_slice_of(is_in_row ? " | " : "| "));
    if (line->is_item_due && !line->is_empty)
        put(flow, gdx_slice_of("▪ "));
    line->has_item |= line->is_item_due;
    line->is_item_due = line->is_item_left = false;
    if (flow->kept && flow->kept->bytes && line->pending != FLOW_NOTHING)
        keep_copy(flow, flow->kept, gdx_slice_of(" "), FLOW_TITLE_BYTES);
    line->is_bar_due = false;
    line->pending = FLOW_NOTHING;
    line->is_empty = false;
    line->is_row_open = line->tables > 0;
}

static void put_text(text_flow *flow, gdx_slice text) {
    if (text.bytes == 0)
        return;
    // White space alone opens neither a line nor a cell: it waits for what it would set apart.
    if ((flow->line.is_bar_due || flow->line.is_empty || flow->line.pending == FLOW_LINE) && gdx_trim(text).bytes == 0)
        return;
    put_before(flow);
    put(flow, text);
    flow->line.last = text.data[text.bytes - 1];
    if (flow->kept)
        keep_copy(flow, flow->kept, text, FLOW_TITLE_BYTES);
}

// ---- raised text

static bool is_latin(char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_mark_alone(uint32_t character) {
    return (character >= 0x2460 && character <= 0x249b) || (character >= 0x2776 && character <= 0x2793) ||
           character == '*' || character == 0x2020 || character == 0x2021 || character == 0x203b || character == 0xff0a;
}

static bool is_bracket(uint32_t character, const char *of) {
    uint32_t other;
    for (size_t bytes; *of; of += bytes) {
        bytes = gdx_utf8_decode((const uint8_t *)of, strlen(of), &other);
        if (other == character)
            return true;
    }
    return false;
}

// Digits, with what joins the numbers of several notes; brackets around them; or signs that are marks by themselves.
static bool is_mark(gdx_slice text, char before) {
    bool has_bracket = false, has_digit = false, has_sign = false;
    text = gdx_trim(text);
    if (text.bytes > 32)
        return false;
    for (size_t bytes; text.bytes; text = (gdx_slice){text.data + bytes, text.bytes - bytes}) {
        uint32_t character;
        bytes = gdx_utf8_decode((const uint8_t *)text.data, text.bytes, &character);
        bool is_digit = character >= '0' && character <= '9';
        bool is_around = is_bracket(character, "[]［］〔〕()（）【】");
        if (!is_digit && !is_around && !is_mark_alone(character) && !is_bracket(character, ",，、-–~ "))
            return false;
        has_digit |= is_digit;
        has_bracket |= is_around;
        has_sign |= is_mark_alone(character);
    }
    return has_sign || (has_digit && (has_bracket || !is_latin(before)));
}

// What was raised is text after all, or it is dropped.
static void settle(text_flow *flow) {
    gdx_slice raised = gdx_buffer_slice(&flow->raised);
    flow->raised.bytes = 0;
    if (raised.bytes && !is_mark(raised, flow->line.last))
        put_text(flow, raised);
}

void ingest_flow_raised(text_flow *flow, gdx_slice text) {
    if (gdx_buffer_append(&flow->raised, text.data, text.bytes) != GDX_OK)
        flow->status = GDX_NO_MEMORY;
}

void ingest_flow_text(text_flow *flow, gdx_slice text) {
    if (text.bytes)
        settle(flow);
    put_text(flow, text);
}

static void set_apart(text_flow *flow, enum flow_pending by) {
    if (flow->line.pending < by)
        flow->line.pending = by;
}

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

void ingest_flow_collapsed(text_flow *flow, gdx_slice text) {
    const char *at = text.data, *end = at + text.bytes;
    while (at < end) {
        const char *from = at;
        while (at < end && is_blank(*at))
            at++;
        if (at > from)
            set_apart(flow, FLOW_SPACE);
        from = at;
        while (at < end && !is_blank(*at))
            at++;
        ingest_flow_text(flow, (gdx_slice){from, (size_t)(at - from)});
    }
}

void ingest_flow_line(text_flow *flow) {
    settle(flow);
    set_apart(flow, FLOW_LINE);
}

void ingest_flow_item(text_flow *flow) {
    ingest_flow_line(flow);
    flow->line.is_item_due = true;
}

void ingest_flow_items_end(text_flow *flow) {
    ingest_flow_line(flow);
    flow->line.is_item_left |= flow->line.has_item;
    flow->line.is_item_due = flow->line.has_item = false;
}

// ---- tables

void ingest_flow_table_begin(text_flow *flow) {
    settle(flow);
    flow->line.tables++;
    set_apart(flow, FLOW_LINE);
}

void ingest_flow_cell(text_flow *flow) {
    settle(flow);
    flow->line.is_bar_due = true;
}

void ingest_flow_row_end(text_flow *flow) {
    settle(flow);
    flow->line.is_bar_due = false;
    if (flow->line.is_row_open)
        put(flow, gdx_slice_of(" |"));
    flow->line.is_row_open = false;
    set_apart(flow, FLOW_LINE);
}

void ingest_flow_table_end(text_flow *flow) {
    ingest_flow_row_end(flow);
    if (flow->line.tables)
        flow->line.tables--;
}

// ---- parts and places

void ingest_flow_other_hand_begin(text_flow *flow) {
    settle(flow);
    gdx_draft_line_end(flow->draft);
    put_place(flow);
}

void ingest_flow_other_hand_end(text_flow *flow) {
    flow->line.is_empty = false;
    flow->line.pending = FLOW_LINE;
}

void ingest_flow_part_begin(text_flow *flow, gdx_field field) {
    settle(flow);
    if (field == GDX_FIELD_TEXT)
        field = flow->line.field;
    bool is_within_line = !flow->line.is_empty && flow->line.pending != FLOW_LINE;
    bool is_aside = flow->line.is_aside || field != GDX_FIELD_TEXT || is_within_line;
    if (flow->depth < GDX_DRAFT_DEPTH)
        flow->outer[flow->depth] = flow->line;
    if (flow->depth++ < GDX_DRAFT_DEPTH)
        flow->line = (flow_line){.is_empty = true, .field = field, .is_aside = is_aside};
    gdx_draft_begin_part(flow->draft, field);
    if (!is_aside && flow->head.bytes && flow->head.bytes < FLOW_HEAD_BYTES)
        keep_copy(flow, &flow->head, gdx_slice_of("\n"), FLOW_HEAD_BYTES);
}

void ingest_flow_part_end(text_flow *flow) {
    assert(flow->depth > 0);
    settle(flow);
    bool is_aside = flow->line.is_aside;
    gdx_draft_end_part(flow->draft);
    if (--flow->depth < GDX_DRAFT_DEPTH)
        flow->line = flow->outer[flow->depth];
    if (!is_aside && flow->head.bytes && flow->head.bytes < FLOW_HEAD_BYTES)
        keep_copy(flow, &flow->head, gdx_slice_of("\n"), FLOW_HEAD_BYTES);
}

// A name is one line.
static size_t in_one_line(char *text, size_t bytes) {
    size_t kept = 0;
    for (size_t i = 0; i < bytes; i++) {
        bool is_white = (unsigned char)text[i] <= ' ';
        if (!is_white || (kept && text[kept - 1] != ' '))
            text[kept++] = is_white ? ' ' : text[i];
    }
    return kept - (kept && text[kept - 1] == ' ');
}

void ingest_flow_place(text_flow *flow, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    settle(flow);
    int bytes = vsnprintf(flow->place, sizeof flow->place, format, arguments);
    va_end(arguments);
    if (bytes < 0)
        return;
    size_t have = (size_t)bytes < sizeof flow->place ? (size_t)bytes : sizeof flow->place - 1;
    have = gdx_utf8_cut((gdx_slice){flow->place, have}, FLOW_PLACE_BYTES).bytes;
    flow->place_bytes = in_one_line(flow->place, have);
    flow->is_place_due = true;
}

void ingest_flow_place_row(text_flow *flow, gdx_slice sheet, uint64_t row) {
    uint64_t first = (row - (row > 0)) / FLOW_ROWS_AT_ONCE * FLOW_ROWS_AT_ONCE + 1;
    if (flow->rows++ < FLOW_ROWS)
        ingest_flow_place(flow, "sheet %.*s row %llu", GDX_SLICE_ARGUMENTS(sheet), (unsigned long long)row);
    else
        ingest_flow_place(flow, "sheet %.*s rows %llu to %llu", GDX_SLICE_ARGUMENTS(sheet), (unsigned long long)first,
                          (unsigned long long)(first + FLOW_ROWS_AT_ONCE - 1));
}

// ---- the title

void ingest_flow_keep(text_flow *flow, gdx_buffer *to) {
    if (!flow->kept && to->bytes == 0)
        flow->kept = to;
}

void ingest_flow_keep_end(text_flow *flow) {
    flow->kept = NULL;
}

// One text with single spaces, for comparing; white space between Han characters means nothing, so it goes altogether.
static gdx_status squeeze(gdx_slice text, gdx_buffer *out) {
    out->bytes = 0;
    gdx_status status = gdx_buffer_reserve(out, text.bytes + 1);
    const char *at = text.data, *end = at + text.bytes;
    while (status == GDX_OK && at < end) {
        size_t white = gdx_white_bytes(at, end);
        if (white == 0)
            out->data[out->bytes++] = (uint8_t)*at;
        at += white ? white : 1;
    }
    return status;
}

static bool begins(gdx_slice text, const char *with) {
    size_t bytes = strlen(with);
    return text.bytes >= bytes && strncasecmp(text.data, with, bytes) == 0;
}

static bool ends(gdx_slice text, const char *with) {
    size_t bytes = strlen(with);
    return text.bytes > bytes && strncasecmp(text.data + text.bytes - bytes, with, bytes) == 0;
}

// What programs put in where nobody gave a title.
static bool is_no_title(gdx_slice title) {
    static const char *const starts[] = {"Microsoft Word", "PowerPoint ", "幻灯片 ", "Slide 1", "http://", "https://"};
    static const char *const whole[] = {"Table of Contents", "Contents", "目录",         "目錄",  "Untitled",
                                        "Unknown",           "未知",     "无标题",       "Title", "标题",
                                        "Word Document",     "Document", "Presentation", "Cover"};
    static const char *const endings[] = {".doc",  ".docx", ".ppt", ".pptx", ".xls", ".xlsx", ".odt",
                                          ".ods",  ".odp",  ".wps", ".rtf",  ".txt", ".pdf",  ".dot",
                                          ".dotx", ".html", ".htm", ".epub", ".fb2", ".indd"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (begins(title, starts[i]))
            return true;
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        if (begins(title, whole[i]) && title.bytes == strlen(whole[i]))
            return true;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (ends(title, endings[i]))
            return true;
    return title.bytes == 0;
}

static void squeeze_into(text_flow *flow, gdx_slice text, gdx_buffer *out) {
    if (squeeze(text, out) != GDX_OK) {
        flow->status = GDX_NO_MEMORY;
        out->bytes = 0;
    }
}

// *out_is_line: it is a whole line of the head. Any place of the head will do otherwise.
static bool stands_in(text_flow *flow, gdx_slice title, gdx_buffer squeezed[2], bool *out_is_line) {
    gdx_slice head = gdx_buffer_slice(&flow->head), rest = head, line;
    *out_is_line = false;
    squeeze_into(flow, title, &squeezed[0]);
    gdx_slice wanted = gdx_buffer_slice(&squeezed[0]);
    while (wanted.bytes && !*out_is_line && ingest_take_line(&rest, &line)) {
        squeeze_into(flow, line, &squeezed[1]);
        *out_is_line = gdx_slice_equal(wanted, gdx_buffer_slice(&squeezed[1]));
    }
    if (*out_is_line)
        return true;
    squeeze_into(flow, head, &squeezed[1]);
    return wanted.bytes && squeezed[1].bytes && memmem(squeezed[1].data, squeezed[1].bytes, wanted.data, wanted.bytes);
}

// Of "| 2023年统计表 |" what stands between the bars.
static gdx_slice without_bars(gdx_slice line) {
    line = gdx_trim(line);
    if (line.bytes >= 2 && line.data[0] == '|' && line.data[line.bytes - 1] == '|')
        line = gdx_trim((gdx_slice){line.data + 1, line.bytes - 2});
    return line;
}

gdx_status ingest_flow_finish(text_flow *flow, bool trusts_declared, gdx_error *err) {
    gdx_buffer squeezed[2] = {{0}};
    gdx_slice head = gdx_buffer_slice(&flow->head), declared = gdx_trim(gdx_buffer_slice(&flow->declared));
    gdx_slice title = {"", 0};
    bool is_line = true;
    settle(flow);
    if (!is_no_title(declared)) {
        bool is_there = stands_in(flow, declared, squeezed, &is_line);
        if (is_there || trusts_declared)
            title = declared;
    }
    const gdx_buffer *others[] = {&flow->named, &flow->heading};
    for (size_t i = 0; i < 2 && title.bytes == 0; i++) {
        title = gdx_trim(gdx_buffer_slice(others[i]));
        is_line = true;
    }
    if (title.bytes == 0)
        title = without_bars(ingest_first_line(head));
    gdx_draft_title(flow->draft, ingest_cut_title(title), is_line);
    gdx_buffer_clear(&squeezed[0]);
    gdx_buffer_clear(&squeezed[1]);
    return flow->status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "the title of a document");
}
