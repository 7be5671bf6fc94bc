// SPDX-License-Identifier: Apache-2.0
// holds.h: what must be true of the symbols of any text. Each check returns NULL, or a static string that says what is
// broken. The tests and the fuzzer share it. Relies on gdx/text.h. A lack of memory ends the program.
#ifndef TEXT_HOLDS_H
#define TEXT_HOLDS_H

#include "gdx/text.h"

// The module gives the symbols of the plain rule, with and without spans. True of texts without an overlong cluster.
const char *symbols_equal_plain(gdx_slice utf8);
bool has_overlong_cluster(gdx_slice utf8); // more continuing characters in a row than the module takes into one

// Spans ascend inside the text, and the bytes of each give its symbol again. Time: the square of a span's length.
const char *spans_hold(gdx_slice utf8);
// Cutting from a checkpoint gives the rest of the symbols; there is one for each multiple of GDX_CHECKPOINT_SYMBOLS.
const char *checkpoints_hold(gdx_slice utf8);

// With a space between two, words in brackets, the hyphen of a broken word as -/; a zero at the end.
void print_symbols(const gdx_symbols *symbols, gdx_buffer *out);
void cut_or_die(gdx_slice utf8, unsigned options, gdx_symbols *symbols);
// Symbol `i` of one equals symbol `j` of the other; words are equal by their letters.
bool is_same_symbol(const gdx_symbols *a, size_t i, const gdx_symbols *b, size_t j);

#endif
