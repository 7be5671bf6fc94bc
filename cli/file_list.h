// SPDX-License-Identifier: Apache-2.0
// file_list.h: paths of the command line, and those that a file lists: --files-from.
// Relies on option.h.
#ifndef GRAMDEX_FILE_LIST_H
#define GRAMDEX_FILE_LIST_H

#include "option.h"

struct file_list { // one owner
    const char **paths;
    size_t count;
    size_t capacity;
    gdx_buffer *texts; // of the files read; paths point into them
    size_t text_count;
};

// The arguments, then the paths in each of `files`: one a line, or with `ends_with_zero` each ended by a zero byte;
// "-": standard input. Empty ones are skipped.
gdx_status file_list_fill(struct file_list *list, const struct command_arguments *arguments,
                          const struct option_list *files, bool ends_with_zero, gdx_error *err) GDX_MUST_CHECK;
void file_list_clear(struct file_list *list);

#endif
