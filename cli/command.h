// SPDX-License-Identifier: Apache-2.0
// command.h: the commands of the program. Each has a file of its own name with its options, its check and its work.
// Relies on option.h. A new command is one file with its `struct command`, and one row in commands.c.
#ifndef GRAMDEX_COMMAND_H
#define GRAMDEX_COMMAND_H

#include "option.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_WRONG_USE = 2, EXIT_REFUSED = 3 };

// The index-th command, in the order in which help lists them; NULL after the last one.
const struct command *command_at(size_t index);
// The command that the first words of an argument list name, and how many words that takes: `bench wire` takes two.
// NULL: there is none.
const struct command *command_find(int count, char *const *words, int *out_words);
// The command with the nearest name; NULL: none is near.
const struct command *command_near(const char *name);

#endif
