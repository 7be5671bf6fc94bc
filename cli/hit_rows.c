// SPDX-License-Identifier: Apache-2.0
// hit_rows.c: hits and occurrences as rows for other programs. See hits.h.
// A snippet has its matches between **, as search prints it elsewhere than on a terminal.

#include "hits.h"
#include "target.h"

static const struct table_column hit_columns[] = {
    {"rank", TABLE_NUMBER, 0},        {"id", TABLE_TEXT, 0},        {"title", TABLE_TEXT, 0},
    {"date", TABLE_TEXT, 0},          {"source", TABLE_TEXT, 0},    {"score", TABLE_NUMBER, 0},
    {"occurrences", TABLE_NUMBER, 0}, {"bridged", TABLE_NUMBER, 0}, {"field", TABLE_TEXT, 0},
    {"place", TABLE_TEXT, 0},         {"snippet", TABLE_TEXT, 0},
};
static const struct table_column occurrence_columns[] = {
    {"id", TABLE_TEXT, 0},        {"title", TABLE_TEXT, 0},  {"date", TABLE_TEXT, 0},    {"source", TABLE_TEXT, 0},
    {"field", TABLE_TEXT, 0},     {"part", TABLE_NUMBER, 0}, {"begin", TABLE_NUMBER, 0}, {"end", TABLE_NUMBER, 0},
    {"place", TABLE_TEXT, 0},     {"before", TABLE_TEXT, 0}, {"matched", TABLE_TEXT, 0}, {"after", TABLE_TEXT, 0},
    {"bridged", TABLE_NUMBER, 0},
};

struct table *hits_table(const struct output *output) {
    return table_open(hit_columns, sizeof hit_columns / sizeof *hit_columns, output);
}

struct table *occurrences_table(const struct output *output) {
    return table_open(occurrence_columns, sizeof occurrence_columns / sizeof *occurrence_columns, output);
}

static gdx_status join_pieces(const Gramdex__V1__Snippet *snippet, gdx_buffer *out) {
    gdx_status status = gdx_buffer_append_format(out, "%s", snippet->at_start ? "" : "…");
    for (size_t i = 0; i < snippet->n_pieces && status == GDX_OK; i++) {
        const char *mark = snippet->pieces[i]->matched ? "**" : "";
        status = gdx_buffer_append_format(out, "%s%.*s%s", mark,
                                          GDX_SLICE_ARGUMENTS(from_wire(snippet->pieces[i]->text)), mark);
    }
    return status == GDX_OK ? gdx_buffer_append_format(out, "%s", snippet->at_end ? "" : "…") : status;
}

void hit_row(struct table *table, const Gramdex__V1__Hit *hit, uint64_t number) {
    const Gramdex__V1__Snippet *snippet = hit->snippet;
    gdx_buffer text = {0};
    bool has_text = snippet && snippet->n_pieces && join_pieces(snippet, &text) == GDX_OK;
    if (snippet && snippet->n_pieces && !has_text)
        table_fail(table);
    table_count(table, number);
    table_text(table, from_wire(hit->id));
    table_text(table, from_wire(hit->title));
    table_text(table, from_wire(hit->date));
    table_text(table, from_wire(hit->source));
    table_real(table, hit->score, 3);
    table_count(table, hit->occurrences);
    table_count(table, hit->bridged);
    table_text(table, gdx_slice_of(snippet ? field_name(snippet->field) : ""));
    table_text(table, snippet ? from_wire(snippet->place) : gdx_slice_of(""));
    table_text(table, gdx_buffer_slice(&text));
    gdx_buffer_clear(&text);
}

void occurrence_row(struct table *table, const Gramdex__V1__Occurrence *occurrence) {
    static const Gramdex__V1__Match none = GRAMDEX__V1__MATCH__INIT;
    const Gramdex__V1__Match *match = occurrence->match ? occurrence->match : &none;
    table_text(table, from_wire(occurrence->id));
    table_text(table, from_wire(occurrence->title));
    table_text(table, from_wire(occurrence->date));
    table_text(table, from_wire(occurrence->source));
    table_text(table, gdx_slice_of(field_name(match->field)));
    table_count(table, match->part);
    table_count(table, match->begin);
    table_count(table, match->end);
    table_text(table, from_wire(match->place));
    table_text(table, from_wire(occurrence->before));
    table_text(table, from_wire(occurrence->matched));
    table_text(table, from_wire(occurrence->after));
    table_count(table, occurrence->bridged);
}
