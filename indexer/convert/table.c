// SPDX-License-Identifier: Apache-2.0
// table.c: the table of converters: rows of text into rows of memory. The file `converters` of this folder says how a
// row is written, and is compiled in, so that the program needs no data file at run time.

#include "table.h"

#include "gdx/file.h"
#include "gdx/utf8.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>

enum { TABLE_FILE_BYTES = 1 << 20 };

extern const unsigned char converters_shipped[];
extern const size_t converters_shipped_bytes;

static const char *const form_names[GDX_FORM_COUNT] = {
    [GDX_FORM_TEXT] = "text", [GDX_FORM_HTML] = "html", [GDX_FORM_PDF_XML] = "pdf-xml", [GDX_FORM_RECORDS] = "jsonl",
    [GDX_FORM_DOCX] = "docx", [GDX_FORM_PPTX] = "pptx", [GDX_FORM_XLSX] = "xlsx",       [GDX_FORM_ODT] = "odt",
    [GDX_FORM_ODP] = "odp",   [GDX_FORM_ODS] = "ods",
};

const char *gdx_form_name(gdx_form form) {
    return form_names[form];
}

static bool find_form(const char *word, gdx_form *out) {
    for (int form = 0; form < GDX_FORM_COUNT; form++)
        if (strcmp(form_names[form], word) == 0) {
            *out = (gdx_form)form;
            return true;
        }
    return false;
}

// ---- rows

static void row_clear(struct converter_row *row) {
    for (size_t i = 0; i < row->command_words; i++)
        free(row->command[i]);
    free(row->command);
    free(row->kind);
    free(row->output);
    free(row->package);
    free(row->version);
    *row = (struct converter_row){0};
}

void gdx_converters_free(gdx_converters *table) {
    if (!table)
        return;
    for (size_t i = 0; i < table->count; i++)
        row_clear(&table->rows[i]);
    free(table->rows);
    free(table);
}

size_t converters_find(const gdx_converters *table, const char *kind, size_t from) {
    while (from < table->count && strcmp(table->rows[from].kind, kind) != 0)
        from++;
    return from;
}

bool gdx_converters_have(const gdx_converters *table, const char *kind) {
    size_t at = converters_find(table, kind, 0);
    return at < table->count && !table->rows[at].is_off;
}

// ---- settings: a name, "=", a value

enum setting_type { SETTING_TIME, SETTING_BYTES, SETTING_MEMORY, SETTING_COUNT, SETTING_YES, SETTING_WORD };

static const struct setting {
    const char *name;
    enum setting_type type;
    size_t offset; // of the field in a row
    uint64_t most;
} settings[] = {
    {"wall", SETTING_TIME, offsetof(struct converter_row, wall_ms), 24 * 3600},
    {"cpu", SETTING_TIME, offsetof(struct converter_row, cpu_seconds), 24 * 3600},
    {"memory", SETTING_MEMORY, offsetof(struct converter_row, memory), (uint64_t)1 << 40},
    {"files", SETTING_BYTES, offsetof(struct converter_row, file_bytes), (uint64_t)1 << 40},
    {"processes", SETTING_COUNT, offsetof(struct converter_row, processes), 512},
    {"alone", SETTING_YES, offsetof(struct converter_row, is_alone), 0},
    {"local-sockets", SETTING_YES, offsetof(struct converter_row, has_local_sockets), 0},
    {"quiet", SETTING_YES, offsetof(struct converter_row, is_quiet), 0},
    {"output", SETTING_WORD, offsetof(struct converter_row, output), 0},
    {"package", SETTING_WORD, offsetof(struct converter_row, package), 0},
    {"version", SETTING_WORD, offsetof(struct converter_row, version), 0},
};

// A whole number and what follows it: "30s" is 30 and "s". False: no digit, or over 10^12.
static bool take_number(const char **text, uint64_t *out) {
    const char *at = *text;
    uint64_t value = 0;
    for (; *at >= '0' && *at <= '9'; at++)
        if ((value = value * 10 + (uint64_t)(*at - '0')) > 1000000000000)
            return false;
    bool has_digits = at != *text;
    *text = at;
    *out = value;
    return has_digits;
}

static bool take_unit(const char **text, const char *units, const uint64_t *factors, uint64_t *value) {
    const char *unit = **text ? strchr(units, **text) : NULL;
    if (!unit)
        return false;
    uint64_t factor = factors[unit - units];
    *text += 1;
    return !__builtin_mul_overflow(*value, factor, value);
}

static bool take_time(const char **text, uint64_t *seconds) {
    static const uint64_t factors[] = {1, 60, 3600};
    return take_number(text, seconds) && take_unit(text, "smh", factors, seconds);
}

static bool take_bytes(const char **text, uint64_t *bytes) {
    static const uint64_t factors[] = {1 << 10, 1 << 20, 1 << 30};
    return take_number(text, bytes) && take_unit(text, "KMG", factors, bytes);
}

// A file of the private folder: no path, and not one that starts like an option.
static bool is_plain_name(const char *name) {
    return *name && *name != '-' && *name != '.' && !strchr(name, '/');
}

static const char *read_value(const struct setting *setting, const char *text, struct converter_row *row) {
    void *field = (char *)row + setting->offset;
    uint64_t value = 0, first = 0;
    switch (setting->type) {
    case SETTING_TIME:
        if (!take_time(&text, &value) || *text || value == 0 || value > setting->most)
            return "expected a time of at most a day: 30s, 2m";
        *(uint64_t *)field = setting->offset == offsetof(struct converter_row, wall_ms) ? value * 1000 : value;
        return NULL;
    case SETTING_BYTES:
    case SETTING_MEMORY:
        if (!take_bytes(&text, &value))
            return "expected a size: 512M, 1G";
        first = value;
        if (setting->type == SETTING_MEMORY && *text == '-' && (text++, !take_bytes(&text, &value)))
            return "expected a second size: 128M-1G";
        if (*text || first < 1 << 20 || value < first || value > setting->most)
            return "expected a size from 1M to 1024G: 512M, 1G";
        *(uint64_t *)field = value;
        if (setting->type == SETTING_MEMORY)
            row->first_memory = first;
        return NULL;
    case SETTING_COUNT:
        if (!take_number(&text, &value) || *text || value == 0 || value > setting->most)
            return "expected a number from 1 to 512";
        *(uint64_t *)field = value;
        return NULL;
    case SETTING_YES:
        if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
            return "expected yes or no";
        *(bool *)field = text[0] == 'y';
        return NULL;
    case SETTING_WORD:
        if (!*text)
            return "expected a word";
        if (setting->offset == offsetof(struct converter_row, output) && !is_plain_name(text))
            return "expected a file's name without a path";
        free(*(char **)field);
        *(char **)field = strdup(text);
        return *(char **)field ? NULL : "";
    }
    return NULL;
}

// What is wrong with a setting; NULL: nothing; "": no memory.
static const char *read_setting(const char *word, struct converter_row *row) {
    const char *equals = strchr(word, '=');
    size_t bytes = equals ? (size_t)(equals - word) : 0;
    for (size_t i = 0; equals && i < sizeof settings / sizeof *settings; i++)
        if (strlen(settings[i].name) == bytes && strncmp(settings[i].name, word, bytes) == 0)
            return read_value(&settings[i], equals + 1, row);
    return "expected a setting (wall=30s, memory=1G) or --";
}

// ---- a row

static gdx_status refuse(const struct words *words, const struct word *word, const char *what, gdx_error *err) {
    if (!*what)
        return gdx_fail_memory(err, "a table of converters");
    return gdx_fail_at(err, GDX_INVALID, words->where, "line %u, column %u: \"%.60s\": %s", word->line, word->column,
                       word->text, what);
}

// The defaults of what a row does not say.
static gdx_status complete_row(struct converter_row *row, gdx_error *err) {
    if (!row->wall_ms)
        row->wall_ms = 60000;
    if (!row->cpu_seconds)
        row->cpu_seconds = (row->wall_ms + 999) / 1000;
    if (!row->memory)
        row->memory = row->first_memory = (uint64_t)1 << 30;
    if (!row->file_bytes)
        row->file_bytes = row->memory;
    if (!row->processes)
        row->processes = 32;
    bool names_output = false;
    for (size_t i = 0; i < row->command_words; i++)
        names_output |= strstr(row->command[i], "OUTPUT") != NULL;
    if (names_output && !row->output) {
        char name[32];
        snprintf(name, sizeof name, "output.%s", gdx_form_name(row->form));
        row->output = strdup(name);
        if (!row->output)
            return gdx_fail_memory(err, "a table of converters");
    }
    return GDX_OK;
}

static gdx_status take_command(const struct words *words, size_t first, struct converter_row *row, gdx_error *err) {
    size_t count = words->count - first;
    if (count > CONVERT_WORDS_MAX)
        return refuse(words, &words->words[first + CONVERT_WORDS_MAX], "a command has at most 64 words", err);
    row->command = calloc(count + 1, sizeof *row->command);
    if (!row->command)
        return gdx_fail_memory(err, "a table of converters");
    for (; row->command_words < count; row->command_words++) {
        char *word = strdup(words->words[first + row->command_words].text);
        if (!word)
            return gdx_fail_memory(err, "a table of converters");
        row->command[row->command_words] = word;
    }
    return GDX_OK;
}

// A line's words, one at least, into a row.
static gdx_status read_row(const struct words *words, struct converter_row *row, gdx_error *err) {
    const struct word *first = words->words, *last = &words->words[words->count - 1];
    if (strlen(first->text) >= CONVERT_KIND_BYTES || !*first->text)
        return refuse(words, first, "expected a kind of 1 to 63 bytes", err);
    row->kind = strdup(first->text);
    if (!row->kind)
        return gdx_fail_memory(err, "a table of converters");
    if (words->count == 1)
        return refuse(words, last, "expected a form after it (text, html, pdf-xml, ...) or off", err);
    row->is_off = words->count == 2 && strcmp(words->words[1].text, "off") == 0;
    if (row->is_off)
        return GDX_OK;
    if (!find_form(words->words[1].text, &row->form))
        return refuse(words, &words->words[1],
                      "expected a form: text, html, pdf-xml, jsonl, docx, pptx, xlsx, odt, odp, ods", err);
    size_t at = 2;
    for (; at < words->count && strcmp(words->words[at].text, "--") != 0; at++) {
        const char *wrong = read_setting(words->words[at].text, row);
        if (wrong)
            return refuse(words, &words->words[at], wrong, err);
    }
    if (at + 1 >= words->count)
        return refuse(words, last, "expected -- and a command after it", err);
    if (!*words->words[at + 1].text)
        return refuse(words, &words->words[at + 1], "expected a program", err);
    gdx_status status = take_command(words, at + 1, row, err);
    return status == GDX_OK ? complete_row(row, err) : status;
}

// ---- a text of rows

// Reads all rows into `fresh`, which the caller clears.
static gdx_status read_rows(struct words *words, gdx_converters *fresh, gdx_error *err) {
    bool has_line = true;
    for (;;) {
        gdx_status status = words_next_line(words, &has_line, err);
        if (status != GDX_OK || !has_line)
            return status;
        if (fresh->count == CONVERT_ROWS_MAX)
            return refuse(words, words->words, "a table has at most 256 rows", err);
        if (gdx_grow(&fresh->rows, &fresh->capacity, fresh->count + 1, sizeof *fresh->rows) != GDX_OK)
            return gdx_fail_memory(err, "a table of converters");
        fresh->rows[fresh->count] = (struct converter_row){0};
        status = read_row(words, &fresh->rows[fresh->count++], err);
        if (status != GDX_OK)
            return status;
    }
}

// Rows of kinds that `fresh` has leave the table, and those of `fresh` come to its end.
static gdx_status merge_rows(gdx_converters *table, gdx_converters *fresh, gdx_error *err) {
    if (gdx_grow(&table->rows, &table->capacity, table->count + fresh->count, sizeof *table->rows) != GDX_OK)
        return gdx_fail_memory(err, "a table of converters");
    size_t kept = 0;
    for (size_t i = 0; i < table->count; i++) {
        if (converters_find(fresh, table->rows[i].kind, 0) < fresh->count)
            row_clear(&table->rows[i]);
        else
            table->rows[kept++] = table->rows[i];
    }
    for (size_t i = 0; i < fresh->count; i++)
        table->rows[kept++] = fresh->rows[i];
    table->count = kept;
    fresh->count = 0;
    for (size_t i = 0; i < kept; i++)
        table->rows[i].number = (uint32_t)i;
    return GDX_OK;
}

gdx_status gdx_converters_parse(gdx_converters *table, const char *where, gdx_slice text, gdx_error *err) {
    struct words words = {.where = where, .rest = text, .line = 1, .column = 1};
    gdx_converters fresh = {0};
    gdx_status status = read_rows(&words, &fresh, err);
    if (status == GDX_OK && fresh.count)
        status = merge_rows(table, &fresh, err);
    for (size_t i = 0; i < fresh.count; i++)
        row_clear(&fresh.rows[i]);
    free(fresh.rows);
    words_clear(&words);
    return status;
}

gdx_status gdx_converters_load(gdx_converters *table, const char *path, gdx_error *err) {
    gdx_buffer text = {0};
    gdx_status status = gdx_read_file(path, TABLE_FILE_BYTES, &text, err);
    if (status == GDX_OK)
        status = gdx_converters_parse(table, path, gdx_buffer_slice(&text), err);
    gdx_buffer_clear(&text);
    return status;
}

gdx_status gdx_converters_new(gdx_converters **out, gdx_error *err) {
    GDX_AUTO(gdx_converters) table = calloc(1, sizeof *table);
    if (!table)
        return gdx_fail_memory(err, "a table of converters");
    gdx_slice text = {(const char *)converters_shipped, converters_shipped_bytes};
    gdx_status status = gdx_converters_parse(table, "the converters that gramdex ships with", text, err);
    if (status == GDX_OK)
        *out = GDX_TAKE(table);
    return status;
}
