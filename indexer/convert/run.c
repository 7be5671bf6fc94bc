// SPDX-License-Identifier: Apache-2.0
// run.c: the caller's side of a conversion: starts gramdex-sandbox, gives it the input and takes output, messages and
// verdict, all at once, so that neither side waits for the other. Closing the socket, by will or because this process
// has ended, makes the supervisor end everything.

#include "run.h"

#include "gdx/arena.h"
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
    STOP_LOOK_MS = 20,
    READ_BYTES = 1 << 16,
    OPTION_WORDS = 32,
    NUMBER_BYTES = 24,
    ADDRESS_FACTOR = 2, // address space over memory: programs reserve more than they use
    ADDRESS_MORE_BYTES = 1 << 28,
};

struct run { // one owner
    const struct run_request *request;
    gdx_arena *arena;
    gdx_buffer *out;
    size_t out_start;
    struct run_result *result;
    struct last_lines lines;
    const char *folder;
    pid_t sandbox;
    int channel, output, messages; // our ends; -1: closed
    size_t sent;                   // of the input
    size_t verdict_bytes;
};

static void close_end(int *end) {
    if (*end >= 0)
        close(*end);
    *end = -1;
}

// ---- the command line

struct command {
    char *words[OPTION_WORDS + CONVERT_WORDS_MAX + 1];
    size_t count;
    gdx_arena *arena;
    bool failed;
};

static void add(struct command *command, const char *word) {
    gdx_slice copy;
    if (!command->failed && gdx_arena_copy(command->arena, gdx_slice_of(word), &copy) == GDX_OK)
        command->words[command->count++] = (char *)copy.data;
    else
        command->failed = true;
}

static void add_number(struct command *command, const char *name, uint64_t number) {
    char text[NUMBER_BYTES];
    snprintf(text, sizeof text, "%" PRIu64, number);
    add(command, name);
    add(command, text);
}

// The row's memory limits address space even in the first attempt with less, so that what ends it is seen for what it
// is.
static void add_limits(struct command *command, const struct run_request *request) {
    const struct converter_row *row = request->row;
    add_number(command, "--bytes", request->input.bytes);
    add_number(command, "--cpu", row->cpu_seconds);
    add_number(command, "--wall", row->wall_ms);
    add_number(command, "--memory", request->memory);
    add_number(command, "--address", row->memory * ADDRESS_FACTOR + ADDRESS_MORE_BYTES);
    add_number(command, "--files", row->file_bytes);
    add_number(command, "--processes", row->processes);
    if (row->has_local_sockets)
        add(command, "--local-sockets");
}

static gdx_status write_command(struct run *run, struct command *command, gdx_error *err) {
    const struct run_request *request = run->request;
    command->arena = run->arena;
    add(command, request->sandbox);
    add(command, "--folder");
    add(command, run->folder);
    add(command, "--input");
    add(command, request->input_name);
    if (request->output_name) {
        add(command, "--output");
        add(command, request->output_name);
    }
    add_limits(command, request);
    add(command, "--");
    add(command, request->program);
    for (char *const *word = request->arguments; *word; word++)
        add(command, *word);
    return command->failed ? gdx_fail_memory(err, "a converter's command") : GDX_OK;
}

// A name that nobody can guess, in a folder that others may write to.
static gdx_status name_folder(struct run *run, gdx_error *err) {
    uint64_t number;
    char *name = gdx_arena_allocate(run->arena, strlen(run->request->temporary) + 64);
    if (!name)
        return gdx_fail_memory(err, "a folder's name");
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        return gdx_fail_errno(err, errno, "no random number for a folder's name");
    sprintf(name, "%s/gramdex-convert-%016" PRIx64, run->request->temporary, number);
    run->folder = name;
    return GDX_OK;
}

// ---- starting

// A descriptor above the three standard ones, which a program that closed its own would otherwise get here.
static int above_standard(int descriptor) {
    if (descriptor < 0 || descriptor > STDERR_FILENO)
        return descriptor;
    int higher = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(descriptor);
    return higher;
}

static bool open_pairs(int channel[2], int output[2], int messages[2]) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0 || pipe2(output, O_CLOEXEC) != 0 ||
        pipe2(messages, O_CLOEXEC) != 0)
        return false;
    int *pairs[] = {channel, output, messages};
    bool is_open = true;
    for (int i = 0; i < 3; i++)
        for (int side = 0; side < 2; side++)
            is_open &= (pairs[i][side] = above_standard(pairs[i][side])) >= 0;
    return is_open;
}

// Its own session: an interrupt at the terminal is for us, who then stop it. Signals as they are for a fresh program.
static int spawn(struct command *command, const int ends[3], pid_t *out) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure)
        return failure;
    failure = posix_spawnattr_init(&attributes);
    if (!failure) {
        for (int i = 0; i < 3 && !failure; i++)
            failure = posix_spawn_file_actions_adddup2(&actions, ends[i], i);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        if (!failure)
            failure = posix_spawn(out, command->words[0], &actions, &attributes, command->words, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

static gdx_status start(struct run *run, gdx_error *err) {
    struct command command = {0};
    int channel[2] = {-1, -1}, output[2] = {-1, -1}, messages[2] = {-1, -1};
    gdx_status status = name_folder(run, err);
    if (status == GDX_OK)
        status = write_command(run, &command, err);
    if (status != GDX_OK)
        return status;
    int failure = open_pairs(channel, output, messages) ? 0 : errno;
    run->channel = channel[0], run->output = output[0], run->messages = messages[0];
    if (!failure)
        failure = spawn(&command, (int[]){channel[1], output[1], messages[1]}, &run->sandbox);
    close_end(&channel[1]);
    close_end(&output[1]);
    close_end(&messages[1]);
    return failure ? gdx_fail_errno(err, failure, "%s cannot be started", run->request->sandbox) : GDX_OK;
}

// ---- talking

static void send_input(struct run *run) {
    gdx_slice input = run->request->input;
    ssize_t sent = send(run->channel, input.data + run->sent, input.bytes - run->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0)
        run->sent += (size_t)sent;
    else if (errno != EAGAIN && errno != EINTR)
        run->sent = input.bytes; // it has ended or needs no more: the verdict says which
}

static void receive_verdict(struct run *run) {
    char *to = (char *)&run->result->verdict + run->verdict_bytes;
    ssize_t got = recv(run->channel, to, sizeof run->result->verdict - run->verdict_bytes, MSG_DONTWAIT);
    if (got > 0)
        run->verdict_bytes += (size_t)got;
    bool is_complete = run->verdict_bytes == sizeof run->result->verdict;
    if (is_complete || got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        close_end(&run->channel);
}

static gdx_status receive_output(struct run *run, gdx_error *err) {
    if (gdx_buffer_reserve(run->out, READ_BYTES) != GDX_OK)
        return gdx_fail_memory(err, "converted text");
    ssize_t got = read(run->output, run->out->data + run->out->bytes, READ_BYTES);
    if (got < 0 && errno == EINTR)
        return GDX_OK;
    if (got <= 0)
        close_end(&run->output);
    else
        run->out->bytes += (size_t)got;
    run->result->is_over_output = run->out->bytes - run->out_start > run->request->output_bytes;
    return GDX_OK;
}

static void receive_messages(struct run *run) {
    char bytes[4096];
    ssize_t got = read(run->messages, bytes, sizeof bytes);
    if (got > 0)
        last_lines_take(&run->lines, bytes, (size_t)got);
    else if (got == 0 || errno != EINTR)
        close_end(&run->messages);
}

static gdx_status talk_once(struct run *run, gdx_error *err) {
    bool has_more = run->sent < run->request->input.bytes;
    struct pollfd polled[3] = {
        {run->channel, (short)(POLLIN | (has_more ? POLLOUT : 0)), 0},
        {run->output, POLLIN, 0},
        {run->messages, POLLIN, 0},
    };
    if (poll(polled, 3, run->request->stop ? STOP_LOOK_MS : -1) < 0 && errno != EINTR)
        return gdx_fail_errno(err, errno, "waiting for a converter");
    if (polled[0].revents & POLLOUT && has_more)
        send_input(run);
    if (polled[0].revents & (POLLIN | POLLHUP | POLLERR))
        receive_verdict(run);
    if (polled[2].revents)
        receive_messages(run);
    return polled[1].revents ? receive_output(run, err) : GDX_OK;
}

// Until all is said. A supervisor that ended without a verdict cannot end what still holds the output open.
static bool is_over(const struct run *run) {
    if (run->result->is_over_output)
        return true;
    if (run->channel >= 0)
        return false;
    return run->verdict_bytes < sizeof run->result->verdict || (run->output < 0 && run->messages < 0);
}

static gdx_status talk(struct run *run, gdx_error *err) {
    gdx_status status = GDX_OK;
    while (status == GDX_OK && !is_over(run)) {
        status = talk_once(run, err);
        if (status == GDX_OK)
            status = gdx_stop_check(run->request->stop, err);
    }
    return status;
}

// ---- the end

static int wait_for(pid_t process) {
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

// Somebody killed the supervisor: its folder may be left.
static void remove_folder(struct run *run) {
    char *words[] = {(char *)run->request->sandbox, "--remove", (char *)run->folder, NULL};
    pid_t process;
    if (posix_spawn(&process, words[0], NULL, NULL, words, environ) == 0)
        wait_for(process);
}

static gdx_status end(struct run *run, gdx_status status, gdx_error *err) {
    close_end(&run->channel);
    close_end(&run->output);
    close_end(&run->messages);
    int ended = run->sandbox > 0 ? wait_for(run->sandbox) : 0;
    last_lines_end(&run->lines, run->result->first_line, run->result->last_line);
    if (WIFSIGNALED(ended))
        remove_folder(run);
    if (status != GDX_OK || run->result->is_over_output || run->verdict_bytes == sizeof run->result->verdict)
        return status;
    if (WIFSIGNALED(ended))
        return gdx_fail(err, GDX_IO, "%s was ended by signal %d", run->request->sandbox, WTERMSIG(ended));
    return gdx_fail(err, GDX_IO, "%s gave no verdict, exit status %d: %s", run->request->sandbox, WEXITSTATUS(ended),
                    run->result->last_line);
}

gdx_status run_converter(const struct run_request *request, gdx_buffer *out, struct run_result *result,
                         gdx_error *err) {
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    *result = (struct run_result){0};
    if (!arena)
        return gdx_fail_memory(err, "a conversion");
    struct run run = {.request = request,
                      .arena = arena,
                      .out = out,
                      .out_start = out->bytes,
                      .result = result,
                      .channel = -1,
                      .output = -1,
                      .messages = -1};
    gdx_status status = gdx_stop_check(request->stop, err);
    if (status == GDX_OK)
        status = start(&run, err);
    if (status == GDX_OK)
        status = talk(&run, err);
    return end(&run, status, err);
}
