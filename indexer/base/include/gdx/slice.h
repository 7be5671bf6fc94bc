// SPDX-License-Identifier: Apache-2.0
// gdx/slice.h: a run of bytes that someone else owns.
// Relies on the C library. Threads: a plain value; the bytes it points to have the thread rules of their owner.
#ifndef GDX_SLICE_H
#define GDX_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

// Not terminated by a zero. `data` may be NULL when there are no bytes.
typedef struct gdx_slice {
    const char *data;
    size_t bytes;
} gdx_slice;

// The bytes of a string without its zero; NULL gives an empty slice.
static inline gdx_slice gdx_slice_of(const char *text) {
    gdx_slice slice = {text, text ? strlen(text) : 0};
    return slice;
}
static inline bool gdx_slice_equal(gdx_slice a, gdx_slice b) {
    return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.data, b.data, a.bytes) == 0);
}
// Below, equal to or above 0: byte order, a prefix before what it is a prefix of.
int gdx_slice_compare(gdx_slice a, gdx_slice b);
#define GDX_SLICE_ARGUMENTS(slice) (int)(slice).bytes, (slice).data // for "%.*s"

#ifdef __cplusplus
}
#endif

#endif
