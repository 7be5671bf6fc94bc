// SPDX-License-Identifier: Apache-2.0
// gdx/nearest.h: which of some names a misspelt one may have meant.
// Relies on gdx/slice.h. Threads: any.
#ifndef GDX_NEAREST_H
#define GDX_NEAREST_H

#include "gdx/slice.h"

// Collects candidates one by one: {.wanted = ...}, then gdx_nearest_try for each name, then `name`, NULL when none is
// near.
typedef struct gdx_nearest {
    gdx_slice wanted;
    const char *name;
    unsigned distance;
} gdx_nearest;
void gdx_nearest_try(gdx_nearest *nearest, const char *name);

#endif
