// SPDX-License-Identifier: Apache-2.0
// made_archive.h: archives put together byte by byte, for what no library writes: zip with names as they are given,
// rar, rar5, cab and lha, all stored.
#ifndef INGEST_MADE_ARCHIVE_H
#define INGEST_MADE_ARCHIVE_H

#include "gdx/base.h"

struct made_entry {
    const char *name; // bytes as they are written
    const char *bytes;
    unsigned flags;        // of zip: 0x800 says UTF-8, 1 encrypted
    const char *utf8_name; // of zip: goes into the extra field 0x7075; NULL: none
};

// Each appends an archive to a buffer that must be empty.
void make_zip(gdx_buffer *out, const struct made_entry *entries, size_t count);
void make_rar(gdx_buffer *out, const struct made_entry *entries, size_t count);
void make_rar5(gdx_buffer *out, const struct made_entry *entries, size_t count);
void make_cab(gdx_buffer *out, const struct made_entry *entries, size_t count);
void make_lha(gdx_buffer *out, const struct made_entry *entries, size_t count);

#endif
