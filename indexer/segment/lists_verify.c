// SPDX-License-Identifier: Apache-2.0
// lists_verify.c: compares lists of spans with the stored text, cut into symbols again by the rule.
// docs/format.md, "Shapes". What the lists say has been added up by terms_verify.c; here the text takes it away,
// document by document, of an archive span by span, so that the first whose lists are wrong has a name. Which of its
// terms is wrong a sum cannot say. How often a term occurs is said by the dictionary for all documents at once.

#include "verify_context.h"

#include "fold.h"
#include "list_sums.h"

#include <stdio.h>
#include <stdlib.h>

enum { WHAT_BYTES = 160, LOOK_EVERY = 1 << 16 }; // positions between two looks at whether it is to stop

struct comparison { // one owner
    const verify_context *of;
    list_sums *sums;
    gdx_store_reader *reader;
    gdx_folded *folded;
    hash_set seen; // the terms of the span at hand
    size_t room;   // for more of them
    uint32_t span; // which that is; UINT32_MAX: none yet
    // The document at hand:
    uint32_t document;
    uint64_t sum;
    gdx_position_range counted;
    uint32_t text;        // where it begins
    uint32_t title_block; // the blocks of the text follow
    uint32_t position;    // the next
};

static gdx_status bad_document(const struct comparison *comparison, int section, const char *what, gdx_error *err) {
    char message[WHAT_BYTES];
    uint64_t offset = section == SECTION_DOCUMENT_BEGIN ? (uint64_t)comparison->document * 4 : 0;
    snprintf(message, sizeof message, "%s document %u", what, comparison->document);
    return segment_damaged(comparison->of->segment, section, offset, message, err);
}

static uint64_t hash_of(const gdx_symbols *field, size_t i) {
    uint32_t symbol = field->symbols[i];
    return symbol & GDX_WORD_FLAG ? list_sums_word(gdx_symbols_word(field, symbol & ~GDX_WORD_FLAG))
                                  : list_sums_code_point(symbol);
}

static uint32_t span_of(const struct comparison *comparison) {
    uint32_t position = comparison->position, text = comparison->text;
    uint32_t block =
        position < text ? comparison->title_block : comparison->title_block + 1 + (position - text) / GDX_BLOCK_SYMBOLS;
    return block >> comparison->of->columns.span_shift;
}

// Room for as many terms as the span has positions.
static gdx_status begin_span(struct comparison *comparison, uint32_t span, gdx_error *err) {
    const gdx_document_columns *columns = &comparison->of->columns;
    uint64_t blocks = gdx_segment_block_count(comparison->of->segment), first = (uint64_t)span << columns->span_shift;
    uint64_t end = first + ((uint64_t)1 << columns->span_shift);
    uint32_t from = columns->span_shift ? 0 : comparison->document, document;
    uint32_t low = gdx_columns_block_range(columns, (uint32_t)first, from, &document).begin;
    uint32_t high =
        gdx_columns_block_range(columns, (uint32_t)((end < blocks ? end : blocks) - 1), document, &document).end;
    comparison->span = span;
    comparison->room = high > low ? high - low : 0;
    return hash_set_reset(&comparison->seen, comparison->room) == GDX_OK ? GDX_OK
                                                                         : verify_no_memory(comparison->of, err);
}

// A term that the span has not had yet. The columns may turn to zeros while they are read, so that there are more of
// them than there is room for.
static gdx_status take_away_span(struct comparison *comparison, uint64_t term, gdx_error *err) {
    list_sums *sums = comparison->sums;
    uint64_t hash = list_sums_span(term, comparison->span);
    if (comparison->room-- == 0 || (sums->spans && comparison->span >= sums->span_count))
        return bad_document(comparison, SECTION_DOCUMENT_BEGIN, "positions that are not those of the text of", err);
    *(sums->spans ? &sums->spans[comparison->span] : &comparison->sum) -= hash;
    return GDX_OK;
}

static gdx_status take_away(struct comparison *comparison, uint64_t first, uint64_t second, gdx_error *err) {
    list_sums *sums = comparison->sums;
    uint64_t term = list_sums_term(first, second);
    uint32_t position = comparison->position;
    gdx_status status = GDX_OK;
    sums->occurrences -= term;
    if (!hash_set_has(&comparison->seen, term)) {
        status = take_away_span(comparison, term, err);
        if (status != GDX_OK)
            return status;
        hash_set_add(&comparison->seen, term);
    }
    if (hash_set_has(&sums->listed, term))
        comparison->sum -= list_sums_position(term, position);
    if (position >= comparison->counted.begin && position < comparison->counted.end &&
        hash_set_has(&sums->listed, first))
        comparison->sum -= first;
    return GDX_OK;
}

static gdx_status compare_field(struct comparison *comparison, const gdx_symbols *field, gdx_error *err) {
    uint64_t next = field->count ? hash_of(field, 0) : 0;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < field->count && status == GDX_OK; i++) {
        uint64_t first = next;
        uint32_t span = span_of(comparison);
        next = i + 1 < field->count ? hash_of(field, i + 1) : list_sums_code_point(GDX_SYMBOL_END);
        if (span != comparison->span)
            status = begin_span(comparison, span, err);
        if (status == GDX_OK && comparison->position % LOOK_EVERY == 0)
            status = verify_look(comparison->of, err);
        if (status == GDX_OK)
            status = take_away(comparison, first, next, err);
        comparison->position++;
    }
    comparison->position++; // the end mark
    return status;
}

// Where fields begin is what the columns say, so that no position is counted past the document.
static gdx_status compare_fields(struct comparison *comparison, gdx_error *err) {
    const gdx_document_columns *columns = &comparison->of->columns;
    uint32_t document = comparison->document, part_count, begin = columns->begin[document];
    const gdx_part_row *parts = gdx_columns_parts(columns, document, &part_count);
    folded_walk walk = {0};
    gdx_symbols field;
    comparison->position = begin;
    comparison->counted = gdx_columns_counted(columns, document);
    comparison->text = columns->text[document];
    comparison->title_block = columns->groups[document] + document;
    gdx_status status = GDX_OK;
    for (size_t number = 0; status == GDX_OK && folded_next(comparison->folded, &walk, &field); number++) {
        uint32_t due = number == 0 ? begin : comparison->text;
        if (number >= 2)
            due = number - 2 < part_count ? parts[number - 2].begin : UINT32_MAX;
        if (comparison->position != due)
            return bad_document(comparison, SECTION_DOCUMENT_BEGIN, "positions that are not those of the text of", err);
        status = compare_field(comparison, &field, err);
    }
    if (status == GDX_OK && comparison->position != columns->begin[document + 1])
        status = bad_document(comparison, SECTION_DOCUMENT_BEGIN, "positions that are not those of the text of", err);
    return status;
}

static gdx_status compare_document(struct comparison *comparison, const gdx_rule *rule, gdx_error *err) {
    const gdx_segment *segment = comparison->of->segment;
    gdx_document document;
    gdx_status status = verify_look(comparison->of, err);
    if (status == GDX_OK)
        status = gdx_store_read(comparison->reader, (gdx_segment *)segment, comparison->document, &document,
                                err); // changes nothing
    if (status != GDX_OK)
        return status;
    status = gdx_folded_fold(comparison->folded, rule, &document);
    if (status == GDX_NO_MEMORY)
        return verify_no_memory(comparison->of, err);
    if (status != GDX_OK)
        return bad_document(comparison, SECTION_DOCUMENT_BEGIN, "more text than can be cut into symbols:", err);
    comparison->sum = comparison->sums->documents[comparison->document];
    status = compare_fields(comparison, err);
    if (status == GDX_OK && comparison->sum != 0)
        status = bad_document(comparison, SECTION_POSTINGS,
                              "the lists of terms, or of frequencies, are not those of the stored text of", err);
    return status;
}

// Of an archive: the sums of its spans, from which the text of all documents has been taken.
static gdx_status compare_spans(struct comparison *comparison, gdx_error *err) {
    const list_sums *sums = comparison->sums;
    const gdx_document_columns *columns = &comparison->of->columns;
    for (uint32_t span = 0; sums->spans && span < sums->span_count; span++) {
        if (sums->spans[span] == 0)
            continue;
        gdx_columns_block_range(columns, span << columns->span_shift, 0, &comparison->document);
        return bad_document(comparison, SECTION_POSTINGS,
                            "the lists of terms are not those of the stored text, that of the span that begins in",
                            err);
    }
    return GDX_OK;
}

static gdx_status compare(struct comparison *comparison, const gdx_rule *rule, gdx_error *err) {
    gdx_status status = GDX_OK;
    comparison->reader = gdx_store_reader_new(0);
    comparison->folded = gdx_folded_new();
    if (!comparison->reader || !comparison->folded)
        return verify_no_memory(comparison->of, err);
    gdx_store_reader_obey(comparison->reader, comparison->of->stop);
    for (; comparison->document < comparison->of->columns.count && status == GDX_OK; comparison->document++)
        status = compare_document(comparison, rule, err);
    if (status == GDX_OK && comparison->sums->occurrences != 0)
        status = segment_damaged(comparison->of->segment, SECTION_TERM_BLOCKS, 0,
                                 "terms occur in the stored text another number of times than they say", err);
    return status == GDX_OK ? compare_spans(comparison, err) : status;
}

gdx_status lists_verify(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    const gdx_rule *rule = folded_rule_of(segment);
    if (segment->shape == GDX_SHAPE_EXACT)
        return GDX_OK;
    if (!rule)
        return gdx_fail_at(
            err, GDX_UNSUPPORTED, segment->path,
            "sound, as far as this program can tell: it does not have the matching rule by which the lists of "
            "this segment can be compared with its text");
    struct comparison comparison = {.of = verification, .sums = verification->sums, .span = UINT32_MAX};
    gdx_status status = compare(&comparison, rule, err);
    gdx_store_reader_free(comparison.reader);
    gdx_folded_free(comparison.folded);
    hash_set_clear(&comparison.seen);
    return status;
}
