// SPDX-License-Identifier: Apache-2.0
// dispersion.c: `gramdex dispersion`: how evenly occurrences lie over periods, sources or documents.

#include "asking.h"
#include "report.h"

#include <math.h>

struct dispersion_command {
    struct asking asking;
    const char *by;
    uint32_t limit;
};

static const struct option_table dispersion_table = {
    NULL,
    (const struct option[]){
        TEXT_ROW(struct dispersion_command, by, "by", "PARTS", "year, quarter, month, week, day, source or",
                 .letter = 'b', .more = "document. Without it: month."),
        LIMIT_ROW(struct dispersion_command, limit, 10000, "rows by document, at most 10000 (100)"),
        {0},
    },
};

static const struct table_column columns[] = {
    {"part", TABLE_TEXT, 0},      {"occurrences", TABLE_NUMBER, 0},
    {"symbols", TABLE_NUMBER, 2}, {"per_million", TABLE_NUMBER, 0},
    {"bar", TABLE_BAR, 1},
};

static gdx_status print_rows(const struct dispersion_command *self, const Gramdex__V1__DispersionResponse *reply,
                             gdx_error *err) {
    const struct output *output = &self->asking.output;
    struct table *table = table_open(columns, sizeof columns / sizeof *columns, output);
    for (size_t i = 0; i < reply->n_rows; i++) {
        const Gramdex__V1__DispersionRow *row = reply->rows[i];
        bool is_unnamed = row->part.len == 0 && output->form == OUTPUT_TEXT;
        bool by_source = self->by && strcmp(self->by, "source") == 0;
        table_text(table, is_unnamed ? gdx_slice_of(by_source ? "no source" : "no date") : from_wire(row->part));
        table_count(table, row->occurrences);
        table_count(table, row->symbols);
        table_real(table, row->per_million, 1);
    }
    return table_close(table, err);
}

static void print_measure(const char *name, double value, const char *meaning) {
    char text[NUMBER_TEXT_BYTES] = "-";
    if (isfinite(value))
        snprintf(text, sizeof text, "%.3f", value);
    printf("%-12s %7s  %s\n", name, text, meaning);
}

static void print_measures(const Gramdex__V1__DispersionResponse *reply) {
    char with[NUMBER_TEXT_BYTES], parts[NUMBER_TEXT_BYTES], count[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    putchar('\n');
    print_measure("DP", reply->dp, "0: even over all text; near 1: in one small part");
    print_measure("DP norm", reply->dp_norm, "the same, 1 at most");
    print_measure("Juilland's D", reply->juilland_d, "1: even over all parts; 0: in one of equal parts");
    printf("\n%s of %s parts · %s · %s\n", format_count(reply->parts_with, with), format_count(reply->parts, parts),
           format_counted(reply->occurrences, "occurrence", "occurrences", count), format_took(reply->answer, took));
}

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct dispersion_command *self = asked->settings;
    const Gramdex__V1__DispersionResponse *reply = (const Gramdex__V1__DispersionResponse *)message;
    gdx_status status = print_rows(self, reply, err);
    if (self->asking.output.form == OUTPUT_TEXT)
        print_measures(reply);
    return status;
}

static gdx_status answer(const struct asked *asked, gdx_error *err) {
    const struct dispersion_command *self = asked->settings;
    Gramdex__V1__DispersionRequest request = GRAMDEX__V1__DISPERSION_REQUEST__INIT;
    request.query = to_wire(asked->query);
    request.by = option_to_wire(self->by);
    request.limit = self->limit;
    return asked_print(asked, "Dispersion", &request.base, print, err);
}

const struct command command_dispersion = {
    .title = "gramdex dispersion",
    .summary = "how evenly it lies over months, sources, documents",
    .arguments = "QUERY",
    .description = "Measure how evenly a query's phrases lie over parts of the collection: an even term is part of its "
                   "language, a clumped one belongs to an event, a paper or an author.",
    .examples = (const char *const[]){"gramdex dispersion --index corpus.gdx 友岸外包",
                                      "gramdex dispersion --index corpus.gdx --by source '关税 date:2023..'", NULL},
    .explained_in = "Dispersion",
    .groups = {{&dispersion_table, 0}, ASKING_GROUPS(struct dispersion_command, asking), {0}},
    ASKING_MEMBERS(struct dispersion_command, asking),
    .check = asking_check,
    .answer = answer,
    .run = ask_all,
};
