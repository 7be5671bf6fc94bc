// SPDX-License-Identifier: Apache-2.0
// child.c: see child.h.

#include "child.h"

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static gdx_status spawn(pid_t *out, const char *const *arguments, int to, const char *log, gdx_error *err) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
    if (log)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int error = posix_spawn(out, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? GDX_OK : gdx_fail_errno(err, error, "%s cannot be started", arguments[0]);
}

// {"listening":["127.0.0.1:50051"],...}, or {"error":{"message":"..."}}
static gdx_status read_address(int from, struct child *child, gdx_error *err) {
    json_t *first_line = json_loadfd(from, JSON_DISABLE_EOF_CHECK, NULL);
    const char *address = json_string_value(json_array_get(json_object_get(first_line, "listening"), 0));
    const char *why = json_string_value(json_object_get(json_object_get(first_line, "error"), "message"));
    gdx_status status = GDX_OK;
    if (address)
        snprintf(child->address, sizeof child->address, "%s", address);
    else
        status = gdx_fail(err, GDX_UNAVAILABLE, "the server that was started does not listen: %s", why ? why : "?");
    json_decref(first_line);
    return status;
}

gdx_status child_start(struct child *child, const char *const *arguments, const char *log, gdx_error *err) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return gdx_fail(err, GDX_IO, "no pipe to the server");
    gdx_status status = spawn(&child->process, arguments, ends[1], log, err);
    close(ends[1]);
    if (status == GDX_OK)
        status = read_address(ends[0], child, err);
    close(ends[0]);
    if (status != GDX_OK)
        child_stop(child);
    return status;
}

int child_stop(struct child *child) {
    int status = 0;
    bool ended = child->process <= 0 || (kill(child->process, SIGTERM) == 0 &&
                                         waitpid(child->process, &status, 0) == child->process && WIFEXITED(status));
    *child = (struct child){0};
    return ended ? WEXITSTATUS(status) : -1;
}
