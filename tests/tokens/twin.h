// SPDX-License-Identifier: Apache-2.0
// twin.h: token text read the plain way: bit by bit, with the table as docs/format.md describes it.
// Relies on gdx/base.h, on zstd; shares no code with indexer/tokens and reads the same data/tokens-1.txt. One owner.
#ifndef TEST_TOKENS_TWIN_H
#define TEST_TOKENS_TWIN_H

#include "gdx/base.h"

enum { TWIN_CLASSES = 36, TWIN_TOKENS = 1 << 18 };

typedef struct twin {
    gdx_buffer text;              // of all tokens
    uint32_t begins[TWIN_TOKENS]; // by token
    uint32_t ends[TWIN_TOKENS];
    uint32_t count;
    uint32_t builtin_count;
    uint32_t by_rank[TWIN_TOKENS]; // tokens; UINT32_MAX: none
    unsigned bits[TWIN_CLASSES];
    unsigned codes[TWIN_CLASSES]; // first bit highest
} twin;

// Both fail the test when the table cannot be read. The caller frees.
twin *twin_builtin(void);
twin *twin_own(gdx_slice serialized);
void twin_free(twin *reader);
// Appends the text of a group; false when it is none.
bool twin_decode(const twin *reader, gdx_slice coded, gdx_buffer *out);
// XXH3-64 of what is summed of the built-in table.
uint64_t twin_checksum(const twin *reader);

#endif
