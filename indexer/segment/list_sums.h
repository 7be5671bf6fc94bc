// SPDX-License-Identifier: Apache-2.0
// list_sums.h: how a full check compares lists of spans with the stored text, neither of which says what the other does
// in the same order. Both are made sums modulo 2^64 of hashes, of each document its own: the terms and their blocks,
// the positions of terms that have a list of them, and the counts of frequency lists. Of an archive each span has a
// sum of its terms. What the lists add, the text takes away, and nothing may remain. A hash does not depend on how
// words are numbered. Relies on reader.h. Memory: 8 bytes a document, a word and a span of an archive, some KiB for the
// terms that have positions. One owner.
#ifndef GDX_SEGMENT_LIST_SUMS_H
#define GDX_SEGMENT_LIST_SUMS_H

#include "reader.h"

// Hashes, each there once. It has room for as many as it was made for.
typedef struct hash_set { // one owner; {0} is empty and has no room
    uint64_t *slots;      // 0: free
    size_t slot_count;    // a power of two, at least twice the room
} hash_set;

// Empties it, with room for `count`. GDX_NO_MEMORY.
gdx_status hash_set_reset(hash_set *set, size_t count) GDX_MUST_CHECK;
void hash_set_clear(hash_set *set);

static inline uint64_t *hash_set_slot(const hash_set *set, uint64_t hash) {
    size_t at = hash & (set->slot_count - 1);
    while (set->slots[at] && set->slots[at] != hash)
        at = (at + 1) & (set->slot_count - 1);
    return &set->slots[at];
}

// False: it was there. `hash` is not 0.
static inline bool hash_set_add(hash_set *set, uint64_t hash) {
    uint64_t *slot = hash_set_slot(set, hash);
    bool is_new = *slot == 0;
    *slot = hash;
    return is_new;
}

static inline bool hash_set_has(const hash_set *set, uint64_t hash) {
    return *hash_set_slot(set, hash) != 0;
}

typedef struct list_sums { // one owner; {0} is empty
    uint64_t *documents;   // the sum of each
    uint64_t *spans;       // of an archive, whose spans have blocks of several documents: of lists, the sum of each
    uint32_t span_count;
    uint64_t occurrences; // of all terms, as often as each occurs
    uint64_t *words;      // the hash of each word's spelling
    uint32_t word_count;
    hash_set listed; // terms that have a list of positions, and symbols that have a frequency list
    size_t room;     // for more of them
} list_sums;

// All sums 0; the words are those of the segment. GDX_NO_MEMORY, GDX_CORRUPT; GDX_CANCELLED, GDX_DEADLINE.
gdx_status list_sums_init(const gdx_segment *segment, const gdx_stop *stop, list_sums *out,
                          gdx_error *err) GDX_MUST_CHECK;
void list_sums_clear(list_sums *sums);

// False: there are more than the positions of the segment can give.
bool list_sums_add_listed(list_sums *sums, uint64_t hash);

// ---- hashes, none of them 0

// Two numbers as one; the order of the two matters.
static inline uint64_t list_sums_mix(uint64_t a, uint64_t b) {
    uint64_t x = (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 31) * UINT64_C(0x94d049bb133111eb);
    x ^= x >> 29;
    return x ? x : 1;
}

enum list_sums_of { OF_CODE_POINT = 1, OF_WORD, OF_SPAN, OF_POSITION }; // so that a span is no position

static inline uint64_t list_sums_code_point(uint32_t symbol) { // or the end mark
    return list_sums_mix(symbol, OF_CODE_POINT);
}
static inline uint64_t list_sums_word(gdx_slice spelling) {
    return list_sums_mix(gdx_checksum(spelling.data, spelling.bytes), OF_WORD);
}
// A symbol of the segment, by its number.
static inline uint64_t list_sums_symbol(const list_sums *sums, uint32_t symbol) {
    return symbol < GDX_FIRST_WORD ? list_sums_code_point(symbol) : sums->words[symbol - GDX_FIRST_WORD];
}
static inline uint64_t list_sums_term(uint64_t first, uint64_t second) {
    return list_sums_mix(first, second);
}
static inline uint64_t list_sums_span(uint64_t term, uint32_t span) {
    return list_sums_mix(term, (uint64_t)OF_SPAN << 32 | span);
}
static inline uint64_t list_sums_position(uint64_t term, uint32_t position) {
    return list_sums_mix(term, (uint64_t)OF_POSITION << 32 | position);
}

#endif
