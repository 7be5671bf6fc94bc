// SPDX-License-Identifier: Apache-2.0
// kwic.c: a page of a concordance. The occurrences are listed as a scan finds them, each in 16 bytes, or those of a
// sample with the hashes that chose them; put in order as far as the page goes (places.c); and shown.

#include "gdx/kwic.h"

#include "gdx/heap.h"

#include "evaluations.h"
#include "kwic_places.h"
#include "occurrences.h"
#include "order.h"
#include "snippet.h"

#include <inttypes.h>

struct drawn { // a place of a sample
    uint64_t hash;
    query_place place;
};

struct listing { // one owner
    query_run run;
    const gdx_kwic_options *options;
    query_segment *segments;
    gdx_arena *kept; // what lasts until the page is made
    query_place *places;
    struct drawn *drawn; // NULL: all places are listed
    size_t count, capacity;
    uint64_t id_hash; // of the document at hand
};

bool gdx_kwic_key_parse(gdx_slice name, gdx_kwic_key *out) {
    static const char *const names[GDX_KWIC_KEYS] = {"right", "left", "node", "date", "source", "id"};
    for (int i = 0; i < GDX_KWIC_KEYS; i++) {
        if (gdx_slice_equal(name, gdx_slice_of(names[i]))) {
            *out = (gdx_kwic_key)i;
            return true;
        }
    }
    return false;
}

void gdx_kwic_free(gdx_kwic *kwic) {
    if (kwic)
        gdx_arena_free(kwic->arena);
}

// ---- samples: the places with the lowest hashes of id and place, whatever the segment

// The place that leaves the sample first.
static bool leaves_before(void *context, const void *a, const void *b) {
    (void)context;
    return ((const struct drawn *)a)->hash > ((const struct drawn *)b)->hash;
}

static const gdx_ordering highest_first = {sizeof(struct drawn), leaves_before};

static bool lies_before(void *context, const void *a, const void *b) {
    (void)context;
    const query_place *left = &((const struct drawn *)a)->place, *right = &((const struct drawn *)b)->place;
    if (left->segment != right->segment)
        return left->segment < right->segment;
    if (left->position != right->position)
        return left->position < right->position;
    return left->length < right->length;
}

static const gdx_ordering by_position = {sizeof(struct drawn), lies_before};

static uint64_t hash_place(const struct listing *listing, const query_occurrence *at) {
    uint8_t bytes[8 + 3 * 4];
    gdx_store_u64(bytes, listing->id_hash);
    gdx_store_u32(bytes + 8, at->part);
    gdx_store_u32(bytes + 12, at->begin);
    gdx_store_u32(bytes + 16, (at->end - at->begin) * 2 + at->is_bridged);
    return gdx_checksum(bytes, sizeof bytes);
}

static void draw(struct listing *listing, uint64_t hash, const query_place *place) {
    struct drawn *drawn = listing->drawn;
    if (listing->count < listing->capacity) {
        drawn[listing->count++] = (struct drawn){hash, *place};
        if (listing->count == listing->capacity)
            gdx_heap_build(&highest_first, NULL, drawn, listing->count);
    } else if (hash < drawn[0].hash) {
        drawn[0] = (struct drawn){hash, *place};
        gdx_heap_sift(&highest_first, NULL, drawn, listing->count, 0);
    }
}

static gdx_status list_drawn(struct listing *listing, gdx_error *err) {
    struct drawn *room = query_run_take_in(&listing->run, listing->kept, listing->count * sizeof *room, err);
    void *result = listing->drawn;
    listing->places = query_run_take_in(&listing->run, listing->kept, listing->count * sizeof *listing->places, err);
    if (!room || !listing->places)
        return GDX_NO_MEMORY;
    gdx_status status = query_run_order(&listing->run, &by_position, NULL, &result, room, listing->count, 10, err);
    const struct drawn *sorted = result;
    for (size_t i = 0; i < listing->count && status == GDX_OK; i++)
        listing->places[i] = sorted[i].place;
    return status;
}

// ---- listing

// GDX_CORRUPT: there are more than were counted.
static gdx_status add_place(struct listing *listing, const query_evaluation *evaluation, const query_document *document,
                            const query_occurrence *at, const query_place *of, gdx_error *err) {
    query_place place = *of;
    place.position = query_document_begin(document, at->part) + at->begin;
    place.length = (at->end - at->begin) & INT32_MAX;
    place.is_bridged = at->is_bridged;
    if (listing->drawn) {
        draw(listing, hash_place(listing, at), &place);
        return GDX_OK;
    }
    if (listing->count == listing->capacity)
        return query_segment_corrupt(&evaluation->segment, err);
    listing->places[listing->count++] = place;
    return GDX_OK;
}

static gdx_status list_document(struct listing *listing, const query_evaluation *evaluation, query_walks *walks,
                                size_t slot, uint32_t segment, gdx_error *err) {
    enum { DOCUMENT_NS = 1000, PLACE_NS = 50 };
    gdx_searcher *searcher = listing->run.searcher;
    query_place of = {.segment = segment, .document = evaluation->documents[slot]};
    query_occurrence *all = NULL;
    size_t count = 0;
    gdx_slice id = {"", 0};
    gdx_arena_reset(searcher->documents);
    gdx_status status = query_document_locate(searcher->shown, searcher->store, &evaluation->segment, of.document, err);
    if (status == GDX_OK && listing->drawn)
        status = gdx_segment_id(evaluation->segment.segment, of.document, &id, err);
    if (status == GDX_OK)
        status = query_walks_list(walks, of.document, searcher->shown, searcher->documents, &all, &count, err);
    listing->id_hash = gdx_checksum(id.data, id.bytes);
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = add_place(listing, evaluation, searcher->shown, &all[i], &of, err);
    return status == GDX_OK ? query_run_spend(&listing->run, DOCUMENT_NS + count * PLACE_NS, err) : status;
}

static gdx_status list_segment(void *context, query_evaluation *evaluation, gdx_error *err) {
    struct listing *listing = context;
    query_run *run = &listing->run;
    uint32_t number = (uint32_t)evaluation->segment.index;
    query_walks *walks = NULL;
    query_evaluation_include_bridged(evaluation);
    listing->segments[number] = evaluation->segment;
    gdx_status status = query_walks_open(run, evaluation, NULL, &walks, err);
    for (size_t slot = 0; slot < evaluation->document_count && status == GDX_OK; slot++)
        status = list_document(listing, evaluation, walks, slot, number, err);
    return status;
}

static gdx_status list_places(struct listing *listing, uint64_t all, gdx_error *err) {
    query_run *run = &listing->run;
    uint32_t segments = (uint32_t)gdx_snapshot_segment_count(run->snapshot), sample = listing->options->sample;
    listing->capacity = sample && sample < all ? sample : (size_t)all;
    listing->segments = query_run_take_in(run, listing->kept, segments * sizeof *listing->segments, err);
    if (listing->capacity < all)
        listing->drawn = query_run_take_in(run, listing->kept, listing->capacity * sizeof *listing->drawn, err);
    else
        listing->places = query_run_take_in(run, listing->kept, listing->capacity * sizeof *listing->places, err);
    if (!listing->segments || (!listing->drawn && !listing->places))
        return GDX_NO_MEMORY;
    run->held = gdx_arena_bytes(listing->kept);
    gdx_status status = query_run_check(run, err);
    if (status == GDX_OK && run->query->ranks)
        status = query_evaluations_each(run, list_segment, listing, err);
    run->held = 0; // from here on its arena is asked with each request
    return status == GDX_OK && listing->drawn ? list_drawn(listing, err) : status;
}

// ---- lines

struct line {
    uint32_t place; // its number
    uint32_t number;
};

static bool is_placed_before(void *context, const void *a, const void *b) {
    (void)context;
    return ((const struct line *)a)->place < ((const struct line *)b)->place;
}

static const gdx_ordering by_place = {sizeof(struct line), is_placed_before};

// What describes the document is shared with the line shown before, if it is of the same one.
static gdx_status keep_head(gdx_arena *arena, const gdx_occurrence *before, gdx_occurrence *line, gdx_error *err) {
    gdx_slice *const texts[] = {&line->id, &line->title, &line->source};
    gdx_status status = GDX_OK;
    if (before && gdx_slice_equal(before->id, line->id)) {
        line->id = before->id;
        line->title = before->title;
        line->source = before->source;
    } else {
        for (size_t i = 0; i < sizeof texts / sizeof *texts && status == GDX_OK; i++)
            status = gdx_arena_copy(arena, *texts[i], texts[i]);
    }
    if (status == GDX_OK)
        status = gdx_arena_copy(arena, line->match.place, &line->match.place);
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "an answer");
}

static gdx_status show_line(struct listing *listing, const query_place *place, const query_place *before,
                            gdx_arena *arena, gdx_occurrence *out, gdx_error *err) {
    gdx_searcher *searcher = listing->run.searcher;
    const query_segment *segment = &listing->segments[place->segment];
    query_placed at;
    gdx_status status = GDX_OK;
    if (!before || before->segment != place->segment || before->document != place->document) {
        status = query_document_open(searcher->shown, searcher->store, segment, place->document, err);
        if (status == GDX_OK)
            status = query_run_spend(&listing->run, QUERY_DOCUMENT_WORK, err);
    }
    if (status == GDX_OK)
        status = query_place_find(searcher->shown, segment, place, &at, err);
    if (status != GDX_OK)
        return status;
    query_occurrence shown = {at.part, at.begin, at.end, place->is_bridged};
    return query_occurrence_show(searcher->shown, &shown, listing->options->context_symbols, 0, arena, out, err);
}

// In the order of the documents, so that each is opened once.
static gdx_status show_lines(struct listing *listing, const uint32_t *order, gdx_kwic *out, gdx_error *err) {
    struct line *lines = query_run_take_in(&listing->run, listing->kept, out->line_count * sizeof *lines, err);
    struct line *room = query_run_take_in(&listing->run, listing->kept, out->line_count * sizeof *room, err);
    out->lines = gdx_arena_allocate(out->arena, out->line_count * sizeof *out->lines);
    if (!lines || !room || !out->lines)
        return gdx_fail_memory(err, "an answer");
    for (size_t i = 0; i < out->line_count; i++)
        lines[i] = (struct line){order[listing->options->offset + i], (uint32_t)i};
    const struct line *sorted = gdx_sort(&by_place, NULL, lines, room, out->line_count);
    const query_place *before = NULL;
    const gdx_occurrence *shown = NULL;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < out->line_count && status == GDX_OK; i++) {
        const query_place *place = &listing->places[sorted[i].place];
        gdx_occurrence *line = &out->lines[sorted[i].number];
        status = show_line(listing, place, before, out->arena, line, err);
        if (status == GDX_OK)
            status = keep_head(out->arena, shown, line, err);
        before = place;
        shown = line;
    }
    return status;
}

// ---- the whole

static gdx_status check_count(uint64_t all, uint32_t sample, gdx_error *err) {
    if (sample || all <= GDX_KWIC_MOST)
        return GDX_OK;
    return gdx_fail(err, GDX_TOO_LARGE,
                    "%" PRIu64 " occurrences, of which at most %d are sorted; narrow the query or ask for a sample of "
                    "them (--sample)",
                    all, GDX_KWIC_MOST);
}

static gdx_status make_page(struct listing *listing, gdx_kwic *out, gdx_error *err) {
    const gdx_kwic_options *options = listing->options;
    uint64_t all = out->totals.occurrences + out->totals.bridged_occurrences;
    gdx_status status = check_count(all, options->sample, err);
    if (status == GDX_OK)
        status = list_places(listing, all, err);
    if (status != GDX_OK)
        return status;
    out->sorted = listing->count;
    uint64_t left = options->offset < listing->count ? listing->count - options->offset : 0;
    out->line_count = left < options->limit ? (size_t)left : options->limit;
    if (out->line_count == 0)
        return GDX_OK;
    query_places places = {listing->places, (uint32_t)listing->count, listing->segments};
    uint32_t *order = NULL;
    status = query_places_sort(&listing->run, &places, options, (size_t)options->offset,
                               (size_t)options->offset + out->line_count, listing->kept, &order, err);
    listing->run.held = 0;
    return status == GDX_OK ? show_lines(listing, order, out, err) : status;
}

static gdx_status new_page(gdx_kwic **out, gdx_error *err) {
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    gdx_kwic *kwic = arena ? gdx_arena_allocate(arena, sizeof *kwic) : NULL;
    if (!kwic)
        return gdx_fail_memory(err, "an answer");
    kwic->arena = GDX_TAKE(arena);
    *out = kwic;
    return GDX_OK;
}

gdx_status gdx_kwic_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                            const gdx_kwic_options *options, gdx_kwic **out, gdx_error *err) {
    GDX_AUTO(gdx_kwic) kwic = NULL;
    GDX_AUTO(gdx_arena) kept = gdx_arena_new();
    if (!kept)
        return gdx_fail_memory(err, "an answer");
    gdx_status status = new_page(&kwic, err);
    if (status == GDX_OK)
        status = gdx_count(searcher, snapshot, query, &options->stop, &kwic->totals, err);
    if (status != GDX_OK)
        return status;
    struct listing listing = {
        .run = query_run_of(searcher, snapshot, query, &options->stop), .options = options, .kept = kept};
    status = make_page(&listing, kwic, err);
    query_searcher_reset(searcher);
    if (status == GDX_OK)
        *out = GDX_TAKE(kwic);
    return status;
}
