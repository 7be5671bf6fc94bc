// SPDX-License-Identifier: Apache-2.0
// rules.h: the rules that the build makes tables of, and the list of those that the program has. Relies on tables.h.
#ifndef GDX_TEXT_RULES_H
#define GDX_TEXT_RULES_H

#include "tables.h"

extern const gdx_rule text_rule_2;

extern const gdx_rule *const text_rules[]; // the last one is current
extern const size_t text_rule_count;

#endif
