// SPDX-License-Identifier: Apache-2.0
// manifest.h: the list of live segments of one commit, in memory and on the disk. Format: docs/format-index.md.
#ifndef INDEX_MANIFEST_H
#define INDEX_MANIFEST_H

#include "gdx/base.h"
#include "gdx/segment.h"
#include "gdx/text.h"

#include <sys/stat.h>

struct manifest_segment {
    gdx_segment_info info;
    uint64_t deletions_name;  // 0 when deleted_count is 0
    uint64_t deleted_symbols; // of the deleted documents
    uint32_t deleted_count;   // less than info.document_count: a segment without live documents is not named
};

struct manifest {
    uint64_t rule_fingerprint;
    uint32_t rule_number;
    uint64_t commit;
    gdx_shape shape;                        // of segments that are written; older ones may have another
    gdx_keys keys;                          // declared: segments have columns for them
    uint64_t reprints_name, reprints_bytes; // 0: no table of reprints
    struct manifest_segment *segments;
    size_t count;
    size_t capacity;
};

// Without segments.
struct manifest manifest_of_rule(const gdx_rule *rule, uint64_t commit);
void manifest_clear(struct manifest *manifest);
gdx_status manifest_append(struct manifest *manifest, const struct manifest_segment *segment) GDX_MUST_CHECK;
uint64_t manifest_documents(const struct manifest *manifest);  // live ones
uint64_t manifest_symbols(const struct manifest *manifest);    // of live documents
uint64_t manifest_file_bytes(const struct manifest *manifest); // segments, deletions, reprints, the manifest itself
bool manifest_names_segment(const struct manifest *manifest, uint64_t name);
bool manifest_names_deletions(const struct manifest *manifest, uint64_t name);

// GDX_CORRUPT: a segment is named twice.
gdx_status manifest_check_names(const char *path, const struct manifest *manifest, gdx_error *err) GDX_MUST_CHECK;

gdx_status manifest_encode(const struct manifest *manifest, gdx_buffer *out) GDX_MUST_CHECK;
// `path` is for messages. GDX_CORRUPT; GDX_UNSUPPORTED: another version. *out is cleared on failure.
gdx_status manifest_decode(const char *path, gdx_slice bytes, struct manifest *out, gdx_error *err) GDX_MUST_CHECK;

// Makes the directory durable, writes the manifest over the last one, and makes the directory durable again. When the
// last step fails, *out_named says that readers see the new one all the same. Under the directory's lock.
gdx_status manifest_switch(const char *directory, const struct manifest *next, bool *out_named,
                           gdx_error *err) GDX_MUST_CHECK;

// Which file was read. It is kept open, so that its inode is not used again for a later manifest: while (device, inode)
// of the name are still those of the descriptor, the manifest is the same file.
struct manifest_file {
    int descriptor; // -1: none
    struct stat identity;
    uint64_t checksum; // the manifest's own
};
void manifest_file_close(struct manifest_file *file);
bool manifest_file_is_current(const struct manifest_file *file, const char *path);

// Reads "<directory>/manifest". `file` may be NULL; on success what it had open is closed.
// GDX_NOT_FOUND: none there. GDX_UNSUPPORTED also when this program folds by other tables.
gdx_status manifest_read(const char *directory, struct manifest *out, struct manifest_file *file,
                         gdx_error *err) GDX_MUST_CHECK;

#endif
