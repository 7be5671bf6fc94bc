// SPDX-License-Identifier: Apache-2.0
// reach.c: a converter's program that its user can reach. Root runs converters as nobody, who cannot enter /root, where
// a source tree with our own converters may be.

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static bool copy(int from, int to) {
    for (ssize_t got = 1; got != 0;) {
        got = sendfile(to, from, NULL, 1 << 20);
        if (got < 0 && errno != EINTR)
            return false;
    }
    return fchmod(to, 0555) == 0;
}

// As the converter's user: may it run the program?
static bool is_reached(const struct job *job) {
    uid_t user = geteuid();
    gid_t group = getegid();
    if (setegid(job->group) != 0 || seteuid(job->user) != 0)
        return true; // it will stay root
    bool is_allowed = faccessat(AT_FDCWD, job->command[0], X_OK, AT_EACCESS) == 0 || errno != EACCES;
    return seteuid(user) == 0 && setegid(group) == 0 && is_allowed;
}

bool reach_program(struct job *job) {
    static char path[PATH_MAX];
    const char *name = strrchr(job->command[0], '/');
    if (geteuid() != 0 || is_reached(job))
        return true;
    if (!name || (size_t)snprintf(path, sizeof path, "%s%s", job->folder, name) >= sizeof path) {
        errno = ENAMETOOLONG;
        return false;
    }
    int from = open(job->command[0], O_RDONLY | O_CLOEXEC);
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool is_copied = from >= 0 && to >= 0 && copy(from, to);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    job->command[0] = path;
    return is_copied;
}
