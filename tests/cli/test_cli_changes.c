// SPDX-License-Identifier: Apache-2.0
// test_cli_changes.c: an index as it is kept over days: what is unchanged is skipped, what changed replaced, what is
// gone pruned or deleted; merged it answers as before, and no byte of it depends on threads or memory.

#include "program.h"

#include <unistd.h>

struct changes {
    int64_t added, replaced, unchanged, deleted, refused;
};

static void expect_changes(const struct said *said, struct changes expected) {
    expect_status(said, expected.refused ? 3 : 0);
    json_t *summary = json_of_line(said, line_count(said) - 1);
    assert_int_equal(integer_of(summary, "added"), expected.added);
    assert_int_equal(integer_of(summary, "replaced"), expected.replaced);
    assert_int_equal(integer_of(summary, "unchanged"), expected.unchanged);
    assert_int_equal(integer_of(summary, "deleted"), expected.deleted);
    assert_int_equal(integer_of(summary, "refused"), expected.refused);
    assert_int_equal(integer_of(summary, "documents"), expected.added + expected.replaced);
    json_decref(summary);
}

static int64_t count(const struct place *place, const char *query, const char *what) {
    struct said said = run(place, "count", "--json", "--", query, NULL);
    expect_status(&said, 0);
    json_t *line = json_of_line(&said, 0);
    int64_t found = integer_of(line, what);
    json_decref(line);
    said_clear(&said);
    return found;
}

static void a_second_run_does_only_what_has_changed(void **state) {
    struct place *place = *state;
    static const char *const first = "{\"id\":\"a\",\"text\":\"产业链\"}\n{\"id\":\"b\",\"text\":\"供应链\"}\n";
    struct said said = run_with_input(place, first, "index", "--json", "-", NULL);
    expect_changes(&said, (struct changes){.added = 2});
    said_clear(&said);
    said = run_with_input(place, first, "index", "--json", "-", NULL);
    expect_changes(&said, (struct changes){.unchanged = 2});
    said_clear(&said);
    said = run_with_input(place, "{\"id\":\"b\",\"text\":\"价值链\"}\n{\"id\":\"c\",\"text\":\"产业链\"}\n", "index",
                          "--json", "-", NULL);
    expect_changes(&said, (struct changes){.added = 1, .replaced = 1});
    said_clear(&said);
    assert_int_equal(count(place, "供应链", "documents"), 0);
    assert_int_equal(count(place, "价值链", "documents"), 1);
    assert_int_equal(count(place, "产业链", "documents"), 2);
}

static void prune_deletes_what_is_gone_from_the_folder(void **state) {
    struct place *place = *state;
    char path[PATH_BYTES], folder[PATH_BYTES], other[PATH_BYTES];
    struct said said = run_shell(place, "mkdir -p \"${INDEX%/*}/news\" \"${INDEX%/*}/blog\"");
    expect_status(&said, 0);
    said_clear(&said);
    place_path(place, "news", folder);
    place_path(place, "blog", other);
    place_write(place, "news/stays.txt", "关税", path);
    place_write(place, "blog/elsewhere.txt", "关税", path);
    place_write(place, "news/goes.txt", "关税", path);
    said = run(place, "index", "--json", folder, other, NULL);
    expect_changes(&said, (struct changes){.added = 3});
    said_clear(&said);
    assert_int_equal(unlink(path), 0);
    said = run(place, "index", "--json", folder, NULL);
    expect_changes(&said, (struct changes){.unchanged = 1});
    said_clear(&said);
    said = run(place, "index", "--json", "--prune", folder, NULL);
    expect_changes(&said, (struct changes){.unchanged = 1, .deleted = 1});
    said_clear(&said);
    assert_int_equal(count(place, "关税", "documents"), 2);
}

static void entries_of_an_archive_lie_below_it_and_damage_is_no_reason_to_forget_them(void **state) {
    struct place *place = *state;
    char folder[PATH_BYTES];
    struct said said =
        run_shell(place, "mkdir -p \"${INDEX%/*}/in/t\" && cd \"${INDEX%/*}/in/t\" && echo 关税 > a.txt && "
                         "echo 关税 > b.txt && tar czf ../one.tar.gz ./a.txt ./b.txt && "
                         "tar cf ../two.tar a.txt && cd .. && rm -r t");
    expect_status(&said, 0);
    said_clear(&said);
    place_path(place, "in", folder);
    said = run(place, "index", "--json", "--base", folder, folder, NULL);
    expect_changes(&said, (struct changes){.added = 3});
    said_clear(&said);
    assert_int_equal(count(place, "id:one.tar.gz/a.txt", "documents"), 1);
    assert_int_equal(count(place, "id:two.tar/a.txt", "documents"), 1);
    said = run_shell(place, "cd \"${INDEX%/*}/in\" && truncate -s 20 one.tar.gz && rm two.tar");
    expect_status(&said, 0);
    said_clear(&said);
    said = run(place, "index", "--json", "--prune", folder, NULL);
    expect_changes(&said, (struct changes){.deleted = 1, .refused = 1});
    said_clear(&said);
    assert_int_equal(count(place, "id:one.tar.gz/*", "documents"), 2);
}

static void delete_removes_by_id_and_reports_missing_ids(void **state) {
    struct place *place = *state;
    struct said said = run(place, "index", "--base", GDX_EXAMPLES, GDX_EXAMPLES, NULL);
    expect_status(&said, 0);
    said_clear(&said);
    int64_t before = count(place, "产业链", "documents");
    said = run(place, "delete", "--json", "article.txt", "no such id", NULL);
    expect_status(&said, 1);
    json_t *answer = json_of_line(&said, 0);
    assert_int_equal(integer_of(answer, "documents"), 1);
    assert_int_equal(integer_of(answer, "missing"), 1);
    assert_int_equal(integer_of(answer, "commit"), 2);
    json_decref(answer);
    said_clear(&said);
    assert_int_equal(count(place, "产业链", "documents"), before - 1);
    said = run(place, "get", "article.txt", NULL);
    expect_status(&said, 1);
    said_clear(&said);
    said = run_with_input(place, "README.md\n", "delete", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    said = run(place, "merge", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    said = run(place, "verify", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    assert_int_equal(count(place, "产业链", "documents"), before - 2);
}

// ---- commentary in several runs, so that there are several segments

static void write_commentary(const struct place *place, const char *name, unsigned from, unsigned to,
                             char path[PATH_BYTES]) {
    static const char *const words[] = {"产业链", "关税", "WTO ",          "友岸外包", "全球",
                                        "。",     "\\n",  "supply chain ", "的",       "协定"};
    gdx_buffer lines = {0};
    uint32_t random = from + 1;
    for (unsigned i = from; i < to; i++) {
        assert_int_equal(gdx_buffer_append_format(&lines, "{\"id\":\"d%05u\",\"date\":\"20%02u-%02u\",\"text\":\"", i,
                                                  10 + i % 14, 1 + i % 12),
                         GDX_OK);
        for (unsigned word = 0; word < 20 + i % 200; word++) {
            random = random * 1664525u + 1013904223u;
            const char *piece = words[(random >> 16) % (sizeof words / sizeof words[0])];
            assert_int_equal(gdx_buffer_append(&lines, piece, strlen(piece)), GDX_OK);
        }
        assert_int_equal(gdx_buffer_append(&lines, "\"}\n", 3), GDX_OK);
    }
    assert_int_equal(gdx_buffer_append(&lines, "", 1), GDX_OK);
    place_write(place, name, (const char *)lines.data, path);
    gdx_buffer_clear(&lines);
}

// Answers to some queries of every kind, without the time they took.
static struct said ask_many(const struct place *place) {
    struct said said =
        run_shell(place, "for command in count trend 'search --limit 50' 'search --order newest'; do\n"
                         "  printf '%s\\n' 产业链 '\"WTO 产业链\"' '友岸外包 NEAR/5 关税' '全球 NOT 协定' 'suppl*' "
                         "'的 date:2012..2014' |\n"
                         "    \"$GRAMDEX\" $command --index \"$INDEX\" --queries -\n"
                         "done | sed 's/\"took_us\":[0-9]*//; s/\"commit\":[0-9]*//'");
    expect_status(&said, 0);
    assert_int_equal(line_count(&said), 24);
    return said;
}

static void answers_are_the_same_before_and_after_a_merge(void **state) {
    struct place *place = *state;
    for (unsigned i = 0; i < 4; i++) {
        char path[PATH_BYTES];
        write_commentary(place, "part.jsonl", i * 150, i * 150 + 200, path); // a quarter is written twice
        struct said said = run(place, "index", "--no-merge", path, NULL);
        expect_status(&said, 0);
        said_clear(&said);
    }
    struct said before = ask_many(place);
    struct said said = run(place, "merge", "--json", NULL);
    expect_status(&said, 0);
    json_t *merged = json_of_line(&said, 0);
    assert_int_equal(integer_of(merged, "segments"), 1);
    assert_true(integer_of(merged, "merged") >= 4);
    json_decref(merged);
    said_clear(&said);
    struct said after = ask_many(place);
    assert_string_equal(said_out(&before), said_out(&after));
    assert_null(strstr(said_out(&before), "error"));
    said_clear(&before);
    said_clear(&after);
    said = run(place, "verify", "--json", NULL);
    expect_status(&said, 0);
    json_t *sound = json_of_line(&said, 0);
    assert_true(json_is_true(json_object_get(sound, "sound")));
    json_decref(sound);
    said_clear(&said);
}

static void threads_and_memory_do_not_change_a_byte_of_the_index(void **state) {
    struct place *place = *state;
    char path[PATH_BYTES];
    write_commentary(place, "all.jsonl", 0, 6000, path);
    struct said said = run_shell(
        place, "cd \"${INDEX%/*}\"\n"
               "for options in '--threads 1' '--threads 2' '--threads 8' '--memory 16M' '--threads 2 --memory 48M' "
               "'--threads 8 --memory 200M --no-merge'; do\n"
               "  rm -rf other\n"
               "  \"$GRAMDEX\" index --index other $options all.jsonl >&2 || exit 1\n"
               "  test -d \"$INDEX\" || cp -r other \"$INDEX\"\n"
               "  diff -r other \"$INDEX\" || { echo \"$options\"; exit 1; }\n"
               "done");
    expect_status(&said, 0);
    said_clear(&said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_second_run_does_only_what_has_changed, place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(prune_deletes_what_is_gone_from_the_folder, place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(entries_of_an_archive_lie_below_it_and_damage_is_no_reason_to_forget_them,
                                        place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(delete_removes_by_id_and_reports_missing_ids, place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(answers_are_the_same_before_and_after_a_merge, place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(threads_and_memory_do_not_change_a_byte_of_the_index, place_set_up,
                                        place_tear_down),
    };
    return cmocka_run_group_tests_name("cli: changes", tests, NULL, NULL);
}
