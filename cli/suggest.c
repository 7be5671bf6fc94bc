// SPDX-License-Identifier: Apache-2.0
// suggest.c: `gramdex suggest`: words by their start, one a line with its occurrences.

#include "asking.h"
#include "report.h"

struct suggest_command {
    struct asking asking;
};

static const struct table_column columns[] = {{"word", TABLE_TEXT, 0}, {"occurrences", TABLE_NUMBER, 0}};

static gdx_status export_words(const struct output *output, const Gramdex__V1__SuggestResponse *reply, gdx_error *err) {
    struct table *table = table_open(columns, sizeof columns / sizeof *columns, output);
    for (size_t i = 0; i < reply->n_words; i++) {
        table_text(table, from_wire(reply->words[i]->text));
        table_count(table, reply->words[i]->occurrences);
    }
    return table_close(table, err);
}

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct output *output = &asked->asking->output;
    const Gramdex__V1__SuggestResponse *reply = (const Gramdex__V1__SuggestResponse *)message;
    if (output->form != OUTPUT_TEXT)
        return export_words(output, reply, err);
    for (size_t i = 0; i < reply->n_words; i++) {
        printf("%12llu  ", (unsigned long long)reply->words[i]->occurrences);
        print_clean(stdout, from_wire(reply->words[i]->text));
        putchar('\n');
    }
    return GDX_OK;
}

static gdx_status answer(const struct asked *asked, gdx_error *err) {
    Gramdex__V1__SuggestRequest request = GRAMDEX__V1__SUGGEST_REQUEST__INIT;
    request.prefix = to_wire(asked->query);
    return asked_print(asked, "Suggest", &request.base, print, err);
}

static gdx_status check(void *settings, gdx_error *err) {
    return asking_check_for(settings, "PREFIX", err);
}

const struct command command_suggest = {
    .title = "gramdex suggest",
    .summary = "the most frequent words that start so",
    .arguments = "PREFIX",
    .description = "Print the 10 most frequent words that start with PREFIX: letters and digits, in any case or width.",
    .examples = (const char *const[]){"gramdex suggest --index corpus.gdx tarif", NULL},
    .groups = {ASKING_GROUPS(struct suggest_command, asking), {0}},
    ASKING_MEMBERS(struct suggest_command, asking),
    .check = check,
    .answer = answer,
    .run = ask_all,
};
