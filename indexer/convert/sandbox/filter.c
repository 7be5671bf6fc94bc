// SPDX-License-Identifier: Apache-2.0
// filter.c: the system calls that a converter may not use, by libseccomp. What no converter has a use for ends it, so
// that the file is refused with that reason. What honest programs try and can do without fails: an old C library asks
// for a name service over a socket, a new one for clone3. The rest is allowed, for the list of what converters need
// differs by version.

#include "sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const int deadly[] = {
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kcmp),
    SCMP_SYS(mount),
    SCMP_SYS(umount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsmount),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(setns),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
    SCMP_SYS(syslog),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(quotactl),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(vhangup),
};

static const struct refused_call {
    int call;
    int error;
} refused[] = {
    {SCMP_SYS(clone3), ENOSYS},         // its flags cannot be seen; the C library falls back on clone
    {SCMP_SYS(io_uring_setup), ENOSYS}, // would pass this list by
    {SCMP_SYS(io_uring_enter), ENOSYS},
    {SCMP_SYS(io_uring_register), ENOSYS},
    {SCMP_SYS(keyctl), EPERM},
    {SCMP_SYS(add_key), EPERM},
    {SCMP_SYS(request_key), EPERM},
    {SCMP_SYS(unshare), EPERM},
    {SCMP_SYS(chroot), EPERM},
    {SCMP_SYS(memfd_create), ENOSYS}, // memory that no process's size shows
    {SCMP_SYS(shmget), ENOSYS},       // likewise
    {SCMP_SYS(mq_open), ENOSYS},
    {SCMP_SYS(pidfd_send_signal), EPERM},
    {SCMP_SYS(rt_sigqueueinfo), EPERM},
    {SCMP_SYS(rt_tgsigqueueinfo), EPERM},
    {SCMP_SYS(move_pages), EPERM},
    {SCMP_SYS(migrate_pages), EPERM},
    {SCMP_SYS(name_to_handle_at), EPERM},
};

// A call that this processor does not have (-EDOM) needs no rule.
static bool is_added(int result) {
    return result == 0 || result == -EDOM || result == -EEXIST;
}

static bool add_lists(scmp_filter_ctx filter) {
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        if (!is_added(seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0)))
            return false;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (!is_added(seccomp_rule_add(filter, SCMP_ACT_ERRNO((unsigned)refused[i].error), refused[i].call, 0)))
            return false;
    return true;
}

// An argument of a call: its number, how it is compared, with what; for masks with what under which mask.
static struct scmp_arg_cmp argument(unsigned number, enum scmp_compare how, uint64_t first, uint64_t second) {
    return (struct scmp_arg_cmp){number, how, first, second};
}

// Sockets to other machines end the converter. Those within the machine fail, unless the row allows them; then all
// others fail, too, because a program that needs the first tries the second in passing.
static bool add_sockets(scmp_filter_ctx filter, bool has_local_sockets) {
    uint32_t fail = SCMP_ACT_ERRNO(EACCES);
    uint32_t other = has_local_sockets ? fail : SCMP_ACT_KILL_PROCESS;
    if (!is_added(seccomp_rule_add(filter, other, SCMP_SYS(socket), 1, argument(0, SCMP_CMP_NE, AF_UNIX, 0))))
        return false;
    return has_local_sockets ||
           is_added(seccomp_rule_add(filter, fail, SCMP_SYS(socket), 1, argument(0, SCMP_CMP_EQ, AF_UNIX, 0)));
}

static bool add_clone(scmp_filter_ctx filter) {
    static const unsigned long namespaces[] = {CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWPID,   CLONE_NEWNS,
                                               CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP};
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
        if (!is_added(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                       argument(0, SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]))))
            return false;
    return is_added(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                                     argument(1, SCMP_CMP_MASKED_EQ, 0xffffffff, TIOCSTI)));
}

// Without a process namespace others are in sight: no signals but to itself, and none to those who guard it.
static bool add_signals(scmp_filter_ctx filter, const pid_t outer[3]) {
    uint32_t fail = SCMP_ACT_ERRNO(EPERM);
    if (!is_added(seccomp_rule_add(filter, fail, SCMP_SYS(kill), 0)) ||
        !is_added(seccomp_rule_add(filter, fail, SCMP_SYS(tkill), 0)) ||
        !is_added(seccomp_rule_add(filter, fail, SCMP_SYS(prlimit64), 1, argument(0, SCMP_CMP_NE, 0, 0))))
        return false;
    for (int i = 0; i < 3; i++)
        if (!is_added(seccomp_rule_add(filter, fail, SCMP_SYS(tgkill), 1,
                                       argument(0, SCMP_CMP_MASKED_EQ, 0xffffffff, (scmp_datum_t)outer[i]))))
            return false;
    return true;
}

bool filter_apply(const struct job *job, bool has_namespaces, const pid_t outer[3]) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return false;
    bool is_loaded = add_lists(filter) && add_sockets(filter, job->has_local_sockets) && add_clone(filter) &&
                     (has_namespaces || add_signals(filter, outer)) && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return is_loaded;
}
