// SPDX-License-Identifier: Apache-2.0
// passages.c: `gramdex passages`: what two documents have in common, word for word.

#include "asking.h"
#include "report.h"

struct passages_command {
    struct once once;
    struct command_arguments ids;
    uint32_t letters_least, limit;
};

static const struct option_table passages_table = {
    NULL,
    (const struct option[]){
        NUMBER_ROW(struct passages_command, letters_least, "min", "N", 4, 10000,
                   "letters of the shortest passage (13)"),
        LIMIT_ROW(struct passages_command, limit, 1000, "passages to print, at most 1000 (100)"),
        {0},
    },
};

static const struct table_column columns[] = {
    {"letters", TABLE_NUMBER, 0},   {"part", TABLE_NUMBER, 0},       {"begin", TABLE_NUMBER, 0},
    {"end", TABLE_NUMBER, 0},       {"other_part", TABLE_NUMBER, 0}, {"other_begin", TABLE_NUMBER, 0},
    {"other_end", TABLE_NUMBER, 0}, {"text", TABLE_TEXT, 0},         {"other_text", TABLE_TEXT, 0},
};
// The second document's words differ in marks and forms of letters alone.
static const struct table_column columns_for_people[] = {
    {"letters", TABLE_NUMBER, 0},
    {"begin", TABLE_NUMBER, 1},
    {"other_begin", TABLE_NUMBER, 2},
    {"text", TABLE_TEXT, 0},
};

static void print_place(struct table *table, const Gramdex__V1__Match *match, bool for_people) {
    static const Gramdex__V1__Match none = GRAMDEX__V1__MATCH__INIT;
    match = match ? match : &none;
    if (!for_people)
        table_count(table, match->part);
    table_count(table, match->begin);
    if (!for_people)
        table_count(table, match->end);
}

static gdx_status print_rows(const Gramdex__V1__PassagesResponse *reply, const struct output *output, gdx_error *err) {
    bool for_people = output->form == OUTPUT_TEXT;
    struct table *table =
        for_people ? table_open(columns_for_people, sizeof columns_for_people / sizeof *columns_for_people, output)
                   : table_open(columns, sizeof columns / sizeof *columns, output);
    for (size_t i = 0; i < reply->n_passages; i++) {
        const Gramdex__V1__Passage *row = reply->passages[i];
        table_count(table, row->letters);
        print_place(table, row->match, for_people);
        print_place(table, row->other_match, for_people);
        table_text(table, from_wire(row->text));
        if (!for_people)
            table_text(table, from_wire(row->other_text));
    }
    return table_close(table, err);
}

static void print_summary(const Gramdex__V1__PassagesResponse *reply) {
    char shown[NUMBER_TEXT_BYTES], found[NUMBER_TEXT_BYTES], letters[2][NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%s%s of %s · %s and %s letters · %s\n", reply->n_passages ? "\n" : "",
           format_count(reply->n_passages, shown), format_counted(reply->found, "passage", "passages", found),
           format_count(reply->letters, letters[0]), format_count(reply->other_letters, letters[1]),
           format_took(reply->answer, took));
}

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct passages_command *self = asked->settings;
    const Gramdex__V1__PassagesResponse *reply = (const Gramdex__V1__PassagesResponse *)message;
    bool for_people = self->once.output.form == OUTPUT_TEXT;
    gdx_status status = GDX_OK;
    if (reply->n_passages || !for_people)
        status = print_rows(reply, &self->once.output, err);
    if (for_people)
        print_summary(reply);
    return status;
}

static int run(const struct command *command, void *settings) {
    const struct passages_command *self = settings;
    Gramdex__V1__PassagesRequest request = GRAMDEX__V1__PASSAGES_REQUEST__INIT;
    request.id = option_to_wire(self->ids.items[0]);
    request.other = option_to_wire(self->ids.items[1]);
    request.min_letters = self->letters_least;
    request.limit = self->limit;
    return ask_once(command, settings, (gdx_slice){0}, "Passages", &request.base, print);
}

const struct command command_passages = {
    .title = "gramdex passages",
    .summary = "what two documents have in common, word for word",
    .arguments = "ID ID",
    .description =
        "List the runs of letters that the texts of two documents share, the longest first, with the bytes where they "
        "stand in both. Widths, case and script variants do not matter, and marks between letters are left out. Few "
        "long passages are a reprint or a quotation; many short ones are a subject's set phrases.",
    .examples = (const char *const[]){"gramdex passages --index corpus.gdx news/20220924/00 news/20220925/03",
                                      "gramdex passages --index corpus.gdx --min 30 --format csv law/1 law/2", NULL},
    .explained_in = "Passages",
    .groups = {{&passages_table, 0}, ONCE_GROUPS(struct passages_command, once), {0}},
    .arguments_least = 2,
    .arguments_most = 2,
    .arguments_field = OPTION_FIELD(struct passages_command, ids),
    .settings_bytes = sizeof(struct passages_command),
    .check = once_check,
    .run = run,
};
