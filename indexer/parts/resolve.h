// SPDX-License-Identifier: Apache-2.0
// resolve.h: which documents of the parts, and of the index that they are added to, count. Relies on record.h.
#ifndef GDX_PARTS_RESOLVE_H
#define GDX_PARTS_RESOLVE_H

#include "record.h"

struct part_segment {       // of one part
    gdx_segment *segment;   // the snapshot's
    const uint8_t *deleted; // the part's own deletions; NULL: none
    uint8_t *bitmap;        // with those of the resolution; NULL: there are none
    uint32_t document_count;
    uint32_t deleted_count;
};

struct opened_part {
    const char *path;
    gdx_index *index;
    gdx_snapshot *snapshot;
    struct part_record record;
    struct part_segment *segments;
    size_t segment_count;
};

struct replaced_document { // of the index
    uint32_t segment;
    uint32_t document;
};

struct part_resolution {
    struct opened_part *parts; // in the order of their shares
    size_t part_count;
    gdx_snapshot *added_to; // the index as it is; NULL: the parts replace it
    bool keeps_unchanged;   // a document that the index has as it is stays there, and goes from the part
    size_t memory_bytes;
    const gdx_publish_options *options;
    gdx_publish_figures *figures;
    struct replaced_document *replaced;
    size_t replaced_count;
    size_t replaced_capacity;
};

// Fills the bitmaps of all parts' segments, and what is replaced in the index. GDX_CORRUPT, GDX_CANCELLED,
// GDX_DEADLINE.
gdx_status parts_resolve(struct part_resolution *resolution, gdx_error *err) GDX_MUST_CHECK;
// As before parts_resolve.
void parts_unresolve(struct part_resolution *resolution);

#endif
