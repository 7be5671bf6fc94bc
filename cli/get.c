// SPDX-License-Identifier: Apache-2.0
// get.c: `gramdex get`: a stored document. For people the text, nothing added; as JSON all of it.
// Byte for byte, except on a terminal: there the characters that could steer it are shown by their numbers, and notes,
// captions, furniture and further parts of the text follow, each under a line that names it.

#include "asking.h"
#include "hits.h"
#include "report.h"
#include "terminal.h"

#include <unistd.h>

static void print_lines(gdx_slice text) {
    print_clean_lines(stdout, text);
    if (text.bytes && text.data[text.bytes - 1] != '\n')
        putchar('\n');
}

// "note[1] · page 3", where "page 3" is where it begins.
static void print_heading(const struct style *style, const Gramdex__V1__DocumentPart *part, uint32_t number) {
    printf("\n%s", style->dim);
    field_print(part->field, number);
    if (part->n_places && part->places[0]->byte == 0 && part->places[0]->name.len) {
        fputs(" · ", stdout);
        print_clean(stdout, from_wire(part->places[0]->name));
    }
    printf("%s\n", style->plain);
}

static void print_on_terminal(const Gramdex__V1__Document *document) {
    const struct style style = style_of(stdout);
    Gramdex__V1__Field field = GRAMDEX__V1__FIELD__FIELD_TEXT;
    uint32_t number = 0;
    if (document->n_parts == 0) {
        print_clean_lines(stdout, from_wire(document->text));
        return;
    }
    print_lines(from_wire(document->text)); // the first part of its field
    for (size_t i = 0; i < document->n_parts; i++) {
        const Gramdex__V1__DocumentPart *part = document->parts[i];
        number = part->field == field ? number + 1 : 0;
        field = part->field;
        print_heading(&style, part, number);
        print_lines(from_wire(part->text));
    }
}

static gdx_status print(void *context, const ProtobufCMessage *message, gdx_error *err) {
    const struct asked *asked = context;
    const Gramdex__V1__Document *document = ((const Gramdex__V1__GetResponse *)message)->document;
    if (asked->as_json)
        return json_answer("get", (gdx_slice){0}, message, err);
    if (!document)
        return gdx_fail(err, GDX_CORRUPT, "the answer has no document");
    if (isatty(STDOUT_FILENO))
        print_on_terminal(document);
    else
        fwrite(document->text.data, 1, document->text.len, stdout); // finish_output reports a failure
    return GDX_OK;
}

static gdx_status answer(const struct asked *asked, gdx_error *err) {
    Gramdex__V1__GetRequest request = GRAMDEX__V1__GET_REQUEST__INIT;
    request.id = to_wire(asked->query);
    return gdx_ask(asked->target, SEARCH_OPERATION("Get"), &request.base, print, (void *)asked, err);
}

static gdx_status check(void *settings, gdx_error *err) {
    struct asking *asking = settings;
    if (asking->arguments.count > 1)
        return gdx_fail(err, GDX_INVALID, "one ID at a time is possible; --queries FILE takes many, one a line");
    asking->asks_ids = true;
    return asking_check_for(asking, "ID", err);
}

const struct command command_get = {
    .title = "gramdex get",
    .summary = "a stored document, byte for byte",
    .arguments = "ID",
    .description = "Print the text of a stored document byte for byte as it was decoded, or with --json all of the "
                   "document. On a terminal control characters are shown by their numbers, <U+001B>, and notes, "
                   "captions, furniture and further parts of the text follow the text. With --queries each line is "
                   "an id. What --json prints is read by gramdex index as the same documents.",
    .examples = (const char *const[]){"gramdex get --index corpus.gdx article.txt",
                                      "gramdex get --index corpus.gdx --json news/20220924/00", NULL},
    .groups = {{&asking_table, 0}, ANSWERER_GROUPS(struct asking, target), {0}},
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct asking, arguments),
    .settings_bytes = sizeof(struct asking),
    .check = check,
    .answer = answer,
    .run = ask_all,
};
