// SPDX-License-Identifier: Apache-2.0
// index.c: `gramdex index`: the batch build, seen from outside: options in, progress meanwhile, a summary at the end.
// Relies on gdx/batch.h for all the work, or on send.h when a server has the index. Every refused record is reported
// with its place and reason; the first ones in full, so that ten thousand bad lines do not push the summary off the
// screen.

#include "command.h"
#include "file_list.h"
#include "interrupt.h"
#include "options.h"
#include "report.h"
#include "send.h"
#include "target.h"
#include "terminal.h"

#include "gdx/base_folder.h"
#include "gdx/batch.h"

#include <inttypes.h>
#include <malloc.h>

enum { THREADS_MOST = 1024, LEVEL_MOST = 22, REFUSALS_SHOWN = 20 };
enum { MAPPED_FROM_BYTES = 256 << 10, MEMORY_LEAST_BYTES = 16 << 20 };

struct index_command {
    struct target target;
    gdx_batch_options options;
    struct command_arguments paths;
    struct option_list globs, excludes, files_from;
    struct file_list files;
    const char *base, *allow_refused, *prune_limit, *map_text, *id_from;
    gdx_record_map *map;    // of map_text
    gdx_buffer base_folder; // found
    gdx_batch_share allowed;
    bool ends_with_zero, is_dry_run;
    unsigned verbose;
    uint64_t since_ns;
    struct progress progress;
    uint64_t shown; // findings
    uint64_t unshown;
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
        {.name = "glob",
         .argument = "PATTERN",
         .help = "only files that match, as '*.txt'",
         .more = "May be repeated. Without a slash it is held against names, with one against paths below the folder "
                 "given.",
         .kind = OPTION_LIST,
         .field = OPTION_FIELD(struct index_command, globs)},
        {.name = "exclude",
         .argument = "PATTERN",
         .help = "no files and folders that match",
         .more = "May be repeated.",
         .kind = OPTION_LIST,
         .field = OPTION_FIELD(struct index_command, excludes)},
        {.name = "files-from",
         .argument = "FILE",
         .help = "also the paths in FILE, one a line; - reads",
         .more = "standard input. May be repeated.",
         .kind = OPTION_LIST,
         .field = OPTION_FIELD(struct index_command, files_from)},
        {.name = "null",
         .letter = '0',
         .help = "a zero byte ends each path of --files-from",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct index_command, ends_with_zero)},
        {.name = "base",
         .argument = "FOLDER",
         .help = "folder that ids are relative to",
         .more = "An index keeps it; without --base it is the folder in which its first run was started.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct index_command, base)},
        {.name = "dry-run",
         .help = "read everything and change nothing",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct index_command, is_dry_run)},
        {.name = "source",
         .argument = "NAME",
         .help = "source of all documents",
         .more = "Without it, a record's own, else the name of the folder directly above the file.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct index_command, options.source)},
        {.name = "encoding",
         .argument = "NAME",
         .help = "of text files, as GB18030 or Big5 (detected)",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct index_command, options.encoding)},
        {.name = "map",
         .argument = "FIELD=KEY,...",
         .help = "keys or columns that hold a record's fields",
         .more = "As id=url,title=headline,text=lead+body,date=published?. Fields are id, title, text, date, source. "
                 "data.body is the key body in data; lead+body joins two texts; with a ? a record may lack the key.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct index_command, map_text)},
        {.name = "id-from",
         .argument = "hash",
         .help = "a record without an id gets its fields' hash",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct index_command, id_from)},
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
        {.name = "allow-refused",
         .argument = "N|P%",
         .help = "exit status 0 if no more was refused",
         .more = "A number, or a part of all that was found, as 5%.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct index_command, allow_refused)},
        {.name = "prune",
         .help = "delete documents whose files are gone",
         .more = "Of the folders given alone, and only if they were listed whole.",
         .kind = OPTION_FLAG,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, options.prune)},
        {.name = "prune-limit",
         .argument = "N|P%",
         .help = "fail when --prune would delete more",
         .more = "20% if it is not given, and 10 documents at any rate.",
         .kind = OPTION_TEXT,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, prune_limit)},
        {.name = "commit-every",
         .argument = "N",
         .help = "commit after about N documents",
         .more = "A run that is stopped keeps what is committed, and the next one goes on from there. Without it a run "
                 "is one commit.",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = UINT32_MAX,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, options.commit_every)},
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
         .help = "name all that is left out; stages' times",
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
    char bytes[NUMBER_TEXT_BYTES], documents[NUMBER_TEXT_BYTES], refused[NUMBER_TEXT_BYTES];
    double share = at->bytes_total ? (double)at->bytes_read / (double)at->bytes_total : PROGRESS_UNKNOWN;
    progress_draw(&self->progress, share, "%s  %s  %s documents  %.1f MB/s  %s refused", at->stage,
                  format_bytes(at->bytes_read, bytes), format_count(at->documents, documents),
                  megabytes_per_second(at->bytes_read, gdx_now_ns() - self->since_ns),
                  format_count(at->refused, refused));
}

static const char *const class_names[] = {
    [GDX_BATCH_READ] = "read",
    [GDX_BATCH_WARNING] = "warning",
    [GDX_BATCH_REFUSED] = "refused",
    [GDX_BATCH_LEFT_OUT] = "left_out",
};

static const char *type_of_finding(gdx_batch_class class) {
    return class == GDX_BATCH_REFUSED ? "refusal" : class_names[class];
}

static void finding_as_json(struct index_command *self, const gdx_batch_finding *finding) {
    gdx_error err = {0};
    json_t *value =
        json_pack("{s:s,s:o,s:I,s:I,s:b,s:o,s:o}", "type", type_of_finding(finding->class), "path",
                  gdx_json_text(gdx_slice_of(finding->path)), "line", (json_int_t)finding->line, "byte",
                  (json_int_t)finding->byte, "indexed", (int)(finding->class == GDX_BATCH_WARNING), "kind",
                  gdx_json_text(gdx_slice_of(finding->kind)), "reason", gdx_json_text(gdx_slice_of(finding->reason)));
    gdx_status status = json_line(value, &err);
    if (self->output_status == GDX_OK)
        self->output_status = status;
}

static void print_finding(struct index_command *self, const gdx_batch_finding *finding) {
    progress_clear(&self->progress);
    print_clean(stderr, gdx_slice_of(finding->path));
    if (finding->line)
        fprintf(stderr, ":%" PRIu64, finding->line);
    else if (finding->byte)
        fprintf(stderr, ", byte %" PRIu64, finding->byte);
    fputs(": ", stderr);
    print_clean(stderr, gdx_slice_of(finding->reason));
    static const char *const endings[] = {
        [GDX_BATCH_WARNING] = " (indexed)", [GDX_BATCH_REFUSED] = "", [GDX_BATCH_LEFT_OUT] = " (left out)"};
    fprintf(stderr, "%s\n", endings[finding->class]);
}

static void on_finding(void *context, const gdx_batch_finding *finding) {
    struct index_command *self = context;
    if (self->options.strict && finding->class == GDX_BATCH_REFUSED)
        return; // it is the failure, which is reported at the end
    if (self->target.json) {
        finding_as_json(self, finding);
    } else if (self->verbose || (finding->class != GDX_BATCH_LEFT_OUT && self->shown < REFUSALS_SHOWN)) {
        self->shown++;
        print_finding(self, finding);
    } else if (finding->class != GDX_BATCH_LEFT_OUT) {
        self->unshown++;
    }
}

// Bytes of all text stored, this run's and earlier ones'.
static uint64_t stored_text_bytes(gdx_index_writer *writer) {
    gdx_snapshot *snapshot = gdx_index_writer_snapshot(writer);
    uint64_t bytes = 0;
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot); i++)
        bytes += gdx_segment_info_of(gdx_snapshot_segment(snapshot, i)->segment)->text_bytes;
    return bytes;
}

static json_t *kinds_as_json(const gdx_batch_kinds *kinds) {
    json_t *list = json_array();
    for (size_t i = 0; list && i < kinds->count; i++)
        json_array_append_new(list, json_pack("{s:s,s:o,s:I}", "class", class_names[kinds->items[i].class], "kind",
                                              gdx_json_text(gdx_slice_of(kinds->items[i].kind)), "count",
                                              (json_int_t)kinds->items[i].count));
    return list;
}

// The fields that a server's index has too.
static json_t *summary_as_json(const gdx_batch_summary *s) {
    return json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:f}", "type", "summary",
                     "found", (json_int_t)s->documents, "documents", (json_int_t)(s->added + s->replaced), "added",
                     (json_int_t)s->added, "replaced", (json_int_t)s->replaced, "unchanged", (json_int_t)s->unchanged,
                     "duplicates", (json_int_t)s->duplicates, "refused", (json_int_t)s->refused, "left_out",
                     (json_int_t)s->left_out, "kinds", kinds_as_json(&s->kinds), "mended", (json_int_t)s->mended,
                     "replaced_bytes", (json_int_t)s->replaced_bytes, "files", (json_int_t)s->files, "input_bytes",
                     (json_int_t)s->input_bytes, "text_bytes", (json_int_t)s->text_bytes, "commit",
                     (json_int_t)s->commit, "took_us", (json_int_t)(s->elapsed_ns / 1000), "mb_per_second",
                     megabytes_per_second(s->text_bytes, s->elapsed_ns));
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

// "refused: 3 .pdf, 1 bad record"
static void print_kinds(const gdx_batch_kinds *kinds, gdx_batch_class class, const char *name) {
    char text[NUMBER_TEXT_BYTES];
    const char *before = name;
    for (size_t i = 0; i < kinds->count; i++) {
        if (kinds->items[i].class != class)
            continue;
        printf("%s%s %s", before, format_count(kinds->items[i].count, text), kinds->items[i].kind);
        before = ", ";
    }
    if (before != name)
        putchar('\n');
}

static void print_found(const gdx_batch_summary *s) {
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
    print_count(s->left_out, "left out");
    putchar('\n');
    print_kinds(&s->kinds, GDX_BATCH_READ, "read: ");
    print_kinds(&s->kinds, GDX_BATCH_WARNING, "warnings: ");
    print_kinds(&s->kinds, GDX_BATCH_REFUSED, "refused: ");
    print_kinds(&s->kinds, GDX_BATCH_LEFT_OUT, "left out: ");
    if (s->mended)
        printf("%s %s with bytes that do not decode: %s became U+FFFD\n", format_count(s->mended, a),
               plural(s->mended, "document", "documents"), format_count(s->replaced_bytes, b));
}

static void print_summary(const struct index_command *self, const gdx_batch_summary *s, uint64_t stored_bytes) {
    print_found(s);
    if (self->target.server)
        printf("%s: commit %" PRIu64 "\n", self->target.server, s->commit);
    else
        print_index(self, s, stored_bytes);
    if (self->verbose && !self->target.server)
        print_stages(s);
}

static void print_cut_findings(struct index_command *self) {
    char count[NUMBER_TEXT_BYTES];
    progress_clear(&self->progress);
    if (self->unshown)
        fprintf(stderr, "... and %s more; --verbose or --json shows all\n", format_count(self->unshown, count));
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

static gdx_status find_base(struct index_command *self, const char *directory, gdx_error *err) {
    gdx_status status = gdx_base_folder_find(directory, self->base, &self->base_folder, err);
    if (status == GDX_OK && gdx_buffer_append(&self->base_folder, "", 1) != GDX_OK)
        status = gdx_fail_memory(err, "the base folder");
    self->options.base = (const char *)self->base_folder.data;
    return status;
}

static gdx_status build(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_status status = gdx_index_writer_open(self->target.index, &writer, err);
    if (status == GDX_OK)
        status = find_base(self, self->target.index, err);
    if (status == GDX_OK)
        status = gdx_batch_run(writer, self->files.paths, self->files.count, &self->options, summary, err);
    print_cut_findings(self);
    return status == GDX_OK ? report_summary(self, summary, writer, err) : status;
}

static gdx_status send(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    struct opened opened = {0};
    if (!self->options.document_limit)
        self->options.document_limit = SEND_DOCUMENT_BYTES;
    gdx_status status = find_base(self, NULL, err);
    if (status == GDX_OK)
        status = target_open(&self->target, &opened, err);
    const struct sending sending = {opened.target, self->files.paths, self->files.count, &self->options};
    if (status == GDX_OK)
        status = send_documents(&sending, summary, err);
    target_close(&opened);
    print_cut_findings(self);
    return status == GDX_OK ? report_summary(self, summary, NULL, err) : status;
}

// ---- --dry-run

static gdx_status show_document(struct index_command *self, const gdx_document *document, gdx_error *err) {
    if (self->target.json)
        return json_line(json_pack("{s:s,s:o,s:o,s:o}", "type", "document", "id", gdx_json_text(document->id), "source",
                                   gdx_json_text(document->source), "origin", gdx_json_text(document->origin)),
                         err);
    if (self->verbose) {
        print_clean(stdout, document->id);
        putchar('\n');
    }
    return GDX_OK;
}

// For --prune. An index that is not there has nothing to delete.
static gdx_status compare_with_index(struct index_command *self, gdx_reading *reading, gdx_error *err) {
    gdx_index *index = NULL;
    gdx_error words = {0};
    gdx_status status = gdx_index_open(self->target.index, &index, &words);
    if (status == GDX_NOT_FOUND)
        return GDX_OK;
    if (status != GDX_OK)
        return gdx_error_pass(err, &words);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    status = gdx_reading_compare(reading, snapshot, err);
    gdx_snapshot_release(snapshot);
    gdx_index_close(index);
    return status;
}

static gdx_status read_all(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    GDX_AUTO(gdx_reading) reading = NULL;
    gdx_document document;
    bool has = true;
    uint64_t deleted = 0;
    gdx_status status = gdx_reading_open(self->files.paths, self->files.count, &self->options, &reading, err);
    if (status == GDX_OK && self->options.prune)
        status = compare_with_index(self, reading, err);
    while (status == GDX_OK && has) {
        status = gdx_reading_next(reading, &document, &has, err);
        if (status == GDX_OK && has)
            status = show_document(self, &document, err);
    }
    if (status == GDX_OK && self->options.prune)
        status = gdx_reading_prune(reading, &deleted, err);
    if (reading)
        gdx_reading_count(reading, summary);
    summary->deleted = deleted;
    return status;
}

static json_t *trial_as_json(const struct index_command *self, const gdx_batch_summary *summary) {
    json_t *value = summary_as_json(summary);
    if (value && self->options.prune)
        json_object_set_new(value, "deleted", json_integer((json_int_t)summary->deleted));
    return value;
}

static void print_trial(const struct index_command *self, gdx_batch_summary *summary) {
    char count[NUMBER_TEXT_BYTES];
    uint64_t deleted = summary->deleted;
    summary->deleted = 0; // none is
    print_found(summary);
    if (self->options.prune)
        printf("--prune would delete %s %s\n", format_count(deleted, count), plural(deleted, "document", "documents"));
    printf("nothing was changed: --dry-run\n");
}

// Nothing is written, not even an index that is not there.
static gdx_status try_reading(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    gdx_status status = find_base(self, self->target.server ? NULL : self->target.index, err);
    if (status == GDX_OK)
        status = read_all(self, summary, err);
    print_cut_findings(self);
    if (status != GDX_OK)
        return status;
    summary->elapsed_ns = gdx_now_ns() - self->since_ns;
    if (self->target.json)
        return json_line(trial_as_json(self, summary), err);
    print_trial(self, summary);
    return GDX_OK;
}

// ---- the whole

// 0, or 3 when more was refused than is allowed, or all.
static int exit_status_of(const struct index_command *self, const gdx_batch_summary *summary) {
    if (self->output_status != GDX_OK)
        return EXIT_FAILED;
    uint64_t whole = summary->documents + summary->refused;
    bool is_all = summary->refused > 0 && summary->documents == 0;
    bool is_allowed = self->allowed.is_given && gdx_batch_share_allows(&self->allowed, summary->refused, whole);
    return is_all || (summary->refused > 0 && !is_allowed) ? EXIT_REFUSED : EXIT_DONE;
}

static int report_index_failure(const struct command *command, struct index_command *self, gdx_error *err) {
    if (err->status == GDX_CANCELLED)
        *err = (gdx_error){.status = GDX_CANCELLED,
                           .message = "stopped; the index is at its last commit. Run it again to go on"};
    int exit_status = report_failure(command->title, err, (gdx_slice){0}, self->target.json);
    return err->reason == GDX_REASON_DOCUMENT_REFUSED ? EXIT_FAILED : exit_status;
}

static gdx_status run_as_wanted(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    gdx_status status = file_list_fill(&self->files, &self->paths, &self->files_from, self->ends_with_zero, err);
    if (status != GDX_OK)
        return status;
    if (self->is_dry_run)
        return try_reading(self, summary, err);
    return self->target.server ? send(self, summary, err) : build(self, summary, err);
}

static int run(const struct command *command, void *settings) {
    struct index_command *self = settings;
    // Large buffers go back to the system when they are freed; glibc would keep them, and more of them the more are
    // freed, until the budget is passed by a third.
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
    self->options.context = self;
    self->options.globs = self->globs.items;
    self->options.glob_count = self->globs.count;
    self->options.excludes = self->excludes.items;
    self->options.exclude_count = self->excludes.count;
    self->options.stop.cancelled = interrupt_watch();
    self->since_ns = gdx_now_ns();
    gdx_error err = {0};
    gdx_batch_summary summary = {0};
    gdx_status status = run_as_wanted(self, &summary, &err);
    int exit_status = status == GDX_OK ? exit_status_of(self, &summary) : report_index_failure(command, self, &err);
    file_list_clear(&self->files);
    gdx_buffer_clear(&self->base_folder);
    gdx_record_map_free(self->map);
    return exit_status;
}

static gdx_status check_share(const char *label, const char *text, gdx_batch_share *out, gdx_error *err) {
    if (!text || gdx_batch_share_parse(text, out))
        return GDX_OK;
    return gdx_fail(err, GDX_INVALID, "%s %s: expected a number, as 20, or a part, as 5%%", label, text);
}

// The options of a run that say where a record's fields are.
static gdx_status read_map(struct index_command *self, gdx_error *err) {
    gdx_error words = {0};
    if (self->id_from && strcmp(self->id_from, "hash") != 0)
        return gdx_fail(err, GDX_INVALID, "--id-from %s: expected hash", self->id_from);
    self->options.id_from_hash = self->id_from != NULL;
    if (!self->map_text)
        return GDX_OK;
    gdx_status status = gdx_record_map_parse(self->map_text, &self->map, &words);
    self->options.map = self->map;
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "--map %s: %s", self->map_text, words.message);
}

static bool names_standard_input(const struct command_arguments *paths) {
    for (size_t i = 0; i < paths->count; i++)
        if (strcmp(paths->items[i], "-") == 0 || strcmp(paths->items[i], "/dev/stdin") == 0)
            return true;
    return false;
}

static gdx_status check(void *settings, gdx_error *err) {
    struct index_command *self = settings;
    if (self->paths.count == 0 && self->files_from.count == 0)
        return gdx_fail(err, GDX_INVALID, "PATH... is missing");
    if (self->ends_with_zero && self->files_from.count == 0)
        return gdx_fail(err, GDX_INVALID, "--null goes with --files-from");
    if (self->prune_limit && !self->options.prune)
        return gdx_fail(err, GDX_INVALID, "--prune-limit goes with --prune");
    if (self->options.prune && names_standard_input(&self->paths))
        return gdx_fail(err, GDX_INVALID, "--prune goes with folders, not with standard input");
    gdx_status status = read_map(self, err);
    if (status == GDX_OK)
        status = check_share("--allow-refused", self->allow_refused, &self->allowed, err);
    return status == GDX_OK ? check_share("--prune-limit", self->prune_limit, &self->options.prune_limit, err) : status;
}

const struct command command_index = {
    .title = "gramdex index",
    .summary = "add files, folders, archives and JSON Lines to an index",
    .arguments = "PATH...",
    .description =
        "Add documents to an index, which is made if there is none: files (text, Markdown, HTML, subtitles), folders, "
        "records (JSON, CSV, TSV, RSS, Atom, dumps of wikis), archives (tar, zip), all of them also compressed (gz, zst, xz, bz2); - is JSON Lines on standard input. "
        "Unchanged documents are skipped, changed ones replaced. All of a run is one commit, unless --commit-every "
        "says otherwise. With --server the "
        "documents are read here and sent to a server, which indexes them.",
    .examples = (const char *const[]){"gramdex index --index corpus.gdx articles/ reports.zip",
                                      "zcat news.jsonl.gz | gramdex index --index corpus.gdx -",
                                      "gramdex index --index corpus.gdx --prune --source blog posts/",
                                      "gramdex index --index corpus.gdx --map id=url,text=content articles.csv",
                                      "gramdex index --server search.example:50051 articles/", NULL},
    .notes =
        "A record of JSON is an object with \"id\" and \"text\", and optionally \"title\", \"date\" and \"source\"; "
        "other keys are kept and given back. A row of a table is one by the names of the first row, or of --map. A file's id is its path below the base folder, or its whole path outside "
        "of it; an archive's entry is ARCHIVE/ENTRY. What cannot be indexed is reported with its place and skipped.\n"
        "\n"
        "Exit status: 0 done; 1 failed, nothing was changed; 2 wrong use; 3 done, but something that should hold text "
        "was refused; 130 and 143 after a signal, the index is at its last commit.",
    .groups = {{&index_own_table, 0}, ANSWERER_GROUPS(struct index_command, target), {0}},
    .arguments_least = 0,
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct index_command, paths),
    .settings_bytes = sizeof(struct index_command),
    .defaults =
        &(const struct index_command){.options = {.merge = true, .on_progress = on_progress, .on_finding = on_finding}},
    .check = check,
    .run = run,
};
