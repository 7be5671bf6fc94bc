// SPDX-License-Identifier: Apache-2.0
// readable.h: words of a source as people read them: white space as in snippets. Relies on gdx/arena.h.
#ifndef GDX_STATISTICS_READABLE_H
#define GDX_STATISTICS_READABLE_H

#include "gdx/base.h"

// The text with runs of white space and control characters as one space, none at either end; of more than `limit`
// bytes the first characters that fit, and *out_is_cut is set. In the arena. GDX_NO_MEMORY.
gdx_status readable_copy(gdx_arena *arena, gdx_slice text, size_t limit, gdx_slice *out,
                         bool *out_is_cut) GDX_MUST_CHECK;

#endif
