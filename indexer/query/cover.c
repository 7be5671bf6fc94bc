// SPDX-License-Identifier: Apache-2.0
// cover.c: the cheapest bigrams that cover a phrase.
// Every other bigram covers it; if its number of symbols is odd, the last one overlaps. Where unpacking their lists
// costs more than looking up the bigrams between, these are looked up too, and the cover is the one that is the
// cheapest by their counts. Where lists have blocks, which leave some candidates to be read anyway, a few bigrams are
// looked up, far from each other, and no others if two of these are rare. What was found in one segment is kept for the
// next, where the bigrams are looked up one by one while the phrase is looked for, the one that was missing or the
// rarest first: mostly the lists of two or three leave nothing, and the others are not asked for.

#include "cover.h"

#include "gdx/ngram.h"
#include "gdx/postings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOK_UP_COST = 1024, // in positions unpacked
    LIST_COST = 64,      // of a list, whatever its length
    LOCATED = 2,         // bigrams that are mostly needed at least
    TRIED = 4,           // of a compact segment: looked up before any is judged rare
    CHANCE = 100         // two bigrams are rare if they meet by chance in less than one of so many segments like this
};

static bool is_rarer(const query_bigram *left, const query_bigram *right) {
    return left->count != right->count ? left->count < right->count : left->offset < right->offset;
}

static int by_count(const void *a, const void *b) {
    return is_rarer(a, b) ? -1 : is_rarer(b, a);
}

// Puts the bigram at `from` to its place among those before it, which are in order.
static void insert(query_bigram *bigrams, uint32_t from) {
    uint32_t to = from;
    while (to > 0 && is_rarer(&bigrams[from], &bigrams[to - 1]))
        to--;
    if (to == from)
        return;
    query_bigram kept = bigrams[from];
    memmove(bigrams + to + 1, bigrams + to, (from - to) * sizeof *bigrams);
    bigrams[to] = kept;
}

static void sort_rarest_first(query_bigram *bigrams, uint32_t count) {
    enum { FEW = 12 }; // so many are sorted here without being copied to and fro
    if (count > FEW) {
        qsort(bigrams, count, sizeof *bigrams, by_count);
        return;
    }
    for (uint32_t i = 1; i < count; i++)
        insert(bigrams, i);
}

// What it costs to unpack a list of `count` positions where `rarest` are looked for: each is in one block.
static uint64_t list_cost(uint64_t count, uint64_t rarest) {
    uint64_t blocks = rarest * GDX_POSTINGS_BLOCK;
    return LIST_COST + (count < blocks ? count : blocks);
}

// ---- remembered from segment to segment

struct memory {         // of a leaf; offsets of the bigrams to look up, in that order
    uint32_t count;     // 0: nothing is known yet
    uint32_t is_chosen; // as a cover, the rarest first; else the one that was missing is the first
    uint32_t offsets[];
};
_Static_assert(sizeof(struct memory) == QUERY_COVER_WORDS * sizeof(uint32_t), "as parsing allots it");

// NULL: there is no other segment, or the leaf is not one of the query's own.
static struct memory *memory_of(const query_run *run, const query_node *leaf) {
    bool is_of_query = run->searcher->covers_of == run->number && run->query->leaves[leaf->leaf] == leaf;
    return is_of_query ? (struct memory *)(run->searcher->covers.values + leaf->cover) : NULL;
}

static gdx_status make_memory(query_run *run, gdx_error *err) {
    query_list *covers = &run->searcher->covers;
    size_t words = run->query->cover_words;
    if (run->searcher->covers_of == run->number || gdx_snapshot_segment_count(run->snapshot) < 2)
        return GDX_OK;
    if (gdx_grow(&covers->values, &covers->capacity, words, sizeof *covers->values) != GDX_OK)
        return gdx_fail_memory(err, "an answer");
    memset(covers->values, 0, words * sizeof *covers->values);
    covers->count = words;
    run->searcher->covers_of = run->number;
    return GDX_OK;
}

static void remember(const query_run *run, const query_plan *plan, bool is_chosen) {
    struct memory *memory = memory_of(run, plan->leaf);
    if (!memory)
        return;
    assert(plan->bigram_count < plan->leaf->symbol_count);
    memory->count = plan->bigram_count;
    memory->is_chosen = is_chosen;
    for (uint32_t i = 0; i < plan->bigram_count; i++)
        memory->offsets[i] = plan->bigrams[i].offset;
}

// The bigram at `offset` was missing: in the next segment it is looked up first.
static void remember_missing(const query_run *run, const query_plan *plan, uint32_t offset) {
    struct memory *memory = memory_of(run, plan->leaf);
    if (!memory)
        return;
    if (memory->count == 0)
        remember(run, plan, false);
    uint32_t at = 0;
    while (at < memory->count && memory->offsets[at] != offset)
        at++;
    memory->count += at == memory->count;
    memmove(memory->offsets + 1, memory->offsets, at * sizeof *memory->offsets);
    memory->offsets[0] = offset;
}

// ---- finding

// Every other bigram, the last one overlapping; those of a compact segment in an order in which the first few are far
// from each other, and so hardly of the same word.
static void spread_bigrams(query_plan *plan, bool has_blocks) {
    uint32_t at = 0, symbol_count = plan->leaf->symbol_count, step = has_blocks ? 3 : 1;
    for (uint32_t first = 0; first < step; first++)
        for (uint32_t i = first; i < plan->bigram_count; i += step)
            plan->bigrams[at++].offset = i * 2 + 1 < symbol_count ? i * 2 : symbol_count - 2;
}

static bool has_blocks(const query_segment *segment) {
    return gdx_segment_shape(segment->segment) != GDX_SHAPE_EXACT;
}

// The bigrams to look up first. *out_is_chosen: these and no others.
static gdx_status take_bigrams(query_run *run, const query_segment *segment, query_plan *plan, bool *out_is_chosen,
                               gdx_error *err) {
    uint32_t symbol_count = plan->leaf->symbol_count;
    const struct memory *memory = memory_of(run, plan->leaf);
    bool is_known = memory && memory->count;
    *out_is_chosen = is_known && memory->is_chosen;
    plan->bigram_count = is_known ? memory->count : (symbol_count + 1) / 2;
    plan->bigrams = query_run_take(run, plan->bigram_count * sizeof *plan->bigrams, err);
    if (!plan->bigrams)
        return GDX_NO_MEMORY;
    if (!is_known)
        spread_bigrams(plan, has_blocks(segment));
    for (uint32_t i = 0; is_known && i < plan->bigram_count; i++)
        plan->bigrams[i].offset = memory->offsets[i];
    return GDX_OK;
}

static gdx_term_key key_of(const query_plan *plan, uint32_t offset) {
    return (gdx_term_key){plan->numbers[offset], plan->numbers[offset + 1]};
}

// True: several terms answer.
static bool has_alternatives(const query_plan *plan, uint32_t offset) {
    return plan->leaf->symbols[offset].other || plan->leaf->symbols[offset + 1].other;
}

// So that the waits for memory of several look-ups fall together.
static gdx_status locate(const query_segment *segment, query_plan *plan, uint32_t from, uint32_t to, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t i = from; i < to && i < plan->bigram_count && status == GDX_OK; i++) {
        query_bigram *bigram = &plan->bigrams[i];
        if (has_alternatives(plan, bigram->offset))
            continue;
        status = gdx_segment_locate_term(segment->segment, key_of(plan, bigram->offset), &bigram->block, err);
        bigram->is_located = status == GDX_OK;
    }
    return status;
}

static gdx_status read_located(query_run *run, const query_segment *segment, const query_plan *plan,
                               query_bigram *bigram, gdx_error *err) {
    gdx_term term;
    gdx_status status =
        gdx_segment_read_term(segment->segment, key_of(plan, bigram->offset), bigram->block, &term, err);
    if (status != GDX_OK)
        return status;
    bigram->lists[0] = term;
    bigram->count = term.count;
    bigram->list_count = term.count > 0;
    return query_run_spend(run, 300, err);
}

gdx_status query_cover_look_up(query_run *run, const query_segment *segment, const query_plan *plan,
                               query_bigram *bigram, gdx_error *err) {
    const query_node *leaf = plan->leaf;
    gdx_status status =
        bigram->is_located
            ? read_located(run, segment, plan, bigram, err)
            : query_bigram_find(run, segment, query_alternatives_of(leaf, plan->numbers, bigram->offset),
                                query_alternatives_of(leaf, plan->numbers, bigram->offset + 1), bigram, err);
    if (status == GDX_OK && bigram->count == 0)
        remember_missing(run, plan, bigram->offset);
    return status;
}

// The plan is nowhere when the bigram is missing.
static gdx_status find_one(query_run *run, const query_segment *segment, query_plan *plan, query_bigram *bigram,
                           gdx_error *err) {
    if (bigram->count)
        return GDX_OK;
    gdx_status status = query_cover_look_up(run, segment, plan, bigram, err);
    plan->is_nowhere = status == GDX_OK && bigram->count == 0;
    return status;
}

struct choice { // of the bigram at one offset
    const query_bigram *of;
    uint64_t cost;   // the least for all up to its end
    uint32_t before; // the offset of the bigram before it; its own: none
    bool is_chosen;
};

static uint64_t cost_of_plan(const query_plan *plan) {
    uint64_t rarest = plan->bigrams[0].count;
    uint64_t cost = LIST_COST + rarest;
    for (uint32_t i = 1; i < plan->bigram_count; i++)
        cost += list_cost(plan->bigrams[i].count, rarest);
    return cost;
}

// Marks the cheapest cover, two neighbours being at most two apart; returns the rarest of all.
static uint32_t choose(struct choice *choices, uint32_t count) {
    uint32_t rarest = 0;
    for (uint32_t i = 1; i < count; i++)
        rarest = is_rarer(choices[i].of, choices[rarest].of) ? i : rarest;
    for (uint32_t i = 0; i < count; i++) {
        choices[i].before = i == 0 ? 0 : i == 1 || choices[i - 1].cost < choices[i - 2].cost ? i - 1 : i - 2;
        choices[i].cost =
            list_cost(choices[i].of->count, choices[rarest].of->count) + (i ? choices[choices[i].before].cost : 0);
    }
    uint32_t at = count - 1;
    for (choices[at].is_chosen = true; at > 0; choices[at].is_chosen = true)
        at = choices[at].before;
    return rarest;
}

static void keep_chosen(const struct choice *choices, uint32_t count, query_bigram *bigrams, query_plan *out) {
    out->bigrams = bigrams;
    out->bigram_count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (choices[i].is_chosen)
            bigrams[out->bigram_count++] = *choices[i].of;
    sort_rarest_first(bigrams, out->bigram_count);
}

// Whether looking up the other bigrams costs little beside what it may save.
static bool is_worth_widening(const query_plan *plan) {
    uint32_t others = plan->leaf->symbol_count - 1 - plan->bigram_count;
    return others && cost_of_plan(plan) > (uint64_t)others * LOOK_UP_COST;
}

// Makes the plan the cheapest cover, or that and the rarest bigram, when so few are left by it that it pays.
static void take_cheapest(struct choice *choices, uint32_t count, query_bigram *bigrams, query_plan *plan) {
    uint32_t rarest = choose(choices, count);
    keep_chosen(choices, count, bigrams, plan);
    if (choices[rarest].is_chosen)
        return;
    uint64_t without = cost_of_plan(plan);
    choices[rarest].is_chosen = true;
    keep_chosen(choices, count, bigrams, plan);
    if (cost_of_plan(plan) < without)
        return;
    choices[rarest].is_chosen = false;
    keep_chosen(choices, count, bigrams, plan);
}

// Looks up all other bigrams too.
static gdx_status widen(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    uint32_t count = plan->leaf->symbol_count - 1;
    query_bigram *all = query_run_take(run, 2 * (size_t)count * sizeof *all, err); // the others, and then the chosen
    struct choice *choices = query_run_take(run, count * sizeof *choices, err);
    if (!all || !choices)
        return GDX_NO_MEMORY;
    for (uint32_t i = 0; i < plan->bigram_count; i++)
        choices[plan->bigrams[i].offset].of = &plan->bigrams[i];
    for (uint32_t i = 0; i < count; i++) {
        if (choices[i].of)
            continue;
        all[i].offset = i;
        choices[i].of = &all[i];
        gdx_status status = find_one(run, segment, plan, &all[i], err);
        if (status != GDX_OK || plan->is_nowhere)
            return status;
    }
    take_cheapest(choices, count, all + count, plan);
    return GDX_OK;
}

// Asks the segment's filter for the bigrams that are to be looked up.
static gdx_status rule_out(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    gdx_term_key keys[GDX_TERM_KEYS_MAX];
    uint32_t offsets[GDX_TERM_KEYS_MAX];
    size_t count = 0, missing;
    for (uint32_t i = 0; i < plan->bigram_count && count < GDX_TERM_KEYS_MAX; i++) {
        uint32_t offset = plan->bigrams[i].offset;
        if (has_alternatives(plan, offset))
            continue;
        offsets[count] = offset;
        keys[count++] = key_of(plan, offset);
    }
    gdx_status status = gdx_segment_first_missing(segment->segment, keys, count, &missing, err);
    if (status != GDX_OK || missing == count)
        return status;
    plan->is_nowhere = true;
    remember_missing(run, plan, offsets[missing]);
    return query_run_spend(run, 200, err);
}

gdx_status query_cover_complete(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; status == GDX_OK && i < plan->bigram_count && !plan->is_nowhere; i++)
        status = find_one(run, segment, plan, &plan->bigrams[i], err);
    if (status == GDX_OK && !plan->is_nowhere)
        sort_rarest_first(plan->bigrams, plan->bigram_count);
    return status;
}

static bool are_rare(const query_segment *segment, const query_bigram *rarest) {
    uint64_t spans = segment->position_count / GDX_BLOCK_SYMBOLS >> segment->columns.span_shift;
    return (uint64_t)rarest[0].count * rarest[1].count * CHANCE < spans;
}

// Looks up some, and the others unless two of those are rare. Rarest first, then those that are not looked up.
static gdx_status look_up_few(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    gdx_status status = locate(segment, plan, 0, TRIED, err);
    for (uint32_t i = 0; i < TRIED && i < plan->bigram_count && status == GDX_OK && !plan->is_nowhere; i++)
        status = find_one(run, segment, plan, &plan->bigrams[i], err);
    if (status != GDX_OK || plan->is_nowhere)
        return status;
    if (plan->bigram_count > TRIED) {
        sort_rarest_first(plan->bigrams, TRIED);
        if (are_rare(segment, plan->bigrams))
            return GDX_OK;
    }
    status = locate(segment, plan, TRIED, plan->bigram_count, err);
    return status == GDX_OK ? query_cover_complete(run, segment, plan, err) : status;
}

static gdx_status look_up_all(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    gdx_status status = locate(segment, plan, 0, plan->bigram_count, err);
    return status == GDX_OK ? query_cover_complete(run, segment, plan, err) : status;
}

// Of a cover that was chosen in another segment. The second list of a compact segment is nearly always asked for, too:
// memory fetches it while the first is unpacked.
static gdx_status look_up_first(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    uint32_t count = has_blocks(segment) && plan->bigram_count > 1 ? 2 : 1;
    gdx_status status = locate(segment, plan, 0, LOCATED, err);
    for (uint32_t i = 0; i < count && status == GDX_OK && !plan->is_nowhere; i++)
        status = find_one(run, segment, plan, &plan->bigrams[i], err);
    if (status == GDX_OK && !plan->is_nowhere)
        sort_rarest_first(plan->bigrams, count);
    return status;
}

gdx_status query_cover_find(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    bool is_chosen = false;
    gdx_status status = make_memory(run, err);
    if (status == GDX_OK)
        status = take_bigrams(run, segment, plan, &is_chosen, err);
    if (status == GDX_OK)
        status = rule_out(run, segment, plan, err);
    if (status == GDX_OK && !plan->is_nowhere)
        status = is_chosen             ? look_up_first(run, segment, plan, err)
                 : has_blocks(segment) ? look_up_few(run, segment, plan, err)
                                       : look_up_all(run, segment, plan, err);
    if (status != GDX_OK || plan->is_nowhere || is_chosen)
        return status;
    bool has_all = plan->bigrams[plan->bigram_count - 1].count > 0;
    if (has_all && is_worth_widening(plan))
        status = widen(run, segment, plan, err);
    if (status == GDX_OK && !plan->is_nowhere)
        remember(run, plan, true);
    return status;
}
