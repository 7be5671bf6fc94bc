// SPDX-License-Identifier: Apache-2.0
// get.c: `gramdex get`: a stored document. For people the text alone, nothing added; as JSON all of it.
// Byte for byte, except on a terminal: there the characters that could steer it are shown by their numbers.

#include "asking.h"
#include "command.h"
#include "report.h"
#include "terminal.h"

#include <unistd.h>

static gdx_status print(void *context, const ProtobufCMessage *message, gdx_error *err) {
    const bool *as_json = context;
    const Gramdex__V1__Document *document = ((const Gramdex__V1__GetResponse *)message)->document;
    if (*as_json)
        return json_answer("get", (gdx_slice){0}, message, err);
    if (!document)
        return gdx_fail(err, GDX_CORRUPT, "the answer has no document");
    if (isatty(STDOUT_FILENO))
        print_clean_lines(stdout, from_wire(document->text));
    else
        fwrite(document->text.data, 1, document->text.len, stdout); // finish_output reports a failure
    return GDX_OK;
}

static gdx_status answer(gdx_target *target, void *context, gdx_slice id, bool as_json, gdx_error *err) {
    (void)context;
    Gramdex__V1__GetRequest request = GRAMDEX__V1__GET_REQUEST__INIT;
    request.id = to_wire(id);
    return gdx_ask(target, SEARCH_OPERATION("Get"), &request.base, print, &as_json, err);
}

static gdx_status check(void *settings, gdx_error *err) {
    struct asking *asking = settings;
    if (asking->arguments.count > 1)
        return gdx_fail(err, GDX_INVALID, "one ID at a time is possible; --queries FILE takes many, one a line");
    asking->asks_ids = true;
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
                   "document. On a terminal control characters are shown by their numbers, <U+001B>. With --queries "
                   "each line is an id.",
    .examples = (const char *const[]){"gramdex get --index corpus.gdx article.txt",
                                      "gramdex get --index corpus.gdx --json news/20220924/00", NULL},
    .groups = {{&asking_table, 0}, ANSWERER_GROUPS(struct asking, target), {0}},
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct asking, arguments),
    .settings_bytes = sizeof(struct asking),
    .check = check,
    .run = run,
};
