// SPDX-License-Identifier: Apache-2.0
// store_reader.h: what the checker asks of the reader of stored documents, besides gdx/segment.h. Relies on
// store_block.h.
#ifndef GDX_SEGMENT_STORE_READER_H
#define GDX_SEGMENT_STORE_READER_H

#include "store_block.h"

// A whole document as gdx_store_read gives it, its checkpoints looked at too: GDX_CORRUPT when one is not where it
// says.
gdx_status store_read_checked(gdx_store_reader *reader, const gdx_segment *segment, uint32_t document,
                              uint32_t text_symbols, gdx_document *out, gdx_error *err) GDX_MUST_CHECK;

#endif
