// SPDX-License-Identifier: Apache-2.0
// namespaces.c: a user, network, process, mount, IPC, name and cgroup namespace of its own for a converter. A kernel or
// a container may refuse them; then filter.c and landlock.c stand alone.

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool write_file(pid_t pid, const char *name, const char *text) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    bool is_written = write(file, text, strlen(text)) == (ssize_t)strlen(text);
    close(file);
    return is_written;
}

// The child knows one user and one group, its own.
static bool write_maps(const struct job *job, pid_t child) {
    char users[64], groups[64];
    snprintf(users, sizeof users, "%u %u 1\n", job->user, job->user);
    snprintf(groups, sizeof groups, "%u %u 1\n", job->group, job->group);
    return write_file(child, "setgroups", "deny") && write_file(child, "uid_map", users) &&
           write_file(child, "gid_map", groups);
}

static pid_t fork_with(unsigned long flags) {
    return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

// The child waits for its maps. In the parent: the child, or -1 when the maps are refused.
static pid_t fork_in_namespaces(const struct job *job) {
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) != 0)
        return -1;
    pid_t child = fork_with(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS |
                            CLONE_NEWCGROUP);
    if (child == 0) {
        char byte = 0;
        close(ready[1]);
        if (read(ready[0], &byte, 1) != 1)
            _exit(1);
        close(ready[0]);
        return 0;
    }
    close(ready[0]);
    bool is_mapped = child > 0 && write_maps(job, child) && write(ready[1], "", 1) == 1;
    close(ready[1]);
    if (child > 0 && !is_mapped) {
        waitpid(child, NULL, 0);
        child = -1;
    }
    return child;
}

pid_t namespaces_fork(const struct job *job, bool *has_namespaces) {
    *has_namespaces = job->uses_namespaces;
    pid_t child = job->uses_namespaces ? fork_in_namespaces(job) : -1;
    if (child >= 0)
        return child;
    *has_namespaces = false;
    return fork_with(0);
}

// The kernel's, which older headers of the C library lack.
struct attributes_of_mount {
    uint64_t set, clear, propagation, user_namespace;
};
enum { ATTRIBUTE_READ_ONLY = 1, RECURSIVE = 0x8000, NUMBER_OF_MOUNT_SETATTR = 442 };

static void set_attributes(const char *path, unsigned flags, struct attributes_of_mount attributes) {
    (void)syscall(NUMBER_OF_MOUNT_SETATTR, AT_FDCWD, path, flags, &attributes, sizeof attributes);
}

static bool is_below(const char *path, const char *folder) {
    size_t bytes = strlen(folder);
    return strncmp(path, folder, bytes) == 0 && path[bytes] == '/';
}

// Makes the folders of a path that are not there, for a mount.
static void make_folders(const char *path) {
    char prefix[PATH_MAX];
    mode_t mask = umask(0);
    for (size_t bytes = 1; path[bytes - 1] && bytes < sizeof prefix; bytes++)
        if (path[bytes] == '/' || !path[bytes]) {
            snprintf(prefix, sizeof prefix, "%.*s", (int)bytes, path);
            (void)mkdir(prefix, 0711); // for the converter's user, who is not their owner
        }
    umask(mask);
}

// What the command names would be hidden by another /tmp.
static bool is_in_temporary(char **command) {
    char real[PATH_MAX];
    for (char **word = command; *word; word++)
        if (is_below(*word, "/tmp"))
            return true;
    return !realpath(command[0], real) || is_below(real, "/tmp");
}

// Some programs insist on /tmp: it becomes the folder, too, unless the command needs the other. True: it has.
static bool cover_temporary(const struct job *job) {
    if (is_in_temporary(job->command) || mount(job->folder, "/tmp", NULL, MS_BIND, NULL) != 0)
        return false;
    if (is_below(job->folder, "/tmp"))
        make_folders(job->folder);
    return true;
}

void namespaces_enter(const struct job *job) {
    char path[64];
    int folder = open(job->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", folder);
    if (folder < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0)
        return;
    bool is_covered = cover_temporary(job);
    if (mount(path, job->folder, NULL, MS_BIND, NULL) != 0) {
        if (is_covered)
            _exit(1); // its folder is out of sight
        return;
    }
    (void)mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL); // shows its own processes alone
    set_attributes("/", RECURSIVE, (struct attributes_of_mount){.set = ATTRIBUTE_READ_ONLY});
    set_attributes(job->folder, 0, (struct attributes_of_mount){.clear = ATTRIBUTE_READ_ONLY});
    if (is_covered)
        set_attributes("/tmp", 0, (struct attributes_of_mount){.clear = ATTRIBUTE_READ_ONLY});
    if (chdir(job->folder) != 0) // from the folder beneath the mount into the mount
        _exit(1);
}
