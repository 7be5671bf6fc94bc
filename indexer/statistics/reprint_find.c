// SPDX-License-Identifier: Apache-2.0
// reprint_find.c: which documents of a commit are reprints of each other, as a table: docs/statistics.md, "Reprints".
// Steps: documents in order of time; what sources repeat; a sketch of each document; pairs that share some of it; what
// each pair has in common exactly, without notices; groups by single link. Nothing depends on segments, threads or
// memory.

#include "groups.h"
#include "reprint_set.h"

#include <stdlib.h>

// ---- the documents

// From 1 on: the calendar's first day is 719,162 days before 1970.
static uint32_t day_number(gdx_date day) {
    return (uint32_t)(gdx_day_number(day) + 719163);
}

static struct reprint_document document_of(const gdx_document_columns *columns, const struct sources *sources,
                                           size_t segment, uint32_t d, uint64_t hash) {
    gdx_date date = columns->dates[d];
    bool has_date = date != GDX_NO_DATE && gdx_date_is_valid(date);
    return (struct reprint_document){
        .hash = hash,
        .segment = (uint32_t)segment,
        .document = d,
        .first_day = has_date ? day_number(gdx_date_first_day(date)) : UINT32_MAX,
        .last_day = has_date ? day_number(gdx_date_last_day(date)) : UINT32_MAX,
        .source = sources->numbers[segment][columns->sources[d]],
    };
}

static gdx_status list_segment(struct reprint_set *set, const struct sources *sources, size_t segment, gdx_error *err) {
    const gdx_live_segment *live = gdx_snapshot_segment(set->snapshot, segment);
    gdx_document_columns columns = {0};
    gdx_status status = gdx_segment_columns(live->segment, &columns, err);
    for (uint32_t d = 0; d < columns.count && status == GDX_OK; d++) {
        uint64_t hash = 0;
        if (gdx_is_deleted(live->deleted, d))
            continue;
        status = d % 4096 == 0 ? gdx_stop_check(set->stop, err) : GDX_OK;
        if (status == GDX_OK)
            status = gdx_segment_hash(live->segment, d, &hash, err);
        if (status == GDX_OK)
            set->documents[set->count++] = document_of(&columns, sources, segment, d, hash);
    }
    return status;
}

static int by_time(const void *a, const void *b) {
    const struct reprint_document *left = a, *right = b;
    if (left->first_day != right->first_day)
        return left->first_day < right->first_day ? -1 : 1;
    return left->hash < right->hash ? -1 : left->hash > right->hash;
}

static gdx_status list_documents(struct reprint_set *set, gdx_error *err) {
    uint64_t count = gdx_snapshot_documents(set->snapshot);
    struct sources sources = {0};
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    set->documents = malloc((count + 1) * sizeof *set->documents);
    gdx_status status = set->documents && arena ? GDX_OK : gdx_fail_memory(err, "the documents");
    if (status == GDX_OK)
        status = sources_read(set->snapshot, arena, &sources, err);
    for (size_t i = 0; i < gdx_snapshot_segment_count(set->snapshot) && status == GDX_OK; i++)
        status = list_segment(set, &sources, i, err);
    if (status == GDX_OK && set->count)
        qsort(set->documents, set->count, sizeof *set->documents, by_time);
    return status;
}

// ---- steps on all threads

struct step_task {
    gdx_task task;
    struct reprint_set *set;
    struct shingle_reader **readers; // by seat
    reprint_step each;
    uint8_t *seats;
    size_t seat_bytes, begin, end;
    atomic_bool *has_failed;
    gdx_status status;
    gdx_error err;
};

static void run_step(gdx_task *task, unsigned seat) {
    struct step_task *step = (struct step_task *)task;
    if (!step->readers[seat])
        step->readers[seat] = shingle_reader_new(step->set->snapshot);
    if (!step->readers[seat])
        step->status = gdx_fail_memory(&step->err, "the texts of the documents");
    for (size_t i = step->begin; i < step->end && step->status == GDX_OK && !atomic_load(step->has_failed); i++) {
        if (i % 16 == 0)
            step->status = gdx_stop_check(step->set->stop, &step->err);
        if (step->status == GDX_OK)
            step->status =
                step->each(step->set, step->readers[seat], i, step->seats + seat * step->seat_bytes, &step->err);
    }
    if (step->status != GDX_OK)
        atomic_store(step->has_failed, true);
}

// So many tasks wait at a time.
enum { TASKS_MOST = 64 };

static gdx_status run_tasks(const struct step_task *like, size_t count, size_t run, struct step_task *tasks,
                            gdx_error *err) {
    gdx_executor *executor = like->set->options->executor;
    gdx_status status = GDX_OK;
    for (size_t at = 0; at < count && status == GDX_OK;) {
        size_t used = 0;
        for (; used < TASKS_MOST && at < count; used++, at += run) {
            tasks[used] = *like;
            tasks[used].begin = at;
            tasks[used].end = at + run < count ? at + run : count;
            gdx_executor_submit(executor, &tasks[used].task);
        }
        for (size_t i = 0; i < used; i++) {
            gdx_executor_wait(executor, &tasks[i].task);
            if (status == GDX_OK && tasks[i].status != GDX_OK)
                status = gdx_error_pass(err, &tasks[i].err);
        }
    }
    return status;
}

gdx_status reprint_set_each(struct reprint_set *set, size_t count, size_t run, reprint_step each, void *seats,
                            size_t seat_bytes, gdx_error *err) {
    unsigned seat_count = gdx_executor_seats(set->options->executor);
    struct shingle_reader **readers = calloc(seat_count, sizeof *readers);
    struct step_task *tasks = calloc(TASKS_MOST, sizeof *tasks);
    atomic_bool has_failed = false;
    const struct step_task like = {.task = {.run = run_step},
                                   .set = set,
                                   .readers = readers,
                                   .each = each,
                                   .seats = seats,
                                   .seat_bytes = seat_bytes,
                                   .has_failed = &has_failed};
    gdx_status status = readers && tasks ? run_tasks(&like, count, run, tasks, err)
                                         : gdx_fail_memory(err, "the texts of the documents");
    for (unsigned i = 0; readers && i < seat_count; i++)
        shingle_reader_free(readers[i]);
    free(readers);
    free(tasks);
    return status;
}

// ---- the table

struct table_maker {
    const struct reprint_set *set;
    uint32_t *parents;  // of a document, towards one that stands for its group
    uint32_t *numbers;  // of a document in the table
    uint32_t *likeness; // the highest Jaccard of a document, in millionths; 0: none
    uint32_t *groups;   // of a document that stands for its group; UINT32_MAX: none yet
    uint64_t *hashes;
    gdx_reprint_member *members;
    gdx_reprint_excerpt *excerpts;
    gdx_reprint_table table;
};

static uint32_t root_of(uint32_t *parents, uint32_t i) {
    while (parents[i] != i)
        i = parents[i] = parents[parents[i]];
    return i;
}

static uint32_t share(uint64_t part, uint64_t whole) {
    return whole ? (uint32_t)(part * GDX_REPRINT_WHOLE / whole) : 0;
}

static uint32_t jaccard_of(const struct reprint_pair *pair) {
    return share(pair->common, (uint64_t)pair->in_a + pair->in_b - pair->common);
}

// Without boilerplate and notices little may be left to judge by.
static bool is_long_enough(const struct reprint_pair *pair) {
    return pair->in_a >= SHINGLES_LEAST && pair->in_b >= SHINGLES_LEAST;
}

static void join(struct table_maker *maker) {
    const struct reprint_set *set = maker->set;
    for (size_t i = 0; i < set->pair_count; i++) {
        const struct reprint_pair *pair = &set->pairs[i];
        uint32_t jaccard = jaccard_of(pair);
        if (jaccard < set->options->jaccard || !is_long_enough(pair))
            continue;
        maker->parents[root_of(maker->parents, pair->a)] = root_of(maker->parents, pair->b);
        maker->likeness[pair->a] = jaccard > maker->likeness[pair->a] ? jaccard : maker->likeness[pair->a];
        maker->likeness[pair->b] = jaccard > maker->likeness[pair->b] ? jaccard : maker->likeness[pair->b];
    }
}

struct numbered {
    uint64_t hash;
    uint32_t document;
};

static int by_hash(const void *a, const void *b) {
    uint64_t left = ((const struct numbered *)a)->hash, right = ((const struct numbered *)b)->hash;
    return left < right ? -1 : left > right;
}

// Numbers the documents by their hashes and lists the members in that order.
static void number_documents(struct table_maker *maker, struct numbered *order) {
    const struct reprint_set *set = maker->set;
    gdx_reprint_table *table = &maker->table;
    for (uint32_t i = 0; i < set->count; i++)
        order[i] = (struct numbered){set->documents[i].hash, i};
    if (set->count)
        qsort(order, set->count, sizeof *order, by_hash);
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t document = order[i].document, root = root_of(maker->parents, document);
        maker->hashes[i] = order[i].hash;
        maker->numbers[document] = i;
        if (!maker->likeness[document])
            continue;
        if (maker->groups[root] == UINT32_MAX)
            maker->groups[root] = table->group_count++;
        maker->members[table->member_count++] = (gdx_reprint_member){i, maker->groups[root], maker->likeness[document]};
    }
    table->count = set->count;
}

static int by_numbers(const void *a, const void *b) {
    const gdx_reprint_excerpt *left = a, *right = b;
    if (left->document != right->document)
        return left->document < right->document ? -1 : 1;
    return left->of < right->of ? -1 : left->of > right->of;
}

static bool is_excerpt(const struct reprint_pair *pair) {
    uint32_t shorter = pair->in_a < pair->in_b ? pair->in_a : pair->in_b;
    return is_long_enough(pair) &&
           (uint64_t)pair->common * REPRINT_CONTAINED_OF >= (uint64_t)shorter * REPRINT_CONTAINED;
}

static void list_excerpts(struct table_maker *maker) {
    const struct reprint_set *set = maker->set;
    gdx_reprint_table *table = &maker->table;
    for (size_t i = 0; i < set->pair_count; i++) {
        const struct reprint_pair *pair = &set->pairs[i];
        bool is_group = root_of(maker->parents, pair->a) == root_of(maker->parents, pair->b);
        if (is_group || !is_excerpt(pair))
            continue;
        bool is_a =
            pair->in_a < pair->in_b || (pair->in_a == pair->in_b && maker->numbers[pair->a] < maker->numbers[pair->b]);
        maker->excerpts[table->excerpt_count++] =
            (gdx_reprint_excerpt){maker->numbers[is_a ? pair->a : pair->b], maker->numbers[is_a ? pair->b : pair->a],
                                  share(pair->common, is_a ? pair->in_a : pair->in_b)};
    }
    if (table->excerpt_count)
        qsort(maker->excerpts, table->excerpt_count, sizeof *maker->excerpts, by_numbers);
}

// Two documents of one hash would be one: ids are part of it.
static gdx_status check_hashes(const struct table_maker *maker, gdx_error *err) {
    for (uint32_t i = 1; i < maker->table.count; i++)
        if (maker->hashes[i] == maker->hashes[i - 1])
            return gdx_fail(err, GDX_CORRUPT, "two documents have one hash; `gramdex verify` says where");
    return GDX_OK;
}

static gdx_status fill(struct table_maker *maker, gdx_error *err) {
    const struct reprint_set *set = maker->set;
    size_t count = (size_t)set->count + 1;
    struct numbered *order = malloc(count * sizeof *order);
    maker->parents = malloc(count * sizeof *maker->parents);
    maker->numbers = malloc(count * sizeof *maker->numbers);
    maker->likeness = calloc(count, sizeof *maker->likeness);
    maker->groups = malloc(count * sizeof *maker->groups);
    maker->hashes = malloc(count * sizeof *maker->hashes);
    maker->members = malloc(count * sizeof *maker->members);
    maker->excerpts = malloc((set->pair_count + 1) * sizeof *maker->excerpts);
    bool good = order && maker->parents && maker->numbers && maker->likeness && maker->groups && maker->hashes &&
                maker->members && maker->excerpts;
    if (good) {
        for (uint32_t i = 0; i < set->count; i++)
            maker->parents[i] = i;
        memset(maker->groups, 0xff, count * sizeof *maker->groups);
        join(maker);
        number_documents(maker, order);
        list_excerpts(maker);
    }
    free(order);
    return good ? check_hashes(maker, err) : gdx_fail_memory(err, "a table of reprints");
}

static gdx_status hand_over(struct reprint_set *set, gdx_status (*take)(void *, const gdx_reprint_table *, gdx_error *),
                            void *context, gdx_error *err) {
    struct table_maker maker = {.set = set,
                                .table = {.jaccard = set->options->jaccard, .within_days = set->options->within_days}};
    gdx_status status = fill(&maker, err);
    maker.table.hashes = maker.hashes;
    maker.table.members = maker.members;
    maker.table.excerpts = maker.excerpts;
    if (status == GDX_OK)
        status = take(context, &maker.table, err);
    free(maker.parents);
    free(maker.numbers);
    free(maker.likeness);
    free(maker.groups);
    free(maker.hashes);
    free(maker.members);
    free(maker.excerpts);
    return status;
}

// ---- the whole

static gdx_status find(struct reprint_set *set, gdx_error *err) {
    static gdx_status (*const steps[])(struct reprint_set * set, gdx_error * err) = {
        list_documents,   reprint_set_find_boilerplate, reprint_set_sketch,
        reprint_set_pair, reprint_set_compare,          reprint_set_drop_notices};
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == GDX_OK; i++)
        status = steps[i](set, err);
    return status;
}

gdx_status gdx_reprints_find(gdx_snapshot *snapshot, const gdx_reprints_options *options, const gdx_stop *stop,
                             gdx_status (*take)(void *context, const gdx_reprint_table *table, gdx_error *err),
                             void *context, gdx_error *err) {
    struct reprint_set set = {.snapshot = snapshot, .options = options, .stop = stop};
    uint64_t needed = gdx_snapshot_documents(snapshot) * GDX_REPRINTS_DOCUMENT_BYTES;
    gdx_status status = GDX_OK;
    if (!gdx_snapshot_rule(snapshot))
        status = gdx_fail(err, GDX_UNSUPPORTED,
                          "the index was made by a matching rule that this program does not have; `gramdex merge "
                          "--refold` rewrites it by this program's");
    else if (needed > options->memory_bytes)
        status = gdx_fail(err, GDX_TOO_LARGE, "%llu documents need %llu MB; give it more --memory",
                          (unsigned long long)gdx_snapshot_documents(snapshot), (unsigned long long)(needed >> 20) + 1);
    if (status == GDX_OK) // settled before it is taken: a commit of it may be the end of the snapshot
        status = gdx_snapshot_settle(snapshot, find(&set, err), err);
    if (status == GDX_OK)
        status = hand_over(&set, take, context, err);
    free(set.documents);
    shingles_clear(&set.boilerplate);
    free(set.sketches);
    free(set.pairs);
    return status;
}
