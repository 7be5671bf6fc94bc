// SPDX-License-Identifier: Apache-2.0
// test_publish.c: what publish refuses, and that nothing is changed then; what runs that died or came second leave; and
// that a publish that is killed at any of its steps leaves the index at one of its two commits, whole.

#include "../support/folder.h"
#include "gdx/parts.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PARTS = 3, NAME_BYTES = 600, STEPS_MOST = 100000 };

struct place {
    char *root;
    char index[NAME_BYTES];
    char parts[PARTS][NAME_BYTES];
};

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s: %s", gdx_status_name(status), err->where, err->message);
}

static void write_input(const struct place *place, const char *word) {
    gdx_buffer lines = {0};
    for (unsigned i = 0; i < 30; i++)
        assert_int_equal(
            gdx_buffer_append_format(&lines, "{\"id\":\"d%u\",\"text\":\"产业链 %s %u\"}\n", i % 20, word, i), GDX_OK);
    folder_write(folder_path(place->root, "in"), "a.jsonl", lines.data, lines.bytes);
    gdx_buffer_clear(&lines);
}

struct manner {
    gdx_shard shard;
    const char *words;
    const char *base;
    const char *unless;
};

static gdx_part_build *build(const struct place *place, const char *path, struct manner manner) {
    const gdx_part_options options = {
        .shard = manner.shard, .manner = manner.words ? manner.words : "", .unless = manner.unless};
    const gdx_batch_options batch = {
        .threads = 1, .memory_bytes = 16 << 20, .base = manner.base ? manner.base : place->root, .merge = true};
    const char *input = folder_path(place->root, "in");
    gdx_part_build *part = NULL;
    gdx_batch_summary summary;
    gdx_error err = {0};
    must(gdx_part_build_open(path, &options, &part, &err), &err);
    must(gdx_part_build_run(part, &input, 1, &batch, &summary, &err), &err);
    return part;
}

static void make(const struct place *place, const char *path, struct manner manner) {
    gdx_part_build *part = build(place, path, manner);
    gdx_error err = {0};
    bool is_first = false;
    must(gdx_part_build_finish(part, &is_first, &err), &err);
    assert_true(is_first);
    gdx_part_build_close(part);
}

static struct place new_place(void) {
    struct place place = {.root = folder_new()};
    mkdir(folder_path(place.root, "in"), 0755);
    snprintf(place.index, sizeof place.index, "%s/index", place.root);
    write_input(&place, "WTO");
    for (uint32_t i = 0; i < PARTS; i++) {
        snprintf(place.parts[i], NAME_BYTES, "%s/part-%u", place.root, i);
        make(&place, place.parts[i], (struct manner){.shard = {i, PARTS}});
    }
    return place;
}

static gdx_status publish(const struct place *place, const char *const *parts, size_t count,
                          const gdx_publish_options *options, gdx_error *err) {
    gdx_publish_figures figures;
    return gdx_parts_publish(place->index, parts, count, options, &figures, err);
}

static gdx_status publish_all(const struct place *place, const gdx_publish_options *options, gdx_error *err) {
    const char *const parts[] = {place->parts[0], place->parts[1], place->parts[2]};
    return publish(place, parts, PARTS, options, err);
}

static void expect_refusal(const struct place *place, const char *const *parts, size_t count,
                           const gdx_publish_options *options, const char *words) {
    gdx_error err = {0};
    uint64_t before = folder_digest(place->index);
    assert_int_equal(publish(place, parts, count, options, &err), GDX_PRECONDITION);
    if (!strstr(err.message, words))
        fail_msg("\"%s\" lacks \"%s\"", err.message, words);
    assert_int_equal(folder_digest(place->index), before);
}

// ---- the set

static void what_is_not_one_whole_build_is_refused_by_name(void **state) {
    (void)state;
    struct place place = new_place();
    const char *p[] = {place.parts[0], place.parts[1], place.parts[2]};
    char other[NAME_BYTES];
    gdx_error err = {0};
    snprintf(other, sizeof other, "%s/other", place.root);
    must(publish_all(&place, &(gdx_publish_options){0}, &err), &err);
    const gdx_publish_options plain = {0};
    expect_refusal(&place, (const char *[]){p[0], p[2]}, 2, &plain, "1 is missing: 1");
    expect_refusal(&place, (const char *[]){p[1]}, 1, &plain, "2 are missing: 0, 2");
    expect_refusal(&place, (const char *[]){p[0], p[1], p[1]}, 3, &plain, "is part 1");
    expect_refusal(&place, (const char *[]){p[0], p[1], place.index}, 3, &plain, "no part");

    make(&place, other, (struct manner){.shard = {2, PARTS}, .words = "otherwise"});
    expect_refusal(&place, (const char *[]){p[0], p[1], other}, 3, &plain, "manner");
    folder_remove(strdup(other));
    make(&place, other, (struct manner){.shard = {2, PARTS + 1}});
    expect_refusal(&place, (const char *[]){p[0], p[1], other}, 3, &plain, "number of parts");
    folder_remove(strdup(other));
    make(&place, other, (struct manner){.shard = {2, PARTS}, .base = "/tmp"});
    expect_refusal(&place, (const char *[]){p[0], p[1], other}, 3, &plain, "list of paths");
    folder_remove(strdup(other));
    make(&place, other, (struct manner){.shard = {2, PARTS}, .unless = place.index});
    expect_refusal(&place, (const char *[]){p[0], p[1], other}, 3, &plain, "--unless-in");
    folder_remove(strdup(other));
    write_input(&place, "a longer word");
    make(&place, other, (struct manner){.shard = {2, PARTS}});
    expect_refusal(&place, (const char *[]){p[0], p[1], other}, 3, &plain, "list of paths");
    folder_remove(place.root);
}

static void a_part_that_was_changed_is_refused(void **state) {
    (void)state;
    struct place place = new_place();
    const char *p[] = {place.parts[0], place.parts[1], place.parts[2]};
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    must(publish_all(&place, &(gdx_publish_options){0}, &err), &err);
    must(gdx_index_writer_open(p[1], &writer, &err), &err);
    must(gdx_index_writer_delete(writer, 0, 0, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    gdx_index_writer_close(writer);
    expect_refusal(&place, p, PARTS, &(gdx_publish_options){0}, "changed after");
    folder_remove(place.root);
}

static void an_index_at_another_commit_or_that_lacks_what_was_left_out_is_refused(void **state) {
    (void)state;
    struct place place = new_place();
    const char *p[] = {place.parts[0], place.parts[1], place.parts[2]};
    char night[NAME_BYTES];
    const char *one = night;
    gdx_error err = {0};
    must(publish_all(&place, &(gdx_publish_options){.expects_commit = true, .commit = 0}, &err), &err);
    expect_refusal(&place, p, PARTS, &(gdx_publish_options){.expects_commit = true, .commit = 7}, "is at commit 1");
    snprintf(night, sizeof night, "%s/night", place.root);
    make(&place, night, (struct manner){.shard = {0, 1}, .unless = place.index});
    expect_refusal(&place, &one, 1, &(gdx_publish_options){0}, "--add");
    must(publish(&place, &one, 1, &(gdx_publish_options){.adds = true}, &err), &err);
    snprintf(place.index, sizeof place.index, "%s/new", place.root);
    assert_int_equal(publish(&place, &one, 1, &(gdx_publish_options){.adds = true}, &err), GDX_PRECONDITION);
    assert_non_null(strstr(err.message, "another index"));
    folder_remove(place.root);
}

static void a_damaged_record_is_refused(void **state) {
    (void)state;
    struct place place = new_place();
    gdx_buffer bytes = {0};
    gdx_error err = {0};
    must(publish_all(&place, &(gdx_publish_options){0}, &err), &err);
    uint64_t before = folder_digest(place.index);
    must(gdx_read_file(folder_path(place.parts[1], "part"), 1 << 20, &bytes, &err), &err);
    for (size_t at = 0; at < bytes.bytes; at++) {
        bytes.data[at] ^= 4;
        folder_write(place.parts[1], "part", bytes.data, bytes.bytes);
        bytes.data[at] ^= 4;
        err = (gdx_error){0};
        gdx_status status = publish_all(&place, &(gdx_publish_options){0}, &err);
        if (status != GDX_CORRUPT && status != GDX_UNSUPPORTED)
            fail_msg("byte %zu: %s", at, gdx_status_name(status));
        assert_int_equal(folder_digest(place.index), before);
    }
    gdx_buffer_clear(&bytes);
    folder_remove(place.root);
}

// ---- runs that come second, and runs that died

static void the_first_run_that_is_done_has_the_name(void **state) {
    (void)state;
    struct place place = new_place();
    char path[NAME_BYTES];
    gdx_error err = {0};
    bool is_first = false;
    snprintf(path, sizeof path, "%s/raced", place.root);
    const struct manner manner = {.shard = {1, PARTS}};
    gdx_part_build *one = build(&place, path, manner), *other = build(&place, path, manner);
    gdx_part_build *foreign = build(&place, path, (struct manner){.shard = {0, PARTS}});
    must(gdx_part_build_finish(other, &is_first, &err), &err);
    assert_true(is_first);
    uint64_t digest = folder_digest(path);
    must(gdx_part_build_finish(one, &is_first, &err), &err);
    assert_false(is_first);
    assert_int_equal(gdx_part_build_finish(foreign, &is_first, &err), GDX_PRECONDITION);
    gdx_part_build_close(one);
    gdx_part_build_close(other);
    gdx_part_build_close(foreign);
    assert_int_equal(folder_digest(path), digest);
    assert_int_equal(folder_count(place.root, "raced"), 1); // what came second is gone
    folder_remove(place.root);
}

static void only_what_dead_runs_left_is_swept(void **state) {
    (void)state;
    struct place place = new_place();
    const char *const p[] = {place.parts[0], place.parts[1], place.parts[2]};
    gdx_publish_figures figures;
    gdx_error err = {0};
    pid_t child = fork();
    if (child == 0) { // dies while it builds
        (void)!build(&place, place.parts[1], (struct manner){.shard = {1, PARTS}});
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    gdx_part_build *alive = build(&place, place.parts[1], (struct manner){.shard = {1, PARTS}});
    assert_int_equal(folder_count(place.root, "part-1.building-"), 2);
    const gdx_publish_options options = {0};
    must(gdx_parts_publish(place.index, p, PARTS, &options, &figures, &err), &err);
    assert_int_equal(figures.swept, 1);
    assert_int_equal(folder_count(place.root, "part-1.building-"), 1);
    assert_int_equal(access(gdx_part_build_directory(alive), F_OK), 0);
    gdx_part_build_close(alive);
    folder_remove(place.root);
}

// ---- a publish that is killed

static uint64_t commit_of(const char *index) {
    gdx_index *opened = NULL;
    gdx_error err = {0};
    must(gdx_index_open(index, &opened, &err), &err);
    gdx_snapshot *snapshot = gdx_index_snapshot(opened);
    uint64_t commit = gdx_snapshot_commit(snapshot);
    gdx_snapshot_release(snapshot);
    gdx_index_close(opened);
    return commit;
}

// Runs it until its system call number `steps`, and kills it there. True: it came to its end before.
static bool publish_killed_after(const struct place *place, long steps) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        gdx_error err = {0};
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(9);
        raise(SIGSTOP);
        _exit(publish_all(place, &(gdx_publish_options){.adds = true}, &err) == GDX_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 9)
        skip(); // nobody may be traced here
    for (long step = 0; step < steps && !WIFEXITED(status); step++) {
        assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
    }
    if (WIFEXITED(status)) {
        assert_int_equal(WEXITSTATUS(status), 0);
        return true;
    }
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    return false;
}

static void a_killed_publish_leaves_one_of_two_commits(void **state) {
    (void)state;
    struct place place = new_place();
    gdx_error err = {0};
    bool is_done = false;
    unsigned old = 0;
    for (long steps = 1; !is_done && steps < STEPS_MOST; steps += 7) {
        is_done = publish_killed_after(&place, steps);
        if (access(folder_path(place.index, "manifest"), F_OK) != 0)
            continue; // there is no index yet
        must(gdx_index_verify(place.index, NULL, NULL, NULL, &err), &err);
        uint64_t commit = commit_of(place.index);
        assert_true(commit == 0 || commit == 1);
        old += commit == 0;
        if (commit == 1 && !is_done) {
            must(publish_all(&place, &(gdx_publish_options){0}, &err), &err);
            break;
        }
    }
    assert_true(old > 0); // some were killed before the rename
    assert_int_equal(commit_of(place.index), 1);
    assert_int_equal(folder_count(place.index, "segment-new"), 0);
    folder_remove(place.root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_one_whole_build_is_refused_by_name),
        cmocka_unit_test(a_part_that_was_changed_is_refused),
        cmocka_unit_test(an_index_at_another_commit_or_that_lacks_what_was_left_out_is_refused),
        cmocka_unit_test(a_damaged_record_is_refused),
        cmocka_unit_test(the_first_run_that_is_done_has_the_name),
        cmocka_unit_test(only_what_dead_runs_left_is_swept),
        cmocka_unit_test(a_killed_publish_leaves_one_of_two_commits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
