// SPDX-License-Identifier: Apache-2.0
// sides.h: the documents of two sides, A and B, as letters, and strings of them counted one place after the other. For
// oracles. One collection for the program.
#ifndef TEST_SIDES_H
#define TEST_SIDES_H

#include "../property/corpus.h"

enum { LETTERS_MOST = 200000, DOCUMENTS_MOST = 4096, WORDS_MOST = 4096 };

struct side { // documents of A or B
    size_t count;
    size_t documents[DOCUMENTS_MOST]; // numbers in the corpus
};

struct naive {
    const struct corpus *corpus;
    struct side a, b;
    uint32_t letters[LETTERS_MOST]; // of A's documents, then B's; 0 ends a clause
    uint32_t mark[LETTERS_MOST];    // where a clause ends: the mark; 0: the part ends
    uint32_t unit[LETTERS_MOST];    // 0 to a.count + b.count - 1
    bool is_word[WORDS_MOST];       // by kind; else a character
    size_t count, all;              // `all`: letters without ends
};
extern struct naive naive;

struct naive_string {
    const uint32_t *letters;
    uint32_t length;
    size_t a, b;       // units
    size_t in_a, in_b; // occurrences
    double ratio, score;
};

// The corpus and the sides are set. Kinds are forgotten.
void read_sides(void);

bool stands_at(size_t at, const uint32_t *letters, uint32_t length);
void count_string(struct naive_string *string); // whose counts are 0
struct naive_string counted(const uint32_t *letters, uint32_t length);
size_t often(const uint32_t *letters, uint32_t length); // in A and B
double pair_association(uint32_t first, uint32_t second);
bool contains(const struct naive_string *outer, const struct naive_string *inner);

#endif
