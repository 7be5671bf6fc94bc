// SPDX-License-Identifier: Apache-2.0
// spread.h: a small index, its two slices, and a root in this process that asks fake leaves for them.
#ifndef TEST_SPREAD_H
#define TEST_SPREAD_H

#include "fake_leaf.h"
#include "gdx/fanout.h"
#include "methods.h"

enum { SPREAD_SLICES = 2, SPREAD_LEAVES_MOST = 4 };

struct spread {
    char *folder;
    gdx_collection *whole;
    gdx_collection *slices[SPREAD_SLICES];
};

// Documents a0 to a5 in slice 0, b0 to b5 in slice 1.
void spread_open(struct spread *spread);
void spread_close(struct spread *spread);

struct root {
    struct fake_leaf leaves[SPREAD_LEAVES_MOST];
    size_t leaf_count;
    gdx_fanout *fanout;
    gdx_collection *collection;
    gdx_session *session;
};

// A leaf for the root to be opened; `lie` as in fake_leaf.h.
void root_add(struct root *root, const struct spread *spread, uint32_t slice, const struct lie *lie);
void root_open(struct root *root, const struct spread *spread);
void root_close(struct root *root);
// Until the root knows so many replicas of the slice. Fails the test when that takes too long.
void root_wait(struct root *root, uint32_t slice, uint64_t replicas);

#endif
