// SPDX-License-Identifier: Apache-2.0
// ripgrep.c: the line without an index: lines of the JSON Lines file that hold the phrase, case ignored, one process
// per phrase. The phrase is escaped as JSON would, so that quotes and backslashes are found; a line break within the
// text still hides it.

#include "peer.h"
#include "spawn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *open_file(const char *input, const char *directory, struct peer_message *message) {
    (void)directory;
    char *path = strdup(input);
    if (!path)
        snprintf(message->text, sizeof message->text, "no memory");
    return path;
}

static bool escape(struct peer_text phrase, char *to, size_t capacity) {
    size_t bytes = 0;
    for (size_t i = 0; i < phrase.bytes; i++) {
        if (bytes + 3 > capacity)
            return false;
        if (phrase.data[i] == '"' || phrase.data[i] == '\\')
            to[bytes++] = '\\';
        to[bytes++] = phrase.data[i];
    }
    to[bytes] = 0;
    return true;
}

static int64_t count(void *opened, struct peer_text phrase, struct peer_message *message) {
    char escaped[8192];
    char answer[64] = "";
    if (!escape(phrase, escaped, sizeof escaped))
        return PEER_CANNOT;
    const char *const arguments[] = {
        "rg", "--no-config", "--count", "--fixed-strings", "--ignore-case", "--mmap", "-e", escaped, opened, NULL};
    int exit_status = spawn_and_wait(arguments, answer, sizeof answer, message);
    if (exit_status > 1)
        snprintf(message->text, sizeof message->text, "exit status %d", exit_status);
    return exit_status < 0 || exit_status > 1 ? PEER_FAILED : strtoll(answer, NULL, 10); // 1: no match
}

const struct peer peer = {
    .name = "ripgrep (no index)", .version = "13.0.0, 2021", .open = open_file, .count = count, .close = free};
