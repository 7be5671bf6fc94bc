// SPDX-License-Identifier: Apache-2.0
// zstd.c: no engine: how fast `zstd -3` merely compresses the same bytes, the floor for anything that stores them.

#include "peer.h"
#include "spawn.h"

#include <stdio.h>

static bool build_file(const char *input, const char *directory, unsigned threads, struct peer_message *message) {
    char output[4096];
    char threads_option[32];
    snprintf(output, sizeof output, "%s/text.zst", directory);
    snprintf(threads_option, sizeof threads_option, "-T%u", threads);
    const char *const arguments[] = {"zstd", "-3", threads_option, "-q", "-f", "-o", output, input, NULL};
    int exit_status = spawn_and_wait(arguments, NULL, 0, message);
    if (exit_status > 0)
        snprintf(message->text, sizeof message->text, "exit status %d", exit_status);
    return exit_status == 0;
}

const struct peer peer = {.name = "zstd -3 (compresses only)", .version = "1.5.4, 2023", .build_file = build_file};
