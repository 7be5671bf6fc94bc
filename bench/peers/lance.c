// SPDX-License-Identifier: Apache-2.0
// lance.c: LanceDB, which is embedded in a process of Node: lance/peer.mjs has its settings. It reads the JSON Lines
// file itself. A phrase goes there and its count comes back over pipes, some 0.05 ms that a library would not need.
// LANCE_FOLDER: where peer.mjs is, beside the packages that npm put there.

#include "measure.h"
#include "peer.h"
#include "spawn.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM LANCE_FOLDER "/peer.mjs"

static bool run(const char *const *arguments, struct peer_message *message) {
    int exit_status = spawn_and_wait(arguments, NULL, 0, message);
    if (exit_status > 0)
        snprintf(message->text, sizeof message->text, "node: exit status %d", exit_status);
    return exit_status == 0;
}

static bool build_file(const char *input, const char *directory, unsigned threads, struct peer_message *message) {
    (void)threads;
    return run((const char *const[]){"node", PROGRAM, "build", input, directory, NULL}, message);
}

static bool settle(const char *directory, struct peer_message *message) {
    return run((const char *const[]){"node", PROGRAM, "settle", directory, NULL}, message);
}

struct lance {
    pid_t process;
    FILE *to, *from;
};

static void close_process(void *opened) {
    struct lance *lance = opened;
    if (lance->to)
        fclose(lance->to); // the end of its input ends it
    if (lance->from)
        fclose(lance->from);
    if (lance->process > 0)
        waitpid(lance->process, NULL, 0);
    free(lance);
}

static pid_t start(const char *directory, int its_end, int our_end) {
    pid_t process = fork();
    if (process != 0)
        return process;
    close(our_end);
    if (dup2(its_end, STDIN_FILENO) >= 0 && dup2(its_end, STDOUT_FILENO) >= 0)
        execlp("node", "node", PROGRAM, "query", directory, (char *)NULL);
    _exit(127);
}

static void *open_index(const char *input, const char *directory, struct peer_message *message) {
    (void)input;
    int ends[2];
    char line[64];
    struct lance *lance = calloc(1, sizeof *lance);
    if (!lance || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        snprintf(message->text, sizeof message->text, "no pipe to node");
        free(lance);
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN); // a process that has ended is a refusal, see count()
    lance->process = start(directory, ends[1], ends[0]);
    close(ends[1]);
    lance->from = fdopen(ends[0], "r");
    lance->to = fdopen(dup(ends[0]), "w");
    if (lance->process > 0 && lance->to && lance->from && fgets(line, sizeof line, lance->from))
        return lance;
    snprintf(message->text, sizeof message->text, "node does not answer: %s", strerror(errno));
    close_process(lance);
    return NULL;
}

// A line of JSON. False: there is no memory, or it cannot be sent.
static bool send_line(FILE *to, struct peer_text phrase) {
    json_t *string = json_stringn_nocheck(phrase.data, phrase.bytes); // it was read from JSON
    bool is_sent = string && json_dumpf(string, to, JSON_ENCODE_ANY) == 0 && fputc('\n', to) != EOF && fflush(to) == 0;
    json_decref(string);
    return is_sent;
}

static int64_t count(void *opened, struct peer_text phrase, struct peer_message *message) {
    struct lance *lance = opened;
    char line[sizeof message->text];
    if (!send_line(lance->to, phrase) || !fgets(line, sizeof line, lance->from)) {
        snprintf(message->text, sizeof message->text, "node has ended");
        return PEER_FAILED;
    }
    if (line[0] != '!')
        return strtoll(line, NULL, 10);
    snprintf(message->text, sizeof message->text, "%s", line + 1);
    return PEER_FAILED;
}

static uint64_t node_ns(void *opened) {
    return process_ns(((const struct lance *)opened)->process);
}

const struct peer peer = {.name = "LanceDB bigrams",
                          .version = "0.27.0, 2026",
                          .build_file = build_file,
                          .settle = settle,
                          .open = open_index,
                          .count = count,
                          .close = close_process,
                          .processor_ns = node_ns};
