// SPDX-License-Identifier: Apache-2.0
// table.h: rows as a table for people, or as CSV, TSV or JSON Lines for other programs.
// Relies on option.h, terminal.h; inside on libcsv. A command names its columns once and adds cells in their order.
#ifndef GRAMDEX_TABLE_H
#define GRAMDEX_TABLE_H

#include "option.h"
#include "terminal.h"

enum output_form { OUTPUT_TEXT, OUTPUT_CSV, OUTPUT_TSV, OUTPUT_JSONL };

struct output {
    unsigned form; // enum output_form
    bool bom;
};
extern const struct option_table output_table; // --format, --bom
// Before the command's own check: `--format jsonl` is --json.
void output_settle(const struct parsing *parsing);
// GDX_INVALID: the options do not go together, or with JSON.
gdx_status output_check(const struct output *output, bool as_json, gdx_error *err) GDX_MUST_CHECK;

enum table_kind {
    TABLE_TEXT,   // from the left; the last one of a table is cut where the terminal ends
    TABLE_NUMBER, // from the right
    TABLE_BAR     // a bar of the column before it, as long as room is left; only for people
};

struct table_column {
    const char *name; // of the proto's field; for people without its underscores
    enum table_kind kind;
    // On a terminal that is too narrow the columns with the highest number go first; 0 stays.
    unsigned leaves;
};

struct table; // one owner
// Columns and output must outlive it. CSV and TSV: prints the header at once, and each row when it is whole. Text is
// printed by table_close. NULL: no memory.
struct table *table_open(const struct table_column *columns, size_t count, const struct output *output);
void table_text(struct table *table, gdx_slice text);
void table_count(struct table *table, uint64_t count);
void table_real(struct table *table, double value, unsigned decimals); // of the text for people; NAN: an empty cell
void table_fail(struct table *table); // there was no memory for a cell: table_close says so
// Prints what is left and frees. GDX_NO_MEMORY: of this or any call before.
gdx_status table_close(struct table *table, gdx_error *err) GDX_MUST_CHECK;
// An export that breaks off says so in its last line. CSV and TSV alone: in JSON that is a line of type "error".
void table_break_off(const struct output *output, const char *why);

#endif
