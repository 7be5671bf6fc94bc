// SPDX-License-Identifier: Apache-2.0
// suggest.c: `gramdex suggest`: words by their start, one a line with its occurrences.

#include "asking.h"
#include "report.h"

static gdx_status print(void *context, const ProtobufCMessage *message, gdx_error *err) {
    const struct printing *printing = context;
    const Gramdex__V1__SuggestResponse *reply = (const Gramdex__V1__SuggestResponse *)message;
    if (printing->as_json)
        return json_answer("suggest", printing->query, message, err);
    for (size_t i = 0; i < reply->n_words; i++) {
        printf("%12llu  ", (unsigned long long)reply->words[i]->occurrences);
        print_clean(stdout, from_wire(reply->words[i]->text));
        putchar('\n');
    }
    return GDX_OK;
}

static gdx_status answer(gdx_target *target, void *context, gdx_slice prefix, bool as_json, gdx_error *err) {
    (void)context;
    Gramdex__V1__SuggestRequest request = GRAMDEX__V1__SUGGEST_REQUEST__INIT;
    struct printing printing = {prefix, as_json};
    request.prefix = to_wire(prefix);
    return gdx_ask(target, SEARCH_OPERATION("Suggest"), &request.base, print, &printing, err);
}

static gdx_status check(void *settings, gdx_error *err) {
    return asking_check(settings, "PREFIX", err);
}

static int run(const struct command *command, void *settings) {
    return ask_all(command->title, settings, answer, NULL);
}

const struct command command_suggest = {
    .title = "gramdex suggest",
    .summary = "the most frequent words that start so",
    .arguments = "PREFIX",
    .description = "Print the 10 most frequent words that start with PREFIX: letters and digits, in any case or width.",
    .examples = (const char *const[]){"gramdex suggest --index corpus.gdx tarif", NULL},
    .groups = {{&asking_table, 0}, ANSWERER_GROUPS(struct asking, target), {0}},
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct asking, arguments),
    .settings_bytes = sizeof(struct asking),
    .check = check,
    .run = run,
};
