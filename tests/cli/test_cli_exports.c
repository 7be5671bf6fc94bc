// SPDX-License-Identifier: Apache-2.0
// test_cli_exports.c: --format of the commands that print rows without computing a statistic: hits, occurrences,
// counts, words, parts. What breaks off says so in its last line.

#include "program.h"

static const char records[] =
    "{\"id\":\"1\",\"title\":\"=1+1\",\"source\":\"a\\tb\",\"date\":\"2020\",\"text\":\"他说：\\\"产业链\\\"，WTO。\"}\n"
    "{\"id\":\"-2\",\"text\":\"产业链与产业链。WTO WTO\"}\n";

static int index_records(void **state) {
    static struct place place;
    place_make_indexed(&place, records);
    *state = &place;
    return 0;
}

static void expect_rows(struct said said, const char *expected) {
    expect_status(&said, 0);
    assert_string_equal(said_out(&said), expected);
    said_clear(&said);
}

static void occurrences_are_rows(void **state) {
    expect_rows(run(*state, "search", "--all", "--format", "csv", "--snippet", "2", "产业链", NULL),
                "id,title,date,source,field,part,begin,end,place,before,matched,after,bridged\n"
                "\"1\",\"'=1+1\",\"2020\",\"a\tb\",\"text\",0,10,19,\"\",\"：\"\"\",\"产业链\",\"\"\"，\",0\n"
                "\"'-2\",\"\",\"\",\"\",\"text\",0,0,9,\"\",\"\",\"产业链\",\"与产\",0\n"
                "\"'-2\",\"\",\"\",\"\",\"text\",0,12,21,\"\",\"链与\",\"产业链\",\"。WTO\",0\n");
    expect_rows(
        run(*state, "search", "--all", "--format", "tsv", "--bom", "--snippet", "0", "--limit", "1", "产业链", NULL),
        "\xef\xbb\xbf"
        "id\ttitle\tdate\tsource\tfield\tpart\tbegin\tend\tplace\tbefore\tmatched\tafter\tbridged\n"
        "1\t'=1+1\t2020\ta b\ttext\t0\t10\t19\t\t\t产业链\t\t0\n");
    expect_rows(run(*state, "search", "--all", "--format", "csv", "没有的词", NULL),
                "id,title,date,source,field,part,begin,end,place,before,matched,after,bridged\n");
}

static void hits_are_rows(void **state) {
    expect_rows(
        run(*state, "search", "--format", "csv", "--order", "id", "--snippet", "4", "--offset", "1",
            "date:..2024 OR 产业链", NULL),
        "rank,id,title,date,source,score,occurrences,bridged,field,place,snippet\n"
        "2,\"1\",\"'=1+1\",\"2020\",\"a\tb\",0.16853253149,1,0,\"text\",\"\",\"他说：\"\"**产业链**\"\"，WTO。\"\n");
}

static void counts_words_and_parts_are_rows(void **state) {
    expect_rows(run(*state, "count", "--format", "csv", "产业链", NULL),
                "query,documents,occurrences,bridged_occurrences\n\"产业链\",2,3,0\n");
    expect_rows(run(*state, "suggest", "--format", "tsv", "wt", NULL), "word\toccurrences\nwto\t3\n");
    struct said said = run(*state, "stat", "--format", "csv", NULL);
    expect_status(&said, 0);
    assert_int_equal(strncmp(said_out(&said), "part,bytes,of_index,of_text\n\"", 28), 0);
    expect_in(said_out(&said), "\n\"postings\",");
    said_clear(&said);
}

static void a_file_of_queries_is_one_table(void **state) {
    expect_rows(
        run_with_input(*state, "产业链\n# a comment\n=WTO\n", "count", "--queries", "-", "--format", "csv", NULL),
        "query,documents,occurrences,bridged_occurrences\n\"产业链\",2,3,0\n\"'=WTO\",0,0,0\n");
    struct said said = run_with_input(*state, "产业链\n(\nWTO\n", "count", "--queries", "-", "--format", "csv", NULL);
    expect_status(&said, 1);
    assert_string_equal(said_out(&said), "query,documents,occurrences,bridged_occurrences\n\"产业链\",2,3,0\n"
                                         "\"WTO\",2,3,0\n# incomplete: a query failed\n");
    expect_in(said_err(&said), "expected a word");
    said_clear(&said);
}

// Names and values of JSON Lines are those of --json, times aside.
static void jsonl_is_json(void **state) {
    static const char *const commands[][2] = {
        {"count", "产业链"}, {"facets", "产业链"}, {"suggest", "wt"}, {"stat", NULL}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct said jsonl = run(*state, commands[i][0], "--format", "jsonl", commands[i][1], NULL);
        struct said json = run(*state, commands[i][0], "--json", commands[i][1], NULL);
        json_t *lines[] = {json_of_line(&jsonl, 0), json_of_line(&json, 0)};
        for (size_t j = 0; j < 2; j++)
            json_object_del(json_object_get(lines[j], "answer"), "took_us");
        assert_true(json_equal(lines[0], lines[1]));
        json_decref(lines[0]);
        json_decref(lines[1]);
        said_clear(&jsonl);
        said_clear(&json);
    }
    struct said said = run(*state, "search", "--format", "jsonl", "--bom", "产业链", NULL);
    expect_status(&said, 2);
    expect_in(said_err(&said), "--bom goes with --format csv or tsv");
    said_clear(&said);
    said = run(*state, "search", "--format", "csv", "--queries", "/dev/null", NULL);
    expect_status(&said, 2);
    expect_in(said_err(&said), "either --format or JSON");
    said_clear(&said);
}

// ---- what breaks off

enum { DOCUMENTS = 300, AROUND = 1000, DAMAGED_BYTE = 600000 };

static void add_noise(gdx_buffer *to, uint32_t *seed) {
    for (unsigned i = 0; i < AROUND; i++) {
        *seed = *seed * 1664525 + 1013904223;
        unsigned code = 0x4e00 + (*seed >> 8) % 0x5000;
        char bytes[] = {(char)(0xe0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3f)), (char)(0x80 | (code & 0x3f))};
        assert_int_equal(gdx_buffer_append(to, bytes, sizeof bytes), GDX_OK);
    }
}

// Two segments of text that no code makes small, so that most of each is stored text.
static void index_noise(const struct place *place) {
    uint32_t seed = 1;
    for (unsigned segment = 0; segment < 2; segment++) {
        gdx_buffer lines = {0};
        for (unsigned i = 0; i < DOCUMENTS; i++) {
            assert_int_equal(gdx_buffer_append_format(&lines, "{\"id\":\"%u-%u\",\"text\":\"", segment, i), GDX_OK);
            add_noise(&lines, &seed);
            assert_int_equal(gdx_buffer_append_format(&lines, "产业链"), GDX_OK);
            add_noise(&lines, &seed);
            assert_int_equal(gdx_buffer_append_format(&lines, "\"}\n"), GDX_OK);
        }
        struct said said = run_with_input(place, (const char *)lines.data, "index", "--no-merge", "-", NULL);
        expect_status(&said, 0);
        said_clear(&said);
        gdx_buffer_clear(&lines);
    }
}

static void damage_halfway_is_said_in_the_last_line(void **state) {
    const struct place *place = *state;
    unsigned broken_off = 0;
    char line[PATH_BYTES];
    index_noise(place);
    for (unsigned number = 1; number <= 2; number++) {
        snprintf(line, sizeof line,
                 "cd \"$INDEX\"; file=$(ls segment-* | sed -n %up); cp $file ../whole; "
                 "printf '\\377\\377\\377\\377' | dd of=$file bs=1 seek=%u conv=notrunc 2>/dev/null",
                 number, DAMAGED_BYTE);
        expect_shell(place, line, 0, "");
        struct said said = run(place, "search", "--all", "--format", "csv", "--snippet", "1", "产业链", NULL);
        expect_status(&said, 1);
        const char *end = strstr(said_out(&said), "\n# incomplete: ");
        assert_true(end ? strchr(end + 1, '\n')[1] == 0 : said.out.bytes == 0);
        broken_off += end && line_count(&said) > DOCUMENTS / 2;
        said_clear(&said);
        snprintf(line, sizeof line, "cd \"$INDEX\"; cp ../whole $(ls segment-* | sed -n %up)", number);
        expect_shell(place, line, 0, "");
    }
    assert_true(broken_off > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(occurrences_are_rows),
        cmocka_unit_test(hits_are_rows),
        cmocka_unit_test(counts_words_and_parts_are_rows),
        cmocka_unit_test(a_file_of_queries_is_one_table),
        cmocka_unit_test(jsonl_is_json),
        cmocka_unit_test_setup_teardown(damage_halfway_is_said_in_the_last_line, place_set_up, place_tear_down),
    };
    return cmocka_run_group_tests_name("cli: exports", tests, index_records, place_tear_down);
}
