// SPDX-License-Identifier: Apache-2.0
// get.c: `gramdex get`: a stored document. For people the text alone, byte for byte, nothing added; as JSON all of it.

#include "asking.h"
#include "command.h"
#include "report.h"

#include <stdio.h>

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct asking *asking = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = asking;
        return 0;
    case ARGP_KEY_ARG:
        if (asking->query)
            argp_error(state, "one ID at a time; --queries FILE takes many, one a line");
        asking_add_word(asking, state, argument);
        return 0;
    case ARGP_KEY_END:
        asking_end(asking, state, "ID");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .parser = parse,
    .args_doc = "ID",
    .doc = "Print the text of a stored document byte for byte as it was decoded, or with --json all of the document. "
           "With --queries each line is an id."
           "\v"
           "examples:\n"
           "  gramdex get --index corpus.gdx article.txt\n"
           "  gramdex get --index corpus.gdx --json news/20220924/00\n",
    .children = (const struct argp_child[]){{&asking_argp, 0, NULL, 0}, {0}},
};

static gdx_status print(void *context, const ProtobufCMessage *message, gdx_error *err) {
    const bool *as_json = context;
    const Gramdex__V1__Document *document = ((const Gramdex__V1__GetResponse *)message)->document;
    if (*as_json)
        return json_answer("get", (gdx_slice){0}, message, err);
    if (!document)
        return gdx_fail(err, GDX_CORRUPT, "the answer has no document");
    fwrite(document->text.data, 1, document->text.len, stdout); // finish_output reports a failure
    return GDX_OK;
}

static gdx_status answer(gdx_target *target, void *context, gdx_slice id, bool as_json, gdx_error *err) {
    (void)context;
    Gramdex__V1__GetRequest request = GRAMDEX__V1__GET_REQUEST__INIT;
    request.id = to_wire(id);
    return gdx_ask(target, SEARCH_OPERATION("Get"), &request.base, print, &as_json, err);
}

int command_get(int argc, char **argv) {
    struct asking asking = {0};
    if (!parse_options(&argp, argc, argv, &asking))
        return EXIT_FAILED;
    return ask_all(argv[0], &asking, answer, NULL);
}
