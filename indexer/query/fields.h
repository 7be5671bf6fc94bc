// SPDX-License-Identifier: Apache-2.0
// fields.h: the positions of a document that a leaf looks in.
#ifndef GDX_QUERY_FIELDS_H
#define GDX_QUERY_FIELDS_H

#include "searcher.h"
#include "segment.h"
#include "tree.h"

// Those of a document.
gdx_position_range query_field_range(const query_segment *segment, query_fields fields, uint32_t document);
// Keeps the positions, ascending, that are there.
void query_keep_fields(const query_segment *segment, query_fields fields, query_list *list);

#endif
