// SPDX-License-Identifier: Apache-2.0
// watch.c: see watch.h.

#include "watch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t count_entries(const char *path) {
    uint64_t count = 0;
    DIR *directory = opendir(path);
    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    return count;
}

bool held_by(pid_t process, struct held *out) {
    char path[64], line[256];
    unsigned long long kilobytes;
    *out = (struct held){0};
    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "VmRSS: %llu", &kilobytes) == 1)
            out->resident_bytes = kilobytes * 1024;
        else if (sscanf(line, "RssAnon: %llu", &kilobytes) == 1)
            out->anonymous_bytes = kilobytes * 1024;
    }
    fclose(file);
    snprintf(path, sizeof path, "/proc/%d/fd", (int)process);
    out->descriptors = count_entries(path);
    return out->resident_bytes > 0;
}

gdx_status watch_add(struct watch *watch, const struct held *held) {
    gdx_status status = gdx_grow(&watch->samples, &watch->capacity, watch->count + 1, sizeof *watch->samples);
    if (status == GDX_OK)
        watch->samples[watch->count++] = *held;
    return status;
}

void watch_clear(struct watch *watch) {
    free(watch->samples);
    *watch = (struct watch){0};
}

static int compare(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static uint64_t median(const struct watch *watch, size_t begin, size_t end, size_t offset) {
    uint64_t *values = calloc(end - begin + 1, sizeof *values);
    if (!values)
        return 0;
    for (size_t i = begin; i < end; i++)
        memcpy(&values[i - begin], (const char *)&watch->samples[i] + offset, sizeof *values);
    qsort(values, end - begin, sizeof *values, compare);
    uint64_t middle = values[(end - begin) / 2];
    free(values);
    return middle;
}

double watch_mean_descriptors(const struct watch *watch, size_t begin, size_t end) {
    double sum = 0;
    for (size_t i = begin; i < end; i++)
        sum += (double)watch->samples[i].descriptors;
    return end > begin ? sum / (double)(end - begin) : 0;
}

struct held watch_median(const struct watch *watch, size_t begin, size_t end) {
    return (struct held){.resident_bytes = median(watch, begin, end, offsetof(struct held, resident_bytes)),
                         .anonymous_bytes = median(watch, begin, end, offsetof(struct held, anonymous_bytes)),
                         .descriptors = median(watch, begin, end, offsetof(struct held, descriptors))};
}
