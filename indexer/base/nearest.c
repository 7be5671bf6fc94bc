// SPDX-License-Identifier: Apache-2.0
// nearest.c: edit distance: characters inserted, deleted, replaced, or two neighbours swapped.
// A name is near at a distance of 2 at most, and of a third of its length, so that short names do not match anything.

#include "gdx/nearest.h"

enum { NAME_MOST = 40, DISTANCE_MOST = 2 };

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

static unsigned distance_between(gdx_slice from, gdx_slice to) {
    unsigned cost[NAME_MOST + 1][NAME_MOST + 1];
    for (unsigned i = 0; i <= from.bytes; i++)
        cost[i][0] = i;
    for (unsigned j = 0; j <= to.bytes; j++)
        cost[0][j] = j;
    for (size_t i = 1; i <= from.bytes; i++) {
        for (size_t j = 1; j <= to.bytes; j++) {
            const char *a = from.data + i - 1, *b = to.data + j - 1;
            unsigned best = cost[i - 1][j - 1] + (*a != *b);
            best = least(best, least(cost[i - 1][j], cost[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[0] == b[-1] && a[-1] == b[0])
                best = least(best, cost[i - 2][j - 2] + 1);
            cost[i][j] = best;
        }
    }
    return cost[from.bytes][to.bytes];
}

void gdx_nearest_try(gdx_nearest *nearest, const char *name) {
    gdx_slice candidate = gdx_slice_of(name);
    if (nearest->wanted.bytes == 0 || nearest->wanted.bytes > NAME_MOST || candidate.bytes > NAME_MOST)
        return;
    unsigned distance = distance_between(nearest->wanted, candidate);
    unsigned allowed = least(DISTANCE_MOST, (unsigned)(candidate.bytes + 2) / 3);
    if (distance <= allowed && (!nearest->name || distance < nearest->distance)) {
        nearest->name = name;
        nearest->distance = distance;
    }
}
