// SPDX-License-Identifier: Apache-2.0
// leaf_follow.c: Leaf.Follow: an operation of Search that streams its replies, asked of one slice.

#include "leaf.h"

#include <stdlib.h>

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__FollowRequest *request = (const Gramdex__V1__FollowRequest *)message;
    struct leaf_question *leaf = question->state; // there is one when it was declined before
    gdx_status status = GDX_OK;
    if (!request->ask)
        return gdx_fail_field(err, "ask", GDX_REASON_OUT_OF_RANGE, "it is missing");
    if (!leaf) {
        leaf = question->state = calloc(1, sizeof *leaf);
        status = leaf ? leaf_open(question, request->ask, true, leaf, err) : reply_no_memory(err);
    }
    if (status != GDX_OK)
        return status;
    leaf_step(leaf, question);
    status = leaf->asked.operation->run(&leaf->asked, leaf->request, err);
    question->has_declined = leaf->asked.has_declined;
    return status;
}

static gdx_status produce(gdx_question *question, bool *out_more, gdx_error *err) {
    struct leaf_question *leaf = question->state;
    Gramdex__V1__FollowResponse reply = GRAMDEX__V1__FOLLOW_RESPONSE__INIT;
    leaf_step(leaf, question);
    gdx_status status = leaf->asked.operation->produce(&leaf->asked, out_more, err);
    if (status != GDX_OK || !leaf->response.reply.data) // a step may come without a message
        return status;
    reply.part = &leaf->response;
    return question->reply(question->context, &reply.base, err);
}

static void close_leaf(gdx_question *question) {
    leaf_close(question->state);
    free(question->state);
}

const gdx_operation leaf_follow_operation = {.name = "Follow",
                                             .service = &gramdex__v1__leaf__descriptor,
                                             .effort = GDX_EFFORT_SHORT,
                                             .replies_stream = true,
                                             .run = run,
                                             .produce = produce,
                                             .close = close_leaf};
