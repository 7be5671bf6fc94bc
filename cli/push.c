// SPDX-License-Identifier: Apache-2.0
// push.c: `gramdex push`: the last commit of an index as the next generation in an object store.

#include "backup_report.h"
#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "remote.h"
#include "report.h"

#include <inttypes.h>

struct push_command {
    struct target target;
    struct remote_settings remote;
    struct command_arguments words;
};

static gdx_status push(const struct push_command *self, struct progress *progress, gdx_remote_figures *out,
                       gdx_error *err) {
    gdx_bucket *bucket = NULL;
    const gdx_remote_options options = {
        .stop.cancelled = interrupt_watch(), .progress = backup_on_progress, .context = progress};
    gdx_status status = remote_open(self->words.items[0], &self->remote, &options.stop, &bucket, err);
    if (status == GDX_OK)
        status = gdx_index_push(self->target.index, gdx_bucket_objects(bucket), &options, out, err);
    gdx_bucket_close(bucket);
    return status;
}

static void print_done(const char *url, const gdx_remote_figures *figures, uint64_t took_ns) {
    char documents[NUMBER_TEXT_BYTES], bytes[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    if (figures->is_unchanged)
        printf("%s: generation %" PRIu64 " is commit %" PRIu64 " already · %s\n", url, figures->generation,
               figures->commit, format_duration(took_ns, took));
    else
        printf("%s: generation %" PRIu64 ", commit %" PRIu64 ", %s %s, %s · %s\n", url, figures->generation,
               figures->commit, format_count(figures->documents, documents),
               plural(figures->documents, "document", "documents"), format_bytes(figures->bytes, bytes),
               format_duration(took_ns, took));
    remote_print_ways(figures, "sent");
}

static int run(const struct command *command, void *settings) {
    const struct push_command *self = settings;
    gdx_error err = {0};
    gdx_remote_figures figures;
    struct progress progress = {0};
    uint64_t since_ns = gdx_now_ns();
    gdx_status status = push(self, &progress, &figures, &err);
    progress_clear(&progress);
    uint64_t took_ns = gdx_now_ns() - since_ns;
    if (status == GDX_OK && self->target.json)
        status = json_line(remote_json("push", &figures, took_ns), &err);
    else if (status == GDX_OK)
        print_done(self->words.items[0], &figures, took_ns);
    return report_end(command->title, status, &err, self->target.json,
                      "stopped; nothing refers to what was sent, and the next push goes on with it");
}

const struct command command_push = {
    .title = "gramdex push",
    .summary = "the last commit as a generation in an object store",
    .arguments = "URL",
    .description =
        "Bring the last commit of an index into an object store, as its next generation. Segments go first, under the "
        "names of their content, and what is there is not sent again. Then one conditional request publishes all or "
        "nothing: of two pushes at once one wins, and the other says so and exits with 1.",
    .examples = (const char *const[]){"gramdex push --index corpus.gdx s3://bucket/corpus",
                                      "gramdex pull s3://bucket/corpus --index replica.gdx", NULL},
    .notes =
        "Readers, servers and writers of the index go on meanwhile. Every page is verified before it goes.\n" REMOTE_NOTES,
    .groups = {DIRECTORY_GROUPS(struct push_command, target),
               {&remote_table, offsetof(struct push_command, remote)},
               {0}},
    .arguments_least = 1,
    .arguments_most = 1,
    .arguments_field = OPTION_FIELD(struct push_command, words),
    .settings_bytes = sizeof(struct push_command),
    .run = run,
};
