// SPDX-License-Identifier: Apache-2.0
// fuzz_table.c: any bytes as a table of converters, which is read or refused with a place, and as the messages of a
// program, of which a first and a last line are kept that can be printed.

#include "gdx/utf8.h"
#include "lines.h"
#include "table.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check_line(const char line[LINES_BYTES]) {
    gdx_slice text = gdx_slice_of(line);
    assert(text.bytes < LINES_BYTES && gdx_utf8_valid(text));
    for (size_t i = 0; i < text.bytes; i++)
        assert((unsigned char)line[i] >= ' ' && line[i] != 0x7f);
}

static void read_table(gdx_slice text) {
    gdx_converters table = {0};
    gdx_error err = {0};
    gdx_status status = gdx_converters_parse(&table, "fuzz", text, &err);
    assert(status == GDX_OK || (status == GDX_INVALID && strncmp(err.message, "line ", 5) == 0));
    for (size_t i = 0; i < table.count; i++) {
        const struct converter_row *row = &table.rows[i];
        assert(row->number == i && row->kind[0]);
        assert(row->is_off || (row->command_words && row->command[0][0] && !row->command[row->command_words]));
        assert(row->is_off || (row->wall_ms && row->cpu_seconds && row->first_memory <= row->memory));
    }
    gdx_converters *copy = malloc(sizeof *copy);
    if (copy) {
        *copy = table;
        gdx_converters_free(copy);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    struct last_lines lines = {0};
    char first[LINES_BYTES], last[LINES_BYTES];
    last_lines_take(&lines, (const char *)data, bytes / 2); // in two pieces
    last_lines_take(&lines, (const char *)data + bytes / 2, bytes - bytes / 2);
    last_lines_end(&lines, first, last);
    check_line(first);
    check_line(last);
    read_table((gdx_slice){(const char *)data, bytes});
    return 0;
}
