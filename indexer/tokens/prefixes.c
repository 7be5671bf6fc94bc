// SPDX-License-Identifier: Apache-2.0
// prefixes.c: the prefix code of the classes: chosen, assigned, and spread into the table by which it is read.
// Relies on table.h. Integers alone: what is chosen here is stored in files and must not differ between machines.
#include "table.h"

// The code's first bit is the lowest of what is read.
static uint16_t reversed(uint32_t code, unsigned bits) {
    uint32_t result = 0;
    for (unsigned i = 0; i < bits; i++)
        result |= (code >> i & 1) << (bits - 1 - i);
    return (uint16_t)result;
}

bool token_prefixes_assign(token_prefixes *prefixes) {
    uint32_t taken = 0; // in units of the longest code
    for (unsigned bits = 1; bits <= TOKEN_PREFIX_MAX; bits++)
        for (unsigned class = 0; class < TOKEN_CLASSES; class ++) {
            if (prefixes->bits[class] != bits)
                continue;
            prefixes->codes[class] = reversed(taken >> (TOKEN_PREFIX_MAX - bits), bits);
            taken += TOKEN_PREFIXES >> bits;
        }
    for (unsigned class = 0; class < TOKEN_CLASSES; class ++)
        if (prefixes->bits[class] > TOKEN_PREFIX_MAX ||
            (prefixes->bits[class] > 0 && prefixes->bits[class] < TOKEN_PREFIX_MIN))
            return false;
    return taken <= TOKEN_KRAFT;
}

void token_prefixes_spread(const token_prefixes *prefixes, uint32_t none, uint32_t spread[TOKEN_PREFIXES]) {
    for (uint32_t i = 0; i < TOKEN_PREFIXES; i++)
        spread[i] = none << 9; // the escape, or no code at all
    for (unsigned class = 0; class < TOKEN_CLASSES; class ++) {
        unsigned bits = prefixes->bits[class];
        if (bits == 0)
            continue;
        uint32_t entry = bits | token_class_bits(class) << 4 | token_class_first(class) << 9;
        for (uint32_t i = prefixes->codes[class]; i < TOKEN_PREFIXES; i += 1u << bits)
            spread[i] = entry;
    }
}

// Cheapest way to code the classes from `class` on with a given part of the code space, from the last class back.
void token_prefixes_fit(const uint64_t weights[TOKEN_CLASSES], unsigned count, token_prefixes *prefixes) {
    static const uint64_t never = UINT64_MAX / 2;
    uint64_t cost[2][TOKEN_KRAFT + 1];
    uint8_t chosen[TOKEN_CLASSES][TOKEN_KRAFT + 1];
    memset(cost, 0, sizeof cost);
    for (unsigned class = count; class -- > 0;) {
        uint64_t *to = cost[class & 1], *from = cost[~class & 1];
        for (unsigned room = 0; room <= TOKEN_KRAFT; room++) {
            to[room] = never;
            chosen[class][room] = 0;
            for (unsigned bits = TOKEN_PREFIX_MIN; bits <= TOKEN_PREFIX_MAX; bits++) {
                unsigned needs = TOKEN_PREFIXES >> bits;
                if (needs > room || from[room - needs] >= never)
                    continue;
                uint64_t total = from[room - needs] + weights[class] * bits;
                if (total < to[room]) {
                    to[room] = total;
                    chosen[class][room] = (uint8_t)bits;
                }
            }
        }
    }
    unsigned room = TOKEN_KRAFT;
    memset(prefixes, 0, sizeof *prefixes);
    for (unsigned class = 0; class < count; class ++) {
        prefixes->bits[class] = chosen[class][room];
        room -= TOKEN_PREFIXES >> chosen[class][room];
    }
}
