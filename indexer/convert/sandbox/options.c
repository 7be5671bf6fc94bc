// SPDX-License-Identifier: Apache-2.0
// options.c: the command line of gramdex-sandbox, which gramdex alone writes.

#include "options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static const struct {
    const char *name;
    size_t offset;
} numbers[] = {
    {"--bytes", offsetof(struct job, input_bytes)},   {"--memory", offsetof(struct job, memory)},
    {"--address", offsetof(struct job, address)},     {"--files", offsetof(struct job, file_bytes)},
    {"--processes", offsetof(struct job, processes)}, {"--cpu", offsetof(struct job, cpu_seconds)},
    {"--wall", offsetof(struct job, wall_ms)},
};

static const struct {
    const char *name;
    size_t offset;
    bool value;
} switches[] = {
    {"--local-sockets", offsetof(struct job, has_local_sockets), true},
    {"--without-namespaces", offsetof(struct job, uses_namespaces), false},
    {"--without-landlock", offsetof(struct job, uses_landlock), false},
};

static bool take_number(const char *name, const char *value, struct job *job) {
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(name, numbers[i].name) != 0)
            continue;
        char *end;
        *(uint64_t *)((char *)job + numbers[i].offset) = strtoull(value, &end, 10);
        return *value && !*end;
    }
    return false;
}

static bool take_switch(const char *name, struct job *job) {
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (strcmp(name, switches[i].name) == 0) {
            *(bool *)((char *)job + switches[i].offset) = switches[i].value;
            return true;
        }
    return false;
}

static bool is_name(const char *name) {
    return *name && !strchr(name, '/') && name[0] != '.';
}

static bool take_word(const char *name, const char *value, struct job *job) {
    if (strcmp(name, "--folder") == 0)
        return value[0] == '/' && (size_t)snprintf(job->folder, sizeof job->folder, "%s", value) < sizeof job->folder;
    const char **field = strcmp(name, "--input") == 0    ? &job->input
                         : strcmp(name, "--output") == 0 ? &job->output
                                                         : NULL;
    if (field)
        *field = value;
    return field && is_name(value);
}

bool options_read(int count, char **words, struct job *job) {
    bool is_root = geteuid() == 0;
    *job = (struct job){.uses_namespaces = true,
                        .uses_landlock = true,
                        .user = is_root ? NOBODY : geteuid(),
                        .group = is_root ? NOBODY : getegid()};
    int at = 1;
    for (; at < count && strcmp(words[at], "--") != 0; at++) {
        if (take_switch(words[at], job))
            continue;
        if (at + 1 == count ||
            !(take_number(words[at], words[at + 1], job) || take_word(words[at], words[at + 1], job)))
            return false;
        at++;
    }
    job->command = &words[at + 1];
    return at + 1 < count && words[at + 1][0] == '/' && job->folder[0] && job->input && job->memory && job->address &&
           job->file_bytes && job->processes && job->cpu_seconds && job->wall_ms;
}
