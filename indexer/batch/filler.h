// SPDX-License-Identifier: Apache-2.0
// filler.h: reads inputs one after the other into slabs, and stops and resumes at any line or file. Blocking, so it
// runs off the loop; one call at a time, from whichever thread. The order of its slabs is the order of the documents.
#ifndef GDX_BATCH_FILLER_H
#define GDX_BATCH_FILLER_H

#include "inputs.h"
#include "slab.h"

struct filler;

// What is longer is refused.
struct filler_limits {
    size_t file;       // bytes a whole file may have
    size_t large_file; // one that holds many records, or whose text is a small part of it, as a PDF's
    size_t line;       // of JSON Lines
};
// Of the options, which stay: stop, converter.
struct filler *filler_new(const struct inputs *inputs, struct filler_limits limits, const gdx_batch_options *options);
void filler_free(struct filler *filler); // NULL is fine

// Fills up to about `target` bytes (a line or file that is longer makes it longer). *out_end: nothing is left.
// What cannot be read is refused within the slab. Errors: no memory, GDX_CANCELLED, GDX_DEADLINE.
gdx_status filler_fill(struct filler *filler, struct slab *slab, size_t target, bool *out_end,
                       gdx_error *err) GDX_MUST_CHECK;

#endif
