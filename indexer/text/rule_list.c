// SPDX-License-Identifier: Apache-2.0
// rule_list.c: the rules of this program. Tests link programs with lists of their own in its place.

#include "rules.h"

const gdx_rule *const text_rules[] = {&text_rule_2};
const size_t text_rule_count = sizeof text_rules / sizeof *text_rules;
