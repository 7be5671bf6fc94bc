// SPDX-License-Identifier: Apache-2.0
// batch_test.c: the parallel build as its users see it: same input, same bytes; what is bad is refused with its place
// and the rest is indexed; a second run does only what has changed.

#include "../support/folder.h"
#include "../support/sanitizer.h"
#include "gdx/batch.h"
#include "gdx/query.h"
#include "gdx/text.h"

#include <errno.h>
#include <fts.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct report { // what the last batch said
    gdx_batch_summary summary;
    gdx_error error;
    gdx_buffer refusals; // "path:line: reason" a line
};

static void keep_refusal(void *context, const gdx_batch_finding *refusal) {
    static const char *const classes[] = {"", " warning:", "", " left out:"};
    struct report *report = context;
    assert_int_equal(gdx_buffer_append_format(&report->refusals, "%s:%" PRIu64 ":%s %s\n", refusal->path, refusal->line,
                                              classes[refusal->class], refusal->reason),
                     GDX_OK);
}

static gdx_status run(const char *index, const char *const *paths, size_t count, gdx_batch_options options,
                      struct report *report) {
    gdx_buffer_clear(&report->refusals);
    *report = (struct report){0};
    options.on_finding = keep_refusal;
    options.context = report;
    gdx_index_writer *writer = NULL;
    gdx_status status = gdx_index_writer_open(index, &writer, &report->error);
    if (status == GDX_OK)
        status = gdx_batch_run(writer, paths, count, &options, &report->summary, &report->error);
    gdx_index_writer_close(writer);
    return status;
}

static void run_ok(const char *index, const char *path, gdx_batch_options options, struct report *report) {
    gdx_status status = run(index, &path, 1, options, report);
    if (status != GDX_OK)
        print_error("%s\n", report->error.message);
    assert_int_equal(status, GDX_OK);
}

static void assert_refused(const struct report *report, const char *words) {
    gdx_slice all = gdx_buffer_slice(&report->refusals);
    if (!all.bytes || !memmem(all.data, all.bytes, words, strlen(words))) {
        print_error("expected \"%s\" among:\n%.*s\n", words, GDX_SLICE_ARGUMENTS(all));
        fail();
    }
}

static gdx_totals count(const char *directory, const char *text) {
    gdx_index *index = NULL;
    gdx_query *query = NULL;
    gdx_error error = {0};
    gdx_totals totals = {0};
    assert_int_equal(gdx_index_open(directory, &index, &error), GDX_OK);
    assert_int_equal(gdx_query_parse(gdx_rule_current(), gdx_slice_of(text), &query, &error), GDX_OK);
    gdx_searcher *searcher = gdx_searcher_new();
    assert_non_null(searcher);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    gdx_stop stop = {0};
    assert_int_equal(gdx_count(searcher, snapshot, query, &stop, &totals, &error), GDX_OK);
    gdx_snapshot_release(snapshot);
    gdx_searcher_free(searcher);
    gdx_query_free(query);
    gdx_index_close(index);
    return totals;
}

static void merge_to_one(const char *directory) {
    gdx_index_writer *writer = NULL;
    gdx_error error = {0};
    gdx_merge_options options = {.to_one = true};
    assert_int_equal(gdx_executor_new(2, &options.executor, &error), GDX_OK);
    assert_int_equal(gdx_index_writer_open(directory, &writer, &error), GDX_OK);
    assert_int_equal(gdx_index_writer_merge(writer, &options, NULL, &error), GDX_OK);
    gdx_index_writer_close(writer);
    gdx_executor_free(options.executor);
    assert_int_equal(gdx_index_verify(directory, NULL, NULL, NULL, &error), GDX_OK);
}

// ---- made-up commentary

static uint32_t random_state;

static uint32_t random_below(uint32_t limit) {
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

// `bytes` or so of JSON Lines, dated, mostly Han, with words, numbers, wrapped lines; `revision` changes every tenth
// text.
static void write_commentary(const char *folder, const char *name, size_t bytes, uint32_t seed, unsigned revision) {
    static const char *const pieces[] = {
        "全球", "产业链", "重构",   "贸易",           "治理", "体系", "关税",   "美国",
        "欧盟", "近岸化", "WTO",    " CPTPP ",        "。",   "，",   "2023年", "的",
        "和",   "\\n",    "供應鏈", " supply chain ", "投资", "规则", "地缘",   "政治"};
    gdx_buffer lines = {0};
    random_state = seed;
    for (unsigned i = 0; lines.bytes < bytes; i++) {
        assert_int_equal(gdx_buffer_append_format(
                             &lines,
                             "{\"id\":\"doc/%u\",\"title\":\"评论 %u\",\"date\":\"20%02u-%02u\",\"source\":\"s%u\","
                             "\"page\":%u,\"text\":\"",
                             i, i, 10 + i % 14, 1 + i % 12, i % 3, i),
                         GDX_OK);
        for (uint32_t length = random_below(400); length > 0; length--) {
            const char *piece = pieces[random_below(sizeof pieces / sizeof pieces[0])];
            assert_int_equal(gdx_buffer_append(&lines, piece, strlen(piece)), GDX_OK);
        }
        assert_int_equal(gdx_buffer_append_format(&lines, "%s\"}\n", i % 10 == 0 && revision ? "修订" : ""), GDX_OK);
    }
    folder_write(folder, name, lines.data, lines.bytes);
    gdx_buffer_clear(&lines);
}

static void the_same_input_gives_the_same_bytes_for_any_threads_and_memory(void **state) {
    (void)state;
    char *input = folder_new();
    write_commentary(input, "a.jsonl", 3 << 20, 1, 0);
    static const struct {
        unsigned threads;
        size_t memory;
    } runs[] = {{8, 0}, {2, 24 << 20}, {1, 0}, {2, 0}, {1, 16 << 20}, {3, 1}};
    const size_t run_count = WATCHES_THREADS ? 2 : sizeof runs / sizeof runs[0];
    uint64_t expected = 0, expected_built = 0;
    gdx_totals totals = {0};
    for (size_t i = 0; i < run_count; i++) {
        char *index = folder_new();
        struct report report = {0};
        run_ok(index, folder_path(input, "a.jsonl"),
               (gdx_batch_options){.threads = runs[i].threads,
                                   .memory_bytes = runs[i].memory,
                                   .merge = true,
                                   .cuts = {.end_bytes = 700 << 10}},
               &report);
        assert_int_equal(report.summary.segments, 5); // of 3 MB of lines
        assert_int_equal(report.summary.refused, 0);
        assert_int_equal(report.summary.added, report.summary.documents);
        uint64_t built = folder_digest(index);
        expected_built = i ? expected_built : built;
        assert_true(built == expected_built);
        gdx_totals before = count(index, "产业链 -source:s1");
        merge_to_one(index);
        gdx_totals after = count(index, "产业链 -source:s1");
        assert_int_equal(before.documents, after.documents);
        assert_int_equal(before.occurrences, after.occurrences);
        uint64_t digest = folder_digest(index);
        if (i == 0) {
            expected = digest;
            totals = after;
            assert_true(totals.documents > 100);
        }
        assert_int_equal(after.occurrences, totals.occurrences);
        assert_true(digest == expected);
        assert_int_equal(folder_count(index, "segment-"), 1);
        gdx_buffer_clear(&report.refusals);
        folder_remove(index);
    }
    folder_remove(input);
}

static void a_second_run_skips_what_is_unchanged_and_replaces_what_changed(void **state) {
    (void)state;
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    gdx_batch_options options = {.threads = 2, .merge = true};
    write_commentary(input, "a.jsonl", 1 << 20, 7, 0);
    run_ok(index, folder_path(input, "a.jsonl"), options, &report);
    uint64_t documents = report.summary.added;
    uint64_t commit = report.summary.commit;
    run_ok(index, folder_path(input, "a.jsonl"), options, &report);
    assert_int_equal(report.summary.unchanged, documents);
    assert_int_equal(report.summary.added + report.summary.replaced, 0);
    assert_int_equal(report.summary.commit, commit);
    write_commentary(input, "a.jsonl", 1 << 20, 7, 1);
    run_ok(index, folder_path(input, "a.jsonl"), options, &report);
    assert_true(report.summary.replaced >= documents / 10);
    assert_true(report.summary.replaced <= documents / 10 + 1);
    assert_int_equal(report.summary.commit, commit + 1);
    assert_int_equal(count(index, "修订").documents, report.summary.replaced);
    assert_int_equal(count(index, "NOT 没有这样的话").documents, documents);
    gdx_buffer_clear(&report.refusals);
    folder_remove(index);
    folder_remove(input);
}

static void of_two_records_with_one_id_the_later_wins_and_it_is_reported(void **state) {
    (void)state;
    skip_thread_sanitizer();
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    gdx_batch_options options = {.threads = 2};
    folder_write_text(
        input, "a.jsonl",
        "{\"id\":\"x\",\"text\":\"旧的说法\"}\n{\"id\":\"y\",\"text\":\"别的\"}\n{\"id\":\"x\",\"text\":\"新的说法\"}\n");
    run_ok(index, folder_path(input, "a.jsonl"), options, &report);
    assert_int_equal(report.summary.duplicates, 1);
    assert_refused(&report, "id \"x\" is given more than once");
    assert_int_equal(count(index, "旧的").documents, 0);
    assert_int_equal(count(index, "新的").documents, 1);
    assert_int_equal(count(index, "说法").documents, 1);
    // Changed first, then as the index has it: the last record is the same as the document, which stays.
    folder_write_text(input, "a.jsonl", "{\"id\":\"x\",\"text\":\"第三种\"}\n{\"id\":\"x\",\"text\":\"新的说法\"}\n");
    run_ok(index, folder_path(input, "a.jsonl"), options, &report);
    assert_int_equal(count(index, "第三种").documents, 0);
    assert_int_equal(count(index, "新的").documents, 1);
    // As the index has it first, then changed.
    folder_write_text(input, "a.jsonl", "{\"id\":\"x\",\"text\":\"新的说法\"}\n{\"id\":\"x\",\"text\":\"第四种\"}\n");
    run_ok(index, folder_path(input, "a.jsonl"), options, &report);
    assert_int_equal(count(index, "第四种").documents, 1);
    assert_int_equal(count(index, "新的").documents, 0);
    // The very same file twice in one run.
    const char *twice[] = {folder_path(input, "a.jsonl"), folder_path(input, "a.jsonl")};
    char *fresh = folder_new();
    assert_int_equal(run(fresh, twice, 2, options, &report), GDX_OK);
    assert_int_equal(count(fresh, "第四种").documents, 1);
    gdx_error error = {0};
    assert_int_equal(gdx_index_verify(fresh, NULL, NULL, NULL, &error), GDX_OK);
    gdx_buffer_clear(&report.refusals);
    folder_remove(fresh);
    folder_remove(index);
    folder_remove(input);
}

static void what_is_bad_is_refused_with_its_place_and_the_rest_is_indexed(void **state) {
    (void)state;
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    folder_write_text(input, "good.txt", "好的标题\n全球产业链重构\n");
    folder_write_text(input, "empty.txt", "");
    folder_write(input, "picture.png", "\x89PNG", 4);
    folder_write_text(input, "broken.txt", "断开的\xff\xfe文字产业链\n");
    folder_write_text(input, "records.jsonl",
                      "{\"id\":\"1\",\"text\":\"产业链一\"}\n"
                      "{\"id\":\"2\",\"text\":\"产业\n"
                      "{\"id\":\"3\",\"text\":\"产业链三\",\"date\":\"2023-13-45\"}\n"
                      "{\"id\":\"4\",\"text\":\"产业链四\",\"date\":\"2023-12-05\"}\n"
                      "[1]\n"
                      "{\"id\":\"5\",\"text\":\"产业链五\"}");
    assert_int_equal(symlink("/nonexistent/file", folder_path(input, "nowhere.txt")), 0);
    assert_int_equal(symlink(".", folder_path(input, "loop")), 0);
    FILE *sparse = fopen(folder_path(input, "sparse.txt"), "wb");
    assert_non_null(sparse);
    assert_int_equal(ftruncate(fileno(sparse), (off_t)3 << 30), 0);
    fclose(sparse);
    run_ok(index, input, (gdx_batch_options){.threads = 2, .merge = true}, &report);
    assert_int_equal(count(index, "产业链").documents, 6); // good, broken, 1, 3, 4, 5
    assert_refused(&report, "empty.txt:0: ");
    assert_refused(&report, "picture.png:0: left out: not a kind of file");
    assert_refused(&report, "records.jsonl:2: ");
    assert_refused(&report, "records.jsonl:3: warning: ");
    assert_refused(&report, "month 13");
    assert_refused(&report, "records.jsonl:5: ");
    assert_refused(&report, "a symbolic link to nothing");
    assert_refused(&report, "a loop");
    assert_refused(&report, "3221225472 bytes");
    assert_int_equal(report.summary.refused, 4); // empty, lines 2 and 5, sparse
    assert_int_equal(report.summary.left_out, 3);
    assert_int_equal(report.summary.mended, 1);
    assert_true(report.summary.replaced_bytes >= 1);
    // Strict: the same folder is refused as a whole, and the last commit stands.
    char *strict = folder_new();
    assert_int_not_equal(
        run(strict, (const char *const[]){input}, 1, (gdx_batch_options){.threads = 2, .strict = true}, &report),
        GDX_OK);
    assert_true(report.error.message[0] != 0);
    assert_int_equal(count(strict, "产业链").documents, 0);
    gdx_buffer_clear(&report.refusals);
    folder_remove(strict);
    folder_remove(index);
    folder_remove(input);
}

static void prune_forgets_files_that_are_gone_but_not_those_refused(void **state) {
    (void)state;
    skip_thread_sanitizer();
    char *input = folder_new();
    char *index = folder_new();
    char *other = folder_new();
    struct report report = {0};
    gdx_batch_options options = {.threads = 2, .prune = true};
    folder_write_text(input, "a.txt", "甲文件产业链");
    folder_write_text(input, "b.txt", "乙文件产业链");
    folder_write_text(input, "c.txt", "丙文件产业链");
    folder_write_text(other, "other.txt", "别处的产业链");
    run_ok(index, input, options, &report);
    run_ok(index, other, options, &report);
    assert_int_equal(count(index, "产业链").documents, 4);
    assert_int_equal(unlink(folder_path(input, "a.txt")), 0);
    folder_write_text(input, "b.txt", "");
    folder_write_text(input, "c.txt", "丙文件变了产业链");
    run_ok(index, input, options, &report);
    assert_int_equal(report.summary.deleted, 1);
    assert_int_equal(report.summary.replaced, 1);
    assert_int_equal(count(index, "甲文件").documents, 0);
    assert_int_equal(count(index, "乙文件").documents, 1);
    assert_int_equal(count(index, "别处").documents, 1);
    gdx_buffer_clear(&report.refusals);
    folder_remove(other);
    folder_remove(index);
    folder_remove(input);
}

// The name of a folder that cannot be read. Permissions do not serve: they do not hold root off.
static const char *closed_folder;

FTSENT *__real_fts_read(FTS *walk);
FTSENT *__wrap_fts_read(FTS *walk);
FTSENT *__wrap_fts_read(FTS *walk) {
    FTSENT *entry = __real_fts_read(walk);
    if (entry && closed_folder && entry->fts_info == FTS_D && strcmp(entry->fts_name, closed_folder) == 0) {
        entry->fts_info = FTS_DNR;
        entry->fts_errno = EACCES;
    }
    return entry;
}

static void prune_forgets_nothing_of_a_folder_that_is_not_listed_whole(void **state) {
    (void)state;
    skip_thread_sanitizer();
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    gdx_batch_options options = {.threads = 1, .prune = true};
    assert_int_equal(mkdir(folder_path(input, "closed"), 0777), 0);
    folder_write_text(input, "a.txt", "甲文件产业链");
    folder_write_text(input, "closed/b.txt", "乙文件产业链");
    folder_write_text(input, "closed-too.txt", "丙文件产业链");
    run_ok(index, input, options, &report);
    assert_int_equal(unlink(folder_path(input, "closed-too.txt")), 0);
    closed_folder = "closed";
    run_ok(index, input, options, &report);
    closed_folder = NULL;
    assert_refused(&report, "cannot be read: Permission denied");
    assert_int_equal(count(index, "乙文件").documents, 1);
    assert_int_equal(count(index, "丙文件").documents, 1); // the folder given was not listed whole
    gdx_buffer_clear(&report.refusals);
    folder_remove(index);
    folder_remove(input);
}

static void a_hidden_folder_is_named_and_no_refusal(void **state) {
    (void)state;
    skip_thread_sanitizer();
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    assert_int_equal(mkdir(folder_path(input, ".git"), 0777), 0);
    folder_write_text(input, ".git/a.txt", "甲文件产业链");
    folder_write_text(input, "b.txt", "乙文件产业链");
    run_ok(index, input, (gdx_batch_options){.threads = 1, .strict = true}, &report);
    assert_refused(&report, ".git:0: left out: a hidden folder, by its name: not looked into");
    assert_int_equal(report.summary.refused, 0);
    assert_int_equal(count(index, "产业链").documents, 1);
    gdx_buffer_clear(&report.refusals);
    folder_remove(index);
    folder_remove(input);
}

// The header of a regular file, as POSIX has it.
static void put_tar_header(gdx_buffer *tar, const char *name, unsigned bytes) {
    char header[512] = {0};
    unsigned sum = 0;
    snprintf(header, 100, "%s", name);
    memcpy(header + 100, "0000644", 8);
    snprintf(header + 124, 12, "%011o", bytes);
    memcpy(header + 136, "00000000000", 12);
    memset(header + 148, ' ', 8);
    header[156] = '0';
    memcpy(header + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof header; i++)
        sum += (unsigned char)header[i];
    snprintf(header + 148, 8, "%06o", sum);
    assert_int_equal(gdx_buffer_append(tar, header, sizeof header), GDX_OK);
}

// More than are described: the last one is known by its count alone.
static void a_file_cut_short_is_not_indexed_in_part_behind_ten_thousand_refusals(void **state) {
    (void)state;
    skip_thread_sanitizer();
    enum { PAPERS = 10001, TEXT_BYTES = 3000, LEFT_BYTES = 1500 };
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    gdx_buffer tar = {0};
    for (unsigned i = 0; i < PAPERS; i++)
        put_tar_header(&tar, "paper.pdf", 0);
    put_tar_header(&tar, "cut.txt", TEXT_BYTES);
    for (size_t i = 0; i < LEFT_BYTES; i += 9)
        assert_int_equal(gdx_buffer_append(&tar, "产业链", 9), GDX_OK);
    folder_write(input, "cut.tar", tar.data, tar.bytes);
    gdx_buffer_clear(&tar);
    run_ok(index, input, (gdx_batch_options){.threads = 1}, &report);
    assert_int_equal(report.summary.refused, PAPERS + 1);
    assert_int_equal(count(index, "产业链").documents, 0);
    gdx_buffer_clear(&report.refusals);
    folder_remove(index);
    folder_remove(input);
}

static void lines_are_counted_across_slabs(void **state) {
    (void)state;
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    gdx_buffer lines = {0};
    enum { LINES = 30000 };
    for (int i = 1; i <= LINES; i++)
        assert_int_equal(
            gdx_buffer_append_format(
                &lines, i == LINES - 1 ? "{\"id\":%d\n" : "{\"id\":\"n%d\",\"text\":\"第几行的文字在这里\"}\n", i),
            GDX_OK);
    folder_write(input, "many.jsonl", lines.data, lines.bytes);
    gdx_buffer_clear(&lines);
    run_ok(index, folder_path(input, "many.jsonl"), (gdx_batch_options){.threads = 4, .memory_bytes = 16 << 20},
           &report);
    char expected[64];
    snprintf(expected, sizeof expected, "many.jsonl:%d: ", LINES - 1);
    assert_refused(&report, expected);
    assert_int_equal(report.summary.added, LINES - 1);
    gdx_buffer_clear(&report.refusals);
    folder_remove(index);
    folder_remove(input);
}

static void a_line_too_long_is_refused_and_the_next_is_read(void **state) {
    (void)state;
    skip_thread_sanitizer();
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    gdx_buffer lines = {0};
    size_t long_bytes = 6 << 20;
    assert_int_equal(gdx_buffer_append_format(&lines, "{\"id\":\"a\",\"text\":\"前面\"}\n{\"id\":\"b\",\"text\":\""),
                     GDX_OK);
    assert_int_equal(gdx_buffer_reserve(&lines, long_bytes), GDX_OK);
    memset(lines.data + lines.bytes, 'x', long_bytes);
    lines.bytes += long_bytes;
    assert_int_equal(gdx_buffer_append_format(&lines, "\"}\n{\"id\":\"c\",\"text\":\"后面\"}\n"), GDX_OK);
    folder_write(input, "long.jsonl", lines.data, lines.bytes);
    gdx_buffer_clear(&lines);
    run_ok(index, folder_path(input, "long.jsonl"),
           (gdx_batch_options){.threads = 2, .memory_bytes = 16 << 20, .document_limit = 64 << 10}, &report);
    assert_int_equal(report.summary.refused, 1);
    assert_refused(&report, "long.jsonl");
    assert_int_equal(count(index, "前面 OR 后面").documents, 2);
    gdx_buffer_clear(&report.refusals);
    folder_remove(index);
    folder_remove(input);
}

// Their records or their text are what has the limit of a document.
static void a_file_of_many_records_may_be_larger_than_a_document(void **state) {
    (void)state;
    skip_thread_sanitizer();
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    static const size_t limit = 64 << 10;
    gdx_buffer array = {0};
    for (unsigned i = 0; array.bytes < 3 * limit; i++)
        assert_int_equal(
            gdx_buffer_append_format(&array, "%s{\"id\":\"%u\",\"text\":\"记录第%u条\"}", i ? ",\n" : "[\n", i, i),
            GDX_OK);
    assert_int_equal(gdx_buffer_append_format(&array, "]\n"), GDX_OK);
    folder_write(input, "large.json", array.data, array.bytes);
    folder_write(input, "large.md", array.data, array.bytes);
    while (array.bytes <= 4 * limit)
        assert_int_equal(gdx_buffer_append(&array, "  \n", 3), GDX_OK);
    folder_write(input, "too-large.json", array.data, array.bytes);
    gdx_buffer_clear(&array);
    run_ok(index, input, (gdx_batch_options){.threads = 2, .memory_bytes = 64 << 20, .document_limit = limit}, &report);
    assert_refused(&report, "large.md:0: a file of ");
    assert_refused(&report, "too-large.json:0: a file of ");
    assert_refused(&report, ", at most 262144 are taken");
    assert_int_equal(report.summary.refused, 2);
    assert_true(report.summary.added > 1000);
    gdx_buffer_clear(&report.refusals);
    folder_remove(index);
    folder_remove(input);
}

static void a_full_disk_is_reported_and_the_last_commit_stands(void **state) {
    (void)state;
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    folder_write_text(input, "first.jsonl", "{\"id\":\"first\",\"text\":\"早先的提交\"}\n");
    run_ok(index, folder_path(input, "first.jsonl"), (gdx_batch_options){.threads = 2}, &report);
    write_commentary(input, "big.jsonl", 2 << 20, 3, 0);
    // A limit on file sizes stands in for the full disk: write fails half-way.
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit low = {.rlim_cur = 100 << 10, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    const char *path = folder_path(input, "big.jsonl");
    gdx_status status = run(index, &path, 1, (gdx_batch_options){.threads = 2}, &report);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_not_equal(status, GDX_OK);
    assert_non_null(strstr(report.error.message, "cannot write"));
    assert_int_equal(count(index, "早先").documents, 1);
    assert_int_equal(count(index, "产业链").documents, 0);
    run_ok(index, path, (gdx_batch_options){.threads = 2}, &report); // and with room again it works
    assert_true(count(index, "产业链").documents > 0);
    assert_int_equal(folder_count(index, "segment-new"), 0);
    gdx_buffer_clear(&report.refusals);
    folder_remove(index);
    folder_remove(input);
}

static void assert_stopped_batch_commits_nothing(gdx_stop stop, gdx_status expected) {
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    write_commentary(input, "a.jsonl", 1 << 20, 5, 0);
    const char *path = folder_path(input, "a.jsonl");
    assert_int_equal(run(index, &path, 1, (gdx_batch_options){.threads = 2, .stop = stop}, &report), expected);
    assert_int_equal(report.error.status, expected);
    assert_int_equal(count(index, "产业链").documents, 0);
    gdx_buffer_clear(&report.refusals);
    folder_remove(index);
    folder_remove(input);
}

static void a_cancelled_batch_commits_nothing(void **state) {
    (void)state;
    atomic_bool cancelled = true;
    assert_stopped_batch_commits_nothing((gdx_stop){.cancelled = &cancelled}, GDX_CANCELLED);
}

static void a_batch_after_its_deadline_commits_nothing(void **state) {
    (void)state;
    assert_stopped_batch_commits_nothing((gdx_stop){.deadline_ns = 1}, GDX_DEADLINE);
}

static void a_path_that_does_not_exist_is_refused_and_the_others_are_indexed(void **state) {
    (void)state;
    skip_thread_sanitizer();
    char *input = folder_new();
    char *index = folder_new();
    struct report report = {0};
    folder_write_text(input, "a.txt", "产业链");
    const char *const paths[] = {"/nonexistent/folder", input};
    assert_int_equal(run(index, paths, 2, (gdx_batch_options){.threads = 2}, &report), GDX_OK);
    assert_refused(&report, "/nonexistent/folder:0: there is no such file or folder");
    assert_int_equal(report.summary.refused, 1);
    assert_int_equal(count(index, "产业链").documents, 1);
    gdx_buffer_clear(&report.refusals);
    folder_remove(input);
    folder_remove(index);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_input_gives_the_same_bytes_for_any_threads_and_memory),
        cmocka_unit_test(a_second_run_skips_what_is_unchanged_and_replaces_what_changed),
        cmocka_unit_test(of_two_records_with_one_id_the_later_wins_and_it_is_reported),
        cmocka_unit_test(what_is_bad_is_refused_with_its_place_and_the_rest_is_indexed),
        cmocka_unit_test(prune_forgets_files_that_are_gone_but_not_those_refused),
        cmocka_unit_test(prune_forgets_nothing_of_a_folder_that_is_not_listed_whole),
        cmocka_unit_test(a_hidden_folder_is_named_and_no_refusal),
        cmocka_unit_test(a_file_cut_short_is_not_indexed_in_part_behind_ten_thousand_refusals),
        cmocka_unit_test(lines_are_counted_across_slabs),
        cmocka_unit_test(a_line_too_long_is_refused_and_the_next_is_read),
        cmocka_unit_test(a_file_of_many_records_may_be_larger_than_a_document),
        cmocka_unit_test(a_full_disk_is_reported_and_the_last_commit_stands),
        cmocka_unit_test(a_cancelled_batch_commits_nothing),
        cmocka_unit_test(a_batch_after_its_deadline_commits_nothing),
        cmocka_unit_test(a_path_that_does_not_exist_is_refused_and_the_others_are_indexed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
