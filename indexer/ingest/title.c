// SPDX-License-Identifier: Apache-2.0
// title.c: is a title a line of its own text? Then it is a name for that place, and its symbols count once. A title
// that a page or a front matter gives may be such a line too: it is one if the symbols are the same, so that case,
// width, line breaks and marks of typography do not matter. Relies on page.h, gdx/text.h.

#include "page.h"

#include "gdx/white.h"

enum { FOLDING_MOST = 4 }; // of two texts with the same symbols one has at most so many times the bytes of the other

static bool is_same(const gdx_symbols *a, const gdx_symbols *b) {
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        uint32_t x = a->symbols[i], y = b->symbols[i];
        bool words = x & y & GDX_WORD_FLAG;
        if (words ? !gdx_slice_equal(gdx_symbols_word(a, x & ~GDX_WORD_FLAG), gdx_symbols_word(b, y & ~GDX_WORD_FLAG))
                  : x != y)
            return false;
    }
    return true;
}

// "## Title ##" -> "Title".
static gdx_slice without_marks(gdx_slice line) {
    while (line.bytes && line.data[0] == '#')
        line = (gdx_slice){line.data + 1, line.bytes - 1};
    while (line.bytes && line.data[line.bytes - 1] == '#')
        line.bytes--;
    return gdx_trim(line);
}

// Of a page: "| Title |", a heading in a cell (html_text.c).
static gdx_slice without_borders(gdx_slice line) {
    static const char *const marks[] = {"|", "▪"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t bytes = strlen(marks[i]);
        if (line.bytes > bytes && memcmp(line.data, marks[i], bytes) == 0)
            line = gdx_trim((gdx_slice){line.data + bytes, line.bytes - bytes});
        if (line.bytes > bytes && memcmp(line.data + line.bytes - bytes, marks[i], bytes) == 0)
            line = gdx_trim((gdx_slice){line.data, line.bytes - bytes});
    }
    return line;
}

// A line that may be a heading: of a page any block, of Markdown one with marks, of all others the first alone.
static bool may_name(gdx_input_kind kind, gdx_slice *line, bool is_first) {
    bool is_marked = kind == GDX_INPUT_MARKDOWN && line->bytes && line->data[0] == '#';
    if (is_marked)
        *line = without_marks(*line);
    if (kind == GDX_INPUT_HTML)
        *line = without_borders(*line);
    return is_first || is_marked || kind == GDX_INPUT_HTML;
}

gdx_status ingest_title_is_line(page_reader *reader, gdx_input_kind kind, const gdx_document *document, bool *out) {
    const gdx_rule *rule = gdx_rule_current();
    gdx_slice rest = document->text, line;
    bool is_first = true;
    *out = false;
    gdx_status status = gdx_text_symbols(rule, document->title, 0, &reader->title_symbols);
    while (status == GDX_OK && !*out && reader->title_symbols.count && ingest_take_line(&rest, &line)) {
        line = gdx_trim(line);
        if (line.bytes == 0)
            continue;
        bool is_tried = may_name(kind, &line, is_first) && line.bytes <= document->title.bytes * FOLDING_MOST &&
                        document->title.bytes <= line.bytes * FOLDING_MOST;
        is_first = false;
        if (!is_tried)
            continue;
        status = gdx_text_symbols(rule, line, 0, &reader->line_symbols);
        *out = status == GDX_OK && is_same(&reader->title_symbols, &reader->line_symbols);
    }
    return status;
}
