// SPDX-License-Identifier: Apache-2.0
// main.c: gramdex-sandbox, which runs one converter over one file and lets nothing of it get out but its output. This
// process is the supervisor: it saves the input in a folder, starts the sandbox, watches it, ends all its processes
// and removes the folder, whatever happens.

#include "converter.h"
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CHANNEL = STDIN_FILENO, // the socket to the process that started us
    LOOK_MS = 5,            // between two looks at the processes
    LOOK_LATER_MS = 20,     // likewise, when it has run for a second
    LOOK_AT_FILES_MS = 100,
    COPY_BYTES = 1 << 16,
};

static uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool fail_because(struct sandbox_verdict *verdict, const char *what) {
    *verdict = (struct sandbox_verdict){.end = SANDBOX_FAILED, .value = errno};
    snprintf(verdict->detail, sizeof verdict->detail, "%s", what);
    return false;
}

static bool stop_because(struct sandbox_verdict *verdict, enum sandbox_end end) {
    *verdict = (struct sandbox_verdict){.end = end};
    return false;
}

// ---- the input

static bool write_all(int file, const char *bytes, size_t count) {
    while (count) {
        ssize_t written = write(file, bytes, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        count -= (size_t)written;
    }
    return true;
}

static bool save_bytes(const struct job *job, int file, struct sandbox_verdict *verdict) {
    static char bytes[COPY_BYTES];
    for (uint64_t left = job->input_bytes; left;) {
        ssize_t got = read(CHANNEL, bytes, left < sizeof bytes ? (size_t)left : sizeof bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return stop_because(verdict, SANDBOX_STOPPED);
        if (!write_all(file, bytes, (size_t)got))
            return fail_because(verdict, "the input cannot be written to the temporary folder");
        left -= (uint64_t)got;
    }
    return true;
}

static bool save_input(const struct job *job, struct sandbox_verdict *verdict) {
    if (chdir(job->folder) != 0)
        return fail_because(verdict, "the temporary folder cannot be entered");
    int file = open(job->input, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return fail_because(verdict, "the input cannot be written to the temporary folder");
    bool is_saved = save_bytes(job, file, verdict);
    if (is_saved && geteuid() == 0 &&
        (fchown(file, job->user, job->group) != 0 || chown(".", job->user, job->group) != 0) && errno != EINVAL &&
        errno != EPERM)
        is_saved = fail_because(verdict, "the temporary folder cannot be given to the converter's user");
    close(file);
    return is_saved;
}

// ---- watching

static void judge_ending(const struct job *job, const struct ending *ending, struct sandbox_verdict *verdict) {
    int status = ending->status, number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    *verdict = (struct sandbox_verdict){.end = SANDBOX_EXITED, .value = WEXITSTATUS(status), .cpu_us = ending->cpu_us};
    bool has_used_its_time = ending->cpu_us >= job->cpu_seconds * 1000000;
    if (ending->what) {
        errno = ending->exec_error;
        fail_because(verdict, ending->what);
    } else if (ending->exec_error) {
        verdict->end = SANDBOX_NOT_STARTED, verdict->value = ending->exec_error;
    } else if (number) {
        verdict->end = SANDBOX_SIGNALLED, verdict->value = number;
        if (number == SIGXCPU || (number == SIGKILL && has_used_its_time))
            verdict->end = SANDBOX_CPU;
        else if (number == SIGXFSZ)
            verdict->end = SANDBOX_FILES;
        else if (number == SIGSYS)
            verdict->end = SANDBOX_SYSTEM_CALL;
    }
}

// False: it has to be stopped, and why.
static bool is_within_limits(const struct job *job, uint64_t now, uint64_t *next_files,
                             struct sandbox_verdict *verdict) {
    struct usage usage;
    watch_processes(&usage);
    if (usage.processes > job->processes + 1) // init is none of them
        return stop_because(verdict, SANDBOX_PROCESSES);
    if (usage.memory > job->memory)
        return stop_because(verdict, SANDBOX_MEMORY);
    if (now < *next_files)
        return true;
    *next_files = now + LOOK_AT_FILES_MS;
    return folder_fits(job->folder, job->file_bytes + job->input_bytes) || stop_because(verdict, SANDBOX_FILES);
}

// True: the channel is at its end, or a signal asks us to end.
static bool is_to_stop(const struct pollfd polled[3]) {
    return (polled[1].revents & (POLLIN | POLLHUP | POLLERR)) || (polled[2].revents & POLLIN);
}

// Waits for init's word, which comes through `from`.
static void watch(const struct job *job, int from, int signals, struct sandbox_verdict *verdict) {
    struct pollfd polled[3] = {{from, POLLIN, 0}, {CHANNEL, POLLIN | POLLRDHUP, 0}, {signals, POLLIN, 0}};
    uint64_t start = now_ms(), next_files = start + LOOK_AT_FILES_MS;
    for (uint64_t now = start;; now = now_ms()) {
        if (now - start >= job->wall_ms) {
            stop_because(verdict, SANDBOX_WALL);
            return;
        }
        if (!is_within_limits(job, now, &next_files, verdict))
            return;
        if (poll(polled, 3, now - start < 1000 ? LOOK_MS : LOOK_LATER_MS) <= 0)
            continue;
        struct ending ending = {0};
        if (polled[0].revents) {
            errno = ECHILD;
            if (read(from, &ending, sizeof ending) == sizeof ending)
                judge_ending(job, &ending, verdict);
            else
                fail_because(verdict, "the sandbox ended before its time");
            return;
        }
        if (is_to_stop(polled)) {
            stop_because(verdict, SANDBOX_STOPPED);
            return;
        }
    }
}

// ---- the output

// Nothing runs any more that could change the folder. A link is not followed, and what is no file is not read.
static void copy_output(const struct job *job, struct sandbox_verdict *verdict) {
    static char bytes[COPY_BYTES];
    struct stat about;
    int file = open(job->output, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0 || fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
        verdict->end = SANDBOX_NO_OUTPUT;
        return;
    }
    for (ssize_t got; (got = read(file, bytes, sizeof bytes)) > 0;)
        if (!write_all(STDOUT_FILENO, bytes, (size_t)got)) {
            stop_because(verdict, SANDBOX_STOPPED);
            break;
        }
    close(file);
}

// ---- the whole

static void run(struct job *job, int signals, struct sandbox_verdict *verdict) {
    int words[2];
    bool has_namespaces = false;
    const pid_t outer[2] = {getpid(), getppid()};
    if (!save_input(job, verdict))
        return;
    if (!reach_program(job)) {
        fail_because(verdict, "the program cannot be copied to the temporary folder");
        return;
    }
    if (pipe2(words, O_CLOEXEC) != 0) {
        fail_because(verdict, "a pipe");
        return;
    }
    pid_t init = namespaces_fork(job, &has_namespaces);
    if (init == 0) {
        close(words[0]);
        init_run(job, has_namespaces, outer, words[1]);
    }
    close(words[1]);
    prctl(PR_SET_DUMPABLE, 0); // nobody looks into it; after the maps, which a process that is not cannot be given
    if (init < 0)
        fail_because(verdict, "a process");
    else
        watch(job, words[0], signals, verdict);
    watch_kill_all(init);
    close(words[0]);
    if (verdict->end == SANDBOX_EXITED && verdict->value == 0 && job->output)
        copy_output(job, verdict);
}

// Signals that would end us are read like words.
static int take_signals(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int main(int count, char **words) {
    static struct job job;
    struct sandbox_verdict verdict = {0};
    if (count == 3 && strcmp(words[1], "--remove") == 0) { // after a supervisor that was killed
        folder_remove(words[2]);
        return 0;
    }
    if (!options_read(count, words, &job)) {
        fprintf(stderr, "gramdex-sandbox: started by gramdex alone; see docs/decisions\n");
        return 2;
    }
    (void)syscall(SYS_close_range, 3, ~0U, 0);
    umask(077);
    int signals = take_signals();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 || signals < 0)
        fail_because(&verdict, "no new privileges");
    else if (geteuid() == 0 && setgroups(0, NULL) != 0 && errno != EPERM)
        fail_because(&verdict, "giving up groups");
    else if (mkdir(job.folder, 0700) != 0)
        fail_because(&verdict, "the temporary folder cannot be made");
    else
        run(&job, signals, &verdict), folder_remove(job.folder);
    return send(CHANNEL, &verdict, sizeof verdict, MSG_NOSIGNAL) == sizeof verdict ? 0 : 1;
}
