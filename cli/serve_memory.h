// SPDX-License-Identifier: Apache-2.0
// serve_memory.h: gives memory that is free within malloc's heaps back to the system, every few seconds, on a worker.
// Relies on libuv, gdx/work.h. Loop thread only.
#ifndef GRAMDEX_SERVE_MEMORY_H
#define GRAMDEX_SERVE_MEMORY_H

#include "gdx/work.h"

struct serve_memory { // the caller's struct
    gdx_job job;      // a worker's while is_trimming
    uv_timer_t timer;
    gdx_work *work;
    bool is_trimming;
};

void serve_memory_init(struct serve_memory *memory, uv_loop_t *loop);
void serve_memory_start(struct serve_memory *memory, gdx_work *work); // which is closed after it
void serve_memory_close(struct serve_memory *memory);                 // the loop must turn once more

#endif
