// SPDX-License-Identifier: Apache-2.0
// collocates.c: `gramdex collocates`: what stands near a query more often than elsewhere.

#include "asking.h"
#include "report.h"

struct collocates_command {
    struct asking asking;
    unsigned by; // of `measures`
    uint32_t window, limit;
};

static const char *const measures[] = {"log-dice", "ll", "mi", "t", NULL}; // in the proto's order

static const struct option_table collocates_table = {
    NULL,
    (const struct option[]){
        NUMBER_ROW(struct collocates_command, window, "window", "N", 1, 50, "letters on each side, 1 to 50 (10)",
                   .letter = 'w', .more = "A window ends at 。！？； and where a text, a title or a note does."),
        CHOICE_ROW(struct collocates_command, by, "by", "MEASURE", measures, "log-dice, ll, mi or t (log-dice)",
                   .letter = 'b',
                   .more = "What rows are ordered by. log-dice: what mostly stands together; ll: what is surest; mi: "
                           "what is most peculiar, mostly rare; t: what is frequent."),
        LIMIT_ROW(struct collocates_command, limit, 1000, "strings to print, at most 1000 (30)"),
        {0},
    },
};

static const struct table_column columns[] = {
    {"phrase", TABLE_TEXT, 0},      {"near", TABLE_NUMBER, 0},  {"left", TABLE_NUMBER, 4},
    {"documents", TABLE_NUMBER, 3}, {"total", TABLE_NUMBER, 1}, {"log_dice", TABLE_NUMBER, 0},
    {"ll", TABLE_NUMBER, 2},        {"mi", TABLE_NUMBER, 5},    {"t", TABLE_NUMBER, 5},
    {"also", TABLE_TEXT, 6},
};

static gdx_status print_row(struct table *table, const Gramdex__V1__Collocate *row, gdx_buffer *also) {
    gdx_status status = join_wire(row->also, row->n_also, also);
    table_text(table, from_wire(row->phrase));
    table_count(table, row->near);
    table_count(table, row->left);
    table_count(table, row->documents);
    table_count(table, row->total);
    table_real(table, row->log_dice, 1);
    table_real(table, row->ll, 0);
    table_real(table, row->mi, 1);
    table_real(table, row->t, 1);
    table_text(table, gdx_buffer_slice(also));
    return status;
}

static void print_totals(const Gramdex__V1__CollocatesResponse *reply) {
    char values[NUMBER_TEXT_BYTES], all[NUMBER_TEXT_BYTES], documents[NUMBER_TEXT_BYTES], near[NUMBER_TEXT_BYTES];
    char letters[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("\n%s · %s in %s · %s of %s letters are near · %s\n",
           format_counted(reply->values, "string", "strings", values),
           format_counted(reply->occurrences, "occurrence", "occurrences", all),
           format_counted(reply->documents, "document", "documents", documents),
           format_count(reply->window_letters, near), format_count(reply->letters, letters),
           format_took(reply->answer, took));
}

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct collocates_command *self = asked->settings;
    const Gramdex__V1__CollocatesResponse *reply = (const Gramdex__V1__CollocatesResponse *)message;
    const struct output *output = &self->asking.output;
    struct table *table = table_open(columns, sizeof columns / sizeof *columns, output);
    gdx_buffer also = {0};
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < reply->n_collocates && status == GDX_OK; i++)
        status = print_row(table, reply->collocates[i], &also);
    gdx_buffer_clear(&also);
    gdx_status closed = table_close(table, err);
    if (output->form == OUTPUT_TEXT)
        print_totals(reply);
    return status == GDX_OK ? closed : gdx_fail_memory(err, "a table");
}

static gdx_status answer(const struct asked *asked, gdx_error *err) {
    const struct collocates_command *self = asked->settings;
    Gramdex__V1__CollocatesRequest request = GRAMDEX__V1__COLLOCATES_REQUEST__INIT;
    request.query = to_wire(asked->query);
    request.window = self->window;
    request.by = (Gramdex__V1__Measure)(GRAMDEX__V1__MEASURE__MEASURE_LOG_DICE + self->by);
    request.limit = self->limit;
    return asked_print(asked, "Collocates", &request.base, print, err);
}

const struct command command_collocates = {
    .title = "gramdex collocates",
    .summary = "what stands near a query more often than elsewhere",
    .arguments = "QUERY",
    .description =
        "List the strings that stand near a query far more often than elsewhere in the collection, strongest "
        "first. Filters narrow both: with date:2025.. near and elsewhere are of 2025 on. left says how many "
        "of those near stand left of it.",
    .examples = (const char *const[]){"gramdex collocates --index corpus.gdx 产业链",
                                      "gramdex collocates --index corpus.gdx --by ll '关税 date:2025..'",
                                      "gramdex collocates --index corpus.gdx --window 5 --format csv 芯片", NULL},
    .explained_in = "Strings that nobody typed\nCollocates",
    .groups = {{&collocates_table, 0}, ASKING_GROUPS(struct collocates_command, asking), {0}},
    ASKING_MEMBERS(struct collocates_command, asking),
    .check = asking_check,
    .answer = answer,
    .run = ask_all,
};
