// SPDX-License-Identifier: Apache-2.0
// reprints.c: what a commit's table of reprints says of the documents that match a query: docs/statistics.md,
// "Reprints". Relies on gdx/reprints.h.

#include "gdx/bits.h"
#include "gdx/segment.h"
#include "gdx/statistics.h"

#include <stdlib.h>

enum { HEADS_BYTES = 1 << 20 };

struct listed { // a member of a group, or a document of an excerpt
    uint32_t day;
    gdx_slice id;
    uint32_t number; // in the table
    uint32_t jaccard;
    uint32_t group;
    bool matches;
};

struct answer {
    gdx_snapshot *snapshot;
    const gdx_firsts *firsts;
    const gdx_reprints_limits *limits;
    const gdx_stop *stop;
    uint64_t **matching; // by segment, bit by bit
    gdx_store_reader *reader;
    gdx_reprints *out;
};

// ---- what matches

static gdx_status take_room(struct answer *answer, gdx_error *err) {
    size_t count = gdx_snapshot_segment_count(answer->snapshot);
    answer->matching = calloc(count + 1, sizeof *answer->matching);
    answer->reader = gdx_store_reader_new(HEADS_BYTES);
    bool good = answer->matching && answer->reader;
    for (size_t i = 0; good && i < count; i++) {
        const gdx_segment *segment = gdx_snapshot_segment(answer->snapshot, i)->segment;
        answer->matching[i] =
            calloc(gdx_bits_words(gdx_segment_info_of(segment)->document_count) + 1, sizeof(uint64_t));
        good = answer->matching[i] != NULL;
    }
    return good ? GDX_OK : gdx_fail_memory(err, "an answer");
}

static gdx_status note_match(void *context, const gdx_tallied *document, gdx_error *err) {
    struct answer *answer = context;
    (void)err;
    if (document->matches) {
        gdx_bit_set(answer->matching[document->segment], document->document);
        answer->out->documents++;
    }
    return GDX_OK;
}

static bool lives(const struct answer *answer, uint32_t number) {
    return answer->firsts->places[number].segment != UINT32_MAX;
}

static gdx_status list(const struct answer *answer, uint32_t number, struct listed *out, gdx_error *err) {
    gdx_reprint_place place = answer->firsts->places[number];
    const gdx_segment *segment = gdx_snapshot_segment(answer->snapshot, place.segment)->segment;
    gdx_document_columns columns;
    gdx_status status = gdx_segment_columns(segment, &columns, err);
    if (status != GDX_OK)
        return status;
    gdx_date date = columns.dates[place.document];
    *out = (struct listed){.number = number,
                           .day = date == GDX_NO_DATE ? UINT32_MAX : gdx_date_first_day(date),
                           .matches = gdx_bit(answer->matching[place.segment], place.document)};
    return gdx_segment_id(segment, place.document, &out->id, err);
}

// ---- rows

static int compare_time(const struct listed *a, const struct listed *b) {
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return gdx_slice_compare(a->id, b->id);
}

static int by_group(const void *a, const void *b) {
    const struct listed *left = a, *right = b;
    if (left->group != right->group)
        return left->group < right->group ? -1 : 1;
    return compare_time(left, right);
}

static gdx_status fill_reprint(const struct answer *answer, const struct listed *from, gdx_reprint *to,
                               gdx_error *err) {
    gdx_reprint_place place = answer->firsts->places[from->number];
    gdx_segment *segment = gdx_snapshot_segment(answer->snapshot, place.segment)->segment;
    gdx_arena *arena = answer->out->arena;
    gdx_document head;
    gdx_status status = gdx_store_read_head(answer->reader, segment, place.document, &head, err);
    if (status != GDX_OK)
        return status;
    *to = (gdx_reprint){
        .date = head.date, .jaccard = (double)from->jaccard / GDX_REPRINT_WHOLE, .matches = from->matches};
    bool good = gdx_arena_copy(arena, head.id, &to->id) == GDX_OK &&
                gdx_arena_copy(arena, head.title, &to->title) == GDX_OK &&
                gdx_arena_copy(arena, head.source, &to->source) == GDX_OK;
    return good ? GDX_OK : gdx_fail_memory(err, "an answer");
}

// ---- groups

struct listed_group {
    const struct listed *members;
    size_t count, matching;
};

static int by_size(const void *a, const void *b) {
    const struct listed_group *left = a, *right = b;
    if (left->count != right->count)
        return left->count < right->count ? 1 : -1;
    return compare_time(left->members, right->members);
}

static gdx_status list_members(const struct answer *answer, struct listed *members, size_t *out_count, gdx_error *err) {
    const gdx_reprint_table *table = answer->firsts->table;
    gdx_status status = GDX_OK;
    *out_count = 0;
    for (uint32_t i = 0; i < table->member_count && status == GDX_OK; i++) {
        const gdx_reprint_member *member = &table->members[i];
        status = i % 1024 == 0 ? gdx_stop_check(answer->stop, err) : GDX_OK;
        if (status != GDX_OK || !lives(answer, member->document))
            continue;
        struct listed *listed = &members[*out_count];
        status = list(answer, member->document, listed, err);
        listed->jaccard = member->jaccard;
        listed->group = member->group;
        *out_count += status == GDX_OK;
    }
    if (*out_count)
        qsort(members, *out_count, sizeof *members, by_group);
    return status;
}

// Of each group, one that matches is counted, those after it are not distinct. Groups of one that lives are none.
static size_t cut_groups(struct answer *answer, const struct listed *members, size_t count,
                         struct listed_group *groups) {
    size_t group_count = 0;
    answer->out->distinct = answer->out->documents;
    for (size_t at = 0, end; at < count; at = end) {
        struct listed_group group = {.members = &members[at]};
        for (end = at; end < count && members[end].group == members[at].group; end++)
            group.matching += members[end].matches;
        group.count = end - at;
        answer->out->distinct -= group.matching ? group.matching - 1 : 0;
        if (group.count > 1 && group.matching)
            groups[group_count++] = group;
    }
    if (group_count)
        qsort(groups, group_count, sizeof *groups, by_size);
    return group_count;
}

static gdx_status fill_group(const struct answer *answer, const struct listed_group *from, gdx_reprint_group *to,
                             gdx_error *err) {
    size_t count = from->count < answer->limits->members ? from->count : answer->limits->members;
    gdx_status status = GDX_OK;
    *to = (gdx_reprint_group){.documents = from->count, .matching = from->matching};
    to->reprints = gdx_arena_allocate(answer->out->arena, (count + 1) * sizeof *to->reprints);
    if (!to->reprints)
        return gdx_fail_memory(err, "an answer");
    for (; to->reprint_count < count && status == GDX_OK; to->reprint_count++)
        status = fill_reprint(answer, &from->members[to->reprint_count], &to->reprints[to->reprint_count], err);
    return status;
}

static gdx_status fill_groups(struct answer *answer, struct listed *members, struct listed_group *groups,
                              gdx_error *err) {
    size_t member_count;
    gdx_reprints *out = answer->out;
    gdx_status status = list_members(answer, members, &member_count, err);
    if (status != GDX_OK)
        return status;
    out->all_groups = cut_groups(answer, members, member_count, groups);
    size_t count = out->all_groups < answer->limits->groups ? out->all_groups : answer->limits->groups;
    out->groups = gdx_arena_allocate(out->arena, (count + 1) * sizeof *out->groups);
    if (!out->groups)
        return gdx_fail_memory(err, "an answer");
    for (; out->group_count < count && status == GDX_OK; out->group_count++) {
        status = gdx_stop_check(answer->stop, err);
        if (status == GDX_OK)
            status = fill_group(answer, &groups[out->group_count], &out->groups[out->group_count], err);
    }
    return status;
}

// ---- excerpts

struct listed_part {
    struct listed excerpt, of;
    uint32_t containment;
};

static int by_excerpt(const void *a, const void *b) {
    const struct listed_part *left = a, *right = b;
    int order = compare_time(&left->excerpt, &right->excerpt);
    return order ? order : compare_time(&left->of, &right->of);
}

static gdx_status list_parts(const struct answer *answer, struct listed_part *parts, size_t *out_count,
                             gdx_error *err) {
    const gdx_reprint_table *table = answer->firsts->table;
    gdx_status status = GDX_OK;
    *out_count = 0;
    for (uint32_t i = 0; i < table->excerpt_count && status == GDX_OK; i++) {
        const gdx_reprint_excerpt *excerpt = &table->excerpts[i];
        struct listed_part *part = &parts[*out_count];
        status = i % 1024 == 0 ? gdx_stop_check(answer->stop, err) : GDX_OK;
        if (status != GDX_OK || !lives(answer, excerpt->document) || !lives(answer, excerpt->of))
            continue;
        part->containment = excerpt->containment;
        status = list(answer, excerpt->document, &part->excerpt, err);
        if (status == GDX_OK)
            status = list(answer, excerpt->of, &part->of, err);
        *out_count += status == GDX_OK && (part->excerpt.matches || part->of.matches);
    }
    if (*out_count)
        qsort(parts, *out_count, sizeof *parts, by_excerpt);
    return status;
}

static gdx_status fill_parts(struct answer *answer, struct listed_part *parts, gdx_error *err) {
    size_t all;
    gdx_reprints *out = answer->out;
    gdx_status status = list_parts(answer, parts, &all, err);
    if (status != GDX_OK)
        return status;
    size_t count = all < answer->limits->parts ? all : answer->limits->parts;
    out->all_parts = all;
    out->parts = gdx_arena_allocate(out->arena, (count + 1) * sizeof *out->parts);
    if (!out->parts)
        return gdx_fail_memory(err, "an answer");
    for (; out->part_count < count && status == GDX_OK; out->part_count++) {
        gdx_reprint_part *to = &out->parts[out->part_count];
        const struct listed_part *from = &parts[out->part_count];
        to->containment = (double)from->containment / GDX_REPRINT_WHOLE;
        status = fill_reprint(answer, &from->excerpt, &to->excerpt, err);
        if (status == GDX_OK)
            status = fill_reprint(answer, &from->of, &to->of, err);
    }
    return status;
}

// ---- the whole

void gdx_reprints_free(gdx_reprints *reprints) {
    if (reprints)
        gdx_arena_free(reprints->arena);
    free(reprints);
}

static gdx_reprints *new_reprints(void) {
    gdx_reprints *reprints = calloc(1, sizeof *reprints);
    if (!reprints)
        return NULL;
    reprints->arena = gdx_arena_new();
    if (!reprints->arena)
        gdx_reprints_free(GDX_TAKE(reprints));
    return reprints;
}

static gdx_status fill(struct answer *answer, gdx_error *err) {
    const gdx_reprint_table *table = answer->firsts->table;
    struct listed *members = malloc(((size_t)table->member_count + 1) * sizeof *members);
    struct listed_group *groups = malloc(((size_t)table->group_count + 1) * sizeof *groups);
    struct listed_part *parts = malloc(((size_t)table->excerpt_count + 1) * sizeof *parts);
    gdx_status status = members && groups && parts ? GDX_OK : gdx_fail_memory(err, "an answer");
    if (status == GDX_OK)
        status = fill_groups(answer, members, groups, err);
    if (status == GDX_OK)
        status = fill_parts(answer, parts, err);
    free(members);
    free(groups);
    free(parts);
    answer->out->later = answer->firsts->later;
    answer->out->jaccard = (double)table->jaccard / GDX_REPRINT_WHOLE;
    answer->out->within_days = table->within_days;
    return status;
}

static void clear(struct answer *answer) {
    for (size_t i = 0; answer->matching && i < gdx_snapshot_segment_count(answer->snapshot); i++)
        free(answer->matching[i]);
    free(answer->matching);
    gdx_store_reader_free(answer->reader);
}

gdx_status gdx_reprints_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                                const gdx_reprints_limits *limits, const gdx_stop *stop, gdx_reprints **out,
                                gdx_error *err) {
    GDX_AUTO(gdx_reprints) reprints = new_reprints();
    struct answer answer = {.snapshot = snapshot, .limits = limits, .stop = stop, .out = reprints};
    gdx_status status =
        reprints ? gdx_snapshot_firsts(snapshot, stop, &answer.firsts, err) : gdx_fail_memory(err, "an answer");
    if (status == GDX_OK)
        status = take_room(&answer, err);
    if (status == GDX_OK)
        status = gdx_tally(searcher, snapshot, query, stop, note_match, &answer, err);
    if (status == GDX_OK)
        status = gdx_snapshot_settle(snapshot, fill(&answer, err), err);
    clear(&answer);
    if (status == GDX_OK) {
        reprints->commit = gdx_snapshot_commit(snapshot);
        *out = GDX_TAKE(reprints);
    }
    return status;
}
