// SPDX-License-Identifier: Apache-2.0
// neighbours.c: `gramdex neighbours`: the strings directly left or right of a query.

#include "asking.h"
#include "report.h"

struct neighbours_command {
    struct asking asking;
    unsigned side; // of `sides`
    uint32_t length, limit;
};

enum { RIGHT, LEFT };
static const char *const sides[] = {"right", "left", NULL};

static const struct option_table neighbours_table = {
    NULL,
    (const struct option[]){
        CHOICE_ROW(struct neighbours_command, side, "side", "SIDE", sides, "left or right (right)"),
        NUMBER_ROW(struct neighbours_command, length, "length", "N", 1, 8, "letters of a string, 1 to 8 (2)",
                   .letter = 'l', .more = "A Chinese character is a letter, and so is a word of Latin letters."),
        LIMIT_ROW(struct neighbours_command, limit, 10000, "strings to print, at most 10000 (30)"),
        {0},
    },
};

static const struct table_column columns[] = {
    {"phrase", TABLE_TEXT, 0},
    {"documents", TABLE_NUMBER, 1},
    {"occurrences", TABLE_NUMBER, 0},
    {"", TABLE_BAR, 2},
};

static void print_totals(const Gramdex__V1__NeighboursResponse *reply) {
    char values[NUMBER_TEXT_BYTES], beside[NUMBER_TEXT_BYTES], all[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    char documents[NUMBER_TEXT_BYTES];
    printf("\n%s · %s of %s have one, in %s · %s\n", format_counted(reply->values, "string", "strings", values),
           format_count(reply->beside, beside), format_counted(reply->occurrences, "occurrence", "occurrences", all),
           format_counted(reply->documents, "document", "documents", documents), format_took(reply->answer, took));
}

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct neighbours_command *self = asked->settings;
    const Gramdex__V1__NeighboursResponse *reply = (const Gramdex__V1__NeighboursResponse *)message;
    const struct output *output = &self->asking.output;
    struct table *table = table_open(columns, sizeof columns / sizeof *columns, output);
    for (size_t i = 0; i < reply->n_neighbours; i++) {
        table_text(table, from_wire(reply->neighbours[i]->phrase));
        table_count(table, reply->neighbours[i]->documents);
        table_count(table, reply->neighbours[i]->occurrences);
    }
    gdx_status status = table_close(table, err);
    if (output->form == OUTPUT_TEXT)
        print_totals(reply);
    return status;
}

static gdx_status answer(const struct asked *asked, gdx_error *err) {
    const struct neighbours_command *self = asked->settings;
    Gramdex__V1__NeighboursRequest request = GRAMDEX__V1__NEIGHBOURS_REQUEST__INIT;
    request.query = to_wire(asked->query);
    request.side = self->side == LEFT ? GRAMDEX__V1__SIDE__SIDE_LEFT : GRAMDEX__V1__SIDE__SIDE_RIGHT;
    request.length = self->length;
    request.limit = self->limit;
    return asked_print(asked, "Neighbours", &request.base, print, err);
}

const struct command command_neighbours = {
    .title = "gramdex neighbours",
    .summary = "the strings directly left or right of a query",
    .arguments = "QUERY",
    .description =
        "List what stands directly beside a query, most frequent first: what is done to it (--side left), or "
        "what it is part of (--side right). Strings do not cross marks. `gramdex collocates` looks further.",
    .examples = (const char *const[]){"gramdex neighbours --index corpus.gdx --side left 关税",
                                      "gramdex neighbours --index corpus.gdx --length 3 '关税 date:2025-04'", NULL},
    .explained_in = "Strings that nobody typed\nNeighbours",
    .groups = {{&neighbours_table, 0}, ASKING_GROUPS(struct neighbours_command, asking), {0}},
    ASKING_MEMBERS(struct neighbours_command, asking),
    .check = asking_check,
    .answer = answer,
    .run = ask_all,
};
