// SPDX-License-Identifier: Apache-2.0
// spans.h: where segments end, and what they are made of. A span is the documents of one segment, next to each other in
// input order; their bytes alone decide where it ends (docs/format-index.md, "Ends"). How it is built is free: in one
// go, or in several runs, which are stitched to the same bytes. Relies on gdx/segment.h, orders.h, libuv.
// Threads: the list and the runs of a span are under the mutex; a span that is complete is its last builder's, then the
// loop's.
#ifndef GDX_BATCH_SPANS_H
#define GDX_BATCH_SPANS_H

#include "gdx/base.h"
#include "gdx/segment.h"
#include "orders.h"

#include <uv.h>

struct span_run { // a file of consecutive documents of a span
    gdx_segment_info info;
    uint64_t tag;   // of its temporary name
    bool is_final;  // a segment under its final name, no run
    uint64_t place; // within the span: where its documents come among those of other runs
    struct orders orders;
};

struct span {
    struct span_run *runs; // in any order until they are stitched, then the segment: in rare cases two
    size_t count;
    size_t capacity;
    size_t open;    // runs that are begun and not yet ended
    bool is_closed; // no more will be begun
};

struct spans {
    uv_mutex_t mutex; // guards `items` and every span that is not complete
    uv_mutex_t alone; // whose memory has no room for several stitches holds it while stitching
    struct span **items;
    size_t count;
    size_t capacity;
    size_t settled; // those before it are committed
    // ---- the thread's whose turn it is to place documents
    uint64_t bytes_each;
    uint64_t bytes;    // of the documents placed so far
    uint64_t multiple; // of bytes_each, in which the last one begins
};

// `bytes_each`: 0 for GDX_INDEX_END_BYTES. GDX_NO_MEMORY.
gdx_status spans_init(struct spans *spans, uint64_t bytes_each) GDX_MUST_CHECK;
void spans_clear(struct spans *spans);
// Counts a document of so many bytes. True: it is the first of a new span, though not of all.
bool spans_place(struct spans *spans, uint64_t document_bytes);
// What comes is counted from 0: after a commit. The spans up to here are settled.
void spans_restart(struct spans *spans);

// A new span, the last one so far, with one run begun. NULL: no memory.
struct span *spans_begin(struct spans *spans);
// One more run of the last span, to be added.
void spans_begin_run(struct spans *spans, struct span *span);
// Takes over a file of a run. GDX_NO_MEMORY: it is the caller's still.
gdx_status spans_add(struct spans *spans, struct span *span, const struct span_run *run) GDX_MUST_CHECK;
// No run will follow those that are begun. Before the last of them is ended.
void spans_close(struct spans *spans, struct span *span);
// A run that was begun is ended. True: all are, and the span is the caller's to stitch.
bool spans_end_run(struct spans *spans, struct span *span);

struct stitching {
    const char *directory;
    int level;
    const gdx_keys *keys; // of metadata, that the index declares
    gdx_shape shape;
    const gdx_stop *stop;
    uint64_t *next_tag; // of a temporary name
};
// Makes the runs of a complete span one segment, the same as one writer would have made.
gdx_status span_stitch(struct span *span, const struct stitching *stitching, gdx_error *err) GDX_MUST_CHECK;

#endif
