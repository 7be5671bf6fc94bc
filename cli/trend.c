// SPDX-License-Identifier: Apache-2.0
// trend.c: `gramdex trend`: documents and occurrences for each year, month or day, with the rate per million symbols.
// The plot shows the rate, not the count: a year with more text has more of everything.

#include "asking.h"
#include "command.h"
#include "report.h"
#include "terminal.h"

struct trend_command {
    struct asking asking;
    gdx_period period;
    struct style style;
};

static const char *const period_names[] = {
    [GDX_BY_YEAR] = "year", [GDX_BY_MONTH] = "month", [GDX_BY_DAY] = "day", NULL};

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

static json_t *rows_to_json(const gdx_trend *trend) {
    json_t *rows = json_array();
    for (size_t i = 0; rows && i < trend->row_count; i++) {
        const gdx_trend_row *row = &trend->rows[i];
        json_t *value = json_pack("{s:o,s:I,s:I,s:I,s:I,s:f}", "period", json_date(row->period), "documents",
                                  (json_int_t)row->documents, "occurrences", (json_int_t)row->occurrences,
                                  "of_documents", (json_int_t)row->of_documents, "of_symbols",
                                  (json_int_t)row->of_symbols, "per_million", row->per_million);
        if (json_array_append_new(rows, value) != 0) {
            json_decref(rows);
            return NULL;
        }
    }
    return rows;
}

static json_t *trend_to_json(gdx_slice query, gdx_period period, const gdx_trend *trend,
                             const struct answer_info *info) {
    return json_pack("{s:o,s:s,s:I,s:I,s:o,s:b,s:I,s:I}", "query", json_text(query), "by", period_names[period],
                     "documents", (json_int_t)trend->totals.documents, "occurrences",
                     (json_int_t)trend->totals.occurrences, "rows", rows_to_json(trend), "complete",
                     (int)info->is_complete, "commit", (json_int_t)info->commit, "took_us",
                     (json_int_t)(info->took_ns / 1000));
}

enum { TABLE_COLUMNS = 51, BAR_LEAST = 10 }; // columns before the bar

static void print_row(const struct style *style, const gdx_trend_row *row, double highest) {
    char date[GDX_DATE_TEXT_BYTES], documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES];
    unsigned room = style->width > TABLE_COLUMNS + BAR_LEAST ? style->width - TABLE_COLUMNS - 1 : BAR_LEAST;
    printf("%-10s %10s %12s %14.1f  ", row->period == GDX_NO_DATE ? "no date" : gdx_date_format(row->period, date),
           format_count(row->documents, documents), format_count(row->occurrences, occurrences), row->per_million);
    unsigned eighths = highest > 0 ? (unsigned)(row->per_million / highest * room * 8 + 0.5) : 0;
    print_bar(stdout, eighths == 0 && row->occurrences > 0 ? 1 : eighths);
    putchar('\n');
}

static void print_trend(const struct style *style, const gdx_trend *trend, const struct answer_info *info) {
    double highest = 0;
    for (size_t i = 0; i < trend->row_count; i++)
        highest = trend->rows[i].per_million > highest ? trend->rows[i].per_million : highest;
    printf("%s%-10s %10s %12s %14s%s\n", style->bold, "date", "documents", "occurrences", "per million", style->plain);
    for (size_t i = 0; i < trend->row_count; i++)
        print_row(style, &trend->rows[i], highest);
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%-10s %10s %12s\n\n%s%s · per million symbols of the period's documents%s\n", "all",
           format_count(trend->totals.documents, documents), format_count(trend->totals.occurrences, occurrences),
           style->dim, format_duration(info->took_ns, took), style->plain);
}

static gdx_status answer(struct backend *backend, void *context, gdx_slice query, bool as_json, gdx_error *err) {
    const struct trend_command *self = context;
    GDX_AUTO(gdx_trend) trend = NULL;
    struct answer_info info;
    gdx_status status = backend->trend(backend, query, self->period, &trend, &info, err);
    if (status != GDX_OK)
        return status;
    if (as_json)
        return json_line(trend_to_json(query, self->period, trend, &info), err);
    print_trend(&self->style, trend, &info);
    return GDX_OK;
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
    .defaults = &(const struct trend_command){.period = GDX_BY_YEAR},
    .check = check,
    .run = run,
};
