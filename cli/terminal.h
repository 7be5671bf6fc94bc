// SPDX-License-Identifier: Apache-2.0
// terminal.h: what people see: colours when they are wanted, widths of East Asian text, numbers, the progress bar.
// Relies on gdx/base.h; inside on utf8proc for widths, so that no locale is needed.
#ifndef GRAMDEX_TERMINAL_H
#define GRAMDEX_TERMINAL_H

#include "gdx/base.h"

#include <stdio.h>

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
// To be called once, before anything is printed. `is_quiet`: standard output goes nowhere, and nothing is drawn or
// noted on standard error.
void terminal_settle(enum color_when color, bool is_quiet);
bool terminal_is_quiet(void);

// Escape sequences, all "" unless colour is wanted: by COLOR_AUTO when the stream is a terminal, NO_COLOR is not
// set and TERM is not dumb. The match marks are then "**".
struct style {
    const char *bold;
    const char *dim;
    const char *plain;
    const char *match_open;
    const char *match_close;
    bool is_terminal;
    unsigned width; // columns, at least 20; 80 when unknown
};
struct style style_of(FILE *stream);

// Columns that a text takes on a terminal; wide characters take two.
size_t text_width(gdx_slice text);

// Prints text that came from outside on one line. Line breaks and tabs become spaces, bad bytes U+FFFD. A hidden
// character becomes its number, <U+001B>.
void print_clean(FILE *to, gdx_slice text);
// The same for a text of many lines: its line ends and tabs stay.
void print_clean_lines(FILE *to, gdx_slice text);

// A code point of text that need not be valid: ill-formed bytes are read as U+FFFD, as in documents.
// Moves *at; *at < end.
uint32_t next_code_point(const char **at, const char *end);
// Columns that a code point takes as print_clean writes it: wide characters take two, combining ones none.
unsigned code_point_width(uint32_t code_point);
// A control character, which could steer the terminal, or one that only changes the direction of the text beside it,
// which could make a text look like another.
bool is_hidden_character(uint32_t code_point);

enum { NUMBER_TEXT_BYTES = 48 };
char *format_count(uint64_t count, char to[NUMBER_TEXT_BYTES]); // 1,234,567
char *format_bytes(uint64_t bytes, char to[NUMBER_TEXT_BYTES]); // 12.3 MB
char *format_duration(uint64_t ns, char to[NUMBER_TEXT_BYTES]); // 142 µs, 3.1 ms, 12.4 s, 3 min 04 s
// "1 document", "1,234 documents".
char *format_counted(uint64_t count, const char *one, const char *many, char to[NUMBER_TEXT_BYTES]);
const char *plural(uint64_t count, const char *one, const char *many);

// A bar of `eighths` eighths of a column, from Unicode blocks.
void print_bar(FILE *to, unsigned eighths);

// A line on standard error that is drawn over; nothing at all when that is no terminal.
struct progress {
    uint64_t last_drawn_ns;
    bool is_shown;
};
// `share`: what is done, from 0 to 1, or PROGRESS_UNKNOWN: then the line has neither bar nor percentage.
#define PROGRESS_UNKNOWN (-1.0)
void progress_draw(struct progress *progress, double share, const char *format, ...) GDX_PRINTF(3, 4);
void progress_clear(struct progress *progress);

#endif
