// SPDX-License-Identifier: Apache-2.0
// word.h: what the styles of a Word document say of its paragraphs. Relies on package.h.
#ifndef INGEST_WORD_H
#define INGEST_WORD_H

#include "package.h"

enum word_style_kind { // flags
    STYLE_TITLE = 1,
    STYLE_HEADING = 2,
    STYLE_CAPTION = 4,
    STYLE_CONTENTS = 8, // a line of a table of contents
    STYLE_HIDDEN = 16,
};

typedef struct word_style {
    size_t id, id_bytes; // in names
    size_t base, base_bytes;
    int kind;
} word_style;

typedef struct word_styles { // {0} is empty
    gdx_buffer names;
    word_style *rows; // by id
    size_t count;
    size_t capacity;
} word_styles;

void ingest_word_styles_clear(word_styles *styles);
// GDX_CORRUPT, GDX_NO_MEMORY ...
gdx_status ingest_word_styles_read(word_styles *styles, package_reader *reader, ptrdiff_t entry,
                                   gdx_error *err) GDX_MUST_CHECK;
int ingest_word_style_kind(const word_styles *styles, const char *id); // 0 for one that is not there
// A switch like <w:vanish/>: on unless its value is false, 0 or off.
bool ingest_word_is_on(const char *value);

#endif
