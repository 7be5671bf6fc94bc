// SPDX-License-Identifier: Apache-2.0
// files.h: the files of an index and the parts of a segment, found by the layouts and not by the engine, so that a test
// may read and change them.
#ifndef TEST_GOLDEN_FILES_H
#define TEST_GOLDEN_FILES_H

#include "gdx/base.h"

enum { FILE_NAME_BYTES = 32, FILE_RECORDS_MAX = 16 };

// Each fails the test when something is not there.
gdx_buffer file_read(const char *directory, const char *name);
void file_write(const char *directory, const char *name, gdx_buffer bytes);
uint32_t file_record_count(gdx_buffer manifest);

// The name of a file as `which` says: "manifest", or "segment" or "deletions" of record `record` of the manifest.
void file_name_of(gdx_buffer manifest, const char *which, uint32_t record, char to[FILE_NAME_BYTES]);

// A section by the name in the layout, or HEADER or FOOTER.
gdx_slice file_segment_part(gdx_buffer segment, gdx_slice name);

// Makes all checksums, and the names that are checksums, fit what the files of a directory hold, whatever that is.
void file_seal(const char *directory);
// The manifest's own checksum alone.
void file_seal_manifest(const char *directory);
// The checksums of a segment in memory. Returns the name it now has.
uint64_t file_seal_segment(gdx_buffer segment);

#endif
