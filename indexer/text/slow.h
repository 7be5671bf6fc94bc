// SPDX-License-Identifier: Apache-2.0
// slow.h: the matching rule without tables and clusters. Relies on gdx/text.h.
#ifndef GDX_TEXT_SLOW_H
#define GDX_TEXT_SLOW_H

#include "gdx/text.h"

// As gdx_text_symbols with GDX_TEXT_SLOW. GDX_NO_MEMORY.
gdx_status text_symbols_slowly(gdx_slice utf8, gdx_symbols *symbols) GDX_MUST_CHECK;

#endif
