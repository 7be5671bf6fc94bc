// SPDX-License-Identifier: Apache-2.0
// gdx/base.h: status and error, slices, growing buffers, arenas, little-endian integers, mapped files, checksums,
// and files written durably. Nothing here knows of search. Relies on the C library, POSIX and xxHash.
// Threads: every object has one owner unless its comment says otherwise.
#ifndef GDX_BASE_H
#define GDX_BASE_H

#include "gdx/error.h"
#include "gdx/stop.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Bytes somebody else owns. Not terminated by a zero.
typedef struct gdx_slice {
    const char *data;
    size_t bytes;
} gdx_slice;

static inline gdx_slice gdx_slice_of(const char *text) {
    return (gdx_slice){text, text ? strlen(text) : 0};
}
static inline bool gdx_slice_equal(gdx_slice a, gdx_slice b) {
    return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.data, b.data, a.bytes) == 0);
}
// Byte order, a shorter prefix first.
int gdx_slice_compare(gdx_slice a, gdx_slice b);
#define GDX_SLICE_ARGUMENTS(slice) (int)(slice).bytes, (slice).data // for "%.*s"

// Scope cleanup: GDX_AUTO(gdx_map) map = NULL; calls gdx_map_free_auto at the end of the scope.
#define GDX_AUTO(type) __attribute__((cleanup(type##_free_auto))) type *
#define GDX_DEFINE_AUTO(type, release)                                                                                 \
    __attribute__((unused)) static inline void type##_free_auto(type **object) {                                       \
        if (*object)                                                                                                   \
            release(*object);                                                                                          \
    }

// A growing run of bytes; {0} is empty. clear frees.
typedef struct gdx_buffer {
    uint8_t *data;
    size_t bytes;
    size_t capacity;
} gdx_buffer;

void gdx_buffer_clear(gdx_buffer *buffer);
// Room for `more` bytes behind what is there; grows by doubling. GDX_NO_MEMORY.
gdx_status gdx_buffer_reserve(gdx_buffer *buffer, size_t more) GDX_MUST_CHECK;
gdx_status gdx_buffer_append(gdx_buffer *buffer, const void *data, size_t bytes) GDX_MUST_CHECK;
gdx_status gdx_buffer_append_format(gdx_buffer *buffer, const char *format, ...) GDX_PRINTF(2, 3) GDX_MUST_CHECK;
static inline gdx_slice gdx_buffer_slice(const gdx_buffer *buffer) {
    return (gdx_slice){(const char *)buffer->data, buffer->bytes};
}

// Grows an array of any element to hold at least `count` elements, by doubling. *array and *capacity change on
// success only. GDX_NO_MEMORY.
gdx_status gdx_grow(void *array_pointer, size_t *capacity, size_t count, size_t element_bytes) GDX_MUST_CHECK;

// Many small allocations, freed together. Pointers stay valid until reset or free.
typedef struct gdx_arena gdx_arena;
gdx_arena *gdx_arena_new(void); // NULL: no memory
void gdx_arena_free(gdx_arena *arena);
void *gdx_arena_allocate(gdx_arena *arena, size_t bytes); // zeroed, aligned for any type; NULL: no memory
gdx_status gdx_arena_copy(gdx_arena *arena, gdx_slice from, gdx_slice *out) GDX_MUST_CHECK; // adds a zero behind it
void gdx_arena_reset(gdx_arena *arena);         // forgets all of them; keeps at most 1 MiB of memory for the next
size_t gdx_arena_bytes(const gdx_arena *arena); // taken from the system
GDX_DEFINE_AUTO(gdx_arena, gdx_arena_free)

// Little-endian integers at any address.
static inline uint16_t gdx_load_u16(const void *at) {
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline uint32_t gdx_load_u32(const void *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline uint64_t gdx_load_u64(const void *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline void gdx_store_u16(void *at, uint16_t value) {
    memcpy(at, &value, sizeof value);
}
static inline void gdx_store_u32(void *at, uint32_t value) {
    memcpy(at, &value, sizeof value);
}
static inline void gdx_store_u64(void *at, uint64_t value) {
    memcpy(at, &value, sizeof value);
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is little-endian and read without swapping");

// LEB128: seven bits a byte, low bits first, the high bit set on all but the last byte.
enum { GDX_VARINT_BYTES = 10 };
// Writes at most GDX_VARINT_BYTES; returns how many.
static inline size_t gdx_varint_write(uint8_t *to, uint64_t value) {
    size_t bytes = 0;
    while (value >= 0x80) {
        to[bytes++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    to[bytes++] = (uint8_t)value;
    return bytes;
}
// Reads from [*at, end) and moves *at; false, with *at unchanged, when it is cut short or longer than 64 bits.
static inline bool gdx_varint_read(const uint8_t **at, const uint8_t *end, uint64_t *out) {
    uint64_t value = 0;
    const uint8_t *byte = *at;
    for (unsigned shift = 0; shift < 64 && byte < end; shift += 7) {
        value |= (uint64_t)(*byte & 0x7f) << shift;
        if (!(*byte++ & 0x80)) {
            *at = byte;
            *out = value;
            return true;
        }
    }
    return false;
}

// XXH3-64 of the bytes, seed 0.
uint64_t gdx_checksum(const void *data, size_t bytes);

// A file mapped for reading. immutable after open, any thread.
typedef struct gdx_map {
    const uint8_t *data; // NULL when the file is empty
    size_t bytes;
} gdx_map;
// GDX_NOT_FOUND, GDX_IO, GDX_NO_MEMORY. *out is unchanged on failure.
gdx_status gdx_map_open(gdx_map *out, const char *path, gdx_error *err) GDX_MUST_CHECK;
// Takes the file's pages out of this process's memory; they come back as they are touched. Any thread, at any time.
void gdx_map_forget(const gdx_map *map);
void gdx_map_close(gdx_map *map);

// A file being written once, from begin to end, under a temporary name ("<path>.tmp") until it is complete.
// Buffered; the first error sticks and is returned by everything after it.
typedef struct gdx_output gdx_output;
gdx_status gdx_output_open(const char *path, gdx_output **out, gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_output_write(gdx_output *output, const void *data, size_t bytes, gdx_error *err) GDX_MUST_CHECK;
uint64_t gdx_output_offset(const gdx_output *output); // bytes written so far
const char *gdx_output_path(const gdx_output *output);
// Zero bytes up to the next multiple of `alignment`.
gdx_status gdx_output_align(gdx_output *output, size_t alignment, gdx_error *err) GDX_MUST_CHECK;
// Flush, fsync, close, rename to `final_path` (NULL: the path given at open). The directory is not yet synced: see
// gdx_sync_directory. Frees the output, whatever happens; on failure the temporary file is removed.
gdx_status gdx_output_commit(gdx_output *output, const char *final_path, gdx_error *err) GDX_MUST_CHECK;
// Close and remove the temporary file; frees the output. NULL is fine.
void gdx_output_abort(gdx_output *output);
GDX_DEFINE_AUTO(gdx_output, gdx_output_abort)

// Makes renames and removals in a directory durable.
gdx_status gdx_sync_directory(const char *path, gdx_error *err) GDX_MUST_CHECK;
// A whole file of at most `limit` bytes into a buffer (appended). GDX_TOO_LARGE beyond it.
gdx_status gdx_read_file(const char *path, size_t limit, gdx_buffer *out, gdx_error *err) GDX_MUST_CHECK;
// "<directory>/<name>" into a fresh string; the caller frees. NULL: no memory.
char *gdx_path_join(const char *directory, const char *name);

// Nanoseconds of the monotonic clock.
uint64_t gdx_now_ns(void);

#endif
