// SPDX-License-Identifier: Apache-2.0
// overview.h: what is said of the program as a whole: by its help and by its man page.
// Relies on command.h.
#ifndef GRAMDEX_OVERVIEW_H
#define GRAMDEX_OVERVIEW_H

#include "command.h"

struct overview {
    const char *summary;      // one line
    const char *const *usage; // lines; NULL ends them
    const char *description;  // a paragraph
    const char *notes;        // paragraphs
    size_t examples;          // of the first commands, the first of each
};
extern const struct overview overview;

// The general help, or with `is_short` the usage and the list of commands.
void overview_print_help(FILE *to, bool is_short);

#endif
