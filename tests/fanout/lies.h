// SPDX-License-Identifier: Apache-2.0
// lies.h: the lies of fake leaves, in their connection, their frames, their messages and the numbers in these; with
// each what a root is asked, and what comes of it.
#ifndef TEST_LIES_H
#define TEST_LIES_H

#include "fake_leaf.h"

enum outcome {
    FAILS,   // UNAVAILABLE, DATA_LOSS or INTERNAL
    LIMITED, // RESOURCE_EXHAUSTED, too
    WAITS,   // the caller's deadline passes
};

struct row {            // a lie, and what comes of it
    const char *method; // of Search, that is asked
    struct lie lie;
    enum outcome outcome;
    bool has_way_out; // a replica gives the right answer, whichever of the two is asked first
};

extern const struct row lies[];
extern const size_t lie_count;

void counts_too_many_documents(struct fake_answer *answer); // one of them, by itself

#endif
