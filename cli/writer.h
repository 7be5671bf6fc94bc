// SPDX-License-Identifier: Apache-2.0
// writer.h: what commands that change an index share: its shape as an option, and a writer that does not make an index
// out of a mistyped name.
#ifndef GRAMDEX_WRITER_H
#define GRAMDEX_WRITER_H

#include "gdx/index.h"
#include "gdx/segment.h"

// Choices of --shape, in the order of gdx_shape. NULL ends them.
extern const char *const shape_choices[GDX_SHAPES + 1];

// GDX_NOT_FOUND when there is no index, and nothing is made; otherwise as gdx_index_writer_open.
gdx_status open_existing(const char *directory, gdx_index_writer **out, gdx_error *err) GDX_MUST_CHECK;

#endif
