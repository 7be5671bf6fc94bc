// SPDX-License-Identifier: Apache-2.0
// bytes.c: the checksum of gdx/bytes.h, by xxHash. This file inlines xxHash, so that this program's own flags choose
// its fastest variant.

#define XXH_INLINE_ALL
#include "gdx/bytes.h"

#include <xxhash.h>

uint64_t gdx_checksum(const void *data, size_t bytes) {
    return XXH3_64bits(data, bytes);
}
