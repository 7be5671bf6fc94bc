// SPDX-License-Identifier: Apache-2.0
// lexicon.h: the words of generated text, most frequent first: those of a sample, then made-up ones.
// Relies on gdx/base.h, random.h. Threads: immutable once made. No floating point, so that every machine draws the same
// words.
#ifndef GDX_BENCH_LEXICON_H
#define GDX_BENCH_LEXICON_H

#include "gdx/base.h"
#include "random.h"

enum { LEXICON_WORDS = 1 << 18 };

struct lexicon { // {0} is empty
    gdx_buffer text;
    uint32_t *offsets;    // word w is text[offsets[w], offsets[w + 1])
    uint64_t *cumulative; // of the weights of words 0 to w
};

// GDX_INVALID: the sample has too few characters. GDX_NO_MEMORY.
gdx_status lexicon_make(struct lexicon *lexicon, gdx_slice sample, gdx_error *err) GDX_MUST_CHECK;
void lexicon_clear(struct lexicon *lexicon);

static inline gdx_slice lexicon_word(const struct lexicon *lexicon, uint32_t word) {
    uint32_t begin = lexicon->offsets[word];
    return (gdx_slice){(const char *)lexicon->text.data + begin, lexicon->offsets[word + 1] - begin};
}
// A word by its weight: the r-th comes about as often as 1 in r. `chance`: any 64 bits.
uint32_t lexicon_draw(const struct lexicon *lexicon, uint64_t chance);

// One Chinese character in UTF-8, of some thousands. Returns 3.
size_t lexicon_character(struct random *random, char to[3]);

#endif
