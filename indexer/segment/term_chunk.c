// SPDX-License-Identifier: Apache-2.0
// term_chunk.c: encodes terms in order and, when all terms of a first symbol are there, decides whether that symbol is
// frequent enough for a frequency list. Only then its postings are unpacked once more and counted by document, which
// costs nothing for the thousands of symbols that are not.

#include "term_chunk.h"

#include "frequencies.h"
#include "layout.h"
#include "shape.h"

#include <assert.h>
#include <stdlib.h>

enum { NEAR_SHIFT = 7 }; // positions from one that is known to the next: a document is seldom much shorter

void term_scratch_clear(term_scratch *scratch) {
    free(scratch->counts);
    free(scratch->near);
    free(scratch->places);
    free(scratch->positions);
    free(scratch->spans);
    *scratch = (term_scratch){0};
}

void term_chunk_init(term_chunk *chunk, gdx_shape shape, uint32_t position_count, uint32_t block_count,
                     const gdx_document_columns *columns) {
    *chunk = (term_chunk){.shape = shape,
                          .position_count = position_count,
                          .span_count = shape_spans(shape, block_count),
                          .columns = *columns};
}

void term_chunk_clear(term_chunk *chunk) {
    gdx_buffer_clear(&chunk->postings);
    gdx_buffer_clear(&chunk->frequencies);
    free(chunk->terms);
    free(chunk->frequency_rows);
    term_scratch_clear(&chunk->scratch);
    *chunk = (term_chunk){0};
}

void term_chunk_reset(term_chunk *chunk) {
    chunk->postings.bytes = chunk->frequencies.bytes = 0;
    chunk->term_count = chunk->frequency_count = 0;
    chunk->group_begin = chunk->group_postings = 0;
    chunk->group_occurrences = 0;
    chunk->scratch.position_count = 0;
}

static size_t near_count(const term_chunk *chunk) {
    return ((size_t)chunk->position_count >> NEAR_SHIFT) + 1;
}

size_t term_chunk_bytes(const term_chunk *chunk) {
    const term_scratch *scratch = &chunk->scratch;
    return chunk->postings.capacity + chunk->frequencies.capacity + chunk->term_capacity * sizeof *chunk->terms +
           chunk->frequency_capacity * sizeof *chunk->frequency_rows +
           scratch->position_capacity * sizeof *scratch->positions + scratch->span_capacity * sizeof *scratch->spans +
           (scratch->counts ? chunk->columns.count * sizeof *scratch->counts : 0) +
           (scratch->places ? ((size_t)chunk->columns.count + 1) * sizeof *scratch->places : 0) +
           (scratch->near ? near_count(chunk) * sizeof *scratch->near : 0);
}

static gdx_status make_near(term_chunk *chunk) {
    term_scratch *scratch = &chunk->scratch;
    if (scratch->near)
        return GDX_OK;
    scratch->near = malloc(near_count(chunk) * sizeof *scratch->near);
    if (!scratch->near)
        return GDX_NO_MEMORY;
    uint32_t document = 0;
    for (size_t i = 0; i < near_count(chunk); i++) {
        while (document + 1 < chunk->columns.count && chunk->columns.begin[document + 1] <= i << NEAR_SHIFT)
            document++;
        scratch->near[i] = document;
    }
    return GDX_OK;
}

static gdx_status make_places(term_chunk *chunk) {
    term_scratch *scratch = &chunk->scratch;
    const gdx_document_columns *columns = &chunk->columns;
    if (scratch->places)
        return GDX_OK;
    scratch->places = malloc(((size_t)columns->count + 1) * sizeof *scratch->places);
    if (!scratch->places)
        return GDX_NO_MEMORY;
    for (uint32_t d = 0; d < columns->count; d++)
        scratch->places[d] = (term_place){columns->begin[d], columns->text[d], columns->groups[d] + d};
    scratch->places[columns->count] = (term_place){.begin = UINT32_MAX}; // after all positions
    return GDX_OK;
}

static gdx_status make_scratch(term_chunk *chunk) {
    term_scratch *scratch = &chunk->scratch;
    if (!scratch->counts)
        scratch->counts = calloc(chunk->columns.count, sizeof *scratch->counts);
    return scratch->counts ? make_near(chunk) : GDX_NO_MEMORY;
}

static inline uint32_t document_of(const term_chunk *chunk, uint32_t position) {
    const gdx_document_columns *columns = &chunk->columns;
    uint32_t document = chunk->scratch.near[position >> NEAR_SHIFT];
    while (document + 1 < columns->count && columns->begin[document + 1] <= position)
        document++;
    return document;
}

// Whether a position is in what counts by default.
static bool counts(const gdx_document_columns *columns, uint32_t document, uint32_t position) {
    gdx_position_range counted = gdx_columns_counted(columns, document);
    return position >= counted.begin && position < counted.end;
}

// Adds the positions of one term to the counts of their documents. Lists of a frequent symbol are many and mostly
// short: a look-up of where each position is near beats a search that begins anew for each list.
static void count_positions(term_chunk *chunk, const uint32_t *positions, uint32_t count) {
    const gdx_document_columns *columns = &chunk->columns;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t document = document_of(chunk, positions[i]);
        chunk->scratch.counts[document] += columns->flags[document] == 0 || counts(columns, document, positions[i]);
    }
}

static gdx_status count_group(term_chunk *chunk) {
    size_t offset = chunk->group_postings;
    if (chunk->counter)
        return chunk->counter(chunk->counter_context, chunk->terms[chunk->group_begin].first, chunk->scratch.counts);
    if (chunk->shape != GDX_SHAPE_EXACT) {
        assert(chunk->scratch.position_count == chunk->group_occurrences);
        count_positions(chunk, chunk->scratch.positions, (uint32_t)chunk->scratch.position_count);
        return GDX_OK;
    }
    for (size_t t = chunk->group_begin; t < chunk->term_count; t++) {
        const term_row *term = &chunk->terms[t];
        term_scratch *scratch = &chunk->scratch;
        gdx_status status = gdx_grow(&scratch->positions, &scratch->position_capacity,
                                     (size_t)term->count + GDX_POSTINGS_BLOCK, sizeof *scratch->positions);
        gdx_slice code = {(const char *)chunk->postings.data + offset, term->bytes};
        if (status == GDX_OK)
            status = gdx_postings_decode(code, term->count, chunk->position_count, scratch->positions);
        if (status != GDX_OK)
            return status;
        count_positions(chunk, scratch->positions, term->count);
        offset += term->bytes;
    }
    return GDX_OK;
}

static gdx_status add_frequencies(term_chunk *chunk) {
    gdx_status status = make_scratch(chunk);
    if (status == GDX_OK)
        status = count_group(chunk);
    if (status == GDX_OK)
        status = gdx_grow(&chunk->frequency_rows, &chunk->frequency_capacity, chunk->frequency_count + 1,
                          sizeof *chunk->frequency_rows);
    if (status != GDX_OK)
        return status;
    frequency_list_row *row = &chunk->frequency_rows[chunk->frequency_count];
    row->symbol = chunk->terms[chunk->group_begin].first;
    row->offset = chunk->frequencies.bytes;
    status = frequencies_encode(chunk->scratch.counts, chunk->columns.count, &chunk->frequencies, &row->documents);
    if (status == GDX_OK)
        chunk->frequency_count++;
    memset(chunk->scratch.counts, 0, chunk->columns.count * sizeof *chunk->scratch.counts);
    return status;
}

gdx_status term_chunk_end_group(term_chunk *chunk) {
    gdx_status status = GDX_OK;
    if (frequencies_is_frequent(chunk->group_occurrences, chunk->position_count, chunk->columns.count))
        status = add_frequencies(chunk);
    chunk->group_begin = chunk->term_count;
    chunk->group_postings = chunk->postings.bytes;
    chunk->group_occurrences = 0;
    chunk->scratch.position_count = 0;
    return status;
}

static inline uint32_t block_of(const term_scratch *scratch, uint32_t position) {
    const term_place *place = &scratch->places[scratch->near[position >> NEAR_SHIFT]];
    while (place[1].begin <= position)
        place++;
    return position < place->text ? place->title : place->title + 1 + (position - place->text) / GDX_BLOCK_SYMBOLS;
}

// The spans of positions, each once, into the scratch. *out_count: how many. The positions are kept as long as the
// first symbol may be frequent, unless someone else counts: no list says where they are.
static gdx_status find_spans(term_chunk *chunk, const uint32_t *positions, uint32_t count, uint32_t *out_count) {
    term_scratch *scratch = &chunk->scratch;
    size_t before = scratch->position_count;
    size_t kept = chunk->counter ? 0 : count;
    gdx_status status = make_near(chunk);
    if (status == GDX_OK)
        status = make_places(chunk);
    if (status == GDX_OK)
        status = gdx_grow(&scratch->positions, &scratch->position_capacity, before + kept, sizeof *positions);
    if (status == GDX_OK)
        status = gdx_grow(&scratch->spans, &scratch->span_capacity, count, sizeof *scratch->spans);
    if (status != GDX_OK)
        return status;
    if (kept)
        memcpy(scratch->positions + before, positions, kept * sizeof *positions);
    scratch->position_count += kept;
    uint32_t *spans = scratch->spans;
    unsigned shift = shape_span_shift(chunk->shape);
    uint32_t found = 0, last = UINT32_MAX; // no span
    for (uint32_t i = 0; i < count; i++) { // without a branch for the span before: nobody could guess it
        uint32_t span = block_of(scratch, positions[i]) >> shift;
        spans[found] = span;
        found += span != last;
        last = span;
    }
    *out_count = found;
    return GDX_OK;
}

// Makes room for a term, after the terms of another first symbol.
static gdx_status begin_term(term_chunk *chunk, uint32_t first) {
    gdx_status status = GDX_OK;
    if (chunk->group_begin < chunk->term_count && chunk->terms[chunk->group_begin].first != first)
        status = term_chunk_end_group(chunk);
    return status == GDX_OK
               ? gdx_grow(&chunk->terms, &chunk->term_capacity, chunk->term_count + 1, sizeof *chunk->terms)
               : status;
}

// Its list begins at `begin` of the postings.
static gdx_status end_term(term_chunk *chunk, term_row row, size_t begin) {
    size_t bytes = chunk->postings.bytes - begin;
    if (bytes > UINT32_MAX)
        return GDX_TOO_LARGE;
    row.bytes = (uint32_t)bytes;
    chunk->terms[chunk->term_count++] = row;
    chunk->group_occurrences += row.count;
    return GDX_OK;
}

gdx_status term_chunk_add(term_chunk *chunk, uint32_t first, uint32_t second, const uint32_t *positions,
                          uint32_t count) {
    gdx_status status = begin_term(chunk, first);
    size_t before = chunk->postings.bytes;
    uint32_t spans = count;
    if (status == GDX_OK && chunk->shape != GDX_SHAPE_EXACT)
        status = find_spans(chunk, positions, count, &spans);
    if (status == GDX_OK)
        status = shape_has_positions(chunk->shape, count)
                     ? gdx_postings_encode(positions, count, chunk->position_count, &chunk->postings)
                     : gdx_postings_encode(chunk->scratch.spans, spans, chunk->span_count, &chunk->postings);
    return status == GDX_OK ? end_term(chunk, (term_row){first, second, count, spans, 0}, before) : status;
}

gdx_status term_chunk_add_blocks(term_chunk *chunk, uint32_t first, uint32_t second, const uint32_t *blocks,
                                 uint32_t block_count, uint32_t occurrences) {
    assert(chunk->shape == GDX_SHAPE_COMPACT && chunk->counter && !shape_has_positions(chunk->shape, occurrences) &&
           block_count <= occurrences);
    gdx_status status = begin_term(chunk, first);
    size_t before = chunk->postings.bytes;
    if (status == GDX_OK)
        status = gdx_postings_encode(blocks, block_count, chunk->span_count, &chunk->postings);
    return status == GDX_OK ? end_term(chunk, (term_row){first, second, occurrences, block_count, 0}, before) : status;
}

gdx_status term_chunk_find_blocks(term_chunk *chunk, const uint32_t *positions, uint32_t count, const uint32_t **out,
                                  uint32_t *out_count) {
    assert(chunk->shape == GDX_SHAPE_COMPACT);
    gdx_status status = find_spans(chunk, positions, count, out_count);
    *out = chunk->scratch.spans;
    return status;
}
