// SPDX-License-Identifier: Apache-2.0
// send.h: documents of files, folders and archives, sent to a server: `gramdex index --server`.
// Relies on gdx/ask.h, gdx/reading.h. What is in memory is one request and what gdx/reading.h says.
#ifndef GRAMDEX_SEND_H
#define GRAMDEX_SEND_H

#include "gdx/ask.h"
#include "gdx/reading.h"

// What a server takes in one message unless it was started with another limit, less room for the other fields. The
// message around a document takes up to 64 bytes.
enum { SEND_ROOM_BYTES = (64 << 10) - 64, SEND_DOCUMENT_BYTES = (4 << 20) - (64 << 10) };

struct sending {
    gdx_target *target;
    const char *const *paths;
    size_t path_count;
    const gdx_batch_options *options; // as gdx_reading_open; also on_finding of what the server refuses, by its id
};
// Sends all documents in one call, which is one commit. Fills in what gdx_reading_count does, and from the reply added,
// replaced, unchanged, duplicates, refused, commit. On failure the server's index is unchanged.
gdx_status send_documents(const struct sending *sending, gdx_batch_summary *out, gdx_error *err) GDX_MUST_CHECK;

#endif
