// SPDX-License-Identifier: Apache-2.0
// suggest.c: `gramdex suggest`: words by their start, one a line with its occurrences.

#include "asking.h"
#include "report.h"
#include "table.h"

struct suggest_command {
    struct asking asking;
    struct output output;
};

static const struct table_column columns[] = {{"word", TABLE_TEXT, 0}, {"occurrences", TABLE_NUMBER, 0}};

struct suggest_printing {
    const struct output *output;
    gdx_slice prefix;
    bool as_json;
};

static gdx_status export_words(const struct output *output, const Gramdex__V1__SuggestResponse *reply, gdx_error *err) {
    struct table *table = table_open(columns, sizeof columns / sizeof *columns, output);
    for (size_t i = 0; i < reply->n_words; i++) {
        table_text(table, from_wire(reply->words[i]->text));
        table_count(table, reply->words[i]->occurrences);
    }
    return table_close(table, err);
}

static gdx_status print(void *context, const ProtobufCMessage *message, gdx_error *err) {
    const struct suggest_printing *printing = context;
    const Gramdex__V1__SuggestResponse *reply = (const Gramdex__V1__SuggestResponse *)message;
    if (printing->as_json)
        return json_answer("suggest", printing->prefix, message, err);
    if (printing->output->form != OUTPUT_TEXT)
        return export_words(printing->output, reply, err);
    for (size_t i = 0; i < reply->n_words; i++) {
        printf("%12llu  ", (unsigned long long)reply->words[i]->occurrences);
        print_clean(stdout, from_wire(reply->words[i]->text));
        putchar('\n');
    }
    return GDX_OK;
}

static gdx_status answer(gdx_target *target, void *context, gdx_slice prefix, bool as_json, gdx_error *err) {
    struct suggest_command *self = context;
    Gramdex__V1__SuggestRequest request = GRAMDEX__V1__SUGGEST_REQUEST__INIT;
    struct suggest_printing printing = {&self->output, prefix, as_json};
    request.prefix = to_wire(prefix);
    return asking_ask(&self->asking, target, SEARCH_OPERATION("Suggest"), &request.base, print, &printing, err);
}

static gdx_status check(void *settings, gdx_error *err) {
    struct suggest_command *self = settings;
    gdx_status status = output_check(&self->output, self->asking.target.json || self->asking.queries, err);
    return status == GDX_OK ? asking_check(&self->asking, "PREFIX", err) : status;
}

static int run(const struct command *command, void *settings) {
    struct suggest_command *self = settings;
    return ask_all(command->title, &self->asking, answer, self);
}

const struct command command_suggest = {
    .title = "gramdex suggest",
    .summary = "the most frequent words that start so",
    .arguments = "PREFIX",
    .description = "Print the 10 most frequent words that start with PREFIX: letters and digits, in any case or width.",
    .examples = (const char *const[]){"gramdex suggest --index corpus.gdx tarif", NULL},
    .groups = {{&output_table, offsetof(struct suggest_command, output)},
               ASKING_GROUPS(struct suggest_command, asking),
               {0}},
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct suggest_command, asking.arguments),
    .settings_bytes = sizeof(struct suggest_command),
    .check = check,
    .run = run,
};
