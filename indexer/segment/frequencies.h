// SPDX-License-Identifier: Apache-2.0
// frequencies.h: for the most frequent symbols, how often they occur in what counts by default of each document.
// Format: docs/format.md, "Frequencies". Relies on gdx/segment.h, pack.h.
#ifndef GDX_SEGMENT_FREQUENCIES_H
#define GDX_SEGMENT_FREQUENCIES_H

#include "gdx/base.h"
#include "term_chunk.h"

// The rule that names the symbols that have a list. It looks at the whole segment only, so that a merge decides alike.
bool frequencies_is_frequent(uint64_t occurrences, uint32_t position_count, uint32_t document_count);

// Appends the list of a symbol that occurs in document d counts[d] times. *out_documents: in how many it occurs.
gdx_status frequencies_encode(const uint32_t *counts, uint32_t document_count, gdx_buffer *out,
                              uint32_t *out_documents) GDX_MUST_CHECK;

#endif
