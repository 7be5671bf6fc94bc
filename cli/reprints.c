// SPDX-License-Identifier: Apache-2.0
// reprints.c: `gramdex reprints`: which documents are reprints of each other.

#include "reprints.h"
#include "options.h"
#include "report.h"
#include "target.h"

static const struct option_table reprints_table = {
    NULL,
    (const struct option[]){
        FLAG_ROW(struct reprints_command, builds, "build", "look for reprints and keep what is found",
                 .more = "Reads every document. What is found is a part of the index from then on. Documents that "
                         "are indexed later count as first of their own until it is built again.",
                 .needs_index = true),
        TEXT_ROW(struct reprints_command, jaccard, "jaccard", "SHARE", "with --build: shingles in common (0.6)",
                 .more = "Of the runs of eight letters of both texts, the share that both have, from 0.3 to 1.",
                 .needs_index = true),
        TEXT_ROW(struct reprints_command, within, "within", "DAYS", "with --build: days between dates (30d)",
                 .needs_index = true),
        THREADS_ROW(struct reprints_command, threads),
        BYTES_ROW(struct reprints_command, memory_bytes, "memory", "SIZE",
                  "with --build: at most so much (half of all)",
                  .more = "400 bytes are needed for each document. Of the rest, half is for 1 KB for each document "
                          "within the days of one, and half for pairs that may be alike, 60 bytes each.",
                  .least = 1 << 20, .needs_index = true),
        FLAG_ROW(struct reprints_command, excerpts, "excerpts", "documents that stand in longer ones"),
        LIMIT_ROW(struct reprints_command, limit, 1000, "groups or excerpts, at most 1000 (30)"),
        NUMBER_ROW(struct reprints_command, members, "members", "N", 1, 1000,
                   "documents of a group, at most 1000 (10)"),
        {0},
    },
};

static const struct table_column group_columns[] = {
    {"group", TABLE_NUMBER, 0},   {"date", TABLE_TEXT, 0}, {"source", TABLE_TEXT, 2},
    {"jaccard", TABLE_NUMBER, 1}, {"id", TABLE_TEXT, 0},   {"title", TABLE_TEXT, 3},
};

static gdx_status print_groups(const struct output *output, const Gramdex__V1__ReprintsResponse *reply,
                               gdx_error *err) {
    struct table *table = table_open(group_columns, sizeof group_columns / sizeof *group_columns, output);
    for (size_t g = 0; g < reply->n_groups; g++)
        for (size_t i = 0; i < reply->groups[g]->n_reprints; i++) {
            const Gramdex__V1__Reprint *row = reply->groups[g]->reprints[i];
            table_count(table, g + 1);
            table_text(table, from_wire(row->date));
            table_text(table, from_wire(row->source));
            table_real(table, row->jaccard, 2);
            table_text(table, from_wire(row->id));
            table_text(table, from_wire(row->title));
        }
    return table_close(table, err);
}

static const struct table_column excerpt_columns[] = {
    {"containment", TABLE_NUMBER, 0}, {"excerpt_date", TABLE_TEXT, 1}, {"excerpt", TABLE_TEXT, 0},
    {"of_date", TABLE_TEXT, 1},       {"of", TABLE_TEXT, 0},
};

static gdx_status print_excerpts(const struct output *output, const Gramdex__V1__ReprintsResponse *reply,
                                 gdx_error *err) {
    struct table *table = table_open(excerpt_columns, sizeof excerpt_columns / sizeof *excerpt_columns, output);
    for (size_t i = 0; i < reply->n_excerpts; i++) {
        static const Gramdex__V1__Reprint none = GRAMDEX__V1__REPRINT__INIT;
        const Gramdex__V1__Excerpt *row = reply->excerpts[i];
        const Gramdex__V1__Reprint *excerpt = row->excerpt ? row->excerpt : &none, *of = row->of ? row->of : &none;
        table_real(table, row->containment, 2);
        table_text(table, from_wire(excerpt->date));
        table_text(table, from_wire(excerpt->id));
        table_text(table, from_wire(of->date));
        table_text(table, from_wire(of->id));
    }
    return table_close(table, err);
}

static void print_totals(const Gramdex__V1__ReprintsResponse *reply) {
    char documents[NUMBER_TEXT_BYTES], distinct[NUMBER_TEXT_BYTES], groups[NUMBER_TEXT_BYTES];
    char excerpts[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES], later[NUMBER_TEXT_BYTES];
    printf("\n%s, %s distinct · %s, %s · jaccard %.2f within %u days · %s\n",
           format_counted(reply->documents, "document", "documents", documents),
           format_count(reply->distinct, distinct), format_counted(reply->all_groups, "group", "groups", groups),
           format_counted(reply->all_excerpts, "excerpt", "excerpts", excerpts), reply->jaccard, reply->within_days,
           format_took(reply->answer, took));
    if (reply->later)
        printf("%s not looked at yet: gramdex reprints --build\n",
               format_counted(reply->later, "document was", "documents were", later));
}

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct reprints_command *self = asked->settings;
    const Gramdex__V1__ReprintsResponse *reply = (const Gramdex__V1__ReprintsResponse *)message;
    const struct output *output = &self->asking.output;
    gdx_status status = self->excerpts ? print_excerpts(output, reply, err) : print_groups(output, reply, err);
    if (output->form == OUTPUT_TEXT)
        print_totals(reply);
    return status;
}

static gdx_status answer(const struct asked *asked, gdx_error *err) {
    const struct reprints_command *self = asked->settings;
    Gramdex__V1__ReprintsRequest request = GRAMDEX__V1__REPRINTS_REQUEST__INIT;
    request.query = to_wire(asked->query);
    request.limit = self->limit;
    request.members = self->members;
    return asked_print(asked, "Reprints", &request.base, print, err);
}

static gdx_status check_build(const struct reprints_command *self, gdx_error *err) {
    uint32_t jaccard, days;
    bool has_query = self->asking.arguments.count > 0 || self->asking.queries;
    if (!self->builds && (self->jaccard || self->within || self->threads || self->memory_bytes))
        return gdx_fail(err, GDX_INVALID, "--jaccard, --within, --threads and --memory go with --build");
    if (self->builds && has_query)
        return gdx_fail(err, GDX_INVALID, "--build looks at all documents and takes no query");
    return reprints_read_thresholds(self, &jaccard, &days, err);
}

static gdx_status check(void *settings, gdx_error *err) {
    struct reprints_command *self = settings;
    gdx_status status = check_build(self, err);
    if (status == GDX_OK)
        status = output_check(&self->asking.output, self->asking.target.json || self->asking.queries, err);
    if (status != GDX_OK || self->builds || (self->asking.arguments.count == 0 && !self->asking.queries))
        return status;
    return asking_check(self, err);
}

static int run(const struct command *command, void *settings) {
    struct reprints_command *self = settings;
    if (self->builds)
        return reprints_build(command, self);
    if (self->asking.arguments.count == 0 && !self->asking.queries) {
        self->asking.query = "";
        self->asking.has_found = true; // only a query can have nothing
    }
    return ask_all(command, self);
}

const struct command command_reprints = {
    .title = "gramdex reprints",
    .summary = "which documents are reprints of each other",
    .arguments = "[QUERY]",
    .description = "List groups of documents that are reprints of each other, of all documents or of those of a query. "
                   "Two documents are reprints when they share most of their runs of eight letters, what a source "
                   "repeats left out, and their dates are near. An excerpt of a longer document is in no group; "
                   "--excerpts lists it.",
    .examples =
        (const char *const[]){"gramdex reprints --index corpus.gdx --build", "gramdex reprints --index corpus.gdx 关税",
                              "gramdex reprints --index corpus.gdx --excerpts --format tsv",
                              "gramdex count --index corpus.gdx '关税 is:first'", NULL},
    .explained_in = "Reprints",
    .notes = "is:first in any query keeps of each group the document with the earliest date, then the lowest id.",
    .groups = {{&reprints_table, 0}, ASKING_GROUPS(struct reprints_command, asking), {0}},
    ASKING_MEMBERS(struct reprints_command, asking),
    .check = check,
    .answer = answer,
    .run = run,
};
