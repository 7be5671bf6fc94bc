// SPDX-License-Identifier: Apache-2.0
// gdx/reading.h: the documents of files, folders and archives, one after the other, for a program that sends them on
// instead of building an index. The same listing, reading and rules as a batch: the same documents in the same order,
// the same refusals. Relies on gdx/batch.h. Threads: one owner; every call may block on a disk or on standard input.
#ifndef GDX_READING_H
#define GDX_READING_H

#include "gdx/batch.h"

typedef struct gdx_reading gdx_reading;

// Lists the paths. Of the options, those about building and committing play no part: threads, memory_bytes, level,
// merge; prune and prune_limit only as below. on_finding is called as a refusal is found, on_progress about ten times a
// second. At most one whole file and 4 MiB are in memory, a file having at most `document_limit` bytes (64 MiB). With
// `strict`, the first refusal's error, with the reason DOCUMENT_REFUSED.
gdx_status gdx_reading_open(const char *const *paths, size_t path_count, const gdx_batch_options *options,
                            gdx_reading **out, gdx_error *err) GDX_MUST_CHECK;
// *out_has false: there is no more. The document's slices are valid until the next call.
// As gdx_reading_open; GDX_CANCELLED, GDX_DEADLINE.
gdx_status gdx_reading_next(gdx_reading *reading, gdx_document *out, bool *out_has, gdx_error *err) GDX_MUST_CHECK;
// Takes the document that came last, before the next is asked for, out of what counts as read: its owner refused it.
void gdx_reading_drop(gdx_reading *reading, const gdx_document *document);
// Fills in what has been read so far: files, documents, refused, mended, replaced_bytes, input_bytes, text_bytes.
void gdx_reading_count(const gdx_reading *reading, gdx_batch_summary *out);
// Before the first document: what is read from here on is looked up in the snapshot, which the reading retains.
// GDX_NO_MEMORY.
gdx_status gdx_reading_compare(gdx_reading *reading, gdx_snapshot *snapshot, gdx_error *err) GDX_MUST_CHECK;
// After the last document, if there was something to compare: how many of the snapshot's documents a batch of these
// paths would delete with `prune`. GDX_PRECONDITION: it would refuse to. GDX_CORRUPT, GDX_NO_MEMORY.
gdx_status gdx_reading_prune(gdx_reading *reading, uint64_t *out_deleted, gdx_error *err) GDX_MUST_CHECK;
void gdx_reading_close(gdx_reading *reading); // NULL is fine
GDX_DEFINE_AUTO(gdx_reading, gdx_reading_close)

#endif
