// SPDX-License-Identifier: Apache-2.0
// interrupt.h: SIGINT and SIGTERM as a flag that long work looks at.
#ifndef GRAMDEX_INTERRUPT_H
#define GRAMDEX_INTERRUPT_H

#include <stdatomic.h>

// From now on the first SIGINT or SIGTERM sets the flag; a second one ends the program at once, which loses nothing
// either: a commit is atomic.
const atomic_bool *interrupt_watch(void);

// The number of the signal that came, once one has; 0: none has.
int interrupt_signal(void);

#endif
