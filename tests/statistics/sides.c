// SPDX-License-Identifier: Apache-2.0
// sides.c: see sides.h.

#include "sides.h"

#include "../support/plain_rule.h"
#include "gdx/letters.h"
#include "gdx/utf8.h"
#include "kinds.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct naive naive;

static void add_letter(uint32_t kind, uint32_t mark, uint32_t unit) {
    assert_true(naive.count < LETTERS_MOST && kind < WORDS_MOST);
    naive.letters[naive.count] = kind;
    naive.mark[naive.count] = mark;
    naive.unit[naive.count++] = unit;
    naive.all += kind != 0;
}

static void add_text(gdx_slice text, uint32_t unit) {
    static gdx_symbols cut;
    plain_symbols(text, &cut);
    for (size_t i = 0; i < cut.count; i++) {
        char spelling[8];
        uint32_t symbol = cut.symbols[i], kind = 0;
        bool is_word = symbol & GDX_WORD_FLAG;
        if (is_word)
            kind = kind_of(gdx_symbols_word(&cut, symbol & ~GDX_WORD_FLAG));
        else if (gdx_symbol_is_letter(symbol))
            kind = kind_of((gdx_slice){spelling, gdx_utf8_encode((uint8_t *)spelling, symbol)});
        add_letter(kind, kind ? 0 : symbol, unit);
        naive.is_word[kind] = is_word;
    }
    add_letter(0, 0, unit);
}

static void add_side(const struct side *side, uint32_t first_unit) {
    for (size_t i = 0; i < side->count; i++) {
        const gdx_document *document = &naive.corpus->documents[side->documents[i]].stored;
        uint32_t unit = first_unit + (uint32_t)i;
        if (!document->title_from_text)
            add_text(document->title, unit);
        add_text(document->text, unit);
        gdx_part_walk walk = {0};
        for (const gdx_part *part; (part = gdx_document_next_part(document, &walk));)
            if (part->field != GDX_FIELD_FURNITURE)
                add_text(part->text, unit);
    }
}

void read_sides(void) {
    naive.count = naive.all = 0;
    kinds_forget();
    add_side(&naive.a, 0);
    add_side(&naive.b, (uint32_t)naive.a.count);
}

bool stands_at(size_t at, const uint32_t *letters, uint32_t length) {
    for (uint32_t i = 0; i < length; i++)
        if (at + i >= naive.count || naive.letters[at + i] != letters[i])
            return false;
    return true;
}

void count_string(struct naive_string *string) {
    uint32_t last = UINT32_MAX;
    for (size_t at = 0; at < naive.count; at++) {
        if (!stands_at(at, string->letters, string->length))
            continue;
        bool is_in_a = naive.unit[at] < naive.a.count, is_new = naive.unit[at] != last;
        string->in_a += is_in_a;
        string->in_b += !is_in_a;
        string->a += is_in_a && is_new;
        string->b += !is_in_a && is_new;
        last = naive.unit[at];
    }
}

struct naive_string counted(const uint32_t *letters, uint32_t length) {
    struct naive_string string = {.letters = letters, .length = length};
    count_string(&string);
    return string;
}

size_t often(const uint32_t *letters, uint32_t length) {
    struct naive_string string = {.letters = letters, .length = length};
    count_string(&string);
    return string.in_a + string.in_b;
}

double pair_association(uint32_t first, uint32_t second) {
    const uint32_t pair[] = {first, second};
    return log((double)often(pair, 2) * (double)naive.all / ((double)often(&first, 1) * (double)often(&second, 1)));
}

bool contains(const struct naive_string *outer, const struct naive_string *inner) {
    for (uint32_t i = 0; i + inner->length <= outer->length; i++)
        if (memcmp(outer->letters + i, inner->letters, inner->length * sizeof *inner->letters) == 0)
            return true;
    return false;
}
