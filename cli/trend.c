// SPDX-License-Identifier: Apache-2.0
// trend.c: `gramdex trend`: documents and occurrences for each year, month or day, with the rate per million symbols.
// The plot shows the rate, not the count: a year with more text has more of everything.

#include "asking.h"
#include "command.h"
#include "report.h"
#include "terminal.h"

struct trend_command {
    struct asking asking;
    unsigned period; // number in period_names
    struct style style;
};

// Numbered from the first period on.
static const char *const period_names[] = {"year", "month", "day", NULL};

static const struct option_table trend_table = {
    NULL,
    (const struct option[]){
        {.name = "by",
         .letter = 'b',
         .argument = "PERIOD",
         .help = "length of a period (year)",
         .kind = OPTION_CHOICE,
         .choices = period_names,
         .field = OPTION_FIELD(struct trend_command, period)},
        {0},
    },
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

struct trend_printing {
    const struct style *style;
    gdx_slice query;
    bool as_json;
};

static gdx_status print(void *context, const ProtobufCMessage *message, gdx_error *err) {
    const struct trend_printing *printing = context;
    if (printing->as_json)
        return json_answer("trend", printing->query, message, err);
    const Gramdex__V1__TrendResponse *reply = (const Gramdex__V1__TrendResponse *)message;
    notes_print(reply->answer);
    print_trend(printing->style, reply);
    return GDX_OK;
}

static gdx_status answer(gdx_target *target, void *context, gdx_slice query, bool as_json, gdx_error *err) {
    const struct trend_command *self = context;
    Gramdex__V1__TrendRequest request = GRAMDEX__V1__TREND_REQUEST__INIT;
    struct trend_printing printing = {&self->style, query, as_json};
    request.query = to_wire(query);
    request.by = GRAMDEX__V1__PERIOD__PERIOD_YEAR + self->period;
    return gdx_ask(target, SEARCH_OPERATION("Trend"), &request.base, print, &printing, err);
}

static gdx_status check(void *settings, gdx_error *err) {
    struct trend_command *self = settings;
    return asking_check(&self->asking, "QUERY", err);
}

static int run(const struct command *command, void *settings) {
    struct trend_command *self = settings;
    self->style = style_of(stdout);
    return ask_all(command->title, &self->asking, answer, self);
}

const struct command command_trend = {
    .title = "gramdex trend",
    .summary = "the same for each year, month or day, with the rate and a plot",
    .arguments = "QUERY",
    .description =
        "Count how often a query's phrases occur in the documents of each period, and how often in a million symbols. "
        "Documents whose date is missing, or less precise than the period, come last.",
    .examples =
        (const char *const[]){"gramdex trend --index corpus.gdx 友岸外包",
                              "gramdex trend --index corpus.gdx --by month '关税 date:2022..2024 source:news'", NULL},
    .groups = {{&trend_table, 0}, ASKING_GROUPS(struct trend_command, asking), {0}},
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct trend_command, asking.arguments),
    .settings_bytes = sizeof(struct trend_command),
    .check = check,
    .run = run,
};
