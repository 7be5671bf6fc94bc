// SPDX-License-Identifier: Apache-2.0
// vocabulary.h: the distinct words of an inverter: spelling -> number in the order met, and their rank in byte order.
// Relies on gdx/pages.h and XXH3. Threads: one owner.
#ifndef GDX_NGRAM_VOCABULARY_H
#define GDX_NGRAM_VOCABULARY_H

#include "gdx/base.h"
#include "gdx/pages.h"

typedef struct vocabulary_word {
    uint64_t offset; // of its spelling in `spellings`
    uint32_t bytes;
    uint32_t symbol; // the inverter's
} vocabulary_word;

typedef struct ngram_vocabulary { // {0} is empty
    gdx_pages words;              // vocabulary_word[count]
    gdx_pages spellings;          // one after the other
    gdx_pages slots;              // uint64_t[slot_count]: hash in the upper half, word + 1 in the lower; 0 is free
    gdx_pages ranking;            // after ranking: word of each rank, uint32_t[count]
    size_t spelling_bytes;
    uint32_t count;
    uint64_t slot_count; // a power of two, or 0
} ngram_vocabulary;

static inline vocabulary_word *vocabulary_words(const ngram_vocabulary *vocabulary) {
    return vocabulary->words.data;
}
static inline gdx_slice vocabulary_spelling(const ngram_vocabulary *vocabulary, uint32_t word) {
    const vocabulary_word *entry = &vocabulary_words(vocabulary)[word];
    return (gdx_slice){(const char *)vocabulary->spellings.data + entry->offset, entry->bytes};
}

// Finds the word with this spelling. A new word gets the next number and the symbol `symbol_if_new`. GDX_NO_MEMORY: the
// vocabulary is unchanged.
gdx_status ngram_vocabulary_intern(ngram_vocabulary *vocabulary, gdx_slice spelling, uint32_t symbol_if_new,
                                   uint32_t *out_word) GDX_MUST_CHECK;
// Forgets all words but the first `count`. Cannot fail.
void ngram_vocabulary_truncate(ngram_vocabulary *vocabulary, uint32_t count);
// Fills `ranking`: the words in byte order. GDX_NO_MEMORY.
gdx_status ngram_vocabulary_rank(ngram_vocabulary *vocabulary) GDX_MUST_CHECK;
// In use, including the space for ranking.
size_t ngram_vocabulary_bytes(const ngram_vocabulary *vocabulary);
void ngram_vocabulary_clear(ngram_vocabulary *vocabulary);

#endif
