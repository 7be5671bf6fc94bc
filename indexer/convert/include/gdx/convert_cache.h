// SPDX-License-Identifier: Apache-2.0
// gdx/convert_cache.h: converted bytes kept by what they were made from, so that the same file is not converted twice.
// A folder of files; losing it, or any of it, costs time and nothing else. Relies on gdx/base.h. Threads: any, and
// other processes too.
#ifndef GDX_CONVERT_CACHE_H
#define GDX_CONVERT_CACHE_H

#include "gdx/buffer.h"
#include "gdx/error.h"
#include "gdx/scope.h"
#include "gdx/slice.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct gdx_convert_cache gdx_convert_cache; // shared by workers

// XXH3-128 of the input and of what converts it: program, version, arguments.
typedef struct gdx_convert_key {
    uint64_t input[2];
    uint64_t converter[2];
} gdx_convert_key;

gdx_convert_key gdx_convert_key_of(gdx_slice input, gdx_slice converter);

// The folder is made when something is first put into it. `limit`: bytes of files; when there are more, those that were
// used longest ago go. GDX_NO_MEMORY.
gdx_status gdx_convert_cache_open(const char *folder, uint64_t limit, gdx_convert_cache **out,
                                  gdx_error *err) GDX_MUST_CHECK;
// Removes what is over the limit.
void gdx_convert_cache_close(gdx_convert_cache *cache);
GDX_DEFINE_AUTO(gdx_convert_cache, gdx_convert_cache_close)

// Appends what was put under the key. `note`, a short text kept beside it, is replaced. False: there is nothing whole
// of that key, or more than `most` bytes, or no memory for it; both are then unchanged.
bool gdx_convert_cache_get(gdx_convert_cache *cache, const gdx_convert_key *key, uint64_t most, gdx_buffer *out,
                           gdx_buffer *note);
// Keeps bytes. A failure is no one's concern but the next reader's time; a file is whole or not there.
void gdx_convert_cache_put(gdx_convert_cache *cache, const gdx_convert_key *key, gdx_slice bytes, gdx_slice note);

#endif
