// SPDX-License-Identifier: Apache-2.0
// writer.h: a writer for commands that change an index but must not make one out of a mistyped name.
#ifndef GRAMDEX_WRITER_H
#define GRAMDEX_WRITER_H

#include "gdx/index.h"

// GDX_NOT_FOUND when there is no index, and nothing is made; otherwise as gdx_index_writer_open.
gdx_status open_existing(const char *directory, gdx_index_writer **out, gdx_error *err) GDX_MUST_CHECK;

#endif
