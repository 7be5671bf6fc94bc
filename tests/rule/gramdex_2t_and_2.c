// SPDX-License-Identifier: Apache-2.0
// gramdex_2t_and_2.c: the list of rules of a program that makes indexes by rule 2, and searches those of rule 2t.

#include "rules.h"

extern const gdx_rule text_rule_1002; // 2t

const gdx_rule *const text_rules[] = {&text_rule_1002, &text_rule_2};
const size_t text_rule_count = sizeof text_rules / sizeof *text_rules;
