// SPDX-License-Identifier: Apache-2.0
// table.c: rows with columns as wide as they need, or cells between commas or tabs.
// CSV is that of RFC 4180, as libcsv writes it, with line ends of \n. A cell of text that a spreadsheet would take for
// a formula has an apostrophe before it, in CSV and TSV.

#include "table.h"
#include "options.h"

#include <assert.h>
#include <csv.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { COLUMNS_MOST = 16, GAP = 2, BAR_LEAST = 8, BAR_MOST = 40, LAST_LEAST = 12 };

static const char *const form_names[] = {"text", "csv", "tsv", "jsonl", NULL};

const struct option_table output_table = {
    NULL,
    (const struct option[]){
        CHOICE_ROW(struct output, form, "format", "FORM", form_names, "text, csv, tsv or jsonl (text)",
                   .more = "A cell that a spreadsheet would take for a formula, because it begins with = + - or @, "
                           "gets an apostrophe before it. jsonl is what --json prints."),
        FLAG_ROW(struct output, bom, "bom", "a byte order mark first, for Excel"),
        {0},
    },
};

void output_settle(const struct parsing *parsing) {
    struct output *output = NULL;
    struct target *target = NULL;
    for (const struct option_group *group = parsing->command->groups; group->table; group++) {
        void *settings = (char *)parsing->settings + group->offset;
        if (group->table == &output_table)
            output = settings;
        if (group->table == &json_table)
            target = settings;
    }
    assert(!output || target);
    if (target)
        terminal_settle((enum color_when)target->color, target->quiet);
    if (output && output->form == OUTPUT_JSONL) {
        target->json = true;
        output->form = OUTPUT_TEXT;
    }
}

gdx_status output_check(const struct output *output, bool as_json, gdx_error *err) {
    if (output->form != OUTPUT_TEXT && as_json)
        return gdx_fail(err, GDX_INVALID, "either --format or JSON is possible, not both");
    if (output->bom && output->form == OUTPUT_TEXT)
        return gdx_fail(err, GDX_INVALID, "--bom goes with --format csv or tsv");
    return GDX_OK;
}

struct cell {
    size_t begin, bytes; // in `text`
    double value;        // of a number
};

struct table {
    const struct table_column *columns;
    size_t column_count;
    const struct output *output;
    gdx_buffer text;
    struct cell *cells;
    size_t cell_count, cell_capacity;
    bool has_failed; // there was no memory
};

// ---- cells for programs

// In TSV a quotation mark would begin a cell that goes on to the next one, over tabs and lines.
static bool needs_guard(const struct table *table, gdx_slice text) {
    static const char formula_starts[] = "=+-@\t\r";
    return memchr(formula_starts, text.data[0], sizeof formula_starts - 1) ||
           (table->output->form == OUTPUT_TSV && text.data[0] == '"');
}

static void put_field(struct table *table, size_t column, gdx_slice text, bool is_text) {
    gdx_buffer guarded = {0};
    gdx_slice shown = text;
    if (is_text && text.bytes && needs_guard(table, text)) {
        table->has_failed |= gdx_buffer_append(&guarded, "'", 1) != GDX_OK ||
                             gdx_buffer_append(&guarded, text.data, text.bytes) != GDX_OK;
        shown = gdx_buffer_slice(&guarded);
    }
    if (column)
        putchar(table->output->form == OUTPUT_CSV ? ',' : '\t');
    if (table->output->form == OUTPUT_TSV)
        print_clean(stdout, shown); // it has no way to write a tab or a line end
    else if (is_text)
        csv_fwrite(stdout, shown.data, shown.bytes);
    else
        fwrite(shown.data, 1, shown.bytes, stdout);
    gdx_buffer_clear(&guarded);
}

static void put_header(struct table *table) {
    if (table->output->bom)
        fputs("\xef\xbb\xbf", stdout);
    for (size_t i = 0, column = 0; i < table->column_count; i++)
        if (table->columns[i].kind != TABLE_BAR)
            put_field(table, column++, gdx_slice_of(table->columns[i].name), false);
    putchar('\n');
}

static gdx_slice text_of(const struct table *table, const struct cell *cell) {
    return (gdx_slice){(const char *)table->text.data + cell->begin, cell->bytes};
}

static void put_row(struct table *table) {
    size_t column = 0;
    for (size_t i = 0, cell = 0; i < table->column_count; i++) {
        if (table->columns[i].kind == TABLE_BAR)
            continue;
        put_field(table, column++, text_of(table, &table->cells[cell++]), table->columns[i].kind == TABLE_TEXT);
    }
    putchar('\n');
    table->cell_count = 0;
    table->text.bytes = 0;
}

// ---- cells for people

struct widths {
    size_t columns[COLUMNS_MOST]; // 0: left out
    double highest[COLUMNS_MOST]; // of a bar
};

static size_t cells_in_row(const struct table *table) {
    size_t count = 0;
    for (size_t i = 0; i < table->column_count; i++)
        count += table->columns[i].kind != TABLE_BAR;
    assert(count > 0); // table_open has seen the first column
    return count;
}

static void print_spaces(size_t count) {
    while (count-- > 0)
        putchar(' ');
}

static void measure(const struct table *table, struct widths *out) {
    size_t cell = 0, rows = table->cell_count / cells_in_row(table);
    *out = (struct widths){0};
    for (size_t i = 0; i < table->column_count; i++)
        out->columns[i] = table->columns[i].kind == TABLE_BAR ? BAR_LEAST : strlen(table->columns[i].name);
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < table->column_count; i++) {
            if (table->columns[i].kind == TABLE_BAR) {
                double value = table->cells[cell - 1].value;
                out->highest[i] = value > out->highest[i] ? value : out->highest[i];
                continue;
            }
            size_t width = text_width(text_of(table, &table->cells[cell++]));
            out->columns[i] = width > out->columns[i] ? width : out->columns[i];
        }
}

static bool is_last_text(const struct table *table, size_t column) {
    return column > 0 && column + 1 == table->column_count && table->columns[column].kind == TABLE_TEXT;
}

// A text at the end counts as far as it has to be there.
static size_t total_width(const struct table *table, const struct widths *widths) {
    size_t total = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        size_t width = widths->columns[i];
        if (is_last_text(table, i) && width > LAST_LEAST)
            width = LAST_LEAST;
        total += width ? width + GAP : 0;
    }
    return total ? total - GAP : 0;
}

static void fit_last(const struct table *table, size_t width, struct widths *widths) {
    size_t last = table->column_count - 1, room = LAST_LEAST, total = total_width(table, widths);
    if (total < width)
        room += width - total;
    if (is_last_text(table, last) && widths->columns[last] > room)
        widths->columns[last] = room;
}

// Leaves out columns until the rest fits; then a text at the end, or else a bar, takes what is left.
static void fit(const struct table *table, size_t width, struct widths *widths) {
    unsigned most = 0;
    for (size_t i = 0; i < table->column_count; i++)
        most = table->columns[i].leaves > most ? table->columns[i].leaves : most;
    for (unsigned leaves = most; leaves > 0 && total_width(table, widths) > width; leaves--)
        for (size_t i = 0; i < table->column_count; i++)
            if (table->columns[i].leaves == leaves)
                widths->columns[i] = 0;
    fit_last(table, width, widths);
    size_t total = 0;
    for (size_t i = 0; i < table->column_count; i++)
        total += widths->columns[i] ? widths->columns[i] + GAP : 0;
    for (size_t i = 0; i < table->column_count && total < width + GAP; i++)
        if (table->columns[i].kind == TABLE_BAR && widths->columns[i]) {
            size_t room = BAR_LEAST + width + GAP - total;
            widths->columns[i] = room < BAR_MOST ? room : BAR_MOST;
            return;
        }
}

static void print_cut(gdx_slice text, size_t width) {
    size_t used = 0;
    const char *end = text.data + text.bytes, *at = text.data, *fits = text.data;
    while (at < end) {
        used += code_point_width(next_code_point(&at, end));
        if (used >= width)
            break;
        fits = at;
    }
    print_clean(stdout, (gdx_slice){text.data, (size_t)(fits - text.data)});
    fputs("…", stdout);
}

static void print_cell(const struct table *table, size_t column, const struct cell *cell, const struct widths *widths) {
    gdx_slice text = text_of(table, cell);
    size_t room = widths->columns[column], width = text_width(text);
    bool is_last = column + 1 == table->column_count;
    if (table->columns[column].kind == TABLE_NUMBER)
        print_spaces(room - width);
    if (width > room)
        print_cut(text, room);
    else
        print_clean(stdout, text);
    if (table->columns[column].kind == TABLE_TEXT && !is_last && width < room)
        print_spaces(room - width);
}

static void print_bar_cell(const struct table *table, size_t column, double value, const struct widths *widths) {
    double highest = widths->highest[column];
    size_t room = widths->columns[column];
    unsigned eighths = highest > 0 && value > 0 ? (unsigned)(value / highest * (double)room * 8 + 0.5) : 0;
    eighths = value > 0 && eighths == 0 ? 1 : eighths;
    print_bar(stdout, eighths);
    if (column + 1 < table->column_count)
        print_spaces(room - (eighths + 7) / 8);
}

static void print_row(const struct table *table, const struct cell *cells, const struct widths *widths) {
    size_t cell = 0;
    bool is_first = true;
    for (size_t i = 0; i < table->column_count; i++) {
        bool is_bar = table->columns[i].kind == TABLE_BAR;
        const struct cell *of = &cells[is_bar ? cell - 1 : cell++];
        if (widths->columns[i] == 0)
            continue;
        if (i + 1 == table->column_count && (is_bar ? !(of->value > 0) : of->bytes == 0))
            continue; // no blanks at the end of a line
        print_spaces(is_first ? 0 : GAP);
        is_first = false;
        if (is_bar)
            print_bar_cell(table, i, of->value, widths);
        else
            print_cell(table, i, of, widths);
    }
    putchar('\n');
}

static void print_names(const struct table *table, const struct style *style, const struct widths *widths) {
    bool is_first = true;
    fputs(style->bold, stdout);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct table_column *column = &table->columns[i];
        if (widths->columns[i] == 0 || (column->kind == TABLE_BAR && i + 1 == table->column_count))
            continue;
        size_t name = column->kind == TABLE_BAR ? 0 : strlen(column->name);
        print_spaces(is_first ? 0 : GAP);
        is_first = false;
        if (column->kind == TABLE_NUMBER)
            print_spaces(widths->columns[i] - name);
        for (size_t at = 0; at < name; at++)
            putchar(column->name[at] == '_' ? ' ' : column->name[at]);
        if (column->kind != TABLE_NUMBER && i + 1 < table->column_count)
            print_spaces(widths->columns[i] - name);
    }
    printf("%s\n", style->plain);
}

static void print_table(const struct table *table) {
    const struct style style = style_of(stdout);
    struct widths widths;
    measure(table, &widths);
    fit(table, style.width, &widths);
    print_names(table, &style, &widths);
    for (size_t cell = 0; cell < table->cell_count; cell += cells_in_row(table))
        print_row(table, &table->cells[cell], &widths);
}

// ---- the whole

struct table *table_open(const struct table_column *columns, size_t count, const struct output *output) {
    assert(count > 0 && count <= COLUMNS_MOST && columns[0].kind != TABLE_BAR);
    struct table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    *table = (struct table){.columns = columns, .column_count = count, .output = output};
    if (output->form != OUTPUT_TEXT)
        put_header(table);
    return table;
}

static void add_cell(struct table *table, gdx_slice text, double value) {
    if (!table || table->has_failed)
        return;
    table->has_failed =
        gdx_grow(&table->cells, &table->cell_capacity, table->cell_count + 1, sizeof *table->cells) != GDX_OK ||
        gdx_buffer_append(&table->text, text.data, text.bytes) != GDX_OK;
    if (table->has_failed)
        return;
    table->cells[table->cell_count++] = (struct cell){table->text.bytes - text.bytes, text.bytes, value};
    if (table->output->form != OUTPUT_TEXT && table->cell_count == cells_in_row(table))
        put_row(table);
}

void table_text(struct table *table, gdx_slice text) {
    add_cell(table, text, 0);
}

void table_count(struct table *table, uint64_t count) {
    char text[NUMBER_TEXT_BYTES];
    bool is_text = !table || table->output->form == OUTPUT_TEXT;
    if (!is_text)
        snprintf(text, sizeof text, "%" PRIu64, count);
    add_cell(table, gdx_slice_of(is_text ? format_count(count, text) : text), (double)count);
}

void table_real(struct table *table, double value, unsigned decimals) {
    char text[NUMBER_TEXT_BYTES] = "";
    bool is_text = !table || table->output->form == OUTPUT_TEXT;
    if (isfinite(value) && is_text)
        snprintf(text, sizeof text, "%.*f", (int)decimals, value);
    else if (isfinite(value))
        snprintf(text, sizeof text, "%.12g", value);
    add_cell(table, gdx_slice_of(text), isfinite(value) ? value : 0);
}

void table_fail(struct table *table) {
    if (table)
        table->has_failed = true;
}

gdx_status table_close(struct table *table, gdx_error *err) {
    bool is_good = table && !table->has_failed;
    if (is_good && table->output->form == OUTPUT_TEXT)
        print_table(table);
    if (table) {
        gdx_buffer_clear(&table->text);
        free(table->cells);
    }
    free(table);
    return is_good ? GDX_OK : gdx_fail_memory(err, "a table");
}

void table_break_off(const struct output *output, const char *why) {
    if (output->form != OUTPUT_TEXT) {
        fputs("# incomplete: ", stdout);
        print_clean(stdout, gdx_slice_of(why));
        putchar('\n');
    }
}
