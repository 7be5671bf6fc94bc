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

static gdx_status answer(struct backend *backend, void *context, gdx_slice query, bool as_json, gdx_error *err) {
    (void)context;
    gdx_totals totals;
    struct answer_info info;
    gdx_status status = backend->count(backend, query, &totals, &info, err);
    if (status != GDX_OK)
        return status;
    if (as_json)
        return json_line(json_pack("{s:o,s:I,s:I,s:b,s:I,s:I}", "query", json_text(query), "documents",
                                   (json_int_t)totals.documents, "occurrences", (json_int_t)totals.occurrences,
                                   "complete", (int)info.is_complete, "commit", (json_int_t)info.commit, "took_us",
                                   (json_int_t)(info.took_ns / 1000)),
                         err);
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%s %s, %s %s · %s\n", format_count(totals.documents, documents),
           plural(totals.documents, "document", "documents"), format_count(totals.occurrences, occurrences),
           plural(totals.occurrences, "occurrence", "occurrences"), format_duration(info.took_ns, took));
    return GDX_OK;
}

int command_count(int argc, char **argv) {
    struct asking asking = {0};
    if (!parse_options(&argp, argc, argv, &asking))
        return EXIT_FAILED;
    return ask_all(argv[0], &asking, answer, NULL);
}
