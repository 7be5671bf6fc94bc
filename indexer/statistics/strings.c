// SPDX-License-Identifier: Apache-2.0
// strings.c: places sorted by what follows them, as deep as strings are frequent. Relies on strings.h.
// A group is the places of one string. It is split by the letter behind the string: one pass counts the letters and
// gathers the counts of each longer string, the next moves the places, which stay ascending within each. Letters of the
// whole row are groups of length 1; tasks take ranges of them and share nothing.

#include "strings.h"

#include "ranges.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TASKS_PER_SEAT = 8, STOP_PLACES = 200000, AHEAD = 32, FEW = 24, WORD_BITS = 64 };

struct string_table {
    const struct row *row;
    uint32_t *places;
    size_t *starts; // of each letter's places; one more for the end
    struct string_found *kept;
    size_t kept_count;
    uint64_t tested;
};

// What is counted of the letters behind a string; all zero between uses.
struct behind {
    struct string_counts counts;
    uint32_t last_unit;
    uint32_t at; // where its next place goes
};

struct child {
    uint32_t id;
    struct string_counts counts;
};

struct strings_task {
    gdx_task task;
    const struct strings_options *options;
    struct string_table *strings;
    uint32_t first_letter, end_letter;
    struct behind *behind;  // by id
    uint32_t *room;         // for the places of the largest group
    uint32_t *next;         // the letters behind them, read once: they lie all over the row
    uint64_t *seen;         // a bit for each letter; all zero between uses
    struct child *children; // of the groups under way, a stack
    size_t child_count, child_capacity;
    struct string_found *kept;
    size_t kept_count, kept_capacity;
    uint64_t tested;
    size_t work; // places since the stop was looked at
    gdx_status status;
    gdx_error err;
};

// ---- splitting a group

static void sort_few(struct child *children, size_t count) {
    for (size_t i = 1; i < count; i++) {
        uint32_t id = children[i].id;
        size_t at = i;
        for (; at > 0 && children[at - 1].id > id; at--)
            children[at].id = children[at - 1].id;
        children[at].id = id;
    }
}

// By id; nothing else is known of them yet. Many are marked in a bit map, which is read in order.
static void sort_children(struct strings_task *task, struct child *children, size_t count) {
    if (count <= FEW) {
        sort_few(children, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        task->seen[children[i].id / WORD_BITS] |= UINT64_C(1) << children[i].id % WORD_BITS;
    size_t sorted = 0;
    for (uint32_t word = 0; sorted < count; word++) {
        for (uint64_t bits = task->seen[word]; bits; bits &= bits - 1)
            children[sorted++].id = word * WORD_BITS + (uint32_t)__builtin_ctzll(bits);
        task->seen[word] = 0;
    }
}

static void count_place(const struct row *row, uint32_t place, struct behind *behind) {
    uint32_t unit = row->letters[place].unit;
    bool is_new = behind->counts.in_all == 0 || behind->last_unit != unit;
    bool is_in_a = place < row->split;
    behind->counts.in_all++;
    behind->counts.in_a += is_in_a;
    behind->counts.units_a += is_in_a && is_new;
    behind->counts.units_b += !is_in_a && is_new;
    behind->last_unit = unit;
}

static gdx_status note_child(struct strings_task *task, uint32_t id) {
    gdx_status status = gdx_grow(&task->children, &task->child_capacity, task->child_count + 1, sizeof *task->children);
    if (status == GDX_OK)
        task->children[task->child_count++].id = id;
    return status;
}

// Puts the children's places in a row and takes what was counted.
static void move_places(struct strings_task *task, uint32_t *places, size_t count, size_t first) {
    uint32_t at = 0;
    for (size_t c = first; c < task->child_count; c++) {
        struct behind *behind = &task->behind[task->children[c].id];
        task->children[c].counts = behind->counts;
        behind->at = at;
        at += behind->counts.in_all;
    }
    for (size_t i = 0; i < count; i++)
        task->room[task->behind[task->next[i]].at++] = places[i];
    memcpy(places, task->room, count * sizeof *places);
    for (size_t c = first; c < task->child_count; c++)
        task->behind[task->children[c].id] = (struct behind){0};
}

// Splits by the letter behind `length` letters. The children are pushed, by id.
static gdx_status split(struct strings_task *task, uint32_t *places, size_t count, uint32_t length) {
    const struct row *row = task->strings->row;
    size_t first = task->child_count;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        if (i + AHEAD < count) // places lie all over the row
            __builtin_prefetch(&row->letters[places[i + AHEAD] + length]);
        uint32_t id = row->letters[places[i] + length].id;
        task->next[i] = id;
        if (task->behind[id].counts.in_all == 0)
            status = note_child(task, id);
        count_place(row, places[i], &task->behind[id]);
    }
    if (status != GDX_OK)
        return gdx_fail_memory(&task->err, "the strings");
    sort_children(task, task->children + first, task->child_count - first);
    move_places(task, places, count, first);
    task->work += count;
    if (task->work < STOP_PLACES)
        return GDX_OK;
    task->work = 0;
    return gdx_stop_check(task->options->stop, &task->err);
}

// ---- going deeper

static gdx_status keep(struct strings_task *task, const struct string_found *string) {
    const struct strings_options *options = task->options;
    task->tested++;
    if (!options->keeps(options->context, task->strings->row, task->strings->places + string->first, string))
        return GDX_OK;
    if (gdx_grow(&task->kept, &task->kept_capacity, task->kept_count + 1, sizeof *task->kept) != GDX_OK)
        return gdx_fail_memory(&task->err, "the strings");
    task->kept[task->kept_count++] = *string;
    return GDX_OK;
}

// A string and all longer ones that begin with it. Pairs are always split from single letters, so that any can be
// counted.
static gdx_status visit(struct strings_task *task, const struct string_found *string) {
    const struct strings_options *options = task->options;
    bool is_frequent = string->counts.units_a >= options->units_least;
    if (is_frequent && string->length >= options->shortest) {
        gdx_status status = keep(task, string);
        if (status != GDX_OK)
            return status;
    }
    if (string->length > 1 && (!is_frequent || string->length == options->longest))
        return GDX_OK;
    size_t first = task->child_count, at = string->first;
    gdx_status status = split(task, task->strings->places + string->first, string->counts.in_all, string->length);
    for (size_t c = first; c < task->child_count && status == GDX_OK; c++) {
        const struct child child = task->children[c]; // the stack may move
        const struct string_found longer = {at, string->length + 1, child.counts};
        at += child.counts.in_all;
        bool is_wanted = child.id != 0 && is_frequent && string->length < options->longest;
        if (is_wanted && child.counts.units_a >= options->units_least)
            status = visit(task, &longer);
    }
    task->child_count = first;
    return status;
}

// A letter by itself. Unless single letters are asked for, its units are not counted: longer strings are counted
// anyway.
static struct string_found letter_of(const struct string_table *strings, uint32_t id, uint32_t shortest) {
    size_t first = strings->starts[id], end = strings->starts[id + 1];
    struct behind behind = {0};
    for (size_t i = first; i < end && shortest == 1; i++)
        count_place(strings->row, strings->places[i], &behind);
    if (shortest > 1)
        behind.counts = (struct string_counts){.units_a = UINT32_MAX, .in_all = (uint32_t)(end - first)};
    return (struct string_found){first, 1, behind.counts};
}

static gdx_status visit_letters(struct strings_task *task) {
    const struct string_table *strings = task->strings;
    size_t largest = 0;
    for (uint32_t id = task->first_letter; id < task->end_letter; id++) {
        size_t count = strings->starts[id + 1] - strings->starts[id];
        largest = count > largest ? count : largest;
    }
    task->behind = calloc((size_t)strings->row->letter_kinds + 1, sizeof *task->behind);
    task->room = malloc((largest + 1) * sizeof *task->room);
    task->next = malloc((largest + 1) * sizeof *task->next);
    task->seen = calloc(strings->row->letter_kinds / WORD_BITS + 1, sizeof *task->seen);
    gdx_status status =
        task->behind && task->room && task->next && task->seen ? GDX_OK : gdx_fail_memory(&task->err, "the strings");
    for (uint32_t id = task->first_letter; id < task->end_letter && status == GDX_OK; id++) {
        status = gdx_stop_check(task->options->stop, &task->err);
        if (status != GDX_OK)
            break;
        const struct string_found letter = letter_of(strings, id, task->options->shortest);
        status = visit(task, &letter);
    }
    return status;
}

static void run_task(gdx_task *base, unsigned seat) {
    struct strings_task *task = (struct strings_task *)base;
    (void)seat;
    task->status = visit_letters(task);
    free(task->behind);
    free(task->room);
    free(task->next);
    free(task->seen);
    free(task->children);
}

// ---- the whole

struct sorting {
    struct string_table *strings;
    uint32_t *next; // for each range: by letter, how many it has, then where its next place goes
    size_t stride;
};

static void count_range(void *context, size_t number, size_t first, size_t end) {
    const struct sorting *sorting = context;
    const struct letter *letters = sorting->strings->row->letters;
    uint32_t *counts = sorting->next + number * sorting->stride;
    for (size_t i = first; i < end; i++)
        counts[letters[i].id]++;
}

static void place_range(void *context, size_t number, size_t first, size_t end) {
    const struct sorting *sorting = context;
    const struct letter *letters = sorting->strings->row->letters;
    uint32_t *next = sorting->next + number * sorting->stride;
    for (size_t i = first; i < end; i++)
        if (letters[i].id)
            sorting->strings->places[next[letters[i].id]++] = (uint32_t)i;
}

// The places of a letter in one range lie behind those in the ranges before it.
static void counts_to_starts(const struct sorting *sorting, size_t ranges) {
    const struct string_table *strings = sorting->strings;
    for (uint32_t id = 1; id <= strings->row->letter_kinds; id++) {
        uint32_t at = (uint32_t)strings->starts[id];
        for (size_t r = 0; r < ranges; r++) {
            uint32_t *next = &sorting->next[r * sorting->stride + id], count = *next;
            *next = at;
            at += count;
        }
        assert(at == strings->starts[id + 1]);
    }
}

// Rows of many kinds get fewer ranges, so that what is counted never takes more than the row's places.
static size_t sorting_ranges(const struct row *row, const gdx_executor *executor) {
    size_t ranges = ranges_of(executor, row->count), most = row->count / ((size_t)row->letter_kinds + 1);
    return ranges < most ? ranges : most ? most : 1;
}

static gdx_status sort_places(struct string_table *strings, const struct strings_options *options, gdx_error *err) {
    const struct row *row = strings->row;
    size_t ranges = sorting_ranges(row, options->executor), stride = (size_t)row->letter_kinds + 1;
    struct sorting sorting = {strings, calloc(ranges * stride, sizeof *sorting.next), stride};
    gdx_status status =
        sorting.next ? ranges_run(options->executor, row->count, ranges, count_range, &sorting, options->stop, err)
                     : gdx_fail_memory(err, "the strings");
    if (status == GDX_OK) {
        counts_to_starts(&sorting, ranges);
        status = ranges_run(options->executor, row->count, ranges, place_range, &sorting, options->stop, err);
    }
    free(sorting.next);
    return status;
}

static gdx_status sort_by_letter(struct string_table *strings, const struct strings_options *options, gdx_error *err) {
    const struct row *row = strings->row;
    strings->places = malloc((row->letter_count + 1) * sizeof *strings->places);
    strings->starts = calloc((size_t)row->letter_kinds + 2, sizeof *strings->starts);
    if (!strings->places || !strings->starts)
        return gdx_fail_memory(err, "the strings");
    for (uint32_t id = 1; id <= row->letter_kinds; id++)
        strings->starts[id + 1] = strings->starts[id] + row->occurrences[id];
    return sort_places(strings, options, err);
}

// Ranges of letters of about the same number of places.
static size_t cut_tasks(struct string_table *strings, const struct strings_options *options, struct strings_task *tasks,
                        size_t most) {
    const struct row *row = strings->row;
    size_t count = 0;
    for (uint32_t id = 1; id <= row->letter_kinds; count++) {
        struct strings_task *task = &tasks[count];
        size_t goal = (size_t)row->letter_count / most * (count + 1);
        *task = (struct strings_task){
            .task = {.run = run_task}, .options = options, .strings = strings, .first_letter = id};
        for (id++; id <= row->letter_kinds && (count + 1 == most || strings->starts[id + 1] <= goal);)
            id++;
        task->end_letter = id;
    }
    return count;
}

static gdx_status gather(struct string_table *strings, struct strings_task *tasks, size_t count, gdx_error *err) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (tasks[i].status != GDX_OK) {
            *err = tasks[i].err;
            return tasks[i].status;
        }
        kept += tasks[i].kept_count;
        strings->tested += tasks[i].tested;
    }
    strings->kept = malloc((kept + 1) * sizeof *strings->kept);
    if (!strings->kept)
        return gdx_fail_memory(err, "the strings");
    for (size_t i = 0; i < count; i++) {
        if (tasks[i].kept_count)
            memcpy(strings->kept + strings->kept_count, tasks[i].kept, tasks[i].kept_count * sizeof *strings->kept);
        strings->kept_count += tasks[i].kept_count;
    }
    return GDX_OK;
}

static gdx_status run_tasks(struct string_table *strings, const struct strings_options *options, gdx_error *err) {
    size_t most = (size_t)gdx_executor_seats(options->executor) * TASKS_PER_SEAT;
    struct strings_task *tasks = calloc(most, sizeof *tasks);
    if (!tasks)
        return gdx_fail_memory(err, "the strings");
    size_t count = cut_tasks(strings, options, tasks, most);
    for (size_t i = 0; i < count; i++)
        gdx_executor_submit(options->executor, &tasks[i].task);
    for (size_t i = 0; i < count; i++)
        gdx_executor_wait(options->executor, &tasks[i].task);
    gdx_status status = gather(strings, tasks, count, err);
    for (size_t i = 0; i < count; i++)
        free(tasks[i].kept);
    free(tasks);
    return status;
}

gdx_status strings_make(const struct row *row, const struct strings_options *options, struct string_table **out,
                        gdx_error *err) {
    assert(options->shortest >= 1 && options->shortest <= options->longest &&
           options->longest <= GDX_STRING_LETTERS_MOST && options->units_least >= 1);
    GDX_AUTO(string_table) strings = calloc(1, sizeof *strings);
    if (!strings)
        return gdx_fail_memory(err, "the strings");
    strings->row = row;
    gdx_status status = gdx_stop_check(options->stop, err);
    if (status == GDX_OK)
        status = sort_by_letter(strings, options, err);
    if (status == GDX_OK)
        status = run_tasks(strings, options, err);
    if (status == GDX_OK)
        *out = GDX_TAKE(strings);
    return status;
}

void string_table_free(struct string_table *strings) {
    if (!strings)
        return;
    free(strings->places);
    free(strings->starts);
    free(strings->kept);
    free(strings);
}

const uint32_t *strings_places(const struct string_table *strings) {
    return strings->places;
}

const struct string_found *strings_kept(const struct string_table *strings, size_t *out_count) {
    *out_count = strings->kept_count;
    return strings->kept;
}

uint64_t strings_tested(const struct string_table *strings) {
    return strings->tested;
}

// ---- looking up

// The order of what follows a place against letters `wanted`: below 0, 0 when they begin alike, above 0.
static int compare(const struct row *row, uint32_t place, const struct letter *wanted, uint32_t length) {
    for (uint32_t i = 0; i < length; i++)
        if (row->letters[place + i].id != wanted[i].id)
            return row->letters[place + i].id < wanted[i].id ? -1 : 1;
    return 0;
}

// The first place in the group of the first letter that is not before the wanted letters; with `after`, that is after.
static size_t bound(const struct string_table *strings, const struct letter *wanted, uint32_t length, bool after) {
    size_t low = strings->starts[wanted[0].id], high = strings->starts[wanted[0].id + 1];
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(strings->row, strings->places[middle], wanted, length);
        if (order < 0 || (after && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t strings_find(const struct string_table *strings, size_t at, uint32_t length, size_t *out_first) {
    const struct letter *wanted = &strings->row->letters[at];
    *out_first = bound(strings, wanted, length, false);
    return bound(strings, wanted, length, true) - *out_first;
}

uint64_t strings_count(const struct string_table *strings, size_t at, uint32_t length) {
    size_t first;
    return length == 1 ? strings->row->occurrences[strings->row->letters[at].id]
                       : strings_find(strings, at, length, &first);
}

uint64_t strings_count_letter(const struct string_table *strings, uint32_t id) {
    return strings->row->occurrences[id];
}

uint64_t strings_count_pair(const struct string_table *strings, uint32_t first, uint32_t second) {
    const struct letter wanted[] = {{first, 0, 0}, {second, 0, 0}};
    return bound(strings, wanted, 2, true) - bound(strings, wanted, 2, false);
}

// ---- what is asked of a string

// 新的一年, 过去三年; not 七十周年.
static bool ends_with_span(const struct row *row, const struct letter *letters, uint32_t length) {
    uint8_t last = row->traits[letters[length - 1].id], before = length > 1 ? row->traits[letters[length - 2].id] : 0;
    return last & ROW_PERIOD && before & ROW_WHEN && !(before & ROW_PERIOD);
}

// 第二, 第三十一条, 第一季度.
static bool is_ordinal(const struct row *row, const struct letter *letters, uint32_t length) {
    if (!(row->traits[letters[0].id] & ROW_ORDINAL))
        return false;
    for (uint32_t i = 1; i < length && (i == 1 || i + 1 < length); i++)
        if (!(row->traits[letters[i].id] & ROW_WHEN))
            return false;
    return true;
}

bool string_has_digits(const struct row *row, const uint32_t *places, uint32_t length) {
    const struct letter *letters = &row->letters[places[0]];
    uint8_t all = ROW_WHEN, some = 0;
    for (uint32_t i = 0; i < length; i++) {
        uint8_t traits = row->traits[letters[i].id];
        all &= traits;
        some |= traits;
    }
    return some & ROW_DIGITS || (all && some & ROW_PERIOD) || ends_with_span(row, letters, length) ||
           is_ordinal(row, letters, length);
}

// True if one letter is the neighbour in more than 0.8 of the places. A letter with more than half of them wins the
// vote of Boyer and Moore; a second pass counts it. The end of a clause is never the same neighbour twice.
static bool has_one_neighbour(const struct row *row, const uint32_t *places, uint32_t count, int64_t step) {
    uint32_t winner = 0, lead = 0, votes = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = letter_beside(row, places[i], step);
        if (lead == 0)
            winner = id;
        lead = id == winner ? lead + 1 : lead - 1;
    }
    for (uint32_t i = 0; i < count && winner; i++)
        votes += letter_beside(row, places[i], step) == winner;
    return (uint64_t)votes * 5 > (uint64_t)count * 4;
}

bool string_is_complete(const struct row *row, const uint32_t *places, const struct string_found *string) {
    return !has_one_neighbour(row, places, string->counts.in_a, -1) &&
           !has_one_neighbour(row, places, string->counts.in_a, string->length);
}
