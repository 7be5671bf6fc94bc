// SPDX-License-Identifier: Apache-2.0
// decode.c: unpack a whole list, and find where one ends. docs/format-postings.md.

#include "list.h"

gdx_status gdx_postings_decode(gdx_slice bytes, uint32_t count, uint32_t limit, uint32_t *positions) {
    if (count == 1)
        return postings_single(bytes, limit, positions) ? GDX_OK : GDX_CORRUPT;
    if (count <= GDX_POSTINGS_BLOCK) {
        size_t used;
        bool is_good =
            count && postings_short((const uint8_t *)bytes.data, bytes.bytes, count, limit, positions, &used);
        return is_good ? GDX_OK : GDX_CORRUPT;
    }
    gdx_postings_list list;
    if (!postings_list_open(&list, bytes, count, limit))
        return GDX_CORRUPT;
    for (uint32_t block = 0; block < list.block_count; block++)
        if (!postings_list_unpack(&list, block, positions + (size_t)block * GDX_POSTINGS_BLOCK))
            return GDX_CORRUPT;
    return GDX_OK;
}

gdx_status gdx_postings_length(gdx_slice bytes, uint32_t count, uint32_t limit, size_t *out_bytes) {
    uint32_t positions[GDX_POSTINGS_BLOCK];
    size_t used = postings_single_bytes(limit);
    if (count > GDX_POSTINGS_BLOCK) {
        gdx_postings_list list;
        if (!postings_list_open(&list, bytes, count, limit))
            return GDX_CORRUPT;
        used = (size_t)(list.blocks - list.bytes) + (size_t)list.block_bytes;
    } else if (count == 0 || (count == 1 && used > bytes.bytes)) {
        return GDX_CORRUPT;
    } else if (count > 1 && !postings_short((const uint8_t *)bytes.data, bytes.bytes, count, limit, positions, &used)) {
        return GDX_CORRUPT;
    }
    *out_bytes = used;
    return GDX_OK;
}
