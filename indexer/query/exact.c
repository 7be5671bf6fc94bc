// SPDX-License-Identifier: Apache-2.0
// exact.c: of the places that the index gives for a phrase, those where the stored text has the query's characters.
// The index knows folded symbols alone, so each place is read. Places ascend, so a document is opened once, and a
// stretch of its text that was read for one place serves the next.

#include "exact.h"

#include "characters.h"
#include "crew.h"
#include "leaf.h"
#include "reading.h"

enum { AHEAD_SYMBOLS = 512 }; // read at once when the next place is within so many

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

struct keeping {
    const query_segment *segment;
    gdx_slice wanted;
    const query_broken *form;
};

// Places [begin, end) of live documents that have the characters.
static gdx_status find_places(const void *context, query_run *run, size_t begin, size_t end, query_list *out,
                              gdx_error *err) {
    const struct keeping *keeping = context;
    const query_broken *form = keeping->form;
    const uint32_t *positions = form->positions;
    query_reading reading = {.run = run, .segment = keeping->segment};
    uint32_t number = 0;
    for (size_t i = begin; i < end; i++) {
        number = gdx_columns_document_at(&keeping->segment->columns, positions[i], number);
        if (gdx_is_deleted(keeping->segment->live->deleted, number))
            continue;
        bool is_near = i + 1 < end && positions[i + 1] - positions[i] <= AHEAD_SYMBOLS;
        query_view view;
        uint32_t index;
        gdx_status status = query_reading_view(&reading, number, positions[i], positions[i] + form->length,
                                               is_near ? AHEAD_SYMBOLS : 0, &view, &index, err);
        if (status != GDX_OK)
            return status;
        size_t first = view.symbols->spans[index].begin, last = view.symbols->spans[index + form->length - 1].end;
        if (has_characters((gdx_slice){view.text.data + first, last - first}, keeping->wanted))
            status = query_run_append(run, out, &positions[i], 1, err);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

static gdx_status keep_places(query_run *run, const query_segment *segment, gdx_slice wanted, query_broken *form,
                              gdx_error *err) {
    const struct keeping keeping = {segment, wanted, form};
    const query_finding finding = {.count = form->count,
                                   .part = QUERY_PLACES_PART,
                                   .shared = QUERY_PLACES_SHARED,
                                   .find = find_places,
                                   .context = &keeping};
    query_list *kept = &run->searcher->numbers;
    kept->count = 0;
    gdx_status status = query_crew_find(run, &finding, kept, err);
    if (status != GDX_OK)
        return status;
    if (kept->count)
        memcpy(form->positions, kept->values, kept->count * sizeof *kept->values);
    form->count = kept->count;
    return GDX_OK;
}

gdx_status query_exact_keep(query_run *run, const query_segment *segment, query_plan *plan, gdx_error *err) {
    query_list *list = &run->searcher->positions;
    gdx_status status = query_leaf_positions(run, segment, plan, list, err);
    if (status != GDX_OK)
        return status;
    uint32_t form_count = plan->broken_count + 1;
    query_broken *forms = query_run_take(run, form_count * sizeof *forms, err);
    if (!forms)
        return GDX_NO_MEMORY;
    forms[0] = (query_broken){plan->leaf->symbol_count, list->values, list->count};
    if (plan->broken_count)
        memcpy(forms + 1, plan->broken, plan->broken_count * sizeof *forms);
    for (uint32_t i = 0; i < form_count && status == GDX_OK; i++)
        status = query_reading_count(run, "exact:", forms[i].count, err);
    for (uint32_t i = 0; i < form_count && status == GDX_OK; i++)
        status = keep_places(run, segment, plan->leaf->value, &forms[i], err);
    uint32_t *kept = status == GDX_OK ? query_run_take(run, forms[0].count * sizeof *kept, err) : NULL;
    if (!kept)
        return status == GDX_OK ? GDX_NO_MEMORY : status;
    if (forms[0].count)
        memcpy(kept, list->values, forms[0].count * sizeof *kept);
    forms[0].positions = kept;
    *plan = (query_plan){.leaf = plan->leaf, .broken = forms, .broken_count = form_count, .is_nowhere = true};
    return GDX_OK;
}
