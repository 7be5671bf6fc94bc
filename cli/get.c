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

static json_t *document_to_json(const gdx_document *document, const struct answer_info *info) {
    return json_pack("{s:{s:o,s:o,s:o,s:o,s:o,s:o},s:I,s:I}", "document", "id", json_text(document->id), "title",
                     json_text(document->title), "date", json_date(document->date), "source",
                     json_text(document->source), "text", json_text(document->text), "metadata",
                     json_metadata(document->metadata), "commit", (json_int_t)info->commit, "took_us",
                     (json_int_t)(info->took_ns / 1000));
}

static gdx_status answer(struct backend *backend, void *context, gdx_slice id, bool as_json, gdx_error *err) {
    (void)context;
    gdx_document document;
    struct answer_info info;
    gdx_status status = backend->get(backend, id, &document, &info, err);
    if (status != GDX_OK)
        return status;
    if (as_json)
        return json_line(document_to_json(&document, &info), err);
    fwrite(document.text.data, 1, document.text.bytes, stdout); // finish_output tells of a failure
    return GDX_OK;
}

int command_get(int argc, char **argv) {
    struct asking asking = {0};
    if (!parse_options(&argp, argc, argv, &asking))
        return EXIT_FAILED;
    return ask_all(argv[0], &asking, answer, NULL);
}
