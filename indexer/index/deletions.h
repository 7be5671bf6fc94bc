// SPDX-License-Identifier: Apache-2.0
// deletions.h: which documents of one segment are gone: a bitmap in a file named by its checksum. Format:
// docs/format-index.md, "Deletions".
#ifndef INDEX_DELETIONS_H
#define INDEX_DELETIONS_H

#include "gdx/base.h"
#include "gdx/segment.h"
#include "manifest.h"

struct deletions; // immutable after open, any thread; counted references

enum { DELETIONS_FILE_NAME_BYTES = 32 };
// "deletions-0123456789abcdef". Returns `to`.
char *deletions_file_name(uint64_t name, char to[DELETIONS_FILE_NAME_BYTES]);
size_t deletions_bitmap_bytes(uint32_t document_count);
uint64_t deletions_file_bytes(uint32_t document_count);

// Writes the file, durable but for the directory. *out_name changes on success.
gdx_status deletions_write(const char *directory, const gdx_segment_info *info, const uint8_t *bitmap,
                           uint32_t deleted_count, uint64_t *out_name, gdx_error *err) GDX_MUST_CHECK;
// The deletions a manifest names for a segment; everything in the file is checked.
gdx_status deletions_open(const char *directory, const struct manifest_segment *segment, struct deletions **out,
                          gdx_error *err) GDX_MUST_CHECK;
struct deletions *deletions_retain(struct deletions *deletions); // NULL gives NULL
void deletions_release(struct deletions *deletions);             // NULL is fine
uint64_t deletions_name(const struct deletions *deletions);
const uint8_t *deletions_bitmap(const struct deletions *deletions);

#endif
