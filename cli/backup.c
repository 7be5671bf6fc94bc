// SPDX-License-Identifier: Apache-2.0
// backup.c: `gramdex backup`: one commit of an index in a directory of its own.

#include "backup_report.h"
#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "report.h"

struct backup_command {
    struct target target;
    struct command_arguments words;
    gdx_backup_options options;
};

static const struct option_table backup_table = {
    NULL,
    (const struct option[]){
        FLAG_ROW(struct backup_command, options.links, "link", "hard links that share bytes with the index",
                 .more = "Takes no time and no room, on the same file system alone. It protects from deletions and "
                         "from a wrong run, but not from a failing disk, nor from a program that writes into the "
                         "files."),
        FLAG_ROW(struct backup_command, options.updates, "update", "make an older backup this commit",
                 .more = "Only what it lacks is copied. Until the last moment it is the older commit, whole. If "
                         "there is none, it is made."),
        {0},
    },
};

static void print_done(const char *to, const gdx_backup_figures *figures, uint64_t took_ns) {
    char documents[NUMBER_TEXT_BYTES], bytes[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    if (figures->is_unchanged)
        printf("%s is commit %llu already, and sound · %s\n", to, (unsigned long long)figures->commit,
               format_duration(took_ns, took));
    else
        printf("%s: commit %llu, %s, %s, verified · %s\n", to, (unsigned long long)figures->commit,
               format_counted(figures->documents, "document", "documents", documents),
               format_bytes(figures->bytes, bytes), format_duration(took_ns, took));
    backup_print_ways(figures);
}

static int run(const struct command *command, void *settings) {
    struct backup_command *self = settings;
    gdx_error err = {0};
    gdx_backup_figures figures;
    struct progress progress = {0};
    const char *to = self->words.items[0];
    uint64_t since_ns = gdx_now_ns();
    self->options.stop.cancelled = interrupt_watch();
    self->options.progress = backup_on_progress;
    self->options.context = &progress;
    gdx_status status = gdx_index_backup(self->target.index, to, &self->options, &figures, &err);
    progress_clear(&progress);
    uint64_t took_ns = gdx_now_ns() - since_ns;
    if (status == GDX_OK && self->target.json)
        status = json_line(backup_json("backup", &figures, took_ns), &err);
    else if (status == GDX_OK)
        print_done(to, &figures, took_ns);
    return report_end(command->title, status, &err, self->target.json,
                      "stopped; no backup was made, one to update is as it was");
}

const struct command command_backup = {
    .title = "gramdex backup",
    .summary = "one commit in a directory of its own",
    .arguments = "TO",
    .description =
        "Bring the last commit of an index into the directory TO, which appears whole and durable, or not at all.\n"
        "Every page is verified there. Readers, servers and writers go on meanwhile. What is there already is never "
        "written over, unless --update says so.",
    .examples = (const char *const[]){"gramdex backup --index corpus.gdx /backup/corpus-$(date +%F).gdx",
                                      "gramdex backup --index corpus.gdx --update /backup/corpus.gdx",
                                      "gramdex restore /backup/corpus.gdx --index corpus.gdx", NULL},
    .notes =
        "The backup is an index that search, verify and serve can read. The base folder's name and converted files "
        "are no part of it.\n"
        "It is made as TO.partial first. One that a crash left is gone on with by the next run.\n"
        "Where the file system can (XFS, Btrfs), copies share their blocks with the index until either is written "
        "to: they take no time, but a bad block is bad in both. Another disk is safer.",
    .groups = {{&backup_table, 0}, DIRECTORY_GROUPS(struct backup_command, target), {0}},
    .arguments_least = 1,
    .arguments_most = 1,
    .arguments_field = OPTION_FIELD(struct backup_command, words),
    .settings_bytes = sizeof(struct backup_command),
    .run = run,
};
