// SPDX-License-Identifier: Apache-2.0
// codes.h: the prefix codes for classes of gaps; the class of a gap is the floor of its binary logarithm.
// docs/format-postings.md, "Codes". The tables are constants, made by the build: make_codes.c.
#ifndef GDX_POSTINGS_CODES_H
#define GDX_POSTINGS_CODES_H

#include <stdint.h>

enum {
    POSTINGS_CODES = 64,
    POSTINGS_CODE_NUMBER_BITS = 6,
    POSTINGS_CLASSES = 32,
    POSTINGS_CODE_BITS = 9, // no code of a class is longer
    POSTINGS_GAP_BITS_MAX = POSTINGS_CODE_BITS + POSTINGS_CLASSES - 1,
};
_Static_assert(POSTINGS_CODES == 1 << POSTINGS_CODE_NUMBER_BITS, "the number of a code fills its bits");

typedef struct postings_code_tables {
    // By the next 9 bits of a stream. forward: the first bit is the lowest; entry = total << 6 | 63 - class, where
    // total is the length of the code and of the gap's low bits. backward: the first bit is the highest; entry = total
    // << 10 | length - 1 << 6 | 63 - class.
    uint16_t forward[POSTINGS_CODES][1 << POSTINGS_CODE_BITS];
    uint16_t backward[POSTINGS_CODES][1 << POSTINGS_CODE_BITS];
    // By class, for the encoder: code with the first bit lowest, code with the first bit highest, length.
    uint32_t write[POSTINGS_CODES][POSTINGS_CLASSES];
    uint8_t total[POSTINGS_CODES][POSTINGS_CLASSES];
    uint8_t cost[POSTINGS_CLASSES][POSTINGS_CODES] __attribute__((aligned(64))); // length - 1, all codes side by side
} postings_code_tables;

extern const postings_code_tables postings_codes;

#endif
