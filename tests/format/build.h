// SPDX-License-Identifier: Apache-2.0
// build.h: small indexes for the tests of the format, one segment at a time, by the public promises alone.
#ifndef TEST_FORMAT_BUILD_H
#define TEST_FORMAT_BUILD_H

#include "gdx/base.h"
#include "gdx/document.h"
#include "gdx/index.h"

// Writes one segment of these documents, in the shape of the next commit, and adds it to that. `tag` tells the segments
// of one directory apart while they are written. Fails with the engine's own errors.
gdx_status build_segment(gdx_index_writer *writer, uint64_t tag, int level, const gdx_document *documents, size_t count,
                         gdx_error *err) GDX_MUST_CHECK;

// A document of these texts, which must outlive it.
gdx_document build_document(const char *id, const char *title, const char *source, gdx_date date, const char *metadata,
                            gdx_slice text);

#endif
