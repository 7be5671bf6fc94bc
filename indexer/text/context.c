// SPDX-License-Identifier: Apache-2.0
// context.c: a numeral, a superscript or a hyphen looks at its neighbours. docs/matching-rule.md, points 6 and 7.

#include "context.h"

#include "gdx/utf8.h"
#include "gdx/white.h"

#include <string.h>

typedef struct parts { // what a character folds to: an entry of each
    uint32_t code_point;
    uint32_t alone; // the list, if it is one
    const uint32_t *list;
    uint32_t count;
    bool is_context;
} parts;

static void find_parts(const gdx_rule *rule, uint32_t code_point, parts *out) {
    uint32_t entry = text_entry(rule, code_point);
    *out = (parts){.code_point = code_point, .alone = entry, .list = &out->alone, .count = 1};
    out->is_context = entry & TEXT_CONTEXT;
    if (entry & TEXT_EXPANDS) {
        const uint32_t *list = rule->expansions + (entry & TEXT_VALUE_MASK);
        out->count = *list;
        out->list = list + 1;
        out->code_point = 0;
    }
}

// The character that ends before byte *at; *at moves to its start. False at the start of the text.
static bool step_back(const text_view *view, size_t *at, parts *out) {
    if (*at == 0)
        return false;
    do
        (*at)--;
    while ((view->text[*at] & 0xc0) == 0x80);
    size_t bytes;
    find_parts(view->rule, gdx_utf8_decode_valid(view->text + *at, &bytes), out);
    return true;
}

static bool step_forward(const text_view *view, size_t *at, parts *out) {
    if (*at == view->end)
        return false;
    size_t bytes;
    find_parts(view->rule, gdx_utf8_decode_valid(view->text + *at, &bytes), out);
    *at += bytes;
    return true;
}

static bool is_digit_before(const text_view *view, size_t at) {
    parts found;
    while (step_back(view, &at, &found))
        if (found.count)
            return !found.is_context && found.list[found.count - 1] & TEXT_DIGIT;
    return false;
}

static bool is_digit_after(const text_view *view, size_t at) {
    parts found;
    while (step_forward(view, &at, &found))
        if (found.count)
            return !found.is_context && found.list[0] & TEXT_DIGIT;
    return false;
}

// The letters directly before byte `at`, the last first; one more than the longest unit at most.
static uint32_t letters_before(const text_view *view, size_t at, uint32_t letters[TEXT_UNIT_MAX + 1]) {
    parts found;
    uint32_t count = 0;
    while (step_back(view, &at, &found)) {
        if (found.is_context && found.count)
            return count;
        for (uint32_t i = found.count; i-- > 0;) {
            if (!(found.list[i] & TEXT_LETTER) || count > TEXT_UNIT_MAX)
                return count;
            letters[count++] = text_entry_value(found.list[i], found.code_point);
        }
    }
    return count;
}

static bool is_unit_before(const text_view *view, size_t at) {
    uint32_t letters[TEXT_UNIT_MAX + 1], unit[TEXT_UNIT_MAX] = {0};
    uint32_t count = letters_before(view, at, letters);
    if (count == 0 || count > TEXT_UNIT_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++)
        unit[i] = letters[count - 1 - i];
    for (uint32_t i = 0; i < view->rule->unit_count; i++)
        if (memcmp(unit, view->rule->units[i], sizeof unit) == 0)
            return true;
    return false;
}

static bool is_line_end(uint32_t code_point) {
    return (code_point >= '\n' && code_point <= '\r') || code_point == 0x85 || code_point == 0x2028 ||
           code_point == 0x2029;
}

static bool is_word_broken(const text_view *view, size_t at, size_t bytes) {
    parts before;
    size_t begin = at;
    if (!step_back(view, &begin, &before) || before.is_context || before.count == 0 ||
        !(before.list[before.count - 1] & TEXT_LETTER))
        return false;
    bool has_line_end = false;
    for (at += bytes; at < view->end; at += bytes) {
        uint32_t code_point = gdx_utf8_decode_valid(view->text + at, &bytes);
        if (!gdx_is_white(code_point))
            return has_line_end && text_entry(view->rule, code_point) & TEXT_LOWER;
        has_line_end |= is_line_end(code_point);
    }
    return false;
}

text_sense text_sense_of(const text_view *view, size_t at, size_t bytes, uint32_t code_point) {
    uint32_t entry = text_entry(view->rule, code_point);
    if (code_point == '-' || code_point == 0xad || text_entry_value(entry, code_point) == '-')
        return is_word_broken(view, at, bytes) ? TEXT_AS_BROKEN : TEXT_AS_FOLDED;
    if (entry & TEXT_DIGIT)
        return is_unit_before(view, at) ? TEXT_AS_FOLDED : TEXT_AS_MARK;
    return is_digit_before(view, at) || is_digit_after(view, at + bytes) ? TEXT_AS_MARK : TEXT_AS_FOLDED;
}
