// SPDX-License-Identifier: Apache-2.0
// metadata.h: a filter of metadata, meta.KEY:VALUE, over the documents of one segment. Relies on budget.h.
#ifndef GDX_QUERY_METADATA_H
#define GDX_QUERY_METADATA_H

#include "budget.h"

typedef struct query_metadata { // {0} until it is opened; valid as long as the segment
    const query_node *node;
    gdx_values values;
    uint32_t number; // of the value, in the segment; value_count: no document has it
    bool has_column; // else the stored metadata of each document is read
} query_metadata;

// Work that a document takes, in nanoseconds, at most mostly.
enum { QUERY_METADATA_STORED_WORK = 3000 };

gdx_status query_metadata_open(query_run *run, const query_segment *segment, const query_node *node,
                               query_metadata *out, gdx_error *err) GDX_MUST_CHECK;
// Whether the document has the value.
gdx_status query_metadata_passes(query_run *run, const query_metadata *filter, const query_segment *segment,
                                 uint32_t document, bool *out, gdx_error *err) GDX_MUST_CHECK;

#endif
