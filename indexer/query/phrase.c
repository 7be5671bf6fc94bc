// SPDX-License-Identifier: Apache-2.0
// phrase.c: positions at which a phrase of n >= 2 symbols occurs.
// A phrase occurs where its bigrams occur, each at its offset. The list of the rarest is thinned by the others in turn,
// from rare to common. Of each only those blocks are unpacked that may hold one of the positions that are left; a block
// is compared with all of them that it may hold while it is in the processor's nearest cache. Cost: proportional to the
// rarest list and to what must be unpacked of the others, not to the phrase's length.

#include "phrase.h"

#include "gdx/postings.h"

#include "blocks.h"
#include "cover.h"
#include "intersect.h"

enum { SEEK_WORK = 150 }; // nanoseconds: a seek unpacks a block of 128 and searches in it

gdx_status query_bigram_unpack(query_run *run, const query_segment *segment, const query_bigram *bigram,
                               query_list *out, gdx_error *err) {
    gdx_status status = query_run_foresee(run, (uint64_t)bigram->count * 2, err);
    if (status == GDX_OK)
        status = query_run_reserve(run, out, bigram->count, err);
    if (status != GDX_OK)
        return status;
    out->count = 0;
    for (uint32_t i = 0; i < bigram->list_count && status == GDX_OK; i++)
        status = query_term_append(run, segment, &bigram->lists[i], out, err);
    if (status != GDX_OK)
        return status;
    return bigram->list_count > 1 ? query_run_sort(run, out, 0, err) : GDX_OK;
}

static gdx_status open_cursors(const query_segment *segment, const query_bigram *bigram, gdx_cursor *cursors,
                               gdx_error *err) {
    for (uint32_t i = 0; i < bigram->list_count; i++)
        if (gdx_cursor_open(&cursors[i], bigram->lists[i].postings, bigram->lists[i].count, segment->position_count) !=
            GDX_OK)
            return query_segment_corrupt(segment, err);
    return GDX_OK;
}

// The first position from `target` on in any of the lists.
static inline uint32_t seek(gdx_cursor *cursors, uint32_t count, uint32_t target) {
    uint32_t found = gdx_cursor_seek(&cursors[0], target);
    for (uint32_t i = 1; i < count; i++) {
        uint32_t other = gdx_cursor_seek(&cursors[i], target);
        found = other < found ? other : found;
    }
    return found;
}

static gdx_status check_cursors(const query_segment *segment, const gdx_cursor *cursors, uint32_t count,
                                gdx_error *err) {
    for (uint32_t i = 0; i < count; i++)
        if (gdx_cursor_status(&cursors[i]) != GDX_OK)
            return query_segment_corrupt(segment, err);
    return GDX_OK;
}

// Positions of a bigram -> the starts of phrases that have it at `offset`.
static void shift(query_list *list, uint32_t offset) {
    size_t skip = 0;
    while (skip < list->count && list->values[skip] < offset)
        skip++;
    for (size_t i = skip; i < list->count && offset; i++)
        list->values[i - skip] = list->values[i] - offset;
    list->count -= skip;
}

static uint64_t foreseen_work(const query_list *list, const query_bigram *bigram) {
    uint64_t seeking = list->count * SEEK_WORK, unpacking = (uint64_t)bigram->count * 2;
    return seeking < unpacking ? seeking : unpacking;
}

// By one list, block by block.
static gdx_status thin_by_list(query_run *run, const query_segment *segment, const query_bigram *bigram,
                               query_list *list, gdx_error *err) {
    gdx_cursor cursor;
    uint32_t offset = bigram->offset;
    size_t at = 0, kept = 0;
    while (list->count && list->values[list->count - 1] >= GDX_POSITION_END - offset) // after the end of the segment
        list->count--;
    if (list->count == 0)
        return GDX_OK;
    gdx_status status = query_run_foresee(run, foreseen_work(list, bigram), err);
    if (status != GDX_OK)
        return status;
    status = gdx_cursor_open_at(&cursor, bigram->lists[0].postings, bigram->lists[0].count, segment->position_count,
                                list->values[0] + offset);
    if (status != GDX_OK)
        return query_segment_corrupt(segment, err);
    while (at < list->count && status == GDX_OK) {
        uint32_t count;
        const uint32_t *block = gdx_cursor_seek_run(&cursor, list->values[at] + offset, &count);
        if (count == 0)
            break;
        kept = query_intersect_run(list->values, list->count, &at, kept, block, count, offset);
        status = query_run_spend(run, 200, err);
    }
    list->count = kept;
    return status == GDX_OK ? check_cursors(segment, &cursor, 1, err) : status;
}

gdx_status query_bigram_thin(query_run *run, const query_segment *segment, const query_bigram *bigram, query_list *list,
                             gdx_error *err) {
    if (query_bigram_has_blocks(bigram))
        return query_blocks_thin(run, segment, bigram, list, err);
    if (bigram->list_count == 1)
        return thin_by_list(run, segment, bigram, list, err);
    query_list *other = &run->searcher->other;
    gdx_status status = query_bigram_unpack(run, segment, bigram, other, err);
    if (status != GDX_OK)
        return status;
    list->count = query_intersect(list->values, list->count, other->values, other->count, bigram->offset);
    return query_run_spend(run, (uint64_t)bigram->count * 2, err);
}

gdx_status query_phrase_positions(query_run *run, const query_segment *segment, const query_plan *plan, query_list *out,
                                  gdx_error *err) {
    if (query_plan_has_blocks(plan))
        return query_blocks_phrase(run, segment, plan, out, err);
    gdx_status status = query_bigram_unpack(run, segment, &plan->bigrams[0], out, err);
    if (status != GDX_OK)
        return status;
    shift(out, plan->bigrams[0].offset);
    for (uint32_t i = 1; i < plan->bigram_count && out->count && status == GDX_OK; i++) {
        query_bigram bigram = plan->bigrams[i];
        if (bigram.count == 0)
            status = query_cover_look_up(run, segment, plan, &bigram, err);
        if (status == GDX_OK && bigram.count == 0)
            out->count = 0;
        else if (status == GDX_OK)
            status = query_bigram_thin(run, segment, &bigram, out, err);
    }
    return status == GDX_OK ? query_run_spend(run, plan->bigrams[0].count, err) : status;
}

// ---- document by document

struct query_phrase_walk {
    const query_segment *segment;
    const query_plan *plan;
    query_block_walk *blocks; // NULL: all lists have positions
    uint32_t cursor_count;
    gdx_cursor cursors[]; // of the plan's bigrams, one for each of their lists
};

gdx_status query_phrase_walk_open(query_run *run, const query_segment *segment, const query_plan *plan,
                                  query_phrase_walk **out, gdx_error *err) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->bigram_count; i++)
        count += plan->bigrams[i].list_count;
    query_phrase_walk *walk = query_run_take(run, sizeof *walk + count * sizeof *walk->cursors, err);
    if (!walk)
        return GDX_NO_MEMORY;
    walk->segment = segment;
    walk->plan = plan;
    if (query_plan_has_blocks(plan)) {
        *out = walk;
        return query_block_walk_open(run, segment, plan, &walk->blocks, err);
    }
    for (uint32_t i = 0; i < plan->bigram_count; i++) {
        gdx_status status = open_cursors(segment, &plan->bigrams[i], walk->cursors + walk->cursor_count, err);
        if (status != GDX_OK)
            return status;
        walk->cursor_count += plan->bigrams[i].list_count;
    }
    *out = walk;
    return GDX_OK;
}

// The first place >= `at` that no bigram rules out: `at` itself if all of them occur there. The rarest bigram is
// checked first. Places are 64 bits wide so that the end of a list, less an offset, is still beyond every range.
static uint64_t next_candidate(query_phrase_walk *walk, uint64_t at) {
    gdx_cursor *cursors = walk->cursors;
    for (uint32_t i = 0; i < walk->plan->bigram_count; i++) {
        const query_bigram *bigram = &walk->plan->bigrams[i];
        uint64_t target = at + bigram->offset;
        uint32_t found =
            target < GDX_POSITION_END ? seek(cursors, bigram->list_count, (uint32_t)target) : GDX_POSITION_END;
        if (found == GDX_POSITION_END)
            return UINT64_MAX;
        if (found != target)
            return found - bigram->offset;
        cursors += bigram->list_count;
    }
    return at;
}

gdx_status query_phrase_walk_list(query_run *run, query_phrase_walk *walk, uint32_t low, uint32_t high, query_list *out,
                                  gdx_error *err) {
    uint64_t at = low;
    if (walk->blocks)
        return query_block_walk_list(run, walk->blocks, low, high, out, err);
    while (at < high) {
        uint64_t next = next_candidate(walk, at);
        if (next == at) {
            gdx_status status = query_run_reserve(run, out, out->count + 1, err);
            if (status != GDX_OK)
                return status;
            out->values[out->count++] = (uint32_t)at;
            next = at + 1;
        }
        at = next;
        gdx_status status = query_run_spend(run, 100, err);
        if (status != GDX_OK)
            return status;
    }
    return check_cursors(walk->segment, walk->cursors, walk->cursor_count, err);
}
