// SPDX-License-Identifier: Apache-2.0
// count.c: `gramdex count`: how many documents match, and how often.

#include "asking.h"
#include "command.h"
#include "hits.h"
#include "report.h"
#include "terminal.h"

static gdx_status print(void *context, const ProtobufCMessage *message, gdx_error *err) {
    const struct printing *printing = context;
    const Gramdex__V1__CountResponse *reply = (const Gramdex__V1__CountResponse *)message;
    if (printing->as_json)
        return json_answer("count", printing->query, message, err);
    notes_print(reply->answer);
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%s %s, %s %s", format_count(reply->documents, documents), plural(reply->documents, "document", "documents"),
           format_count(reply->occurrences, occurrences), plural(reply->occurrences, "occurrence", "occurrences"));
    bridged_print(reply->bridged_occurrences);
    printf(" · %s\n", format_took(reply->answer, took));
    return GDX_OK;
}

static gdx_status answer(gdx_target *target, void *context, gdx_slice query, bool as_json, gdx_error *err) {
    (void)context;
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    struct printing printing = {query, as_json};
    request.query = to_wire(query);
    return gdx_ask(target, SEARCH_OPERATION("Count"), &request.base, print, &printing, err);
}

static gdx_status check(void *settings, gdx_error *err) {
    return asking_check(settings, "QUERY", err);
}

static int run(const struct command *command, void *settings) {
    return ask_all(command->title, settings, answer, NULL);
}

const struct command command_count = {
    .title = "gramdex count",
    .summary = "how many documents and occurrences",
    .arguments = "QUERY",
    .description = "Count the documents that match, and how often the query's phrases occur in them.",
    .examples = (const char *const[]){"gramdex count --index corpus.gdx 逆全球化",
                                      "gramdex count --index corpus.gdx '碳边境调节机制 date:2023'",
                                      "gramdex count --index corpus.gdx --queries terms.txt > counts.jsonl", NULL},
    .groups = {{&asking_table, 0},
               {&aliases_table, offsetof(struct asking, target)},
               ANSWERER_GROUPS(struct asking, target),
               {0}},
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct asking, arguments),
    .settings_bytes = sizeof(struct asking),
    .check = check,
    .run = run,
};
