// SPDX-License-Identifier: Apache-2.0
// make_codes.c: writes the tables of codes.h, as C, to standard output: the 64 prefix codes for classes of gaps, from
// their lengths, which are a part of the format. Run by the build, so that the tables are constants of the program.
// Codes are canonical: given by length, then by class.

#include "codes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

// One row a code: the length of the code of class 0, 1, ... 31, one hexadecimal digit each. Rows 0 to 15, 16 to 31, 32
// to 47 and 48 to 63 started as a mixture of gaps between documents (Weibull, shape 0.7, scale growing by four from row
// to row) and of gaps inside a document (log-normal around 2^5.5, weight 0.01, 0.15, 0.4, 0.7), and were then moved
// towards the classes counted in 15 million postings of Chinese laws, news and reports (k-means with that mixture as
// prior).
static const char lengths[POSTINGS_CODES][POSTINGS_CLASSES + 1] = {
    "55555899999995565743991999999999", "75222357999999999999999999999999", "99532234667767767777889999999999",
    "99853233335699999999999999999999", "99987653322367899999999999999999", "99996544333333579999999999999999",
    "99987655544332345999999999999999", "99998776655433333357898999999999", "99998877777654333333576699999999",
    "99999988876655544333334699999999", "99999999999976665443333299999999", "99999889999987766554333333579999",
    "99999889999999877665543333335799", "99999889999999998776655433333357", "99999999999999999987776654433233",
    "99999989999999999998877665443322", "13446667788836999999999999999999", "65432577899999887655549299999999",
    "97422245677888888999999999999999", "99853223357888999999999999999999", "99965433224589999999999999999999",
    "99965433333345799999999999999999", "99865444443333457899999999999999", "99765555544433334578999999999999",
    "99976555555544333345788999999999", "99876555666655443333457799999999", "99876455677666555433334599999999",
    "99999435469996976555335279999999", "98466666668989877655443333468999", "98766555678999988776554433334589",
    "98766555678999998887765544333345", "98766656678999999999877655443323", "75345455555444444456689999999999",
    "53333334555678999999999999999999", "99632233567788999999999999999999", "98443333334689999999999999999999",
    "99754333333456999999999999999999", "98654444433334578999999999999999", "99654444444433445778999999999999",
    "99754345555544334467889999999999", "99964444555555443344688999999999", "99754445555666554433446899999999",
    "99853456656645766554334499999999", "99977374755939997987762267999999", "87654444567899888776554433446899",
    "87654444567899998887765544334468", "87654444567889999888776655443344", "87654444557899999999887765544333",
    "24444444434679899999999999999999", "97332345555555666789999999999999", "98254333455555678999999999999999",
    "99632333445667999999999999999999", "99743333344566666667889999999999", "99543333344456789999999999999999",
    "99653333444444578899999999999999", "99643334455544445699999999999999", "99643334445555554556889999999999",
    "99643334455566655445579999999999", "99975333445555655554456999999999", "99876434444367887765533699999999",
    "99744235577755577765646388999999", "98643333456789898865553787778999", "76544333456789999998877665544557",
    "76544333456789999998888776655444",
};

static postings_code_tables tables;

static uint32_t reversed(uint32_t code, unsigned length) {
    uint32_t mirror = 0;
    for (unsigned bit = 0; bit < length; bit++)
        mirror |= (code >> bit & 1) << (length - 1 - bit);
    return mirror;
}

// Enters one class of one code into the tables. `code`: its first bit uppermost.
static void enter(unsigned table, unsigned class, uint32_t code, unsigned length) {
    uint32_t mirror = reversed(code, length);
    unsigned total = length + class;
    tables.write[table][class] = mirror | code << POSTINGS_CODE_BITS | length << (2 * POSTINGS_CODE_BITS);
    tables.total[table][class] = (uint8_t)total;
    tables.cost[class][table] = (uint8_t)(length - 1);
    for (uint32_t rest = 0; rest < (uint32_t)1 << (POSTINGS_CODE_BITS - length); rest++) {
        tables.forward[table][mirror | rest << length] = (uint16_t)(total << 6 | (63 - class));
        tables.backward[table][code << (POSTINGS_CODE_BITS - length) | rest] =
            (uint16_t)(total << 10 | (length - 1) << 6 | (63 - class));
    }
}

// A code must use all bit patterns, or the readers would meet entries that mean nothing.
static void make_code(unsigned table) {
    uint32_t code = 0;
    for (unsigned length = 1; length <= POSTINGS_CODE_BITS; length++, code <<= 1)
        for (unsigned class = 0; class < POSTINGS_CLASSES; class ++)
            if ((unsigned)(lengths[table][class] - '0') == length)
                enter(table, class, code++, length);
    if (code != (uint32_t)1 << (POSTINGS_CODE_BITS + 1)) {
        fprintf(stderr, "make_codes: code %u uses %" PRIu32 " of %u patterns\n", table, code >> 1,
                1u << POSTINGS_CODE_BITS);
        exit(EXIT_FAILURE);
    }
}

// One member of the tables, an array of rows.
#define PUT(member)                                                                                                    \
    do {                                                                                                               \
        printf("    .%s = {", #member);                                                                                \
        for (size_t row = 0; row < sizeof tables.member / sizeof *tables.member; row++) {                              \
            printf("\n        {");                                                                                     \
            for (size_t i = 0; i < sizeof *tables.member / sizeof **tables.member; i++)                                \
                printf("%" PRIu32 ",", (uint32_t)tables.member[row][i]);                                               \
            printf("},");                                                                                              \
        }                                                                                                              \
        printf("},\n");                                                                                                \
    } while (0)

int main(void) {
    for (unsigned table = 0; table < POSTINGS_CODES; table++)
        make_code(table);
    puts("// Made by make_codes.c.\n#include \"codes.h\"\n\nconst postings_code_tables postings_codes = {");
    PUT(forward);
    PUT(backward);
    PUT(write);
    PUT(total);
    PUT(cost);
    puts("};");
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
