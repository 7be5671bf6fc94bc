// SPDX-License-Identifier: Apache-2.0
// gdx/part_ids.h: ids as 16 bytes each, sorted by hash within a bounded memory, and merged from many parts as streams.
// Relies on gdx/base.h; inside on xxHash. Format: docs/format-part.md. Threads: one owner.
#ifndef GDX_PART_IDS_H
#define GDX_PART_IDS_H

#include "gdx/base.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct gdx_part_id {
    uint64_t hash;  // the low half of XXH3-128 of the id
    uint64_t place; // segment of the part << 32 | document; or with the highest bit the rest of the hash
} gdx_part_id;

// The high half of the hash, as `place` has it of an id without a document.
uint64_t gdx_part_id_rest(gdx_slice id);
gdx_part_id gdx_part_id_of(gdx_slice id, uint32_t segment, uint32_t document); // segment < 2^31
gdx_part_id gdx_part_id_unchanged(gdx_slice id); // of a document that another index has as it is
bool gdx_part_id_is_unchanged(gdx_part_id id);

// -- sorting
typedef struct gdx_part_ids gdx_part_ids;
// `directory`: where runs go that memory does not hold, under the names "part-ids-<n>.tmp". GDX_NO_MEMORY.
gdx_status gdx_part_ids_new(const char *directory, size_t memory_bytes, gdx_part_ids **out,
                            gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_part_ids_add(gdx_part_ids *ids, gdx_part_id id, gdx_error *err) GDX_MUST_CHECK;
uint64_t gdx_part_ids_count(const gdx_part_ids *ids);
// Appends them all in order, and their checksum. Once.
gdx_status gdx_part_ids_write(gdx_part_ids *ids, gdx_output *output, gdx_error *err) GDX_MUST_CHECK;
void gdx_part_ids_free(gdx_part_ids *ids); // removes the runs; NULL is fine
GDX_DEFINE_AUTO(gdx_part_ids, gdx_part_ids_free)

// -- merging
typedef struct gdx_part_ids_source {
    const char *path; // the caller's, until the merge is closed
    uint64_t offset;  // of the first id in the file
    uint64_t count;
    bool has_checksum; // after the last
} gdx_part_ids_source;

typedef struct gdx_part_ids_merge gdx_part_ids_merge;
// Memory: at least 4 KiB for each source, and more up to `memory_bytes` for all.
gdx_status gdx_part_ids_merge_open(const gdx_part_ids_source *sources, size_t count, size_t memory_bytes,
                                   gdx_part_ids_merge **out, gdx_error *err) GDX_MUST_CHECK;
// By hash, of equal ones by source. *out_has false: that was all, and every checksum fits. GDX_CORRUPT, GDX_IO.
gdx_status gdx_part_ids_merge_next(gdx_part_ids_merge *merge, gdx_part_id *out, uint32_t *out_source, bool *out_has,
                                   gdx_error *err) GDX_MUST_CHECK;
void gdx_part_ids_merge_close(gdx_part_ids_merge *merge); // NULL is fine
GDX_DEFINE_AUTO(gdx_part_ids_merge, gdx_part_ids_merge_close)

#endif
