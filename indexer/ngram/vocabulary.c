// SPDX-License-Identifier: Apache-2.0
// vocabulary.c: the distinct words of an inverter, in a hash table with open addressing, and their ranks in byte order.
// Relies on XXH3 for the hash and on a merge sort over the first eight bytes of each spelling, which decide nearly
// always.

#include "vocabulary.h"

#include "gdx/sort.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { FIRST_SLOTS = 1024 };

typedef struct ranked_word {
    uint64_t prefix; // first bytes of the spelling, the first one uppermost
    uint32_t word;
    uint32_t bytes;
} ranked_word;

static void enter(ngram_vocabulary *vocabulary, uint32_t hash, uint32_t word) {
    uint64_t *slots = vocabulary->slots.data;
    uint64_t slot = hash & (vocabulary->slot_count - 1);
    while (slots[slot])
        slot = (slot + 1) & (vocabulary->slot_count - 1);
    slots[slot] = (uint64_t)hash << 32 | (word + 1);
}

static uint32_t hash_of(gdx_slice spelling) {
    return (uint32_t)XXH3_64bits(spelling.data, spelling.bytes);
}

// Enters all words into `slot_count` slots, which must be mapped.
static void rebuild(ngram_vocabulary *vocabulary, uint64_t slot_count) {
    vocabulary->slot_count = slot_count;
    if (slot_count)
        memset(vocabulary->slots.data, 0, slot_count * sizeof(uint64_t));
    for (uint32_t word = 0; word < vocabulary->count; word++)
        enter(vocabulary, hash_of(vocabulary_spelling(vocabulary, word)), word);
}

// Room for one more word of `bytes`: at most half of the slots are taken, so that a search looks at two or three.
static gdx_status make_room(ngram_vocabulary *vocabulary, size_t bytes) {
    gdx_status status =
        gdx_pages_reserve(&vocabulary->words, ((size_t)vocabulary->count + 1) * sizeof(vocabulary_word));
    if (status == GDX_OK)
        status = gdx_pages_reserve(&vocabulary->spellings, vocabulary->spelling_bytes + bytes);
    if (status != GDX_OK || ((uint64_t)vocabulary->count + 1) * 2 <= vocabulary->slot_count)
        return status;
    uint64_t slot_count = vocabulary->slot_count ? vocabulary->slot_count * 2 : FIRST_SLOTS;
    status = gdx_pages_reserve(&vocabulary->slots, slot_count * sizeof(uint64_t));
    if (status == GDX_OK)
        rebuild(vocabulary, slot_count);
    return status;
}

// True when found; otherwise nothing.
static bool find(const ngram_vocabulary *vocabulary, gdx_slice spelling, uint32_t hash, uint32_t *out_word) {
    if (!vocabulary->slot_count)
        return false;
    const uint64_t *slots = vocabulary->slots.data;
    for (uint64_t slot = hash & (vocabulary->slot_count - 1); slots[slot];
         slot = (slot + 1) & (vocabulary->slot_count - 1)) {
        uint32_t word = (uint32_t)slots[slot] - 1;
        if (slots[slot] >> 32 == hash && gdx_slice_equal(vocabulary_spelling(vocabulary, word), spelling)) {
            *out_word = word;
            return true;
        }
    }
    return false;
}

gdx_status ngram_vocabulary_intern(ngram_vocabulary *vocabulary, gdx_slice spelling, uint32_t symbol_if_new,
                                   uint32_t *out_word) {
    uint32_t hash = hash_of(spelling);
    if (find(vocabulary, spelling, hash, out_word))
        return GDX_OK;
    gdx_status status = make_room(vocabulary, spelling.bytes);
    if (status != GDX_OK)
        return status;
    uint32_t word = vocabulary->count++;
    vocabulary_words(vocabulary)[word] =
        (vocabulary_word){vocabulary->spelling_bytes, (uint32_t)spelling.bytes, symbol_if_new};
    if (spelling.bytes)
        memcpy((char *)vocabulary->spellings.data + vocabulary->spelling_bytes, spelling.data, spelling.bytes);
    vocabulary->spelling_bytes += spelling.bytes;
    enter(vocabulary, hash, word);
    *out_word = word;
    return GDX_OK;
}

void ngram_vocabulary_truncate(ngram_vocabulary *vocabulary, uint32_t count) {
    if (count >= vocabulary->count)
        return;
    vocabulary->spelling_bytes = vocabulary_words(vocabulary)[count].offset;
    vocabulary->count = count;
    rebuild(vocabulary, vocabulary->slot_count);
}

static uint64_t prefix_of(gdx_slice spelling) {
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (i < spelling.bytes ? (uint8_t)spelling.data[i] : 0);
    return prefix;
}

static bool comes_before(void *context, const void *a, const void *b) {
    const ngram_vocabulary *vocabulary = context;
    const ranked_word *left = a, *right = b;
    if (left->prefix != right->prefix)
        return left->prefix < right->prefix;
    return gdx_slice_compare(vocabulary_spelling(vocabulary, left->word),
                             vocabulary_spelling(vocabulary, right->word)) < 0;
}

static const gdx_ordering in_byte_order = {sizeof(ranked_word), comes_before};

gdx_status ngram_vocabulary_rank(ngram_vocabulary *vocabulary) {
    size_t count = vocabulary->count;
    gdx_status status = gdx_pages_reserve(&vocabulary->ranking, count * 2 * sizeof(ranked_word));
    if (status != GDX_OK || count == 0)
        return status;
    ranked_word *entries = vocabulary->ranking.data;
    for (uint32_t word = 0; word < count; word++) {
        gdx_slice spelling = vocabulary_spelling(vocabulary, word);
        entries[word] = (ranked_word){prefix_of(spelling), word, (uint32_t)spelling.bytes};
    }
    const ranked_word *sorted = gdx_sort(&in_byte_order, vocabulary, entries, entries + count, count);
    // The result takes the place of the entries: entry i is read before word i / 4 is overwritten or lies after it.
    uint32_t *words = vocabulary->ranking.data;
    for (size_t i = 0; i < count; i++) {
        uint32_t word = sorted[i].word;
        memcpy(&words[i], &word, sizeof word);
    }
    return GDX_OK;
}

size_t ngram_vocabulary_bytes(const ngram_vocabulary *vocabulary) {
    return vocabulary->count * (sizeof(vocabulary_word) + 2 * sizeof(ranked_word)) + vocabulary->spelling_bytes +
           vocabulary->slot_count * sizeof(uint64_t);
}

void ngram_vocabulary_clear(ngram_vocabulary *vocabulary) {
    gdx_pages_clear(&vocabulary->words);
    gdx_pages_clear(&vocabulary->spellings);
    gdx_pages_clear(&vocabulary->slots);
    gdx_pages_clear(&vocabulary->ranking);
    *vocabulary = (ngram_vocabulary){0};
}
