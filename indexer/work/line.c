// SPDX-License-Identifier: Apache-2.0
// line.c: see line.h. A line is in the list of the line it is within while it has a job, once for each lane, so that
// a turn costs the same however many lines there are.

#include "line.h"

void queue_init(struct queue *queue) {
    queue->first = NULL;
    queue->last = &queue->first;
}

void queue_push(struct queue *queue, gdx_job *job) {
    job->next = NULL;
    *queue->last = job;
    queue->last = &job->next;
}

gdx_job *queue_pop(struct queue *queue) {
    gdx_job *job = queue->first;
    if (job) {
        queue->first = job->next;
        if (!queue->first)
            queue->last = &queue->first;
    }
    return job;
}

void line_init(gdx_line *line, gdx_line *within) {
    *line = (gdx_line){.within = within, .holds = 1};
    for (int lane = 0; lane < GDX_LANES; lane++)
        queue_init(&line->lanes[lane].jobs);
}

// At the end of the line it is within, unless it waits for a turn there already.
static void give_turn(gdx_line *line, gdx_lane lane) {
    struct line_lane *own = &line->lanes[lane], *outer = &line->within->lanes[lane];
    if (own->has_turn)
        return;
    own->has_turn = true;
    own->next = NULL;
    if (outer->last)
        outer->last->lanes[lane].next = line;
    else
        outer->first = line;
    outer->last = line;
}

static void add_waiting(gdx_line *line) {
    for (; line; line = line->within) {
        bool was_idle = atomic_fetch_add_explicit(&line->waiting, 1, memory_order_relaxed) == 0;
        if (was_idle && line->within)
            line->within->busy++;
    }
}

static void subtract_waiting(gdx_line *line) {
    bool is_idle = atomic_fetch_sub_explicit(&line->waiting, 1, memory_order_relaxed) == 1;
    if (is_idle && line->within)
        line->within->busy--;
}

void line_push(gdx_line *line, gdx_lane lane, gdx_job *job) {
    assert(line->within && !line->lanes[lane].first);
    queue_push(&line->lanes[lane].jobs, job);
    add_waiting(line);
    for (; line->within; line = line->within)
        give_turn(line, lane);
}

// The inner line whose turn it is; it has none until it gets one again.
static gdx_line *take_turn(gdx_line *line, gdx_lane lane) {
    struct line_lane *own = &line->lanes[lane];
    gdx_line *inner = own->first;
    own->first = inner->lanes[lane].next;
    if (!own->first)
        own->last = NULL;
    inner->lanes[lane].has_turn = false;
    return inner;
}

gdx_job *line_pop(gdx_line *root, gdx_lane lane) {
    gdx_line *line = root;
    while (line->lanes[lane].first)
        line = take_turn(line, lane);
    gdx_job *job = queue_pop(&line->lanes[lane].jobs);
    assert(job);
    for (; line; line = line->within) {
        subtract_waiting(line);
        if (line->within && line_has(line, lane))
            give_turn(line, lane);
    }
    return job;
}
