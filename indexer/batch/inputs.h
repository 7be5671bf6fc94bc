// SPDX-License-Identifier: Apache-2.0
// inputs.h: the files to read, in the order their documents will have. Blocking: for workers.
#ifndef GDX_BATCH_INPUTS_H
#define GDX_BATCH_INPUTS_H

#include "gdx/base.h"
#include "gdx/ingest.h"
#include "refusals.h"

struct input {
    const char *path; // to open; "-" for standard input
    gdx_slice id;     // of a whole-file document: the path below the folder given, or the path given
    gdx_slice source; // of a whole-file document
    gdx_input_kind kind;
    gdx_input_kind inner; // of a compressed file
    uint64_t bytes;       // as it lies on the disk; 0 for standard input
};

struct inputs { // one owner; the arena holds the strings
    struct input *items;
    size_t count;
    size_t capacity;
    uint64_t bytes;            // of all items
    bool is_total_known;       // `bytes` is all there is to read: no standard input
    bool is_size_known;        // all sizes are those of the text: no archive, no compressed file, no standard input
    gdx_slice *folder_sources; // the sources that documents of whole files in the given folders get
    size_t folder_source_count;
    size_t folder_source_capacity;
    gdx_slice *unread; // ids of files and folders below those given that could not be examined, "" for a whole one
    size_t unread_count;
    size_t unread_capacity;
    gdx_arena *arena;
};

// Lists `paths`: files as they are, folders with all below them in byte order of names. What cannot be read, loops, and
// what no text is goes to `refusals`. `source`: NULL for the default (the folder's own name; "" for a file given
// alone). GDX_NOT_FOUND: a path given does not exist.
gdx_status inputs_list(struct inputs *inputs, const char *const *paths, size_t path_count, const char *source,
                       struct refusals *refusals, gdx_error *err) GDX_MUST_CHECK;
// The id of a whole-file document, appended to `out`: its path, where bytes that are not UTF-8 and control characters
// become %XX, as in a URL.
gdx_status id_of_path(gdx_slice path, gdx_buffer *out) GDX_MUST_CHECK;
enum { ID_BYTES_MOST = 1024 };
void inputs_clear(struct inputs *inputs);

#endif
