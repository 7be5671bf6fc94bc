// SPDX-License-Identifier: Apache-2.0
// concordance.c: occurrences one above the other, each match at the same column of the terminal.
// All is counted in columns as the terminal shows them: wide characters take two, combining ones none and stay with the
// character before them. An id is cut at its start, for ids of one folder differ at their end.

#include "concordance.h"
#include "target.h"

enum { ID_LEAST = 6, ID_MOST = 24, GAP = 2, MATCH_USUAL = 8, ROOM_EVEN = 24 };

static unsigned marks_width(const struct style *style) {
    bool is_coloured = *style->plain;
    return is_coloured ? 0 : (unsigned)(strlen(style->match_open) + strlen(style->match_close));
}

struct concordance concordance_of(const struct style *style, bool has_context) {
    unsigned id = style->width / 5;
    id = id < ID_LEAST ? ID_LEAST : id > ID_MOST ? ID_MOST : id;
    unsigned room = style->width - id - GAP - marks_width(style);
    unsigned before = room > ROOM_EVEN ? (room - MATCH_USUAL) / 2 : room / 3;
    before = has_context ? before : 0;
    return (struct concordance){.style = style, .id = id, .before = before, .rest = room - before};
}

unsigned concordance_symbols(const struct style *style) {
    return style->width / 2;
}

// The start of a text that takes at most so many columns.
static gdx_slice first_columns(gdx_slice text, size_t columns) {
    const char *at = text.data, *end = text.data + text.bytes;
    while (at < end) {
        const char *next = at;
        unsigned width = code_point_width(next_code_point(&next, end));
        if (width > columns)
            break;
        columns -= width;
        at = next;
    }
    return (gdx_slice){text.data, (size_t)(at - text.data)};
}

// The end of a text that takes at most so many columns. It does not start with a combining character.
static gdx_slice last_columns(gdx_slice text, size_t columns) {
    const char *at = text.data, *end = text.data + text.bytes;
    size_t left = text_width(text);
    bool was_cut = false;
    while (at < end) {
        const char *next = at;
        unsigned width = code_point_width(next_code_point(&next, end));
        if (left <= columns && !(was_cut && width == 0))
            break;
        was_cut = true;
        left -= width;
        at = next;
    }
    return (gdx_slice){at, (size_t)(end - at)};
}

// Prints a text, cut at its start or end to so many columns. Returns the columns it took.
static size_t print_start(gdx_slice text, size_t columns) {
    size_t width = text_width(text);
    bool is_cut = width > columns;
    gdx_slice shown = is_cut ? first_columns(text, columns ? columns - 1 : 0) : text;
    print_clean(stdout, shown);
    if (is_cut && columns)
        fputs("…", stdout);
    return is_cut ? columns : width;
}

static void print_end(gdx_slice text, size_t columns, bool at_right) {
    bool is_cut = text_width(text) > columns;
    gdx_slice shown = is_cut ? last_columns(text, columns ? columns - 1 : 0) : text;
    is_cut = is_cut && columns;
    int padding = (int)(columns - text_width(shown) - is_cut);
    printf("%*s%s", at_right ? padding : 0, "", is_cut ? "…" : "");
    print_clean(stdout, shown);
    printf("%*s", at_right ? 0 : padding, "");
}

// Behind the text, each after a space: the place, and that it is bridged.
static size_t labels_width(const gdx_slice *labels, size_t count) {
    size_t width = 0;
    for (size_t i = 0; i < count; i++)
        width += labels[i].bytes ? 1 + text_width(labels[i]) : 0;
    return width;
}

static void print_labels(const struct style *style, const gdx_slice *labels, size_t count) {
    fputs(style->dim, stdout);
    for (size_t i = 0; i < count; i++)
        if (labels[i].bytes) {
            putchar(' ');
            print_clean(stdout, labels[i]);
        }
    fputs(style->plain, stdout);
}

void concordance_print(const struct concordance *concordance, const Gramdex__V1__Occurrence *occurrence) {
    const struct style *style = concordance->style;
    fputs(style->dim, stdout);
    print_end(from_wire(occurrence->id), concordance->id, false);
    printf("%s%*s", style->plain, GAP, "");
    print_end(from_wire(occurrence->before), concordance->before, true);
    const gdx_slice labels[] = {occurrence->match ? from_wire(occurrence->match->place) : (gdx_slice){"", 0},
                                gdx_slice_of(occurrence->bridged ? "bridged" : "")};
    size_t width = labels_width(labels, sizeof labels / sizeof labels[0]);
    bool has_labels = width > 0 && concordance->rest > 2 * width;
    size_t rest = concordance->rest - (has_labels ? width : 0);
    fputs(style->match_open, stdout);
    size_t taken = print_start(from_wire(occurrence->matched), rest);
    fputs(style->match_close, stdout);
    print_start(from_wire(occurrence->after), rest - taken);
    if (has_labels)
        print_labels(style, labels, sizeof labels / sizeof labels[0]);
    putchar('\n');
}
