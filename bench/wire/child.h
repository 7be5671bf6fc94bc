// SPDX-License-Identifier: Apache-2.0
// child.h: `gramdex serve` as a child, from its first line to its end; and the processor time of any process.
// Relies on gdx/base.h; inside on jansson.
#ifndef GDX_BENCH_CHILD_H
#define GDX_BENCH_CHILD_H

#include "gdx/base.h"

#include <sys/types.h>

struct child { // {0}: none
    pid_t process;
    char address[64];
};

// Waits until it listens, on a port of its own choice. GDX_UNAVAILABLE: it does not; err has its own words.
gdx_status child_start(struct child *child, const char *program, const char *directory, gdx_error *err) GDX_MUST_CHECK;
void child_stop(struct child *child); // SIGTERM, and waits

// User and system time of all threads so far; 0: no such process.
uint64_t process_ns(pid_t process);

#endif
