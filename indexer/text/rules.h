// SPDX-License-Identifier: Apache-2.0
// rules.h: the rules that the build makes tables of. Relies on tables.h.
#ifndef GDX_TEXT_RULES_H
#define GDX_TEXT_RULES_H

#include "tables.h"

extern const gdx_rule text_rule_2;

#endif
