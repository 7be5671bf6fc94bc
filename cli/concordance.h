// SPDX-License-Identifier: Apache-2.0
// concordance.h: every occurrence on a line of its own, aligned on the match. Relies on hits.h, terminal.h.
#ifndef GRAMDEX_CONCORDANCE_H
#define GRAMDEX_CONCORDANCE_H

#include "terminal.h"

#include <gramdex/v1/search.pb-c.h>

// The columns of a line: id, two spaces, what is before the match, then the match and what is after it.
struct concordance {
    const struct style *style;
    unsigned id, before, rest;
};
// For a terminal of the style's width. `has_context` false: nothing is before or after a match.
struct concordance concordance_of(const struct style *style, bool has_context);
// Symbols of context on each side that fill a line of any text.
unsigned concordance_symbols(const struct style *style);
// One line, never wider than the terminal: what does not fit is cut and shown as "…".
void concordance_print(const struct concordance *concordance, const Gramdex__V1__Occurrence *occurrence);

#endif
