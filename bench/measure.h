// SPDX-License-Identifier: Apache-2.0
// measure.h: samples of times and their quantiles.
#ifndef GDX_BENCH_MEASURE_H
#define GDX_BENCH_MEASURE_H

#include "gdx/base.h"

#include <sys/types.h>

struct samples { // {0} is empty
    uint64_t *values;
    size_t count;
    size_t capacity;
};

gdx_status samples_add(struct samples *samples, uint64_t value) GDX_MUST_CHECK;
void samples_clear(struct samples *samples);
// The smallest value that at least `share` of the samples do not exceed; 0 when there are none. Sorts them.
uint64_t samples_quantile(struct samples *samples, double share);
uint64_t processor_ns(void);        // user and system time of this process and its ended children
uint64_t kernel_ns(void);           // the system time of them alone
uint64_t process_ns(pid_t process); // user and system time of all threads of one so far; 0: there is none of that id
void peak_reset(void);              // the peak is measured anew from here
uint64_t peak_bytes(void);          // the most memory this process, or one of its ended children, has had resident
uint64_t resident_bytes(void);      // what it has now

#endif
