// SPDX-License-Identifier: Apache-2.0
// fold.h: folds a cluster of several characters. Relies on context.h.
#ifndef GDX_TEXT_FOLD_H
#define GDX_TEXT_FOLD_H

#include "context.h"

// In a folded code point: it is a note mark or a broken hyphen, one symbol as it is.
enum { TEXT_ITSELF = 1 << 30 };

// The folded code points of bytes [begin, end) of the text into `scratch` as 32-bit integers. GDX_NO_MEMORY.
// Composition: Unicode 15, section 3.11, D117. Time: the square of the combining marks in a row.
gdx_status text_fold(const text_view *view, size_t begin, size_t end, gdx_buffer *scratch,
                     size_t *out_count) GDX_MUST_CHECK;

#endif
