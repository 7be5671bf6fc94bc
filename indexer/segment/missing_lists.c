// SPDX-License-Identifier: Apache-2.0
// missing_lists.c: see missing_lists.h. A term of the result has a list of positions when it occurs often enough in all
// sources together, so it is frequent in some source: each source's dictionary names those that may be, and of these
// the sources' occurrences are added up. So it is with symbols that have a frequency list.

#include "missing_lists.h"

#include "fold.h"
#include "frequencies.h"
#include "terms.h"

#include <assert.h>
#include <stdlib.h>

enum { CHECK_EVERY = 256 }; // blocks of terms between two looks at whether the merge is to stop

static gdx_status no_memory(const merge_plan *merge, gdx_error *err) {
    return merge_no_memory(merge, "lists of blocks", err);
}

void missing_lists_free(missing_lists *missing) {
    if (!missing)
        return;
    for (size_t i = 0; missing->sources && i < missing->source_count; i++) {
        missing_source *source = &missing->sources[i];
        deleted_terms_clear(&source->deleted);
        for (size_t s = 0; source->symbols && s < missing->symbols.count; s++)
            free(source->symbols[s].counts);
        free(source->symbols);
        free(source->terms);
    }
    free(missing->sources);
    free(missing->terms.keys);
    free(missing->symbols.keys);
    free(missing->positions);
    free(missing);
}

// Words that are gone have the number of the word after them, which comes last of these.
uint32_t missing_source_symbol(const merge_source *source, uint32_t symbol) {
    if (symbol < GDX_FIRST_WORD)
        return symbol;
    uint32_t low = 0, high = source->segment->word_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if ((source->words[middle] & ~GDX_MERGE_DEAD) <= symbol)
            low = middle + 1;
        else
            high = middle;
    }
    return low && source->words[low - 1] == symbol ? GDX_FIRST_WORD + low - 1 : UINT32_MAX;
}

// The number in the result of a symbol of a source; false: it has none.
static bool result_symbol(const merge_source *source, uint32_t symbol, uint32_t *out) {
    *out = symbol;
    if (symbol < GDX_FIRST_WORD)
        return true;
    uint32_t word = symbol - GDX_FIRST_WORD;
    *out = word < source->segment->word_count ? source->words[word] : GDX_MERGE_DEAD;
    return !(*out & GDX_MERGE_DEAD);
}

// ---- candidates: what may be frequent in the result, by what one source says

struct candidates {
    uint64_t term_least;   // occurrences in a source
    uint64_t symbol_least; // likewise
    missing_lists *missing;
    uint32_t symbol; // of the source, at hand
    uint64_t occurrences;
};

static gdx_status add_key(missing_keys *keys, uint64_t key) {
    gdx_status status = gdx_grow(&keys->keys, &keys->capacity, keys->count + 1, sizeof *keys->keys);
    if (status == GDX_OK)
        keys->keys[keys->count++] = key;
    return status;
}

static gdx_status end_symbol(struct candidates *candidates, const merge_source *source) {
    uint32_t symbol;
    if (candidates->occurrences < candidates->symbol_least || !result_symbol(source, candidates->symbol, &symbol))
        return GDX_OK;
    return add_key(&candidates->missing->symbols, symbol);
}

static gdx_status add_block(struct candidates *candidates, const merge_source *source, const term_block *block) {
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < block->count && status == GDX_OK; i++) {
        uint64_t occurrences = term_occurrences(source->segment, block, i);
        uint32_t first, second;
        if (block->first[i] != candidates->symbol) {
            status = end_symbol(candidates, source);
            candidates->symbol = block->first[i];
            candidates->occurrences = 0;
        }
        candidates->occurrences += occurrences;
        if (status == GDX_OK && occurrences >= candidates->term_least &&
            result_symbol(source, block->first[i], &first) && result_symbol(source, block->second[i], &second))
            status = add_key(&candidates->missing->terms, (uint64_t)first << 32 | second);
    }
    return status;
}

static gdx_status find_candidates(const merge_plan *merge, const merge_source *source, struct candidates *candidates,
                                  gdx_error *err) {
    term_block block;
    gdx_status status = GDX_OK;
    candidates->symbol = GDX_SYMBOL_END;
    candidates->occurrences = 0;
    for (uint32_t number = 0; number < term_block_count(source->segment) && status == GDX_OK; number++) {
        if (number % CHECK_EVERY == 0)
            status = merge_check(merge, err);
        if (status == GDX_OK)
            status = term_block_read(source->segment, number, &block, err);
        if (status == GDX_OK && add_block(candidates, source, &block) != GDX_OK)
            status = no_memory(merge, err);
    }
    if (status == GDX_OK && end_symbol(candidates, source) != GDX_OK)
        status = no_memory(merge, err);
    return status;
}

static int compare_keys(const void *a, const void *b) {
    const uint64_t *left = a, *right = b;
    return *left < *right ? -1 : *left > *right;
}

// Ascending, each once.
static void order_keys(missing_keys *keys) {
    size_t kept = 0;
    if (keys->count)
        qsort(keys->keys, keys->count, sizeof *keys->keys, compare_keys);
    for (size_t i = 0; i < keys->count; i++)
        if (kept == 0 || keys->keys[kept - 1] != keys->keys[i])
            keys->keys[kept++] = keys->keys[i];
    keys->count = kept;
}

// The fewest occurrences with which frequencies_is_frequent says yes.
static uint64_t frequent_least(const merge_plan *merge) {
    uint64_t least = merge->documents.position / GDX_FREQUENCY_OFTEN;
    return least > GDX_FREQUENCY_MINIMUM ? least : GDX_FREQUENCY_MINIMUM;
}

// ---- occurrences in all sources

static gdx_status fewer_than_deleted(const merge_source *source, gdx_error *err) {
    return segment_damaged(source->segment, SECTION_TERM_BLOCKS, 0,
                           "a term that occurs more often in deleted documents than in all", err);
}

// Live occurrences of a term of the result in a source. *out_is_missing: it has no list of positions there.
static gdx_status count_term(const merge_source *source, const missing_source *of, uint64_t key, uint32_t *out,
                             bool *out_is_missing, gdx_error *err) {
    uint32_t first = missing_source_symbol(source, (uint32_t)(key >> 32));
    uint32_t second = missing_source_symbol(source, (uint32_t)key);
    uint32_t count = 0, bytes;
    *out = 0;
    *out_is_missing = false;
    if (source->live_count == 0 || first == UINT32_MAX || second == UINT32_MAX)
        return GDX_OK;
    gdx_status status = gdx_segment_size_term(source->segment, first, second, &count, &bytes, err);
    if (status != GDX_OK || count == 0)
        return status;
    uint32_t deleted = deleted_terms_count(&of->deleted, (uint64_t)first << 32 | second);
    if (deleted > count)
        return fewer_than_deleted(source, err);
    *out = count - deleted;
    *out_is_missing = !shape_has_positions(source->segment->shape, count);
    return GDX_OK;
}

static gdx_status count_symbol(const merge_source *source, const missing_source *of, uint32_t symbol, uint64_t *out,
                               gdx_error *err) {
    const deleted_terms *deleted = &of->deleted;
    uint32_t number = missing_source_symbol(source, symbol);
    uint64_t lost = 0;
    *out = 0;
    if (source->live_count == 0 || number == UINT32_MAX)
        return GDX_OK;
    gdx_status status = gdx_segment_symbol_occurrences(source->segment, number, out, err);
    size_t at = deleted_terms_find(deleted, (uint64_t)number << 32);
    for (; at < deleted->count && deleted->keys[at] >> 32 == number; at++)
        lost += deleted->counts[at];
    if (status == GDX_OK && lost > *out)
        status = fewer_than_deleted(source, err);
    *out -= status == GDX_OK ? lost : 0;
    return status;
}

// Of the candidates those are left that have a list in the result, and lack one in a source.
static gdx_status choose_terms(const merge_plan *merge, missing_lists *missing, gdx_error *err) {
    gdx_status status = GDX_OK;
    size_t kept = 0;
    for (size_t t = 0; t < missing->terms.count && status == GDX_OK; t++) {
        uint64_t sum = 0;
        bool lacks = false;
        for (size_t i = 0; i < merge->source_count && status == GDX_OK; i++) {
            uint32_t count;
            bool is_missing;
            status =
                count_term(&merge->sources[i], &missing->sources[i], missing->terms.keys[t], &count, &is_missing, err);
            sum += status == GDX_OK ? count : 0;
            lacks |= status == GDX_OK && is_missing;
        }
        if (sum >= GDX_POSITIONS_FROM && lacks)
            missing->terms.keys[kept++] = missing->terms.keys[t];
    }
    missing->terms.count = kept;
    return status;
}

static gdx_status choose_symbols(const merge_plan *merge, missing_lists *missing, gdx_error *err) {
    gdx_status status = GDX_OK;
    size_t kept = 0;
    for (size_t s = 0; s < missing->symbols.count && status == GDX_OK; s++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < merge->source_count && status == GDX_OK; i++) {
            uint64_t count = 0;
            status =
                count_symbol(&merge->sources[i], &missing->sources[i], (uint32_t)missing->symbols.keys[s], &count, err);
            sum += count;
        }
        if (frequencies_is_frequent(sum, merge->documents.position, merge->documents.count))
            missing->symbols.keys[kept++] = missing->symbols.keys[s];
    }
    missing->symbols.count = kept;
    return status;
}

// ---- what each source lacks

static gdx_status place_terms(const merge_plan *merge, missing_lists *missing, size_t number, gdx_error *err) {
    missing_source *of = &missing->sources[number];
    gdx_status status = GDX_OK;
    of->terms = calloc(missing->terms.count + 1, sizeof *of->terms);
    if (!of->terms)
        return no_memory(merge, err);
    for (size_t t = 0; t < missing->terms.count && status == GDX_OK; t++) {
        uint32_t count;
        bool is_missing;
        status = count_term(&merge->sources[number], of, missing->terms.keys[t], &count, &is_missing, err);
        if (status != GDX_OK || !is_missing || count == 0)
            continue;
        of->terms[t] = (missing_term){.begin = missing->position_count, .count = count};
        missing->position_count += count;
        of->is_read = true;
    }
    return status;
}

// *bytes: grows by what counting takes at most.
static gdx_status place_symbols(const merge_plan *merge, missing_lists *missing, size_t number, uint64_t *bytes,
                                gdx_error *err) {
    const merge_source *source = &merge->sources[number];
    missing_source *of = &missing->sources[number];
    gdx_status status = GDX_OK;
    of->symbols = calloc(missing->symbols.count + 1, sizeof *of->symbols);
    if (!of->symbols)
        return no_memory(merge, err);
    for (size_t s = 0; s < missing->symbols.count && status == GDX_OK; s++) {
        uint64_t occurrences = 0;
        uint32_t documents = 0, symbol = missing_source_symbol(source, (uint32_t)missing->symbols.keys[s]);
        status = count_symbol(source, of, (uint32_t)missing->symbols.keys[s], &occurrences, err);
        if (status == GDX_OK && occurrences)
            status = gdx_segment_size_frequencies(source->segment, symbol, &documents, err);
        if (status != GDX_OK || occurrences == 0 || documents)
            continue;
        of->symbols[s].is_counted = true;
        of->is_read = true;
        uint64_t most = occurrences < source->live_count ? occurrences : source->live_count;
        *bytes += most * 2 * sizeof(gdx_frequency); // arrays grow by doubling
    }
    return status;
}

static gdx_status survey(const merge_plan *merge, missing_lists *missing, gdx_error *err) {
    size_t count = merge->source_count;
    assert(count); // there is a compact one
    struct candidates candidates = {
        .term_least = (GDX_POSITIONS_FROM + count - 1) / count,
        .symbol_least = (frequent_least(merge) + count - 1) / count,
        .missing = missing,
    };
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        status = deleted_terms_make(merge, &merge->sources[i], &missing->sources[i].deleted, err);
        if (status == GDX_OK && merge->sources[i].live_count)
            status = find_candidates(merge, &merge->sources[i], &candidates, err);
    }
    order_keys(&missing->terms);
    order_keys(&missing->symbols);
    if (status == GDX_OK)
        status = choose_terms(merge, missing, err);
    if (status == GDX_OK)
        status = choose_symbols(merge, missing, err);
    return status;
}

static gdx_status make(const merge_plan *merge, missing_lists *missing, uint64_t bytes, bool *out_fits,
                       gdx_error *err) {
    bool is_read = false;
    missing->sources = calloc(merge->source_count + 1, sizeof *missing->sources);
    if (!missing->sources)
        return no_memory(merge, err);
    missing->source_count = merge->source_count;
    gdx_status status = survey(merge, missing, err);
    uint64_t taken = missing->source_count * missing->terms.count * sizeof(missing_term);
    *out_fits = taken <= bytes;
    for (size_t i = 0; i < merge->source_count && status == GDX_OK && *out_fits; i++) {
        status = place_terms(merge, missing, i, err);
        if (status == GDX_OK)
            status = place_symbols(merge, missing, i, &taken, err);
        is_read |= missing->sources[i].is_read;
    }
    taken += missing->position_count * sizeof *missing->positions + (is_read ? missing_text_bytes(merge) : 0);
    *out_fits = *out_fits && taken <= bytes;
    if (status != GDX_OK || !*out_fits || !is_read)
        return status;
    missing->positions = malloc((missing->position_count + 1) * sizeof *missing->positions);
    return missing->positions ? missing_text_read(merge, missing, err) : no_memory(merge, err);
}

gdx_status missing_lists_make(merge_plan *merge, size_t bytes, bool *out_fits, gdx_error *err) {
    uint64_t deleted = 0;
    for (size_t i = 0; i < merge->source_count; i++)
        deleted += deleted_terms_positions(&merge->sources[i]);
    // Cutting what is deleted takes longer than inverting what is not, when it is more.
    *out_fits = folded_rule_of(merge->sources[0].segment) != NULL && deleted <= merge->documents.position &&
                deleted * DELETED_TERMS_BYTES_EACH <= bytes;
    if (!*out_fits)
        return GDX_OK;
    missing_lists *missing = calloc(1, sizeof *missing);
    if (!missing)
        return no_memory(merge, err);
    gdx_status status = make(merge, missing, bytes - deleted * DELETED_TERMS_BYTES_EACH, out_fits, err);
    if (status == GDX_OK && *out_fits)
        merge->missing = missing;
    else
        missing_lists_free(missing);
    return status;
}
