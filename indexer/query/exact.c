// SPDX-License-Identifier: Apache-2.0
// exact.c: of the places that the index gives for a phrase, those where the stored text has the query's characters.
// The index knows folded symbols alone, so each place is read. Places ascend, so a document is opened once, and a
// stretch of its text that was read for one place serves the next.

#include "exact.h"

#include "characters.h"
#include "document.h"
#include "leaf.h"

enum {
    CANDIDATES_MAX = 1000000,
    AHEAD_SYMBOLS = 1024, // read at once when the document has another place
    PLACE_WORK = 1000     // nanoseconds to read one, mostly
};

struct reading {
    query_run *run;
    const query_segment *segment;
    const query_node *leaf;
    uint32_t number; // of the document that is open
    bool is_open;
};

static bool is_left_aside(uint32_t code) {
    return query_is_blank(code) || gdx_is_ignorable(code);
}

gdx_status query_exact_characters(gdx_slice text, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    for (size_t at = 0, bytes; at < text.bytes && status == GDX_OK; at += bytes) {
        uint32_t code;
        bytes = gdx_utf8_decode((const uint8_t *)text.data + at, text.bytes - at, &code);
        if (code == GDX_ILL_FORMED || !is_left_aside(code))
            status = gdx_buffer_append(out, text.data + at, bytes);
    }
    return status;
}

static bool has_characters(gdx_slice text, gdx_slice wanted) {
    size_t matched = 0;
    for (size_t at = 0, bytes; at < text.bytes; at += bytes) {
        uint32_t code;
        bytes = gdx_utf8_decode((const uint8_t *)text.data + at, text.bytes - at, &code);
        if (code != GDX_ILL_FORMED && is_left_aside(code))
            continue;
        if (wanted.bytes - matched < bytes || memcmp(text.data + at, wanted.data + matched, bytes) != 0)
            return false;
        matched += bytes;
    }
    return matched == wanted.bytes;
}

static gdx_status open_document(struct reading *reading, uint32_t number, gdx_error *err) {
    gdx_searcher *searcher = reading->run->searcher;
    if (reading->is_open && reading->number == number)
        return GDX_OK;
    reading->number = number;
    reading->is_open = true;
    gdx_status status = query_run_spend(reading->run, QUERY_DOCUMENT_WORK, err);
    if (status != GDX_OK)
        return status;
    return query_document_open(searcher->shown, searcher->store, reading->segment, number, err);
}

// The stored text of symbols [position, position + length) of the segment, which are of document `number`, in one
// part. The slice is valid until the next call.
static gdx_status read_place(struct reading *reading, uint32_t number, uint32_t position, uint32_t length,
                             uint32_t ahead, gdx_slice *out, gdx_error *err) {
    query_document *document = reading->run->searcher->shown;
    query_view view;
    gdx_status status = open_document(reading, number, err);
    if (status != GDX_OK)
        return status;
    uint32_t part = query_document_part_at(document, position);
    uint32_t begin = position - query_document_begin(document, part);
    if (begin + length > query_document_length(document, part))
        return query_segment_corrupt(reading->segment, err);
    status = query_document_view(document, part, begin, begin + length, ahead, &view, err);
    if (status != GDX_OK)
        return status;
    const gdx_span *spans = view.symbols->spans + (begin - view.first);
    *out = (gdx_slice){view.text.data + spans[0].begin, spans[length - 1].end - spans[0].begin};
    return query_run_spend(reading->run, PLACE_WORK, err);
}

// Keeps the places of live documents that have the characters.
static gdx_status keep_places(struct reading *reading, uint32_t *positions, size_t *count, uint32_t length,
                              gdx_error *err) {
    const gdx_document_columns *columns = &reading->segment->columns;
    const uint8_t *deleted = reading->segment->live->deleted;
    size_t kept = 0;
    uint32_t number = 0;
    for (size_t i = 0; i < *count; i++) {
        number = gdx_columns_document_at(columns, positions[i], number);
        if (gdx_is_deleted(deleted, number))
            continue;
        bool has_next = i + 1 < *count && positions[i + 1] < columns->begin[number + 1];
        gdx_slice text;
        gdx_status status = read_place(reading, number, positions[i], length, has_next ? AHEAD_SYMBOLS : 0, &text, err);
        if (status != GDX_OK)
            return status;
        positions[kept] = positions[i];
        kept += has_characters(text, reading->leaf->value);
    }
    *count = kept;
    return GDX_OK;
}

static gdx_status count_candidates(query_run *run, const query_plan *plan, size_t as_it_stands, gdx_error *err) {
    run->candidates += as_it_stands;
    for (uint32_t i = 0; i < plan->broken_count; i++)
        run->candidates += plan->broken[i].count;
    if (run->candidates <= CANDIDATES_MAX)
        return GDX_OK;
    return gdx_fail(err, GDX_TOO_LARGE,
                    "exact: must read more than %d places of the text; use a longer or rarer phrase", CANDIDATES_MAX);
}

gdx_status query_exact_keep(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    struct reading reading = {.run = run, .segment = segment, .leaf = plan->leaf};
    query_list *list = &run->searcher->positions;
    gdx_status status = query_leaf_positions(run, segment, plan, list, err);
    if (status == GDX_OK)
        status = count_candidates(run, plan, list->count, err);
    if (status == GDX_OK)
        status = keep_places(&reading, list->values, &list->count, plan->leaf->symbol_count, err);
    for (uint32_t i = 0; i < plan->broken_count && status == GDX_OK; i++)
        status = keep_places(&reading, plan->broken[i].positions, &plan->broken[i].count, plan->broken[i].length, err);
    if (status != GDX_OK)
        return status;
    query_broken *forms = query_run_take(run, (plan->broken_count + 1) * sizeof *forms, err);
    uint32_t *kept = forms ? query_run_take(run, list->count * sizeof *kept, err) : NULL;
    if (!kept)
        return GDX_NO_MEMORY;
    if (list->count)
        memcpy(kept, list->values, list->count * sizeof *kept);
    forms[0] = (query_broken){plan->leaf->symbol_count, kept, list->count};
    if (plan->broken_count)
        memcpy(forms + 1, plan->broken, plan->broken_count * sizeof *forms);
    *plan =
        (query_plan){.leaf = plan->leaf, .broken = forms, .broken_count = plan->broken_count + 1, .is_nowhere = true};
    return GDX_OK;
}
