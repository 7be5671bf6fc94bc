// SPDX-License-Identifier: Apache-2.0
// verify.c: everything in a segment that can be checked without its sources and, of an exact one, without folding texts
// again. Checksums come first, then what the bytes mean, section by section, in memory that does not grow with the
// text: two bits a position, eight bytes a document; of a compact one as many again, and eight a word. Here pages,
// padding, the document table and words.

#include "verify_context.h"

#include "fold.h"
#include "list_sums.h"
#include "order.h"
#include "words.h"

#include <stdlib.h>

// ---- pages

static gdx_status verify_pages(const verify_context *verification, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t page = 0; page < verification->segment->page_count && status == GDX_OK; page++) {
        status = verify_look(verification, err);
        if (status == GDX_OK)
            status = segment_verify_page(verification->segment, page, err);
    }
    return status;
}

static bool is_zero(const uint8_t *bytes, uint64_t count) {
    while (count && *bytes == 0) {
        bytes++;
        count--;
    }
    return count == 0;
}

// What nobody reads: the reserved field of the header and the bytes after each section.
static gdx_status verify_padding(const gdx_segment *segment, gdx_error *err) {
    const uint8_t *file = segment->map.data;
    if (!is_zero(file + HEADER_RESERVED, HEADER_BYTES - HEADER_RESERVED))
        return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, HEADER_RESERVED,
                                "header at byte %d: reserved bytes that are not zero", HEADER_RESERVED);
    for (int section = 0; section < SECTION_COUNT; section++) {
        uint64_t end = segment->section_offset[section] + segment->section_bytes[section];
        uint64_t next = section + 1 < SECTION_COUNT ? segment->section_offset[section + 1] : segment->paged_bytes;
        if (!is_zero(file + end, next - end))
            return segment_damaged(segment, section, segment->section_bytes[section], "padding that is not zero", err);
    }
    return GDX_OK;
}

// ---- documents

// A column of offsets into a section of strings: from its start to its end, never back.
static gdx_status verify_offsets(const verify_context *verification, int offsets, int strings, uint32_t count,
                                 gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    uint32_t before = 0;
    for (uint64_t i = 0; i <= count; i++) {
        uint32_t offset;
        gdx_status status = segment_u32(segment, offsets, i, &offset, err);
        if (status == GDX_OK && i % GDX_VERIFY_LOOK_EVERY == 0)
            status = verify_look(verification, err);
        if (status != GDX_OK)
            return status;
        if ((i == 0 && offset != 0) || offset < before)
            return segment_damaged(segment, offsets, i * 4, "offsets out of order", err);
        before = offset;
    }
    if (before != segment->section_bytes[strings])
        return segment_damaged(segment, offsets, (uint64_t)count * 4, "an end that is not the section's", err);
    return GDX_OK;
}

// Strictly ascending by id, of equal ids the later document first: so each document is there once.
static gdx_status verify_id_order(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    gdx_slice before_id = {NULL, 0};
    uint32_t before = 0;
    for (uint32_t i = 0; i < segment->info.document_count; i++) {
        uint32_t document;
        gdx_slice id;
        gdx_status status = gdx_segment_by_id(segment, i, &document, err);
        if (status == GDX_OK)
            status = gdx_segment_id(segment, document, &id, err);
        if (status == GDX_OK && i % GDX_VERIFY_LOOK_EVERY == 0)
            status = verify_look(verification, err);
        if (status != GDX_OK)
            return status;
        int order = i ? gdx_slice_compare(before_id, id) : -1;
        if (order > 0 || (order == 0 && document >= before))
            return segment_damaged(segment, SECTION_ID_ORDER, (uint64_t)i * 4, "ids out of order", err);
        before_id = id;
        before = document;
    }
    return GDX_OK;
}

// Sources are numbered as documents first have them.
static gdx_status verify_source_numbers(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    const gdx_document_columns *columns = &verification->columns;
    uint32_t next = 0;
    for (uint32_t d = 0; d < columns->count; d++) {
        if (columns->sources[d] > next)
            return segment_damaged(segment, SECTION_DOCUMENT_SOURCE, (uint64_t)d * 4, "a source met too early", err);
        next += columns->sources[d] == next;
    }
    if (next != segment->source_count)
        return segment_damaged(segment, SECTION_SOURCE_OFFSETS, 0, "sources that no document has", err);
    return GDX_OK;
}

static gdx_status verify_source_names(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    uint32_t count = segment->source_count;
    uint32_t *order = NULL;
    gdx_slice *names = malloc(((size_t)count + 1) * sizeof *names);
    gdx_status status = names ? GDX_OK : verify_no_memory(verification, err);
    for (uint32_t i = 0; i < count && status == GDX_OK; i++)
        status = gdx_segment_source(segment, i, &names[i], err);
    if (status == GDX_OK && order_slices(names, count, false, &order) != GDX_OK)
        status = verify_no_memory(verification, err);
    for (uint32_t i = 1; i < count && status == GDX_OK; i++)
        if (gdx_slice_equal(names[order[i - 1]], names[order[i]]))
            status = segment_damaged(segment, SECTION_SOURCE_OFFSETS, (uint64_t)order[i] * 4,
                                     "a source that is there twice", err);
    free(order);
    free(names);
    return status;
}

// The footer's count is that of the documents.
static gdx_status verify_symbols(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    uint64_t symbols = 0;
    for (uint32_t d = 0; d < verification->columns.count; d++)
        symbols += gdx_columns_length(&verification->columns, d);
    if (symbols == segment->info.symbol_count)
        return GDX_OK;
    return gdx_fail_at_byte(err, GDX_CORRUPT, segment->path, segment_footer_byte(segment),
                            "footer: %llu symbols count, its documents have %llu; it is damaged",
                            (unsigned long long)segment->info.symbol_count, (unsigned long long)symbols);
}

static gdx_status verify_documents(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    gdx_status status =
        verify_offsets(verification, SECTION_DOCUMENT_ID, SECTION_IDS, segment->info.document_count, err);
    if (status == GDX_OK)
        status = verify_id_order(verification, err);
    if (status == GDX_OK)
        status = verify_symbols(verification, err);
    if (status == GDX_OK)
        status = verify_offsets(verification, SECTION_SOURCE_OFFSETS, SECTION_SOURCES, segment->source_count, err);
    if (status == GDX_OK)
        status = verify_source_numbers(verification, err);
    return status == GDX_OK ? verify_source_names(verification, err) : status;
}

// ---- words

static gdx_status verify_block_words(const gdx_segment *segment, uint32_t number, const word_block *block,
                                     gdx_buffer *before, gdx_error *err) {
    for (uint32_t i = 0; i < block->count; i++) {
        gdx_slice word = word_block_get(block, i);
        if (word.bytes == 0 || ((number || i) && gdx_slice_compare(gdx_buffer_slice(before), word) >= 0))
            return segment_damaged(segment, SECTION_WORD_BLOCKS, (uint64_t)number * 4, "words out of order", err);
        before->bytes = 0;
        if (gdx_buffer_append(before, word.data, word.bytes) != GDX_OK)
            return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory to verify it");
    }
    return GDX_OK;
}

static gdx_status verify_spellings(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    uint32_t blocks = (uint32_t)(segment->section_bytes[SECTION_WORD_BLOCKS] / 4);
    word_block block = {0};
    gdx_buffer before = {0};
    uint32_t first = 0;
    gdx_status status = blocks ? segment_u32(segment, SECTION_WORD_BLOCKS, 0, &first, err) : GDX_OK;
    if (status == GDX_OK && (first != 0 || (!blocks && segment->section_bytes[SECTION_WORDS])))
        status = segment_damaged(segment, SECTION_WORDS, 0, "bytes before the first word", err);
    for (uint32_t number = 0; number < blocks && status == GDX_OK; number++) {
        status = word_block_read(segment, number, &block, err);
        if (status == GDX_OK)
            status = verify_block_words(segment, number, &block, &before, err);
        if (status == GDX_OK && number % GDX_VERIFY_LOOK_EVERY == 0)
            status = verify_look(verification, err);
    }
    gdx_buffer_clear(&before);
    word_block_clear(&block);
    return status;
}

// Strictly ascending when read from their ends: so each word is there once.
static gdx_status verify_reversed(const verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    gdx_buffer spellings[2] = {{0}, {0}};
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < segment->word_count && status == GDX_OK; i++) {
        gdx_buffer *word = &spellings[i % 2];
        const gdx_buffer *before = &spellings[1 - i % 2];
        uint32_t symbol;
        word->bytes = 0;
        status = gdx_segment_word_reversed(segment, i, &symbol, err);
        if (status == GDX_OK)
            status = gdx_segment_word(segment, symbol, word, err);
        if (status == GDX_OK && i % GDX_VERIFY_LOOK_EVERY == 0)
            status = verify_look(verification, err);
        if (status == GDX_OK && i && order_compare_reversed(gdx_buffer_slice(before), gdx_buffer_slice(word)) >= 0)
            status = segment_damaged(segment, SECTION_WORDS_REVERSED, (uint64_t)i * 4, "words out of order", err);
    }
    gdx_buffer_clear(&spellings[0]);
    gdx_buffer_clear(&spellings[1]);
    return status;
}

// ---- terms

static gdx_status verify_lists(verify_context *verification, gdx_error *err) {
    const gdx_segment *segment = verification->segment;
    list_sums sums = {0};
    gdx_status status = GDX_OK;
    if (segment->shape != GDX_SHAPE_EXACT && folded_rule_of(segment)) {
        status = list_sums_init(segment, verification->stop, &sums, err);
        verification->sums = &sums;
    }
    if (status == GDX_OK)
        status = terms_verify(verification, err);
    if (status == GDX_OK)
        status = lists_verify(verification, err);
    verification->sums = NULL;
    list_sums_clear(&sums);
    return status;
}

gdx_status gdx_segment_verify(const gdx_segment *segment, const gdx_stop *stop, gdx_error *err) {
    verify_context verification = {.segment = segment, .stop = stop};
    gdx_status status = verify_pages(&verification, err);
    if (status == GDX_OK)
        status = verify_padding(segment, err);
    if (status == GDX_OK)
        status = gdx_segment_columns(segment, &verification.columns, err);
    if (status == GDX_OK)
        status = verify_documents(&verification, err);
    if (status == GDX_OK)
        status = store_verify(&verification, err);
    if (status == GDX_OK)
        status = verify_offsets(&verification, SECTION_VALUE_OFFSETS, SECTION_VALUES, segment->value_count, err);
    if (status == GDX_OK)
        status = values_verify(&verification, err);
    if (status == GDX_OK)
        status = verify_spellings(&verification, err);
    if (status == GDX_OK)
        status = verify_reversed(&verification, err);
    if (status == GDX_OK)
        status = verify_lists(&verification, err);
    return gdx_segment_settle(segment, status, err);
}
