// SPDX-License-Identifier: Apache-2.0
// bytes.c: the checksum of gdx/bytes.h, by xxHash, which is compiled in here so that its fastest way is chosen by this
// program's own flags.

#define XXH_INLINE_ALL
#include "gdx/bytes.h"

#include <xxhash.h>

uint64_t gdx_checksum(const void *data, size_t bytes) {
    return XXH3_64bits(data, bytes);
}
