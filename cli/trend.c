// SPDX-License-Identifier: Apache-2.0
// trend.c: `gramdex trend`: documents and occurrences for each year, month or day, with the rate per million symbols.
// The plot shows the rate, not the count: a year with more text has more of everything.

#include "asking.h"
#include "command.h"
#include "report.h"
#include "terminal.h"

struct trend_command {
    struct asking asking;
    Gramdex__V1__Period period;
    struct style style;
};

static const char *const period_names[] = {
    [GRAMDEX__V1__PERIOD__PERIOD_YEAR] = "year",
    [GRAMDEX__V1__PERIOD__PERIOD_MONTH] = "month",
    [GRAMDEX__V1__PERIOD__PERIOD_DAY] = "day",
};

static Gramdex__V1__Period parse_period(struct argp_state *state, const char *text) {
    for (unsigned i = 1; i < sizeof period_names / sizeof period_names[0]; i++)
        if (strcmp(text, period_names[i]) == 0)
            return (Gramdex__V1__Period)i;
    argp_error(state, "--by %s: expected year, month or day", text);
    return GRAMDEX__V1__PERIOD__PERIOD_YEAR;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct trend_command *self = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &self->asking;
        return 0;
    case 'b':
        self->period = parse_period(state, argument);
        return 0;
    case ARGP_KEY_ARG:
        asking_add_word(&self->asking, state, argument);
        return 0;
    case ARGP_KEY_END:
        asking_end(&self->asking, state, "QUERY");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options =
        (const struct argp_option[]){
            {"by", 'b', "PERIOD", 0, "year (as if not given), month or day", 0},
            {0},
        },
    .parser = parse,
    .args_doc = "QUERY",
    .doc = "How often a query's phrases stand in the documents of each period, and how often among a million symbols. "
           "Documents whose date is missing, or less precise than the period, come last."
           "\v"
           "examples:\n"
           "  gramdex trend --index corpus.gdx 友岸外包\n"
           "  gramdex trend --index corpus.gdx --by month '关税 date:2022..2024 source:news'\n",
    .children = (const struct argp_child[]){{&asking_argp, 0, NULL, 0}, {0}},
};

enum { TABLE_COLUMNS = 51, BAR_LEAST = 10 }; // columns before the bar

static void print_row(const struct style *style, const Gramdex__V1__TrendRow *row, double highest) {
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES];
    unsigned room = style->width > TABLE_COLUMNS + BAR_LEAST ? style->width - TABLE_COLUMNS - 1 : BAR_LEAST;
    gdx_slice period = row->period.len ? from_wire(row->period) : gdx_slice_of("no date");
    printf("%-10.*s %10s %12s %14.1f  ", GDX_SLICE_ARGUMENTS(period), format_count(row->documents, documents),
           format_count(row->occurrences, occurrences), row->per_million);
    unsigned eighths = highest > 0 ? (unsigned)(row->per_million / highest * room * 8 + 0.5) : 0;
    print_bar(stdout, eighths == 0 && row->occurrences > 0 ? 1 : eighths);
    putchar('\n');
}

static void print_trend(const struct style *style, const Gramdex__V1__TrendResponse *trend) {
    double highest = 0;
    for (size_t i = 0; i < trend->n_rows; i++)
        highest = trend->rows[i]->per_million > highest ? trend->rows[i]->per_million : highest;
    printf("%s%-10s %10s %12s %14s%s\n", style->bold, "date", "documents", "occurrences", "per million", style->plain);
    for (size_t i = 0; i < trend->n_rows; i++)
        print_row(style, trend->rows[i], highest);
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%-10s %10s %12s\n\n%s%s · per million symbols of the period's documents%s\n", "all",
           format_count(trend->documents, documents), format_count(trend->occurrences, occurrences), style->dim,
           format_took(trend->answer, took), style->plain);
}

struct printing {
    const struct style *style;
    gdx_slice query;
    bool as_json;
};

static gdx_status print(void *context, const ProtobufCMessage *message, gdx_error *err) {
    const struct printing *printing = context;
    if (printing->as_json)
        return json_answer("trend", printing->query, message, err);
    print_trend(printing->style, (const Gramdex__V1__TrendResponse *)message);
    return GDX_OK;
}

static gdx_status answer(gdx_target *target, void *context, gdx_slice query, bool as_json, gdx_error *err) {
    const struct trend_command *self = context;
    Gramdex__V1__TrendRequest request = GRAMDEX__V1__TREND_REQUEST__INIT;
    struct printing printing = {&self->style, query, as_json};
    request.query = to_wire(query);
    request.by = self->period;
    return gdx_ask(target, SEARCH_OPERATION("Trend"), &request.base, print, &printing, err);
}

int command_trend(int argc, char **argv) {
    struct trend_command self = {.period = GRAMDEX__V1__PERIOD__PERIOD_YEAR, .style = style_of(stdout)};
    if (!parse_options(&argp, argc, argv, &self))
        return EXIT_FAILED;
    return ask_all(argv[0], &self.asking, answer, &self);
}
