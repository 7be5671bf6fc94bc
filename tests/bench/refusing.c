// SPDX-License-Identifier: Apache-2.0
// refusing.c: an engine that fails on a phrase, and has no way to answer another: test_peers runs it in the frame of
// bench/peers as any other.

#include "peer.h"

#include <stdio.h>
#include <string.h>

static bool is(struct peer_text phrase, const char *wanted) {
    return phrase.bytes == strlen(wanted) && memcmp(phrase.data, wanted, phrase.bytes) == 0;
}

static void *open_nothing(const char *input, const char *directory, struct peer_message *message) {
    static char opened;
    (void)input, (void)directory, (void)message;
    return &opened;
}

static int64_t count(void *opened, struct peer_text phrase, struct peer_message *message) {
    (void)opened;
    if (is(phrase, "short"))
        return PEER_CANNOT;
    if (!is(phrase, "NEAR \"("))
        return 1;
    snprintf(message->text, sizeof message->text, "syntax error");
    return PEER_FAILED;
}

static void close_nothing(void *opened) {
    (void)opened;
}

const struct peer peer = {
    .name = "refusing", .version = "1, 2026", .open = open_nothing, .count = count, .close = close_nothing};
