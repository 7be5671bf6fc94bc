// SPDX-License-Identifier: Apache-2.0
// fields.h: which field of its document a position is in.
#ifndef GDX_QUERY_FIELDS_H
#define GDX_QUERY_FIELDS_H

#include "searcher.h"
#include "segment.h"

// Keeps the positions, ascending, that are in one of `fields` (query_fields).
void query_keep_fields(const query_segment *segment, uint32_t fields, query_list *list);

#endif
