// SPDX-License-Identifier: Apache-2.0
// fake_leaf.h: a leaf on a unix socket and a thread of its own. It answers as a real one does, by the same code,
// until its lie is due. A lie changes a message, its frame, or what the socket does.
#ifndef TEST_FAKE_LEAF_H
#define TEST_FAKE_LEAF_H

#include "gdx/api.h"
#include "gdx/arena.h"
#include "gdx/protocol.h"

#include <gramdex/v1/leaf.pb-c.h>
#include <pthread.h>
#include <stdatomic.h>

struct fake_answer { // what a real leaf answers; a lie changes it
    unsigned number; // of the message in its call, from 0
    const Gramdex__V1__AskRequest *asked;
    Gramdex__V1__StateResponse *state; // or NULL
    Gramdex__V1__AskResponse *part;    // or NULL
    void *reply;                       // of the operation that `part` is of, in place of its bytes; or NULL
    gdx_arena *arena;                  // all of it is in here
};

enum fake_act {
    ACT_SEND,     // the message, as the lie has left it
    ACT_TWICE,    // the message, and again
    ACT_END,      // status OK in place of the message and all that would follow
    ACT_NEVER,    // nothing, ever
    ACT_CLOSE,    // hangs up
    ACT_HEADERS,  // headers, then hangs up
    ACT_HALF,     // half of the message, then hangs up
    ACT_CODE,     // ends by `code`
    ACT_BODY,     // `bytes` in place of the framed message, then OK
    ACT_BLOCK,    // `bytes` as a header block that ends the call
    ACT_FRAME,    // `bytes` as they are, with the number of the stream in the fifth byte from `at`, unless that is 0
    ACT_CHEATING, // headers that never end
};

struct lie {
    const char *name;
    const char *method; // of the service Leaf: a call of it gets the lie
    enum fake_act act;
    void (*change)(struct fake_answer *answer); // NULL: nothing
    const char *bytes;
    size_t byte_count;
    size_t at;
    unsigned code;
};

struct fake_leaf {
    gdx_collection *collection; // of its slice
    const struct lie *lie;      // NULL: none
    char address[256];          // unix:...
    atomic_uint told;           // how often
    atomic_uint connections;    // that were accepted so far
    pthread_t thread;
    int listener, stop[2];
    // the thread's
    gdx_session *session;
    gdx_connection *connection;
    gdx_buffer in, raw;
    uint32_t stream; // of the frame that is fed
    bool hangs_up, floods;
};

// Called at the start of each leaf's thread. NULL: nothing is.
extern void (*fake_leaf_began)(void);
// Listens, and starts the thread. Fails the test when it cannot.
void fake_leaf_open(struct fake_leaf *leaf, gdx_collection *collection, const char *socket, const struct lie *lie);
void fake_leaf_close(struct fake_leaf *leaf);

#endif
