// SPDX-License-Identifier: Apache-2.0
// rules.c: which matching rules this program has. An index made by another one is searched by it.

#include "rules.h"

static const gdx_rule *const rules[] = {&text_rule_2}; // the last one is current
enum { RULES = sizeof rules / sizeof *rules };

const gdx_rule *gdx_rule_current(void) {
    return rules[RULES - 1];
}

const gdx_rule *gdx_rule_find(uint32_t number) {
    for (size_t i = 0; i < RULES; i++)
        if (rules[i]->number == number)
            return rules[i];
    return NULL;
}

uint32_t gdx_rule_number(const gdx_rule *rule) {
    return rule->number;
}

uint64_t gdx_rule_checksum(const gdx_rule *rule) {
    return rule->checksum;
}

uint64_t gdx_text_rule_fingerprint(void) {
    return gdx_rule_checksum(gdx_rule_current());
}

const gdx_regional_word *gdx_rule_words(const gdx_rule *rule, size_t *out_count) {
    *out_count = rule->word_count;
    return rule->words;
}
