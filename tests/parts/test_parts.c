// SPDX-License-Identifier: Apache-2.0
// test_parts.c: however many parts a collection is built in, the index is that of a single run. Random collections of
// lines and whole files, with ids given twice, records that are refused, and small limits so that many segments arise:
// parts, published and merged into the canonical form, are byte for byte the single build that is merged so, manifest
// included; also after a night in which some of it changed.

#include "../property/random.h"
#include "../support/folder.h"
#include "../support/sanitizer.h"
#include "gdx/parts.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = WATCHES_THREADS ? 2 : 10, FILES = 7, RECORDS_MOST = 40, IDS = 60, PARTS_MOST = 7 };

static random_state source;
static uint64_t end_bytes, cut_positions;

static uint32_t below(uint32_t limit) {
    return random_below(&source, limit);
}

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s: %s", gdx_status_name(status), err->where, err->message);
}

// ---- inputs

static void append_text(gdx_buffer *to, unsigned pieces) {
    static const char *const words[] = {"产业链", "重构", "贸易", "WTO ", "治理", "关税 ", "supply ", "的",
                                        "，",     "全球", "x",    "2023", "y",    "規則",  "z",       "投资"};
    for (unsigned i = 0; i < pieces; i++) {
        const char *word = words[below(16)];
        assert_int_equal(gdx_buffer_append(to, word, strlen(word)), GDX_OK);
    }
}

static void append_record(gdx_buffer *to) {
    const char *end = below(15) ? "\"}\n" : "\n"; // some are cut short
    assert_int_equal(gdx_buffer_append_format(to, "{\"id\":\"d%u\",\"text\":\"", below(IDS)), GDX_OK);
    append_text(to, below(6) ? below(12) : below(150));
    assert_int_equal(gdx_buffer_append(to, end, strlen(end)), GDX_OK);
    if (below(20) == 0)
        assert_int_equal(gdx_buffer_append(to, "\n\n", 2), GDX_OK);
}

static void write_lines(const char *folder, const char *name) {
    gdx_buffer lines = {0};
    assert_int_equal(gdx_buffer_append_format(&lines, "{\"id\":\"%s\",\"text\":\"x\"}\n", name), GDX_OK);
    for (unsigned i = below(RECORDS_MOST); i > 0; i--)
        append_record(&lines);
    lines.bytes -= below(3) == 0; // without a newline at the end
    folder_write(folder, name, lines.data, lines.bytes);
    gdx_buffer_clear(&lines);
}

static void write_text(const char *folder, const char *name) {
    gdx_buffer text = {0};
    append_text(&text, below(4) ? 1 + below(60) : 0);
    folder_write(folder, name, text.data ? text.data : (uint8_t *)"", text.bytes);
    gdx_buffer_clear(&text);
}

// Changes about half of the files.
static void write_inputs(const char *folder, bool is_first) {
    static const char *const names[FILES] = {"a.jsonl", "b.txt", "c.jsonl", "d.txt", "e.txt", "f.jsonl", "g.txt"};
    for (unsigned i = 0; i < FILES; i++) {
        if (!is_first && below(2))
            continue;
        if (strstr(names[i], ".jsonl"))
            write_lines(folder, names[i]);
        else
            write_text(folder, names[i]);
    }
}

// ---- builds

static gdx_batch_options options_of(const char *root) {
    static const size_t memories[] = {16 << 20, 64 << 20, (size_t)1 << 30};
    gdx_batch_options options = {.threads = 1 + below(4),
                                 .memory_bytes = memories[below(3)],
                                 .base = root,
                                 .merge = true,
                                 .cuts = {.end_bytes = end_bytes}};
    if (below(2))
        options.cuts.slab_bytes = 1 + below(2 * (uint32_t)end_bytes);
    return options;
}

static void build_single(const char *root, const char *index) {
    gdx_index_writer *writer = NULL;
    gdx_batch_summary summary;
    gdx_error err = {0};
    const gdx_batch_options options = options_of(root);
    const char *path = folder_path(root, "in");
    must(gdx_index_writer_open(index, &writer, &err), &err);
    must(gdx_batch_run(writer, &path, 1, &options, &summary, &err), &err);
    gdx_index_writer_close(writer);
}

// How many documents it has.
static uint64_t build_part(const char *root, const char *path, gdx_shard shard, const char *unless) {
    const gdx_part_options options = {.shard = shard, .unless = unless, .manner = "as a test does"};
    const gdx_batch_options batch = options_of(root);
    gdx_part_build *part = NULL;
    gdx_batch_summary summary;
    gdx_error err = {0};
    bool is_first = false;
    const char *input = folder_path(root, "in");
    must(gdx_part_build_open(path, &options, &part, &err), &err);
    must(gdx_part_build_run(part, &input, 1, &batch, &summary, &err), &err);
    must(gdx_part_build_finish(part, &is_first, &err), &err);
    gdx_part_build_close(part);
    assert_true(is_first);
    return summary.documents;
}

static void canonical(const char *index) {
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    const gdx_merge_options options = {.canonical = true, .cut_positions = cut_positions};
    must(gdx_index_writer_open(index, &writer, &err), &err);
    must(gdx_index_writer_merge(writer, &options, NULL, &err), &err);
    gdx_index_writer_close(writer);
}

static void delete_some(const char *index, uint64_t seed) {
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    random_state own = {seed};
    must(gdx_index_writer_open(index, &writer, &err), &err);
    for (unsigned i = 0; i < 8; i++) {
        char id[16];
        size_t segment;
        uint32_t document;
        bool has = false;
        snprintf(id, sizeof id, "d%u", random_below(&own, IDS));
        must(gdx_snapshot_find_id(gdx_index_writer_snapshot(writer), gdx_slice_of(id), &segment, &document, &has, &err),
             &err);
        if (has)
            must(gdx_index_writer_delete(writer, segment, document, &err), &err);
    }
    must(gdx_index_writer_commit(writer, &err), &err);
    gdx_index_writer_close(writer);
}

static gdx_publish_figures publish(const char *root, const char *index, const char *prefix, uint32_t count, bool adds) {
    char names[PARTS_MOST][600];
    const char *paths[PARTS_MOST];
    gdx_publish_figures figures;
    gdx_error err = {0};
    uint32_t rotation = below(count); // in whatever order they are given
    for (uint32_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "%s/%s%u", root, prefix, (i + rotation) % count);
        paths[i] = names[i];
    }
    const gdx_publish_options options = {.adds = adds, .memory_bytes = below(2) ? 1 : 0};
    must(gdx_parts_publish(index, paths, count, &options, &figures, &err), &err);
    return figures;
}

// Of the commit: `base` is outside of it.
static uint64_t digest(const char *index) {
    unlink(folder_path(index, "base"));
    return folder_digest(index);
}

static void build_parts(const char *root, const char *prefix, uint32_t count, const char *unless) {
    for (uint32_t i = 0; i < count; i++) {
        char path[600], again[600];
        snprintf(path, sizeof path, "%s/%s%u", root, prefix, i);
        snprintf(again, sizeof again, "%s/again", root);
        build_part(root, path, (gdx_shard){i, count}, unless);
        if (below(3))
            continue;
        build_part(root, again, (gdx_shard){i, count}, unless); // with other threads and memory
        assert_int_equal(folder_digest(path), folder_digest(again));
        folder_remove(strdup(again));
    }
}

static void compare_round(const char *root) {
    char *single = strdup(folder_path(root, "single")), *published = strdup(folder_path(root, "published"));
    uint32_t count = 1 + below(PARTS_MOST), of_night = 1 + below(PARTS_MOST);
    gdx_error err = {0};
    mkdir(folder_path(root, "in"), 0755);
    write_inputs(folder_path(root, "in"), true);
    build_single(root, single);
    build_parts(root, "part-", count, NULL);
    assert_false(publish(root, published, "part-", count, false).had_everything);
    assert_true(publish(root, published, "part-", count, false).had_everything);
    must(gdx_index_verify(published, NULL, NULL, NULL, &err), &err);
    canonical(single);
    canonical(published);
    uint64_t of_single = digest(single);
    assert_int_equal(digest(published), of_single);
    assert_true(publish(root, published, "part-", count, false).had_everything); // though it was merged since
    assert_true(publish(root, published, "part-", count, true).had_everything);
    assert_int_equal(digest(published), of_single);

    uint64_t seed = random_next(&source);
    delete_some(single, seed);
    delete_some(published, seed);
    write_inputs(folder_path(root, "in"), false);
    build_single(root, single);
    build_parts(root, "night-", of_night, published);
    publish(root, published, "night-", of_night, true);
    must(gdx_index_verify(published, NULL, NULL, NULL, &err), &err);
    canonical(single);
    canonical(published);
    of_single = digest(single);
    assert_int_equal(digest(published), of_single);
    assert_true(publish(root, published, "night-", of_night, true).had_everything);
    assert_int_equal(digest(published), of_single);
    free(single);
    free(published);
}

static void any_number_of_parts_is_the_single_build(void **state) {
    (void)state;
    const char *given = getenv("GDX_SEED");
    source.state = given ? strtoull(given, NULL, 10) : gdx_now_ns();
    print_message("           GDX_SEED=%" PRIu64 "\n", source.state);
    for (unsigned round = 0; round < ROUNDS; round++) {
        char *root = folder_new();
        end_bytes = 200 + below(2000);
        cut_positions = 20 + below(600);
        compare_round(root);
        folder_remove(root);
    }
}

enum { LINES = 6, LINE_BYTES = 30 };

// Shares end at, before and after the first bytes of lines, and within them.
static void a_line_is_the_share_s_that_its_first_byte_is_in(void **state) {
    (void)state;
    skip_thread_sanitizer();
    static const uint32_t counts[] = {1, 2, 3, 5, 6, 7, 12, 60, LINES * LINE_BYTES};
    char *root = folder_new(), lines[LINES * LINE_BYTES + 1] = "", part[600];
    end_bytes = 1000;
    for (unsigned i = 0; i < LINES; i++)
        sprintf(lines + strlen(lines), "{\"id\":\"d%u\",\"text\":\"abcdefgh\"}\n", i);
    assert_int_equal(strlen(lines), LINES * LINE_BYTES);
    mkdir(folder_path(root, "in"), 0755);
    folder_write_text(folder_path(root, "in"), "a.jsonl", lines);
    snprintf(part, sizeof part, "%s/part", root);
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
        for (uint32_t i = 0; i < counts[c]; i++) {
            uint32_t all = LINES * LINE_BYTES, expected = 0;
            uint32_t begin = (all * i + counts[c] - 1) / counts[c], end = (all * (i + 1) + counts[c] - 1) / counts[c];
            for (uint32_t line = 0; line < LINES; line++)
                expected += begin <= line * LINE_BYTES && line * LINE_BYTES < end;
            assert_int_equal(build_part(root, part, (gdx_shard){i, counts[c]}, NULL), expected);
            folder_remove(strdup(part));
        }
    folder_remove(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_parts_is_the_single_build),
        cmocka_unit_test(a_line_is_the_share_s_that_its_first_byte_is_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
