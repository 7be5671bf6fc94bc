// SPDX-License-Identifier: Apache-2.0
// publish.c: `gramdex publish`: the parts that several runs built become one index.

#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "report.h"
#include "terminal.h"

#include "gdx/parts.h"

#include <malloc.h>

enum { MAPPED_FROM_BYTES = 256 << 10 };

struct publish_command {
    struct target target;
    struct command_arguments parts;
    gdx_publish_options options;
};

static const struct option_table publish_table = {
    NULL,
    (const struct option[]){
        FLAG_ROW(struct publish_command, options.adds, "add", "to what the index holds",
                 .more = "Without it the parts are all that the index holds afterwards."),
        NUMBER_ROW(struct publish_command, options.commit, "expect-commit", "N", 0, UINT64_MAX,
                   "fail unless the index is at commit N",
                   .given = OPTION_FIELD(struct publish_command, options.expects_commit)),
        TEXT_ROW(struct publish_command, options.base, "base", "FOLDER", "folder that ids are relative to",
                 .more = "The index keeps it. Without --base it is that of the parts, which must be one."),
        {0},
    },
};

static void on_progress(void *context, uint64_t done, uint64_t of) {
    char done_text[NUMBER_TEXT_BYTES], of_text[NUMBER_TEXT_BYTES];
    progress_draw(context, of ? (double)done / (double)of : 1, "%s of %s ids compared", format_count(done, done_text),
                  format_count(of, of_text));
}

static gdx_status report_json(const gdx_publish_figures *figures, size_t parts, uint64_t took_ns, gdx_error *err) {
    return json_line(json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:b,s:I}", "type", "publish",
                               "parts", (json_int_t)parts, "commit", (json_int_t)figures->commit, "documents",
                               (json_int_t)figures->documents, "segments", (json_int_t)figures->segments, "index_bytes",
                               (json_int_t)figures->index_bytes, "ids", (json_int_t)figures->ids, "superseded",
                               (json_int_t)figures->superseded, "replaced", (json_int_t)figures->replaced, "unchanged",
                               (json_int_t)figures->unchanged, "linked_bytes", (json_int_t)figures->linked_bytes,
                               "copied_bytes", (json_int_t)figures->copied_bytes, "swept", (json_int_t)figures->swept,
                               "had_everything", (int)figures->had_everything, "took_us", (json_int_t)(took_ns / 1000)),
                     err);
}

static void print_count(uint64_t count, const char *what) {
    char text[NUMBER_TEXT_BYTES];
    if (count)
        printf(", %s %s", format_count(count, text), what);
}

static void print_done(const char *index, const gdx_publish_figures *figures, size_t parts, uint64_t took_ns) {
    char documents[NUMBER_TEXT_BYTES], bytes[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    if (figures->had_everything)
        printf("%s holds the %zu %s already: commit %llu · %s\n", index, parts, plural(parts, "part", "parts"),
               (unsigned long long)figures->commit, format_duration(took_ns, took));
    else
        printf("%s: commit %llu, of %zu %s: %s in %zu %s, %s · %s\n", index, (unsigned long long)figures->commit, parts,
               plural(parts, "part", "parts"), format_counted(figures->documents, "document", "documents", documents),
               figures->segments, plural(figures->segments, "segment", "segments"),
               format_bytes(figures->index_bytes, bytes), format_duration(took_ns, took));
    printf("%s linked, ", format_bytes(figures->linked_bytes, bytes));
    printf("%s copied", format_bytes(figures->copied_bytes, bytes));
    print_count(figures->replaced, "documents replaced");
    print_count(figures->unchanged, "unchanged");
    print_count(figures->superseded, "dropped for those of later parts");
    print_count(figures->swept, "left by dead runs removed");
    putchar('\n');
}

static int run(const struct command *command, void *settings) {
    struct publish_command *self = settings;
    struct progress progress = {0};
    gdx_publish_figures figures;
    gdx_error err = {0};
    uint64_t since_ns = gdx_now_ns();
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES); // buffers that are freed go back to the system
    self->options.stop.cancelled = interrupt_watch();
    self->options.progress = on_progress;
    self->options.context = &progress;
    gdx_status status =
        gdx_parts_publish(self->target.index, self->parts.items, self->parts.count, &self->options, &figures, &err);
    progress_clear(&progress);
    uint64_t took_ns = gdx_now_ns() - since_ns;
    if (status == GDX_OK && self->target.json)
        status = report_json(&figures, self->parts.count, took_ns, &err);
    else if (status == GDX_OK)
        print_done(self->target.index, &figures, self->parts.count, took_ns);
    return report_end(command->title, status, &err, self->target.json, "stopped; the index is at the commit it was at");
}

const struct command command_publish = {
    .title = "gramdex publish",
    .summary = "parts built by many runs become one index",
    .arguments = "PART...",
    .description =
        "Make an index of the parts that runs of `gramdex index --shard I/N` built: all N of them, in any order, in one\n"
        "commit. Their files are linked, or copied into another file system. Of documents with one id the later "
        "part's counts.",
    .examples = (const char *const[]){"gramdex publish --index corpus.gdx parts/*",
                                      "gramdex publish --index corpus.gdx --add night/*",
                                      "gramdex publish --index corpus.gdx --add --expect-commit 41 night/*", NULL},
    .notes = "The same parts again change nothing, also when the index was merged since. A part that is missing, given "
             "twice or of another run is named, and nothing is changed. The parts may be removed afterwards.\n"
             "`gramdex merge --canonical` then gives the bytes of a single run.",
    .groups = {{&publish_table, 0}, DIRECTORY_GROUPS(struct publish_command, target), {0}},
    .arguments_least = 1,
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct publish_command, parts),
    .settings_bytes = sizeof(struct publish_command),
    .run = run,
};
