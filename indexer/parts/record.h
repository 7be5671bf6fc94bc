// SPDX-License-Identifier: Apache-2.0
// record.h: what a part says of itself: the file "part" beside its manifest. Format: docs/format-part.md. Relies on
// layout.h, gdx/parts.h, gdx/part_ids.h.
#ifndef GDX_PARTS_RECORD_H
#define GDX_PARTS_RECORD_H

#include "gdx/part_ids.h"
#include "gdx/parts.h"

#define PART_FILE "part"

struct part_identity { // equal in a rerun; in parts of one build but for the shard's index
    gdx_shard shard;
    gdx_batch_inputs inputs;
    uint64_t manner; // checksum
    uint64_t rule_fingerprint;
    uint32_t rule_number;
    bool has_unless;
    uint64_t unless_commit;
};

struct built_segment {
    uint64_t name;
    uint32_t documents;
    uint32_t deleted;
};

struct part_record {
    struct part_identity identity;
    uint64_t documents; // live
    uint64_t ids;
    uint64_t ids_at; // byte of the first id
    struct built_segment *segments;
    size_t segment_count;
};
void part_record_clear(struct part_record *record);

// Writes the record of what the writer has committed, with the ids, durable. Takes no more from `ids`.
gdx_status part_record_write(const char *directory, const struct part_identity *identity, const gdx_snapshot *snapshot,
                             gdx_part_ids *ids, gdx_error *err) GDX_MUST_CHECK;
// All but the ids. GDX_NOT_FOUND: there is none. GDX_CORRUPT, GDX_UNSUPPORTED.
gdx_status part_record_read(const char *path, struct part_record *out, gdx_error *err) GDX_MUST_CHECK;
// GDX_PRECONDITION: the index was changed after the record was written.
gdx_status part_record_check(const char *path, const struct part_record *record, const gdx_snapshot *snapshot,
                             gdx_error *err) GDX_MUST_CHECK;
// What differs, in a word or two for people: "inputs", "manner of reading"; NULL: nothing but the shard's index.
const char *part_identity_difference(const struct part_identity *one, const struct part_identity *other);

#endif
