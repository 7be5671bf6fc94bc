// SPDX-License-Identifier: Apache-2.0
// plan.c: a leaf in one segment: words -> numbers, symbols -> bigrams and their posting lists.
// Bigrams cover a phrase (cover.c). If one word or bigram is missing, the leaf occurs nowhere, and what comes after it
// is not looked up.

#include "plan.h"

#include "gdx/ngram.h"

#include "broken.h"
#include "cover.h"
#include "sort.h"

gdx_status query_symbols_number(const query_segment *segment, const query_node *leaf, uint32_t *numbers, bool *out_all,
                                gdx_error *err) {
    *out_all = true;
    for (uint32_t i = 0; i < leaf->symbol_count && *out_all; i++) {
        const query_symbol *symbol = &leaf->symbols[i];
        numbers[i] = symbol->code;
        if (symbol->code != GDX_WORD_FLAG)
            continue;
        gdx_status status = gdx_segment_find_word(segment->segment, symbol->word, &numbers[i], err);
        if (status != GDX_OK)
            return status;
        *out_all = numbers[i] != GDX_SYMBOL_END;
    }
    return GDX_OK;
}

gdx_status query_bigram_find(query_run *run, const query_segment *segment, query_alternatives first,
                             query_alternatives second, query_bigram *out, gdx_error *err) {
    out->list_count = out->count = 0;
    for (int i = 0; i < QUERY_ALTERNATIVES_MAX; i++) {
        uint32_t left = first.numbers[i & 1], right = second.numbers[i >> 1];
        if (left == GDX_SYMBOL_END || right == GDX_SYMBOL_END)
            continue;
        gdx_term term;
        gdx_status status = gdx_segment_find_term(segment->segment, left, right, &term, err);
        if (status == GDX_OK)
            status = query_run_spend(run, 500, err);
        if (status != GDX_OK)
            return status;
        if (term.count == 0)
            continue;
        out->lists[out->list_count++] = term;
        out->count += term.count;
    }
    return GDX_OK;
}

query_alternatives query_alternatives_of(const query_node *leaf, const uint32_t *numbers, uint32_t index) {
    uint32_t other = leaf->symbols[index].other;
    return (query_alternatives){{numbers[index], other ? other : GDX_SYMBOL_END}};
}

uint32_t query_bigram_offset(const query_node *leaf, uint32_t index) {
    return index * 2 + 1 < leaf->symbol_count ? index * 2 : leaf->symbol_count - 2;
}

gdx_status query_symbol_is_met(query_run *run, const query_segment *segment, uint32_t number, bool *out,
                               gdx_error *err) {
    gdx_status status = gdx_segment_has_symbol(segment->segment, number, out, err);
    return status == GDX_OK ? query_run_spend(run, 500, err) : status;
}

static gdx_status plan_phrase(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    uint32_t *numbers = query_run_take(run, plan->leaf->symbol_count * sizeof *numbers, err);
    if (!numbers)
        return GDX_NO_MEMORY;
    bool has_all;
    gdx_status status = query_symbols_number(segment, plan->leaf, numbers, &has_all, err);
    plan->is_nowhere = !has_all;
    if (status != GDX_OK || plan->is_nowhere)
        return status;
    plan->numbers = numbers;
    if (plan->leaf->symbol_count > 1)
        return query_cover_find(run, segment, plan, err);
    plan->ranges = query_run_take(run, 2 * sizeof *plan->ranges, err);
    if (!plan->ranges)
        return GDX_NO_MEMORY;
    plan->ranges[plan->range_count++] = (query_symbol_range){numbers[0], numbers[0] + 1};
    uint32_t other = plan->leaf->symbols[0].other;
    bool has_other = false;
    if (other)
        status = query_symbol_is_met(run, segment, other, &has_other, err);
    if (has_other)
        plan->ranges[plan->range_count++] = (query_symbol_range){other, other + 1};
    return status;
}

static gdx_status plan_prefix(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    plan->ranges = query_run_take(run, sizeof *plan->ranges, err);
    if (!plan->ranges)
        return GDX_NO_MEMORY;
    query_symbol_range *range = plan->ranges;
    plan->range_count = 1;
    gdx_status status = gdx_segment_word_prefix(segment->segment, plan->leaf->value, &range->low, &range->high, err);
    plan->is_nowhere = status != GDX_OK || range->low >= range->high;
    return status;
}

// Words with a common suffix lie anywhere among the words: sorts their numbers and joins neighbours into ranges.
static gdx_status plan_suffix(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    uint32_t low = 0, high = 0;
    gdx_status status = gdx_segment_word_suffix(segment->segment, plan->leaf->value, &low, &high, err);
    plan->is_nowhere = status != GDX_OK || low >= high;
    if (plan->is_nowhere)
        return status;
    size_t count = high - low;
    uint32_t *numbers = query_run_take(run, count * 2 * sizeof *numbers, err); // and space to sort them
    plan->ranges = query_run_take(run, count * sizeof *plan->ranges, err);
    if (!numbers || !plan->ranges)
        return GDX_NO_MEMORY;
    for (uint32_t i = low; i < high && status == GDX_OK; i++) {
        status = gdx_segment_word_reversed(segment->segment, i, &numbers[i - low], err);
        if (status == GDX_OK)
            status = query_run_spend(run, 20, err);
    }
    if (status != GDX_OK)
        return status;
    query_sort(numbers, numbers + count, count);
    query_symbol_range *last = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!last || last->high != numbers[i])
            plan->ranges[plan->range_count++] = (query_symbol_range){numbers[i], numbers[i]};
        last = &plan->ranges[plan->range_count - 1];
        last->high = numbers[i] + 1;
    }
    return GDX_OK;
}

gdx_status query_plan_make(query_run *run, const query_segment *segment, const query_node *leaf, query_plan *out,
                           gdx_error *err) {
    *out = (query_plan){.leaf = leaf};
    gdx_status status = leaf->kind == QUERY_WORD_PREFIX   ? plan_prefix(run, segment, out, err)
                        : leaf->kind == QUERY_WORD_SUFFIX ? plan_suffix(run, segment, out, err)
                                                          : plan_phrase(run, segment, out, err);
    return status == GDX_OK ? query_broken_find(run, segment, out, err) : status;
}
