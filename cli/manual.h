// SPDX-License-Identifier: Apache-2.0
// manual.h: man pages, from the tables of options.
// Relies on command.h, overview.h. Pages are in the macros of man(7), in UTF-8, and hold no date: one program gives the
// same bytes.
#ifndef GRAMDEX_MANUAL_H
#define GRAMDEX_MANUAL_H

#include "command.h"

// The page of one command, gramdex-COMMAND(1).
void manual_print(FILE *to, const struct command *command);
// gramdex(1), with the list of commands.
void manual_print_overview(FILE *to);

#endif
