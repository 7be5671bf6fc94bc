// SPDX-License-Identifier: Apache-2.0
// ngrams.c: `gramdex ngrams`: the most frequent strings of some documents.

#include "asking.h"
#include "report.h"

struct ngrams_command {
    struct once once;
    const char *where;
    uint32_t shortest, longest, documents_least, limit;
    bool with_digits, with_parts;
};

static const struct option_table ngrams_table = {
    NULL,
    (const struct option[]){
        TEXT_ROW(struct ngrams_command, where, "where", "QUERY", "of its documents alone"),
        NUMBER_ROW(struct ngrams_command, shortest, "min", "N", 2, 20, "letters of the shortest string (2)"),
        NUMBER_ROW(struct ngrams_command, longest, "max", "N", 2, 20, "letters of the longest string (8)"),
        NUMBER_ROW(struct ngrams_command, documents_least, "documents", "N", 1, UINT32_MAX,
                   "least documents that have it (5)"),
        FLAG_ROW(struct ngrams_command, with_digits, "digits", "also strings with numbers"),
        FLAG_ROW(struct ngrams_command, with_parts, "parts", "also parts of a longer string",
                 .more = "Without it, a string that is nearly always followed or preceded by one letter is left out."),
        LIMIT_ROW(struct ngrams_command, limit, 10000, "strings to print, at most 10000 (30)"),
        {0},
    },
};

static const struct table_column columns[] = {
    {"phrase", TABLE_TEXT, 0},
    {"documents", TABLE_NUMBER, 1},
    {"occurrences", TABLE_NUMBER, 0},
    {"", TABLE_BAR, 2},
};

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct ngrams_command *self = asked->settings;
    const Gramdex__V1__NgramsResponse *reply = (const Gramdex__V1__NgramsResponse *)message;
    struct table *table = table_open(columns, sizeof columns / sizeof *columns, &self->once.output);
    for (size_t i = 0; i < reply->n_ngrams; i++) {
        table_text(table, from_wire(reply->ngrams[i]->phrase));
        table_count(table, reply->ngrams[i]->documents);
        table_count(table, reply->ngrams[i]->occurrences);
    }
    gdx_status status = table_close(table, err);
    char documents[NUMBER_TEXT_BYTES], letters[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    if (self->once.output.form == OUTPUT_TEXT)
        printf("\n%s documents, %s letters · %s\n", format_count(reply->documents, documents),
               format_count(reply->letters, letters), format_took(reply->answer, took));
    return status;
}

static int run(const struct command *command, void *settings) {
    const struct ngrams_command *self = settings;
    Gramdex__V1__NgramsRequest request = GRAMDEX__V1__NGRAMS_REQUEST__INIT;
    request.query = option_to_wire(self->where);
    request.min_length = self->shortest;
    request.max_length = self->longest;
    request.min_documents = self->documents_least;
    request.with_digits = self->with_digits;
    request.with_parts = self->with_parts;
    request.limit = self->limit;
    return ask_once(command, settings, from_wire(request.query), "Ngrams", &request.base, print);
}

const struct command command_ngrams = {
    .title = "gramdex ngrams",
    .summary = "the most frequent strings of letters",
    .arguments = "",
    .description = "List the strings of letters that occur most often, in all documents or in those of a query.",
    .examples =
        (const char *const[]){"gramdex ngrams --index corpus.gdx --min 4",
                              "gramdex ngrams --index corpus.gdx --where '关税 date:2025..' --format tsv", NULL},
    .explained_in = "Strings that nobody typed\nNgrams",
    .groups = {{&ngrams_table, 0},
               {&output_table, offsetof(struct ngrams_command, once.output)},
               {&aliases_table, offsetof(struct ngrams_command, once.target)},
               ANSWERER_GROUPS(struct ngrams_command, once.target),
               {0}},
    .settings_bytes = sizeof(struct ngrams_command),
    .check = once_check,
    .run = run,
};
