// SPDX-License-Identifier: Apache-2.0
// documents.h: the documents of a JSON Lines file, one after another, read by the reader that indexing uses.
// Relies on gdx/base.h, gdx/document.h; inside on gdx/ingest.h.
#ifndef GDX_BENCH_DOCUMENTS_H
#define GDX_BENCH_DOCUMENTS_H

#include "gdx/base.h"
#include "gdx/document.h"

struct documents { // what was read
    uint64_t count;
    uint64_t text_bytes; // of titles and texts
    uint64_t refused;
};

// Calls `take` for each; ends with the first status that is not GDX_OK. The document is valid during the call.
// GDX_INVALID: not one document in the file.
typedef gdx_status documents_take(void *context, const gdx_document *document, gdx_error *err);
gdx_status documents_read(const char *path, documents_take *take, void *context, struct documents *out,
                          gdx_error *err) GDX_MUST_CHECK;

#endif
