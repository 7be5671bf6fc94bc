// SPDX-License-Identifier: Apache-2.0
// count.c: `gramdex count`: how many documents match, and how often.

#include "asking.h"
#include "command.h"
#include "report.h"
#include "terminal.h"

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
    .groups = {{&asking_table, 0}, ANSWERER_GROUPS(struct asking, target), {0}},
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct asking, arguments),
    .settings_bytes = sizeof(struct asking),
    .check = check,
    .run = run,
};
