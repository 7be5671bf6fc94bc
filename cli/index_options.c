// SPDX-License-Identifier: Apache-2.0
// index_options.c: the options of `gramdex index`, and what is checked of them before anything is read. Relies on
// index_command.h.

#include "index_command.h"
#include "writer.h"

#include <string.h>

enum { MEMORY_LEAST_BYTES = 16 << 20 };
enum { OCR_PAGES_MOST = 100000, CONVERTER_MEMORY_LEAST_BYTES = 16 << 20 };

const struct option_table index_own_table = {
    NULL,
    (const struct option[]){
        THREADS_ROW(struct index_command, options.threads),
        BYTES_ROW(struct index_command, options.memory_bytes, "memory", "BYTES",
                  "limit for the whole run, as 256M or 2G",
                  .more = "At least 16M; a quarter of the memory that the process may use when it is not given.",
                  .least = MEMORY_LEAST_BYTES, .needs_index = true),
        LIST_ROW(struct index_command, globs, "glob", "PATTERN", "only files that match, as '*.txt'",
                 .more = "May be repeated. Without a slash it is held against names, with one against paths below "
                         "the folder given."),
        LIST_ROW(struct index_command, excludes, "exclude", "PATTERN", "no files and folders that match",
                 .more = "May be repeated."),
        LIST_ROW(struct index_command, files_from, "files-from", "FILE", "also the paths in FILE, one a line; - reads",
                 .more = "standard input. May be repeated."),
        FLAG_ROW(struct index_command, ends_with_zero, "null", "a zero byte ends each path of --files-from",
                 .letter = '0'),
        TEXT_ROW(struct index_command, base, "base", "FOLDER", "folder that ids are relative to",
                 .more = "An index keeps it; without --base it is the folder in which its first run was started."),
        FLAG_ROW(struct index_command, is_dry_run, "dry-run", "read everything and change nothing"),
        TEXT_ROW(struct index_command, options.source, "source", "NAME", "source of all documents",
                 .more = "Without it, a record's own, else the name of the folder directly above the file."),
        TEXT_ROW(struct index_command, options.encoding, "encoding", "NAME",
                 "of text files, as GB18030 or Big5 (detected)"),
        TEXT_ROW(struct index_command, map_text, "map", "FIELD=KEY,...", "keys or columns that hold a record's fields",
                 .more = "As id=url,title=headline,text=lead+body,date=published?. Fields are id, title, text, date, "
                         "source. data.body is the key body in data; lead+body joins two texts; with a ? a record "
                         "may lack the key."),
        LIST_ROW(struct index_command, facets, "facet", "KEY", "a key of records to filter and group by",
                 .more = "As language, for meta.language:zh in queries and facets --by meta.language. May be "
                         "repeated. An index keeps its keys; documents that it has are looked through once.",
                 .needs_index = true),
        CHOICE_ROW(struct index_command, shape, "shape", "SHAPE", shape_choices,
                   "exact (fast), compact (smaller) or archive",
                   .more = "Answers are the same. The first run on an index sets it; gramdex merge --shape changes it.",
                   .needs_index = true, .given = OPTION_FIELD(struct index_command, has_shape)),
        TEXT_ROW(struct index_command, id_from, "id-from", "hash", "a record without an id gets its fields' hash"),
        TEXT_ROW(struct index_command, date_from, "date-from", "name", "a file without a date gets its name's",
                 .more = "As of 人民日报2023-05-06第3版.txt."),
        FLAG_ROW(struct index_command, ocr, "ocr", "read pictures and scans, which takes long",
                 .more = "Needs tesseract and its data for Chinese: tesseract-ocr-chi-sim."),
        NUMBER_ROW(struct index_command, ocr_pages, "ocr-pages", "N", 1, OCR_PAGES_MOST,
                   "pages read of a scan with --ocr (200)"),
        LIST_ROW(struct index_command, converters, "converter", "ROW", "a program that reads a kind of file",
                 .more = "As '.caj text -- caj2text INPUT' or 'rtf off'. Rows have the form of "
                         "/etc/gramdex/converters, and count more. May be repeated."),
        BYTES_ROW(struct index_command, converter_memory, "converter-memory", "BYTES",
                  "of all converters that run at once (1G)",
                  .more = "One that needs more runs alone. It is not part of --memory.",
                  .least = CONVERTER_MEMORY_LEAST_BYTES),
        BYTES_ROW(struct index_command, options.document_limit, "document-limit", "BYTES",
                  "largest text of one document (64M)"),
        FLAG_ROW(struct index_command, options.strict, "strict", "fail at the first refused record or file",
                 .more = "Nothing is changed then."),
        TEXT_ROW(struct index_command, allow_refused, "allow-refused", "N|P%", "exit status 0 if no more was refused",
                 .more = "A number, or a part of all that was found, as 5%."),
        FLAG_ROW(struct index_command, options.prune, "prune", "delete documents whose files are gone",
                 .more = "Of the folders given alone, and only if they were listed whole.", .needs_index = true),
        TEXT_ROW(struct index_command, prune_limit, "prune-limit", "N|P%", "fail when --prune would delete more",
                 .more = "20% if it is not given, and 10 documents at any rate.", .needs_index = true),
        NUMBER_ROW(struct index_command, options.commit_every, "commit-every", "N", 1, UINT32_MAX,
                   "commit after about N documents",
                   .more = "A run that is stopped keeps what is committed, and the next one goes on from there. "
                           "Without it a run is one commit.",
                   .needs_index = true),
        TEXT_ROW(
            struct index_command, shard, "shard", "I/N", "the I-th of N shares of the inputs, from 0",
            .more = "--index is a part then, for `gramdex publish`. auto/N takes I from the job scheduler's variables, "
                    "auto also N. Every run gets the same paths and options.",
            .needs_index = true),
        TEXT_ROW(struct index_command, unless_in, "unless-in", "DIR", "leave out what this index has as it is",
                 .more = "With --shard, for `gramdex publish --add`.", .needs_index = true),
        OPTION_ROW(struct index_command, options.merge, OPTION_CLEAR, "no-merge", NULL,
                   "leave the segments as they are written", .needs_index = true),
        LEVEL_ROW(struct index_command, options.level),
        TEXT_ROW(
            struct index_command, metrics_file, "metrics-file", "FILE", "the run's figures for Prometheus",
            .more = "For the textfile collector of node_exporter, as FILE.prom: written at the end, also of a run that "
                    "fails, under another name first."),
        OPTION_ROW(struct index_command, verbose, OPTION_COUNT, "verbose", NULL,
                   "name all that is left out; stages' times", .letter = 'v'),
        {0},
    },
};

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

gdx_status index_check(void *settings, gdx_error *err) {
    struct index_command *self = settings;
    if (self->paths.count == 0 && self->files_from.count == 0 && self->facets.count == 0 && !self->has_shape)
        return gdx_fail(err, GDX_INVALID, "PATH... is missing");
    for (size_t i = 0; i < self->facets.count; i++) {
        const char *fault = gdx_key_fault(gdx_slice_of(self->facets.items[i]));
        if (fault)
            return gdx_fail(err, GDX_INVALID, "--facet %s: %s", self->facets.items[i], fault);
    }
    if (self->metrics_file && self->is_dry_run)
        return gdx_fail(err, GDX_INVALID, "--metrics-file and --dry-run do not go together: there is no run to report");
    if (self->ends_with_zero && self->files_from.count == 0)
        return gdx_fail(err, GDX_INVALID, "--null goes with --files-from");
    if (self->prune_limit && !self->options.prune)
        return gdx_fail(err, GDX_INVALID, "--prune-limit goes with --prune");
    if (self->options.prune && names_standard_input(&self->paths))
        return gdx_fail(err, GDX_INVALID, "--prune goes with folders, not with standard input");
    gdx_status of_shard = index_check_shard(self, names_standard_input(&self->paths), err);
    if (of_shard != GDX_OK)
        return of_shard;
    if (self->date_from && strcmp(self->date_from, "name") != 0)
        return gdx_fail(err, GDX_INVALID, "--date-from %s: expected name", self->date_from);
    if (self->ocr_pages && !self->ocr)
        return gdx_fail(err, GDX_INVALID, "--ocr-pages goes with --ocr");
    self->options.date_from_name = self->date_from != NULL;
    gdx_status status = read_map(self, err);
    if (status == GDX_OK)
        status = index_check_converters(self, err);
    if (status == GDX_OK)
        status = check_share("--allow-refused", self->allow_refused, &self->allowed, err);
    return status == GDX_OK ? check_share("--prune-limit", self->prune_limit, &self->options.prune_limit, err) : status;
}
