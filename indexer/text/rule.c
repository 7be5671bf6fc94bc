// SPDX-License-Identifier: Apache-2.0
// rule.c: the matching rule for one code point, docs/architecture.md, "The matching rule".
// Slow and plain: the tables are made from it, and the tests' slow way asks it directly.

#include "rule.h"

#include <utf8proc.h>

static bool is_unspaced(const text_lists *lists, uint32_t code_point) {
    uint32_t low = 0;
    uint32_t high = lists->unspaced_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (lists->unspaced[middle].last < code_point)
            low = middle + 1;
        else
            high = middle;
    }
    return low < lists->unspaced_count && lists->unspaced[low].first <= code_point;
}

text_kind text_kind_of(const text_lists *lists, uint32_t code_point) {
    switch (utf8proc_category((utf8proc_int32_t)code_point)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
        return TEXT_NOTHING;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return is_unspaced(lists, code_point) ? TEXT_SINGLE : TEXT_WORD;
    default: // punctuation, symbols, private use, unassigned
        return TEXT_SINGLE;
    }
}

uint32_t text_simplified(const text_lists *lists, uint32_t code_point) {
    uint32_t low = 0;
    uint32_t high = lists->pair_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (lists->pairs[middle].traditional < code_point)
            low = middle + 1;
        else
            high = middle;
    }
    bool has = low < lists->pair_count && lists->pairs[low].traditional == code_point;
    return has ? lists->pairs[low].simplified : code_point;
}
