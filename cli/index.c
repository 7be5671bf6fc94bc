// SPDX-License-Identifier: Apache-2.0
// index.c: `gramdex index`: the batch build, seen from outside: options in, progress meanwhile, a summary at the end.
// Relies on gdx/batch.h for all the work, or on send.h when a server has the index. Every refused record is reported
// with its place and reason; the first ones in full, so that ten thousand bad lines do not push the summary off the
// screen.

#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "report.h"
#include "send.h"
#include "target.h"
#include "terminal.h"

#include "gdx/batch.h"

#include <inttypes.h>
#include <malloc.h>

enum { THREADS_MOST = 1024, LEVEL_MOST = 22, REFUSALS_SHOWN = 20 };
enum { MAPPED_FROM_BYTES = 256 << 10, MEMORY_LEAST_BYTES = 16 << 20 };

struct index_command {
    struct target target;
    gdx_batch_options options;
    struct command_arguments paths;
    unsigned verbose;
    uint64_t since_ns;
    struct progress progress;
    uint64_t refusals;
    gdx_status output_status; // of the lines for refusals
};

static const struct option_table index_own_table = {
    NULL,
    (const struct option[]){
        {.name = "threads",
         .letter = 't',
         .argument = "N",
         .help = "worker threads (as many as processors)",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = THREADS_MOST,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, options.threads)},
        {.name = "memory",
         .argument = "BYTES",
         .help = "limit for the whole run, as 256M or 2G",
         .more = "At least 16M; a quarter of the machine's memory when it is not given.",
         .kind = OPTION_BYTES,
         .least = MEMORY_LEAST_BYTES,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, options.memory_bytes)},
        {.name = "source",
         .argument = "NAME",
         .help = "source of documents that are whole files",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct index_command, options.source)},
        {.name = "encoding",
         .argument = "NAME",
         .help = "of text files, as GB18030 or Big5 (detected)",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct index_command, options.encoding)},
        {.name = "document-limit",
         .argument = "BYTES",
         .help = "largest text of one document (64M)",
         .kind = OPTION_BYTES,
         .field = OPTION_FIELD(struct index_command, options.document_limit)},
        {.name = "strict",
         .help = "fail at the first refused record or file",
         .more = "Nothing is changed then.",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct index_command, options.strict)},
        {.name = "prune",
         .help = "delete documents whose files are gone",
         .more = "Of the folders given alone.",
         .kind = OPTION_FLAG,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, options.prune)},
        {.name = "no-merge",
         .help = "leave the segments as they are written",
         .kind = OPTION_CLEAR,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, options.merge)},
        {.name = "level",
         .argument = "N",
         .help = "zstd level of the stored text, 1 to 22",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = LEVEL_MOST,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, options.level)},
        {.name = "verbose",
         .letter = 'v',
         .help = "every refusal, and the time of each stage",
         .kind = OPTION_COUNT,
         .field = OPTION_FIELD(struct index_command, verbose)},
        {0},
    },
};

static double megabytes_per_second(uint64_t bytes, uint64_t ns) {
    return ns ? (double)bytes * 1e3 / (double)ns : 0;
}

static void on_progress(void *context, const gdx_batch_progress *at) {
    struct index_command *self = context;
    char bytes[NUMBER_TEXT_BYTES], documents[NUMBER_TEXT_BYTES], skipped[NUMBER_TEXT_BYTES];
    double share = at->bytes_total ? (double)at->bytes_read / (double)at->bytes_total : PROGRESS_UNKNOWN;
    progress_draw(&self->progress, share, "%s  %s  %s documents  %.1f MB/s  %s skipped", at->stage,
                  format_bytes(at->bytes_read, bytes), format_count(at->documents, documents),
                  megabytes_per_second(at->bytes_read, gdx_now_ns() - self->since_ns),
                  format_count(at->skipped, skipped));
}

static void refusal_as_json(struct index_command *self, const gdx_batch_refusal *refusal) {
    gdx_error err = {0};
    json_t *value =
        json_pack("{s:s,s:o,s:I,s:I,s:b,s:o}", "type", "refusal", "path", gdx_json_text(gdx_slice_of(refusal->path)),
                  "line", (json_int_t)refusal->line, "byte", (json_int_t)refusal->byte, "indexed",
                  (int)refusal->is_note, "reason", gdx_json_text(gdx_slice_of(refusal->reason)));
    gdx_status status = json_line(value, &err);
    if (self->output_status == GDX_OK)
        self->output_status = status;
}

static void on_refusal(void *context, const gdx_batch_refusal *refusal) {
    struct index_command *self = context;
    self->refusals++;
    if (self->target.json) {
        refusal_as_json(self, refusal);
        return;
    }
    if (self->refusals > REFUSALS_SHOWN && !self->verbose)
        return;
    progress_clear(&self->progress);
    print_clean(stderr, gdx_slice_of(refusal->path));
    if (refusal->line)
        fprintf(stderr, ":%" PRIu64, refusal->line);
    else if (refusal->byte)
        fprintf(stderr, ", byte %" PRIu64, refusal->byte);
    fputs(": ", stderr);
    print_clean(stderr, gdx_slice_of(refusal->reason));
    fputs(refusal->is_note ? " (indexed)\n" : "\n", stderr);
}

// Bytes of all text stored, this run's and earlier ones'.
static uint64_t stored_text_bytes(gdx_index_writer *writer) {
    gdx_snapshot *snapshot = gdx_index_writer_snapshot(writer);
    uint64_t bytes = 0;
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot); i++)
        bytes += gdx_segment_info_of(gdx_snapshot_segment(snapshot, i)->segment)->text_bytes;
    return bytes;
}

// The fields that a server's index has too.
static json_t *summary_as_json(const gdx_batch_summary *s) {
    return json_pack(
        "{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:f}", "type", "summary", "found",
        (json_int_t)s->documents, "documents", (json_int_t)(s->added + s->replaced), "added", (json_int_t)s->added,
        "replaced", (json_int_t)s->replaced, "unchanged", (json_int_t)s->unchanged, "duplicates",
        (json_int_t)s->duplicates, "refused", (json_int_t)s->refused, "mended", (json_int_t)s->mended, "replaced_bytes",
        (json_int_t)s->replaced_bytes, "files", (json_int_t)s->files, "input_bytes", (json_int_t)s->input_bytes,
        "text_bytes", (json_int_t)s->text_bytes, "commit", (json_int_t)s->commit, "took_us",
        (json_int_t)(s->elapsed_ns / 1000), "mb_per_second", megabytes_per_second(s->text_bytes, s->elapsed_ns));
}

// And those that only the process that builds has.
static void add_index_figures(json_t *value, const gdx_batch_summary *s, uint64_t stored_bytes) {
    json_t *figures = json_pack("{s:I,s:I,s:I,s:I,s:I}", "deleted", (json_int_t)s->deleted, "symbols",
                                (json_int_t)s->symbols, "segments", (json_int_t)s->segments, "index_bytes",
                                (json_int_t)s->index_bytes, "stored_text_bytes", (json_int_t)stored_bytes);
    json_object_update(value, figures);
    json_decref(figures);
}

static void print_stage(const char *name, uint64_t ns, uint64_t all_ns) {
    char text[NUMBER_TEXT_BYTES];
    printf("  %-8s %10s %5.1f %%\n", name, format_duration(ns, text), all_ns ? 100.0 * (double)ns / (double)all_ns : 0);
}

static void print_stages(const gdx_batch_summary *s) {
    uint64_t all_ns = s->parse_ns + s->fold_ns + s->store_ns + s->invert_ns + s->write_ns + s->merge_ns;
    printf("worker time by stage:\n");
    print_stage("parse", s->parse_ns, all_ns);
    print_stage("fold", s->fold_ns, all_ns);
    print_stage("store", s->store_ns, all_ns);
    print_stage("invert", s->invert_ns, all_ns);
    print_stage("write", s->write_ns, all_ns);
    print_stage("merge", s->merge_ns, all_ns);
}

static void print_count(uint64_t count, const char *what) {
    char text[NUMBER_TEXT_BYTES];
    if (count)
        printf(", %s %s", format_count(count, text), what);
}

static void print_index(const struct index_command *self, const gdx_batch_summary *s, uint64_t stored_bytes) {
    char bytes[NUMBER_TEXT_BYTES];
    printf("%s: commit %" PRIu64 ", %zu %s, %s", self->target.index, s->commit, s->segments,
           plural(s->segments, "segment", "segments"), format_bytes(s->index_bytes, bytes));
    if (stored_bytes)
        printf(", %.2f of its text", (double)s->index_bytes / (double)stored_bytes);
    putchar('\n');
}

static void print_summary(const struct index_command *self, const gdx_batch_summary *s, uint64_t stored_bytes) {
    char a[NUMBER_TEXT_BYTES], b[NUMBER_TEXT_BYTES], c[NUMBER_TEXT_BYTES], d[NUMBER_TEXT_BYTES];
    printf("%s %s in %s %s: %s of text, %s, %.1f MB/s\n", format_count(s->documents, a),
           plural(s->documents, "document", "documents"), format_count(s->files, b), plural(s->files, "file", "files"),
           format_bytes(s->text_bytes, c), format_duration(s->elapsed_ns, d),
           megabytes_per_second(s->text_bytes, s->elapsed_ns));
    printf("%s added", format_count(s->added, a));
    print_count(s->replaced, "replaced");
    print_count(s->unchanged, "unchanged");
    print_count(s->deleted, "deleted");
    print_count(s->duplicates, "dropped for a later one of the same id");
    print_count(s->refused, "refused");
    putchar('\n');
    if (s->mended)
        printf("%s %s with bytes that do not decode: %s became U+FFFD\n", format_count(s->mended, a),
               plural(s->mended, "document", "documents"), format_count(s->replaced_bytes, b));
    if (self->target.server)
        printf("%s: commit %" PRIu64 "\n", self->target.server, s->commit);
    else
        print_index(self, s, stored_bytes);
    if (self->verbose && !self->target.server)
        print_stages(s);
}

static void print_cut_refusals(struct index_command *self) {
    char count[NUMBER_TEXT_BYTES];
    progress_clear(&self->progress);
    if (self->refusals > REFUSALS_SHOWN && !self->verbose && !self->target.json)
        fprintf(stderr, "... and %s more; --verbose or --json shows all\n",
                format_count(self->refusals - REFUSALS_SHOWN, count));
}

// `writer` NULL: a server has the index.
static gdx_status report_summary(const struct index_command *self, const gdx_batch_summary *summary,
                                 gdx_index_writer *writer, gdx_error *err) {
    uint64_t stored_bytes = writer ? stored_text_bytes(writer) : 0;
    if (!self->target.json) {
        print_summary(self, summary, stored_bytes);
        return GDX_OK;
    }
    json_t *value = summary_as_json(summary);
    if (writer && value)
        add_index_figures(value, summary, stored_bytes);
    return json_line(value, err);
}

static gdx_status build(struct index_command *self, gdx_error *err) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_batch_summary summary;
    gdx_status status = gdx_index_writer_open(self->target.index, &writer, err);
    if (status == GDX_OK)
        status = gdx_batch_run(writer, self->paths.items, self->paths.count, &self->options, &summary, err);
    print_cut_refusals(self);
    return status == GDX_OK ? report_summary(self, &summary, writer, err) : status;
}

static gdx_status send(struct index_command *self, gdx_error *err) {
    struct opened opened = {0};
    gdx_batch_summary summary = {0};
    if (!self->options.document_limit)
        self->options.document_limit = SEND_DOCUMENT_BYTES;
    gdx_status status = target_open(&self->target, &opened, err);
    const struct sending sending = {opened.target, self->paths.items, self->paths.count, &self->options};
    if (status == GDX_OK)
        status = send_documents(&sending, &summary, err);
    target_close(&opened);
    print_cut_refusals(self);
    return status == GDX_OK ? report_summary(self, &summary, NULL, err) : status;
}

static int run(const struct command *command, void *settings) {
    struct index_command *self = settings;
    // Large buffers go back to the system when they are freed; glibc would keep them, and more of them the more are
    // freed, until the budget is passed by a third.
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
    self->options.context = self;
    self->options.stop.cancelled = interrupt_watch();
    self->since_ns = gdx_now_ns();
    gdx_error err = {0};
    gdx_status status = self->target.server ? send(self, &err) : build(self, &err);
    if (status == GDX_OK)
        return self->output_status == GDX_OK ? EXIT_DONE : EXIT_FAILED;
    if (status == GDX_CANCELLED)
        err = (gdx_error){.status = GDX_CANCELLED,
                          .message =
                              "stopped; nothing was changed: the index is at its last commit. Run it again to go on"};
    return report_failure(command->title, &err, (gdx_slice){0}, self->target.json);
}

const struct command command_index = {
    .title = "gramdex index",
    .summary = "add files, folders, archives and JSON Lines to an index",
    .arguments = "PATH...",
    .description =
        "Add documents to an index, which is made if there is none: files (text, Markdown, HTML, subtitles), folders, JSON Lines, "
        "archives (tar, zip), all of them also compressed (gz, zst, xz, bz2); - is JSON Lines on standard input. "
        "Unchanged documents are skipped, changed ones replaced. All of a run is one commit. With --server the "
        "documents are read here and sent to a server, which indexes them.",
    .examples = (const char *const[]){"gramdex index --index corpus.gdx articles/ reports.zip",
                                      "zcat news.jsonl.gz | gramdex index --index corpus.gdx -",
                                      "gramdex index --index corpus.gdx --prune --source blog posts/",
                                      "gramdex index --server search.example:50051 articles/", NULL},
    .notes =
        "A line of JSON is an object with \"id\" and \"text\", and optionally \"title\", \"date\" and \"source\"; "
        "other keys are kept and given back. A file's id is its path below the folder given, an archive's entry is "
        "ARCHIVE/ENTRY. What cannot be indexed is reported with its place and skipped.",
    .groups = {{&index_own_table, 0}, ANSWERER_GROUPS(struct index_command, target), {0}},
    .arguments_least = 1,
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct index_command, paths),
    .settings_bytes = sizeof(struct index_command),
    .defaults =
        &(const struct index_command){.options = {.merge = true, .on_progress = on_progress, .on_refusal = on_refusal}},
    .run = run,
};
