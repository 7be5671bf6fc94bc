// SPDX-License-Identifier: Apache-2.0
// gdx/memory.h: how much memory this process may use. Relies on the C library. Threads: any.
#ifndef GDX_MEMORY_H
#define GDX_MEMORY_H

#include <stddef.h>

// The machine's memory, or less: by the process's control groups, by its limit of address space (`ulimit -v`). What
// others use of it is not known. Blocking: reads some small files.
size_t gdx_memory_allowed(void);

#endif
