// SPDX-License-Identifier: Apache-2.0
// sweep.c: `gramdex sweep`: old generations removed from an object store.

#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "remote.h"
#include "report.h"

#include <inttypes.h>

struct sweep_command {
    struct target target; // its json alone
    struct remote_settings remote;
    struct command_arguments words;
    uint64_t keep;
    bool dry_run;
};

static const struct option_table sweep_table = {
    NULL,
    (const struct option[]){
        NUMBER_ROW(struct sweep_command, keep, "keep", "K", 1, INT64_MAX, "generations that stay, the last ones"),
        FLAG_ROW(struct sweep_command, dry_run, "dry-run", "tell, and remove nothing"),
        {0},
    },
};

static gdx_status check(void *settings, gdx_error *err) {
    const struct sweep_command *self = settings;
    return self->keep ? GDX_OK : gdx_fail(err, GDX_INVALID, "how many generations are to stay? Give --keep K");
}

static void on_progress(void *context, uint64_t done, uint64_t of) {
    progress_draw(context, of ? (double)done / (double)of : 1, "generation %" PRIu64 " of %" PRIu64, done + 1, of);
}

static gdx_status sweep(const struct sweep_command *self, struct progress *progress, gdx_remote_figures *out,
                        gdx_error *err) {
    gdx_bucket *bucket = NULL;
    const gdx_remote_options options = {.keep = self->keep,
                                        .dry_run = self->dry_run,
                                        .stop.cancelled = interrupt_watch(),
                                        .progress = on_progress,
                                        .context = progress};
    gdx_status status = remote_open(self->words.items[0], &self->remote, &options.stop, &bucket, err);
    if (status == GDX_OK)
        status = gdx_remote_sweep(gdx_bucket_objects(bucket), &options, out, err);
    gdx_bucket_close(bucket);
    return status;
}

static void print_done(const struct sweep_command *self, const gdx_remote_figures *figures, uint64_t took_ns) {
    char bytes[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%s: %" PRIu64 " %s%s removed, with %" PRIu64 " %s, %s; %" PRIu64 " %s, the last is generation %" PRIu64
           " · %s\n",
           self->words.items[0], figures->generations_removed,
           plural(figures->generations_removed, "generation", "generations"), self->dry_run ? " would be" : "",
           figures->objects_removed, plural(figures->objects_removed, "object", "objects"),
           format_bytes(figures->moved_bytes, bytes), figures->generations_kept,
           plural(figures->generations_kept, "stays", "stay"), figures->generation, format_duration(took_ns, took));
}

static json_t *json_of(const struct sweep_command *self, const gdx_remote_figures *figures, uint64_t took_ns) {
    return json_pack("{s:s,s:b,s:I,s:I,s:I,s:I,s:I,s:I}", "type", "sweep", "dry_run", self->dry_run, "generation",
                     (json_int_t)figures->generation, "generations_removed", (json_int_t)figures->generations_removed,
                     "generations_kept", (json_int_t)figures->generations_kept, "objects_removed",
                     (json_int_t)figures->objects_removed, "removed_bytes", (json_int_t)figures->moved_bytes, "took_us",
                     (json_int_t)(took_ns / 1000));
}

static int run(const struct command *command, void *settings) {
    const struct sweep_command *self = settings;
    gdx_error err = {0};
    gdx_remote_figures figures;
    struct progress progress = {0};
    uint64_t since_ns = gdx_now_ns();
    gdx_status status = sweep(self, &progress, &figures, &err);
    progress_clear(&progress);
    uint64_t took_ns = gdx_now_ns() - since_ns;
    if (status == GDX_OK && self->target.json)
        status = json_line(json_of(self, &figures, took_ns), &err);
    else if (status == GDX_OK)
        print_done(self, &figures, took_ns);
    return report_end(command->title, status, &err, self->target.json, "stopped; the next sweep goes on");
}

const struct command command_sweep = {
    .title = "gramdex sweep",
    .summary = "remove old generations from an object store",
    .arguments = "URL",
    .description =
        "Remove all generations of an object store but the last K, and the objects that they alone name. What no "
        "generation names is not known and stays.",
    .examples = (const char *const[]){"gramdex sweep s3://bucket/corpus --keep 7",
                                      "gramdex sweep s3://bucket/corpus --keep 7 --dry-run", NULL},
    .notes = "A pull of a generation that is removed meanwhile fails and changes nothing; the next one takes the last "
             "generation. Run it after a push, not beside one.\n" REMOTE_NOTES,
    .groups = {{&sweep_table, 0},
               {&json_table, offsetof(struct sweep_command, target)},
               {&remote_table, offsetof(struct sweep_command, remote)},
               {0}},
    .arguments_least = 1,
    .arguments_most = 1,
    .arguments_field = OPTION_FIELD(struct sweep_command, words),
    .settings_bytes = sizeof(struct sweep_command),
    .check = check,
    .run = run,
};
