// SPDX-License-Identifier: Apache-2.0
// inputs.h: the files to read, in the order their documents will have. Blocking: for workers.
#ifndef GDX_BATCH_INPUTS_H
#define GDX_BATCH_INPUTS_H

#include "gdx/base.h"
#include "gdx/batch.h"
#include "gdx/ingest.h"
#include "refusals.h"

struct input {
    const char *path;    // to open; "-" for standard input
    gdx_slice place;     // see place.h; "" for standard input and pipes
    gdx_slice id;        // of a whole-file document: the name of its place
    gdx_slice source;    // of its documents, unless a record has its own
    gdx_input_kind kind; // by its name; its first bytes have the last word
    uint64_t bytes;      // as it lies on the disk; 0 for standard input
    uint64_t from;       // only lines that begin there or later; above 0: nothing else than lines
    uint64_t to;         // only lines that begin before it; UINT64_MAX: all
    bool is_stream;      // standard input or a pipe: its documents have no origin
};

struct input_folder { // one that was given
    const char *path;
    gdx_slice place;
    bool is_whole;     // all below it was listed
    bool has_contents; // something else than folders is below it
};

struct inputs { // one owner; the arena holds the strings
    struct input *items;
    size_t count;
    size_t capacity;
    uint64_t bytes;      // of all items
    bool is_total_known; // `bytes` is all there is to read: no pipe
    bool is_size_known;  // all sizes are those of the text: no archive, no compressed file, no standard input
    bool is_source_given;
    gdx_slice base; // the base folder's place
    struct input_folder *folders;
    size_t folder_count;
    size_t folder_capacity;
    gdx_slice *unread; // places of links to nothing and of folders that were not entered
    size_t unread_count;
    size_t unread_capacity;
    gdx_arena *arena;
};

// Lists `paths`: files as they are, folders with all below them in byte order of names; each file once. What cannot be
// read and what is left out goes to `refusals`. Of the options: base, source, globs, excludes.
gdx_status inputs_list(struct inputs *inputs, const char *const *paths, size_t path_count,
                       const gdx_batch_options *options, struct refusals *refusals, gdx_error *err) GDX_MUST_CHECK;
enum { ID_BYTES_MOST = 1024 };
void inputs_clear(struct inputs *inputs);

// -- shares.c
gdx_batch_inputs inputs_figures(const struct inputs *inputs);
// Leaves what a shard takes. GDX_INVALID: an input does not tell its size.
gdx_status inputs_take_share(struct inputs *inputs, const gdx_batch_shard *shard, gdx_error *err) GDX_MUST_CHECK;

#endif
