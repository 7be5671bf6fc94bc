// SPDX-License-Identifier: Apache-2.0
// assembly.h: the place where slabs, whose records several workers read at the same time, come back into input order.
// Their documents are then placed in spans and handed out in runs to be built. Nobody is given work by another: who
// closes a run builds it. Relies on kept.h, spans.h, build.h. Threads: workers, under its mutex.
//
// No deadlock: slabs are taken up in order, so the one whose turn it is always is in some worker's hands or read
// already, and whose turn it is never waits.
#ifndef GDX_BATCH_ASSEMBLY_H
#define GDX_BATCH_ASSEMBLY_H

#include "build.h"
#include "kept.h"
#include "spans.h"

struct run_piece { // documents [begin, end) of what was kept of a slab
    struct kept *kept;
    size_t begin;
    size_t end;
};

struct kept_run { // consecutive documents of one span; whose hands it is in owns it
    struct span *span;
    uint64_t place; // within the span
    bool is_whole;  // it is all of the span
    struct run_piece *pieces;
    size_t piece_count;
    size_t piece_capacity;
    uint64_t bytes; // of title, text and parts
    struct kept_run *next;
};

struct assembly_limits {
    size_t slabs_ahead; // that may be read before the one whose turn it is
    size_t kept_bytes;  // of a slab's documents, before its turn
    size_t run_bytes;   // a run ends when it has so many
};

struct assembly;
// `failed` and `stop` end all waiting. NULL: no memory.
struct assembly *assembly_new(struct spans *spans, struct assembly_limits limits, const atomic_bool *failed,
                              const gdx_stop *stop);
void assembly_free(struct assembly *assembly); // NULL is fine

// Waits until the slab is not too far ahead, and gives something to keep its documents in. GDX_CANCELLED, GDX_DEADLINE,
// GDX_NO_MEMORY.
gdx_status assembly_begin(struct assembly *assembly, uint32_t sequence, struct kept **out,
                          gdx_error *err) GDX_MUST_CHECK;
// True: so much is kept of a slab that it has to be placed before more is read.
bool assembly_is_full(const struct assembly *assembly, const struct kept *kept);
// Waits for the slab's turn and places what was kept so far; *kept is then another one. *out_closed: runs to build.
gdx_status assembly_place(struct assembly *assembly, uint32_t sequence, struct kept **kept,
                          struct kept_run **out_closed, gdx_error *err) GDX_MUST_CHECK;
// The slab has been read: what is kept of it is placed now, or when its turn comes. Takes `kept`, whatever happens.
// `is_last`: no slab follows, so the last run is closed with it.
gdx_status assembly_end(struct assembly *assembly, uint32_t sequence, struct kept *kept, bool is_last,
                        struct kept_run **out_closed, gdx_error *err) GDX_MUST_CHECK;
// Closes the last run, when all slabs are read. NULL: there is none.
struct kept_run *assembly_close(struct assembly *assembly);
// A run that was built, or will not be.
void assembly_release(struct assembly *assembly, struct kept_run *run);

#endif
