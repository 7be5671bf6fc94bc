// SPDX-License-Identifier: Apache-2.0
// share.h: the memory that converters running at once may have together, handed out in the order of asking.
#ifndef CONVERT_SHARE_H
#define CONVERT_SHARE_H

#include "gdx/stop.h"

#include <pthread.h>
#include <stdint.h>

struct share_waiter;

struct share { // shared: `lock` guards all of it
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t limit; // bytes
    uint64_t used;
    uint64_t running;
    struct share_waiter *first; // those who wait, in order
};

gdx_status share_init(struct share *share, uint64_t limit, gdx_error *err) GDX_MUST_CHECK;
void share_destroy(struct share *share);
// Waits for `bytes`; more than the limit waits until nothing else runs. *is_taken, which the share's lock guards, must
// be false for being let in, and is true from then on; NULL: nothing is taken. GDX_CANCELLED, GDX_DEADLINE.
gdx_status share_enter(struct share *share, uint64_t bytes, bool *is_taken, const gdx_stop *stop,
                       gdx_error *err) GDX_MUST_CHECK;
void share_leave(struct share *share, uint64_t bytes, bool *is_taken);

#endif
