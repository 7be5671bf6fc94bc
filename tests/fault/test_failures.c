// SPDX-License-Identifier: Apache-2.0
// test_failures.c: every call to the system and to the allocator that a commit, a delete, a merge or a batch makes
// fails in turn, alone and for good from there on. Each time: an error with a message, or the work was done all the
// same; the last commit whole; a directory that the next writer makes clean; and, by the address sanitizer, nothing
// leaked. The second half of the file: the order of what a commit does, and the process dying before each step of it.

#include "faults.h"
#include "work.h"

#include "../support/folder.h"
#include "../support/sample.h"
#include "../support/small_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char *start;   // the index that works begin from
static char *folder;  // where they work
static size_t faults; // tried in all

// Most failures leave a directory as another failure of the same work left it. Such a state is verified, read and
// recovered from once, for what comes of it depends on nothing else: a writer that is never closed would be a leak, and
// a descriptor that is never closed is looked for after each run.
static struct state {
    const struct work *work;
    uint64_t digest; // of the directory
    char *content;   // NULL: no index
} * states;
static size_t state_count;

static int make(void **state) {
    (void)state;
    start = folder_new();
    folder = folder_new();
    work_make_start(start);
    return 0;
}

static int unmake(void **state) {
    (void)state;
    char input[4096];
    snprintf(input, sizeof input, "%s-input.jsonl", folder);
    remove(input);
    work_end();
    folder_remove(start);
    folder_remove(folder);
    print_message("           %zu faults left %zu states of a directory\n", faults, state_count);
    for (size_t i = 0; i < state_count; i++)
        free(states[i].content);
    free(states);
    return 0;
}

static void prepare(const struct work *work) {
    if (work->before)
        work_copy(start, folder);
    else
        work_empty(folder);
}

// ---- checks

// The content of the index, which must be sound; NULL when there is none.
static char *read_sound(const char *what) {
    gdx_error err = {0};
    gdx_status status = gdx_index_verify(folder, NULL, NULL, NULL, &err);
    if (status == GDX_NOT_FOUND)
        return NULL;
    char *content = status == GDX_OK ? small_content(folder, &err) : NULL;
    if (!content)
        fail_msg("%s: then %s: %s", what, gdx_status_name(err.status), err.message);
    return content;
}

static bool equal(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

// One of the two commits stands, and the next runs make the directory clean and do the work. `content`: what there is.
static void check_recovery(const struct work *work, const char *what, const char *content) {
    gdx_error err = {0};
    if (!equal(content, work->before) && !equal(content, work->after))
        fail_msg("%s: neither commit, but:\n%s", what, content ? content : "no index");
    bool is_done = equal(content, work->after) && !equal(work->before, work->after);
    gdx_index_writer *writer = NULL;
    if (gdx_index_writer_open(folder, &writer, &err) != GDX_OK)
        fail_msg("%s: then the next writer says: %s", what, err.message);
    gdx_index_writer_close(writer);
    assert_no_leftovers(folder);
    if (!is_done && work->run(folder, &err) != GDX_OK)
        fail_msg("%s: then the next run says: %s", what, err.message);
    assert_small_content(folder, work->after);
    assert_no_leftovers(folder);
}

// What the call said must be true.
static void check_answer(const struct work *work, const char *what, const char *content, gdx_status status,
                         const gdx_error *err) {
    // A commit that is only not known to be durable, and a batch of which only the merge failed, say so.
    // An index begun, but still empty, is as good as none.
    bool may_be_done =
        !work->before || strstr(err->message, "cannot be made durable") || strstr(err->message, "are committed");
    if (status == GDX_OK && !equal(content, work->after))
        fail_msg("%s: done, but then:\n%s", what, content ? content : "no index");
    if (status != GDX_OK && (err->status != status || !err->message[0]))
        fail_msg("%s: %s without a message", what, gdx_status_name(status));
    if (status != GDX_OK && !may_be_done && !equal(content, work->before))
        fail_msg("%s: \"%s\", but then:\n%s", what, err->message, content ? content : "no index");
}

// ---- states

static const struct state *find_state(const struct work *work, uint64_t digest) {
    for (size_t i = 0; i < state_count && !sample_is_whole(); i++)
        if (states[i].work == work && states[i].digest == digest)
            return &states[i];
    return NULL;
}

// The state of the directory, sound and recovered from.
static const struct state *check_state(const struct work *work, const char *what) {
    uint64_t digest = folder_digest(folder);
    const struct state *known = find_state(work, digest);
    if (known)
        return known;
    states = realloc(states, (state_count + 1) * sizeof *states);
    assert_non_null(states);
    struct state *state = &states[state_count];
    *state = (struct state){work, digest, read_sound(what)};
    state_count++;
    check_recovery(work, what, state->content);
    return state;
}

static void check_descriptors(const char *what) {
    static size_t expected;
    size_t count = folder_count("/proc/self/fd", "");
    if (expected && count != expected)
        fail_msg("%s: %zu descriptors are open, where %zu were before", what, count, expected);
    expected = count;
}

// ---- failures

// What a run said of which a call failed, or none when it was not met.
static void check_run(const struct work *work, const char *what, gdx_status status, const gdx_error *err,
                      bool was_hit) {
    if (!was_hit && status != GDX_OK)
        fail_msg("%s: failed without a fault: %s", what, err->message);
    check_descriptors(what);
    check_answer(work, what, check_state(work, what)->content, status, err);
    faults += was_hit;
}

// False when there is no nth call.
static bool fail_once(const struct work *work, enum fault fault, size_t nth, bool for_good) {
    char what[128];
    gdx_error err = {0};
    snprintf(what, sizeof what, "%s, %s %zu%s", work->name, fault_name(fault), nth, for_good ? " for good" : "");
    prepare(work);
    faults_plan(fault, nth, for_good);
    gdx_status status = work->run(folder, &err);
    bool was_hit = faults_end() > 0;
    if (fault == FAULT_SHORT_WRITE && status != GDX_OK)
        fail_msg("%s: %s", what, err.message);
    check_run(work, what, status, &err, was_hit);
    return was_hit;
}

static void fail_each(enum fault fault) {
    for (size_t i = 0; i < WORK_COUNT; i++)
        for (int for_good = 0; for_good < 2; for_good++)
            for (size_t nth = 1; fail_once(&works[i], fault, nth, for_good);)
                nth++;
}

// NULL: no call fails, all are noted. One place from which all runs are begun, for it is a part of their stacks.
__attribute__((noinline)) static void fail_case(const struct work *work, enum fault fault, const struct call_case *at,
                                                bool for_good) {
    char what[128];
    gdx_error err = {0};
    snprintf(what, sizeof what, "%s, %s %u from %p%s", work->name, fault_name(fault), at ? at->nth : 0,
             at ? at->from : NULL, for_good ? " for good" : "");
    prepare(work);
    if (at)
        faults_plan_case(fault, at, for_good);
    else
        faults_note(fault);
    gdx_status status = work->run(folder, &err);
    check_run(work, what, status, &err, faults_end() > 0);
}

// For calls of which there are thousands: the cases of call_stacks.h, each alone and for good.
static size_t fail_each_case_of(const struct work *work, enum fault fault) {
    size_t cases = 0, before = faults;
    fail_case(work, fault, NULL, false);
    for (struct call_case at = {0}; call_stacks_next(&at); cases += 2) {
        fail_case(work, fault, &at, false);
        fail_case(work, fault, &at, true);
    }
    if (10 * (faults - before) < 9 * cases) // threads may take turns otherwise
        fail_msg("%s: %zu of %zu planned failures were met", work->name, faults - before, cases);
    return call_stacks_calls();
}

static void fail_each_case(enum fault fault) {
    size_t before = faults, calls = 0;
    for (size_t i = 0; i < WORK_COUNT; i++)
        calls += 2 * fail_each_case_of(&works[i], fault);
    print_message("           %zu of %zu, GRAMDEX_TEST_ALL=1 takes all\n", faults - before, calls);
}

static void no_failed_open_costs_the_last_commit(void **state) {
    (void)state;
    fail_each(FAULT_OPEN);
}

static void no_failed_write_costs_the_last_commit(void **state) {
    (void)state;
    fail_each(FAULT_WRITE);
}

static void writes_of_half_the_bytes_are_gone_on_with(void **state) {
    (void)state;
    fail_each(FAULT_SHORT_WRITE);
}

static void no_failed_fsync_costs_the_last_commit(void **state) {
    (void)state;
    fail_each(FAULT_SYNC);
}

static void no_failed_rename_costs_the_last_commit(void **state) {
    (void)state;
    fail_each(FAULT_RENAME);
}

static void no_failed_unlink_costs_the_last_commit(void **state) {
    (void)state;
    fail_each(FAULT_UNLINK);
}

static void no_failed_map_costs_the_last_commit(void **state) {
    (void)state;
    fail_each(FAULT_MAP);
}

static void no_failed_listing_costs_the_last_commit(void **state) {
    (void)state;
    fail_each(FAULT_LIST);
}

static void no_failed_allocation_costs_the_last_commit(void **state) {
    (void)state;
    fail_each_case(FAULT_MEMORY);
}

static void no_failed_thread_costs_the_last_commit(void **state) {
    (void)state;
    fail_each(FAULT_THREAD);
}

// ---- an index without segments

static void empty_all(void) {
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    work_empty(folder);
    assert_int_equal(gdx_index_writer_open(folder, &writer, &err), GDX_OK);
    assert_int_equal(small_add(writer, 1, &(struct small_document){"a", "链"}, 1, &err), GDX_OK);
    assert_int_equal(gdx_index_writer_commit(writer, &err), GDX_OK);
    assert_int_equal(small_delete(writer, "a", &err), GDX_OK);
    assert_int_equal(gdx_index_writer_commit(writer, &err), GDX_OK);
    gdx_index_writer_close(writer);
}

// Only its manifest shows that it is an index. A writer that cannot see the manifest must not start a new one.
static void an_emptied_index_is_never_begun_anew(void **state) {
    (void)state;
    bool was_hit = true;
    empty_all();
    uint64_t before = folder_digest(folder);
    for (size_t nth = 1; was_hit; nth++) {
        gdx_index_writer *writer = NULL;
        gdx_error err = {0};
        faults_plan(FAULT_MEMORY, nth, false);
        gdx_status status = gdx_index_writer_open(folder, &writer, &err);
        was_hit = faults_end() > 0;
        gdx_index_writer_close(writer);
        if (was_hit && (status != GDX_NO_MEMORY || folder_digest(folder) != before))
            fail_msg("malloc %zu: %s: %s", nth, gdx_status_name(status), err.message);
        faults += was_hit;
    }
}

// ---- reading

static gdx_status read_all(gdx_error *err) {
    char *content = NULL;
    gdx_status status = gdx_index_verify(folder, NULL, NULL, NULL, err);
    if (status == GDX_OK)
        content = small_content(folder, err);
    if (status == GDX_OK && !content)
        status = err->status;
    free(content);
    return status;
}

static void a_reader_fails_with_a_message_or_not_at_all(void **state) {
    (void)state;
    static const enum fault reading[] = {FAULT_OPEN, FAULT_MAP, FAULT_MEMORY};
    work_copy(start, folder);
    for (size_t i = 0; i < sizeof reading / sizeof reading[0]; i++) {
        bool was_hit = true;
        for (size_t nth = 1; was_hit; nth++) {
            gdx_error err = {0};
            faults_plan(reading[i], nth, false);
            gdx_status status = read_all(&err);
            was_hit = faults_end() > 0;
            if (was_hit ? status == GDX_OK || !err.message[0] : status != GDX_OK)
                fail_msg("%s %zu: %s: \"%s\"", fault_name(reading[i]), nth, gdx_status_name(status), err.message);
            faults += was_hit;
        }
    }
}

// ---- order

// The place of the first line, after `from`, that begins so; fails the test when there is none.
static const char *find_line(const char *from, const char *line) {
    const char *at = from;
    while (at && strncmp(at, line, strlen(line)) != 0) {
        at = strchr(at, '\n');
        at = at && at[1] ? at + 1 : NULL;
    }
    if (!at)
        fail_msg("no \"%s\" in:\n%s", line, from);
    return at;
}

static bool has_line(const char *from, const char *to, const char *word) {
    const char *at = strstr(from, word);
    return at && at < to;
}

// A run may go as soon as it is a part of a segment, and what has a temporary name at any time.
static bool removes_segment(const char *from, const char *to) {
    for (const char *at = from; (at = strstr(at, "unlink segment-")) && at < to; at++) {
        const char *dot = strchr(at, '.'), *end = strchr(at, '\n');
        if (strncmp(at, "unlink segment-new-", strlen("unlink segment-new-")) != 0 && (!dot || dot > end))
            return true;
    }
    return false;
}

static void each_step_of_a_commit_is_durable_before_the_next(void **state) {
    (void)state;
    char directory[4096];
    snprintf(directory, sizeof directory, "sync %s\n", strrchr(folder, '/') + 1);
    for (size_t i = 1; i < WORK_COUNT; i++) {
        gdx_error err = {0};
        prepare(&works[i]);
        faults_log_begin();
        assert_int_equal(works[i].run(folder, &err), GDX_OK);
        char *log = faults_log_end();
        const char *named = find_line(log, "rename manifest.tmp manifest\n");
        const char *last_rename = log; // of a segment or deletions
        for (const char *at = log; at < named; at = strchr(at, '\n') + 1) {
            char synced[512];
            if (sscanf(at, "rename %500s", synced) != 1)
                continue;
            last_rename = at;
            char line[520];
            snprintf(line, sizeof line, "sync %s\n", synced);
            assert_true(find_line(log, line) < at); // its content before its name
        }
        assert_true(find_line(last_rename, directory) < named);
        assert_true(find_line(log, "sync manifest.tmp\n") < named);
        const char *durable = find_line(named, directory);
        assert_false(removes_segment(log, durable));
        assert_false(has_line(log, durable, "unlink deletions-"));
        free(log);
    }
}

// ---- death

// A process that dies leaves its directory as it was before the step at which it died, and nothing else. So one run
// that keeps what there is before each of its steps shows what a death before any of them leaves; fault_kill kills.
enum { KEPT_MOST = 256, PATH_BYTES = 4096 };
struct steps { // of one run
    const struct work *work;
    bool keeps_known; // else only states that were not looked at yet
    char *kept;       // a folder, in which each state is one
    size_t count;     // of states
    uint64_t digests[KEPT_MOST];
    size_t steps[KEPT_MOST]; // before which they were met
    size_t step_count;
};

static void kept_path(const struct steps *steps, size_t nth, char to[PATH_BYTES]) {
    snprintf(to, PATH_BYTES, "%s/%zu", steps->kept, nth);
}

static void fetch_state(const struct steps *steps, size_t nth) {
    char path[PATH_BYTES];
    kept_path(steps, nth, path);
    work_copy(path, folder);
}

static void keep_state(void *context) {
    struct steps *steps = context;
    uint64_t digest = folder_digest(folder);
    bool is_known = !steps->keeps_known && find_state(steps->work, digest);
    for (size_t i = 0; i < steps->count && !is_known; i++)
        is_known = steps->digests[i] == digest;
    faults++;
    steps->step_count++;
    if (is_known)
        return;
    char path[PATH_BYTES];
    assert_true(steps->count < KEPT_MOST);
    kept_path(steps, steps->count, path);
    assert_int_equal(mkdir(path, 0700), 0);
    work_copy(folder, path);
    steps->digests[steps->count] = digest;
    steps->steps[steps->count++] = steps->step_count;
}

// Of the work in the folder as it is.
static void keep_steps(const struct work *work, bool keeps_known, const char *what, struct steps *steps) {
    gdx_error err = {0};
    *steps = (struct steps){.work = work, .keeps_known = keeps_known, .kept = folder_new()};
    faults_plan_look(keep_state, steps);
    gdx_status status = work->run(folder, &err);
    faults_end();
    if (status != GDX_OK || steps->step_count == 0)
        fail_msg("%s: failed: %s", what, err.message);
}

static void check_steps(struct steps *steps, const char *what) {
    for (size_t i = 0; i < steps->count; i++) {
        char place[256];
        snprintf(place, sizeof place, "%s, killed before step %zu", what, steps->steps[i]);
        fetch_state(steps, i);
        check_state(steps->work, place);
    }
    folder_remove(steps->kept);
}

static void death_before_any_step_leaves_one_of_the_two_commits(void **state) {
    (void)state;
    for (size_t i = 0; i < WORK_COUNT; i++) {
        struct steps steps;
        prepare(&works[i]);
        keep_steps(&works[i], false, works[i].name, &steps);
        check_steps(&steps, works[i].name);
    }
}

// What one dead writer left, the next dies over.
static void death_upon_death_leaves_one_of_the_two_commits(void **state) {
    (void)state;
    const struct work *work = &works[3]; // the merge: its content is the same before and after
    struct steps first, second;
    prepare(work);
    keep_steps(work, true, work->name, &first);
    for (size_t i = 0; i < first.count; i++) {
        char what[128];
        snprintf(what, sizeof what, "%s, killed before step %zu, and run again", work->name, first.steps[i]);
        fetch_state(&first, i);
        keep_steps(work, false, what, &second);
        check_steps(&second, what);
    }
    folder_remove(first.kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_failed_open_costs_the_last_commit),
        cmocka_unit_test(no_failed_write_costs_the_last_commit),
        cmocka_unit_test(writes_of_half_the_bytes_are_gone_on_with),
        cmocka_unit_test(no_failed_fsync_costs_the_last_commit),
        cmocka_unit_test(no_failed_rename_costs_the_last_commit),
        cmocka_unit_test(no_failed_unlink_costs_the_last_commit),
        cmocka_unit_test(no_failed_map_costs_the_last_commit),
        cmocka_unit_test(no_failed_listing_costs_the_last_commit),
        cmocka_unit_test(no_failed_allocation_costs_the_last_commit),
        cmocka_unit_test(no_failed_thread_costs_the_last_commit),
        cmocka_unit_test(an_emptied_index_is_never_begun_anew),
        cmocka_unit_test(a_reader_fails_with_a_message_or_not_at_all),
        cmocka_unit_test(each_step_of_a_commit_is_durable_before_the_next),
        cmocka_unit_test(death_before_any_step_leaves_one_of_the_two_commits),
        cmocka_unit_test(death_upon_death_leaves_one_of_the_two_commits),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
