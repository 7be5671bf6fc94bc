// SPDX-License-Identifier: Apache-2.0
// terms_writer.c: packs the term dictionary. docs/format.md, "Term dictionary".
// Blocks of 64 terms are cut by count alone, over the borders of first symbols, because most words begin a single term.
// A block has a row of fixed size for binary search and columns for the rest; what its row says is not said again.

#include "terms_writer.h"

#include "pack.h"
#include "term_filter.h"

#include <assert.h>
#include <string.h>

gdx_status terms_writer_init(terms_writer *writer, segment_sink *sink, gdx_shape shape, uint32_t limit,
                             gdx_error *err) {
    *writer = (terms_writer){.sink = sink, .shape = shape, .limit = limit};
    return sink_begin(sink, SECTION_POSTINGS, err);
}

void terms_writer_clear(terms_writer *writer) {
    gdx_buffer_clear(&writer->blocks);
    gdx_buffer_clear(&writer->rows);
    gdx_buffer_clear(&writer->filter);
    gdx_buffer_clear(&writer->frequencies);
    gdx_buffer_clear(&writer->frequency_rows);
}

static gdx_status no_memory(const terms_writer *writer, gdx_error *err) {
    return gdx_fail_at(err, GDX_NO_MEMORY, sink_path(writer->sink), "no memory for the term dictionary");
}

// How much longer or shorter a list is than is to be expected, shorter ones as odd numbers: small either way.
static uint32_t length_code(const term_row *term, uint32_t limit) {
    int64_t longer = (int64_t)term->bytes - gdx_postings_expected(term->spans, limit);
    return (uint32_t)(longer >= 0 ? 2 * longer : -2 * longer - 1);
}

// The columns of a block: [first], second, count, length; of a compact segment also how many more occurrences than
// blocks. The first term's own symbols stand in the row.
static gdx_status append_columns(terms_writer *writer) {
    uint32_t first[GDX_TERMS_PER_BLOCK];
    uint32_t second[GDX_TERMS_PER_BLOCK];
    uint32_t count[GDX_TERMS_PER_BLOCK];
    uint32_t bytes[GDX_TERMS_PER_BLOCK];
    uint32_t more[GDX_TERMS_PER_BLOCK];
    const term_row *terms = writer->pending;
    size_t n = writer->pending_count;
    for (size_t i = 0; i < n; i++) {
        first[i] = i ? terms[i].first - terms[i - 1].first : 0;
        second[i] = i && first[i] == 0 ? terms[i].second - terms[i - 1].second - 1 : terms[i].second;
        count[i] = terms[i].spans - 1;
        more[i] = terms[i].count - terms[i].spans;
        bytes[i] = length_code(&terms[i], writer->limit);
    }
    gdx_status status = pack_append(first + 1, n - 1, &writer->blocks);
    if (status == GDX_OK)
        status = pack_append(second + 1, n - 1, &writer->blocks);
    if (status == GDX_OK)
        status = pack_append(count, n, &writer->blocks);
    if (status == GDX_OK)
        status = pack_append(bytes, n, &writer->blocks);
    if (status == GDX_OK && writer->shape != GDX_SHAPE_EXACT)
        status = pack_append(more, n, &writer->blocks);
    return status;
}

static gdx_status end_block(terms_writer *writer, gdx_error *err) {
    if (writer->pending_count == 0)
        return GDX_OK;
    uint8_t row[TERM_BLOCK_BYTES] = {0};
    gdx_store_u32(row + TERM_BLOCK_FIRST, writer->pending[0].first);
    gdx_store_u32(row + TERM_BLOCK_SECOND, writer->pending[0].second);
    gdx_store_u64(row + TERM_BLOCK_POSTINGS, writer->postings_offset);
    gdx_store_u32(row + TERM_BLOCK_TERMS, (uint32_t)writer->blocks.bytes);
    gdx_store_u32(row + TERM_BLOCK_OCCURRENCES, (uint32_t)writer->occurrences);
    if (writer->blocks.bytes > UINT32_MAX || writer->occurrences > UINT32_MAX)
        return gdx_fail_at(err, GDX_TOO_LARGE, sink_path(writer->sink), "the term dictionary is full");
    if (gdx_buffer_append(&writer->rows, row, sizeof row) != GDX_OK || append_columns(writer) != GDX_OK)
        return no_memory(writer, err);
    for (size_t i = 0; i < writer->pending_count; i++) {
        writer->postings_offset += writer->pending[i].bytes;
        writer->occurrences += writer->pending[i].count;
    }
    writer->term_count += writer->pending_count;
    writer->pending_count = 0;
    return GDX_OK;
}

static gdx_status append_frequencies(terms_writer *writer, const term_chunk *chunk, gdx_error *err) {
    for (size_t i = 0; i < chunk->frequency_count; i++) {
        uint8_t row[FREQUENCY_SYMBOL_BYTES] = {0};
        gdx_store_u32(row + FREQUENCY_SYMBOL_SYMBOL, chunk->frequency_rows[i].symbol);
        gdx_store_u32(row + FREQUENCY_SYMBOL_DOCUMENTS, chunk->frequency_rows[i].documents);
        gdx_store_u64(row + FREQUENCY_SYMBOL_OFFSET, chunk->frequency_rows[i].offset + writer->frequencies.bytes);
        if (gdx_buffer_append(&writer->frequency_rows, row, sizeof row) != GDX_OK)
            return no_memory(writer, err);
    }
    if (gdx_buffer_append(&writer->frequencies, chunk->frequencies.data, chunk->frequencies.bytes) != GDX_OK)
        return no_memory(writer, err);
    return GDX_OK;
}

gdx_status terms_writer_append(terms_writer *writer, const term_chunk *chunk, gdx_error *err) {
    gdx_status status = sink_write(writer->sink, chunk->postings.data, chunk->postings.bytes, err);
    for (size_t t = 0; t < chunk->term_count && status == GDX_OK; t++) {
        writer->pending[writer->pending_count++] = chunk->terms[t];
        if (writer->pending_count == GDX_TERMS_PER_BLOCK)
            status = end_block(writer, err);
    }
    return status == GDX_OK ? append_frequencies(writer, chunk, err) : status;
}

// Adds the terms of a block, whose columns begin at *at.
static void filter_block(terms_writer *writer, const uint8_t *row, const uint8_t **at, size_t count) {
    uint32_t columns[5][GDX_TERMS_PER_BLOCK + GDX_PACK_STEP]; // of which two or three are passed over
    const uint8_t *end = writer->blocks.data + writer->blocks.bytes;
    uint64_t words = writer->filter.bytes / 8;
    for (size_t i = 0; i < (writer->shape != GDX_SHAPE_EXACT ? 5 : 4); i++) {
        bool is_good = pack_read(at, end, i < 2 ? count - 1 : count, columns[i] + (i < 2));
        assert(is_good); // it was written here
        (void)is_good;
    }
    uint32_t first = gdx_load_u32(row + TERM_BLOCK_FIRST), second = gdx_load_u32(row + TERM_BLOCK_SECOND);
    term_filter_add(writer->filter.data, words, first, second);
    for (size_t i = 1; i < count; i++) {
        first += columns[0][i];
        second = columns[1][i] + (columns[0][i] ? 0 : second + 1);
        term_filter_add(writer->filter.data, words, first, second);
    }
}

// How large it must be is known only when all terms are there, so they are read back: that takes less memory than
// keeping them.
static gdx_status make_filter(terms_writer *writer, gdx_error *err) {
    size_t bytes = term_filter_words(writer->term_count) * 8;
    if (gdx_buffer_reserve(&writer->filter, bytes) != GDX_OK)
        return no_memory(writer, err);
    if (bytes)
        memset(writer->filter.data, 0, bytes);
    writer->filter.bytes = bytes;
    const uint8_t *at = writer->blocks.data;
    for (uint64_t done = 0; done < writer->term_count; done += GDX_TERMS_PER_BLOCK) {
        uint64_t left = writer->term_count - done;
        const uint8_t *row = writer->rows.data + done / GDX_TERMS_PER_BLOCK * TERM_BLOCK_BYTES;
        filter_block(writer, row, &at, left < GDX_TERMS_PER_BLOCK ? left : GDX_TERMS_PER_BLOCK);
    }
    return GDX_OK;
}

gdx_status terms_writer_finish(terms_writer *writer, gdx_error *err) {
    gdx_status status = end_block(writer, err);
    if (status == GDX_OK)
        status = make_filter(writer, err);
    const struct {
        int section;
        const gdx_buffer *bytes;
    } sections[] = {
        {SECTION_TERMS, &writer->blocks},
        {SECTION_TERM_BLOCKS, &writer->rows},
        {SECTION_TERM_FILTER, &writer->filter},
        {SECTION_FREQUENCIES, &writer->frequencies},
        {SECTION_FREQUENCY_SYMBOLS, &writer->frequency_rows},
    };
    for (size_t i = 0; i < sizeof sections / sizeof *sections && status == GDX_OK; i++)
        status =
            sink_section(writer->sink, sections[i].section, sections[i].bytes->data, sections[i].bytes->bytes, err);
    return status;
}
