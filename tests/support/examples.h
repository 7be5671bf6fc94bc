// SPDX-License-Identifier: Apache-2.0
// examples.h: the examples of a page under docs/: the lines of its fenced blocks of one kind. Fails the test that
// calls.
#ifndef TEST_EXAMPLES_H
#define TEST_EXAMPLES_H

#include "gdx/base.h"

// Calls `check` with each line of the blocks of docs/<page> that start with "```" and `kind`. Returns how many there
// are.
int examples_check(const char *page, const char *kind, void (*check)(const char *line));

// The text of an example, where \n and \uXXXX are escapes. The caller clears it.
gdx_buffer examples_text(const char *start, const char *end);

#endif
