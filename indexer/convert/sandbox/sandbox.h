// SPDX-License-Identifier: Apache-2.0
// sandbox.h: what the files of gramdex-sandbox share. The program has no library of gramdex, so that it is small and
// runs the same under every sanitizer: they watch only what is built with them.
//
// Three processes: the supervisor, outside of the sandbox, which owns the private folder, watches and cleans up; the
// init process, first in the new namespaces, which starts the converter and waits for it; the converter.
#ifndef SANDBOX_H
#define SANDBOX_H

#include "verdict.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct job { // the supervisor's; the other two have copies of it
    char folder[PATH_MAX];
    const char *input;  // the name in the folder that standard input is saved under
    const char *output; // the name in the folder that is copied to standard output at the end; NULL: none
    uint64_t input_bytes;
    uint64_t memory;     // bytes resident, of all processes
    uint64_t address;    // bytes of address space of each process
    uint64_t file_bytes; // in the folder
    uint64_t processes;
    uint64_t cpu_seconds; // of each process
    uint64_t wall_ms;
    bool has_local_sockets;
    bool uses_namespaces, uses_landlock; // as far as the system has them
    char **command;
    uid_t user; // the converter's
    gid_t group;
};

// What init tells the supervisor.
struct ending {
    int exec_error; // errno when the converter could not be started
    int status;     // as of wait
    uint64_t cpu_us;
    const char *what; // NULL, or what failed with exec_error: a string of this program, at the same address in both
};

// ---- namespaces.c
// Forks with all namespaces, or without any when the system does not allow them. In the parent the child's id; in the
// child 0, after the parent has written its maps. -1: errno.
pid_t namespaces_fork(const struct job *job, bool *has_namespaces);
// In the child: mounts of its own, everything but the folder read-only. What the system refuses is left as it is.
void namespaces_enter(const struct job *job);

// ---- reach.c
// A program in a folder of root's that the converter's user cannot enter is copied into the private folder, and the
// command names the copy. False: errno.
bool reach_program(struct job *job);

// ---- limits.c: what the converter's process puts on itself before it starts the converter
// False: errno, and *what says what failed.
bool limits_apply(const struct job *job, bool has_namespaces, const char **what);
// No capabilities, the user of the job.
bool limits_become_user(const struct job *job, const char **what);

// ---- landlock.c: the file system, the network and signals by Landlock. The version that the kernel has; 0: none.
int landlock_version(void);
bool landlock_apply(const struct job *job);

// ---- filter.c: the list of system calls. `outer`: processes that must not be signalled.
bool filter_apply(const struct job *job, bool has_namespaces, const pid_t outer[3]);

// ---- watch.c
struct usage {
    uint64_t memory;
    uint64_t processes;
};
// Of all descendants of this process.
void watch_processes(struct usage *out);
// Kills init and all other descendants until none is left.
void watch_kill_all(pid_t init);
// Threads of a user, on the whole machine.
uint64_t watch_threads_of(uid_t user);

// ---- folder.c
// False: it holds more than `most` bytes, too many files or folders too deep.
bool folder_fits(const char *folder, uint64_t most);
// Removes the folder and all in it, whatever it is.
void folder_remove(const char *folder);

#endif
