// SPDX-License-Identifier: Apache-2.0
// trend.c: `gramdex trend`: documents and occurrences of each period, with the rate per million symbols.
// The plot shows the rate, not the count: a year with more text has more of everything. Periods without documents have
// no row in the answer; a run of them is one line here. A narrow terminal gets fewer columns, and the plot what is
// left.

#include "asking.h"
#include "report.h"

#include "gdx/document.h"

#include <time.h>

struct trend_command {
    struct asking asking;
    struct option_list compare;
    bool by_source;
    unsigned period; // number in period_names
    const char *from_text, *to_text;
    gdx_date from, to;
    struct style style;
};

// Numbered from the first period on.
static const char *const period_names[] = {"year", "month", "day", "quarter", "week", NULL};

static const struct option_table trend_table = {
    NULL,
    (const struct option[]){
        CHOICE_ROW(struct trend_command, period, "by", "PERIOD", period_names,
                   "year, quarter, month, week or day (year)", .letter = 'b'),
        LIST_ROW(struct trend_command, compare, "compare", "QUERY", "another query beside it, up to 9 times"),
        FLAG_ROW(struct trend_command, by_source, "split-by-source", "also one by one for each source"),
        TEXT_ROW(struct trend_command, from_text, "from", "DATE", "first date: 2022 or 2022-03 (the first hit's)"),
        TEXT_ROW(struct trend_command, to_text, "to", "DATE", "last date, included whole",
                 .more = "With a limit, documents whose date is missing or less precise than the period are left out."),
        {0},
    },
};

// ---- columns

struct layout {
    const char *rate_name;
    bool has_documents, has_occurrences, has_note;
    int rate_columns;
    unsigned table_columns; // before the bar
    unsigned bar_columns;
};

static struct layout layout_of(const struct style *style) {
    static const struct layout layouts[] = {
        {"per million", true, true, true, 14, 51, 0},
        {"per million", false, true, false, 12, 38, 0},
        {"rate", false, false, false, 9, 22, 0},
    };
    enum { BAR_LEAST = 10, NARROWEST = sizeof layouts / sizeof layouts[0] - 1 };
    size_t i = 0;
    while (i < NARROWEST && style->width < layouts[i].table_columns + BAR_LEAST)
        i++;
    struct layout layout = layouts[i];
    layout.bar_columns = style->width > layout.table_columns ? style->width - layout.table_columns : 0;
    return layout;
}

static void print_columns(const struct layout *layout, gdx_slice period, const char *documents,
                          const char *occurrences) {
    printf("%-10.*s", GDX_SLICE_ARGUMENTS(period));
    if (layout->has_documents)
        printf(" %10s", documents);
    if (layout->has_occurrences)
        printf(" %12s", occurrences);
}

static void print_row(const struct layout *layout, const Gramdex__V1__TrendRow *row, double highest) {
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES];
    print_columns(layout, row->period.len ? from_wire(row->period) : gdx_slice_of("no date"),
                  format_count(row->documents, documents), format_count(row->occurrences, occurrences));
    printf(" %*.1f", layout->rate_columns, row->per_million);
    unsigned eighths = highest > 0 ? (unsigned)(row->per_million / highest * layout->bar_columns * 8 + 0.5) : 0;
    if (eighths == 0 && row->occurrences > 0 && layout->bar_columns > 0)
        eighths = 1;
    fputs(eighths ? "  " : "", stdout);
    print_bar(stdout, eighths);
    putchar('\n');
}

// ---- empty periods

static int64_t number_of_day(gdx_date day) {
    struct tm parts = {.tm_year = (int)gdx_date_year(day) - 1900,
                       .tm_mon = (int)gdx_date_month(day) - 1,
                       .tm_mday = (int)gdx_date_day(day)};
    return timegm(&parts) / (24 * 60 * 60);
}

// The number of the period that a day is in; the next period has the next number.
static int64_t number_of_period(gdx_date day, Gramdex__V1__Period by) {
    enum { MONDAY = 3 }; // of the first week of 1970, its Thursday being the first day
    switch (by) {
    case GRAMDEX__V1__PERIOD__PERIOD_MONTH:
        return gdx_date_year(day) * 12 + gdx_date_month(day);
    case GRAMDEX__V1__PERIOD__PERIOD_QUARTER:
        return gdx_date_year(day) * 4 + (gdx_date_month(day) - 1) / 3;
    case GRAMDEX__V1__PERIOD__PERIOD_WEEK:
        return (number_of_day(day) + MONDAY + 7 * INT64_C(200000)) / 7;
    case GRAMDEX__V1__PERIOD__PERIOD_DAY:
        return number_of_day(day);
    default:
        return gdx_date_year(day);
    }
}

// A day of the period of a row: "2023", "2023-Q2", "2023-05", "2023-W18", "2023-05-06". False: the row has no date.
static bool day_of_row(gdx_slice period, gdx_date *out) {
    unsigned year, number;
    char text[16];
    gdx_error err = {0};
    snprintf(text, sizeof text, "%.*s", GDX_SLICE_ARGUMENTS(period));
    if (sscanf(text, "%4u-Q%1u", &year, &number) == 2) {
        *out = gdx_date_of(year, number * 3 - 2, 1);
        return true;
    }
    if (sscanf(text, "%4u-W%2u", &year, &number) ==
        2) { // the Thursday of the first week is one of the first seven days
        int64_t first = number_of_day(gdx_date_of(year, 1, 1)), since = (first + 7 * INT64_C(200000)) % 7;
        *out = gdx_date_of_epoch((first + (7 - since) % 7 + (number - 1) * 7) * 24 * 60 * 60);
        return true;
    }
    if (gdx_date_parse(period, out, &err) != GDX_OK || *out == GDX_NO_DATE)
        return false;
    *out = gdx_date_first_day(*out);
    return true;
}

// What is printed of the periods from the one after `last` up to `next`, which is not one of them.
static void print_empty(int64_t last, int64_t next, Gramdex__V1__Period by) {
    static const char *const names[][2] = {
        {"year", "years"}, {"month", "months"}, {"day", "days"}, {"quarter", "quarters"}, {"week", "weeks"}};
    const char *const *name = names[by - GRAMDEX__V1__PERIOD__PERIOD_YEAR];
    char count[NUMBER_TEXT_BYTES];
    if (next <= last + 1)
        return;
    uint64_t empty = (uint64_t)(next - last - 1);
    printf("… %s empty %s\n", format_count(empty, count), plural(empty, name[0], name[1]));
}

struct rows {
    Gramdex__V1__TrendRow **all;
    size_t count;
    uint64_t documents, occurrences;
};

static double highest_of(const struct rows *rows, double highest) {
    for (size_t i = 0; i < rows->count; i++)
        highest = rows->all[i]->per_million > highest ? rows->all[i]->per_million : highest;
    return highest;
}

static void print_rows(const struct trend_command *self, const struct layout *layout, const struct rows *rows,
                       double highest) {
    Gramdex__V1__Period by = GRAMDEX__V1__PERIOD__PERIOD_YEAR + self->period;
    bool has_last = self->from != GDX_NO_DATE;
    int64_t last = has_last ? number_of_period(gdx_date_first_day(self->from), by) - 1 : 0;
    for (size_t i = 0; i < rows->count; i++) {
        gdx_date day = GDX_NO_DATE;
        if (day_of_row(from_wire(rows->all[i]->period), &day)) {
            int64_t number = number_of_period(day, by);
            print_empty(has_last ? last : number - 1, number, by);
            has_last = true;
            last = number;
        }
        print_row(layout, rows->all[i], highest);
    }
    if (self->to != GDX_NO_DATE && has_last)
        print_empty(last, number_of_period(gdx_date_last_day(self->to), by) + 1, by);
}

// ---- series

static void print_sum(const struct layout *layout, const struct rows *rows) {
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES];
    if (!layout->has_occurrences)
        return;
    print_columns(layout, gdx_slice_of("all"), format_count(rows->documents, documents),
                  format_count(rows->occurrences, occurrences));
    putchar('\n');
}

static void print_end(const struct style *style, const struct layout *layout, const Gramdex__V1__TrendResponse *trend) {
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    format_count(trend->documents, documents);
    format_count(trend->occurrences, occurrences);
    printf("\n%s%s", style->dim, format_took(trend->answer, took));
    if (layout->has_note)
        printf(" · per million symbols of the period's documents");
    else if (layout->has_occurrences)
        printf(" · %s %s", documents, plural(trend->documents, "document", "documents"));
    else
        printf("\n%s %s", occurrences, plural(trend->occurrences, "occurrence", "occurrences"));
    printf("%s\n", style->plain);
}

static struct rows rows_of(const Gramdex__V1__TrendResponse *trend) {
    return (struct rows){trend->rows, trend->n_rows, trend->documents, trend->occurrences};
}

static struct rows rows_of_series(const Gramdex__V1__TrendSeries *series) {
    return (struct rows){series->rows, series->n_rows, series->documents, series->occurrences};
}

static void print_names(const struct style *style, const struct layout *layout) {
    fputs(style->bold, stdout);
    print_columns(layout, gdx_slice_of("date"), "documents", "occurrences");
    printf(" %*s%s\n", layout->rate_columns, layout->rate_name, style->plain);
}

// The query or the source that the rows below are of.
static void print_heading(const struct style *style, gdx_slice query, const Gramdex__V1__TrendSeries *series) {
    printf("%s", style->bold);
    print_clean(stdout, query);
    if (series && series->by_source) {
        fputs(" · ", stdout);
        print_clean(stdout, series->source.len ? from_wire(series->source) : gdx_slice_of("no source"));
    }
    printf("%s\n", style->plain);
}

// All bars are of one scale, so that series can be compared.
static void print_trend(const struct trend_command *self, gdx_slice query, const Gramdex__V1__TrendResponse *trend) {
    const struct style *style = &self->style;
    const struct layout layout = layout_of(style);
    struct rows rows = rows_of(trend);
    double highest = highest_of(&rows, 0);
    for (size_t i = 0; i < trend->n_series; i++) {
        struct rows of_series = rows_of_series(trend->series[i]);
        highest = highest_of(&of_series, highest);
    }
    if (trend->n_series)
        print_heading(style, query, NULL);
    print_names(style, &layout);
    print_rows(self, &layout, &rows, highest);
    print_sum(&layout, &rows);
    for (size_t i = 0; i < trend->n_series; i++) {
        rows = rows_of_series(trend->series[i]);
        putchar('\n');
        print_heading(style, from_wire(trend->series[i]->query), trend->series[i]);
        print_rows(self, &layout, &rows, highest);
        print_sum(&layout, &rows);
    }
    print_end(style, &layout, trend);
}

// ---- rows for other programs

static const struct table_column export_columns[] = {
    {"query", TABLE_TEXT, 0},        {"source", TABLE_TEXT, 0},        {"period", TABLE_TEXT, 0},
    {"documents", TABLE_NUMBER, 0},  {"occurrences", TABLE_NUMBER, 0}, {"of_documents", TABLE_NUMBER, 0},
    {"of_symbols", TABLE_NUMBER, 0}, {"per_million", TABLE_NUMBER, 0}, {"share_low", TABLE_NUMBER, 0},
    {"share_high", TABLE_NUMBER, 0},
};

static void export_rows(struct table *table, gdx_slice query, gdx_slice source, const struct rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        const Gramdex__V1__TrendRow *row = rows->all[i];
        table_text(table, query);
        table_text(table, source);
        table_text(table, from_wire(row->period));
        table_count(table, row->documents);
        table_count(table, row->occurrences);
        table_count(table, row->of_documents);
        table_count(table, row->of_symbols);
        table_real(table, row->per_million, 1);
        table_real(table, row->share_low, 3);
        table_real(table, row->share_high, 3);
    }
}

static gdx_status export_trend(const struct output *output, gdx_slice query, const Gramdex__V1__TrendResponse *trend,
                               gdx_error *err) {
    struct table *table = table_open(export_columns, sizeof export_columns / sizeof *export_columns, output);
    struct rows rows = rows_of(trend);
    export_rows(table, query, gdx_slice_of(""), &rows);
    for (size_t i = 0; i < trend->n_series; i++) {
        rows = rows_of_series(trend->series[i]);
        export_rows(table, from_wire(trend->series[i]->query), from_wire(trend->series[i]->source), &rows);
    }
    return table_close(table, err);
}

// ---- the whole

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct trend_command *self = asked->settings;
    const Gramdex__V1__TrendResponse *reply = (const Gramdex__V1__TrendResponse *)message;
    if (self->asking.output.form != OUTPUT_TEXT)
        return export_trend(&self->asking.output, asked->query, reply, err);
    print_trend(self, asked->query, reply);
    return GDX_OK;
}

static gdx_status answer(const struct asked *asked, gdx_error *err) {
    const struct trend_command *self = asked->settings;
    Gramdex__V1__TrendRequest request = GRAMDEX__V1__TREND_REQUEST__INIT;
    ProtobufCBinaryData compare[OPTION_LIST_MOST];
    for (unsigned i = 0; i < self->compare.count; i++)
        compare[i] = to_wire(gdx_slice_of(self->compare.items[i]));
    request.query = to_wire(asked->query);
    request.compare = compare;
    request.n_compare = self->compare.count;
    request.split_by_source = self->by_source;
    request.by = GRAMDEX__V1__PERIOD__PERIOD_YEAR + self->period;
    request.date_from = option_to_wire(self->from_text);
    request.date_to = option_to_wire(self->to_text);
    return asked_print(asked, "Trend", &request.base, print, err);
}

static gdx_status check(void *settings, gdx_error *err) {
    struct trend_command *self = settings;
    gdx_status status = option_read_date("--from", self->from_text, &self->from, err);
    if (status == GDX_OK)
        status = option_read_date("--to", self->to_text, &self->to, err);
    if (status != GDX_OK)
        return status;
    bool has_both = self->from != GDX_NO_DATE && self->to != GDX_NO_DATE;
    if (has_both && gdx_date_first_day(self->from) > gdx_date_last_day(self->to))
        return gdx_fail(err, GDX_INVALID, "--to %s is before --from %s", self->to_text, self->from_text);
    return asking_check(self, err);
}

static int run(const struct command *command, void *settings) {
    struct trend_command *self = settings;
    self->style = style_of(stdout);
    return ask_all(command, self);
}

const struct command command_trend = {
    .title = "gramdex trend",
    .summary = "the same over time, with the rate and a plot",
    .arguments = "QUERY",
    .description =
        "Count how often a query's phrases occur in the documents of each period, and how often in a million symbols. "
        "It starts at the first period with a match. Documents whose date is missing, or less precise than the period, "
        "come last.",
    .examples =
        (const char *const[]){"gramdex trend --index corpus.gdx 友岸外包",
                              "gramdex trend --index corpus.gdx --by month --from 2022 --to 2024 '关税 source:news'",
                              "gramdex trend --index corpus.gdx --by quarter --compare 近岸外包 友岸外包", NULL},
    .explained_in = "Trend",
    .groups = {{&trend_table, 0}, ASKING_GROUPS(struct trend_command, asking), {0}},
    ASKING_MEMBERS(struct trend_command, asking),
    .check = check,
    .answer = answer,
    .run = run,
};
