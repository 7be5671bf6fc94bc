// SPDX-License-Identifier: Apache-2.0
// get.c: `gramdex get`: a stored document. For people the text alone, byte for byte, nothing added; as JSON all of it.

#include "asking.h"
#include "command.h"
#include "report.h"

#include <stdio.h>

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

static gdx_status check(void *settings, gdx_error *err) {
    struct asking *asking = settings;
    if (asking->arguments.count > 1)
        return gdx_fail(err, GDX_INVALID, "one ID at a time is possible; --queries FILE takes many, one a line");
    return asking_check(asking, "ID", err);
}

static int run(const struct command *command, void *settings) {
    return ask_all(command->title, settings, answer, NULL);
}

const struct command command_get = {
    .title = "gramdex get",
    .summary = "a stored document, byte for byte",
    .arguments = "ID",
    .description = "Print the text of a stored document byte for byte as it was decoded, or with --json all of the "
                   "document. With --queries each line is an id.",
    .examples = (const char *const[]){"gramdex get --index corpus.gdx article.txt",
                                      "gramdex get --index corpus.gdx --json news/20220924/00", NULL},
    .groups = {{&asking_table, 0}, ANSWERER_GROUPS(struct asking, target), {0}},
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct asking, arguments),
    .settings_bytes = sizeof(struct asking),
    .check = check,
    .run = run,
};
