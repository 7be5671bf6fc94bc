// SPDX-License-Identifier: Apache-2.0
// plain_rule.h: the matching rule in its plainest form, as docs/matching-rule.md words it: whole texts, arrays of code
// points, the rule's file read when the test starts. The tests hold the module equal to this twin. Relies on
// gdx/text.h. A lack of memory ends the program.
#ifndef SUPPORT_PLAIN_RULE_H
#define SUPPORT_PLAIN_RULE_H

#include "gdx/text.h"

// The symbols of valid UTF-8, without spans and checkpoints.
void plain_symbols(gdx_slice utf8, gdx_symbols *symbols);

// The folded code points of the text before one symbol replaces another, as 32-bit integers: NFKC_Casefold where the
// text has no note marks and no character that looks at its neighbours. Returns their count.
size_t plain_fold(gdx_slice utf8, gdx_buffer *out);

bool plain_is_special(uint32_t code_point);   // a note mark, or a character that looks at its neighbours
bool plain_is_lone_mark(uint32_t code_point); // a note mark whatever its neighbours

// The other symbol that answers for symbols[at] where the two at `at` are a form of a regional word: its first or its
// second is then *out_at. 0: none. docs/matching-rule.md, point 8.
uint32_t plain_regional(const uint32_t *symbols, size_t count, size_t at, size_t *out_at);

#endif
