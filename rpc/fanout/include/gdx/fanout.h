// SPDX-License-Identifier: Apache-2.0
// gdx/fanout.h: the leaves of a root, over sockets: which are there, what each of them holds, and questions to one
// replica of every slice at once. It has a thread and a libuv loop of its own; who asks waits (docs/decisions/038).
// Relies on gdx/api.h, gdx/tls.h. Threads: any, but for open and close.
#ifndef GDX_FANOUT_H
#define GDX_FANOUT_H

#include "gdx/leaves.h"
#include "gdx/tls.h"

typedef struct gdx_fanout gdx_fanout;

typedef struct gdx_fanout_options {
    // A file with an address a line (host:port, [::1]:port, unix:/path; "#" begins a comment), which is read again when
    // it changes; or host:port, each of whose addresses is a leaf, looked up again now and then.
    const char *leaves;
    const char *token;  // sent to leaves; NULL: none
    const gdx_tls *tls; // NULL: plain. Must outlive it
    size_t message_limit;
} gdx_fanout_options;

// Starts the thread. No leaf needs to be there yet. Copies the options' texts. GDX_INVALID: the list has an address
// that is none. GDX_NO_MEMORY.
gdx_status gdx_fanout_open(const gdx_fanout_options *options, gdx_fanout **out, gdx_error *err) GDX_MUST_CHECK;
// No question may be open. NULL is fine.
void gdx_fanout_close(gdx_fanout *fanout);
const gdx_leaves *gdx_fanout_leaves(const gdx_fanout *fanout);
// Where clients find the root, for leaves to say. Copied.
void gdx_fanout_set_root(gdx_fanout *fanout, const char *address);

typedef struct gdx_fanout_figures { // of one slice
    uint64_t replicas;              // that serve it now
    uint64_t calls;                 // to it, those of a second replica left out
    uint64_t hedges;                // calls to a second replica while the first had not answered
    uint64_t failovers;             // calls to another replica because one has failed
    uint64_t failures;              // calls that no replica has answered
    uint64_t p95_ns;                // of its last calls; 0: too few
} gdx_fanout_figures;
uint32_t gdx_fanout_slices(gdx_fanout *fanout); // 0: not known yet
void gdx_fanout_figures_of(gdx_fanout *fanout, uint32_t slice, gdx_fanout_figures *out);

#endif
