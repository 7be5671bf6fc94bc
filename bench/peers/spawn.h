// SPDX-License-Identifier: Apache-2.0
// spawn.h: run a program of the system's and take what it prints.
#ifndef GDX_BENCH_SPAWN_H
#define GDX_BENCH_SPAWN_H

#include "peer.h"

// Waits for it and returns its exit status; -1, with a message, when it cannot be run. The first `capacity` - 1 bytes
// it prints go to `out`, with a zero after them; NULL: its output is this program's.
int spawn_and_wait(const char *const *arguments, char *out, size_t capacity, struct peer_message *message);

#endif
