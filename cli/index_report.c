// SPDX-License-Identifier: Apache-2.0
// index_report.c: what a run of `gramdex index` says: progress, findings, a summary; for people or as JSON Lines.
// Relies on index_command.h, report.h. Every refused record is reported with its place and reason; the first ones in
// full, so that ten thousand bad lines do not push the summary off the screen.

#include "index_command.h"
#include "report.h"

#include "gdx/convert.h"

#include <inttypes.h>

enum { REFUSALS_SHOWN = 20 };

static double megabytes_per_second(uint64_t bytes, uint64_t ns) {
    return ns ? (double)bytes * 1e3 / (double)ns : 0;
}

void index_on_progress(void *context, const gdx_batch_progress *at) {
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
    if (terminal_is_quiet() && finding->class != GDX_BATCH_REFUSED)
        return;
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

void index_on_finding(void *context, const gdx_batch_finding *finding) {
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

// And what converters did, which run where files are read. NULL: no memory.
static json_t *with_converters(const struct index_command *self, json_t *value) {
    gdx_buffer versions = {0};
    gdx_converter_counts counts = {0};
    if (self->options.converter) // none is open where nothing was read
        gdx_converter_count(self->options.converter, &counts);
    bool is_whole =
        (!self->options.converter || gdx_converter_versions(self->options.converter, &versions) == GDX_OK) &&
        json_object_set_new(value, "converted", json_integer((json_int_t)counts.converted)) == 0 &&
        json_object_set_new(value, "cached", json_integer((json_int_t)counts.cached)) == 0 &&
        json_object_set_new(value, "converters", gdx_json_text(gdx_buffer_slice(&versions))) == 0;
    gdx_buffer_clear(&versions);
    if (is_whole)
        return value;
    json_decref(value);
    return NULL;
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
    printf("%s in %s: %s of text, %s, %.1f MB/s\n", format_counted(s->documents, "document", "documents", a),
           format_counted(s->files, "file", "files", b), format_bytes(s->text_bytes, c),
           format_duration(s->elapsed_ns, d), megabytes_per_second(s->text_bytes, s->elapsed_ns));
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
        printf("%s with bytes that do not decode: %s became U+FFFD\n",
               format_counted(s->mended, "document", "documents", a), format_count(s->replaced_bytes, b));
}

static void print_converters(const struct index_command *self) {
    char converted[NUMBER_TEXT_BYTES], cached[NUMBER_TEXT_BYTES];
    gdx_buffer versions = {0};
    gdx_converter_counts counts = {0};
    gdx_converter_count(self->options.converter, &counts);
    if (counts.converted + counts.cached == 0)
        return;
    if (gdx_converter_versions(self->options.converter, &versions) == GDX_OK) {
        fputs("read by: ", stdout);
        print_clean(stdout, gdx_buffer_slice(&versions));
        printf(" (%s converted, %s kept from earlier)\n", format_count(counts.converted, converted),
               format_count(counts.cached, cached));
    }
    gdx_buffer_clear(&versions);
}

static void print_summary(const struct index_command *self, const gdx_batch_summary *s, uint64_t stored_bytes) {
    print_found(s);
    print_converters(self);
    if (self->target.server)
        printf("%s: commit %" PRIu64 "\n", self->target.server, s->commit);
    else
        print_index(self, s, stored_bytes);
    if (self->verbose && !self->target.server)
        print_stages(s);
}

void index_end_findings(struct index_command *self) {
    char count[NUMBER_TEXT_BYTES];
    progress_clear(&self->progress);
    if (self->unshown)
        fprintf(stderr, "... and %s more; --verbose or --json shows all\n", format_count(self->unshown, count));
}

gdx_status index_report(const struct index_command *self, const gdx_batch_summary *summary, gdx_index_writer *writer,
                        gdx_error *err) {
    uint64_t stored_bytes = writer ? stored_text_bytes(writer) : 0;
    if (!self->target.json) {
        print_summary(self, summary, stored_bytes);
        return GDX_OK;
    }
    json_t *value = with_converters(self, summary_as_json(summary));
    if (writer && value)
        add_index_figures(value, summary, stored_bytes);
    return json_line(value, err);
}

static json_t *trial_as_json(const struct index_command *self, const gdx_batch_summary *summary) {
    json_t *value = with_converters(self, summary_as_json(summary));
    if (value && self->options.prune)
        json_object_set_new(value, "deleted", json_integer((json_int_t)summary->deleted));
    return value;
}

static void print_trial(const struct index_command *self, gdx_batch_summary *summary) {
    char count[NUMBER_TEXT_BYTES];
    uint64_t deleted = summary->deleted;
    summary->deleted = 0; // none is
    print_found(summary);
    print_converters(self);
    if (self->options.prune)
        printf("--prune would delete %s\n", format_counted(deleted, "document", "documents", count));
    printf("nothing was changed: --dry-run\n");
}

gdx_status index_report_trial(const struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    if (self->target.json)
        return json_line(trial_as_json(self, summary), err);
    print_trial(self, summary);
    return GDX_OK;
}
