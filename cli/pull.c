// SPDX-License-Identifier: Apache-2.0
// pull.c: `gramdex pull`: an index becomes what a generation in an object store names.

#include "backup_report.h"
#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "remote.h"
#include "report.h"

#include <inttypes.h>

struct pull_command {
    struct target target;
    struct remote_settings remote;
    struct command_arguments words;
    const char *slice_text; // NULL: all
    unsigned slice, slices;
    uint64_t generation; // 0: the last one
};

static const struct option_table pull_table = {
    NULL,
    (const struct option[]){
        TEXT_ROW(struct pull_command, slice_text, "slice", "I/N", "for a leaf: slice I of N alone, I from 0",
                 .more = "The whole manifest, and the files of about an N-th of the bytes. Only `serve --slice I/N` "
                         "opens such an index."),
        NUMBER_ROW(struct pull_command, generation, "generation", "G", 1, INT64_MAX, "this one (the last)"),
        {0},
    },
};

static gdx_status check(void *settings, gdx_error *err) {
    struct pull_command *self = settings;
    return self->slice_text ? remote_read_slice(self->slice_text, &self->slice, &self->slices, err) : GDX_OK;
}

static gdx_status pull(const struct pull_command *self, struct progress *progress, gdx_remote_figures *out,
                       gdx_error *err) {
    gdx_bucket *bucket = NULL;
    const gdx_remote_options options = {.generation = self->generation,
                                        .slice = {self->slice, self->slices},
                                        .stop.cancelled = interrupt_watch(),
                                        .progress = backup_on_progress,
                                        .context = progress};
    gdx_status status = remote_open(self->words.items[0], &self->remote, &options.stop, &bucket, err);
    if (status == GDX_OK)
        status = gdx_index_pull(gdx_bucket_objects(bucket), self->target.index, &options, out, err);
    gdx_bucket_close(bucket);
    return status;
}

static void print_before(const gdx_remote_figures *figures) {
    char documents[NUMBER_TEXT_BYTES];
    if (figures->was_unreadable)
        printf("what was there could not be read and is gone\n");
    else if (figures->had_index && !figures->is_unchanged)
        printf("before: commit %" PRIu64 ", %s %s\n", figures->commit_before,
               format_count(figures->documents_before, documents),
               plural(figures->documents_before, "document", "documents"));
}

static void print_done(const struct pull_command *self, const gdx_remote_figures *figures, uint64_t took_ns) {
    char documents[NUMBER_TEXT_BYTES], bytes[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    if (figures->is_unchanged)
        printf("%s is generation %" PRIu64 " already, and sound: commit %" PRIu64 " · %s\n", self->target.index,
               figures->generation, figures->commit, format_duration(took_ns, took));
    else
        printf("%s: generation %" PRIu64 ", commit %" PRIu64 ", %s %s, %s · %s\n", self->target.index,
               figures->generation, figures->commit, format_count(figures->documents, documents),
               plural(figures->documents, "document", "documents"), format_bytes(figures->bytes, bytes),
               format_duration(took_ns, took));
    if (self->slices)
        printf("slice %u of %u: %" PRIu64 " of %" PRIu64 " %s\n", self->slice, self->slices, figures->slice_segments,
               figures->segments, plural(figures->segments, "segment", "segments"));
    print_before(figures);
    remote_print_ways(figures, "received");
}

static json_t *json_of(const gdx_remote_figures *figures, uint64_t took_ns) {
    json_t *line = remote_json("pull", figures, took_ns);
    json_t *before =
        json_pack("{s:b,s:b,s:I,s:I,s:I}", "had_index", figures->had_index, "was_unreadable", figures->was_unreadable,
                  "commit_before", (json_int_t)figures->commit_before, "documents_before",
                  (json_int_t)figures->documents_before, "slice_segments", (json_int_t)figures->slice_segments);
    if (!line || !before || json_object_update(line, before) != 0) {
        json_decref(line);
        line = NULL;
    }
    json_decref(before);
    return line;
}

static int run(const struct command *command, void *settings) {
    const struct pull_command *self = settings;
    gdx_error err = {0};
    gdx_remote_figures figures;
    struct progress progress = {0};
    uint64_t since_ns = gdx_now_ns();
    gdx_status status = pull(self, &progress, &figures, &err);
    progress_clear(&progress);
    uint64_t took_ns = gdx_now_ns() - since_ns;
    if (status == GDX_OK && self->target.json)
        status = json_line(json_of(&figures, took_ns), &err);
    else if (status == GDX_OK)
        print_done(self, &figures, took_ns);
    return report_end(command->title, status, &err, self->target.json,
                      "stopped; the index is at the commit it was at, and the next pull goes on");
}

const struct command command_pull = {
    .title = "gramdex pull",
    .summary = "an index becomes what an object store has",
    .arguments = "URL",
    .description =
        "Make an index the commit that a generation in an object store names. It is a commit: until the last moment "
        "the index is what it was, and a server takes it up by itself. What the index held before is removed then.",
    .examples = (const char *const[]){"gramdex pull s3://bucket/corpus --index replica.gdx",
                                      "gramdex pull s3://bucket/corpus --index leaf-2.gdx --slice 2/8",
                                      "gramdex serve --follow s3://bucket/corpus --index replica.gdx", NULL},
    .notes =
        "Every page is verified where it came to lie. Files that are there and good are kept, and a pull that was "
        "stopped is gone on with, within a file too.\n"
        "The commit has the number that it had, or one more than the index had, if that was larger.\n" REMOTE_NOTES,
    .groups = {{&pull_table, 0},
               DIRECTORY_GROUPS(struct pull_command, target),
               {&remote_table, offsetof(struct pull_command, remote)},
               {0}},
    .arguments_least = 1,
    .arguments_most = 1,
    .arguments_field = OPTION_FIELD(struct pull_command, words),
    .settings_bytes = sizeof(struct pull_command),
    .check = check,
    .run = run,
};
