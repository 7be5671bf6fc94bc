// SPDX-License-Identifier: Apache-2.0
// leaf.h: a question of a root: an operation of Search, asked of one slice at one commit.
#ifndef API_LEAF_H
#define API_LEAF_H

#include "api.h"

struct leaf_question {                 // {0} is closed
    gdx_question asked;                // of the operation; its reply goes into `response`
    ProtobufCMessage *request;         // of the operation
    Gramdex__V1__AskRequest *question; // a copy
    Gramdex__V1__AskResponse response;
    struct leaf_asked leaf;
};

// `outer` is the question of the service Leaf. Close it in any case. GDX_PRECONDITION, reason COMMIT_UNKNOWN: the
// commit is not held, or it is another slice. GDX_INVALID: it is no question that a root asks.
gdx_status leaf_open(const gdx_question *outer, const Gramdex__V1__AskRequest *request, bool streams,
                     struct leaf_question *out, gdx_error *err) GDX_MUST_CHECK;
// Before each step: session and stop are those of the step.
void leaf_step(struct leaf_question *leaf, const gdx_question *outer);
void leaf_close(struct leaf_question *leaf);

#endif
