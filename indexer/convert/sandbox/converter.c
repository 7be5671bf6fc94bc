// SPDX-License-Identifier: Apache-2.0
// converter.c: init and the converter: the two processes inside of the sandbox.

#include "converter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(int to, const struct ending *ending) {
    ssize_t written = write(to, ending, sizeof *ending);
    _exit(written == sizeof *ending ? 0 : 1);
}

static void fail(int to, const char *what) {
    say(to, &(struct ending){.exec_error = errno, .what = what});
}

// The environment of a converter: the same for everybody, and nothing of the user's.
static bool set_environment(const struct job *job) {
    return clearenv() == 0 && setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1) == 0 &&
           setenv("HOME", job->folder, 1) == 0 && setenv("TMPDIR", job->folder, 1) == 0 &&
           setenv("LC_ALL", "C.UTF-8", 1) == 0 && setenv("SAL_USE_VCLPLUGIN", "svp", 1) == 0 &&
           setenv("OMP_THREAD_LIMIT", "1", 1) == 0 &&
           // The search for leaks traces the process, which the sandbox ends.
           (!SANDBOX_FOR_SANITIZERS || setenv("ASAN_OPTIONS", "detect_leaks=0", 1) == 0);
}

// FOLDER in a word becomes the folder's path. NULL: no memory.
static char *with_folder(const char *word, const char *folder) {
    const char *at = strstr(word, "FOLDER");
    char *text = NULL;
    if (!at)
        return strdup(word);
    return asprintf(&text, "%.*s%s%s", (int)(at - word), word, folder, at + strlen("FOLDER")) < 0 ? NULL : text;
}

static bool replace_folders(const struct job *job) {
    for (char **word = job->command; *word; word++)
        if (!(*word = with_folder(*word, job->folder)))
            return false;
    return true;
}

static void set_signals(void) {
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// What a converter with an output file prints is a message, and must not come before the file's bytes.
static void redirect_standard(const struct job *job) {
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || (job->output && dup2(STDERR_FILENO, STDOUT_FILENO) < 0))
        _exit(1);
    if (nothing != STDIN_FILENO)
        close(nothing);
}

// Of the launcher's descriptors none but standard output and error reaches the converter: the others close on exec.
_Noreturn static void run_converter(const struct job *job, bool has_namespaces, const pid_t outer[3], int to) {
    const char *what = "the converter's process";
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!has_namespaces && getppid() != outer[2]) // init has ended already; in a namespace that ends this, too
        _exit(1);
    redirect_standard(job);
    setsid();
    set_signals();
    if (!set_environment(job) || !replace_folders(job) || !limits_apply(job, has_namespaces, &what))
        fail(to, what);
    if (!landlock_apply(job))
        fail(to, "limiting its files by Landlock");
    if (!filter_apply(job, has_namespaces, outer))
        fail(to, "limiting its system calls");
    execv(job->command[0], job->command);
    fail(to, NULL);
    _exit(1);
}

static uint64_t microseconds(struct timeval time) {
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

// Waits for the converter, and reaps what comes to it meanwhile.
static void wait_for(pid_t converter, struct ending *ending) {
    struct rusage used;
    int status = 0;
    for (pid_t ended; (ended = wait4(-1, &status, 0, &used)) != converter;)
        if (ended < 0 && errno != EINTR)
            return;
    ending->status = status;
    ending->cpu_us = microseconds(used.ru_utime) + microseconds(used.ru_stime);
}

// True: the supervisor has ended, perhaps before the signal for that was asked for. Its process cannot be seen from a
// namespace, its end of the pipe can.
static bool is_alone(int to) {
    struct pollfd polled = {to, 0, 0};
    return poll(&polled, 1, 0) > 0;
}

void init_run(const struct job *job, bool has_namespaces, const pid_t outer[2], int to) {
    const char *what = NULL;
    // Before it gives up its user: what the kernel is to end first when memory is short.
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) {
        (void)!write(score, "1000", 4);
        close(score);
    }
    if (has_namespaces)
        namespaces_enter(job);
    if (!limits_become_user(job, &what))
        fail(to, what);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // after the change of user, which takes it away
    if (is_alone(to))
        _exit(1);
    const pid_t guards[3] = {outer[0], outer[1], getpid()};
    pid_t converter = fork();
    if (converter < 0)
        fail(to, "a process");
    if (converter == 0)
        run_converter(job, has_namespaces, guards, to);
    prctl(PR_SET_DUMPABLE, 0); // nobody looks into it
    struct ending ending = {0};
    close(STDOUT_FILENO); // the output ends with the converter
    wait_for(converter, &ending);
    say(to, &ending);
    _exit(0);
}
