// SPDX-License-Identifier: Apache-2.0
// serve_memory.c: glibc gives back what is free at the end of a heap alone. Blocks of calls that ended lie between
// those of calls that go on, so a heap keeps the size of its worst moment, and worse moments come as long as a server
// runs. malloc_trim gives back each free page, wherever it lies.

#include "serve_memory.h"

#include <malloc.h>

enum { INTERVAL_MS = 10000 };

static void trim_on_worker(gdx_job *job, unsigned worker) {
    (void)job, (void)worker;
    malloc_trim(0);
}

static void trimmed_on_loop(gdx_job *job) {
    struct serve_memory *memory = (struct serve_memory *)job;
    memory->is_trimming = false;
}

// A full queue is no failure: the next turn will do.
static void on_timer(uv_timer_t *timer) {
    struct serve_memory *memory = timer->data;
    if (memory->is_trimming)
        return;
    memory->job = (gdx_job){.run = trim_on_worker, .done = trimmed_on_loop};
    memory->is_trimming = gdx_work_submit(memory->work, &memory->job, GDX_LANE_SHORT) == GDX_OK;
}

void serve_memory_init(struct serve_memory *memory, uv_loop_t *loop) {
    uv_timer_init(loop, &memory->timer);
    memory->timer.data = memory;
}

void serve_memory_start(struct serve_memory *memory, gdx_work *work) {
    memory->work = work;
    uv_timer_start(&memory->timer, on_timer, INTERVAL_MS, INTERVAL_MS);
}

void serve_memory_close(struct serve_memory *memory) {
    uv_close((uv_handle_t *)&memory->timer, NULL);
}
