// SPDX-License-Identifier: Apache-2.0
// inverter.c: symbols in, field after field: each position keeps the id of its symbol, each id counts how often it
// occurs. Relies on gdx/pages.h and vocabulary.h. Everything that can fail is done before the first position is
// written, and address space is reserved for the worst case, since it costs nothing until it is touched.

#include "inverter.h"

#include <assert.h>
#include <stdlib.h>

enum {
    POSITIONS_MAX = UINT32_MAX - 1,
    CODE_POINT_PAGE_BYTES = CODE_POINTS_A_PAGE * sizeof(uint32_t),
    KEPT_BYTES = 1 << 22,      // of what sorting takes; more is of use to others until the next run is sorted
    NEW_SYMBOLS_MAX = 1 << 16, // is_full expects no more new ones in a document
    NEW_SYMBOL_BYTES = 160,    // a word: its spelling, hash table, ranking and share of the tables by symbol
};

static inverter_symbol *symbols_of(const gdx_inverter *inverter) {
    return inverter->symbols.data;
}

static gdx_status reserve(gdx_inverter *inverter, size_t symbol_count, size_t word_count) {
    size_t ids = inverter->id_count + symbol_count;
    size_t pages = inverter->code_point_page_count + symbol_count;
    if (pages > CODE_POINT_PAGES + 1)
        pages = CODE_POINT_PAGES + 1;
    gdx_status status =
        gdx_pages_reserve(&inverter->ids, (inverter->position_count + symbol_count + 1) * sizeof(uint32_t));
    if (status == GDX_OK)
        status = gdx_pages_reserve(&inverter->symbols, ids * sizeof(inverter_symbol));
    if (status == GDX_OK)
        status = gdx_pages_reserve(&inverter->code_points, pages * CODE_POINT_PAGE_BYTES);
    if (status == GDX_OK)
        status = gdx_pages_reserve(&inverter->word_ids, word_count * sizeof(uint32_t));
    return status;
}

gdx_inverter *gdx_inverter_new(size_t memory_bytes) {
    gdx_inverter *inverter = calloc(1, sizeof *inverter);
    if (!inverter)
        return NULL;
    inverter->memory_bytes = memory_bytes;
    gdx_inverter_reset(inverter);
    // Address space for all that the setting allows: then the big array never moves.
    size_t positions = memory_bytes / POSITION_BYTES;
    if (reserve(inverter, 0, 0) != GDX_OK ||
        gdx_pages_reserve(&inverter->ids, (positions < POSITIONS_MAX ? positions : POSITIONS_MAX) * sizeof(uint32_t)) !=
            GDX_OK) {
        gdx_inverter_free(inverter);
        return NULL;
    }
    return inverter;
}

void gdx_inverter_free(gdx_inverter *inverter) {
    if (!inverter)
        return;
    ngram_vocabulary_clear(&inverter->vocabulary);
    gdx_pages_clear(&inverter->ids);
    gdx_pages_clear(&inverter->symbols);
    gdx_pages_clear(&inverter->word_ids);
    gdx_pages_clear(&inverter->code_points);
    gdx_pages_clear(&inverter->pairs);
    gdx_pages_clear(&inverter->order);
    gdx_pages_clear(&inverter->tallies);
    gdx_pages_clear(&inverter->seconds);
    free(inverter);
}

void gdx_inverter_reset(gdx_inverter *inverter) {
    ngram_invert_reset(inverter);
    ngram_vocabulary_truncate(&inverter->vocabulary, 0);
    if (inverter->code_points.data)
        memset(inverter->code_points.data, 0, (size_t)inverter->code_point_page_count * CODE_POINT_PAGE_BYTES);
    if (inverter->symbols.data)
        memset(inverter->symbols.data, 0, inverter->id_count * sizeof(inverter_symbol));
    if (inverter->pairs.bytes > KEPT_BYTES)
        gdx_pages_clear(&inverter->pairs);
    memset(inverter->page_of, 0, sizeof inverter->page_of);
    inverter->code_point_page_count = 1; // page 0 stays empty: that of all code points not met yet
    inverter->id_count = 1;              // the end mark
    inverter->position_count = 0;
    inverter->is_sorted = false;
}

static uint32_t new_id(gdx_inverter *inverter, uint32_t number) {
    uint32_t id = inverter->id_count++;
    symbols_of(inverter)[id] = (inverter_symbol){.number = number};
    return id;
}

// Finds or makes the id of every word of the text. On failure the words are unchanged.
static gdx_status intern_words(gdx_inverter *inverter, const gdx_symbols *symbols) {
    uint32_t *word_ids = inverter->word_ids.data;
    uint32_t words_before = inverter->vocabulary.count;
    uint32_t ids_before = inverter->id_count;
    for (size_t i = 0; i < symbols->word_count; i++) {
        uint32_t word;
        gdx_status status =
            ngram_vocabulary_intern(&inverter->vocabulary, gdx_symbols_word(symbols, i), inverter->id_count, &word);
        if (status != GDX_OK) {
            ngram_vocabulary_truncate(&inverter->vocabulary, words_before);
            inverter->id_count = ids_before;
            return status;
        }
        word_ids[i] = vocabulary_words(&inverter->vocabulary)[word].symbol;
        if (word_ids[i] == inverter->id_count)
            new_id(inverter, GDX_FIRST_WORD + word);
    }
    return GDX_OK;
}

static uint32_t new_code_point(gdx_inverter *inverter, uint32_t code_point) {
    uint16_t *page = &inverter->page_of[code_point / CODE_POINTS_A_PAGE];
    if (!*page)
        *page = (uint16_t)inverter->code_point_page_count++;
    uint32_t id = new_id(inverter, code_point);
    uint32_t *code_points = inverter->code_points.data;
    code_points[(size_t)*page * CODE_POINTS_A_PAGE + code_point % CODE_POINTS_A_PAGE] = id;
    return id;
}

static void write_positions(gdx_inverter *inverter, const gdx_symbols *symbols) {
    uint32_t *ids = (uint32_t *)inverter->ids.data + inverter->position_count;
    inverter_symbol *table = inverter->symbols.data;
    const uint32_t *word_ids = inverter->word_ids.data;
    const uint32_t *code_points = inverter->code_points.data;
    for (size_t i = 0; i < symbols->count; i++) {
        uint32_t symbol = symbols->symbols[i];
        uint32_t id;
        if (symbol & GDX_WORD_FLAG) {
            id = word_ids[symbol & ~GDX_WORD_FLAG];
        } else {
            uint32_t page = inverter->page_of[symbol / CODE_POINTS_A_PAGE];
            id = code_points[(size_t)page * CODE_POINTS_A_PAGE + symbol % CODE_POINTS_A_PAGE];
            if (!id)
                id = new_code_point(inverter, symbol);
        }
        ids[i] = id;
        table[id].count++;
    }
    ids[symbols->count] = 0;
    table[0].count++;
    inverter->position_count += (uint32_t)symbols->count + 1;
}

gdx_status gdx_inverter_add(gdx_inverter *inverter, const gdx_symbols *symbols) {
    assert(!inverter->is_sorted);
    if (symbols->count >= POSITIONS_MAX - inverter->position_count)
        return GDX_TOO_LARGE;
    gdx_status status = reserve(inverter, symbols->count, symbols->word_count);
    if (status == GDX_OK)
        status = intern_words(inverter, symbols);
    if (status == GDX_OK)
        write_positions(inverter, symbols);
    return status;
}

uint32_t gdx_inverter_positions(const gdx_inverter *inverter) {
    return inverter->position_count;
}

size_t gdx_inverter_bytes(const gdx_inverter *inverter) {
    return sizeof *inverter + (size_t)inverter->position_count * POSITION_BYTES +
           (size_t)inverter->id_count * SYMBOL_BYTES + (size_t)inverter->code_point_page_count * CODE_POINT_PAGE_BYTES +
           ngram_vocabulary_bytes(&inverter->vocabulary);
}

bool gdx_inverter_is_full(const gdx_inverter *inverter, size_t symbol_count) {
    if (symbol_count >= POSITIONS_MAX - 2 || inverter->position_count > POSITIONS_MAX - 2 - symbol_count)
        return true;
    size_t new_symbols = symbol_count < NEW_SYMBOLS_MAX ? symbol_count : NEW_SYMBOLS_MAX;
    size_t more = (symbol_count + 2) * POSITION_BYTES + new_symbols * NEW_SYMBOL_BYTES;
    return more > inverter->memory_bytes || gdx_inverter_bytes(inverter) > inverter->memory_bytes - more;
}

uint32_t gdx_inverter_word_count(const gdx_inverter *inverter) {
    return inverter->vocabulary.count;
}

gdx_slice gdx_inverter_word(const gdx_inverter *inverter, uint32_t word) {
    const uint32_t *ranking = inverter->vocabulary.ranking.data;
    return vocabulary_spelling(&inverter->vocabulary, ranking[word]);
}
