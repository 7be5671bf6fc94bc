// SPDX-License-Identifier: Apache-2.0
// spell.c: the spelling of a text: from its start on, always the longest token.
// Relies on step.h.
#include "step.h"

#include <stdlib.h>

#define INLINE static inline __attribute__((always_inline))

enum { WINDOW = 128 }; // code points

void spelling_clear(token_spelling *spelling) {
    free(spelling->code_points);
    free(spelling->tokens);
    free(spelling->literals);
    memset(spelling, 0, sizeof *spelling);
}

static gdx_status make_room(token_spelling *spelling, size_t count) {
    if (count <= spelling->capacity)
        return GDX_OK;
    spelling_clear(spelling);
    spelling->code_points = malloc(count * sizeof *spelling->code_points);
    spelling->tokens = malloc(count * sizeof *spelling->tokens);
    spelling->literals = malloc(count * sizeof *spelling->literals);
    if (!spelling->code_points || !spelling->tokens || !spelling->literals) {
        spelling_clear(spelling);
        return GDX_NO_MEMORY;
    }
    spelling->capacity = count;
    return GDX_OK;
}

// Starts to load what a step from `node` will look at.
INLINE void fetch(const uint64_t *slots, uint64_t node, uint32_t code_point) {
    const uint64_t *table = slots + step_table(node);
    uint32_t mask = (1u << step_size(node)) - 1, hash = step_hash(code_point);
    __builtin_prefetch(table + (hash & mask));
    __builtin_prefetch(table + (step_other(hash) & mask));
}

// The first two steps from each code point of a window. Walking token after token, each step would wait for the memory
// that the step before names; here many wait at once.
INLINE void look_ahead(const token_matcher *matcher, const uint32_t *code_points, size_t count,
                       uint64_t seconds[WINDOW]) {
    const uint64_t *slots = matcher->slots, *first = matcher->first;
    for (size_t i = 0; i < count; i++) {
        seconds[i] = step_first(first, code_points[i]);
        fetch(slots, seconds[i], code_points[i + 1]);
    }
}

// The longest token at each place that the one before ends at, up to the end of the window. Returns where the last one
// ends.
INLINE size_t walk(const token_matcher *matcher, token_spelling *spelling, const uint64_t *seconds, size_t at,
                   size_t begin, size_t end) {
    const uint64_t *slots = matcher->slots;
    const uint32_t *code_points = spelling->code_points;
    uint32_t *tokens = spelling->tokens + spelling->count, *literals = spelling->literals + spelling->literal_count;
    while (at < end) {
        uint32_t best = MATCHER_NONE;
        size_t next = at + 1;
        uint64_t node = seconds[at - begin];
        for (size_t i = at + 1; node != 0; i++) {
            uint32_t token = step_token(node);
            next = token != MATCHER_NONE ? i : next;
            best = token != MATCHER_NONE ? token : best;
            node = step_find(slots, node, code_points[i]);
        }
        *tokens++ = best;
        *literals = code_points[at];
        literals += best == MATCHER_NONE;
        at = next;
    }
    spelling->count = (size_t)(tokens - spelling->tokens);
    spelling->literal_count = (size_t)(literals - spelling->literals);
    return at;
}

INLINE void spell(const token_matcher *matcher, gdx_slice text, token_spelling *spelling) {
    uint32_t *code_points = spelling->code_points;
    uint64_t seconds[WINDOW];
    size_t count = 0;
    for (size_t i = 0, bytes; i < text.bytes; i += bytes)
        code_points[count++] = gdx_utf8_decode_valid((const uint8_t *)text.data + i, &bytes);
    code_points[count] = code_points[count + 1] = 0; // no node goes on with it
    spelling->count = spelling->literal_count = 0;
    for (size_t begin = 0, at = 0; begin < count; begin += WINDOW) {
        size_t window = count - begin < WINDOW ? count - begin : WINDOW;
        look_ahead(matcher, code_points + begin, window, seconds);
        at = walk(matcher, spelling, seconds, at, begin, begin + window);
    }
}

static void spell_plain(const token_matcher *matcher, gdx_slice text, token_spelling *spelling) {
    spell(matcher, text, spelling);
}

GDX_TARGET_V3 static void spell_v3(const token_matcher *matcher, gdx_slice text, token_spelling *spelling) {
    spell(matcher, text, spelling);
}

gdx_status matcher_spell(const token_matcher *matcher, gdx_slice text, token_spelling *spelling) {
    gdx_status status = make_room(spelling, text.bytes + 2);
    if (status != GDX_OK)
        return status;
    (gdx_processor_level() >= GDX_PROCESSOR_V3 ? spell_v3 : spell_plain)(matcher, text, spelling);
    return GDX_OK;
}
