// SPDX-License-Identifier: Apache-2.0
// spell.c: the spelling of a text: from its start on, always the longest token.
// Relies on step.h.
#include "step.h"

#include <stdlib.h>

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

gdx_status matcher_spell(const token_matcher *matcher, gdx_slice text, token_spelling *spelling) {
    gdx_status status = make_room(spelling, text.bytes + 1);
    if (status != GDX_OK)
        return status;
    uint32_t *code_points = spelling->code_points;
    size_t count = 0, tokens = 0, literals = 0;
    for (size_t i = 0, bytes; i < text.bytes; i += bytes)
        code_points[count++] = gdx_utf8_decode_valid((const uint8_t *)text.data + i, &bytes);
    code_points[count] = 0; // goes on from no node
    for (size_t at = 0; at < count;) {
        uint32_t best = MATCHER_NONE;
        size_t end = at + 1;
        uint64_t node = step_first(matcher, code_points[at]);
        for (size_t i = at + 1; node != 0; i++) {
            uint32_t token = step_token(node);
            end = token != MATCHER_NONE ? i : end;
            best = token != MATCHER_NONE ? token : best;
            node = step_find(matcher, node, code_points[i]);
        }
        spelling->tokens[tokens++] = best;
        spelling->literals[literals] = code_points[at];
        literals += best == MATCHER_NONE;
        at = end;
    }
    spelling->count = tokens;
    spelling->literal_count = literals;
    return GDX_OK;
}
