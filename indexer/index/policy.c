// SPDX-License-Identifier: Apache-2.0
// policy.c: which neighbouring segments become one. Only neighbours merge, so documents keep their order. Sizes fall
// into levels ten apart; ten segments of a level become one of the next, so each document is written about once per
// level, and a search meets at most nine segments of each. Smaller segments that stand between those of a level go with
// them.

#include "policy.h"
#include "layout.h"

unsigned merge_level(uint64_t live_bytes) {
    unsigned level = 0;
    for (uint64_t size = live_bytes / MERGE_FLOOR_BYTES; size; size /= MERGE_FACTOR)
        level++;
    return level;
}

// How many segments from `first` fit into one segment's positions; at least 1.
static size_t fitting(const struct merge_figures *segments, size_t first, size_t end, uint64_t *out_positions) {
    uint64_t positions = segments[first].live_positions;
    size_t at = first + 1;
    while (at < end && segments[at].live_positions <= SEGMENT_POSITIONS_MAX - positions)
        positions += segments[at++].live_positions;
    *out_positions = positions;
    return at - first;
}

static size_t count_of_level(const struct merge_figures *segments, size_t first, size_t count, unsigned level) {
    size_t of_level = 0;
    for (size_t i = first; i < first + count; i++)
        of_level += merge_level(segments[i].live_bytes) == level;
    return of_level;
}

// Within [begin, end), where nothing is above `level`: a stretch that begins and ends with a segment of the level and
// has ten of it. Where positions run out sooner, fewer will do if they fill a segment at least by half; what is fuller
// is left.
static bool find_in_run(const struct merge_figures *segments, size_t begin, size_t end, unsigned level,
                        size_t *out_first, size_t *out_count) {
    for (size_t first = begin; first < end; first++) {
        if (merge_level(segments[first].live_bytes) != level)
            continue;
        uint64_t positions;
        size_t count = fitting(segments, first, end, &positions);
        bool is_cut = first + count < end;
        while (merge_level(segments[first + count - 1].live_bytes) != level)
            count--;
        size_t of_level = count_of_level(segments, first, count, level);
        if (of_level >= MERGE_FACTOR || (is_cut && of_level > 1 && positions >= SEGMENT_POSITIONS_MAX / 2)) {
            *out_first = first;
            *out_count = count;
            return true;
        }
        if (!is_cut)
            return false; // from a later begin there are fewer
    }
    return false;
}

static bool find_of_level(const struct merge_figures *segments, size_t count, unsigned level, size_t *out_first,
                          size_t *out_count) {
    for (size_t begin = 0; begin < count; begin++) {
        size_t end = begin;
        while (end < count && merge_level(segments[end].live_bytes) <= level)
            end++;
        if (end > begin && find_in_run(segments, begin, end, level, out_first, out_count))
            return true;
        begin = end;
    }
    return false;
}

static bool is_much_deleted(const struct merge_figures *segment) {
    return (uint64_t)segment->deleted_count * MERGE_DELETED_SHARE_INVERSE > segment->document_count;
}

bool merge_by_policy(const struct merge_figures *segments, size_t count, size_t *out_first, size_t *out_count) {
    unsigned highest = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned level = merge_level(segments[i].live_bytes);
        highest = level > highest ? level : highest;
    }
    for (unsigned level = 0; level <= highest; level++)
        if (find_of_level(segments, count, level, out_first, out_count))
            return true;
    for (size_t i = 0; i < count; i++)
        if (is_much_deleted(&segments[i])) {
            *out_first = i;
            *out_count = 1;
            return true;
        }
    return false;
}

bool merge_to_one(const struct merge_figures *segments, size_t count, size_t *out_first, size_t *out_count) {
    for (size_t first = 0; first < count; first += *out_count) {
        uint64_t positions;
        *out_first = first;
        *out_count = fitting(segments, first, count, &positions);
        if (*out_count > 1 || segments[first].deleted_count)
            return true;
    }
    return false;
}
