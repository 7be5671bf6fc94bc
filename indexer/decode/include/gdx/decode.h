// SPDX-License-Identifier: Apache-2.0
// gdx/decode.h: bytes of any usual encoding -> valid UTF-8. Bytes that do not decode become U+FFFD and are counted.
// Relies on gdx/base.h; inside on iconv and uchardet. Checks of UTF-8 alone are in gdx/utf8.h. Threads: a decoder has
// one owner.
#ifndef GDX_DECODE_H
#define GDX_DECODE_H

#include "gdx/base.h"
#include "gdx/utf8.h"

typedef struct gdx_decoder gdx_decoder; // one worker's own

// `encoding`: a name that iconv knows ("GB18030", "Big5", "UTF-16LE"), or NULL: a byte order mark decides, else valid
// UTF-8 is UTF-8, else text with many zero bytes is UTF-16, else uchardet guesses, save that short texts it is unsure
// of are GB18030 or Big5 when they look like Chinese, else it is UTF-8 with bad bytes. Big5 has the characters of Hong
// Kong (HKSCS). GDX_INVALID: no such encoding. GDX_NO_MEMORY.
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

#endif
