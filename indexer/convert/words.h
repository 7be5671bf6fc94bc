// SPDX-License-Identifier: Apache-2.0
// words.h: a text of lines taken apart into words that know their line and column. Blanks divide words, "double quotes"
// keep them together, a \ before the line's end joins the next line, # starts a comment.
#ifndef CONVERT_WORDS_H
#define CONVERT_WORDS_H

#include "gdx/buffer.h"
#include "gdx/error.h"
#include "gdx/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct word {
    char *text;
    uint32_t line, column; // from 1; columns count code points
};

struct words { // one owner
    const char *where;
    gdx_slice rest;
    uint32_t line, column; // of the rest's first byte
    struct word *words;    // of the last line read
    size_t count, capacity;
};

// The words of the next line that has any; *has_line is false at the end. GDX_INVALID for a quote that does not end, a
// control character, bytes that are not UTF-8; GDX_NO_MEMORY.
gdx_status words_next_line(struct words *words, bool *has_line, gdx_error *err) GDX_MUST_CHECK;
void words_clear(struct words *words);

#endif
