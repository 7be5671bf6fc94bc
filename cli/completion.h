// SPDX-License-Identifier: Apache-2.0
// completion.h: what a shell completes after gramdex, from the tables of options.
// Relies on command.h. Scripts hold all that they know: a shell starts no gramdex to complete a word.
#ifndef GRAMDEX_COMPLETION_H
#define GRAMDEX_COMPLETION_H

#include "command.h"

void completion_print_bash(FILE *to);
void completion_print_zsh(FILE *to);
void completion_print_fish(FILE *to);

#endif
