// SPDX-License-Identifier: Apache-2.0
// cgroup.h: what the control groups of this process let it use, versions 1 and 2. Relies on the C library and on
// Linux's /proc. Blocking: reads some small files. Threads: any.
#ifndef GDX_BASE_CGROUP_H
#define GDX_BASE_CGROUP_H

#include <stddef.h>
#include <stdint.h>

struct cgroup_limits {
    uint64_t memory_bytes; // UINT64_MAX: no limit
    unsigned processors;   // as many can run all the time, rounded up; 0: no limit
};

// The least of the process's own group and of all groups above it that can be seen. `root` is put in front of each
// path: "" for this machine, a folder for tests. What cannot be read limits nothing.
struct cgroup_limits cgroup_limits_below(const char *root);

// What gdx_processor_count and gdx_memory_allowed give, with the groups of `root`.
unsigned processor_count_below(const char *root);
size_t memory_allowed_below(const char *root);

#endif
