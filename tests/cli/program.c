// SPDX-License-Identifier: Apache-2.0
// program.c: runs the built program as a shell would. Output goes to files, which cannot fill up and block as pipes do.

#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

extern char **environ;

enum { ARGUMENTS_MOST = 64, OUTPUT_MOST = 64 << 20 };

void place_make(struct place *place) {
    const char *base = getenv("TMPDIR");
    snprintf(place->directory, sizeof place->directory, "%s/gramdex-cli-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(place->directory));
    setenv("GRAMDEX_CONFIG", "", 1); // what the machine is set up for is no part of a test
    unsetenv("GRAMDEX_INDEX");
    unsetenv("GRAMDEX_SERVER");
    char path[PATH_BYTES];
    memcpy(place->index, place_path(place, "index", path), PATH_BYTES);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk) {
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

void place_remove(struct place *place) {
    nftw(place->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int place_set_up(void **state) {
    static struct place place;
    place_make(&place);
    *state = &place;
    return 0;
}

int place_tear_down(void **state) {
    place_remove(*state);
    return 0;
}

const char *place_path(const struct place *place, const char *name, char to[PATH_BYTES]) {
    int bytes = snprintf(to, PATH_BYTES, "%s/%s", place->directory, name);
    assert_true(bytes > 0 && bytes < PATH_BYTES);
    return to;
}

const char *place_write(const struct place *place, const char *name, const char *content, char to[PATH_BYTES]) {
    FILE *file = fopen(place_path(place, name, to), "we");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, strlen(content), file), strlen(content));
    assert_int_equal(fclose(file), 0);
    return to;
}

void said_clear(struct said *said) {
    gdx_buffer_clear(&said->out);
    gdx_buffer_clear(&said->err);
}

// `terminal_fd`: for standard output and standard error; below 0: files.
static pid_t spawn(const struct place *place, int input_fd, int terminal_fd, const char *file,
                   const char *const *arguments) {
    char *argv[ARGUMENTS_MOST + 2] = {(char *)(uintptr_t)file};
    for (size_t i = 0; arguments[i]; i++) {
        assert_true(i < ARGUMENTS_MOST);
        argv[i + 1] = (char *)(uintptr_t)arguments[i];
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (input_fd >= 0)
        posix_spawn_file_actions_adddup2(&actions, input_fd, STDIN_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    static const char *const names[] = {"said.out", "said.err"};
    for (int i = 0; i < 2; i++) {
        char path[PATH_BYTES];
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO + i, place_path(place, names[i], path),
                                         O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (terminal_fd >= 0)
            posix_spawn_file_actions_adddup2(&actions, terminal_fd, STDOUT_FILENO + i);
    }
    pid_t pid = 0;
    assert_int_equal(posix_spawn(&pid, file, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static void read_said(const struct place *place, const char *name, gdx_buffer *out) {
    char path[PATH_BYTES];
    gdx_error err = {0};
    assert_int_equal(gdx_read_file(place_path(place, name, path), OUTPUT_MOST, out, &err), GDX_OK);
    assert_int_equal(gdx_buffer_append(out, "", 1), GDX_OK);
    out->bytes--;
}

struct said run_wait(const struct place *place, pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    struct said said = {.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
    read_said(place, "said.out", &said.out);
    read_said(place, "said.err", &said.err);
    return said;
}

pid_t run_start(const struct place *place, int input_fd, const char *const *arguments) {
    return spawn(place, input_fd, -1, GDX_PROGRAM, arguments);
}

struct said run_bare(const struct place *place, const char *const *arguments) {
    return run_wait(place, run_start(place, -1, arguments));
}

static void collect(const char *arguments[ARGUMENTS_MOST], const struct place *place, const char *command,
                    va_list list) {
    size_t count = 0;
    arguments[count++] = command;
    arguments[count++] = "--index";
    arguments[count++] = place->index;
    do {
        assert_true(count < ARGUMENTS_MOST);
        arguments[count] = va_arg(list, const char *);
    } while (arguments[count++]);
}

struct said run(const struct place *place, const char *command, ...) {
    const char *arguments[ARGUMENTS_MOST];
    va_list list;
    va_start(list, command);
    collect(arguments, place, command, list);
    va_end(list);
    return run_bare(place, arguments);
}

struct said run_with_input(const struct place *place, const char *input, const char *command, ...) {
    const char *arguments[ARGUMENTS_MOST];
    va_list list;
    va_start(list, command);
    collect(arguments, place, command, list);
    va_end(list);
    char path[PATH_BYTES];
    int fd = open(place_write(place, "said.in", input, path), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct said said = run_wait(place, run_start(place, fd, arguments));
    close(fd);
    return said;
}

void place_make_indexed(struct place *place, const char *records) {
    place_make(place);
    setenv("TERM", "xterm", 1);
    setenv("NO_COLOR", "1", 1);
    struct said said = run_with_input(place, records, "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
}

// The side of a terminal that the program gets; its output arrives at *other as it was written.
static int open_terminal(unsigned short columns, int *other) {
    *other = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(*other >= 0 && grantpt(*other) == 0 && unlockpt(*other) == 0);
    int fd = open(ptsname(*other), O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios settings;
    assert_true(fd >= 0 && tcgetattr(fd, &settings) == 0);
    cfmakeraw(&settings);
    const struct winsize size = {.ws_row = 24, .ws_col = columns};
    assert_true(tcsetattr(fd, TCSANOW, &settings) == 0 && ioctl(fd, TIOCSWINSZ, &size) == 0);
    return fd;
}

// A terminal whose last writer is gone may drop what it was told last. This side therefore stays open until a mark,
// the byte 0, which follows the program's own bytes, has come through.
static void read_terminal(int other, int fd, pid_t pid, gdx_buffer *seen) {
    struct pollfd watched[] = {{.fd = other, .events = POLLIN}, {.fd = pidfd_open(pid, 0), .events = POLLIN}};
    assert_true(watched[1].fd >= 0);
    do {
        assert_true(poll(watched, 2, -1) > 0);
        if (watched[1].revents) {
            assert_int_equal(write(fd, "", 1), 1);
            close(watched[1].fd);
            watched[1].fd = -1;
        }
        char chunk[4096];
        ssize_t bytes = watched[0].revents ? read(other, chunk, sizeof chunk) : 0;
        assert_true(bytes >= 0);
        assert_int_equal(gdx_buffer_append(seen, chunk, (size_t)bytes), GDX_OK);
    } while (seen->bytes == 0 || seen->data[seen->bytes - 1] != 0);
}

struct said run_on_terminal(const struct place *place, unsigned columns, const char *command, ...) {
    const char *arguments[ARGUMENTS_MOST];
    va_list list;
    va_start(list, command);
    collect(arguments, place, command, list);
    va_end(list);
    int other, fd = open_terminal((unsigned short)columns, &other);
    pid_t pid = spawn(place, -1, fd, GDX_PROGRAM, arguments);
    gdx_buffer seen = {0};
    read_terminal(other, fd, pid, &seen);
    close(fd);
    close(other);
    struct said said = run_wait(place, pid);
    gdx_buffer_clear(&said.out);
    seen.bytes--;
    said.out = seen;
    return said;
}

struct said run_shell(const struct place *place, const char *line) {
    setenv("GRAMDEX", GDX_PROGRAM, 1);
    setenv("INDEX", place->index, 1);
    const char *arguments[] = {"-c", line, NULL};
    return run_wait(place, spawn(place, -1, -1, "/bin/sh", arguments));
}

void expect_shell(const struct place *place, const char *lines, int exit_status, const char *words) {
    char whole[8192];
    assert_true(snprintf(whole, sizeof whole, "eval \"$FUNCTIONS\"\n%s", lines) < (int)sizeof whole);
    struct said said = run_shell(place, whole);
    if (said.exit_status != exit_status || (!strstr(said_err(&said), words) && !strstr(said_out(&said), words)))
        fail_msg("%s: exit status %d, expected %d and \"%s\"; it said:\n%s%s", lines, said.exit_status, exit_status,
                 words, said_out(&said), said_err(&said));
    said_clear(&said);
}

void expect_in(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("expected \"%s\" in:\n%s", part, text);
}

void expect_status(const struct said *said, int exit_status) {
    if (said->exit_status != exit_status)
        fail_msg("exit status %d, expected %d; it said:\n%s%s", said->exit_status, exit_status, said_out(said),
                 said_err(said));
}

json_t *json_of_line(const struct said *said, size_t line) {
    const char *at = said_out(said);
    for (size_t i = 0; i < line && at; i++) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    const char *end = at ? strchr(at, '\n') : NULL;
    if (!end)
        fail_msg("no line %zu in:\n%s%s", line, said_out(said), said_err(said));
    json_error_t error;
    json_t *value = json_loadb(at, (size_t)(end - at), JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!value)
        fail_msg("line %zu is no JSON: %s: %.*s", line, error.text, (int)(end - at), at);
    return value;
}

size_t line_count(const struct said *said) {
    size_t count = 0;
    for (const char *at = said_out(said); (at = strchr(at, '\n')); at++)
        count++;
    return count;
}

int64_t integer_of(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value))
        fail_msg("no integer \"%s\" in the answer", name);
    return json_integer_value(value);
}

const char *string_of(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value))
        fail_msg("no string \"%s\" in the answer", name);
    return json_string_value(value);
}
