// SPDX-License-Identifier: Apache-2.0
// readable.c: see readable.h.

#include "readable.h"

gdx_status readable_copy(gdx_arena *arena, gdx_slice text, size_t limit, gdx_slice *out, bool *out_is_cut) {
    char *to = gdx_arena_allocate(arena, (text.bytes < limit ? text.bytes : limit) + 1);
    size_t written = 0;
    bool is_due = false; // a space
    if (!to)
        return GDX_NO_MEMORY;
    for (size_t at = 0, bytes; at < text.bytes; at += bytes) {
        uint32_t code;
        bytes = gdx_utf8_decode((const uint8_t *)text.data + at, text.bytes - at, &code);
        if (code != GDX_ILL_FORMED && (gdx_is_white(code) || gdx_is_control(code))) {
            is_due = written > 0;
            continue;
        }
        if (written + is_due + bytes > limit) {
            *out_is_cut = true;
            break;
        }
        if (is_due)
            to[written++] = ' ';
        is_due = false;
        memcpy(to + written, text.data + at, bytes);
        written += bytes;
    }
    *out = (gdx_slice){to, written};
    return GDX_OK;
}
