// SPDX-License-Identifier: Apache-2.0
// nearest.h: which of some names a misspelt one may have meant.
// Relies on the C library.
#ifndef GRAMDEX_NEAREST_H
#define GRAMDEX_NEAREST_H

#include "gdx/base.h"

// Collects candidates one by one: {.wanted = ...}, then nearest_try for each name, then `name`, NULL when none is near.
struct nearest {
    gdx_slice wanted;
    const char *name;
    unsigned distance;
};
void nearest_try(struct nearest *nearest, const char *name);

#endif
