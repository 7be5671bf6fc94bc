// SPDX-License-Identifier: Apache-2.0
// lists_verify.c: compares the lists of a compact segment with its stored text, cut into symbols again by the rule.
// docs/format.md, "Shapes". What the lists say has been added up by terms_verify.c; here the text takes it away,
// document by document, so that the first whose lists are wrong has a name. Which of its terms is wrong a sum cannot
// say. How often a term occurs is said by the dictionary for all documents at once.

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
    hash_set seen; // the terms of the block at hand
    // The document and the block at hand:
    uint32_t document;
    uint64_t sum;
    gdx_position_range counted;
    uint32_t text;        // where it begins
    uint32_t title_block; // the blocks of the text follow
    uint32_t block;
    uint32_t position; // the next
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

// The columns may turn to zeros while they are read: of each document they are read once, so that no block has more
// positions than there is room for.
static uint32_t block_of(const struct comparison *comparison) {
    uint32_t position = comparison->position, text = comparison->text;
    return position < text ? comparison->title_block
                           : comparison->title_block + 1 + (position - text) / GDX_BLOCK_SYMBOLS;
}

static gdx_status begin_block(struct comparison *comparison, uint32_t block, size_t positions, gdx_error *err) {
    comparison->block = block;
    return hash_set_reset(&comparison->seen, positions) == GDX_OK ? GDX_OK : verify_no_memory(comparison->of, err);
}

static void take_away(struct comparison *comparison, uint64_t first, uint64_t second) {
    list_sums *sums = comparison->sums;
    uint64_t term = list_sums_term(first, second);
    uint32_t position = comparison->position;
    sums->occurrences -= term;
    if (hash_set_add(&comparison->seen, term))
        comparison->sum -= list_sums_block(term, comparison->block);
    if (hash_set_has(&sums->listed, term))
        comparison->sum -= list_sums_position(term, position);
    if (position >= comparison->counted.begin && position < comparison->counted.end &&
        hash_set_has(&sums->listed, first))
        comparison->sum -= first;
}

static gdx_status compare_field(struct comparison *comparison, const gdx_symbols *field, gdx_error *err) {
    uint64_t next = field->count ? hash_of(field, 0) : 0;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < field->count && status == GDX_OK; i++) {
        uint64_t first = next;
        uint32_t block = block_of(comparison);
        next = i + 1 < field->count ? hash_of(field, i + 1) : list_sums_code_point(GDX_SYMBOL_END);
        if (block != comparison->block) {
            status = begin_block(comparison, block, GDX_BLOCK_SYMBOLS, err);
            if (status == GDX_OK && comparison->position % LOOK_EVERY < GDX_BLOCK_SYMBOLS)
                status = verify_look(comparison->of, err);
        }
        if (status == GDX_OK)
            take_away(comparison, first, next);
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
    gdx_status status = begin_block(comparison, comparison->title_block, comparison->folded->title.count, err);
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
    return status;
}

gdx_status lists_verify(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    const gdx_rule *rule = folded_rule_of(segment);
    if (segment->shape != GDX_SHAPE_COMPACT)
        return GDX_OK;
    if (!rule)
        return gdx_fail_at(
            err, GDX_UNSUPPORTED, segment->path,
            "sound, as far as this program can tell: it does not have the matching rule by which the lists of "
            "this segment can be compared with its text");
    struct comparison comparison = {.of = verification, .sums = verification->sums};
    gdx_status status = compare(&comparison, rule, err);
    gdx_store_reader_free(comparison.reader);
    gdx_folded_free(comparison.folded);
    hash_set_clear(&comparison.seen);
    return status;
}
