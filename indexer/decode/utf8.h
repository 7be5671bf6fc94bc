// SPDX-License-Identifier: Apache-2.0
// utf8.h: well-formed UTF-8 by Unicode 15, table 3-7; the module's own. utf8.c does the work.
#ifndef GDX_DECODE_UTF8_H
#define GDX_DECODE_UTF8_H

#include "gdx/decode.h"

#define UTF8_REPLACEMENT       "\xef\xbf\xbd" // U+FFFD
#define UTF8_REPLACEMENT_BYTES 3

// Length of the well-formed sequence at `at`, or, with *well_formed false, of the maximal ill-formed subsequence there:
// the longest begin of a well-formed sequence, else one byte. `bytes` > 0 are left.
size_t utf8_sequence(const uint8_t *at, size_t bytes, bool *well_formed);

// The two ways gdx_utf8_valid chooses from. The fast one needs AVX2.
bool utf8_valid_portable(const uint8_t *data, size_t bytes);
#ifdef __x86_64__
bool utf8_valid_avx2(const uint8_t *data, size_t bytes);
#endif

#endif
