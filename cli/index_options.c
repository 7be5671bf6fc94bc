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
        {.name = "memory",
         .argument = "BYTES",
         .help = "limit for the whole run, as 256M or 2G",
         .more = "At least 16M; a quarter of the memory that the process may use when it is not given.",
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
        {.name = "facet",
         .argument = "KEY",
         .help = "a key of records to filter and group by",
         .more =
             "As language, for meta.language:zh in queries and facets --by meta.language. May be repeated. An index "
             "keeps its keys; documents that it has are looked through once.",
         .kind = OPTION_LIST,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, facets)},
        {.name = "shape",
         .argument = "SHAPE",
         .help = "exact (fast), compact (smaller) or archive",
         .more = "Answers are the same. The first run on an index sets it; gramdex merge --shape changes it.",
         .kind = OPTION_CHOICE,
         .choices = shape_choices,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, shape),
         .given = OPTION_FIELD(struct index_command, has_shape)},
        {.name = "id-from",
         .argument = "hash",
         .help = "a record without an id gets its fields' hash",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct index_command, id_from)},
        {.name = "date-from",
         .argument = "name",
         .help = "a file without a date gets its name's",
         .more = "As of 人民日报2023-05-06第3版.txt.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct index_command, date_from)},
        {.name = "ocr",
         .help = "read pictures and scans, which takes long",
         .more = "Needs tesseract and its data for Chinese: tesseract-ocr-chi-sim.",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct index_command, ocr)},
        {.name = "ocr-pages",
         .argument = "N",
         .help = "pages read of a scan with --ocr (200)",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = OCR_PAGES_MOST,
         .field = OPTION_FIELD(struct index_command, ocr_pages)},
        {.name = "converter",
         .argument = "ROW",
         .help = "a program that reads a kind of file",
         .more =
             "As '.caj text -- caj2text INPUT' or 'rtf off'. Rows have the form of /etc/gramdex/converters, and count "
             "more. May be repeated.",
         .kind = OPTION_LIST,
         .field = OPTION_FIELD(struct index_command, converters)},
        {.name = "converter-memory",
         .argument = "BYTES",
         .help = "of all converters that run at once (1G)",
         .more = "One that needs more runs alone. It is not part of --memory.",
         .kind = OPTION_BYTES,
         .least = CONVERTER_MEMORY_LEAST_BYTES,
         .field = OPTION_FIELD(struct index_command, converter_memory)},
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
        {.name = "shard",
         .argument = "I/N",
         .help = "the I-th of N shares of the inputs, from 0",
         .more = "--index is a part then, for `gramdex publish`. auto/N takes I from the job scheduler's variables, "
                 "auto also N. Every run gets the same paths and options.",
         .kind = OPTION_TEXT,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, shard)},
        {.name = "unless-in",
         .argument = "DIR",
         .help = "leave out what this index has as it is",
         .more = "With --shard, for `gramdex publish --add`.",
         .kind = OPTION_TEXT,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, unless_in)},
        {.name = "no-merge",
         .help = "leave the segments as they are written",
         .kind = OPTION_CLEAR,
         .needs_index = true,
         .field = OPTION_FIELD(struct index_command, options.merge)},
        LEVEL_ROW(struct index_command, options.level),
        {.name = "metrics-file",
         .argument = "FILE",
         .help = "the run's figures for Prometheus",
         .more = "For the textfile collector of node_exporter, as FILE.prom: written at the end, also of a run that "
                 "fails, under another name first.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct index_command, metrics_file)},
        {.name = "verbose",
         .letter = 'v',
         .help = "name all that is left out; stages' times",
         .kind = OPTION_COUNT,
         .field = OPTION_FIELD(struct index_command, verbose)},
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
