// SPDX-License-Identifier: Apache-2.0
// gdx/decode.h: bytes of any usual encoding -> valid UTF-8. What does not decode becomes U+FFFD and is counted.
// Relies on gdx/base.h; inside on iconv and uchardet. Threads: a decoder has one owner.
#ifndef GDX_DECODE_H
#define GDX_DECODE_H

#include "gdx/base.h"

typedef struct gdx_decoder gdx_decoder; // one worker's own

// `encoding`: a name that iconv knows ("GB18030", "Big5", "UTF-16LE"), or NULL: a byte order mark decides, else valid
// UTF-8 is UTF-8, else text with many zero bytes is UTF-16, else uchardet guesses, save that short texts it is unsure
// of are GB18030 or Big5 when they look like Chinese, else it is UTF-8 with bad bytes. GDX_INVALID: no such encoding.
// GDX_NO_MEMORY.
gdx_status gdx_decoder_new(const char *encoding, gdx_decoder **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_decoder_free(gdx_decoder *decoder);
GDX_DEFINE_AUTO(gdx_decoder, gdx_decoder_free)

typedef struct gdx_decoded {
    gdx_slice text; // valid UTF-8 without a byte order mark: the input itself when it was clean, else the decoder's
                    // memory, valid until its next call
    const char *encoding; // a constant string or the decoder's
    uint64_t
        replaced; // U+FFFD put in: one for each maximal ill-formed subsequence (Unicode 15, section 3.9, table 3-8)
} gdx_decoded;

gdx_status gdx_decode(gdx_decoder *decoder, gdx_slice bytes, gdx_decoded *out, gdx_error *err) GDX_MUST_CHECK;

// True when the bytes are well-formed UTF-8. Cost: about memory speed for ASCII, a few GB/s for Han.
bool gdx_utf8_valid(gdx_slice bytes);
// Appends the bytes to `out` with U+FFFD for each maximal ill-formed subsequence; adds how many to *replaced.
gdx_status gdx_utf8_repair(gdx_slice bytes, gdx_buffer *out, uint64_t *replaced) GDX_MUST_CHECK;

#endif
