// SPDX-License-Identifier: Apache-2.0
// hits.c: how hits and occurrences look.
// A snippet is wrapped by columns here and not by the terminal, because continued lines are indented; a line may break
// at a space or beside any wide character. Elsewhere than on a terminal it stays one line, for grep.

#include "hits.h"
#include "target.h"

#include <inttypes.h>

const char *field_name(Gramdex__V1__Field field) {
    switch (field) {
    case GRAMDEX__V1__FIELD__FIELD_TITLE:
        return "title";
    case GRAMDEX__V1__FIELD__FIELD_NOTE:
        return "note";
    case GRAMDEX__V1__FIELD__FIELD_CAPTION:
        return "caption";
    case GRAMDEX__V1__FIELD__FIELD_FURNITURE:
        return "furniture";
    default:
        return "text";
    }
}

void field_print(Gramdex__V1__Field field, uint32_t part) {
    fputs(field_name(field), stdout);
    if (part)
        printf("[%" PRIu32 "]", part);
}

enum { INDENT = 4 };

struct wrapping {
    const struct style *style;
    unsigned column;  // where the next character goes, the indent not counted
    unsigned room;    // columns; 0: never wrap
    bool is_in_match; // its colour has to be set again on a new line
};

static void new_line(struct wrapping *wrapping) {
    if (wrapping->is_in_match)
        fputs(wrapping->style->plain, stdout);
    printf("\n%*s", INDENT, "");
    if (wrapping->is_in_match && *wrapping->style->plain)
        fputs(wrapping->style->match_open, stdout);
    wrapping->column = 0;
}

// The columns of what must stay together from `at` on: one wide character, or a word up to the next space or wide one.
static unsigned unbroken_width(const char *at, const char *end) {
    unsigned width = 0;
    while (at < end) {
        uint32_t code_point = next_code_point(&at, end);
        unsigned columns = code_point_width(code_point);
        if (code_point == ' ' || columns == 2)
            return width ? width : columns;
        width += columns;
    }
    return width;
}

static void print_wrapped(struct wrapping *wrapping, gdx_slice text) {
    const char *end = text.data + text.bytes;
    bool may_break = true;
    for (const char *at = text.data; at < end;) {
        if (may_break && wrapping->room && wrapping->column > 0 &&
            wrapping->column + unbroken_width(at, end) > wrapping->room)
            new_line(wrapping);
        const char *from = at;
        uint32_t code_point = next_code_point(&at, end);
        if (code_point == ' ' && wrapping->column == 0 && wrapping->room)
            continue;
        unsigned columns = code_point_width(code_point);
        print_clean(stdout, (gdx_slice){from, (size_t)(at - from)});
        wrapping->column += columns;
        may_break = code_point == ' ' || columns == 2;
    }
}

static void print_mark(struct wrapping *wrapping, const char *mark) {
    fputs(mark, stdout);
    if (!*wrapping->style->plain) // no colour: the marks are characters
        wrapping->column += (unsigned)strlen(mark);
}

static void print_snippet(const struct style *style, const Gramdex__V1__Snippet *snippet) {
    unsigned room = style->is_terminal ? style->width - INDENT : 0;
    struct wrapping wrapping = {.style = style, .room = room};
    printf("%*s", INDENT, "");
    if (!snippet->at_start)
        print_wrapped(&wrapping, gdx_slice_of("…"));
    for (size_t i = 0; i < snippet->n_pieces; i++) {
        const Gramdex__V1__Piece *piece = snippet->pieces[i];
        wrapping.is_in_match = piece->matched;
        if (piece->matched)
            print_mark(&wrapping, style->match_open);
        print_wrapped(&wrapping, from_wire(piece->text));
        if (piece->matched)
            print_mark(&wrapping, style->match_close);
    }
    wrapping.is_in_match = false;
    if (!snippet->at_end)
        print_wrapped(&wrapping, gdx_slice_of("…"));
    putchar('\n');
}

void hit_print(const struct style *style, const Gramdex__V1__Hit *hit, uint64_t number) {
    char count[NUMBER_TEXT_BYTES];
    printf("%2" PRIu64 ". %s", number, style->bold);
    print_clean(stdout, hit->title.len ? from_wire(hit->title) : gdx_slice_of("(no title)"));
    printf("%s\n%*s%s", style->plain, INDENT, "", style->dim);
    print_clean(stdout, from_wire(hit->id));
    const Gramdex__V1__Snippet *snippet = hit->snippet;
    bool is_beside = snippet && snippet->field > GRAMDEX__V1__FIELD__FIELD_TEXT;
    const gdx_slice facts[] = {from_wire(hit->date), from_wire(hit->source),
                               gdx_slice_of(is_beside ? field_name(snippet->field) : ""),
                               snippet ? from_wire(snippet->place) : (gdx_slice){"", 0}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (facts[i].bytes) {
            fputs(" · ", stdout);
            print_clean(stdout, facts[i]);
        }
    if (hit->score != 0)
        printf(" · score %.3f", hit->score);
    if (hit->bridged)
        fputs(" · bridged", stdout);
    printf(" · %s%s\n", format_counted(hit->occurrences, "occurrence", "occurrences", count), style->plain);
    if (snippet && snippet->n_pieces)
        print_snippet(style, snippet);
    putchar('\n');
}

void bridged_print(uint64_t bridged_occurrences) {
    char count[NUMBER_TEXT_BYTES];
    if (bridged_occurrences > 0)
        printf(" · %s bridged", format_count(bridged_occurrences, count));
}

void totals_print(const Gramdex__V1__SearchResponse *reply, uint64_t first, uint64_t last, uint64_t took_us) {
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    format_duration(took_us * 1000, took);
    if (reply->documents == 0 && reply->bridged_occurrences == 0) {
        printf("no document matches · %s\n", took);
        return;
    }
    printf("%s, %s", format_counted(reply->documents, "document", "documents", documents),
           format_counted(reply->occurrences, "occurrence", "occurrences", occurrences));
    bridged_print(reply->bridged_occurrences);
    if (last && last - first + 1 < reply->documents)
        printf(" · shown %" PRIu64 " to %" PRIu64, first, last);
    bool is_partial = reply->answer && !reply->answer->complete;
    printf(" · %s%s\n", took, is_partial ? " · incomplete: a part of the index could not be read" : "");
}

// "text:0-9"; "note[1]:0-9 page 3" for the second note.
static void print_match(const Gramdex__V1__Match *match) {
    putchar('\t');
    field_print(match->field, match->part);
    printf(":%" PRIu64 "-%" PRIu64, match->begin, match->end);
    if (match->place.len) {
        putchar(' ');
        print_clean(stdout, from_wire(match->place));
    }
}

void occurrence_print(const struct style *style, const Gramdex__V1__Occurrence *occurrence) {
    const Gramdex__V1__Match *match = occurrence->match;
    fputs(style->dim, stdout);
    print_clean(stdout, from_wire(occurrence->id));
    if (match)
        print_match(match);
    printf("%s\t", style->plain);
    print_clean(stdout, from_wire(occurrence->before));
    fputs(style->match_open, stdout);
    print_clean(stdout, from_wire(occurrence->matched));
    fputs(style->match_close, stdout);
    print_clean(stdout, from_wire(occurrence->after));
    fputs(occurrence->bridged ? "\tbridged\n" : "\n", stdout);
}
