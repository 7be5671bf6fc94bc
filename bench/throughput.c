// SPDX-License-Identifier: Apache-2.0
// throughput.c: all processors asking at once, each thread with a searcher of its own over one snapshot.

#include "ask.h"

#include <pthread.h>
#include <stdlib.h>

struct thread {
    pthread_t handle;
    struct asker asker;
    enum kind kind;
    gdx_error error;
    gdx_status status;
};

static void *ask_all(void *argument) {
    struct thread *thread = argument;
    for (size_t i = 0; thread->status == GDX_OK && i < thread->asker.phrases->count; i++) {
        uint64_t ns;
        gdx_totals totals;
        thread->status = ask(&thread->asker, i, thread->kind, &ns, &totals, &thread->error);
    }
    return NULL;
}

static bool start(struct thread *thread, const struct asker *asker, enum kind kind) {
    *thread = (struct thread){
        .kind = kind,
        .asker = {.snapshot = asker->snapshot, .searcher = gdx_searcher_new(), .phrases = asker->phrases}};
    if (thread->asker.searcher && pthread_create(&thread->handle, NULL, ask_all, thread) == 0)
        return true;
    gdx_searcher_free(thread->asker.searcher);
    return false;
}

static gdx_status finish(struct thread *thread, gdx_error *err) {
    pthread_join(thread->handle, NULL);
    gdx_searcher_free(thread->asker.searcher);
    gdx_buffer_clear(&thread->asker.text);
    return thread->status == GDX_OK ? GDX_OK : gdx_error_pass(err, &thread->error);
}

gdx_status throughput(const struct asker *asker, enum kind kind, unsigned threads, double *out_per_second,
                      gdx_error *err) {
    struct thread *all = calloc(threads, sizeof *all);
    if (!all)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for %u threads", threads);
    unsigned started = 0;
    uint64_t begin = gdx_now_ns();
    while (started < threads && start(&all[started], asker, kind))
        started++;
    gdx_status status =
        started == threads ? GDX_OK : gdx_fail(err, GDX_NO_MEMORY, "thread %u cannot be started", started);
    for (unsigned i = 0; i < started; i++) {
        gdx_status of_thread = finish(&all[i], err);
        status = status == GDX_OK ? of_thread : status;
    }
    double seconds = (double)(gdx_now_ns() - begin) / 1e9;
    *out_per_second = (double)threads * (double)asker->phrases->count / seconds;
    free(all);
    return status;
}
