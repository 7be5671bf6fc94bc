// SPDX-License-Identifier: Apache-2.0
// line.h: lines of jobs that take turns, as a tree: the work's root, outer lines, inner lines. Used by work.c.
// Threads: what is linked and counted here is guarded by the work's mutex; `holds` is the loop's.
#ifndef WORK_LINE_H
#define WORK_LINE_H

#include "gdx/work.h"

#include <assert.h>
#include <stdatomic.h>

struct queue { // first in, first out
    gdx_job *first;
    gdx_job **last;
};

void queue_init(struct queue *queue);
void queue_push(struct queue *queue, gdx_job *job);
gdx_job *queue_pop(struct queue *queue); // NULL: it is empty

struct line_lane {
    struct queue jobs;      // of a line without inner ones
    gdx_line *first, *last; // inner lines that have a job, in the order of their turns
    gdx_line *next;         // after this one, in the line it is within
    bool has_turn;          // it is in that list
};

struct gdx_line {
    gdx_line *within; // NULL: this is the root
    size_t holds;     // its owner, jobs that are not done, inner lines
    struct line_lane lanes[GDX_LANES];
    atomic_size_t waiting; // jobs in it and in its inner lines; written under the mutex, read by anyone
    size_t busy;           // inner lines that have any
};

void line_init(gdx_line *line, gdx_line *within);
static inline bool line_has(const gdx_line *line, gdx_lane lane) {
    return line->lanes[lane].first || line->lanes[lane].jobs.first;
}
static inline size_t line_waiting(const gdx_line *line) {
    return atomic_load_explicit(&line->waiting, memory_order_relaxed);
}
// A line has jobs or inner lines, never both. The line gets its turn after those that have one already.
void line_push(gdx_line *line, gdx_lane lane, gdx_job *job);
// The job whose turn it is in the root; its lines go to the end if they have more. There must be one.
gdx_job *line_pop(gdx_line *root, gdx_lane lane);

#endif
