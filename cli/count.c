// SPDX-License-Identifier: Apache-2.0
// count.c: `gramdex count`: how many documents match, and how often.

#include "asking.h"
#include "hits.h"
#include "report.h"
#include "terminal.h"

struct count_command {
    struct asking asking;
    struct table *table; // of an export, once there was an answer
};

static const struct table_column columns[] = {
    {"query", TABLE_TEXT, 0},
    {"documents", TABLE_NUMBER, 0},
    {"occurrences", TABLE_NUMBER, 0},
    {"bridged_occurrences", TABLE_NUMBER, 0},
};

static gdx_status export_count(struct count_command *self, gdx_slice query, const Gramdex__V1__CountResponse *reply,
                               gdx_error *err) {
    if (!self->table && !(self->table = table_open(columns, sizeof columns / sizeof *columns, &self->asking.output)))
        return gdx_fail_memory(err, "a table");
    table_text(self->table, query);
    table_count(self->table, reply->documents);
    table_count(self->table, reply->occurrences);
    table_count(self->table, reply->bridged_occurrences);
    return GDX_OK;
}

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    struct count_command *self = asked->settings;
    const Gramdex__V1__CountResponse *reply = (const Gramdex__V1__CountResponse *)message;
    if (self->asking.output.form != OUTPUT_TEXT)
        return export_count(self, asked->query, reply, err);
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%s, %s", format_counted(reply->documents, "document", "documents", documents),
           format_counted(reply->occurrences, "occurrence", "occurrences", occurrences));
    bridged_print(reply->bridged_occurrences);
    printf(" · %s\n", format_took(reply->answer, took));
    return GDX_OK;
}

static gdx_status answer(const struct asked *asked, gdx_error *err) {
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    request.query = to_wire(asked->query);
    return asked_print(asked, "Count", &request.base, print, err);
}

static gdx_status check(void *settings, gdx_error *err) {
    struct count_command *self = settings;
    self->asking.as_rows = self->asking.output.form != OUTPUT_TEXT;
    return asking_check(self, err);
}

static int run(const struct command *command, void *settings) {
    struct count_command *self = settings;
    gdx_error err = {0};
    int exit_status = ask_all(command, self);
    if (!self->table)
        return exit_status;
    if (table_close(self->table, &err) != GDX_OK)
        exit_status = report_failure(command->title, &err, (gdx_slice){0}, false);
    if (exit_status != EXIT_DONE)
        table_break_off(&self->asking.output, "a query failed");
    return exit_status;
}

const struct command command_count = {
    .title = "gramdex count",
    .summary = "how many documents and occurrences",
    .arguments = "QUERY",
    .description = "Count the documents that match, and how often the query's phrases occur in them.",
    .examples =
        (const char *const[]){"gramdex count --index corpus.gdx 逆全球化",
                              "gramdex count --index corpus.gdx '碳边境调节机制 date:2023'",
                              "gramdex count --index corpus.gdx --queries terms.txt > counts.jsonl",
                              "gramdex count --index corpus.gdx --queries terms.txt --format csv > counts.csv", NULL},
    .groups = {ASKING_GROUPS(struct count_command, asking), {0}},
    ASKING_MEMBERS(struct count_command, asking),
    .check = check,
    .answer = answer,
    .run = run,
};
