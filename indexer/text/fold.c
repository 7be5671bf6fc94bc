// SPDX-License-Identifier: Apache-2.0
// fold.c: folds a cluster of several characters: maps each by its entry, decomposes, orders the marks, composes. The
// data is the rule's own, so that a library of another Unicode version changes no symbol.
// The table of entries holds equivalents already (著 is 着). That changes nothing here: make-rule sees to it that no
// character with an equivalent takes part in composition.

#include "fold.h"

#include "gdx/utf8.h"

#include <stdlib.h>

// Unicode 15, section 3.12: syllables are composed by arithmetic.
enum {
    SYLLABLE_FIRST = 0xac00,
    LEADING_FIRST = 0x1100,
    VOWEL_FIRST = 0x1161,
    TRAILING_BASE = 0x11a7, // one before the first
    LEADING_COUNT = 19,
    VOWEL_COUNT = 21,
    TRAILING_COUNT = 28,
    SYLLABLE_COUNT = LEADING_COUNT * VOWEL_COUNT * TRAILING_COUNT
};

static uint32_t get(const gdx_buffer *codes, size_t index) {
    return gdx_load_u32(codes->data + index * sizeof(uint32_t));
}

static void set(gdx_buffer *codes, size_t index, uint32_t code_point) {
    gdx_store_u32(codes->data + index * sizeof(uint32_t), code_point);
}

static gdx_status add(gdx_buffer *codes, uint32_t code_point) {
    gdx_status status = gdx_buffer_reserve(codes, sizeof code_point);
    if (status == GDX_OK) {
        gdx_store_u32(codes->data + codes->bytes, code_point);
        codes->bytes += sizeof code_point;
    }
    return status;
}

// ---- decomposing

static int compare_class(const void *key, const void *row) {
    uint32_t code_point = *(const uint32_t *)key;
    const text_class *class = row;
    return code_point < class->first ? -1 : code_point > class->last;
}

static uint32_t class_of(const gdx_rule *rule, uint32_t code_point) {
    const text_class *found = bsearch(&code_point, rule->classes, rule->class_count, sizeof *found, compare_class);
    return found ? found->value : 0;
}

static int compare_whole(const void *key, const void *row) {
    uint32_t code_point = *(const uint32_t *)key, whole = ((const text_pair *)row)->whole;
    return code_point < whole ? -1 : code_point > whole;
}

static const text_pair *decomposition_of(const gdx_rule *rule, uint32_t code_point) {
    return bsearch(&code_point, rule->decompositions, rule->decomposition_count, sizeof(text_pair), compare_whole);
}

static gdx_status add_syllable(gdx_buffer *codes, uint32_t syllable) {
    uint32_t trailing = syllable % TRAILING_COUNT;
    gdx_status status = add(codes, LEADING_FIRST + syllable / TRAILING_COUNT / VOWEL_COUNT);
    if (status == GDX_OK)
        status = add(codes, VOWEL_FIRST + syllable / TRAILING_COUNT % VOWEL_COUNT);
    if (status == GDX_OK && trailing)
        status = add(codes, TRAILING_BASE + trailing);
    return status;
}

static gdx_status add_decomposed(const gdx_rule *rule, gdx_buffer *codes, uint32_t code_point) {
    uint32_t syllable = code_point - SYLLABLE_FIRST;
    if (syllable < SYLLABLE_COUNT)
        return add_syllable(codes, syllable);
    uint32_t seconds[8]; // a decomposition is at most four deep
    size_t depth = 0;
    for (const text_pair *pair; depth < 8 && (pair = decomposition_of(rule, code_point)); code_point = pair->first)
        if (pair->second)
            seconds[depth++] = pair->second;
    gdx_status status = add(codes, code_point);
    while (status == GDX_OK && depth > 0)
        status = add(codes, seconds[--depth]);
    return status;
}

static gdx_status add_folded(const text_view *view, size_t at, uint32_t code_point, size_t bytes, gdx_buffer *codes) {
    uint32_t entry = text_entry(view->rule, code_point);
    if (entry & TEXT_CONTEXT) {
        text_sense sense = text_sense_of(view, at, bytes, code_point);
        if (sense != TEXT_AS_FOLDED)
            return add(codes, TEXT_ITSELF | (sense == TEXT_AS_BROKEN ? GDX_BROKEN_HYPHEN : code_point));
    }
    if (!(entry & TEXT_EXPANDS))
        return add_decomposed(view->rule, codes, text_entry_value(entry, code_point));
    const uint32_t *list = view->rule->expansions + (entry & TEXT_VALUE_MASK);
    gdx_status status = GDX_OK;
    for (uint32_t i = 1; status == GDX_OK && i <= list[0]; i++)
        status = add_decomposed(view->rule, codes, text_entry_value(list[i], 0));
    return status;
}

// ---- composing

// Marks in a row ascend by class; those of one class keep their order.
static void order_marks(const gdx_rule *rule, gdx_buffer *codes, size_t count) {
    for (size_t i = 1; i < count; i++) {
        uint32_t code_point = get(codes, i), class = class_of(rule, code_point);
        size_t at = i;
        for (; class && at > 0 && class_of(rule, get(codes, at - 1)) > class; at--)
            set(codes, at, get(codes, at - 1));
        set(codes, at, code_point);
    }
}

static int compare_parts(const void *key, const void *row) {
    const text_pair *a = key, *b = row;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return a->second < b->second ? -1 : a->second > b->second;
}

static uint32_t compose_pair(const gdx_rule *rule, uint32_t first, uint32_t second) {
    if (first - LEADING_FIRST < LEADING_COUNT && second - VOWEL_FIRST < VOWEL_COUNT)
        return SYLLABLE_FIRST + ((first - LEADING_FIRST) * VOWEL_COUNT + second - VOWEL_FIRST) * TRAILING_COUNT;
    if (first - SYLLABLE_FIRST < SYLLABLE_COUNT && (first - SYLLABLE_FIRST) % TRAILING_COUNT == 0 &&
        second - TRAILING_BASE - 1 < TRAILING_COUNT - 1)
        return first + second - TRAILING_BASE;
    const text_pair key = {0, first, second};
    const text_pair *found = bsearch(&key, rule->compositions, rule->composition_count, sizeof key, compare_parts);
    return found ? found->whole : 0;
}

// A character composes with the last starter unless one of its class or of class 0 is between them.
static size_t compose(const gdx_rule *rule, gdx_buffer *codes, size_t count) {
    size_t kept = 0, starter = SIZE_MAX;
    uint32_t class_between = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t code_point = get(codes, i), class = class_of(rule, code_point);
        bool is_next = starter != SIZE_MAX && starter + 1 == kept;
        if (starter != SIZE_MAX && (is_next || class_between < class)) {
            uint32_t whole = compose_pair(rule, get(codes, starter), code_point);
            if (whole) {
                set(codes, starter, whole);
                continue;
            }
        }
        if (class == 0)
            starter = kept;
        class_between = class;
        set(codes, kept++, code_point);
    }
    return kept;
}

gdx_status text_fold(const text_view *view, size_t begin, size_t end, gdx_buffer *scratch, size_t *out_count) {
    gdx_status status = GDX_OK;
    scratch->bytes = 0;
    for (size_t at = begin, bytes; status == GDX_OK && at < end; at += bytes) {
        uint32_t code_point = gdx_utf8_decode_valid(view->text + at, &bytes);
        status = add_folded(view, at, code_point, bytes, scratch);
    }
    if (status != GDX_OK)
        return status;
    size_t count = scratch->bytes / sizeof(uint32_t);
    order_marks(view->rule, scratch, count);
    *out_count = compose(view->rule, scratch, count);
    return GDX_OK;
}
