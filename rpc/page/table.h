// SPDX-License-Identifier: Apache-2.0
// table.h: the page's files as embed.c writes them into a C file of the build folder. Immutable, for all threads.
#ifndef GRAMDEX_PAGE_TABLE_H
#define GRAMDEX_PAGE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page_file {
    const char *path, *type; // "/assets/main-0a1b.js", "text/javascript; charset=utf-8"
    bool is_named_by_content;
    const char *plain_tag, *packed_tag; // entity tags of the two, quoted: "\"0a1b\""
    const uint8_t *plain;
    size_t plain_bytes;
    const uint8_t *packed; // the same in gzip; NULL where that is not smaller
    size_t packed_bytes;
};

extern const struct page_file page_files[]; // by path; one entry for each view, all of the index
extern const size_t page_file_count;
extern const char *const page_absence; // why there are none; NULL: there are

#endif
