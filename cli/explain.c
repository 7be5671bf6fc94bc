// SPDX-License-Identifier: Apache-2.0
// explain.c: a page of Markdown as plain text. Paragraphs and items of lists are filled anew; examples, which are
// indented by four spaces or more and begin no sooner than a blank line ends, stay as they are. So do rows of tables,
// but of a table of two columns the second one stands below the first.

#include "explain.h"

#include <assert.h>
#include <ctype.h>

// docs/statistics.md and docs/query-language.md, each with a zero after it; made by CMakeLists.txt.
extern const char statistics_page[], query_language_page[];

enum { EXAMPLE_INDENT = 4, MARKER_MOST = 12 };

struct rendering {
    FILE *to;
    gdx_buffer paragraph;         // what is gathered of it
    char marker[MARKER_MOST + 1]; // of the item that it is, with its indent
};

static gdx_status flush_paragraph(struct rendering *self) {
    if (self->paragraph.bytes == 0)
        return GDX_OK;
    gdx_status status = gdx_buffer_append(&self->paragraph, "", 1);
    if (status != GDX_OK)
        return status;
    size_t indent = strlen(self->marker);
    fputs(self->marker, self->to);
    print_paragraph(self->to, (const char *)self->paragraph.data, indent, indent);
    self->paragraph.bytes = 0;
    self->marker[0] = 0;
    return GDX_OK;
}

// Leaves out ** and backquotes, and of a link what it leads to.
static gdx_status append_plain(gdx_buffer *out, gdx_slice line) {
    gdx_status status = out->bytes ? gdx_buffer_append(out, " ", 1) : GDX_OK;
    for (size_t at = 0; at < line.bytes && status == GDX_OK; at++) {
        bool is_strong = at + 1 < line.bytes && memcmp(line.data + at, "**", 2) == 0;
        bool is_link_end = at + 1 < line.bytes && memcmp(line.data + at, "](", 2) == 0;
        const char *end = is_link_end ? memchr(line.data + at, ')', line.bytes - at) : NULL;
        if (is_strong)
            at++;
        else if (end)
            at = (size_t)(end - line.data);
        else if (line.data[at] != '`' && line.data[at] != '[')
            status = gdx_buffer_append(out, line.data + at, 1);
    }
    return status;
}

// "- " or "3. "; 0: the line begins no item.
static size_t marker_bytes(gdx_slice line) {
    size_t digits = 0;
    if (line.bytes > 2 && memcmp(line.data, "- ", 2) == 0)
        return 2;
    while (digits < line.bytes && digits < 2 && isdigit((unsigned char)line.data[digits]))
        digits++;
    bool is_number = digits && line.bytes > digits + 2 && memcmp(line.data + digits, ". ", 2) == 0;
    return is_number ? digits + 2 : 0;
}

// ---- tables

enum { CELLS_MOST = 8 };

// "| a | b \\| c |" has two cells, "a" and "b \\| c". Returns how many there are.
static size_t split_row(gdx_slice row, gdx_slice cells[CELLS_MOST]) {
    size_t count = 0, begin = 1;
    for (size_t at = 1; at < row.bytes && count < CELLS_MOST; at++) {
        if (row.data[at] != '|' || row.data[at - 1] == '\\')
            continue;
        cells[count++] = (gdx_slice){row.data + begin, at - begin};
        begin = at + 1;
    }
    return count;
}

static gdx_slice trimmed(gdx_slice text) {
    while (text.bytes && text.data[0] == ' ')
        text = (gdx_slice){text.data + 1, text.bytes - 1};
    while (text.bytes && text.data[text.bytes - 1] == ' ')
        text.bytes--;
    return text;
}

// A cell without its marks, and a bar without the backslash before it.
static gdx_status append_cell(gdx_buffer *out, gdx_slice cell) {
    gdx_status status = append_plain(out, cell);
    size_t kept = 0;
    for (size_t at = 0; at < out->bytes; at++)
        if (out->data[at] != '\\' || at + 1 == out->bytes || out->data[at + 1] != '|')
            out->data[kept++] = out->data[at];
    out->bytes = kept;
    return status == GDX_OK ? gdx_buffer_append(out, "", 1) : status;
}

static gdx_status print_pair(struct rendering *self, const gdx_slice cells[2]) {
    gdx_buffer *text = &self->paragraph; // empty before and after a row
    for (size_t i = 0; i < 2; i++) {
        size_t indent = i * EXAMPLE_INDENT;
        gdx_status status = append_cell(text, trimmed(cells[i]));
        if (status != GDX_OK)
            return status;
        fprintf(self->to, "%*s", (int)indent, "");
        print_paragraph(self->to, (const char *)text->data, indent, indent);
        text->bytes = 0;
    }
    return GDX_OK;
}

static gdx_status print_row(struct rendering *self, gdx_slice line, gdx_slice row) {
    gdx_slice cells[CELLS_MOST];
    if (split_row(row, cells) == 2)
        return trimmed(cells[0]).data[0] == '-' ? GDX_OK : print_pair(self, cells);
    fprintf(self->to, "%.*s\n", GDX_SLICE_ARGUMENTS(line));
    return GDX_OK;
}

// ---- lines

static gdx_status print_as_it_stands(struct rendering *self, gdx_slice line, gdx_slice rest) {
    if (rest.bytes && rest.data[0] == '|')
        return print_row(self, line, rest);
    fprintf(self->to, "%.*s\n", GDX_SLICE_ARGUMENTS(line));
    return GDX_OK;
}

static gdx_status print_line(struct rendering *self, gdx_slice line) {
    size_t indent = 0;
    while (indent < line.bytes && line.data[indent] == ' ')
        indent++;
    gdx_slice rest = {line.data + indent, line.bytes - indent};
    bool is_example = indent >= EXAMPLE_INDENT && self->paragraph.bytes == 0;
    bool is_as_it_stands = rest.bytes == 0 || is_example || rest.data[0] == '|' || rest.data[0] == '#';
    size_t marker = is_as_it_stands ? 0 : marker_bytes(rest);
    if (is_as_it_stands || marker) {
        gdx_status status = flush_paragraph(self);
        if (status != GDX_OK)
            return status;
    }
    if (is_as_it_stands)
        return print_as_it_stands(self, line, rest);
    if (marker)
        snprintf(self->marker, sizeof self->marker, "%*s%.*s", indent < EXAMPLE_INDENT ? (int)indent : EXAMPLE_INDENT,
                 "", (int)marker, rest.data);
    return append_plain(&self->paragraph, (gdx_slice){rest.data + marker, rest.bytes - marker});
}

// ---- sections

static gdx_status print_lines(struct rendering *self, gdx_slice text) {
    gdx_status status = GDX_OK;
    for (size_t at = 0; at < text.bytes && status == GDX_OK;) {
        const char *end = memchr(text.data + at, '\n', text.bytes - at);
        size_t bytes = end ? (size_t)(end - text.data) - at : text.bytes - at;
        status = print_line(self, (gdx_slice){text.data + at, bytes});
        at += bytes + 1;
    }
    return status == GDX_OK ? flush_paragraph(self) : status;
}

// What stands below a heading, up to the next one.
static gdx_slice find_section(gdx_slice name) {
    static const char start[] = "\n## ";
    for (const char *at = statistics_page; (at = strstr(at, start)); at++) {
        const char *heading = at + sizeof start - 1;
        if (strncmp(heading, name.data, name.bytes) != 0 || heading[name.bytes] != '\n')
            continue;
        const char *begin = heading + name.bytes, *end = strstr(begin, start);
        return (gdx_slice){begin + 1, end ? (size_t)(end - begin - 1) : strlen(begin + 1)};
    }
    assert(false && "a command is explained by a section that is not there");
    return (gdx_slice){"", 0};
}

static gdx_status print_section(struct rendering *self, gdx_slice name) {
    fprintf(self->to, "%.*s\n", GDX_SLICE_ARGUMENTS(name));
    return print_lines(self, find_section(name));
}

gdx_status explain_print(FILE *to, const char *names, gdx_error *err) {
    struct rendering self = {.to = to};
    gdx_status status = GDX_OK;
    for (const char *at = names; *at && status == GDX_OK;) {
        size_t bytes = strcspn(at, "\n");
        fputs(at == names ? "" : "\n", to);
        status = print_section(&self, (gdx_slice){at, bytes});
        at += bytes + (at[bytes] == '\n');
    }
    gdx_buffer_clear(&self.paragraph);
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "the explanation");
}

gdx_status explain_print_queries(FILE *to, gdx_error *err) {
    struct rendering self = {.to = to};
    gdx_status status = print_lines(&self, gdx_slice_of(query_language_page));
    gdx_buffer_clear(&self.paragraph);
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "the page");
}
