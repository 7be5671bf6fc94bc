// SPDX-License-Identifier: Apache-2.0
// characters.h: what a layout asks of characters: does white space part two of them, does a sentence end, is a text the
// mark of a note. Relies on gdx/utf8.h.
#ifndef LAYOUT_CHARACTERS_H
#define LAYOUT_CHARACTERS_H

#include "gdx/slice.h"
#include "gdx/utf8.h"
#include "gdx/white.h"

// Scripts that are written with spaces between words: everything below the radicals that is no sign.
static inline bool layout_is_spaced(uint32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0xc0 && c < 0x2000);
}
static inline bool layout_is_digit(uint32_t c) {
    return (c >= '0' && c <= '9') || (c >= 0xff10 && c <= 0xff19);
}
static inline bool layout_is_latin(uint32_t c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
// Ideographs, kana, hangul and their signs: as wide as they are high.
static inline bool layout_is_wide(uint32_t c) {
    return (c >= 0x2e80 && c < 0xa4d0) || (c >= 0xac00 && c < 0xd7b0) || (c >= 0xf900 && c < 0xfb00) ||
           (c >= 0xfe30 && c < 0xfe50) || (c >= 0xff00 && c < 0xff61) || c >= 0x20000;
}

uint32_t layout_first_character(gdx_slice text); // 0: empty
uint32_t layout_last_character(gdx_slice text);
uint32_t layout_count(gdx_slice text); // characters without blanks
// The width that the characters would take, in halves of the size.
uint32_t layout_half_widths(gdx_slice text);
// "1", "[12]", "〔3〕", "①", "*", "注1", "1,2": nothing else in the text.
bool layout_is_mark(gdx_slice text);
// Bytes of a note's mark at the start of a line: the same, before something else. 0: none. A number without brackets
// counts only where `bare` allows it.
size_t layout_mark_at_start(gdx_slice text, bool bare);
// "3参见": one or two digits, right before what they do not count.
bool layout_starts_with_number(gdx_slice text);
// Whether a sentence or a heading may be over after this text.
bool layout_ends_sentence(gdx_slice text);
// "图 1", "表2-3", "Figure 4", "Table 5": bytes of it at the start of the text. 0: none.
size_t layout_caption_start(gdx_slice text);
// "资料来源：", "数据来源", "Source:".
bool layout_is_source(gdx_slice text);
// "注：", "Note:".
bool layout_is_remark(gdx_slice text);
// "- 3 -", "3 / 12", "第 3 页", "iv": nothing else in the text.
bool layout_is_page_number(gdx_slice text);

#endif
