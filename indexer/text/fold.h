// SPDX-License-Identifier: Apache-2.0
// fold.h: NFKC_Casefold of a stretch of text by utf8proc. Relies on gdx/base.h.
#ifndef GDX_TEXT_FOLD_H
#define GDX_TEXT_FOLD_H

#include "gdx/base.h"

// The folded code points of valid UTF-8 into `scratch` as 32-bit integers, before traditional becomes simplified.
// GDX_NO_MEMORY.
gdx_status text_fold(gdx_slice utf8, gdx_buffer *scratch, size_t *out_count) GDX_MUST_CHECK;

#endif
