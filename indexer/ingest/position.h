// SPDX-License-Identifier: Apache-2.0
// position.h: where the reader of a file of many records is, and what its steps are. Relies on gdx/base.h.
#ifndef INGEST_POSITION_H
#define INGEST_POSITION_H

#include "gdx/base.h"

typedef enum stream_step {
    STREAM_RECORD,
    STREAM_REFUSED, // err says why; go on
    STREAM_END
} stream_step;

typedef struct stream_position {
    size_t at;
    uint64_t line;   // newlines before it
    uint64_t column; // characters before it in its line
} stream_position;

// Moves on to the byte `to`. Cost: each byte once.
void ingest_position_advance(stream_position *position, gdx_slice text, size_t to);

#endif
