// SPDX-License-Identifier: Apache-2.0
// gdx/buffer.h: runs of bytes, and arrays, that grow.
// Relies on gdx/error.h and gdx/slice.h. Threads: one owner. Nothing here takes a gdx_error: the only failure is
// GDX_NO_MEMORY, and the caller knows what the memory was for.
#ifndef GDX_BUFFER_H
#define GDX_BUFFER_H

#include "gdx/error.h"
#include "gdx/slice.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// {0} is empty.
typedef struct gdx_buffer {
    uint8_t *data;
    size_t bytes;
    size_t capacity; // bytes
} gdx_buffer;

// Frees the memory and empties the buffer, which may be used again.
void gdx_buffer_clear(gdx_buffer *buffer);
// Makes room for `more` bytes at the end. Grows by doubling. GDX_NO_MEMORY; the buffer is then unchanged.
gdx_status gdx_buffer_reserve(gdx_buffer *buffer, size_t more) GDX_MUST_CHECK;
// Copies `bytes` bytes to the end. `data` may be NULL when there are none. GDX_NO_MEMORY, as above.
gdx_status gdx_buffer_append(gdx_buffer *buffer, const void *data, size_t bytes) GDX_MUST_CHECK;
// Appends as printf does, without the zero. GDX_NO_MEMORY; GDX_INTERNAL when the format cannot be printed.
gdx_status gdx_buffer_append_format(gdx_buffer *buffer, const char *format, ...) GDX_PRINTF(2, 3) GDX_MUST_CHECK;
// The buffer's bytes, valid until the buffer changes.
static inline gdx_slice gdx_buffer_slice(const gdx_buffer *buffer) {
    gdx_slice slice = {(const char *)buffer->data, buffer->bytes};
    return slice;
}

// Grows an array of any element to hold at least `count` elements, by doubling. `array_pointer` is the address of the
// array's pointer; the array was made by malloc or is NULL, and the caller frees it. Both outputs change on success
// only. GDX_NO_MEMORY.
gdx_status gdx_grow(void *array_pointer, size_t *capacity, size_t count, size_t element_bytes) GDX_MUST_CHECK;

#ifdef __cplusplus
}
#endif

#endif
