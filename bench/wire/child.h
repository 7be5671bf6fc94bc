// SPDX-License-Identifier: Apache-2.0
// child.h: `gramdex serve` as a child, from its first line to its end.
// Relies on gdx/base.h; inside on jansson.
#ifndef GDX_BENCH_CHILD_H
#define GDX_BENCH_CHILD_H

#include "gdx/base.h"

#include <sys/types.h>

struct child { // {0}: none
    pid_t process;
    char address[64];
};

// Arguments: the program, "serve", ..., NULL; with --json and one --listen of port 0. Waits until it listens. `log` is
// the file for its standard error, NULL: ours. GDX_UNAVAILABLE: it does not listen, err has its words.
gdx_status child_start(struct child *child, const char *const *arguments, const char *log,
                       gdx_error *err) GDX_MUST_CHECK;
// SIGTERM, and waits. The exit status; -1: it was killed. 0 when there is none.
int child_stop(struct child *child);

#endif
