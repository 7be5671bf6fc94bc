// SPDX-License-Identifier: Apache-2.0
// convert.c: one file through the rows of its kind: the program is found and asked for its version once, the cache is
// looked into, memory is waited for, the program runs. The rows are tried in order until one succeeds.

#include "gdx/convert.h"

#include "gdx/arena.h"
#include "gdx/clock.h"
#include "gdx/convert_cache.h"
#include "gdx/utf8.h"
#include "lines.h"
#include "program.h"
#include "share.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    VERSION_MEMORY_BYTES = 1 << 28,
    VERSION_OUTPUT_BYTES = 1 << 16,
};

// What is known of a row's program.
struct program { // guarded by the converter's lock until it is known, immutable after
    bool is_known, is_installed;
    bool has_converted; // guarded by the lock
    char path[PROGRAM_PATH_BYTES];
    char version[GDX_CONVERTED_VERSION_BYTES];
    char identity[PROGRAM_IDENTITY_BYTES];
    bool is_taken; // a row of one at a time runs; guarded by the share's lock
};

struct gdx_converter {
    gdx_converter_options options;
    char *libexec, *temporary;
    char sandbox[PROGRAM_PATH_BYTES]; // "": not installed
    gdx_convert_cache *cache;         // NULL: none
    struct share share;
    pthread_mutex_t lock;
    struct program *programs; // one for each row of the table
    gdx_converter_counts counts;
};

// ---- making one

static gdx_status set_paths(gdx_converter *converter, gdx_error *err) {
    char libexec[PROGRAM_PATH_BYTES] = "/usr/libexec/gramdex";
    if (!converter->options.libexec)
        (void)program_libexec(libexec);
    const char *temporary = converter->options.temporary;
    if (!temporary)
        temporary = getenv("TMPDIR");
    if (!temporary || temporary[0] != '/')
        temporary = "/tmp";
    converter->libexec = strdup(converter->options.libexec ? converter->options.libexec : libexec);
    converter->temporary = strdup(temporary);
    if (!converter->libexec || !converter->temporary)
        return gdx_fail_memory(err, "converters");
    if (!program_find("gramdex-sandbox", converter->libexec, converter->sandbox))
        converter->sandbox[0] = 0;
    return GDX_OK;
}

static gdx_status set_up(gdx_converter *converter, gdx_error *err) {
    gdx_converter_options *options = &converter->options;
    options->memory = options->memory ? options->memory : GDX_CONVERT_MEMORY;
    options->output_bytes = options->output_bytes ? options->output_bytes : GDX_CONVERT_OUTPUT_BYTES;
    options->cache_bytes = options->cache_bytes ? options->cache_bytes : GDX_CONVERT_CACHE_BYTES;
    options->ocr_pages = options->ocr_pages ? options->ocr_pages : GDX_CONVERT_OCR_PAGES;
    converter->programs = calloc(options->table->count + 1, sizeof *converter->programs);
    if (!converter->programs)
        return gdx_fail_memory(err, "converters");
    gdx_status status = set_paths(converter, err);
    if (status == GDX_OK && options->cache)
        status = gdx_convert_cache_open(options->cache, options->cache_bytes, &converter->cache, err);
    return status;
}

gdx_status gdx_converter_new(const gdx_converter_options *options, gdx_converter **out, gdx_error *err) {
    gdx_converter *converter = calloc(1, sizeof *converter);
    if (!converter)
        return gdx_fail_memory(err, "converters");
    converter->options = *options;
    gdx_status status = share_init(&converter->share, options->memory ? options->memory : GDX_CONVERT_MEMORY, err);
    if (status != GDX_OK) {
        free(converter);
        return status;
    }
    pthread_mutex_init(&converter->lock, NULL);
    status = set_up(converter, err);
    if (status == GDX_OK)
        *out = converter;
    else
        gdx_converter_free(converter);
    return status;
}

void gdx_converter_free(gdx_converter *converter) {
    if (!converter)
        return;
    gdx_convert_cache_close(converter->cache);
    share_destroy(&converter->share);
    pthread_mutex_destroy(&converter->lock);
    free(converter->programs);
    free(converter->libexec);
    free(converter->temporary);
    free(converter);
}

bool gdx_converter_reads(const gdx_converter *converter, const char *kind) {
    bool is_recognition = strncmp(kind, "ocr-", 4) == 0;
    return gdx_converters_have(converter->options.table, kind) && (!is_recognition || converter->options.ocr);
}

void gdx_converter_count(gdx_converter *converter, gdx_converter_counts *out) {
    pthread_mutex_lock(&converter->lock);
    *out = converter->counts;
    pthread_mutex_unlock(&converter->lock);
}

// One program has several rows, and is named once.
static bool is_named_before(const gdx_converter *converter, size_t row) {
    for (size_t i = 0; i < row; i++)
        if (converter->programs[i].has_converted &&
            strcmp(converter->programs[i].version, converter->programs[row].version) == 0)
            return true;
    return false;
}

gdx_status gdx_converter_versions(gdx_converter *converter, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    const char *between = "";
    pthread_mutex_lock(&converter->lock);
    for (size_t i = 0; i < converter->options.table->count && status == GDX_OK; i++)
        if (converter->programs[i].has_converted && !is_named_before(converter, i)) {
            status = gdx_buffer_append_format(out, "%s%s", between, converter->programs[i].version);
            between = "; ";
        }
    pthread_mutex_unlock(&converter->lock);
    return status;
}

// ---- a program

// Asks the program for its version, in the sandbox like anything else. What it says first is its version.
static void ask_version(gdx_converter *converter, const struct converter_row *row, struct program *program) {
    gdx_buffer text = {0};
    gdx_error ignored = {0};
    struct run_result result;
    struct converter_row quick = *row;
    struct last_lines lines = {0};
    char day[16], last[LINES_BYTES];
    quick.wall_ms = 20000, quick.cpu_seconds = 20;
    struct run_request request = {.sandbox = converter->sandbox,
                                  .temporary = converter->temporary,
                                  .program = program->path,
                                  .arguments = (char *[]){row->version, NULL},
                                  .input_name = "input",
                                  .row = &quick,
                                  .memory = VERSION_MEMORY_BYTES,
                                  .output_bytes = VERSION_OUTPUT_BYTES};
    if (row->version && run_converter(&request, &text, &result, &ignored) == GDX_OK) {
        last_lines_take(&lines, (const char *)text.data, text.bytes);
        last_lines_end(&lines, lines.first, last);
        const char *line = lines.first[0] ? lines.first : result.first_line;
        gdx_slice cut = gdx_utf8_cut(gdx_slice_of(line), sizeof program->version - 1);
        memcpy(program->version, cut.data, cut.bytes);
    }
    program_day(program->path, day);
    if (!program->version[0])
        snprintf(program->version, sizeof program->version, "%.60s of %s", program_name(program->path), day);
    gdx_buffer_clear(&text);
}

// Found and asked once. Others who want it wait.
static struct program *know_program(gdx_converter *converter, const struct converter_row *row) {
    struct program *program = &converter->programs[row->number];
    pthread_mutex_lock(&converter->lock);
    if (!program->is_known) {
        program->is_installed = program_find(row->command[0], converter->libexec, program->path);
        if (program->is_installed) {
            program_identity(program->path, program->identity);
            ask_version(converter, row, program);
        }
        program->is_known = true;
    }
    pthread_mutex_unlock(&converter->lock);
    return program;
}

static gdx_status fail_not_installed(const char *program, const char *package, gdx_error *err) {
    if (package)
        return gdx_fail(err, GDX_UNSUPPORTED, "%s is not installed: apt install %s", program_name(program), package);
    return gdx_fail(err, GDX_UNSUPPORTED, "%s is not installed", program_name(program));
}

// ---- a row

static const struct {
    const char *kind, *ending;
} endings[] = {
    {GDX_CONVERT_PDF, ".pdf"}, {GDX_CONVERT_OCR_PDF, ".pdf"}, {GDX_CONVERT_DOC, ".doc"}, {GDX_CONVERT_RTF, ".rtf"},
    {GDX_CONVERT_PPT, ".ppt"}, {GDX_CONVERT_XLS, ".xls"},     {GDX_CONVERT_ODF, ".sxw"}, {GDX_CONVERT_MAIL, ".eml"},
};

// One conversion by one row. One owner.
struct attempt {
    gdx_converter *converter;
    const struct converter_row *row;
    struct program *program;
    gdx_arena *arena;
    char **arguments;
    char input_name[CONVERT_KIND_BYTES + 8];
    gdx_slice input;
    const gdx_stop *stop;
};

static void name_input(struct attempt *attempt) {
    const char *kind = attempt->row->kind, *ending = kind[0] == '.' && !strchr(kind, '/') ? kind : "";
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strcmp(endings[i].kind, kind) == 0)
            ending = endings[i].ending;
    snprintf(attempt->input_name, sizeof attempt->input_name, "input%s", ending);
}

// A word of the row's command with `name` in it replaced, everywhere. NULL: no memory.
static const char *replace(gdx_arena *arena, const char *word, const char *name, const char *by) {
    size_t name_bytes = strlen(name), by_bytes = strlen(by), count = 0;
    for (const char *at = word; (at = strstr(at, name)); at += name_bytes)
        count++;
    if (count == 0)
        return word;
    char *text = gdx_arena_allocate(arena, strlen(word) + count * by_bytes + 1);
    char *to = text;
    for (const char *at; text && (at = strstr(word, name)); word = at + name_bytes) {
        memcpy(to, word, (size_t)(at - word));
        to += at - word;
        memcpy(to, by, by_bytes);
        to += by_bytes;
    }
    return text ? strcpy(to, word), text : NULL;
}

static gdx_status make_arguments(struct attempt *attempt, gdx_error *err) {
    const struct converter_row *row = attempt->row;
    char pages[16];
    snprintf(pages, sizeof pages, "%u", attempt->converter->options.ocr_pages);
    attempt->arguments = gdx_arena_allocate(attempt->arena, (row->command_words + 1) * sizeof *attempt->arguments);
    for (size_t i = 1; attempt->arguments && i < row->command_words; i++) {
        const char *word = replace(attempt->arena, row->command[i], "INPUT", attempt->input_name);
        word = word ? replace(attempt->arena, word, "OUTPUT", row->output ? row->output : "OUTPUT") : NULL;
        word = word ? replace(attempt->arena, word, "PAGES", pages) : NULL;
        if (!word)
            return gdx_fail_memory(err, "a converter's command");
        attempt->arguments[i - 1] = (char *)word;
    }
    return attempt->arguments ? GDX_OK : gdx_fail_memory(err, "a converter's command");
}

// Program, version and arguments: another of any gives other text.
static gdx_status make_key(const struct attempt *attempt, gdx_convert_key *key, gdx_error *err) {
    gdx_buffer text = {0};
    gdx_status status =
        gdx_buffer_append_format(&text, "%s\n%s\n%s\n%s\n%s\n%s\n", attempt->row->command[0], attempt->program->version,
                                 attempt->program->identity, gdx_form_name(attempt->row->form), attempt->input_name,
                                 attempt->row->output ? attempt->row->output : "");
    for (char **word = attempt->arguments; *word && status == GDX_OK; word++)
        status = gdx_buffer_append(&text, *word, strlen(*word) + 1);
    if (status == GDX_OK)
        *key = gdx_convert_key_of(attempt->input, gdx_buffer_slice(&text));
    gdx_buffer_clear(&text);
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "a key of converted files");
}

// Runs it with so much memory. *is_short: that was too little.
static gdx_status run_with(struct attempt *attempt, uint64_t memory, gdx_buffer *out, struct run_result *result,
                           gdx_error *err) {
    gdx_converter *converter = attempt->converter;
    bool *is_taken = attempt->row->is_alone ? &attempt->program->is_taken : NULL;
    struct run_request request = {.sandbox = converter->sandbox,
                                  .temporary = converter->temporary,
                                  .program = attempt->program->path,
                                  .arguments = attempt->arguments,
                                  .input_name = attempt->input_name,
                                  .output_name = attempt->row->output,
                                  .row = attempt->row,
                                  .input = attempt->input,
                                  .memory = memory,
                                  .output_bytes = converter->options.output_bytes,
                                  .stop = attempt->stop};
    gdx_status status = share_enter(&converter->share, memory, is_taken, attempt->stop, err);
    if (status != GDX_OK)
        return status;
    uint64_t start = gdx_now_ns();
    status = run_converter(&request, out, result, err);
    uint64_t end = gdx_now_ns();
    share_leave(&converter->share, memory, is_taken);
    pthread_mutex_lock(&converter->lock);
    converter->counts.nanoseconds += end - start;
    pthread_mutex_unlock(&converter->lock);
    if (status != GDX_OK)
        return status;
    bool is_short = !result->is_over_output && result->verdict.end == SANDBOX_MEMORY && memory < attempt->row->memory;
    return is_short ? GDX_OK : program_judge(&request, result, err);
}

// With the row's first memory, and when that was too little with all of it.
static gdx_status run_row(struct attempt *attempt, gdx_buffer *out, gdx_converted *what, gdx_error *err) {
    struct run_result result;
    size_t before = out->bytes;
    gdx_status status = run_with(attempt, attempt->row->first_memory, out, &result, err);
    if (status == GDX_OK && result.verdict.end == SANDBOX_MEMORY) {
        out->bytes = before;
        status = run_with(attempt, attempt->row->memory, out, &result, err);
    }
    if (status == GDX_OK && !attempt->row->is_quiet)
        snprintf(what->warning, sizeof what->warning, "%s", result.last_line);
    return status;
}

static bool get_cached(struct attempt *attempt, const gdx_convert_key *key, gdx_buffer *out, gdx_converted *what) {
    gdx_buffer note = {0};
    gdx_convert_cache *cache = attempt->converter->cache;
    if (!cache || !gdx_convert_cache_get(cache, key, attempt->converter->options.output_bytes, out, &note))
        return false;
    what->is_cached = true;
    gdx_slice warning = gdx_utf8_cut(gdx_buffer_slice(&note), sizeof what->warning - 1);
    if (warning.bytes)
        memcpy(what->warning, warning.data, warning.bytes);
    what->warning[warning.bytes] = 0;
    gdx_buffer_clear(&note);
    return true;
}

static void count_success(struct attempt *attempt, bool is_cached) {
    pthread_mutex_lock(&attempt->converter->lock);
    attempt->program->has_converted = true;
    if (is_cached)
        attempt->converter->counts.cached++;
    else
        attempt->converter->counts.converted++;
    pthread_mutex_unlock(&attempt->converter->lock);
}

// From the cache or by the program.
static gdx_status fulfil(struct attempt *attempt, gdx_buffer *out, gdx_converted *what, gdx_error *err) {
    gdx_convert_key key;
    gdx_status status = make_arguments(attempt, err);
    if (status == GDX_OK)
        status = make_key(attempt, &key, err);
    if (status != GDX_OK)
        return status;
    *what = (gdx_converted){.form = attempt->row->form};
    snprintf(what->name, sizeof what->name, "%s", program_name(attempt->program->path));
    memcpy(what->version, attempt->program->version, sizeof what->version);
    size_t before = out->bytes;
    if (!get_cached(attempt, &key, out, what)) {
        status = run_row(attempt, out, what, err);
        gdx_slice fresh = {(const char *)out->data + before, out->bytes - before};
        if (status == GDX_OK && attempt->converter->cache)
            gdx_convert_cache_put(attempt->converter->cache, &key, fresh, gdx_slice_of(what->warning));
    }
    if (status == GDX_OK)
        count_success(attempt, what->is_cached);
    else
        out->bytes = before;
    return status;
}

static gdx_status try_row(struct attempt *attempt, gdx_buffer *out, gdx_converted *what, gdx_error *err) {
    gdx_converter *converter = attempt->converter;
    if (!converter->sandbox[0])
        return gdx_fail(err, GDX_UNSUPPORTED, "gramdex-sandbox is not in %s", converter->libexec);
    attempt->program = know_program(converter, attempt->row);
    if (!attempt->program->is_installed)
        return fail_not_installed(attempt->row->command[0], attempt->row->package, err);
    attempt->arena = gdx_arena_new();
    if (!attempt->arena)
        return gdx_fail_memory(err, "a conversion");
    name_input(attempt);
    gdx_converted found = {0};
    gdx_status status = fulfil(attempt, out, &found, err);
    gdx_arena_free(attempt->arena);
    if (status == GDX_OK)
        *what = found;
    return status;
}

// ---- all rows of a kind

// The next row may do better: the reason is of this program or this file.
static bool is_refusal(gdx_status status) {
    return status == GDX_UNSUPPORTED || status == GDX_INVALID || status == GDX_TOO_LARGE;
}

// Adds a row's reason to those before it; what a program said of the file counts more than that another is missing.
static void add_reason(gdx_error *all, const gdx_error *one) {
    gdx_error both = {.status = all->status == GDX_OK || all->status == GDX_UNSUPPORTED ? one->status : all->status};
    const char *between = all->message[0] ? "; " : "";
    int bytes = snprintf(both.message, sizeof both.message, "%s%s%s", all->message, between, one->message);
    gdx_slice cut = gdx_utf8_cut((gdx_slice){both.message, strlen(both.message)}, sizeof both.message - 1);
    if (bytes >= (int)sizeof both.message)
        while (cut.bytes && gdx_utf8_continues((uint8_t)both.message[cut.bytes - 1]))
            both.message[--cut.bytes] = 0;
    *all = both;
}

static gdx_status check_kind(const gdx_converter *converter, const char *kind, gdx_error *err) {
    const gdx_converters *table = converter->options.table;
    size_t at = converters_find(table, kind, 0);
    if (at == table->count)
        return gdx_fail(err, GDX_UNSUPPORTED, "no converter for %s", kind);
    if (table->rows[at].is_off)
        return gdx_fail(err, GDX_UNSUPPORTED, "the converter for %s is switched off", kind);
    if (strncmp(kind, "ocr-", 4) == 0 && !converter->options.ocr)
        return gdx_fail(err, GDX_UNSUPPORTED, "a picture of text: --ocr is not given");
    return GDX_OK;
}

gdx_status gdx_convert(gdx_converter *converter, const char *kind, gdx_slice input, const gdx_stop *stop,
                       gdx_buffer *out, gdx_converted *what, gdx_error *err) {
    const gdx_converters *table = converter->options.table;
    gdx_error reasons = {0};
    gdx_status status = check_kind(converter, kind, err);
    if (status != GDX_OK)
        return status;
    for (size_t at = 0; (at = converters_find(table, kind, at)) < table->count; at++) {
        struct attempt attempt = {.converter = converter, .row = &table->rows[at], .input = input, .stop = stop};
        gdx_error reason = {0};
        status = try_row(&attempt, out, what, &reason);
        if (status == GDX_OK)
            return GDX_OK;
        if (!is_refusal(status))
            return gdx_error_pass(err, &reason);
        add_reason(&reasons, &reason);
    }
    pthread_mutex_lock(&converter->lock);
    converter->counts.failed++;
    pthread_mutex_unlock(&converter->lock);
    return gdx_error_pass(err, &reasons);
}
