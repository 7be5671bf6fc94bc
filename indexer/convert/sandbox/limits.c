// SPDX-License-Identifier: Apache-2.0
// limits.c: the user and the resource limits of a converter.

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { DESCRIPTORS = 256, LOCKED_BYTES = 1 << 16, THREADS_A_PROCESS = 4 };

bool limits_become_user(const struct job *job, const char **what) {
    for (int capability = 0; capability <= CAP_LAST_CAP; capability++)
        (void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    *what = "another user";
    // Always: in a user namespace an id without a map looks like nobody's and is root's. A container may not know
    // nobody; then root without capabilities is what is left.
    if ((setresgid(job->group, job->group, job->group) != 0 || setresuid(job->user, job->user, job->user) != 0) &&
        errno != EINVAL && errno != EPERM)
        return false;
    *what = "giving up capabilities";
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capset, &header, none) == 0;
}

static bool set_limit(__rlimit_resource_t resource, uint64_t soft, uint64_t hard) {
    struct rlimit old;
    if (getrlimit(resource, &old) != 0)
        return false;
    if (old.rlim_max != RLIM_INFINITY && hard > old.rlim_max)
        hard = old.rlim_max;
    return setrlimit(resource, &(struct rlimit){soft < hard ? soft : hard, hard}) == 0;
}

// Since 5.14 the kernel counts the processes of a user namespace apart; before, and without one, all of the user's.
static bool counts_apart(void) {
    struct utsname name;
    unsigned major = 0, minor = 0;
    if (uname(&name) != 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
        return false;
    return major > 5 || (major == 5 && minor >= 14);
}

// A sanitizer reserves terabytes of addresses; memory is watched all the same.
bool limits_apply(const struct job *job, bool has_namespaces, const char **what) {
    // The supervisor counts processes and stops the converter; this limit holds what starts between two counts.
    uint64_t threads = THREADS_A_PROCESS * job->processes + 32;
    if (!has_namespaces || !counts_apart())
        threads += watch_threads_of(job->user);
    *what = "a resource limit";
    return set_limit(RLIMIT_CPU, job->cpu_seconds, job->cpu_seconds + 1) &&
           (SANDBOX_FOR_SANITIZERS || set_limit(RLIMIT_AS, job->address, job->address)) &&
           set_limit(RLIMIT_FSIZE, job->file_bytes, job->file_bytes) && set_limit(RLIMIT_CORE, 0, 0) &&
           set_limit(RLIMIT_NOFILE, DESCRIPTORS, DESCRIPTORS) &&
           set_limit(RLIMIT_MEMLOCK, LOCKED_BYTES, LOCKED_BYTES) && set_limit(RLIMIT_MSGQUEUE, 0, 0) &&
           set_limit(RLIMIT_NPROC, threads, threads);
}
