// SPDX-License-Identifier: Apache-2.0
// terms_verify.c: checks the term dictionary, postings and frequencies. docs/format.md, "Term dictionary".
// A bit for each position shows that it is listed once. That the bigrams of neighbours fit together is shown by sums:
// every symbol but the first of a field is the second of the bigram before, so what is added for each as a first is
// taken away for each as a second, and nothing may remain. Of a compact segment that cannot be shown without its text:
// there lists must decode and counts add up, and what they say is added to sums that lists_verify.c holds against the
// text.

#include "verify_context.h"

#include "frequencies.h"
#include "list_sums.h"
#include "term_filter.h"
#include "terms.h"

#include <stdlib.h>

struct check { // one owner
    const verify_context *of;
    const gdx_segment *segment;
    uint8_t *listed;    // bit p: position p was listed
    uint8_t *is_end;    // bit p: position p is an end mark
    uint8_t *is_used;   // bit w: word w begins a term
    uint8_t *filter;    // of the terms so far
    uint32_t word_uses; // bits set in it
    uint64_t sum;
    uint32_t block;       // the term block at hand
    uint64_t postings;    // where the next list begins
    uint64_t occurrences; // of all terms before
    uint32_t first;       // symbol of the last term
    uint32_t second;
    // Of the terms of the current first symbol:
    uint64_t group_occurrences;
    bool has_frequencies; // the symbol has a list
    uint32_t *counts;
    // Of the frequency lists:
    uint64_t next_row;
    uint64_t frequencies; // where the next list begins
    gdx_buffer encoded;
};

static gdx_status damaged(const struct check *check, const char *what, gdx_error *err) {
    return segment_damaged(check->segment, SECTION_TERM_BLOCKS, (uint64_t)check->block * TERM_BLOCK_BYTES, what, err);
}

static gdx_status bad_list(const struct check *check, const char *what, gdx_error *err) {
    return segment_damaged(check->segment, SECTION_POSTINGS, check->postings, what, err);
}

// The columns have been checked, but the file may have been cut short since.
static void mark_end(struct check *check, uint32_t position) {
    if (position < check->segment->info.position_count)
        gdx_bit_set(check->is_end, position);
}

static gdx_status check_init(struct check *check, gdx_error *err) {
    const gdx_document_columns *columns = &check->of->columns;
    size_t bytes = (size_t)check->segment->info.position_count / 8 + 1;
    check->listed = calloc(bytes, 1);
    check->is_end = calloc(bytes, 1);
    check->is_used = calloc((size_t)check->segment->word_count / 8 + 1, 1);
    check->counts = calloc((size_t)columns->count + 1, sizeof *check->counts);
    check->filter = calloc(term_filter_words(check->segment->term_count) + 1, 8);
    if (!check->listed || !check->is_end || !check->is_used || !check->filter || !check->counts)
        return verify_no_memory(check->of, err);
    for (uint32_t d = 0; d < columns->count; d++) {
        mark_end(check, columns->text[d] - 1);
        mark_end(check, columns->begin[d + 1] - 1);
    }
    for (uint32_t i = 0; i < columns->part_count; i++)
        mark_end(check, columns->parts[i].begin - 1);
    return GDX_OK;
}

static void check_clear(struct check *check) {
    free(check->listed);
    free(check->is_end);
    free(check->is_used);
    free(check->filter);
    free(check->counts);
    gdx_buffer_clear(&check->encoded);
}

// ---- frequencies

static uint64_t frequency_rows(const gdx_segment *segment) {
    return segment->section_bytes[SECTION_FREQUENCY_SYMBOLS] / FREQUENCY_SYMBOL_BYTES;
}

static gdx_status frequency_row(const struct check *check, const uint8_t **out, gdx_error *err) {
    return segment_row(check->segment, SECTION_FREQUENCY_SYMBOLS, check->next_row, FREQUENCY_SYMBOL_BYTES, out, err);
}

static gdx_status bad_row(const struct check *check, const char *what, gdx_error *err) {
    return segment_damaged(check->segment, SECTION_FREQUENCY_SYMBOLS, check->next_row * FREQUENCY_SYMBOL_BYTES, what,
                           err);
}

static gdx_status begin_group(struct check *check, uint32_t first, gdx_error *err) {
    const uint8_t *row;
    check->group_occurrences = 0;
    check->has_frequencies = false;
    if (check->next_row == frequency_rows(check->segment))
        return GDX_OK;
    gdx_status status = frequency_row(check, &row, err);
    if (status != GDX_OK)
        return status;
    uint32_t symbol = gdx_load_u32(row + FREQUENCY_SYMBOL_SYMBOL);
    check->has_frequencies = symbol == first;
    return symbol < first ? bad_row(check, "a symbol that begins no term", err) : GDX_OK;
}

// The list must be what the postings give.
static gdx_status verify_list(struct check *check, gdx_error *err) {
    uint32_t document_count = check->of->columns.count;
    uint32_t documents;
    const uint8_t *row;
    const uint8_t *list = NULL;
    check->encoded.bytes = 0;
    gdx_status status = frequencies_encode(check->counts, document_count, &check->encoded, &documents);
    memset(check->counts, 0, document_count * sizeof *check->counts);
    if (status != GDX_OK)
        return verify_no_memory(check->of, err);
    status = frequency_row(check, &row, err);
    if (status == GDX_OK && (gdx_load_u64(row + FREQUENCY_SYMBOL_OFFSET) != check->frequencies ||
                             gdx_load_u32(row + FREQUENCY_SYMBOL_DOCUMENTS) != documents))
        status = bad_row(check, "a list out of place", err);
    if (status == GDX_OK)
        status =
            segment_section(check->segment, SECTION_FREQUENCIES, check->frequencies, check->encoded.bytes, &list, err);
    if (status == GDX_OK && memcmp(list, check->encoded.data, check->encoded.bytes) != 0)
        status = segment_damaged(check->segment, SECTION_FREQUENCIES, check->frequencies,
                                 "counts that are not those of the postings", err);
    check->frequencies += check->encoded.bytes;
    check->next_row++;
    return status;
}

// The counts of a compact segment are those of the list itself, which must be in place and as a writer makes it.
// Whether they are those of the text, the sums show.
static gdx_status read_counts(struct check *check, gdx_error *err) {
    list_sums *sums = check->of->sums;
    uint64_t symbol = sums ? list_sums_symbol(sums, check->first) : 0;
    gdx_frequency *frequencies = NULL;
    size_t count = 0, capacity = 0;
    uint64_t sum = 0;
    bool has = false;
    gdx_status status =
        gdx_segment_frequencies(check->segment, check->first, &frequencies, &count, &capacity, &has, err);
    if (status == GDX_OK && sums && !list_sums_add_listed(sums, symbol))
        status = bad_row(check, "a list for the wrong symbols", err);
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        uint32_t document = frequencies[i].document;
        sum += frequencies[i].count;
        check->counts[document] = frequencies[i].count;
        if (sums)
            sums->documents[document] += frequencies[i].count * symbol;
    }
    free(frequencies);
    return status == GDX_OK && sum > check->group_occurrences
               ? bad_row(check, "more occurrences than the symbol has", err)
               : status;
}

static gdx_status end_group(struct check *check, gdx_error *err) {
    if (check->first == GDX_SYMBOL_END)
        return GDX_OK; // no term yet
    bool is_frequent = frequencies_is_frequent(check->group_occurrences, check->segment->info.position_count,
                                               check->of->columns.count);
    if (is_frequent != check->has_frequencies)
        return bad_row(check, "a list for the wrong symbols", err);
    if (!is_frequent)
        return GDX_OK;
    gdx_status status = check->segment->shape != GDX_SHAPE_EXACT ? read_counts(check, err) : GDX_OK;
    return status == GDX_OK ? verify_list(check, err) : status;
}

// ---- postings

// What symbol `symbol` at `position` adds to the sum.
static uint64_t mixed(uint32_t position, uint32_t symbol) {
    uint64_t x = ((uint64_t)position << 32 | symbol) * UINT64_C(0x9e3779b97f4a7c15);
    return (x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
}

static gdx_status verify_position(struct check *check, uint32_t first, uint32_t second, uint32_t position,
                                  gdx_error *err) {
    if (gdx_bit(check->is_end, position))
        return bad_list(check, "the position of an end mark", err);
    if (gdx_bit(check->listed, position))
        return bad_list(check, "a position that is listed twice", err);
    gdx_bit_set(check->listed, position);
    // At least an end mark follows a symbol.
    if (gdx_bit(check->is_end, position + 1) != (second == GDX_SYMBOL_END))
        return bad_list(check, "an end mark in another place than the document's", err);
    if (position && !gdx_bit(check->is_end, position - 1))
        check->sum += mixed(position, first);
    if (second != GDX_SYMBOL_END)
        check->sum -= mixed(position + 1, second);
    return GDX_OK;
}

static void count_position(struct check *check, uint32_t position, uint32_t *document) {
    const gdx_document_columns *columns = &check->of->columns;
    *document = gdx_columns_document_at(columns, position, *document);
    gdx_position_range counted = gdx_columns_counted(columns, *document);
    check->counts[*document] += position >= counted.begin && position < counted.end;
}

// A cursor over the list that is next, which must end where its bytes do.
static gdx_status open_list(const struct check *check, uint32_t count, uint32_t bytes, uint32_t limit,
                            gdx_cursor *cursor, gdx_error *err) {
    const uint8_t *code;
    size_t length = 0;
    gdx_status status = segment_section(check->segment, SECTION_POSTINGS, check->postings, bytes, &code, err);
    if (status != GDX_OK)
        return status;
    gdx_slice slice = {(const char *)code, bytes};
    if (gdx_postings_length(slice, count, limit, &length) != GDX_OK || length != bytes ||
        gdx_cursor_open(cursor, slice, count, limit) != GDX_OK)
        return bad_list(check, "a list that does not decode", err);
    return GDX_OK;
}

// The entries of a list of spans are added to their sums: of a span of one block to that of its document.
static gdx_status verify_spans(const struct check *check, uint64_t term, gdx_cursor *cursor, gdx_error *err) {
    list_sums *sums = check->of->sums;
    uint32_t document = 0;
    for (uint32_t at; (at = gdx_cursor_position(cursor)) != GDX_POSITION_END; gdx_cursor_next(cursor)) {
        if (!sums)
            continue;
        if (sums->spans) {
            if (at >= sums->span_count)
                return bad_list(check, "a span that is not there", err);
            sums->spans[at] += list_sums_span(term, at);
            continue;
        }
        gdx_columns_block_range(&check->of->columns, at, document, &document);
        sums->documents[document] += list_sums_span(term, at);
    }
    return gdx_cursor_status(cursor) == GDX_OK ? GDX_OK : bad_list(check, "a list that does not decode", err);
}

static gdx_status verify_positions(const struct check *check, uint64_t term, uint32_t blocks, gdx_cursor *cursor,
                                   gdx_error *err) {
    const gdx_document_columns *columns = &check->of->columns;
    list_sums *sums = check->of->sums;
    uint32_t document = 0, found = 0, last = UINT32_MAX;
    if (sums && !list_sums_add_listed(sums, term))
        return damaged(check, "occurrences that do not add up", err);
    for (uint32_t at; (at = gdx_cursor_position(cursor)) != GDX_POSITION_END; gdx_cursor_next(cursor)) {
        if (gdx_bit(check->is_end, at))
            return bad_list(check, "the position of an end mark", err);
        document = gdx_columns_document_at(columns, at, document);
        uint32_t block = gdx_columns_block(columns, document, at);
        if (sums)
            sums->documents[document] +=
                list_sums_position(term, at) + (block != last ? list_sums_span(term, block) : 0);
        found += block != last;
        last = block;
    }
    if (gdx_cursor_status(cursor) != GDX_OK)
        return bad_list(check, "a list that does not decode", err);
    return found == blocks ? GDX_OK : bad_list(check, "positions in another number of blocks", err);
}

// Spans, or the positions in so many blocks.
static gdx_status verify_list_of_spans(const struct check *check, uint32_t occurrences, uint32_t spans, uint32_t bytes,
                                       gdx_error *err) {
    bool has_positions = shape_has_positions(check->segment->shape, occurrences);
    uint32_t limit = has_positions ? check->segment->info.position_count : segment_list_limit(check->segment);
    list_sums *sums = check->of->sums;
    uint64_t term = 0;
    gdx_cursor cursor;
    gdx_status status = open_list(check, has_positions ? occurrences : spans, bytes, limit, &cursor, err);
    if (status != GDX_OK)
        return status;
    if (sums) {
        term = list_sums_term(list_sums_symbol(sums, check->first), list_sums_symbol(sums, check->second));
        sums->occurrences += term * occurrences;
    }
    return has_positions ? verify_positions(check, term, spans, &cursor, err) : verify_spans(check, term, &cursor, err);
}

static gdx_status verify_postings(struct check *check, uint32_t first, uint32_t second, uint32_t count, uint32_t bytes,
                                  gdx_error *err) {
    uint32_t document = 0;
    uint32_t in_run;
    gdx_cursor cursor;
    gdx_status status = open_list(check, count, bytes, check->segment->info.position_count, &cursor, err);
    if (status != GDX_OK)
        return status;
    while (gdx_cursor_position(&cursor) != GDX_POSITION_END) {
        const uint32_t *run = gdx_cursor_run(&cursor, &in_run);
        for (uint32_t i = 0; i < in_run && status == GDX_OK; i++) {
            status = verify_position(check, first, second, run[i], err);
            if (check->has_frequencies)
                count_position(check, run[i], &document);
        }
        if (status != GDX_OK)
            return status;
        gdx_cursor_next_run(&cursor);
    }
    return gdx_cursor_status(&cursor) == GDX_OK ? GDX_OK : bad_list(check, "a list that does not decode", err);
}

// ---- terms

static bool is_symbol(const gdx_segment *segment, uint32_t symbol) {
    return symbol < GDX_FIRST_WORD || symbol - GDX_FIRST_WORD < segment->word_count;
}

static void use_word(struct check *check, uint32_t symbol) {
    if (symbol < GDX_FIRST_WORD || gdx_bit(check->is_used, symbol - GDX_FIRST_WORD))
        return;
    gdx_bit_set(check->is_used, symbol - GDX_FIRST_WORD);
    check->word_uses++;
}

static gdx_status verify_term(struct check *check, const term_block *block, uint32_t index, gdx_error *err) {
    uint32_t first = block->first[index];
    uint32_t second = block->second[index];
    gdx_status status = GDX_OK;
    if (first == GDX_SYMBOL_END || !is_symbol(check->segment, first) || !is_symbol(check->segment, second))
        return damaged(check, "a term of no symbols", err);
    if (first < check->first || (first == check->first && second <= check->second))
        return damaged(check, "terms out of order", err);
    if (first != check->first) {
        status = end_group(check, err);
        if (status == GDX_OK)
            status = begin_group(check, first, err);
        use_word(check, first);
    }
    check->first = first;
    check->second = second;
    term_filter_add(check->filter, term_filter_words(check->segment->term_count), first, second);
    uint64_t occurrences = term_occurrences(check->segment, block, index);
    if (status == GDX_OK && occurrences > check->segment->info.position_count)
        status = damaged(check, "a term with more occurrences than positions", err);
    if (status == GDX_OK)
        status =
            check->segment->shape == GDX_SHAPE_EXACT
                ? verify_postings(check, first, second, block->positions[index], block->bytes[index], err)
                : verify_list_of_spans(check, (uint32_t)occurrences, block->positions[index], block->bytes[index], err);
    check->group_occurrences += occurrences;
    check->occurrences += occurrences;
    check->postings += block->bytes[index];
    return status;
}

static gdx_status verify_block(struct check *check, gdx_error *err) {
    term_block block;
    const uint8_t *row;
    gdx_status status = term_block_read(check->segment, check->block, &block, err);
    if (status == GDX_OK)
        status = segment_row(check->segment, SECTION_TERM_BLOCKS, check->block, TERM_BLOCK_BYTES, &row, err);
    if (status != GDX_OK)
        return status;
    if (check->block == 0 && gdx_load_u32(row + TERM_BLOCK_TERMS) != 0)
        return damaged(check, "bytes before the first term", err);
    if (block.postings != check->postings)
        return damaged(check, "lists out of place", err);
    if (block.occurrences != check->occurrences)
        return damaged(check, "occurrences that do not add up", err);
    for (uint32_t i = 0; i < block.count && status == GDX_OK; i++)
        status = verify_term(check, &block, i, err);
    return status;
}

static gdx_status verify_filter(const struct check *check, gdx_error *err) {
    uint64_t bytes = check->segment->section_bytes[SECTION_TERM_FILTER];
    const uint8_t *filter;
    gdx_status status = segment_section(check->segment, SECTION_TERM_FILTER, 0, bytes, &filter, err);
    if (status == GDX_OK && memcmp(filter, check->filter, bytes) != 0)
        status = segment_damaged(check->segment, SECTION_TERM_FILTER, 0, "bits that are not those of the terms", err);
    return status;
}

// What must hold when all terms are through.
static gdx_status verify_totals(const struct check *check, gdx_error *err) {
    const gdx_segment *segment = check->segment;
    if (check->postings != segment->section_bytes[SECTION_POSTINGS])
        return bad_list(check, "bytes after the last list", err);
    if (segment->term_count == 0 && segment->section_bytes[SECTION_TERMS])
        return segment_damaged(segment, SECTION_TERMS, 0, "bytes without a term", err);
    uint64_t marks = 2 * (uint64_t)check->of->columns.count + check->of->columns.part_count;
    if (check->occurrences != segment->info.position_count - marks)
        return segment_damaged(segment, SECTION_POSTINGS, 0, "positions that are not listed", err);
    if (check->sum != 0)
        return segment_damaged(segment, SECTION_POSTINGS, 0, "bigrams of neighbours that do not fit", err);
    if (check->word_uses != segment->word_count)
        return segment_damaged(segment, SECTION_WORDS, 0, "words that stand nowhere", err);
    if (check->next_row != frequency_rows(segment))
        return bad_row(check, "a symbol that begins no term", err);
    if (check->frequencies != segment->section_bytes[SECTION_FREQUENCIES])
        return segment_damaged(segment, SECTION_FREQUENCIES, check->frequencies, "bytes after the last list", err);
    return GDX_OK;
}

gdx_status terms_verify(const verify_context *verification, gdx_error *err) {
    struct check check = {.of = verification, .segment = verification->segment};
    gdx_status status = check_init(&check, err);
    for (; check.block < term_block_count(check.segment) && status == GDX_OK; check.block++) {
        status = verify_look(verification, err);
        if (status == GDX_OK)
            status = verify_block(&check, err);
    }
    if (status == GDX_OK)
        status = end_group(&check, err);
    if (status == GDX_OK)
        status = verify_totals(&check, err);
    if (status == GDX_OK)
        status = verify_filter(&check, err);
    check_clear(&check);
    return status;
}
