// SPDX-License-Identifier: Apache-2.0
// trend.c: `gramdex trend`: documents and occurrences for each year, month or day, with the rate per million symbols.
// The plot shows the rate, not the count: a year with more text has more of everything. Periods without documents have
// no row in the answer; a run of them is one line here. A narrow terminal gets fewer columns, and the plot what is
// left.

#include "asking.h"
#include "command.h"
#include "report.h"
#include "terminal.h"

#include "gdx/document.h"

#include <time.h>

struct trend_command {
    struct asking asking;
    unsigned period; // number in period_names
    const char *from_text, *to_text;
    gdx_date from, to;
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
        {.name = "from",
         .argument = "DATE",
         .help = "first date: 2022 or 2022-03 (the first hit's)",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct trend_command, from_text)},
        {.name = "to",
         .argument = "DATE",
         .help = "last date, included whole",
         .more = "With a limit, documents whose date is missing or less precise than the period are left out.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct trend_command, to_text)},
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
    if (by == GRAMDEX__V1__PERIOD__PERIOD_YEAR)
        return gdx_date_year(day);
    if (by == GRAMDEX__V1__PERIOD__PERIOD_MONTH)
        return gdx_date_year(day) * 12 + gdx_date_month(day);
    return number_of_day(day);
}

// What is printed of the periods from the one after `last` up to `next`, which is not one of them.
static void print_empty(int64_t last, int64_t next, Gramdex__V1__Period by) {
    static const char *const names[][2] = {{"year", "years"}, {"month", "months"}, {"day", "days"}};
    const char *const *name = names[by - GRAMDEX__V1__PERIOD__PERIOD_YEAR];
    char count[NUMBER_TEXT_BYTES];
    if (next <= last + 1)
        return;
    uint64_t empty = (uint64_t)(next - last - 1);
    printf("… %s empty %s\n", format_count(empty, count), plural(empty, name[0], name[1]));
}

static void print_rows(const struct trend_command *self, const struct layout *layout,
                       const Gramdex__V1__TrendResponse *trend) {
    Gramdex__V1__Period by = GRAMDEX__V1__PERIOD__PERIOD_YEAR + self->period;
    bool has_last = self->from != GDX_NO_DATE;
    int64_t last = has_last ? number_of_period(gdx_date_first_day(self->from), by) - 1 : 0;
    double highest = 0;
    for (size_t i = 0; i < trend->n_rows; i++)
        highest = trend->rows[i]->per_million > highest ? trend->rows[i]->per_million : highest;
    for (size_t i = 0; i < trend->n_rows; i++) {
        gdx_date period = GDX_NO_DATE;
        gdx_error err = {0};
        bool has_date = gdx_date_parse(from_wire(trend->rows[i]->period), &period, &err) == GDX_OK && period;
        if (has_date) {
            int64_t number = number_of_period(gdx_date_first_day(period), by);
            print_empty(has_last ? last : number - 1, number, by);
            has_last = true;
            last = number;
        }
        print_row(layout, trend->rows[i], highest);
    }
    if (self->to != GDX_NO_DATE && has_last)
        print_empty(last, number_of_period(gdx_date_last_day(self->to), by) + 1, by);
}

// ---- the whole

static void print_totals(const struct style *style, const struct layout *layout,
                         const Gramdex__V1__TrendResponse *trend) {
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    format_count(trend->documents, documents);
    format_count(trend->occurrences, occurrences);
    if (layout->has_occurrences) {
        print_columns(layout, gdx_slice_of("all"), documents, occurrences);
        putchar('\n');
    }
    printf("\n%s%s", style->dim, format_took(trend->answer, took));
    if (layout->has_note)
        printf(" · per million symbols of the period's documents");
    else if (layout->has_occurrences)
        printf(" · %s %s", documents, plural(trend->documents, "document", "documents"));
    else
        printf("\n%s %s", occurrences, plural(trend->occurrences, "occurrence", "occurrences"));
    printf("%s\n", style->plain);
}

static void print_trend(const struct trend_command *self, const Gramdex__V1__TrendResponse *trend) {
    const struct style *style = &self->style;
    const struct layout layout = layout_of(style);
    fputs(style->bold, stdout);
    print_columns(&layout, gdx_slice_of("date"), "documents", "occurrences");
    printf(" %*s%s\n", layout.rate_columns, layout.rate_name, style->plain);
    print_rows(self, &layout, trend);
    print_totals(style, &layout, trend);
}

struct trend_printing {
    const struct trend_command *command;
    gdx_slice query;
    bool as_json;
};

static gdx_status print(void *context, const ProtobufCMessage *message, gdx_error *err) {
    const struct trend_printing *printing = context;
    if (printing->as_json)
        return json_answer("trend", printing->query, message, err);
    const Gramdex__V1__TrendResponse *reply = (const Gramdex__V1__TrendResponse *)message;
    notes_print(reply->answer);
    print_trend(printing->command, reply);
    return GDX_OK;
}

static gdx_status answer(gdx_target *target, void *context, gdx_slice query, bool as_json, gdx_error *err) {
    const struct trend_command *self = context;
    Gramdex__V1__TrendRequest request = GRAMDEX__V1__TREND_REQUEST__INIT;
    struct trend_printing printing = {self, query, as_json};
    request.query = to_wire(query);
    request.by = GRAMDEX__V1__PERIOD__PERIOD_YEAR + self->period;
    request.date_from = to_wire(gdx_slice_of(self->from_text ? self->from_text : ""));
    request.date_to = to_wire(gdx_slice_of(self->to_text ? self->to_text : ""));
    return gdx_ask(target, SEARCH_OPERATION("Trend"), &request.base, print, &printing, err);
}

static gdx_status read_date(const char *option, const char *text, gdx_date *out, gdx_error *err) {
    gdx_error why = {0};
    if (text && gdx_date_parse(gdx_slice_of(text), out, &why) != GDX_OK)
        return gdx_fail(err, GDX_INVALID, "%s: %s", option, why.message);
    return GDX_OK;
}

static gdx_status check(void *settings, gdx_error *err) {
    struct trend_command *self = settings;
    gdx_status status = read_date("--from", self->from_text, &self->from, err);
    if (status == GDX_OK)
        status = read_date("--to", self->to_text, &self->to, err);
    if (status != GDX_OK)
        return status;
    bool has_both = self->from != GDX_NO_DATE && self->to != GDX_NO_DATE;
    if (has_both && gdx_date_first_day(self->from) > gdx_date_last_day(self->to))
        return gdx_fail(err, GDX_INVALID, "--to %s is before --from %s", self->to_text, self->from_text);
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
        "It starts at the first period with a match. Documents whose date is missing, or less precise than the period, "
        "come last.",
    .examples =
        (const char *const[]){"gramdex trend --index corpus.gdx 友岸外包",
                              "gramdex trend --index corpus.gdx --by month --from 2022 --to 2024 '关税 source:news'",
                              NULL},
    .groups = {{&trend_table, 0}, ASKING_GROUPS(struct trend_command, asking), {0}},
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct trend_command, asking.arguments),
    .settings_bytes = sizeof(struct trend_command),
    .check = check,
    .run = run,
};
