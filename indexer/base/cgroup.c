// SPDX-License-Identifier: Apache-2.0
// cgroup.c: /proc/self/cgroup names the group of each hierarchy, /proc/self/mountinfo says where the hierarchy is
// mounted and from which group on. A limit of any group between that and the process's own binds, so the least counts.

#include "cgroup.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

struct hierarchy {
    char *top;   // the group that is mounted
    char *mount; // where
    char *type;
    char *controllers; // of version 1, among other options: "rw,cpu,cpuacct"
};

static void hierarchy_clear(struct hierarchy *self) {
    free(self->top);
    free(self->mount);
    free(self->type);
    free(self->controllers);
    *self = (struct hierarchy){0};
}

static FILE *open_below(const char *root, const char *path) {
    char whole[PATH_BYTES];
    int length = snprintf(whole, sizeof whole, "%s%s", root, path);
    return length > 0 && length < PATH_BYTES ? fopen(whole, "re") : NULL;
}

// Whether `word` is one of a list with commas. Version 2 has one hierarchy, whose name in /proc/self/cgroup is empty.
static bool is_listed(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == 0))
            return true;
    }
    return false;
}

// A space and the like in a path are written \040.
static void unescape(char *text) {
    char *to = text;
    for (const char *at = text; *at;) {
        unsigned code;
        if (at[0] == '\\' && strspn(at + 1, "01234567") >= 3 && sscanf(at + 1, "%3o", &code) == 1) {
            *to++ = (char)code;
            at += 4;
        } else {
            *to++ = *at++;
        }
    }
    *to = 0;
}

// One line of mountinfo; false: it is no mount, or there is no memory.
static bool read_mount(const char *line, struct hierarchy *out) {
    const char *rest = strstr(line, " - ");
    if (!rest || sscanf(line, "%*d %*d %*s %ms %ms", &out->top, &out->mount) != 2 ||
        sscanf(rest, " - %ms %*s %ms", &out->type, &out->controllers) != 2)
        return false;
    unescape(out->top);
    unescape(out->mount);
    return true;
}

// `controller` "": version 2.
static bool find_mount(const char *root, const char *controller, struct hierarchy *out) {
    FILE *file = open_below(root, "/proc/self/mountinfo");
    char *line = NULL;
    size_t capacity = 0;
    bool is_found = false;
    while (file && !is_found && getline(&line, &capacity, file) > 0) {
        hierarchy_clear(out);
        if (read_mount(line, out))
            is_found = *controller ? strcmp(out->type, "cgroup") == 0 && is_listed(out->controllers, controller)
                                   : strcmp(out->type, "cgroup2") == 0;
    }
    free(line);
    if (file)
        fclose(file);
    return is_found;
}

// The path of the process's group in the hierarchy.
static bool find_group(const char *root, const char *controller, char out[PATH_BYTES]) {
    FILE *file = open_below(root, "/proc/self/cgroup");
    char *line = NULL;
    size_t capacity = 0;
    bool is_found = false;
    while (file && !is_found && getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path || strlen(path + 1) >= PATH_BYTES)
            continue;
        *path++ = 0;
        is_found = *controller ? is_listed(controllers + 1, controller) : controllers[1] == 0;
        if (is_found)
            memcpy(out, path, strlen(path) + 1);
    }
    free(line);
    if (file)
        fclose(file);
    return is_found;
}

// Below the mount. A group outside of what is mounted, as a container may see it, is the mounted one for us.
static const char *path_below(const struct hierarchy *hierarchy, const char *group) {
    const char *top = strcmp(hierarchy->top, "/") == 0 ? "" : hierarchy->top;
    size_t length = strlen(top);
    bool is_below = strncmp(group, top, length) == 0 && (group[length] == '/' || group[length] == 0);
    return is_below && !strstr(group, "/..") ? group + length : "";
}

// The numbers of a group's file; how many there are. "max" and what else is no number ends them.
static int read_numbers(const char *group, const char *name, int64_t out[2]) {
    FILE *file = open_below(group, name);
    if (!file)
        return 0;
    int count = fscanf(file, "%" SCNd64 " %" SCNd64, &out[0], &out[1]);
    fclose(file);
    return count > 0 ? count : 0;
}

static void limit_memory(struct cgroup_limits *limits, const char *group, const char *name) {
    int64_t number[2];
    if (read_numbers(group, name, number) >= 1 && number[0] >= 0 && (uint64_t)number[0] < limits->memory_bytes)
        limits->memory_bytes = (uint64_t)number[0];
}

static void limit_processors(struct cgroup_limits *limits, int64_t quota_us, int64_t period_us) {
    if (quota_us <= 0 || period_us <= 0)
        return;
    int64_t count = quota_us / period_us + (quota_us % period_us != 0);
    if (count <= INT32_MAX && (limits->processors == 0 || (unsigned)count < limits->processors))
        limits->processors = (unsigned)count;
}

static void limit_by_memory(struct cgroup_limits *limits, const char *group) {
    limit_memory(limits, group, "/memory.limit_in_bytes");
}

static void limit_by_processors(struct cgroup_limits *limits, const char *group) {
    int64_t quota[2], period[2];
    if (read_numbers(group, "/cpu.cfs_quota_us", quota) >= 1 && read_numbers(group, "/cpu.cfs_period_us", period) >= 1)
        limit_processors(limits, quota[0], period[0]);
}

// Past memory.high a process is slowed down until it hardly runs, so that is a limit, too.
static void limit_by_version_2(struct cgroup_limits *limits, const char *group) {
    int64_t maximum[2];
    limit_memory(limits, group, "/memory.max");
    limit_memory(limits, group, "/memory.high");
    if (read_numbers(group, "/cpu.max", maximum) == 2)
        limit_processors(limits, maximum[0], maximum[1]);
}

static void limit_from(const char *root, const char *controller,
                       void (*limit)(struct cgroup_limits *limits, const char *group), struct cgroup_limits *limits) {
    struct hierarchy hierarchy = {0};
    char group[PATH_BYTES], path[PATH_BYTES];
    if (find_group(root, controller, group) && find_mount(root, controller, &hierarchy)) {
        int top = snprintf(path, sizeof path, "%s%s", root, hierarchy.mount);
        int length = snprintf(path, sizeof path, "%s%s%s", root, hierarchy.mount, path_below(&hierarchy, group));
        char *end = length > 0 && length < PATH_BYTES ? path + length : NULL;
        while (end) {
            *end = 0;
            limit(limits, path);
            end = end > path + top ? strrchr(path, '/') : NULL;
            if (end && end < path + top)
                end = NULL;
        }
    }
    hierarchy_clear(&hierarchy);
}

struct cgroup_limits cgroup_limits_below(const char *root) {
    struct cgroup_limits limits = {.memory_bytes = UINT64_MAX};
    limit_from(root, "", limit_by_version_2, &limits);
    limit_from(root, "memory", limit_by_memory, &limits);
    limit_from(root, "cpu", limit_by_processors, &limits);
    return limits;
}
