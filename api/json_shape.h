// SPDX-License-Identifier: Apache-2.0
// json_shape.h: a look at a JSON text before it is parsed: how much memory its values take, and where a byte is.
// Relies on gdx/base.h. Any thread.
#ifndef API_JSON_SHAPE_H
#define API_JSON_SHAPE_H

#include "gdx/base.h"

enum { JSON_DEPTH_LIMIT = 64 };

typedef struct json_shape {
    size_t memory_bytes; // of the parsed values, a little more than they take
    unsigned depth;      // the deepest of objects and arrays in each other, at most JSON_DEPTH_LIMIT + 1
} json_shape;

// Reads any bytes; what is no JSON is for the parser to say.
json_shape json_shape_of(gdx_slice text);
// The path of what stands before byte `end`: "scope.filter.sources[2]", cut to fit.
void json_shape_path(gdx_slice text, size_t end, char to[GDX_FIELD_BYTES]);

#endif
