// SPDX-License-Identifier: Apache-2.0
// words.h: a block of the vocabulary, spelled out, for the readers of this folder. Relies on reader.h.
#ifndef GDX_SEGMENT_WORDS_H
#define GDX_SEGMENT_WORDS_H

#include "layout.h"
#include "reader.h"

typedef struct word_block { // one owner; {0} is empty
    gdx_buffer text;
    uint32_t count;
    size_t end[GDX_WORDS_PER_BLOCK]; // of each word in `text`; the next begins there
} word_block;

static inline gdx_slice word_block_get(const word_block *block, uint32_t index) {
    size_t begin = index ? block->end[index - 1] : 0;
    return (gdx_slice){(const char *)block->text.data + begin, block->end[index] - begin};
}

gdx_status word_block_read(const gdx_segment *segment, uint32_t number, word_block *block,
                           gdx_error *err) GDX_MUST_CHECK;
void word_block_clear(word_block *block);

#endif
