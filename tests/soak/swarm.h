// SPDX-License-Identifier: Apache-2.0
// swarm.h: many connections with many calls at once, some of which vanish. Relies on gdx/base.h, libuv.
#ifndef GDX_SOAK_SWARM_H
#define GDX_SOAK_SWARM_H

#include "gdx/base.h"

#include <uv.h>

enum { SWARM_ACTS_MAX = 64 };

struct swarm_figures {
    uint64_t ended[SWARM_ACTS_MAX];   // calls by act, those that vanished left out
    uint64_t refused[SWARM_ACTS_MAX]; // of them, by another code than OK, as they may
    uint64_t vanished_links, vanished_calls;
    uint64_t most_calls; // at once
};

struct swarm; // loop thread only

// Connects to 127.0.0.1:port and starts at once. `failed` comes once, for the first error that was not asked for.
struct swarm *swarm_open(uv_loop_t *loop, unsigned port, unsigned connections, unsigned streams,
                         void (*failed)(void *context, const char *what), void *context);
const struct swarm_figures *swarm_figures_of(const struct swarm *swarm);
uint64_t swarm_answered_ns(const struct swarm *swarm); // when a call last ended
void swarm_close(struct swarm *swarm);                 // in the middle of everything; run the loop, then swarm_free
void swarm_free(struct swarm *swarm);

#endif
