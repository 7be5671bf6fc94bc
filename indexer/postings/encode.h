// SPDX-License-Identifier: Apache-2.0
// encode.h: the variants of the encoder; tests hold them equal.
#ifndef GDX_POSTINGS_ENCODE_H
#define GDX_POSTINGS_ENCODE_H

#include "layout.h"

// Write the code of a list and return its end. There must be room as gdx_postings_encode reserves it.
uint8_t *postings_write_plain(uint8_t *to, const uint32_t *positions, uint32_t count, uint32_t limit);
uint8_t *postings_write_v3(uint8_t *to, const uint32_t *positions, uint32_t count, uint32_t limit);
// That room in bytes.
size_t postings_working_bytes(uint32_t count);

#endif
