// SPDX-License-Identifier: Apache-2.0
// table.h: the rows of a table of converters, as the rest of the folder sees them.
#ifndef CONVERT_TABLE_H
#define CONVERT_TABLE_H

#include "gdx/convert.h"

enum {
    CONVERT_KIND_BYTES = 64,
    CONVERT_WORDS_MAX = 64, // of a command
    CONVERT_ROWS_MAX = 256,
};

struct converter_row { // immutable once it is in a table
    char *kind;
    gdx_form form;
    bool is_off; // "KIND off": nothing else is set
    char **command;
    size_t command_words;
    char *output;  // the name of OUTPUT; NULL: standard output is read
    char *package; // NULL: not known
    char *version; // the argument that makes it tell its version; NULL: none
    uint64_t wall_ms;
    uint64_t cpu_seconds;
    uint64_t first_memory, memory; // bytes
    uint64_t file_bytes;
    uint64_t processes;
    bool is_alone;
    bool has_local_sockets;
    bool is_quiet;   // what it writes to standard error is no warning
    uint32_t number; // of the row in its table, from 0
};

struct gdx_converters {
    struct converter_row *rows;
    size_t count, capacity;
};

// The next row of a kind at or after `from`; the table's count when there is none.
size_t converters_find(const gdx_converters *table, const char *kind, size_t from);

#endif
