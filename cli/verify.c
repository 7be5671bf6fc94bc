// SPDX-License-Identifier: Apache-2.0
// verify.c: `gramdex verify`: reads the whole index and checks every checksum and every structure. --repair is in
// verify_repair.c, --query in verify_query.c.

#include "verify.h"
#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "report.h"
#include "terminal.h"

#include "gdx/index.h"

static const struct option_table verify_table = {
    NULL,
    (const struct option[]){
        FLAG_ROW(struct verify_command, repairs, "repair", "leave out what is damaged, so the rest lives",
                 .more = "A new commit without the damaged segments; the ids that are lost are listed. Damaged files "
                         "are kept beside it, as damaged-*. Deletions that are damaged are made anew as far as they "
                         "can be."),
        FLAG_ROW(struct verify_command, dry_run, "dry-run", "with --repair: tell, and change nothing"),
        TEXT_ROW(struct verify_command, query, "query", "QUERY", "count it again from the stored text",
                 .more = "Every document is read and cut into symbols, every phrase tried at every place, without "
                         "postings. Both counts are printed; exit status 1 when they differ. bridge: is not counted "
                         "so."),
        {0},
    },
};

static gdx_status check(void *settings, gdx_error *err) {
    const struct verify_command *self = settings;
    if (self->dry_run && !self->repairs)
        return gdx_fail(err, GDX_INVALID, "--dry-run goes with --repair; without, verify changes nothing");
    if (self->query && self->repairs)
        return gdx_fail(err, GDX_INVALID, "--query and --repair do not go together; repair first");
    return GDX_OK;
}

static void on_progress(void *context, size_t done, size_t of) {
    progress_draw(context, of ? (double)done / (double)of : 1, "segment %zu of %zu", done + 1, of);
}

// What was found sound, after the checks: from a fresh snapshot, so that the figures are of the last commit.
static gdx_status print_sound(const struct target *target, uint64_t took_ns, gdx_error *err) {
    GDX_AUTO(gdx_index) index = NULL;
    gdx_status status = gdx_index_open(target->index, &index, err);
    if (status != GDX_OK)
        return status;
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    uint64_t documents = gdx_snapshot_documents(snapshot), commit = gdx_snapshot_commit(snapshot);
    uint64_t bytes = gdx_snapshot_bytes(snapshot);
    size_t segments = gdx_snapshot_segment_count(snapshot);
    gdx_snapshot_release(snapshot);
    if (target->json)
        return json_line(json_pack("{s:s,s:b,s:I,s:I,s:I,s:I,s:I}", "type", "verify", "sound", 1, "documents",
                                   (json_int_t)documents, "segments", (json_int_t)segments, "index_bytes",
                                   (json_int_t)bytes, "commit", (json_int_t)commit, "took_us",
                                   (json_int_t)(took_ns / 1000)),
                         err);
    char count[NUMBER_TEXT_BYTES], size[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%s: sound: %s in %zu %s, %s, commit %llu · %s\n", target->index,
           format_counted(documents, "document", "documents", count), segments, plural(segments, "segment", "segments"),
           format_bytes(bytes, size), (unsigned long long)commit, format_duration(took_ns, took));
    return GDX_OK;
}

static int run(const struct command *command, void *settings) {
    const struct verify_command *self = settings;
    const struct target *target = &self->target;
    if (self->repairs)
        return verify_repair(command, self);
    if (self->query)
        return verify_query(command, self);
    gdx_error err = {0};
    struct progress progress = {0};
    uint64_t since_ns = gdx_now_ns();
    const gdx_stop stop = {.cancelled = interrupt_watch()};
    gdx_status status = gdx_index_verify(target->index, &stop, on_progress, &progress, &err);
    progress_clear(&progress);
    if (status == GDX_OK)
        status = print_sound(target, gdx_now_ns() - since_ns, &err);
    if (status == GDX_OK)
        return EXIT_DONE;
    int exit_status = report_failure(command->title, &err, (gdx_slice){0}, target->json);
    if (status == GDX_CORRUPT && !target->json)
        fprintf(stderr,
                "What to do: `gramdex restore BACKUP --index %s`; without a backup `gramdex verify --repair --index "
                "%s`, which leaves out\nwhat is damaged, and then index the sources again.\n",
                target->index, target->index);
    return exit_status;
}

const struct command command_verify = {
    .title = "gramdex verify",
    .summary = "check every checksum and every structure",
    .arguments = "",
    .description = "Check every checksum and every structure of an index. Exit status 0: sound; 1: damaged, with the "
                   "file and the place in it.",
    .examples = (const char *const[]){"gramdex verify --index corpus.gdx",
                                      "gramdex verify --index corpus.gdx --repair --dry-run",
                                      "gramdex verify --index corpus.gdx --query '产业链 NEAR/20 重构'", NULL},
    .notes = "With --repair the exit status is 0 when the index is sound now, and with --dry-run when it was. A server "
             "takes the new commit up by itself.",
    .groups = {{&verify_table, 0}, DIRECTORY_GROUPS(struct verify_command, target), {0}},
    .settings_bytes = sizeof(struct verify_command),
    .check = check,
    .run = run,
};
