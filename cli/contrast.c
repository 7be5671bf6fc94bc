// SPDX-License-Identifier: Apache-2.0
// contrast.c: `gramdex rising` and `gramdex keyness`: phrases that stand in a larger share of some documents than of
// others. Both ask Search.Contrast; rising writes its two queries from dates.

#include "asking.h"
#include "report.h"

#include "gdx/document.h"

#include <stdlib.h>
#include <time.h>

struct contrast_command {
    struct once once;
    const char *since, *until, *before, *where; // rising
    bool is_falling;
    const char *a, *b; // keyness
    unsigned unit;     // number in unit_names
    uint32_t shortest, longest, units_least, limit;
    bool with_digits;
    gdx_date since_date, until_date;
    int64_t before_count; // of before_unit
    char before_unit;     // 'y', 'm', 'w' or 'd'
};

static const char *const unit_names[] = {"document", "passage", NULL};

static const struct option_table rising_table = {
    NULL,
    (const struct option[]){
        TEXT_ROW(struct contrast_command, since, "since", "DATE", "first date of A: 2025 or 2025-04 or a day"),
        TEXT_ROW(struct contrast_command, until, "until", "DATE", "last date of A, included whole"),
        TEXT_ROW(struct contrast_command, before, "before", "SPAN", "B: so long before A: 2y, 12m, 6w, 90d (12m)"),
        TEXT_ROW(struct contrast_command, where, "where", "QUERY", "of its documents alone"),
        FLAG_ROW(struct contrast_command, is_falling, "falling", "what has become rarer: A and B swapped"),
        {0},
    },
};

static const struct option_table keyness_table = {
    NULL,
    (const struct option[]){
        TEXT_ROW(struct contrast_command, a, "a", "QUERY", "the documents of A"),
        TEXT_ROW(struct contrast_command, b, "b", "QUERY", "the documents of B (all others)"),
        {0},
    },
};

static const struct option_table strings_table = {
    "Which phrases",
    (const struct option[]){
        CHOICE_ROW(
            struct contrast_command, unit, "unit", "UNIT", unit_names, "shares of documents or passages (document)",
            .more = "A passage is 400 symbols of the text in a row: for sources whose documents differ in length."),
        NUMBER_ROW(struct contrast_command, shortest, "min", "N", 2, 20, "letters of the shortest phrase (2)"),
        NUMBER_ROW(struct contrast_command, longest, "max", "N", 2, 20, "letters of the longest phrase (20)"),
        NUMBER_ROW(struct contrast_command, units_least, "units", "N", 1, UINT32_MAX,
                   "least documents or passages of A (5)"),
        FLAG_ROW(struct contrast_command, with_digits, "digits", "also phrases with numbers, and dates"),
        LIMIT_ROW(struct contrast_command, limit, 1000, "phrases to print, at most 1000 (30)"),
        {0},
    },
};

// ---- the two periods

static gdx_status parse_span(struct contrast_command *self, gdx_error *err) {
    enum { MOST = 100000 };
    const char *text = self->before ? self->before : "12m";
    char *end = NULL;
    self->before_count = strtol(text, &end, 10);
    self->before_unit = *end;
    if (self->before_count < 1 || self->before_count > MOST || !*end || !strchr("ymwd", *end) || end[1])
        return gdx_fail(err, GDX_INVALID, "--before: '%s', expected a number and y, m, w or d: 12m", text);
    return GDX_OK;
}

// The day `days` after the first day of a date, or so many months after it; GDX_NO_DATE out of the calendar.
static gdx_date shift(gdx_date date, int64_t months, int64_t days) {
    gdx_date first = gdx_date_first_day(date);
    int64_t month = (int64_t)gdx_date_year(first) * 12 + gdx_date_month(first) - 1 + months;
    if (month < 12)
        return GDX_NO_DATE;
    struct tm parts = {
        .tm_year = (int)(month / 12 - 1900), .tm_mon = (int)(month % 12), .tm_mday = (int)(gdx_date_day(first) + days)};
    return gdx_date_of_epoch(timegm(&parts));
}

static gdx_date before_first(const struct contrast_command *self) {
    int64_t count = self->before_count;
    switch (self->before_unit) {
    case 'y':
        return shift(self->since_date, -12 * count, 0);
    case 'm':
        return shift(self->since_date, -count, 0);
    case 'w':
        return shift(self->since_date, 0, -7 * count);
    default:
        return shift(self->since_date, 0, -count);
    }
}

static gdx_status append_period(const struct contrast_command *self, gdx_date from, gdx_date to, gdx_buffer *out) {
    char first[GDX_DATE_TEXT_BYTES], last[GDX_DATE_TEXT_BYTES];
    out->bytes = 0;
    gdx_status status = self->where ? gdx_buffer_append_format(out, "( %s ) ", self->where) : GDX_OK;
    return status == GDX_OK
               ? gdx_buffer_append_format(out, "date:%s..%s", gdx_date_format(from, first), gdx_date_format(to, last))
               : status;
}

static gdx_status write_periods(const struct contrast_command *self, gdx_buffer *a, gdx_buffer *b, gdx_error *err) {
    gdx_date from = before_first(self);
    if (from == GDX_NO_DATE)
        return gdx_fail(err, GDX_INVALID, "--before: it begins before the year 1");
    gdx_status status = append_period(self, self->since_date, self->until_date, self->is_falling ? b : a);
    if (status == GDX_OK)
        status = append_period(self, from, shift(self->since_date, 0, -1), self->is_falling ? a : b);
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "the queries");
}

// ---- what is printed

static const struct table_column text_columns[] = {
    {"phrase", TABLE_TEXT, 0},  {"a", TABLE_NUMBER, 0},        {"b", TABLE_NUMBER, 0},
    {"ratio", TABLE_NUMBER, 2}, {"score", TABLE_NUMBER, 3},    {"", TABLE_BAR, 5},
    {"days", TABLE_NUMBER, 6},  {"first_date", TABLE_TEXT, 4}, {"also", TABLE_TEXT, 1},
};
static const struct table_column export_columns[] = {
    {"phrase", TABLE_TEXT, 0},        {"units_a", TABLE_NUMBER, 0}, {"units_b", TABLE_NUMBER, 0},
    {"occurrences", TABLE_NUMBER, 0}, {"ratio", TABLE_NUMBER, 0},   {"score", TABLE_NUMBER, 0},
    {"first_date", TABLE_TEXT, 0},    {"first_id", TABLE_TEXT, 0},  {"days", TABLE_NUMBER, 0},
    {"also", TABLE_TEXT, 0},          {"folded", TABLE_NUMBER, 0},
};

static void print_group(struct table *table, const Gramdex__V1__ContrastGroup *group, bool for_people) {
    table_text(table, from_wire(group->phrase));
    table_count(table, group->units_a);
    table_count(table, group->units_b);
    if (!for_people)
        table_count(table, group->occurrences);
    table_real(table, group->ratio, 1);
    table_real(table, group->score, 1);
    if (for_people)
        table_count(table, group->days);
    table_text(table, from_wire(group->first_date));
    if (!for_people) {
        table_text(table, from_wire(group->first_id));
        table_count(table, group->days);
    }
}

static gdx_status print_groups(const struct output *output, const Gramdex__V1__ContrastResponse *reply,
                               gdx_error *err) {
    bool for_people = output->form == OUTPUT_TEXT;
    struct table *table = for_people
                              ? table_open(text_columns, sizeof text_columns / sizeof *text_columns, output)
                              : table_open(export_columns, sizeof export_columns / sizeof *export_columns, output);
    gdx_buffer also = {0};
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < reply->n_groups && status == GDX_OK; i++) {
        const Gramdex__V1__ContrastGroup *group = reply->groups[i];
        status = join_wire(group->also, group->n_also, &also);
        print_group(table, group, for_people);
        table_text(table, gdx_buffer_slice(&also));
        if (!for_people)
            table_count(table, group->folded);
    }
    gdx_buffer_clear(&also);
    gdx_status closed = table_close(table, err);
    return status == GDX_OK ? closed : gdx_fail_memory(err, "a table");
}

static void print_end(const struct contrast_command *self, const Gramdex__V1__ContrastResponse *reply) {
    char a[NUMBER_TEXT_BYTES], b[NUMBER_TEXT_BYTES], tested[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    const char *units = self->unit ? "passages" : "documents";
    printf("\na: %s %s, b: %s · %s strings compared · %s\n", format_count(reply->units_a, a), units,
           format_count(reply->units_b, b), format_count(reply->tested, tested), format_took(reply->answer, took));
}

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct contrast_command *self = asked->settings;
    const Gramdex__V1__ContrastResponse *reply = (const Gramdex__V1__ContrastResponse *)message;
    gdx_status status = print_groups(&self->once.output, reply, err);
    if (self->once.output.form == OUTPUT_TEXT)
        print_end(self, reply);
    return status;
}

// ---- the commands

static int ask(const struct command *command, struct contrast_command *self, gdx_slice a, gdx_slice b) {
    Gramdex__V1__ContrastRequest request = GRAMDEX__V1__CONTRAST_REQUEST__INIT;
    request.a = to_wire(a);
    request.b = to_wire(b);
    request.unit = self->unit ? GRAMDEX__V1__UNIT__UNIT_PASSAGE : GRAMDEX__V1__UNIT__UNIT_DOCUMENT;
    request.min_length = self->shortest;
    request.max_length = self->longest;
    request.min_units = self->units_least;
    request.with_digits = self->with_digits;
    request.limit = self->limit;
    return ask_once(command, self, (gdx_slice){0}, "Contrast", &request.base, print);
}

static int run_rising(const struct command *command, void *settings) {
    struct contrast_command *self = settings;
    gdx_buffer a = {0}, b = {0};
    gdx_error err = {0};
    gdx_status status = write_periods(self, &a, &b, &err);
    int exit_status = status == GDX_OK ? ask(command, self, gdx_buffer_slice(&a), gdx_buffer_slice(&b))
                                       : report_failure(command->title, &err, (gdx_slice){0}, self->once.target.json);
    gdx_buffer_clear(&a);
    gdx_buffer_clear(&b);
    return exit_status;
}

static int run_keyness(const struct command *command, void *settings) {
    struct contrast_command *self = settings;
    return ask(command, self, gdx_slice_of(self->a), from_wire(option_to_wire(self->b)));
}

static gdx_status check_rising(void *settings, gdx_error *err) {
    struct contrast_command *self = settings;
    if (!self->since)
        return gdx_fail(err, GDX_INVALID, "--since is missing: the first date of what may have risen");
    gdx_status status = option_read_date("--since", self->since, &self->since_date, err);
    if (status == GDX_OK)
        status = option_read_date("--until", self->until, &self->until_date, err);
    if (status == GDX_OK && self->since_date == GDX_NO_DATE)
        return gdx_fail(err, GDX_INVALID, "--since: it is empty, expected a date");
    if (status == GDX_OK && self->until_date != GDX_NO_DATE &&
        gdx_date_last_day(self->until_date) < gdx_date_first_day(self->since_date))
        return gdx_fail(err, GDX_INVALID, "--until %s is before --since %s", self->until, self->since);
    if (status == GDX_OK)
        status = parse_span(self, err);
    return status == GDX_OK ? once_check(self, err) : status;
}

static gdx_status check_keyness(void *settings, gdx_error *err) {
    struct contrast_command *self = settings;
    if (!self->a)
        return gdx_fail(err, GDX_INVALID, "--a is missing: the query whose documents are A");
    return once_check(self, err);
}

const struct command command_rising = {
    .title = "gramdex rising",
    .summary = "phrases that have become more frequent",
    .arguments = "",
    .description =
        "List the phrases that stand in a larger share of the documents since a date than of those before it. "
        "Nobody needs to name them first: all strings of letters are compared, those that are no phrase are "
        "left out, and those that say one thing are one line. `a` and `b` are documents with the phrase since "
        "then and before.",
    .examples = (const char *const[]){"gramdex rising --index corpus.gdx --since 2025-04",
                                      "gramdex rising --index corpus.gdx --since 2025 --before 3y --where 贸易",
                                      "gramdex rising --index corpus.gdx --since 2025 --falling --format csv", NULL},
    .notes = "The score is an order, not a probability: --explain says when not to trust it.",
    .explained_in = "Strings that nobody typed\nContrast",
    .groups = {{&rising_table, 0},
               {&strings_table, 0},
               {&output_table, offsetof(struct contrast_command, once.output)},
               {&aliases_table, offsetof(struct contrast_command, once.target)},
               ANSWERER_GROUPS(struct contrast_command, once.target),
               {0}},
    .settings_bytes = sizeof(struct contrast_command),
    .check = check_rising,
    .run = run_rising,
};

const struct command command_keyness = {
    .title = "gramdex keyness",
    .summary = "phrases that set some documents apart",
    .arguments = "",
    .description =
        "List the phrases that stand in a larger share of the documents of A than of those of B: one source "
        "against another, one topic against all else. `a` and `b` are documents with the phrase, or passages.",
    .examples =
        (const char *const[]){"gramdex keyness --index corpus.gdx --a source:press --b source:news --unit passage",
                              "gramdex keyness --index corpus.gdx --a 半导体", NULL},
    .notes = "The score is an order, not a probability: --explain says when not to trust it.",
    .explained_in = "Strings that nobody typed\nContrast",
    .groups = {{&keyness_table, 0},
               {&strings_table, 0},
               {&output_table, offsetof(struct contrast_command, once.output)},
               {&aliases_table, offsetof(struct contrast_command, once.target)},
               ANSWERER_GROUPS(struct contrast_command, once.target),
               {0}},
    .settings_bytes = sizeof(struct contrast_command),
    .check = check_keyness,
    .run = run_keyness,
};
