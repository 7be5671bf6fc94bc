// SPDX-License-Identifier: Apache-2.0
// watch.h: what a process holds, from /proc, and whether that stays the same.
#ifndef GDX_SOAK_WATCH_H
#define GDX_SOAK_WATCH_H

#include "gdx/base.h"

#include <sys/types.h>

struct held {
    uint64_t resident_bytes;  // VmRSS
    uint64_t anonymous_bytes; // of it, what is no file's
    uint64_t descriptors;
};

struct watch { // {0} is empty; samples at equal distances
    struct held *samples;
    size_t count, capacity;
};

bool held_by(pid_t process, struct held *out); // false: no such process
gdx_status watch_add(struct watch *watch, const struct held *held) GDX_MUST_CHECK;
void watch_clear(struct watch *watch);
// The median of the samples in [begin, end), each figure by itself.
struct held watch_median(const struct watch *watch, size_t begin, size_t end);
double watch_mean_descriptors(const struct watch *watch, size_t begin, size_t end);

#endif
