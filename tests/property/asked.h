// SPDX-License-Identifier: Apache-2.0
// asked.h: a request asked of an index and of another that must answer alike, such as a server that has it, through the
// table of operations.
#ifndef TEST_ASKED_H
#define TEST_ASKED_H

#include "gdx/ask.h"
#include "random.h"

#include <jansson.h>

enum { ASKED_OPERATIONS_MOST = 64 };

struct asked { // a query, asked of both
    gdx_target *both[2];
    gdx_buffer text;
    random_state random;
    uint64_t seed;
    const char *second;                   // what the second one is, for messages; NULL: the server
    bool refused[GDX_REASON_COUNT];       // by both alike
    bool answered[ASKED_OPERATIONS_MOST]; // by the first one, by the row in the table of operations
    // May be NULL. True: the second one does not answer this, whatever the first says, and in these words.
    bool (*is_refused)(const char *method, const ProtobufCMessage *request, const gdx_error *error);
};

// Of one of them. *out: all of the answer but the time it took, of a stream in one list; the caller's. It is there
// after a failure, too, when something came before it.
gdx_status ask(gdx_target *target, const gdx_operation *operation, const ProtobufCMessage *request, json_t **out,
               gdx_error *err);
// Of both. Fails unless both answers, or both refusals, are equal.
void compare_of(struct asked *asked, const ProtobufCServiceDescriptor *service, const char *name,
                const ProtobufCMessage *request);
void compare(struct asked *asked, const char *name, const ProtobufCMessage *request); // of the service Search

#endif
