// SPDX-License-Identifier: Apache-2.0
// cut.c: windows around occurrences. Relies on cut.h. Occurrences that lie near each other are a group, whose stretch
// of the part is read at once, with as much around it as windows mostly reach. If one reaches further, since marks are
// passed over, the part is cut again in larger groups.

#include "cut.h"

#include "gdx/letters.h"
#include "gdx/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    GROUP_GAP = 256, // symbols: reading them is cheaper than finding a place anew
    SLACK = 16,      // marks that are expected among the letters of a window, and the letter beside it
    TAKEN = 4,       // of an occurrence; the other states are WINDOWS_LEFT and WINDOWS_RIGHT
    BEGINS_LEFT = 8, // a window begins here; while windows are marked
    BEGINS_RIGHT = 16
};

struct stretch { // of the part, as the reader gives it
    const gdx_symbols *symbols;
    uint32_t first;    // of symbols
    uint32_t from, to; // what is looked at
    uint32_t length;   // of the part
    bool is_short;     // a window reaches out of it
};

void cut_list_clear(struct cut_list *list) {
    free(list->symbols);
    free(list->sides);
    free(list->words);
    free(list->runs);
    gdx_arena_free(list->arena);
    *list = (struct cut_list){0};
}

void cutter_clear(struct cutter *cutter) {
    gdx_part_reader_free(cutter->reader);
    free(cutter->states);
    *cutter = (struct cutter){0};
}

// ---- symbols

static uint32_t symbol_at(const struct stretch *stretch, uint32_t at) {
    return stretch->symbols->symbols[at - stretch->first];
}

static bool is_letter(const struct stretch *stretch, uint32_t at) {
    return gdx_symbol_is_letter(symbol_at(stretch, at));
}

// What ends a sentence, as folded.
static bool ends_sentence(uint32_t symbol) {
    return symbol == 0x3002 || symbol == '!' || symbol == '?' || symbol == ';';
}

// Words get numbers of the list.
static gdx_status take_symbol(struct cut_list *list, const gdx_symbols *from, uint32_t symbol, uint32_t *out) {
    *out = symbol;
    if (!(symbol & GDX_WORD_FLAG))
        return GDX_OK;
    if (!list->arena)
        list->arena = gdx_arena_new();
    if (!list->arena ||
        gdx_grow(&list->words, &list->word_capacity, list->word_count + 1, sizeof *list->words) != GDX_OK)
        return GDX_NO_MEMORY;
    gdx_slice word = gdx_symbols_word(from, symbol & ~GDX_WORD_FLAG);
    *out = GDX_WORD_FLAG | (uint32_t)list->word_count;
    return gdx_arena_copy(list->arena, word, &list->words[list->word_count++]);
}

static gdx_status add_run(struct cut_list *list, const struct stretch *stretch, uint32_t from, uint32_t to,
                          uint32_t unit, const uint8_t *states) {
    size_t count = to - from;
    struct cut_run run = {list->count, to - from, unit, 0, 0};
    if (gdx_grow(&list->symbols, &list->capacity, list->count + count, sizeof *list->symbols) != GDX_OK ||
        gdx_grow(&list->sides, &list->side_capacity, list->count + count, 1) != GDX_OK ||
        gdx_grow(&list->runs, &list->run_capacity, list->run_count + 1, sizeof *list->runs) != GDX_OK)
        return GDX_NO_MEMORY;
    gdx_status status = GDX_OK;
    for (uint32_t at = from; at < to && status == GDX_OK; at++) {
        list->sides[list->count] = states ? states[at - stretch->from] : 0;
        status = take_symbol(list, stretch->symbols, symbol_at(stretch, at), &list->symbols[list->count++]);
    }
    list->runs[list->run_count++] = run;
    return status;
}

// The letter at `at`, which is none of an occurrence, beside the last run.
static gdx_status add_border(struct cut_list *list, const struct stretch *stretch, int64_t at, const uint8_t *states,
                             uint32_t *out) {
    if (at < stretch->from || at >= stretch->to || states[at - stretch->from] & TAKEN ||
        !is_letter(stretch, (uint32_t)at))
        return GDX_OK;
    return take_symbol(list, stretch->symbols, symbol_at(stretch, (uint32_t)at), out);
}

// ---- united windows

// Notes where windows begin. One that begins outside of the stretch makes it too short.
static void begin_windows(const struct cutter *cutter, struct stretch *stretch, const gdx_place *places, size_t count) {
    uint8_t *states = cutter->states;
    for (size_t i = 0; i < count; i++) {
        if (places[i].begin > stretch->from)
            states[places[i].begin - 1 - stretch->from] |= BEGINS_LEFT;
        else
            stretch->is_short |= stretch->from > 0;
        if (places[i].end < stretch->to)
            states[places[i].end - stretch->from] |= BEGINS_RIGHT;
        else
            stretch->is_short |= stretch->to < stretch->length;
    }
}

// Passes over the symbol at hand, of which `letters` may still be marked. Returns how many are left. A window that
// begins reaches further than those that began before it: so one pass marks all, however many lie in a run of marks.
static uint32_t mark_symbol(const struct cutter *cutter, const struct stretch *stretch, uint32_t at, uint32_t letters,
                            uint8_t begins, uint8_t side) {
    uint8_t *state = &cutter->states[at - stretch->from];
    if (*state & begins)
        letters = cutter->letters;
    *state &= (uint8_t)~begins;
    if (letters == 0 || ends_sentence(symbol_at(stretch, at)))
        return 0;
    *state |= side;
    return letters - is_letter(stretch, at);
}

// Marks what windows reach. What goes on outside of the stretch makes it too short.
static void mark_windows(const struct cutter *cutter, struct stretch *stretch) {
    uint32_t letters = 0;
    for (uint32_t at = stretch->from; at < stretch->to; at++)
        letters = mark_symbol(cutter, stretch, at, letters, BEGINS_RIGHT, WINDOWS_RIGHT);
    stretch->is_short |= letters > 0 && stretch->to < stretch->length;
    letters = 0;
    for (uint32_t at = stretch->to; at-- > stretch->from;)
        letters = mark_symbol(cutter, stretch, at, letters, BEGINS_LEFT, WINDOWS_LEFT);
    stretch->is_short |= letters > 0 && stretch->from > 0;
}

static gdx_status add_window_runs(const struct cutter *cutter, const struct stretch *stretch, uint32_t unit,
                                  struct cut_list *out) {
    const uint8_t *states = cutter->states;
    gdx_status status = GDX_OK;
    for (uint32_t at = stretch->from, end; at < stretch->to && status == GDX_OK; at = end) {
        for (end = at; end < stretch->to && states[end - stretch->from] && !(states[end - stretch->from] & TAKEN) &&
                       is_letter(stretch, end);)
            end++;
        if (end == at) {
            end++;
            continue;
        }
        uint32_t before = 0, after = 0;
        status = add_run(out, stretch, at, end, unit, states);
        if (status == GDX_OK)
            status = add_border(out, stretch, (int64_t)at - 1, states, &before);
        if (status == GDX_OK)
            status = add_border(out, stretch, end, states, &after);
        if (status == GDX_OK) {
            out->runs[out->run_count - 1].before = before;
            out->runs[out->run_count - 1].after = after;
        }
    }
    return status;
}

static gdx_status unite(struct cutter *cutter, struct stretch *stretch, const gdx_place *places, size_t count,
                        uint32_t unit, struct cut_list *out) {
    size_t length = stretch->to - stretch->from;
    if (gdx_grow(&cutter->states, &cutter->state_capacity, length + 1, 1) != GDX_OK)
        return GDX_NO_MEMORY;
    memset(cutter->states, 0, length);
    begin_windows(cutter, stretch, places, count);
    mark_windows(cutter, stretch);
    for (size_t i = 0; i < count; i++)
        for (uint32_t at = places[i].begin; at < places[i].end; at++)
            cutter->states[at - stretch->from] |= TAKEN;
    return stretch->is_short ? GDX_OK : add_window_runs(cutter, stretch, unit, out);
}

// ---- neighbours

static gdx_status add_neighbours(const struct cutter *cutter, const struct stretch *stretch, const gdx_place *places,
                                 size_t count, uint32_t unit, struct cut_list *out) {
    uint32_t letters = cutter->letters;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        bool is_after = cutter->shape == WINDOWS_AFTER;
        uint32_t room = is_after ? stretch->length - places[i].end : places[i].begin, at = 0;
        if (room < letters)
            continue;
        uint32_t from = is_after ? places[i].end : places[i].begin - letters;
        while (at < letters && is_letter(stretch, from + at))
            at++;
        if (at == letters)
            status = add_run(out, stretch, from, from + letters, unit, NULL);
    }
    return status;
}

// ---- groups

static gdx_status cut_group(struct cutter *cutter, uint32_t unit, const gdx_place *places, size_t count,
                            struct stretch *stretch, struct cut_list *out, gdx_error *err) {
    gdx_part_symbols read;
    gdx_status status = gdx_part_reader_read(cutter->reader, places[0].part, stretch->from, stretch->to, 0, &read, err);
    if (status != GDX_OK)
        return status;
    stretch->symbols = read.symbols;
    stretch->first = read.first;
    status = cutter->shape == WINDOWS_UNITED ? unite(cutter, stretch, places, count, unit, out)
                                             : add_neighbours(cutter, stretch, places, count, unit, out);
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "the letters of the documents");
}

// `reach`: symbols read on both sides of each group. *out_is_short: a window reaches further.
static gdx_status cut_groups(struct cutter *cutter, uint32_t unit, const gdx_place *places, size_t count,
                             uint32_t reach, struct cut_list *out, bool *out_is_short, gdx_error *err) {
    struct stretch stretch = {.length = gdx_part_reader_length(cutter->reader, places[0].part)};
    gdx_status status = GDX_OK;
    for (size_t i = 0, end; i < count && status == GDX_OK && !stretch.is_short; i = end) {
        uint32_t last = places[i].end;
        for (end = i + 1; end < count && places[end].begin <= (uint64_t)last + 2 * (uint64_t)reach + GROUP_GAP; end++)
            last = places[end].end > last ? places[end].end : last;
        stretch.from = places[i].begin > reach ? places[i].begin - reach : 0;
        stretch.to = stretch.length - last > reach ? last + reach : stretch.length;
        status = cut_group(cutter, unit, places + i, end - i, &stretch, out, err);
    }
    *out_is_short = stretch.is_short;
    return status;
}

gdx_status cut_part(struct cutter *cutter, uint32_t unit, const gdx_place *places, size_t count, struct cut_list *out,
                    gdx_error *err) {
    const size_t runs = out->run_count, symbols = out->count, words = out->word_count;
    uint32_t reach = cutter->shape == WINDOWS_UNITED ? cutter->letters + cutter->letters / 4 + SLACK : cutter->letters;
    for (;;) {
        bool is_short = false;
        gdx_status status = cut_groups(cutter, unit, places, count, reach, out, &is_short, err);
        if (status != GDX_OK || !is_short)
            return status;
        out->run_count = runs;
        out->count = symbols;
        out->word_count = words;
        reach = reach < UINT32_MAX / 8 ? reach * 4 : UINT32_MAX / 2;
    }
}
