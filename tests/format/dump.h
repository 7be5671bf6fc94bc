// SPDX-License-Identifier: Apache-2.0
// dump.h: all that is in an index as JSON Lines, line for line what reader.py beside it prints.
#ifndef TEST_FORMAT_DUMP_H
#define TEST_FORMAT_DUMP_H

#include "gdx/base.h"
#include "gdx/index.h"

// Appends to *out, by the public promises of index and segment alone.
gdx_status dump_index(const char *directory, gdx_buffer *out, gdx_error *err) GDX_MUST_CHECK;

// The part of one segment.
gdx_status dump_segment(const gdx_live_segment *live, gdx_buffer *out, gdx_error *err) GDX_MUST_CHECK;

#endif
