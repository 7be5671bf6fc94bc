// SPDX-License-Identifier: Apache-2.0
// table.h: what a table of tokens is inside: texts by rank, and the prefix code of the classes that ranks fall into.
// Relies on gdx/tokens.h. Format: docs/format.md, "Token text". Threads: a table is immutable once made.
//
// Tokens are ranked by how often they occur. A rank is written as its class, the place of its highest bit and the bit
// below, and then the bits that remain: 36 classes stand for 2^18 ranks, so a small prefix code is all that adapts.
#ifndef GDX_TOKENS_TABLE_H
#define GDX_TOKENS_TABLE_H

#include "gdx/tokens.h"

enum {
    TOKEN_CLASSES = 36,
    TOKEN_PREFIX_MIN = 2, // bits of a class's code
    TOKEN_PREFIX_MAX = 10,
    TOKEN_PREFIXES = 1 << TOKEN_PREFIX_MAX,
    TOKEN_ESCAPE_BITS = 8,   // all ones: a code point follows; at the start of a group, see decode.c
    TOKEN_ESCAPE = 0xff,     // the same as a byte
    TOKEN_LITERAL_BITS = 21, // of that code point
    TOKEN_BYTES_MAX = 64,    // of a token's text
    TOKEN_OWN_MAX = 1 << 15, // tokens that a segment may add
    TOKEN_OWN_BYTES_MAX = 1 << 20,
    TOKEN_SPREAD = 16,         // bytes that are copied at once: texts are followed by as many
    TOKEN_LENGTH_SHIFT = 24,   // an entry: where the text begins, and above that its length
    TOKEN_RANKS_MAX = 3 << 16, // ranks of tables that are read: all of the built-in and own tokens
    TOKEN_KRAFT = TOKEN_PREFIXES - (TOKEN_PREFIXES >> TOKEN_ESCAPE_BITS) // what class codes may take of the code space
};

// The prefix code: of each class its bits, 0 when it has none, and the code, first bit lowest.
typedef struct token_prefixes {
    uint8_t bits[TOKEN_CLASSES];
    uint16_t codes[TOKEN_CLASSES];
} token_prefixes;

struct gdx_token_table {
    const uint32_t *entries;           // by rank; 0 where there is no token
    const char *own_text;              // texts of own tokens begin at token_builtin_bytes
    uint32_t prefixes[TOKEN_PREFIXES]; // by the next ten bits: bits of the prefix, remaining bits << 4, first rank << 9
    uint32_t entry_count;              // the last one is none: what no class's code leads to
    uint32_t own_count;                // own tokens
    uint32_t own_bytes;                // of their texts
    uint8_t classes[TOKEN_CLASSES];    // bits of the prefix code
    uint32_t *own_by_token;            // entries of own tokens in their order; NULL in the built-in table
    uint8_t *class_by_token;           // of all tokens; likewise
    uint32_t *owned_entries;           // what is freed
    char *owned_text;
};

// ---- The built-in table, builtin.c, made by make_builtin.c ----

extern const char token_builtin_text[];
extern const uint32_t token_builtin_entries[];
extern const uint32_t token_builtin_count;
extern const uint32_t token_builtin_bytes; // of the text
extern const uint64_t token_builtin_checksum;
extern const struct gdx_token_table token_builtin;

// ---- Classes ----

static inline unsigned token_class_bits(unsigned class) {
    return class < 4 ? 0 : class / 2 - 1;
}
static inline uint32_t token_class_first(unsigned class) {
    unsigned bits = token_class_bits(class);
    return class < 4 ? class : (2u + (class & 1)) << bits;
}
static inline unsigned token_rank_class(uint32_t rank) {
    if (rank < 2)
        return rank;
    unsigned bits = 30 - (unsigned)__builtin_clz(rank);
    return 2 * bits + 2 + (rank >> bits & 1);
}

// Gives each class its code: shorter ones first, of equal ones lower classes first. False when they do not fit, or have
// fewer than TOKEN_PREFIX_MIN or more than TOKEN_PREFIX_MAX bits.
bool token_prefixes_assign(token_prefixes *prefixes);
// The table by which codes are read. The prefixes are assigned; `none` is the rank that no token has.
void token_prefixes_spread(const token_prefixes *prefixes, uint32_t none, uint32_t spread[TOKEN_PREFIXES]);
// The bits that make the classes' codes take the least room when class i occurs weights[i] times. Each class below
// `count` gets a code. Sums of weights must stay below 2^58.
void token_prefixes_fit(const uint64_t weights[TOKEN_CLASSES], unsigned count, token_prefixes *prefixes);

// ---- Tokens ----

static inline uint32_t token_count(const gdx_token_table *table) {
    return token_builtin_count + table->own_count;
}
static inline uint32_t token_entry(const gdx_token_table *table, uint32_t token) {
    return token < token_builtin_count ? token_builtin_entries[token]
                                       : table->own_by_token[token - token_builtin_count];
}
static inline const char *token_entry_text(const gdx_token_table *table, uint32_t entry) {
    uint32_t begin = entry & ((1u << TOKEN_LENGTH_SHIFT) - 1);
    return begin < token_builtin_bytes ? token_builtin_text + begin : table->own_text + (begin - token_builtin_bytes);
}
static inline gdx_slice token_text(const gdx_token_table *table, uint32_t token) {
    uint32_t entry = token_entry(table, token);
    return (gdx_slice){token_entry_text(table, entry), entry >> TOKEN_LENGTH_SHIFT};
}

// Own tokens and the class of every token, as the serialized form says them: serialize.c.
typedef struct token_choice {
    const gdx_slice *own; // texts, in byte order
    uint32_t own_count;
    const uint8_t *classes; // of the built-in tokens, then of the own ones
    uint8_t bits[TOKEN_CLASSES];
} token_choice;
gdx_status token_choice_write(const token_choice *choice, gdx_buffer *out) GDX_MUST_CHECK;

#endif
