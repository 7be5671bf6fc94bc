// SPDX-License-Identifier: Apache-2.0
// spawn.c: see spawn.h.

#include "spawn.h"

#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int start(const char *const *arguments, const int *pipe_ends, pid_t *out_process) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (pipe_ends) {
        posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
        posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
    }
    int error = posix_spawnp(out_process, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void read_all(int from, char *out, size_t capacity) {
    size_t bytes = 0;
    for (ssize_t more; bytes + 1 < capacity && (more = read(from, out + bytes, capacity - 1 - bytes)) > 0;)
        bytes += (size_t)more;
    out[bytes] = 0;
}

int spawn_and_wait(const char *const *arguments, char *out, size_t capacity, struct peer_message *message) {
    int pipe_ends[2];
    pid_t process;
    if (out && pipe(pipe_ends) != 0) {
        snprintf(message->text, sizeof message->text, "no pipe to %s", arguments[0]);
        return -1;
    }
    int error = start(arguments, out ? pipe_ends : NULL, &process);
    if (out) {
        close(pipe_ends[1]);
        if (error == 0)
            read_all(pipe_ends[0], out, capacity);
        close(pipe_ends[0]);
    }
    int status = 0;
    if (error != 0 || waitpid(process, &status, 0) < 0 || !WIFEXITED(status)) {
        snprintf(message->text, sizeof message->text, "%s cannot be run: %s", arguments[0], strerror(error));
        return -1;
    }
    return WEXITSTATUS(status);
}
