// SPDX-License-Identifier: Apache-2.0
// page.h: reads the pages of docs/ that specify the format: lines, cells of tables, fenced examples.
#ifndef TEST_FORMAT_PAGE_H
#define TEST_FORMAT_PAGE_H

#include "gdx/base.h"

// The whole of docs/<name>; fails the test when it is not there. The caller clears it.
gdx_buffer page_read(const char *name);

// Takes the first line off `rest`, without its end; false when there is none.
bool page_next_line(gdx_slice *rest, gdx_slice *line);

// The cells of a table row, without white space and backticks around them; how many, 0 when the line is no row.
enum { PAGE_CELLS_MAX = 8 };
size_t page_cells(gdx_slice line, gdx_slice cells[PAGE_CELLS_MAX]);

// The next fenced block whose info string begins with the word `kind`: the rest of the info string, and the lines
// inside. False when there is none left.
bool page_next_fence(gdx_slice *rest, const char *kind, gdx_slice *info, gdx_slice *body);

// Takes the first word off `rest`; empty when there is none.
gdx_slice page_next_word(gdx_slice *rest);
bool page_is(gdx_slice text, const char *word);

// The bytes of an example: two hexadecimal digits each, up to a semicolon on each line. Sets *is_cut when it ends with
// "...". Fails the test on anything else.
gdx_buffer page_hex(gdx_slice lines, bool *is_cut);

#endif
