// SPDX-License-Identifier: Apache-2.0
// share.c: see share.h. A queue, so that one that needs all of the memory gets its turn.

#include "share.h"

#include <time.h>

enum { STOP_LOOK_NS = 20000000 };

struct share_waiter { // on its thread's stack
    struct share_waiter *next;
};

gdx_status share_init(struct share *share, uint64_t limit, gdx_error *err) {
    *share = (struct share){.limit = limit};
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    int failure = pthread_cond_init(&share->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (failure)
        return gdx_fail_errno(err, failure, "a condition variable");
    failure = pthread_mutex_init(&share->lock, NULL);
    if (failure) {
        pthread_cond_destroy(&share->changed);
        return gdx_fail_errno(err, failure, "a lock");
    }
    return GDX_OK;
}

void share_destroy(struct share *share) {
    pthread_mutex_destroy(&share->lock);
    pthread_cond_destroy(&share->changed);
}

static void join_queue(struct share *share, struct share_waiter *waiter) {
    struct share_waiter **end = &share->first;
    while (*end)
        end = &(*end)->next;
    *end = waiter;
}

static void leave_queue(struct share *share, struct share_waiter *waiter) {
    struct share_waiter **at = &share->first;
    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
    pthread_cond_broadcast(&share->changed); // the next may be first now
}

static bool may_enter(const struct share *share, const struct share_waiter *waiter, uint64_t bytes,
                      const bool *is_taken) {
    if (share->first != waiter || (is_taken && *is_taken))
        return false;
    return share->running == 0 || (share->used <= share->limit && bytes <= share->limit - share->used);
}

static void wait_a_while(struct share *share) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += STOP_LOOK_NS;
    if (until.tv_nsec >= 1000000000)
        until.tv_nsec -= 1000000000, until.tv_sec++;
    pthread_cond_timedwait(&share->changed, &share->lock, &until);
}

gdx_status share_enter(struct share *share, uint64_t bytes, bool *is_taken, const gdx_stop *stop, gdx_error *err) {
    struct share_waiter waiter = {0};
    gdx_status status = GDX_OK;
    pthread_mutex_lock(&share->lock);
    join_queue(share, &waiter);
    while (!may_enter(share, &waiter, bytes, is_taken) && (status = gdx_stop_check(stop, err)) == GDX_OK) {
        if (stop)
            wait_a_while(share);
        else
            pthread_cond_wait(&share->changed, &share->lock);
    }
    leave_queue(share, &waiter);
    if (status == GDX_OK) {
        share->used += bytes;
        share->running++;
        if (is_taken)
            *is_taken = true;
    }
    pthread_mutex_unlock(&share->lock);
    return status;
}

void share_leave(struct share *share, uint64_t bytes, bool *is_taken) {
    pthread_mutex_lock(&share->lock);
    share->used -= bytes;
    share->running--;
    if (is_taken)
        *is_taken = false;
    pthread_cond_broadcast(&share->changed);
    pthread_mutex_unlock(&share->lock);
}
