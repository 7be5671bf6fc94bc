// SPDX-License-Identifier: Apache-2.0
// leaf_ask.c: Leaf.Ask: an operation of Search with one reply, asked of one slice.

#include "leaf.h"

#include <assert.h>

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    struct leaf_question leaf = {0};
    gdx_status status = leaf_open(question, (const Gramdex__V1__AskRequest *)message, false, &leaf, err);
    if (status == GDX_OK) {
        leaf_step(&leaf, question);
        status = leaf.asked.operation->run(&leaf.asked, leaf.request, err);
    }
    assert(!leaf.asked.state); // what is unary keeps none
    question->has_declined = leaf.asked.has_declined;
    if (status == GDX_OK && !question->has_declined)
        status = question->reply(question->context, &leaf.response.base, err);
    leaf_close(&leaf);
    return status;
}

const gdx_operation leaf_ask_operation = {
    .name = "Ask", .service = &gramdex__v1__leaf__descriptor, .effort = GDX_EFFORT_SHORT, .run = run};
