// SPDX-License-Identifier: Apache-2.0
// test_failures.c: every call to the system and to the allocator that a commit, a delete, a merge or a batch makes
// fails in turn, alone and for good from there on. Each time: an error with a message, or the work was done all the
// same; the last commit whole; a directory that the next writer makes clean; and, by the address sanitizer, nothing
// leaked. The second half of the file: the order of what a commit does, and the process dying before each step of it.

#include "faults.h"
#include "work.h"

#include "../support/folder.h"
#include "../support/small_index.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char *start;   // the index that works begin from
static char *folder;  // where they work
static size_t faults; // tried in all

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
    print_message("           %zu faults\n", faults);
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

// ---- failures

// What a run said of which a call failed, or none when it was not met.
static void check_run(const struct work *work, const char *what, gdx_status status, const gdx_error *err,
                      bool was_hit) {
    if (!was_hit && status != GDX_OK)
        fail_msg("%s: failed without a fault: %s", what, err->message);
    char *content = read_sound(what);
    check_answer(work, what, content, status, err);
    check_recovery(work, what, content);
    free(content);
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

// False when the work was done before so many steps.
static bool die_once(const struct work *work, size_t nth, bool is_clean) {
    char what[128];
    snprintf(what, sizeof what, "%s, killed before step %zu%s", work->name, nth, is_clean ? "" : " of a second run");
    fflush(stdout);
    fflush(stderr);
    pid_t child = fork();
    if (child == 0) {
        faults_plan_death(nth);
        _exit(work->run(folder, NULL) == GDX_OK ? 0 : 1);
    }
    int status = 0;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            fail_msg("%s: failed", what);
        return false;
    }
    faults++;
    char *content = read_sound(what);
    if (!equal(content, work->before) && !equal(content, work->after))
        fail_msg("%s: neither commit, but:\n%s", what, content ? content : "no index");
    free(content);
    return true;
}

static void recover(const struct work *work) {
    char *content = read_sound(work->name);
    check_recovery(work, work->name, content);
    free(content);
}

static void death_before_any_step_leaves_one_of_the_two_commits(void **state) {
    (void)state;
    for (size_t i = 0; i < WORK_COUNT; i++) {
        bool died = true;
        for (size_t nth = 1; died; nth++) {
            prepare(&works[i]);
            died = die_once(&works[i], nth, true);
            recover(&works[i]);
        }
    }
}

// What one dead writer left, the next dies over.
static void death_upon_death_leaves_one_of_the_two_commits(void **state) {
    (void)state;
    const struct work *work = &works[3]; // the merge: its content is the same before and after
    bool died = true;
    for (size_t nth = 1; died; nth++)
        for (size_t second = 1; second < 12; second += 4) {
            prepare(work);
            died = die_once(work, nth, true);
            if (died)
                (void)die_once(work, second, false);
            recover(work);
        }
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
