// SPDX-License-Identifier: Apache-2.0
// watch.c: the processes below this one, by /proc: what memory they have, and their end. Those that left their parents
// come to this process, which is a reaper, or to init; so none can hide.

#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES_SEEN = 2048, PATH_BYTES = 96 };

// A set of processes, still to be looked at from `next` on.
struct found {
    pid_t pids[PROCESSES_SEEN];
    size_t count, next;
};

static size_t read_text(const char *path, char *to, size_t bytes) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : read(file, to, bytes - 1);
    if (file >= 0)
        close(file);
    to[got > 0 ? got : 0] = 0;
    return got > 0 ? (size_t)got : 0;
}

static void add_children_of_thread(struct found *found, pid_t process, const char *thread) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/proc/%d/task/%.16s/children", process, thread);
    FILE *children = fopen(path, "re");
    for (pid_t child = 0; children && fscanf(children, "%d", &child) == 1;)
        if (found->count < PROCESSES_SEEN)
            found->pids[found->count++] = child;
    if (children)
        fclose(children);
}

static void add_children(struct found *found, pid_t process) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *threads = opendir(path);
    for (struct dirent *thread; threads && (thread = readdir(threads));)
        if (thread->d_name[0] != '.')
            add_children_of_thread(found, process, thread->d_name);
    if (threads)
        closedir(threads);
}

static uint64_t resident_bytes(pid_t process) {
    char path[PATH_BYTES], text[128];
    unsigned long pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", process);
    if (!read_text(path, text, sizeof text) || sscanf(text, "%*u %lu", &pages) != 1)
        return 0;
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void watch_processes(struct usage *out) {
    static struct found found;
    found.count = found.next = 0;
    *out = (struct usage){0};
    for (add_children(&found, getpid()); found.next < found.count; found.next++) {
        out->memory += resident_bytes(found.pids[found.next]);
        add_children(&found, found.pids[found.next]);
    }
    out->processes = found.count;
}

// Init takes all of its namespace with it. Without a namespace orphans become our children in turn.
void watch_kill_all(pid_t init) {
    static struct found found;
    if (init > 0)
        kill(init, SIGKILL); // it is ours and not reaped yet
    for (;;) {
        found.count = found.next = 0;
        for (add_children(&found, getpid()); found.next < found.count; found.next++)
            add_children(&found, found.pids[found.next]);
        for (size_t i = 0; i < found.count; i++)
            kill(found.pids[i], SIGKILL);
        pid_t ended;
        while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
            ;
        if (ended < 0 && errno == ECHILD)
            return;
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
}

uint64_t watch_threads_of(uid_t user) {
    DIR *processes = opendir("/proc");
    uint64_t threads = 0;
    for (struct dirent *process; processes && (process = readdir(processes));) {
        char path[PATH_BYTES], text[1024];
        struct stat about;
        snprintf(path, sizeof path, "/proc/%.16s/status", process->d_name);
        if (process->d_name[0] < '1' || process->d_name[0] > '9' || stat(path, &about) != 0 || about.st_uid != user)
            continue;
        unsigned count = 0;
        if (read_text(path, text, sizeof text)) {
            const char *line = strstr(text, "\nThreads:");
            if (line && sscanf(line, "\nThreads: %u", &count) == 1)
                threads += count;
        }
    }
    if (processes)
        closedir(processes);
    return threads;
}
