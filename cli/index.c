// SPDX-License-Identifier: Apache-2.0
// index.c: `gramdex index`: the batch build, seen from outside: options in, progress meanwhile, a summary at the end.
// Relies on gdx/batch.h for all the work, or on send.h when a server has the index. index_options.c has the options,
// index_report.c what is said, index_trial.c the dry run.

#include "command.h"
#include "index_command.h"
#include "interrupt.h"
#include "report.h"
#include "send.h"
#include "target.h"

#include "gdx/base_folder.h"

gdx_status index_find_base(struct index_command *self, const char *directory, gdx_error *err) {
    gdx_status status = gdx_base_folder_find(directory, self->base, &self->base_folder, err);
    if (status == GDX_OK && gdx_buffer_append(&self->base_folder, "", 1) != GDX_OK)
        status = gdx_fail_memory(err, "the base folder");
    self->options.base = (const char *)self->base_folder.data;
    return status;
}

static gdx_status declare_keys(const struct index_command *self, gdx_index_writer *writer, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < self->facets.count && status == GDX_OK; i++)
        status = gdx_index_writer_declare(writer, gdx_slice_of(self->facets.items[i]), err);
    return status;
}

gdx_status index_check_shape(const struct index_command *self, const gdx_snapshot *snapshot, gdx_error *err) {
    gdx_shape now = gdx_snapshot_shape(snapshot);
    if (!self->has_shape || self->shape == now || gdx_snapshot_segment_count(snapshot) == 0)
        return GDX_OK;
    const char *wanted = gdx_shape_name(self->shape);
    return gdx_fail(err, GDX_PRECONDITION,
                    "--shape %s: the index is %s; gramdex merge --index %s --shape %s changes it", wanted,
                    gdx_shape_name(now), self->target.index, wanted);
}

static gdx_status set_shape(const struct index_command *self, gdx_index_writer *writer, gdx_error *err) {
    gdx_status status = index_check_shape(self, gdx_index_writer_snapshot(writer), err);
    return status == GDX_OK && self->has_shape ? gdx_index_writer_set_shape(writer, self->shape, err) : status;
}

static gdx_status build(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_status status = gdx_index_writer_open(self->target.index, &writer, err);
    if (status == GDX_OK)
        status = set_shape(self, writer, err);
    if (status == GDX_OK)
        status = declare_keys(self, writer, err);
    if (status == GDX_OK)
        status = index_find_base(self, self->target.index, err);
    if (status == GDX_OK)
        status = index_open_converter(self, err);
    if (status == GDX_OK)
        status = gdx_batch_run(writer, self->files.paths, self->files.count, &self->options, summary, err);
    index_end_findings(self);
    return status == GDX_OK ? index_report(self, summary, writer, err) : status;
}

static gdx_status send(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    struct opened opened = {0};
    if (!self->options.document_limit)
        self->options.document_limit = SEND_DOCUMENT_BYTES;
    gdx_status status = index_find_base(self, NULL, err);
    if (status == GDX_OK)
        status = index_open_converter(self, err);
    if (status == GDX_OK)
        status = target_open(&self->target, &opened, err);
    const struct sending sending = {opened.target, self->files.paths, self->files.count, &self->options};
    if (status == GDX_OK)
        status = send_documents(&sending, summary, err);
    target_close(&opened);
    index_end_findings(self);
    return status == GDX_OK ? index_report(self, summary, NULL, err) : status;
}

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
    if (err->status == GDX_CANCELLED && self->shard)
        *err = (gdx_error){.status = GDX_CANCELLED, .message = "stopped; there is no part. Run it again to make it"};
    int exit_status = report_failure(command->title, err, (gdx_slice){0}, self->target.json);
    return err->reason == GDX_REASON_DOCUMENT_REFUSED ? EXIT_FAILED : exit_status;
}

static gdx_status run_as_wanted(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    gdx_status status = file_list_fill(&self->files, &self->paths, &self->files_from, self->ends_with_zero, err);
    if (status != GDX_OK)
        return status;
    if (self->is_dry_run)
        return index_trial(self, summary, err);
    if (self->shard)
        return index_build_part(self, summary, err);
    return self->target.server ? send(self, summary, err) : build(self, summary, err);
}

// Somebody watches the file: that it cannot be written is a failure of its own, though the index has its commit.
static int write_metrics(const struct command *command, const struct index_command *self,
                         const gdx_batch_summary *summary, int exit_status) {
    gdx_error err = {0};
    if (index_write_metrics(self, summary, exit_status, &err) == GDX_OK)
        return exit_status;
    int failed = report_failure(command->title, &err, (gdx_slice){0}, self->target.json);
    return exit_status == EXIT_DONE ? failed : exit_status;
}

static int run(const struct command *command, void *settings) {
    struct index_command *self = settings;
    gdx_batch_keep_freed_buffers(&self->options);
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
    exit_status = write_metrics(command, self, &summary, exit_status);
    file_list_clear(&self->files);
    index_close_converter(self);
    gdx_buffer_clear(&self->base_folder);
    gdx_record_map_free(self->map);
    return exit_status;
}

const struct command command_index = {
    .title = "gramdex index",
    .summary = "add files, folders, archives and JSON Lines to an index",
    .arguments = "PATH...",
    .description =
        "Add documents to an index, which is made if there is none: files (text, Markdown, HTML, subtitles, DOCX, "
        "PPTX, XLSX, OpenDocument, EPUB, FictionBook; by converters PDF, DOC, RTF, PPT, XLS, mail), folders, records "
        "(JSON, CSV, TSV, RSS, Atom, dumps of wikis), crawls (WARC), archives (tar, zip, 7z, rar), all of them also "
        "compressed (gz, zst, xz, bz2); - is JSON Lines on standard input. Unchanged documents are skipped, changed "
        "ones replaced. All of a run is one commit, unless --commit-every says otherwise. With --server the documents "
        "are read here and sent to a server, which indexes them.",
    .examples = (const char *const[]){"gramdex index --index corpus.gdx articles/ reports.zip",
                                      "zcat news.jsonl.gz | gramdex index --index corpus.gdx -",
                                      "gramdex index --index corpus.gdx --prune --source blog posts/",
                                      "gramdex index --index corpus.gdx --map id=url,text=content articles.csv",
                                      "gramdex index --index corpus.gdx --facet language --facet author news.jsonl",
                                      "gramdex index --index corpus.gdx --ocr --date-from name scans/",
                                      "gramdex index --index part-0 --shard 0/16 articles/",
                                      "gramdex index --server search.example:50051 articles/", NULL},
    .notes =
        "A record of JSON is an object with \"id\" and \"text\", and optionally \"title\", \"date\" and \"source\"; "
        "other keys are kept and given back. A row of a table is one by the names of the first row, or of --map. A "
        "file's id is its path below the base folder, or its whole path outside of it; an archive's entry is "
        "ARCHIVE/ENTRY. What cannot be indexed is reported with its place and skipped, and a converter that is not "
        "installed with the package to install.\n"
        "\n"
        "Exit status: 0 done; 1 failed, nothing was changed; 2 wrong use; 3 done, but something that should hold text "
        "was refused; 130 and 143 after a signal, the index is at its last commit.",
    .groups = {{&index_own_table, 0}, ANSWERER_GROUPS(struct index_command, target), {0}},
    .arguments_least = 0,
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct index_command, paths),
    .settings_bytes = sizeof(struct index_command),
    .defaults =
        &(const struct index_command){
            .options = {.merge = true, .on_progress = index_on_progress, .on_finding = index_on_finding}},
    .check = index_check,
    .run = run,
};
