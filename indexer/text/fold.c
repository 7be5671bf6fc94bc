// SPDX-License-Identifier: Apache-2.0
// fold.c: NFKC_Casefold (Unicode 15, section 3.13, R5) of any stretch of text. The slow way: for clusters of several
// characters, and for whole texts in the tests.

#include "fold.h"

#include <utf8proc.h>

static const utf8proc_option_t options =
    UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;

enum { FIRST_GUESS = 64 }; // code points

gdx_status text_fold(gdx_slice utf8, gdx_buffer *scratch, size_t *out_count) {
    scratch->bytes = 0;
    size_t capacity = FIRST_GUESS;
    utf8proc_ssize_t count = 0;
    for (int attempt = 0; attempt < 2; attempt++) { // the second time with the room that the first reported
        if (gdx_buffer_reserve(scratch, (capacity + 1) * sizeof(utf8proc_int32_t)) != GDX_OK)
            return GDX_NO_MEMORY;
        count = utf8proc_decompose((const utf8proc_uint8_t *)utf8.data, (utf8proc_ssize_t)utf8.bytes,
                                   (utf8proc_int32_t *)(void *)scratch->data, (utf8proc_ssize_t)capacity, options);
        if (count <= (utf8proc_ssize_t)capacity)
            break;
        capacity = (size_t)count;
    }
    if (count > 0)
        count = utf8proc_normalize_utf32((utf8proc_int32_t *)(void *)scratch->data, count, options);
    if (count < 0) // of valid UTF-8 only when it does not fit into the address space
        return GDX_NO_MEMORY;
    *out_count = (size_t)count;
    return GDX_OK;
}
