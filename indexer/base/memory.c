// SPDX-License-Identifier: Apache-2.0
// memory.c: see gdx/memory.h.

#include "gdx/memory.h"

#include "cgroup.h"

#include <sys/resource.h>
#include <unistd.h>

static size_t machine_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES);
    long page_bytes = sysconf(_SC_PAGE_SIZE);
    return pages > 0 && page_bytes > 0 ? (size_t)pages * (size_t)page_bytes : (size_t)1 << 30;
}

size_t memory_allowed_below(const char *root) {
    size_t bytes = machine_memory();
    uint64_t group_bytes = cgroup_limits_below(root).memory_bytes;
    struct rlimit space;
    if (group_bytes < bytes)
        bytes = (size_t)group_bytes;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY && space.rlim_cur < bytes)
        bytes = (size_t)space.rlim_cur;
    return bytes;
}

size_t gdx_memory_allowed(void) {
    return memory_allowed_below("");
}
