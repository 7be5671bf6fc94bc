// SPDX-License-Identifier: Apache-2.0
// restore.c: `gramdex restore`: an index becomes what a backup holds.

#include "backup_report.h"
#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "report.h"

struct restore_command {
    struct target target;
    struct command_arguments words;
};

static void print_before(const gdx_backup_figures *figures) {
    char documents[NUMBER_TEXT_BYTES];
    if (figures->was_unreadable)
        printf("what was there could not be read and is gone\n");
    else if (figures->had_index && !figures->is_unchanged)
        printf("before: commit %llu, %s\n", (unsigned long long)figures->commit_before,
               format_counted(figures->documents_before, "document", "documents", documents));
}

static void print_done(const char *index, const gdx_backup_figures *figures, uint64_t took_ns) {
    char documents[NUMBER_TEXT_BYTES], bytes[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    if (figures->is_unchanged)
        printf("%s is what the backup holds already, and sound: commit %llu · %s\n", index,
               (unsigned long long)figures->commit, format_duration(took_ns, took));
    else
        printf("%s: restored as commit %llu, %s, %s · %s\n", index, (unsigned long long)figures->commit,
               format_counted(figures->documents, "document", "documents", documents),
               format_bytes(figures->bytes, bytes), format_duration(took_ns, took));
    print_before(figures);
    backup_print_ways(figures);
}

static int run(const struct command *command, void *settings) {
    struct restore_command *self = settings;
    gdx_error err = {0};
    gdx_backup_figures figures;
    struct progress progress = {0};
    uint64_t since_ns = gdx_now_ns();
    const gdx_backup_options options = {
        .stop.cancelled = interrupt_watch(), .progress = backup_on_progress, .context = &progress};
    gdx_status status = gdx_index_restore(self->words.items[0], self->target.index, &options, &figures, &err);
    progress_clear(&progress);
    uint64_t took_ns = gdx_now_ns() - since_ns;
    if (status == GDX_OK && self->target.json)
        status = json_line(backup_json("restore", &figures, took_ns), &err);
    else if (status == GDX_OK)
        print_done(self->target.index, &figures, took_ns);
    return report_end(command->title, status, &err, self->target.json, "stopped; the index is at the commit it was at");
}

const struct command command_restore = {
    .title = "gramdex restore",
    .summary = "an index becomes what a backup holds",
    .arguments = "FROM",
    .description =
        "Make an index what the backup FROM holds. FROM is verified whole before anything is changed. It is a commit:\n"
        "until the last moment the index is what it was, and a server takes it up by itself. What the index held "
        "before is removed then.",
    .examples = (const char *const[]){"gramdex restore /backup/corpus.gdx --index corpus.gdx",
                                      "gramdex verify --index /backup/corpus.gdx", NULL},
    .notes =
        "The index may be damaged or may not be there. Good files of it are kept, so that damage costs the damaged "
        "files alone. There must be room for both commits.\n"
        "The commit has the number that the backup says, or one more than the index had, if that is larger: no "
        "number ever means two commits.\n"
        "While a writer is at work it is refused.",
    .groups = {DIRECTORY_GROUPS(struct restore_command, target), {0}},
    .arguments_least = 1,
    .arguments_most = 1,
    .arguments_field = OPTION_FIELD(struct restore_command, words),
    .settings_bytes = sizeof(struct restore_command),
    .run = run,
};
