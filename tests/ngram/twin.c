// SPDX-License-Identifier: Apache-2.0
// twin.c: see twin.h.

#include "twin.h"

#include "gdx/ngram.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void twin_add(twin *of, const gdx_symbols *symbols) {
    assert(of->count + symbols->count < TWIN_POSITIONS_MAX);
    for (size_t i = 0; i < symbols->count; i++) {
        twin_symbol *to = &of->symbols[of->count++];
        *to = (twin_symbol){.code = symbols->symbols[i]};
        if (!(to->code & GDX_WORD_FLAG))
            continue;
        gdx_slice word = gdx_symbols_word(symbols, to->code & ~GDX_WORD_FLAG);
        assert(word.bytes < TWIN_WORD_BYTES);
        memcpy(to->word, word.data, word.bytes);
        to->code = GDX_WORD_FLAG;
    }
    of->symbols[of->count++] = (twin_symbol){.code = TWIN_END};
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(a, b); // by unsigned bytes, as the C standard says
}

static void sort_words(twin *of) {
    uint32_t met = 0;
    for (uint32_t i = 0; i < of->count; i++)
        if (of->symbols[i].code == GDX_WORD_FLAG)
            memcpy(of->words[met++], of->symbols[i].word, TWIN_WORD_BYTES);
    qsort(of->words, met, TWIN_WORD_BYTES, by_bytes);
    of->word_count = 0;
    for (uint32_t i = 0; i < met; i++)
        if (i == 0 || strcmp(of->words[i], of->words[of->word_count - 1]) != 0)
            memmove(of->words[of->word_count++], of->words[i], TWIN_WORD_BYTES);
}

static uint32_t number_of(const twin *of, const twin_symbol *symbol) {
    if (symbol->code == TWIN_END)
        return GDX_SYMBOL_END;
    if (symbol->code != GDX_WORD_FLAG)
        return symbol->code;
    const char(*found)[TWIN_WORD_BYTES] = bsearch(symbol->word, of->words, of->word_count, TWIN_WORD_BYTES, by_bytes);
    assert(found);
    return GDX_FIRST_WORD + (uint32_t)(found - (const char(*)[TWIN_WORD_BYTES])of->words);
}

static int in_order(const void *a, const void *b) {
    const twin_posting *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    if (x->second != y->second)
        return x->second < y->second ? -1 : 1;
    return x->position < y->position ? -1 : x->position > y->position;
}

void twin_sort(twin *of) {
    sort_words(of);
    of->posting_count = 0;
    for (uint32_t i = 0; i + 1 < of->count; i++) {
        uint32_t first = number_of(of, &of->symbols[i]), second = number_of(of, &of->symbols[i + 1]);
        if (first != GDX_SYMBOL_END)
            of->postings[of->posting_count++] = (twin_posting){first, second, i};
    }
    qsort(of->postings, of->posting_count, sizeof *of->postings, in_order);
}
