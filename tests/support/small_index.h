// SPDX-License-Identifier: Apache-2.0
// small_index.h: indexes of a few short documents, made through the promises of segment and index; what is in one, as
// text to compare; and whether a directory holds anything else. Nothing here fails a test by itself unless it says so,
// so that it can be run while calls are made to fail.
#ifndef TEST_SMALL_INDEX_H
#define TEST_SMALL_INDEX_H

#include "gdx/index.h"

struct small_document {
    const char *id;
    const char *text;
};

// One segment with these documents, finished, in the directory. `tag` as for gdx_segment_writer_open.
gdx_status small_segment(const char *directory, uint64_t tag, const struct small_document *documents, size_t count,
                         gdx_segment_info *out, gdx_error *err) GDX_MUST_CHECK;
// The same, added to a writer; live documents of the last commit with these ids are deleted.
gdx_status small_add(gdx_index_writer *writer, uint64_t tag, const struct small_document *documents, size_t count,
                     gdx_error *err) GDX_MUST_CHECK;
// Deletes the live document with this id; GDX_NOT_FOUND.
gdx_status small_delete(gdx_index_writer *writer, const char *id, gdx_error *err) GDX_MUST_CHECK;

// The live documents of a snapshot, or of an index, in order: "id text\n" each. The caller frees; NULL: *err says why.
char *small_content_of(const gdx_snapshot *snapshot, gdx_error *err);
char *small_content(const char *directory, gdx_error *err);

// Fails the test when the directory holds anything but the files of its commit and the lock.
void assert_no_leftovers(const char *directory);
// Fails the test unless the index is sound and holds these documents.
void assert_small_content(const char *directory, const char *expected);

#endif
