// SPDX-License-Identifier: Apache-2.0
// gdx/pull.h: a source of bytes that a reader asks for more, whatever it is: a file, memory, an entry of an archive.
// Relies on gdx/base.h. Threads: one owner.
#ifndef GDX_PULL_H
#define GDX_PULL_H

#include "gdx/base.h"

typedef struct gdx_pull {
    // Up to `room` bytes, at least one unless the source is at its end: then *out_bytes is 0.
    gdx_status (*read)(void *source, void *to, size_t room, size_t *out_bytes, gdx_error *err);
    void *source;
} gdx_pull;

#endif
