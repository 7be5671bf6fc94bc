// SPDX-License-Identifier: Apache-2.0
// hits.c: how hits and occurrences look.
// A snippet is wrapped by columns here and not by the terminal, because continued lines are indented; a line may break
// at a space or beside any wide character. Elsewhere than on a terminal it stays one line, for grep.

#include "hits.h"
#include "report.h"

#include <inttypes.h>

static const char *field_name(gdx_field field) {
    return field == GDX_FIELD_TITLE ? "title" : "text";
}

// ---- JSON

static json_t *match_to_json(const gdx_match *match) {
    return json_pack("{s:s,s:I,s:I}", "field", field_name(match->field), "begin", (json_int_t)match->begin, "end",
                     (json_int_t)match->end);
}

static json_t *matches_to_json(const gdx_hit *hit) {
    json_t *array = json_array();
    for (size_t i = 0; array && i < hit->match_count; i++) {
        if (json_array_append_new(array, match_to_json(&hit->matches[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *marks_to_json(const gdx_hit *hit) {
    json_t *array = json_array();
    for (size_t i = 0; array && i < hit->mark_count; i++) {
        json_t *value = json_pack("{s:i,s:i}", "begin", (int)hit->marks[i].begin, "end", (int)hit->marks[i].end);
        if (json_array_append_new(array, value) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *snippet_to_json(const gdx_hit *hit) {
    return json_pack("{s:o,s:o,s:s,s:b,s:b}", "text", json_text(hit->snippet), "marks", marks_to_json(hit), "field",
                     field_name(hit->snippet_field), "begins", (int)hit->snippet_begins, "ends",
                     (int)hit->snippet_ends);
}

static json_t *hit_to_json(const gdx_hit *hit) {
    return json_pack("{s:o,s:o,s:o,s:o,s:f,s:I,s:o,s:o,s:o,s:I}", "id", json_text(hit->id), "title",
                     json_text(hit->title), "date", json_date(hit->date), "source", json_text(hit->source), "score",
                     hit->score, "occurrences", (json_int_t)hit->occurrences, "snippet", snippet_to_json(hit),
                     "matches", matches_to_json(hit), "metadata", json_metadata(hit->metadata), "length",
                     (json_int_t)hit->length);
}

json_t *hits_to_json(gdx_slice query, const gdx_results *results, const struct answer_info *info) {
    json_t *hits = json_array();
    for (size_t i = 0; hits && i < results->hit_count; i++)
        if (json_array_append_new(hits, hit_to_json(&results->hits[i])) != 0) {
            json_decref(hits);
            return NULL;
        }
    return json_pack("{s:o,s:I,s:I,s:o,s:b,s:I,s:I}", "query", json_text(query), "documents",
                     (json_int_t)results->documents, "occurrences", (json_int_t)results->occurrences, "hits", hits,
                     "complete", (int)info->is_complete, "commit", (json_int_t)info->commit, "took_us",
                     (json_int_t)(info->took_ns / 1000));
}

json_t *occurrence_to_json(const gdx_occurrence *occurrence) {
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:I,s:o,s:o,s:o}", "id", json_text(occurrence->id), "title",
                     json_text(occurrence->title), "date", json_date(occurrence->date), "source",
                     json_text(occurrence->source), "match", match_to_json(&occurrence->match), "position",
                     (json_int_t)occurrence->position, "before", json_text(occurrence->before), "matched",
                     json_text(occurrence->matched), "after", json_text(occurrence->after));
}

// ---- for people

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

static void print_snippet(const struct style *style, const gdx_hit *hit) {
    unsigned room = style->is_terminal ? style->width - INDENT : 0;
    struct wrapping wrapping = {.style = style, .room = room};
    const char *text = hit->snippet.data;
    printf("%*s", INDENT, "");
    if (!hit->snippet_begins)
        print_wrapped(&wrapping, gdx_slice_of("…"));
    size_t at = 0;
    for (size_t i = 0; i < hit->mark_count; i++) {
        print_wrapped(&wrapping, (gdx_slice){text + at, hit->marks[i].begin - at});
        print_mark(&wrapping, style->match_open);
        wrapping.is_in_match = true;
        print_wrapped(&wrapping, (gdx_slice){text + hit->marks[i].begin, hit->marks[i].end - hit->marks[i].begin});
        wrapping.is_in_match = false;
        print_mark(&wrapping, style->match_close);
        at = hit->marks[i].end;
    }
    print_wrapped(&wrapping, (gdx_slice){text + at, hit->snippet.bytes - at});
    if (!hit->snippet_ends)
        print_wrapped(&wrapping, gdx_slice_of("…"));
    putchar('\n');
}

static void print_hit(const struct style *style, const gdx_hit *hit, uint64_t number) {
    char count[NUMBER_TEXT_BYTES], date[GDX_DATE_TEXT_BYTES];
    printf("%2" PRIu64 ". %s", number, style->bold);
    print_clean(stdout, hit->title.bytes ? hit->title : gdx_slice_of("(no title)"));
    printf("%s\n%*s%s", style->plain, INDENT, "", style->dim);
    print_clean(stdout, hit->id);
    if (hit->date != GDX_NO_DATE)
        printf(" · %s", gdx_date_format(hit->date, date));
    if (hit->source.bytes) {
        fputs(" · ", stdout);
        print_clean(stdout, hit->source);
    }
    if (hit->score != 0)
        printf(" · score %.3f", hit->score);
    printf(" · %s %s%s\n", format_count(hit->occurrences, count), plural(hit->occurrences, "occurrence", "occurrences"),
           style->plain);
    if (hit->snippet.bytes)
        print_snippet(style, hit);
}

void hits_print(const struct style *style, const gdx_results *results, const gdx_search_options *options,
                const struct answer_info *info) {
    for (size_t i = 0; i < results->hit_count; i++) {
        print_hit(style, &results->hits[i], options->offset + i + 1);
        putchar('\n');
    }
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    if (results->documents == 0) {
        printf("no document matches · %s\n", format_duration(info->took_ns, took));
        return;
    }
    printf("%s %s, %s %s", format_count(results->documents, documents),
           plural(results->documents, "document", "documents"), format_count(results->occurrences, occurrences),
           plural(results->occurrences, "occurrence", "occurrences"));
    if (results->hit_count && results->hit_count < results->documents)
        printf(" · shown %" PRIu64 " to %" PRIu64, options->offset + 1, options->offset + results->hit_count);
    printf(" · %s%s\n", format_duration(info->took_ns, took),
           info->is_complete ? "" : " · incomplete: the work was cut short");
}

void occurrence_print(const struct style *style, const gdx_occurrence *occurrence) {
    fputs(style->dim, stdout);
    print_clean(stdout, occurrence->id);
    printf("\t%s:%" PRIu64 "-%" PRIu64 "%s\t", field_name(occurrence->match.field), occurrence->match.begin,
           occurrence->match.end, style->plain);
    print_clean(stdout, occurrence->before);
    fputs(style->match_open, stdout);
    print_clean(stdout, occurrence->matched);
    fputs(style->match_close, stdout);
    print_clean(stdout, occurrence->after);
    putchar('\n');
}
