// SPDX-License-Identifier: Apache-2.0
// leaves.h: the slices of an index, each open in this process, as the leaves of a root in it: no socket between them.
#ifndef TEST_LEAVES_H
#define TEST_LEAVES_H

#include "gdx/api.h"

enum { TEST_SLICES_MOST = 8 };

struct test_leaves {
    gdx_collection *collections[TEST_SLICES_MOST];
    gdx_session *sessions[TEST_SLICES_MOST];
    uint32_t slices;
    uint32_t lost; // the slice whose leaf does not answer; UINT32_MAX: none
    gdx_leaves table;
};

void test_leaves_open(struct test_leaves *leaves, const char *folder, uint32_t slices);
void test_leaves_close(struct test_leaves *leaves);
// Whether this is what docs/scale.md says that a root does not answer.
bool test_leaves_refuse(const char *method, const ProtobufCMessage *request, const gdx_error *error);

#endif
