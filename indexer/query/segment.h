// SPDX-License-Identifier: Apache-2.0
// segment.h: one live segment of a snapshot as this folder sees it: its file, its deleted documents, its columns.
#ifndef GDX_QUERY_SEGMENT_H
#define GDX_QUERY_SEGMENT_H

#include "gdx/index.h"

typedef struct query_segment { // immutable; valid as long as the snapshot
    const gdx_live_segment *live;
    size_t index; // in the snapshot
    gdx_segment *segment;
    const gdx_rule *rule;
    gdx_document_columns columns;
    uint32_t position_count;
    bool counts_all; // no title from the text, no furniture: all symbols count by default
} query_segment;

gdx_status query_segment_open(const gdx_snapshot *snapshot, size_t index, query_segment *out,
                              gdx_error *err) GDX_MUST_CHECK;
// GDX_UNSUPPORTED: the index was made by a rule that this program does not have, or was rewritten by another one since
// the query was parsed.
gdx_status query_rule_refuse(const gdx_rule *rule, gdx_error *err);
// GDX_CORRUPT: postings passed their checksum and do not decode.
gdx_status query_segment_corrupt(const query_segment *segment, gdx_error *err);

#endif
