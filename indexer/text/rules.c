// SPDX-License-Identifier: Apache-2.0
// rules.c: finds the matching rule of an index. An index made by an older one is searched by it.

#include "rules.h"

const gdx_rule *gdx_rule_current(void) {
    return text_rules[text_rule_count - 1];
}

const gdx_rule *gdx_rule_find(uint32_t number) {
    for (size_t i = 0; i < text_rule_count; i++)
        if (text_rules[i]->number == number)
            return text_rules[i];
    return NULL;
}

uint32_t gdx_rule_number(const gdx_rule *rule) {
    return rule->number;
}

uint64_t gdx_rule_checksum(const gdx_rule *rule) {
    return rule->checksum;
}

const gdx_regional_word *gdx_rule_words(const gdx_rule *rule, size_t *out_count) {
    *out_count = rule->word_count;
    return rule->words;
}
