// SPDX-License-Identifier: Apache-2.0
// measure.c: see measure.h.

#include "measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

gdx_status samples_add(struct samples *samples, uint64_t value) {
    gdx_status status = gdx_grow(&samples->values, &samples->capacity, samples->count + 1, sizeof *samples->values);
    if (status == GDX_OK)
        samples->values[samples->count++] = value;
    return status;
}

void samples_clear(struct samples *samples) {
    free(samples->values);
    *samples = (struct samples){0};
}

static int compare(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

uint64_t samples_quantile(struct samples *samples, double share) {
    if (samples->count == 0)
        return 0;
    qsort(samples->values, samples->count, sizeof *samples->values, compare);
    size_t rank = (size_t)ceil(share * (double)samples->count);
    return samples->values[rank ? rank - 1 : 0];
}

static uint64_t time_ns(struct timeval time) {
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u;
}

uint64_t processor_ns(void) {
    struct rusage own;
    struct rusage children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    return time_ns(own.ru_utime) + time_ns(own.ru_stime) + time_ns(children.ru_utime) + time_ns(children.ru_stime);
}

uint64_t kernel_ns(void) {
    struct rusage own;
    struct rusage children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    return time_ns(own.ru_stime) + time_ns(children.ru_stime);
}

uint64_t process_ns(pid_t process) {
    clockid_t clock;
    struct timespec spent;
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &spent) != 0)
        return 0;
    return (uint64_t)spent.tv_sec * 1000000000u + (uint64_t)spent.tv_nsec;
}

void peak_reset(void) {
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (!file)
        return;
    fputs("5", file); // proc(5): resets the peak to what is resident now
    fclose(file);
}

uint64_t peak_bytes(void) {
    struct rusage children;
    unsigned long long kilobytes = 0;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file) && sscanf(line, "VmHWM: %llu", &kilobytes) != 1)
        continue;
    if (file)
        fclose(file);
    getrusage(RUSAGE_CHILDREN, &children);
    uint64_t of_children = (uint64_t)children.ru_maxrss;
    return (kilobytes > of_children ? (uint64_t)kilobytes : of_children) * 1024;
}

uint64_t resident_bytes(void) {
    unsigned long long all = 0;
    unsigned long long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return 0;
    if (fscanf(file, "%llu %llu", &all, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGE_SIZE);
}
