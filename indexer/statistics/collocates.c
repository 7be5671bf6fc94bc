// SPDX-License-Identifier: Apache-2.0
// collocates.c: what stands near a query more often than elsewhere. Relies on windows.h, strings.h, counted.h.
// docs/statistics.md, "Collocates", has the steps by number; so do the comments here. Strings of the windows are few
// beside those of the collection: only these are counted in the index.

#include "counted.h"
#include "windows.h"

#include <math.h>
#include <stdlib.h>

#define LL_LEAST 10.83

enum { NEAR_LEAST = 5, SHORTEST = 2, TASKS_PER_SEAT = 16, FOLD_NEAR = 3, FOLD_OF = 10 };

struct collocate {
    const struct string_found *string;
    uint64_t total;
    double log_dice, ll, mi, t;
    double strength; // the one that rows are ordered by
};

struct collocates {
    const gdx_collocates_options *options;
    gdx_snapshot *snapshot;
    struct windows windows;
    struct string_table *strings;
    struct counted *counted;
    gdx_searcher **searchers; // one for each seat
    unsigned seats;
    struct collocate *found; // strongest first
    size_t count;
    uint64_t letters;
    const gdx_stop *stop;
};

struct collocates_task {
    gdx_task task;
    struct collocates *collocates;
    const struct string_found *strings;
    size_t count;
    struct collocate *found; // has room for all of them
    size_t found_count;
    gdx_status status;
    gdx_error err;
};

static const char *const measures[] = {
    [GDX_BY_LOG_DICE] = "log-dice", [GDX_BY_LL] = "ll", [GDX_BY_MI] = "mi", [GDX_BY_T] = "t"};

bool gdx_measure_parse(gdx_slice name, gdx_measure *out) {
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        if (gdx_slice_equal(name, gdx_slice_of(measures[i]))) {
            *out = (gdx_measure)i;
            return true;
        }
    return false;
}

// ---- steps 2 and 3: what may be one, by the windows alone

static bool has_function_edge(const struct row *row, uint32_t at, uint32_t length) {
    return (row->traits[row->letters[at].id] | row->traits[row->letters[at + length - 1].id]) & ROW_FUNCTION;
}

static bool keeps(const void *context, const struct row *row, const uint32_t *places,
                  const struct string_found *string) {
    (void)context;
    return !has_function_edge(row, places[0], string->length) && !string_has_digits(row, places, string->length) &&
           string_is_complete(row, places, string);
}

// ---- steps 4 to 7: how strongly

static const uint32_t *places_of(const struct collocates *collocates, const struct string_found *string) {
    return strings_places(collocates->strings) + string->first;
}

// False: it stands there no more often than by chance.
static bool measure(const struct collocates *collocates, struct collocate *out) {
    double near = out->string->counts.in_a, total = (double)out->total;
    double expected = total * (double)collocates->windows.row.letter_count / (double)collocates->letters;
    double apart = total - near, node = (double)collocates->windows.occurrences;
    if (near <= expected)
        return false;
    out->ll = 2 * (near * log(near / expected) + (apart > 0 ? apart * log(apart / (total - expected)) : 0));
    out->log_dice = fmin(14, 14 + log2(2 * near / (node + total)));
    out->mi = log2(near / expected);
    out->t = (near - expected) / sqrt(near);
    const double by[] = {
        [GDX_BY_LOG_DICE] = out->log_dice, [GDX_BY_LL] = out->ll, [GDX_BY_MI] = out->mi, [GDX_BY_T] = out->t};
    out->strength = by[collocates->options->by];
    return out->ll >= LL_LEAST;
}

static bool is_collocate(const struct collocates *collocates, const struct counts *counts, struct edge_counter *edges,
                         struct collocate *out) {
    const struct string_found *string = out->string;
    const uint32_t *places = places_of(collocates, string);
    out->total = counts->string(counts->context, places[0], string->length);
    return measure(collocates, out) && holds_together(counts, places[0], string->length) &&
           !has_false_edge(edges, places, string);
}

static gdx_status weigh_strings(struct collocates_task *task, struct counting *counting) {
    const struct collocates *collocates = task->collocates;
    const struct counts counts = counts_of_index(counting);
    GDX_AUTO(edge_counter) edges = edge_counter_new(&collocates->windows.row, &counts);
    if (!edges)
        return gdx_fail_memory(&task->err, "the strings");
    for (size_t i = 0; i < task->count && counting->status == GDX_OK; i++) {
        struct collocate one = {.string = &task->strings[i]};
        if (is_collocate(collocates, &counts, edges, &one))
            task->found[task->found_count++] = one;
    }
    task->err = counting->err;
    return counting->status;
}

static void run_task(gdx_task *base, unsigned seat) {
    struct collocates_task *task = (struct collocates_task *)base;
    struct collocates *collocates = task->collocates;
    struct counting counting = {
        .counted = collocates->counted, .searcher = collocates->searchers[seat], .stop = collocates->stop};
    task->status = weigh_strings(task, &counting);
}

// ---- step 8: longer and shorter forms

// Strings are kept in the order of their letters, so that `first` orders equals.
static int strongest_first(const void *a, const void *b) {
    const struct collocate *left = a, *right = b;
    if (left->strength != right->strength)
        return left->strength < right->strength ? 1 : -1;
    if (left->string->first != right->string->first)
        return left->string->first < right->string->first ? -1 : 1;
    return left->string->length < right->string->length ? -1 : left->string->length > right->string->length;
}

static bool folds_into(const struct collocates *collocates, const struct collocate *one, const struct collocate *head) {
    const struct string_found *a = one->string, *b = head->string;
    const struct string_found *small = a->length <= b->length ? a : b, *large = small == a ? b : a;
    return (uint64_t)large->counts.in_a * FOLD_OF >= (uint64_t)small->counts.in_a * FOLD_NEAR &&
           row_contains(&collocates->windows.row, places_of(collocates, large)[0], large->length,
                        places_of(collocates, small)[0], small->length);
}

static gdx_status spell(const struct collocates *collocates, const struct string_found *string, gdx_arena *arena,
                        gdx_buffer *text, gdx_slice *out) {
    text->bytes = 0;
    gdx_status status = row_spell(&collocates->windows.row, places_of(collocates, string)[0], string->length, text);
    return status == GDX_OK ? gdx_arena_copy(arena, gdx_buffer_slice(text), out) : status;
}

static gdx_status write_row(const struct collocates *collocates, const struct collocate *from, gdx_arena *arena,
                            gdx_buffer *text, gdx_collocate_row *out) {
    const uint32_t *places = places_of(collocates, from->string);
    *out = (gdx_collocate_row){.near = from->string->counts.in_a,
                               .documents = from->string->counts.units_a,
                               .total = from->total,
                               .log_dice = from->log_dice,
                               .ll = from->ll,
                               .mi = from->mi,
                               .t = from->t};
    for (uint64_t i = 0; i < out->near; i++)
        out->left += collocates->windows.sides[places[i]] == WINDOWS_LEFT;
    return spell(collocates, from->string, arena, text, &out->phrase);
}

// Folds it into the first row that it fits, or begins one while there is room.
static gdx_status place(const struct collocates *collocates, const struct collocate *one,
                        const struct collocate **heads, gdx_buffer *text, gdx_collocates *out) {
    for (size_t i = 0; i < out->row_count; i++) {
        gdx_collocate_row *row = &out->rows[i];
        if (!folds_into(collocates, one, heads[i]))
            continue;
        if (row->folded++ >= GDX_STRING_ALSO_MOST)
            return GDX_OK;
        return spell(collocates, one->string, out->arena, text, &row->also[row->also_count++]);
    }
    if (out->row_count == collocates->options->limit)
        return GDX_OK;
    heads[out->row_count] = one;
    return write_row(collocates, one, out->arena, text, &out->rows[out->row_count++]);
}

static gdx_status write_rows(const struct collocates *collocates, gdx_collocates *out, gdx_error *err) {
    size_t most = collocates->count < collocates->options->limit ? collocates->count : collocates->options->limit;
    const struct collocate **heads = malloc((most + 1) * sizeof *heads);
    gdx_buffer text = {0};
    out->rows = gdx_arena_allocate(out->arena, (most + 1) * sizeof *out->rows);
    gdx_status status = heads && out->rows ? GDX_OK : gdx_fail_memory(err, "an answer");
    for (size_t i = 0; i < collocates->count && status == GDX_OK; i++) {
        if (place(collocates, &collocates->found[i], heads, &text, out) != GDX_OK)
            status = gdx_fail_memory(err, "an answer");
        else
            status = i % 64 == 0 ? gdx_stop_check(collocates->stop, err) : GDX_OK;
    }
    gdx_buffer_clear(&text);
    free(heads);
    return status;
}

// ---- the whole

static gdx_status gather(struct collocates *collocates, const struct collocates_task *tasks, size_t count,
                         gdx_error *err) {
    for (size_t i = 0; i < count; i++) {
        if (tasks[i].status != GDX_OK) {
            *err = tasks[i].err;
            return tasks[i].status;
        }
        for (size_t j = 0; j < tasks[i].found_count; j++) // each task's lie at or behind where they go
            collocates->found[collocates->count++] = tasks[i].found[j];
    }
    if (collocates->count)
        qsort(collocates->found, collocates->count, sizeof *collocates->found, strongest_first);
    return GDX_OK;
}

static gdx_status weigh_all(struct collocates *collocates, gdx_error *err) {
    size_t count = 0, most = (size_t)collocates->seats * TASKS_PER_SEAT, tasks_used = 0;
    const struct string_found *strings = strings_kept(collocates->strings, &count);
    gdx_executor *executor = collocates->options->executor;
    struct collocates_task *tasks = calloc(most, sizeof *tasks);
    collocates->found = malloc((count + 1) * sizeof *collocates->found);
    if (!tasks || !collocates->found) {
        free(tasks);
        return gdx_fail_memory(err, "the strings");
    }
    for (size_t first = 0; first < count; tasks_used++) {
        size_t end = count * (tasks_used + 1) / most;
        tasks[tasks_used] = (struct collocates_task){.task = {.run = run_task},
                                                     .collocates = collocates,
                                                     .strings = strings + first,
                                                     .count = end - first,
                                                     .found = collocates->found + first};
        first = end;
    }
    for (size_t i = 0; i < tasks_used; i++)
        gdx_executor_submit(executor, &tasks[i].task);
    for (size_t i = 0; i < tasks_used; i++)
        gdx_executor_wait(executor, &tasks[i].task);
    gdx_status status = gather(collocates, tasks, tasks_used, err);
    free(tasks);
    return status;
}

static gdx_status find_strings(struct collocates *collocates, gdx_error *err) {
    const struct strings_options wanted = {.shortest = SHORTEST,
                                           .longest = GDX_COLLOCATES_LONGEST,
                                           .units_least = NEAR_LEAST, // so many occurrences, too
                                           .keeps = keeps,
                                           .executor = collocates->options->executor,
                                           .stop = collocates->stop};
    return strings_make(&collocates->windows.row, &wanted, &collocates->strings, err);
}

// A searcher for each thread; they share the memory that the caller's may take.
static gdx_status new_searchers(struct collocates *collocates, const gdx_searcher *searcher, gdx_error *err) {
    unsigned seats = gdx_executor_seats(collocates->options->executor);
    collocates->searchers = calloc(seats, sizeof *collocates->searchers);
    for (unsigned i = 0; collocates->searchers && i < seats; i++, collocates->seats++) {
        collocates->searchers[i] = gdx_searcher_new_like(searcher, seats);
        if (!collocates->searchers[i])
            break;
    }
    return collocates->seats == seats ? GDX_OK : gdx_fail_memory(err, "the counts");
}

static gdx_status compute(struct collocates *collocates, gdx_searcher *searcher, const gdx_query *query,
                          gdx_collocates *out, gdx_error *err) {
    const struct windows_options wanted = {.searcher = searcher,
                                           .snapshot = collocates->snapshot,
                                           .query = query,
                                           .shape = WINDOWS_UNITED,
                                           .letters = collocates->options->window,
                                           .executor = collocates->options->executor,
                                           .stop = collocates->stop};
    GDX_AUTO(gdx_extent) extent = NULL;
    gdx_status status = gdx_extent_make(searcher, collocates->snapshot, query, collocates->stop, &extent, err);
    if (status == GDX_OK)
        status = gdx_extent_letters(extent, searcher, collocates->stop, &collocates->letters, err);
    if (status == GDX_OK)
        status = windows_read(&wanted, &collocates->windows, err);
    if (status == GDX_OK)
        status = find_strings(collocates, err);
    if (status == GDX_OK)
        status = new_searchers(collocates, searcher, err);
    if (status == GDX_OK) {
        collocates->counted = counted_new(&collocates->windows.row, extent, collocates->letters);
        status = collocates->counted ? weigh_all(collocates, err) : gdx_fail_memory(err, "the counts");
    }
    return status == GDX_OK ? write_rows(collocates, out, err) : status;
}

static void clear(struct collocates *collocates) {
    string_table_free(collocates->strings);
    windows_clear(&collocates->windows);
    counted_free(collocates->counted);
    for (unsigned i = 0; i < collocates->seats; i++)
        gdx_searcher_free(collocates->searchers[i]);
    free(collocates->searchers);
    free(collocates->found);
}

void gdx_collocates_free(gdx_collocates *collocates) {
    if (collocates)
        gdx_arena_free(collocates->arena);
    free(collocates);
}

static gdx_collocates *new_collocates(void) {
    gdx_collocates *out = calloc(1, sizeof *out);
    if (!out)
        return NULL;
    out->arena = gdx_arena_new();
    if (!out->arena)
        gdx_collocates_free(GDX_TAKE(out));
    return out;
}

gdx_status gdx_collocates_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                                  const gdx_collocates_options *options, const gdx_stop *stop, gdx_collocates **out,
                                  gdx_error *err) {
    struct collocates collocates = {.options = options, .snapshot = snapshot, .stop = stop};
    GDX_AUTO(gdx_collocates) made = new_collocates();
    gdx_status status = made ? compute(&collocates, searcher, query, made, err) : gdx_fail_memory(err, "an answer");
    if (status == GDX_OK) {
        made->found = collocates.count;
        made->occurrences = collocates.windows.occurrences;
        made->documents = collocates.windows.documents;
        made->window_letters = collocates.windows.row.letter_count;
        made->letters = collocates.letters;
        made->commit = gdx_snapshot_commit(snapshot);
        *out = GDX_TAKE(made);
    }
    clear(&collocates);
    return status;
}
