// SPDX-License-Identifier: Apache-2.0
// gdx/arena.h: many small allocations that are freed together.
// Relies on gdx/error.h, gdx/scope.h and gdx/slice.h. Threads: one owner.
#ifndef GDX_ARENA_H
#define GDX_ARENA_H

#include "gdx/error.h"
#include "gdx/scope.h"
#include "gdx/slice.h"

#include <stddef.h>

typedef struct gdx_arena gdx_arena;

// The caller frees it. NULL: no memory.
gdx_arena *gdx_arena_new(void);
// Frees the arena and all its allocations. NULL is fine.
void gdx_arena_free(gdx_arena *arena);
// `bytes` zero bytes, aligned for any type, valid until reset or free. NULL: no memory.
void *gdx_arena_allocate(gdx_arena *arena, size_t bytes);
// Copies the bytes and adds a zero, which *out does not count. GDX_NO_MEMORY.
gdx_status gdx_arena_copy(gdx_arena *arena, gdx_slice from, gdx_slice *out) GDX_MUST_CHECK;
// Ends the life of all allocations; keeps at most 1 MiB of memory for the next ones.
void gdx_arena_reset(gdx_arena *arena);
// Bytes taken from the system.
size_t gdx_arena_bytes(const gdx_arena *arena);
GDX_DEFINE_AUTO(gdx_arena, gdx_arena_free)

#endif
