// SPDX-License-Identifier: Apache-2.0
// lines.h: the first and the last line of messages that come in pieces and have no end.
#ifndef CONVERT_LINES_H
#define CONVERT_LINES_H

#include <stdbool.h>
#include <stddef.h>

enum { LINES_BYTES = 256 };

struct last_lines { // one owner; starts as {0}
    char first[LINES_BYTES], last[LINES_BYTES], current[LINES_BYTES];
    size_t bytes; // of the current line, as far as it is kept
};

void last_lines_take(struct last_lines *lines, const char *bytes, size_t count);
// The first and the last line that are not blank, made fit to print: valid UTF-8 without control characters.
void last_lines_end(struct last_lines *lines, char first[LINES_BYTES], char last[LINES_BYTES]);

#endif
