// SPDX-License-Identifier: Apache-2.0
// broken.c: occurrences with broken words. A broken word is its pieces with the symbol GDX_BROKEN_HYPHEN between them.
// The search starts from a piece that is met before such a hyphen: the list of these two is short. It goes back to the
// start of the leaf and then forward symbol by symbol, thinning the list by one bigram at a time, and branches where
// another piece is met. A branch whose list is empty ends, so that the work follows what is in the text, not the
// number of ways to break the words.

#include "broken.h"

#include "gdx/ngram.h"
#include "gdx/utf8.h"

#include "blocks.h"
#include "fields.h"
#include "phrase.h"
#include "sort.h"

#include <assert.h>
#include <stdlib.h>

enum { DEPTH_MAX = 64 }; // hyphens in one occurrence; more are not looked for

struct search { // of one leaf in one segment
    query_run *run;
    const query_segment *segment;
    query_plan *plan;
    uint32_t depth;
    size_t found_capacity;
};

// Occurrences that agree so far: `list` has their starts, `length` their symbols, `last` the symbol they end with.
struct state {
    query_list list; // values in the run's memory
    uint32_t length;
    query_alternatives last;
    uint32_t element; // of the leaf, to be matched next
    uint32_t byte;    // of its word: what is before was matched by pieces
};

static gdx_status list_copy(query_run *run, const query_list *from, query_list *out, gdx_error *err) {
    out->count = out->capacity = from->count;
    out->values = query_run_take(run, from->count * sizeof *out->values, err);
    if (!out->values)
        return GDX_NO_MEMORY;
    if (from->count)
        memcpy(out->values, from->values, from->count * sizeof *out->values);
    return GDX_OK;
}

// ---- numbers of symbols

static query_alternatives only(uint32_t number) {
    return (query_alternatives){{number, GDX_SYMBOL_END}};
}

static bool is_none(query_alternatives symbol) {
    return symbol.numbers[0] == GDX_SYMBOL_END && symbol.numbers[1] == GDX_SYMBOL_END;
}

static gdx_status number_word(const struct search *search, gdx_slice word, query_alternatives *out, gdx_error *err) {
    *out = only(GDX_SYMBOL_END);
    gdx_status status = gdx_segment_find_word(search->segment->segment, word, &out->numbers[0], err);
    return status == GDX_OK ? query_run_spend(search->run, 500, err) : status;
}

static gdx_status number_element(const struct search *search, uint32_t element, query_alternatives *out,
                                 gdx_error *err) {
    const query_symbol *symbol = &search->plan->leaf->symbols[element];
    if (symbol->code == GDX_WORD_FLAG)
        return number_word(search, symbol->word, out, err);
    *out = (query_alternatives){{symbol->code, symbol->other ? symbol->other : GDX_SYMBOL_END}};
    return GDX_OK;
}

static bool is_prefix(const struct search *search) {
    return search->plan->leaf->kind == QUERY_WORD_PREFIX;
}

// The letters of element `element`: those of a word, or those that a word starts with.
static gdx_slice letters_of(const struct search *search, uint32_t element) {
    const query_node *leaf = search->plan->leaf;
    if (!query_is_phrase(leaf))
        return leaf->value;
    const query_symbol *symbol = &leaf->symbols[element];
    return symbol->code == GDX_WORD_FLAG ? symbol->word : (gdx_slice){NULL, 0};
}

// ---- one symbol more

// Appends a symbol: keeps the occurrences that go on with it.
static gdx_status append(struct search *search, struct state *state, query_alternatives symbol, gdx_error *err) {
    query_bigram bigram = {.offset = state->length - 1};
    if (is_none(symbol)) {
        state->list.count = 0;
        return GDX_OK;
    }
    gdx_status status = query_bigram_find(search->run, search->segment, state->last, symbol, &bigram, err);
    if (status == GDX_OK && bigram.count == 0)
        state->list.count = 0;
    else if (status == GDX_OK)
        status = query_bigram_thin(search->run, search->segment, &bigram, &state->list, err);
    state->last = symbol;
    state->length++;
    return status;
}

// Keeps the positions whose next symbol but `offset` is one of the words [low, high), after a hyphen.
static gdx_status keep_words(struct search *search, struct state *state, uint32_t low, uint32_t high, gdx_error *err) {
    GDX_AUTO(gdx_term_walk) walk = NULL;
    query_list *other = &search->run->searcher->other;
    other->count = 0;
    gdx_status status =
        gdx_term_walk_open(search->segment->segment, GDX_BROKEN_HYPHEN, GDX_BROKEN_HYPHEN + 1, &walk, err);
    bool has = true;
    while (status == GDX_OK && has) {
        gdx_term term;
        status = gdx_term_walk_next(walk, &term, &has, err);
        if (status != GDX_OK || !has || term.second < low || term.second >= high)
            continue;
        status = query_term_append(search->run, search->segment, &term, other, err);
        if (status == GDX_OK)
            status = query_run_spend(search->run, 50 + term.count * 2, err);
    }
    if (status == GDX_OK)
        status = query_run_sort(search->run, other, 0, err);
    if (status != GDX_OK)
        return status;
    size_t kept = 0;
    for (size_t i = 0, j = 0; i < state->list.count; i++) {
        uint32_t wanted = state->list.values[i] + state->length - 1;
        while (j < other->count && other->values[j] < wanted)
            j++;
        if (j < other->count && other->values[j] == wanted)
            state->list.values[kept++] = state->list.values[i];
    }
    state->list.count = kept;
    state->length++;
    return GDX_OK;
}

// ---- forward

static gdx_status keep_found(struct search *search, struct state *state, gdx_error *err) {
    query_plan *plan = search->plan;
    query_keep_fields(search->segment, plan->leaf->fields, &state->list);
    if (state->list.count == 0)
        return GDX_OK;
    if (plan->broken_count == search->found_capacity) {
        size_t capacity = search->found_capacity * 2 + 4;
        query_broken *larger = query_run_take(search->run, capacity * sizeof *larger, err);
        if (!larger)
            return GDX_NO_MEMORY;
        if (plan->broken_count)
            memcpy(larger, plan->broken, plan->broken_count * sizeof *larger);
        plan->broken = larger;
        search->found_capacity = capacity;
    }
    plan->broken[plan->broken_count++] = (query_broken){state->length, state->list.values, state->list.count};
    return GDX_OK;
}

static gdx_status go_on(struct search *search, const struct state *from, gdx_error *err);

// Breaks the word of the element at hand in every way: a piece, a hyphen, and on from there.
static gdx_status break_word(struct search *search, const struct state *from, gdx_error *err) {
    gdx_slice letters = letters_of(search, from->element);
    gdx_status status = GDX_OK;
    for (size_t end = from->byte + 1; end < letters.bytes && status == GDX_OK; end++) {
        if (gdx_utf8_continues((uint8_t)letters.data[end]))
            continue;
        query_alternatives piece;
        struct state next = *from;
        status = number_word(search, (gdx_slice){letters.data + from->byte, end - from->byte}, &piece, err);
        if (status != GDX_OK || is_none(piece))
            continue;
        status = list_copy(search->run, &from->list, &next.list, err);
        if (status == GDX_OK)
            status = append(search, &next, piece, err);
        if (status == GDX_OK && next.list.count)
            status = append(search, &next, only(GDX_BROKEN_HYPHEN), err);
        next.byte = (uint32_t)end;
        if (status == GDX_OK && next.list.count)
            status = go_on(search, &next, err);
    }
    return status;
}

// The rest of the word that was broken last, whole.
static gdx_status end_word(struct search *search, struct state *state, gdx_error *err) {
    gdx_slice letters = letters_of(search, state->element);
    gdx_slice rest = {letters.data + state->byte, letters.bytes - state->byte};
    state->byte = 0;
    state->element++;
    if (is_prefix(search)) {
        uint32_t low = 0, high = 0;
        gdx_status status = gdx_segment_word_prefix(search->segment->segment, rest, &low, &high, err);
        return status == GDX_OK ? keep_words(search, state, low, high, err) : status;
    }
    query_alternatives piece;
    gdx_status status = number_word(search, rest, &piece, err);
    return status == GDX_OK ? append(search, state, piece, err) : status;
}

// From occurrences that end with a hyphen inside a word: every way to complete them.
static gdx_status go_on(struct search *search, const struct state *from, gdx_error *err) {
    if (search->depth == DEPTH_MAX)
        return GDX_OK;
    search->depth++;
    struct state state = *from;
    gdx_status status = break_word(search, from, err);
    if (status == GDX_OK)
        status = list_copy(search->run, &from->list, &state.list, err);
    if (status == GDX_OK)
        status = end_word(search, &state, err);
    while (status == GDX_OK && state.list.count && state.element < search->plan->leaf->symbol_count) {
        query_alternatives symbol;
        status = break_word(search, &state, err);
        if (status == GDX_OK)
            status = number_element(search, state.element, &symbol, err);
        if (status == GDX_OK)
            status = append(search, &state, symbol, err);
        state.element++;
    }
    search->depth--;
    return status == GDX_OK && state.list.count ? keep_found(search, &state, err) : status;
}

// ---- the first hyphen

static gdx_status take_positions(struct search *search, const query_bigram *bigram, query_list *out, gdx_error *err) {
    query_list *unpacked = &search->run->searcher->positions;
    gdx_status status = query_bigram_unpack(search->run, search->segment, bigram, unpacked, err);
    if (status == GDX_OK)
        status = query_run_spend(search->run, 500 + bigram->count * 2, err);
    return status == GDX_OK ? list_copy(search->run, unpacked, out, err) : status;
}

// From positions of element `element` to those of the leaf's start, by the elements before, which are whole.
static gdx_status go_back(struct search *search, uint32_t element, query_alternatives piece, query_list *list,
                          gdx_error *err) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->values[i] >= element)
            list->values[kept++] = list->values[i] - element;
    list->count = kept;
    query_alternatives after = piece;
    gdx_status status = GDX_OK;
    while (element-- > 0 && list->count && status == GDX_OK) {
        query_alternatives before;
        query_bigram bigram = {.offset = element};
        status = number_element(search, element, &before, err);
        if (status == GDX_OK && !is_none(before))
            status = query_bigram_find(search->run, search->segment, before, after, &bigram, err);
        if (status == GDX_OK && bigram.count == 0)
            list->count = 0;
        else if (status == GDX_OK)
            status = query_bigram_thin(search->run, search->segment, &bigram, list, err);
        after = before;
    }
    return status;
}

// Occurrences whose first hyphen is in element `element`, after its first `bytes` bytes.
static gdx_status start_at(struct search *search, uint32_t element, size_t bytes, gdx_error *err) {
    query_alternatives piece;
    query_bigram bigram = {.offset = 0};
    gdx_status status = number_word(search, (gdx_slice){letters_of(search, element).data, bytes}, &piece, err);
    if (status == GDX_OK && !is_none(piece))
        status = query_bigram_find(search->run, search->segment, piece, only(GDX_BROKEN_HYPHEN), &bigram, err);
    if (status != GDX_OK || bigram.count == 0)
        return status;
    struct state state = {
        .length = element + 2, .last = only(GDX_BROKEN_HYPHEN), .element = element, .byte = (uint32_t)bytes};
    status = take_positions(search, &bigram, &state.list, err);
    if (status == GDX_OK)
        status = go_back(search, element, piece, &state.list, err);
    return status == GDX_OK && state.list.count ? go_on(search, &state, err) : status;
}

static gdx_status break_each_word(struct search *search, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < search->plan->leaf->symbol_count && status == GDX_OK; i++) {
        gdx_slice letters = letters_of(search, i);
        for (size_t bytes = 1; bytes < letters.bytes && status == GDX_OK; bytes++)
            if (!gdx_utf8_continues((uint8_t)letters.data[bytes]))
                status = start_at(search, i, bytes, err);
    }
    return status;
}

// ---- words by their end

// `starts` are positions of a piece that must end with the first `bytes` letters of the leaf; from there on `length`
// symbols are right. The piece is any word that ends so, or these very letters after another hyphen.
static gdx_status go_left(struct search *search, size_t bytes, const query_list *starts, uint32_t length,
                          gdx_error *err);

static gdx_status end_with_words(struct search *search, size_t bytes, const query_list *starts, uint32_t length,
                                 gdx_error *err) {
    gdx_segment *segment = search->segment->segment;
    uint32_t low = 0, high = 0;
    gdx_slice ending = {search->plan->leaf->value.data, bytes};
    gdx_status status = gdx_segment_word_suffix(segment, ending, &low, &high, err);
    for (uint32_t i = low; i < high && status == GDX_OK; i++) {
        query_bigram bigram = {.offset = 0};
        struct state state = {.length = length};
        uint32_t word = 0;
        status = gdx_segment_word_reversed(segment, i, &word, err);
        if (status == GDX_OK)
            status = query_bigram_find(search->run, search->segment, only(word), only(GDX_BROKEN_HYPHEN), &bigram, err);
        if (status != GDX_OK || bigram.count == 0)
            continue;
        status = list_copy(search->run, starts, &state.list, err);
        if (status == GDX_OK)
            status = query_bigram_thin(search->run, search->segment, &bigram, &state.list, err);
        if (status == GDX_OK && state.list.count)
            status = keep_found(search, &state, err);
    }
    return status;
}

static void move_back(query_list *list) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->values[i] > 0)
            list->values[kept++] = list->values[i] - 1;
    list->count = kept;
}

// The piece is letters [from, bytes) of the leaf, with a hyphen on either side.
static gdx_status end_with_piece(struct search *search, size_t from, size_t bytes, const query_list *starts,
                                 uint32_t length, gdx_error *err) {
    query_alternatives piece;
    query_bigram after = {.offset = 0}, before = {.offset = 0};
    gdx_slice letters = {search->plan->leaf->value.data + from, bytes - from};
    gdx_status status = number_word(search, letters, &piece, err);
    if (status == GDX_OK && !is_none(piece))
        status = query_bigram_find(search->run, search->segment, piece, only(GDX_BROKEN_HYPHEN), &after, err);
    if (status == GDX_OK && after.count)
        status = query_bigram_find(search->run, search->segment, only(GDX_BROKEN_HYPHEN), piece, &before, err);
    if (status != GDX_OK || before.count == 0)
        return status;
    query_list list;
    status = list_copy(search->run, starts, &list, err);
    if (status == GDX_OK)
        status = query_bigram_thin(search->run, search->segment, &after, &list, err);
    move_back(&list);
    if (status == GDX_OK && list.count)
        status = query_bigram_thin(search->run, search->segment, &before, &list, err);
    move_back(&list);
    return status == GDX_OK && list.count ? go_left(search, from, &list, length + 2, err) : status;
}

static gdx_status go_left(struct search *search, size_t bytes, const query_list *starts, uint32_t length,
                          gdx_error *err) {
    if (search->depth == DEPTH_MAX)
        return GDX_OK;
    search->depth++;
    gdx_status status = end_with_words(search, bytes, starts, length, err);
    for (size_t from = 1; from < bytes && status == GDX_OK; from++)
        if (!gdx_utf8_continues((uint8_t)search->plan->leaf->value.data[from]))
            status = end_with_piece(search, from, bytes, starts, length, err);
    search->depth--;
    return status;
}

static gdx_status find_ends(struct search *search, gdx_error *err) {
    gdx_slice letters = search->plan->leaf->value;
    gdx_status status = GDX_OK;
    for (size_t bytes = 1; bytes < letters.bytes && status == GDX_OK; bytes++) {
        if (gdx_utf8_continues((uint8_t)letters.data[bytes]))
            continue;
        query_alternatives last;
        query_bigram bigram = {.offset = 0};
        query_list starts = {0};
        status = number_word(search, (gdx_slice){letters.data + bytes, letters.bytes - bytes}, &last, err);
        if (status == GDX_OK && !is_none(last))
            status = query_bigram_find(search->run, search->segment, only(GDX_BROKEN_HYPHEN), last, &bigram, err);
        if (status == GDX_OK && bigram.count)
            status = take_positions(search, &bigram, &starts, err);
        move_back(&starts);
        if (status == GDX_OK && starts.count)
            status = go_left(search, bytes, &starts, 3, err);
    }
    return status;
}

// ---- all of them

static int by_length(const void *a, const void *b) {
    uint32_t left = ((const query_broken *)a)->length, right = ((const query_broken *)b)->length;
    return left < right ? -1 : left > right;
}

// Those of one length into one list.
static gdx_status join(struct search *search, gdx_error *err) {
    query_plan *plan = search->plan;
    uint32_t kept = 0;
    qsort(plan->broken, plan->broken_count, sizeof *plan->broken, by_length);
    for (uint32_t first = 0, end; first < plan->broken_count; first = end) {
        size_t count = 0;
        for (end = first; end < plan->broken_count && plan->broken[end].length == plan->broken[first].length; end++)
            count += plan->broken[end].count;
        uint32_t *all = query_run_take(search->run, count * 2 * sizeof *all, err); // and space to sort them
        if (!all)
            return GDX_NO_MEMORY;
        count = 0;
        for (uint32_t i = first; i < end; count += plan->broken[i++].count)
            memcpy(all + count, plan->broken[i].positions, plan->broken[i].count * sizeof *all);
        query_sort(all, all + count, count);
        plan->broken[kept++] = (query_broken){plan->broken[first].length, all, count};
    }
    plan->broken_count = kept;
    return GDX_OK;
}

static bool has_words(const query_node *leaf) {
    if (!query_is_phrase(leaf))
        return true;
    for (uint32_t i = 0; i < leaf->symbol_count; i++)
        if (leaf->symbols[i].code == GDX_WORD_FLAG && leaf->symbols[i].word.bytes > 1)
            return true;
    return false;
}

gdx_status query_broken_find(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    if (!has_words(plan->leaf))
        return GDX_OK;
    bool has_hyphens = false;
    gdx_status status = query_symbol_is_met(run, segment, GDX_BROKEN_HYPHEN, &has_hyphens, err);
    if (status != GDX_OK || !has_hyphens)
        return status;
    struct search search = {.run = run, .segment = segment, .plan = plan};
    status = plan->leaf->kind == QUERY_WORD_SUFFIX ? find_ends(&search, err) : break_each_word(&search, err);
    return status == GDX_OK && plan->broken_count > 1 ? join(&search, err) : status;
}
