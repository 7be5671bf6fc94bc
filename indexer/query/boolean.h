// SPDX-License-Identifier: Apache-2.0
// boolean.h: AND, OR, NOT and filters over the documents of a segment.
#ifndef GDX_QUERY_BOOLEAN_H
#define GDX_QUERY_BOOLEAN_H

#include "leaf.h"

// The live documents that match the query's tree, ascending, given each leaf's (by number). In the run's memory.
gdx_status query_documents_match(query_run *run, const query_segment *segment, const query_frequencies *leaves,
                                 uint32_t **out_documents, size_t *out_count, gdx_error *err) GDX_MUST_CHECK;

#endif
