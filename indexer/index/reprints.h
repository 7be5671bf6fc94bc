// SPDX-License-Identifier: Apache-2.0
// reprints.h: the file of a table of reprints, and what a snapshot keeps of it. Format: docs/format-index.md,
// "Reprints". Relies on gdx/reprints.h.
#ifndef INDEX_REPRINTS_H
#define INDEX_REPRINTS_H

#include "gdx/reprints.h"

struct reprints; // an open file; immutable, any thread; counted references
struct firsts;   // gdx_firsts of a snapshot and a lock for making it

enum { REPRINTS_FILE_NAME_BYTES = 32 };
// "reprints-0123456789abcdef". Returns `to`.
char *reprints_file_name(uint64_t name, char to[REPRINTS_FILE_NAME_BYTES]);

// Writes the file, durable but for the directory.
gdx_status reprints_write(const char *directory, const gdx_reprint_table *table, uint64_t *out_name,
                          uint64_t *out_bytes, gdx_error *err) GDX_MUST_CHECK;
// The bytes of a file; `path` is for messages. They must outlive *out, which needs no clearing. GDX_CORRUPT,
// GDX_UNSUPPORTED. Cost: a look at each byte.
gdx_status reprints_decode(const char *path, gdx_slice bytes, gdx_reprint_table *out, gdx_error *err) GDX_MUST_CHECK;
// The file that a manifest names; everything in it is checked.
gdx_status reprints_open(const char *directory, uint64_t name, uint64_t bytes, struct reprints **out,
                         gdx_error *err) GDX_MUST_CHECK;
struct reprints *reprints_retain(struct reprints *reprints); // NULL gives NULL
void reprints_release(struct reprints *reprints);            // NULL is fine
uint64_t reprints_name(const struct reprints *reprints);
uint64_t reprints_bytes(const struct reprints *reprints);
const gdx_reprint_table *reprints_table(const struct reprints *reprints);

struct firsts *firsts_new(void); // NULL: no memory
void firsts_free(struct firsts *firsts);

#endif
