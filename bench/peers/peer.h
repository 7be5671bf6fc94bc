// SPDX-License-Identifier: Apache-2.0
// peer.h: what an engine does to be measured: build an index over documents, count the documents of a phrase.
// frame.c is the program around it: it reads the documents, takes the time, compares answers with the truth, prints
// JSON Lines. Plain types only: an engine's own library may be C++. Threads: one caller.
#ifndef GDX_BENCH_PEER_H
#define GDX_BENCH_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer_text { // not terminated by a zero
    const char *data;
    size_t bytes;
};

struct peer_document {
    struct peer_text id, title, date, source, text;
};

struct peer_message { // why something failed, for people
    char text[512];
};

// In place of a count: this engine has no way to answer; it refused the phrase or failed, and the message says why.
// Both count as "cannot answer"; no phrase ends a run.
enum { PEER_CANNOT = -1, PEER_FAILED = -2 };

// Those that compute in a process of their own, which is no ended child yet, say what processor time that has taken. An
// engine gives either the three of begin, add, finish, or build_file for those that read JSON Lines themselves, or
// neither when it only answers. Those that give no `count` only build. NULL or false: failed, the message says why.
struct peer {
    const char *name;
    const char *version;                                                  // and the year it is of, for people
    bool (*prepare)(const char *directory, struct peer_message *message); // may be NULL: before the build, not timed
    void *(*begin)(const char *directory, unsigned threads, struct peer_message *message);
    bool (*add)(void *build, const struct peer_document *document, struct peer_message *message);
    bool (*finish)(void *build,
                   struct peer_message *message); // indexes what is left, closes; frees `build` in any case
    bool (*settle)(const char *directory,
                   struct peer_message *message); // may be NULL: what its documentation advises after a build
    bool (*build_file)(const char *input, const char *directory, unsigned threads, struct peer_message *message);
    void *(*open)(const char *input, const char *directory, struct peer_message *message);
    int64_t (*count)(void *opened, struct peer_text phrase,
                     struct peer_message *message); // documents in which it occurs
    void (*close)(void *opened);
    uint64_t (*processor_ns)(void *opened);         // may be NULL: of the process that answers, when it is another one
    uint64_t (*index_bytes)(const char *directory); // may be NULL: all files below the directory
};

#ifdef __cplusplus
extern "C" {
#endif
extern const struct peer peer; // each program has one
#ifdef __cplusplus
}
#endif

#endif
