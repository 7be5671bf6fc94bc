// SPDX-License-Identifier: Apache-2.0
// count.c: `gramdex count`: how many documents match, and how often.

#include "asking.h"
#include "command.h"
#include "report.h"
#include "terminal.h"

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct asking *asking = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = asking;
        return 0;
    case ARGP_KEY_ARG:
        asking_add_word(asking, state, argument);
        return 0;
    case ARGP_KEY_END:
        asking_end(asking, state, "QUERY");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .parser = parse,
    .args_doc = "QUERY",
    .doc = "How many documents match, and how often the query's phrases stand in them."
           "\v"
           "examples:\n"
           "  gramdex count --index corpus.gdx 逆全球化\n"
           "  gramdex count --index corpus.gdx '碳边境调节机制 date:2023'\n"
           "  gramdex count --index corpus.gdx --queries terms.txt > counts.jsonl\n",
    .children = (const struct argp_child[]){{&asking_argp, 0, NULL, 0}, {0}},
};

struct printing {
    gdx_slice query;
    bool as_json;
};

static gdx_status print(void *context, const ProtobufCMessage *message, gdx_error *err) {
    const struct printing *printing = context;
    const Gramdex__V1__CountResponse *reply = (const Gramdex__V1__CountResponse *)message;
    if (printing->as_json)
        return json_answer("count", printing->query, message, err);
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%s %s, %s %s · %s\n", format_count(reply->documents, documents),
           plural(reply->documents, "document", "documents"), format_count(reply->occurrences, occurrences),
           plural(reply->occurrences, "occurrence", "occurrences"), format_took(reply->answer, took));
    return GDX_OK;
}

static gdx_status answer(gdx_target *target, void *context, gdx_slice query, bool as_json, gdx_error *err) {
    (void)context;
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    struct printing printing = {query, as_json};
    request.query = to_wire(query);
    return gdx_ask(target, SEARCH_OPERATION("Count"), &request.base, print, &printing, err);
}

int command_count(int argc, char **argv) {
    struct asking asking = {0};
    if (!parse_options(&argp, argc, argv, &asking))
        return EXIT_FAILED;
    return ask_all(argv[0], &asking, answer, NULL);
}
