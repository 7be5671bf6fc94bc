// SPDX-License-Identifier: Apache-2.0
// letters.c: which symbols are letters. The scripts are those that the rule writes without spaces, whose every letter
// is a symbol; their letters, marks and digits are those of Unicode 15 (categories L, M, Nd, Nl), as of the rule. Note
// marks (No) are none. tests/text/test_letters.py makes the list again.

#include "gdx/letters.h"

#include "tables.h"

struct range {
    uint32_t first, last;
};

static const struct range letters[] = {
    {0x0e01, 0x0e3a},   {0x0e40, 0x0e4e},   {0x0e50, 0x0e59},   {0x0e81, 0x0e82},   {0x0e84, 0x0e84},
    {0x0e86, 0x0e8a},   {0x0e8c, 0x0ea3},   {0x0ea5, 0x0ea5},   {0x0ea7, 0x0ebd},   {0x0ec0, 0x0ec4},
    {0x0ec6, 0x0ec6},   {0x0ec8, 0x0ece},   {0x0ed0, 0x0ed9},   {0x0edc, 0x0edf},   {0x1000, 0x1049},
    {0x1050, 0x109d},   {0x1100, 0x11ff},   {0x1780, 0x17d3},   {0x17d7, 0x17d7},   {0x17dc, 0x17dd},
    {0x17e0, 0x17e9},   {0x3005, 0x3007},   {0x3021, 0x302f},   {0x3031, 0x3035},   {0x3038, 0x303c},
    {0x3041, 0x3096},   {0x3099, 0x309a},   {0x309d, 0x309f},   {0x30a1, 0x30fa},   {0x30fc, 0x30ff},
    {0x3105, 0x312f},   {0x3131, 0x318e},   {0x31a0, 0x31bf},   {0x31f0, 0x31ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff},   {0xa960, 0xa97c},   {0xa9e0, 0xa9fe},   {0xaa60, 0xaa76},   {0xaa7a, 0xaa7f},
    {0xac00, 0xd7a3},   {0xd7b0, 0xd7c6},   {0xd7cb, 0xd7fb},   {0xf900, 0xfa6d},   {0xfa70, 0xfad9},
    {0xff66, 0xffbe},   {0xffc2, 0xffc7},   {0xffca, 0xffcf},   {0xffd2, 0xffd7},   {0xffda, 0xffdc},
    {0x16fe3, 0x16fe3}, {0x16ff0, 0x16ff1}, {0x1aff0, 0x1aff3}, {0x1aff5, 0x1affb}, {0x1affd, 0x1affe},
    {0x1b000, 0x1b122}, {0x1b132, 0x1b132}, {0x1b150, 0x1b152}, {0x1b155, 0x1b155}, {0x1b164, 0x1b167},
    {0x20000, 0x2a6df}, {0x2a700, 0x2b739}, {0x2b740, 0x2b81d}, {0x2b820, 0x2cea1}, {0x2ceb0, 0x2ebe0},
    {0x2f800, 0x2fa1d}, {0x30000, 0x3134a}, {0x31350, 0x323af},
};

bool gdx_symbol_is_letter(uint32_t symbol) {
    enum { IDEOGRAPHS = 0x4e00, IDEOGRAPHS_END = 0xa000 }; // nearly all of Chinese text
    if (symbol & GDX_WORD_FLAG || (symbol >= IDEOGRAPHS && symbol < IDEOGRAPHS_END))
        return true;
    size_t low = 0, high = sizeof letters / sizeof *letters;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (letters[middle].last < symbol)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizeof letters / sizeof *letters && letters[low].first <= symbol;
}

uint32_t gdx_marks_next(uint32_t from, uint32_t *out_end) {
    enum { CODE_POINTS = 0x110000, RANGES = sizeof letters / sizeof *letters };
    for (size_t i = 0; i < RANGES && letters[i].first <= from; i++)
        from = letters[i].last >= from ? letters[i].last + 1 : from;
    *out_end = CODE_POINTS;
    for (size_t i = RANGES; i > 0 && letters[i - 1].first > from; i--)
        *out_end = letters[i - 1].first;
    return from;
}

bool gdx_rule_is_digit(const gdx_rule *rule, uint32_t code_point) {
    return code_point < 0x110000 && text_entry(rule, code_point) & TEXT_DIGIT;
}
