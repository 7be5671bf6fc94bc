// SPDX-License-Identifier: Apache-2.0
// alone.c: runs one test program so that nothing of it reaches the next one.
// usage: alone SECONDS PROGRAM [ARGUMENT...]
// The program gets a temporary folder of its own (TMPDIR), removed at the end. When the time limit passes, or when the
// program has ended, what is left of its processes is killed and named; a process left over fails the test.
// The last line printed says how long the test took, by the clock and by the processor; ./check reads it.
// Exit status: the program's; 1 for a process left over, 124 when the time limit passed, 128 and the number for a
// signal.

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_SECONDS = 10, STATUS_TIME_OVER = 124, STATUS_SIGNAL = 128 };

static char folder[4096];

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk) {
    (void)about, (void)kind, (void)walk;
    return remove(path);
}

static int stop_for(const char *what) {
    fprintf(stderr, "alone: %s: %s\n", what, strerror(errno));
    return 1;
}

static int make_folder(void) {
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/gramdex-XXXXXX", base ? base : "/tmp");
    bool is_made = mkdtemp(folder) && chmod(folder, 0711) == 0; // some tests become another user
    return is_made && setenv("TMPDIR", folder, 1) == 0 ? 0 : stop_for(folder);
}

static time_t now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

// For processes that end by themselves after the program. Longer where programs are slow.
static time_t grace_seconds(void) {
    const char *factor = getenv("GRAMDEX_TEST_TIME_FACTOR");
    long times = factor ? strtol(factor, NULL, 10) : 1;
    return GRACE_SECONDS * (times > 0 ? times : 1);
}

// ---- processes

// The signals to wait for: a child has ended, or we are to end.
static sigset_t awaited_signals(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    return signals;
}

static pid_t start(char **arguments) {
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    execvp(arguments[0], arguments);
    _exit(stop_for(arguments[0]));
}

// Collects what has ended. True when no child is left; *out_status is set when `pid` is among them.
static bool reap(pid_t pid, bool *has_ended, int *out_status) {
    for (int status = 0;;) {
        pid_t ended = waitpid(-1, &status, WNOHANG);
        if (ended == pid)
            *has_ended = true, *out_status = status;
        if (ended <= 0)
            return ended < 0;
    }
}

// Kills our children; theirs become ours and come in the next round.
static void kill_children(bool says_so) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    FILE *children = fopen(path, "re");
    for (int child = 0; children && fscanf(children, "%d", &child) == 1;) {
        char name[64] = "?";
        snprintf(path, sizeof path, "/proc/%d/comm", child);
        FILE *comm = fopen(path, "re");
        if (comm && fgets(name, sizeof name, comm))
            name[strcspn(name, "\n")] = 0;
        if (comm)
            fclose(comm);
        if (says_so)
            fprintf(stderr, "alone: killed process %d (%s)\n", child, name);
        kill(child, SIGKILL);
    }
    if (children)
        fclose(children);
}

// The number of the signal that ends us, 0 when the program and all its processes have ended, -1 when the time limit
// has passed.
static int wait_for_all(pid_t pid, time_t limit, bool *has_ended, int *out_status) {
    sigset_t signals = awaited_signals();
    time_t until = now_seconds() + limit;
    bool in_grace = false;
    while (!reap(pid, has_ended, out_status)) {
        if (*has_ended && !in_grace)
            until = now_seconds() + grace_seconds(), in_grace = true;
        time_t now = now_seconds();
        struct timespec rest = {.tv_sec = now < until ? until - now : 0, .tv_nsec = 100000000};
        int number = now < until ? sigtimedwait(&signals, NULL, &rest) : 0;
        if (number > 0 && number != SIGCHLD)
            return number;
        if (now >= until)
            return -1;
    }
    return 0;
}

static int run(pid_t pid, time_t limit) {
    bool has_ended = false, ignored = false;
    int status = 0;
    int outcome = wait_for_all(pid, limit, &has_ended, &status);
    if (outcome < 0 && !has_ended)
        fprintf(stderr, "alone: over the time limit of %ld s\n", (long)limit);
    for (const struct timespec pause = {0, 10000000}; !reap(pid, &ignored, &status);) {
        kill_children(outcome < 0);
        nanosleep(&pause, NULL);
    }
    if (outcome > 0)
        return STATUS_SIGNAL + outcome;
    if (!has_ended)
        return STATUS_TIME_OVER;
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "alone: ended by signal %d (%s)\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
        return STATUS_SIGNAL + WTERMSIG(status);
    }
    return outcome < 0 && WEXITSTATUS(status) == 0 ? 1 : WEXITSTATUS(status);
}

// All the test's processes have been waited for, so that their times are ours.
static void print_times(time_t started) {
    struct rusage used = {0};
    getrusage(RUSAGE_CHILDREN, &used);
    printf("alone: %ld s by the clock, %ld s of processors, of these %ld s in the kernel\n",
           (long)(now_seconds() - started), (long)(used.ru_utime.tv_sec + used.ru_stime.tv_sec),
           (long)used.ru_stime.tv_sec);
}

int main(int argc, char **argv) {
    long limit = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    if (limit <= 0) {
        fprintf(stderr, "usage: alone SECONDS PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    sigset_t signals = awaited_signals();
    sigprocmask(SIG_BLOCK, &signals, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM); // a ctest that is interrupted leaves no test running
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return stop_for("no child subreaper");
    if (make_folder() != 0)
        return 1;
    time_t started = now_seconds();
    pid_t pid = start(argv + 2);
    int status = pid > 0 ? run(pid, limit) : stop_for("fork");
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    print_times(started);
    return status;
}
