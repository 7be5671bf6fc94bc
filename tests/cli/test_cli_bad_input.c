// SPDX-License-Identifier: Apache-2.0
// test_cli_bad_input.c: what is wrong with the inputs is reported with its place, and the rest is indexed and
// committed. Each row of the tables is one input, the words that must be said of it, and what of it is in the index
// afterwards.

#include "program.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/stat.h>

static int64_t documents(const struct place *place, const char *query) {
    struct said said = run(place, "count", "--json", "--", query, NULL);
    expect_status(&said, 0);
    json_t *line = json_of_line(&said, 0);
    int64_t found = integer_of(line, "documents");
    json_decref(line);
    said_clear(&said);
    return found;
}

static void expect_sound(const struct place *place) {
    struct said said = run(place, "verify", NULL);
    expect_status(&said, 0);
    said_clear(&said);
}

static void shell(const struct place *place, const char *line) {
    struct said said = run_shell(place, line);
    expect_status(&said, 0);
    said_clear(&said);
}

// ---- lines

#define FIFTY "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define THOUSAND                                                                                                       \
    FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY  \
        FIFTY

static const struct bad_line {
    const char *line;
    const char *words;
} bad_lines[] = {
    {"{\"id\":\"cut\",\"text\":\"\xe4\xba", "not JSON: premature end of input"},
    {"[1,2]", "an array, expected a JSON object"},
    {"\"text\"", "a string, expected a JSON object"},
    {"no JSON at all", "column 2: not JSON"},
    {"{\"id\":\"t\",\"text\":7}", "text: an integer, expected a string"},
    {"{\"id\":\"t\",\"text\":\"x\",\"title\":[\"a\"]}", "title: an array, expected a string"},
    {"{\"id\":true,\"text\":\"x\"}", "id: true, expected a string or an integer"},
    {"{\"id\":\"t\"}", "text: missing, expected a string"},
    {"{\"text\":\"x\"}", "id: missing, expected a string or an integer"},
    {"{\"id\":\"\",\"text\":\"x\"}", "id: 0 bytes, expected 1 to 1024"},
    {"{\"id\":\"" THOUSAND FIFTY "\",\"text\":\"x\"}", "id: 1050 bytes, expected 1 to 1024"},
    {"{\"id\":\"a\\nb\",\"text\":\"x\"}", "id: control character U+000A at byte 1"},
    {"{\"id\":\"t\",\"text\":\"x\",\"text\":\"y\"}", "duplicate object key"},
    {"{\"id\":\"t\",\"text\":\"x\"} and more", "not JSON: end of file expected"},
};
enum { BAD_LINE_COUNT = sizeof bad_lines / sizeof bad_lines[0] };

static void each_bad_line_is_reported_with_its_number_and_the_good_ones_are_indexed(void **state) {
    struct place *place = *state;
    gdx_buffer lines = {0};
    for (size_t i = 0; i < BAD_LINE_COUNT; i++)
        assert_int_equal(
            gdx_buffer_append_format(&lines, "{\"id\":\"good%zu\",\"text\":\"关税\"}\n%s\n", i, bad_lines[i].line),
            GDX_OK);
    assert_int_equal(gdx_buffer_append(&lines, "", 1), GDX_OK);
    struct said said = run_with_input(place, (const char *)lines.data, "index", "--json", "-", NULL);
    expect_status(&said, 3);
    assert_int_equal(line_count(&said), BAD_LINE_COUNT + 1);
    for (size_t i = 0; i < BAD_LINE_COUNT; i++) {
        json_t *refusal = json_of_line(&said, i);
        assert_string_equal(string_of(refusal, "path"), "-");
        assert_int_equal(integer_of(refusal, "line"), 2 * i + 2);
        expect_in(string_of(refusal, "reason"), bad_lines[i].words);
        assert_true(json_is_false(json_object_get(refusal, "indexed")));
        json_decref(refusal);
    }
    said_clear(&said);
    assert_int_equal(documents(place, "关税"), BAD_LINE_COUNT);
    assert_int_equal(documents(place, "id:*"), BAD_LINE_COUNT);
    expect_sound(place);
    gdx_buffer_clear(&lines);
}

static void a_strict_run_stops_at_a_bad_line_and_changes_nothing(void **state) {
    struct place *place = *state;
    struct said said = run_with_input(place, "{\"id\":\"before\",\"text\":\"关税\"}\n", "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    for (size_t i = 0; i < BAD_LINE_COUNT; i += 4) { // no JSON, a value, a key that is missing, one that is there twice
        gdx_buffer lines = {0};
        assert_int_equal(
            gdx_buffer_append_format(&lines, "{\"id\":\"new\",\"text\":\"关税\"}\n%s\n", bad_lines[i].line), GDX_OK);
        assert_int_equal(gdx_buffer_append(&lines, "", 1), GDX_OK);
        said = run_with_input(place, (const char *)lines.data, "index", "--strict", "-", NULL);
        assert_int_not_equal(said.exit_status, 0);
        expect_in(said_err(&said), "gramdex index: -: byte 29: ");
        expect_in(said_err(&said), bad_lines[i].words);
        said_clear(&said);
        gdx_buffer_clear(&lines);
    }
    assert_int_equal(documents(place, "关税"), 1);
    expect_sound(place);
}

static void unusual_lines_that_are_right_are_indexed(void **state) {
    struct place *place = *state;
    struct said said = run_with_input(place,
                                      "\xef\xbb\xbf{\"id\":\"mark\",\"text\":\"关税\"}\n"
                                      "\n  \r\n"
                                      "{\"id\":7,\"text\":\"关税\"}\r\n"
                                      "{\"id\":\"nul\",\"text\":\"a\\u0000关税\"}\n"
                                      "{\"id\":\"pair\",\"text\":\"\\ud83d\\ude00关税\"}\n"
                                      "{\"id\":\"bad bytes\",\"text\":\"\xff关\xfe税\"}\n"
                                      "{\"id\":\"empty\",\"text\":\"\"}\n"
                                      "{\"id\":\"last\",\"title\":null,\"date\":2023,\"text\":\"关税\"}",
                                      "index", "--json", "-", NULL);
    expect_status(&said, 0);
    json_t *warning = json_of_line(&said, 0);
    assert_int_equal(integer_of(warning, "line"), 7);
    expect_in(string_of(warning, "reason"), "bytes that do not decode: 2 became U+FFFD");
    json_decref(warning);
    json_t *summary = json_of_line(&said, 1);
    assert_int_equal(integer_of(summary, "added"), 7);
    assert_int_equal(integer_of(summary, "mended"), 1);
    assert_int_equal(integer_of(summary, "replaced_bytes"), 2);
    json_decref(summary);
    said_clear(&said);
    assert_int_equal(documents(place, "关税"), 5); // U+FFFD parts it in one, one is empty
    said = run_shell(place, "\"$GRAMDEX\" get --index \"$INDEX\" nul | od -An -tx1 | tr -d ' \\n'");
    assert_string_equal(said_out(&said), "6100e585b3e7a88e");
    said_clear(&said);
}

static void of_one_id_in_a_batch_the_last_record_counts_and_the_others_are_reported(void **state) {
    struct place *place = *state;
    struct said said = run_with_input(place, "{\"id\":\"dup\",\"text\":\"零\"}\n", "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    // so much between them that they come to lie in different slabs and segments
    said = run_shell(place, "{ echo '{\"id\":\"dup\",\"text\":\"一\"}'\n"
                            "  text=关税$(printf ' 产业链%.0s' $(seq 40))\n"
                            "  seq 15000 | sed \"s/.*/{\\\"id\\\":\\\"d&\\\",\\\"text\\\":\\\"$text &\\\"}/\"\n"
                            "  echo '{\"id\":\"dup\",\"text\":\"二\"}'; } |\n"
                            "\"$GRAMDEX\" index --index \"$INDEX\" --memory 16M --json -");
    expect_status(&said, 0);
    json_t *note = json_of_line(&said, 0);
    expect_in(string_of(note, "reason"), "id \"dup\" is given more than once in this batch: the last one counts");
    json_t *summary = json_of_line(&said, 1);
    assert_int_equal(integer_of(summary, "duplicates"), 1);
    assert_int_equal(integer_of(summary, "replaced"), 1);
    assert_int_equal(integer_of(summary, "added"), 15000);
    json_decref(note);
    json_decref(summary);
    said_clear(&said);
    said = run(place, "get", "dup", NULL);
    assert_string_equal(said_out(&said), "二");
    said_clear(&said);
    assert_int_equal(documents(place, "关税"), 15000);
}

static void nesting_without_end_is_refused(void **state) {
    struct place *place = *state;
    struct said said = run_shell(place, "{ printf '{\"id\":\"deep\",\"text\":\"x\",\"more\":'\n"
                                        "  head -c 1000000 /dev/zero | tr '\\0' '['; echo\n"
                                        "  echo '{\"id\":\"good\",\"text\":\"关税\"}'; } |\n"
                                        "\"$GRAMDEX\" index --index \"$INDEX\" -");
    expect_status(&said, 3);
    expect_in(said_err(&said), "-:1: column ");
    expect_in(said_err(&said), "maximum parsing depth reached");
    said_clear(&said);
    assert_int_equal(documents(place, "关税"), 1);
}

static void a_line_over_the_limit_is_refused_and_the_next_is_read(void **state) {
    struct place *place = *state;
    struct said said = run_shell(place, "{ printf '{\"id\":\"long\",\"text\":\"'\n"
                                        "  head -c 70000000 /dev/zero | tr '\\0' 'x'; echo '\"}'\n"
                                        "  echo '{\"id\":\"good\",\"text\":\"关税\"}'; } |\n"
                                        "\"$GRAMDEX\" index --index \"$INDEX\" --memory 64M -");
    expect_status(&said, 3);
    expect_in(said_err(&said), "-: a line of over ");
    expect_in(said_err(&said), "--document-limit");
    said_clear(&said);
    assert_int_equal(documents(place, "关税"), 1);
}

// ---- files

static void bad_files_of_a_folder_are_reported_and_the_rest_is_indexed(void **state) {
    struct place *place = *state;
    shell(
        place,
        "mkdir -p \"${INDEX%/*}/in/loop\" && cd \"${INDEX%/*}/in\" && ln -s .. loop/up && ln -s nothing dangling.txt\n"
        "echo 关税 > good.txt; : > empty.txt; printf ' \\n\\t' > white.txt; : > empty.html\n"
        "mkfifo pipe.txt; truncate -s 3G sparse.txt; printf 'a\\000b\\000\\001' > binary.txt\n"
        "printf '\\211PNG' > photo.png; printf '关税\\377\\376' > bytes.txt\n"
        "echo '<html><head><title>关税</title></head></html>' > no-body.html\n"
        "printf 关税 > \"$(printf 'name\\377.txt')\"; printf 关税 > \"$(printf 'line\\nbreak.txt')\"\n"
        "echo no gzip > not.jsonl.gz; echo no zip > not.zip\n"
        "seq 20000 | sed 's/.*/{\"id\":\"z&\",\"text\":\"税 &\"}/' | gzip | head -c 30000 > cut.jsonl.gz\n"
        "ln -s /dev/zero device.txt");
    char folder[PATH_BYTES];
    struct said said = run(place, "index", "--verbose", "--base", place_path(place, "in", folder), folder, NULL);
    expect_status(&said, 3);
    static const char *const words[] = {
        "loop/up: a loop: this folder is one of those that lead to it",
        "dangling.txt: a symbolic link to nothing",
        "/empty.txt: empty: ",
        "white.txt: empty: ",
        "empty.html: empty: ",
        "pipe.txt: not a regular file",
        "device.txt: not a regular file",
        "sparse.txt: a file of 3221225472 bytes, at most 67108864 are taken",
        "binary.txt: binary: U+0000 at byte 1",
        "photo.png: not a kind of file that holds text",
        "not.jsonl.gz: starts like no archive and like no compressed file that is read",
        "not.zip: starts like no archive",
        "cut.jsonl.gz: entry 1: byte ",
        ": gzip member at byte 0: cut short",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        expect_in(said_err(&said), words[i]);
    expect_in(said_out(&said), "1 document with bytes that do not decode: 2 became U+FFFD");
    said_clear(&said);
    assert_int_equal(documents(place, "关税"), 5); // good, bytes, no-body and the two of unusual names
    assert_int_equal(documents(place, "id:name%FF.txt"), 1);
    assert_int_equal(documents(place, "id:line%0Abreak.txt"), 1);
    assert_true(documents(place, "税 NOT 关税") > 1000); // what came before the damage
    expect_sound(place);
}

static void a_file_that_may_not_be_read_is_reported(void **state) {
    struct place *place = *state;
    shell(place, "cd \"${INDEX%/*}\" && cp \"$GRAMDEX\" program && mkdir in && echo 关税 > in/good.txt\n"
                 "echo 秘密 > in/secret.txt && chmod 0 in/secret.txt");
    // chmod does not stop root: change to another user then, who owns the folder
    struct said said =
        run_shell(place, "cd \"${INDEX%/*}\" && as=\n"
                         "if [ \"$(id -u)\" = 0 ]; then\n"
                         "  chown -R 65534:65534 . && as='setpriv --reuid 65534 --regid 65534 --clear-groups'\n"
                         "fi\n"
                         "$as ./program index --index \"$INDEX\" in");
    expect_status(&said, 3);
    expect_in(said_err(&said), "secret.txt: cannot be opened: Permission denied");
    said_clear(&said);
    assert_int_equal(documents(place, "关税"), 1);
}

static void write_zip(const char *path, const char *const *names, size_t count) {
    struct archive *zip = archive_write_new();
    assert_int_equal(archive_write_set_format_zip(zip), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(zip, path), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, names[i]);
        archive_entry_set_size(entry, 6);
        archive_entry_set_filetype(entry, AE_IFREG);
        assert_int_equal(archive_write_header(zip, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(zip, "关税", 6), 6);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(zip), ARCHIVE_OK);
    archive_write_free(zip);
}

static void an_entry_that_climbs_out_of_its_archive_is_a_document_and_no_path(void **state) {
    struct place *place = *state;
    static const char *const names[] = {"../../climbs.txt", "/etc/absolute.txt", "inside/good.txt"};
    char path[PATH_BYTES];
    write_zip(place_path(place, "climb.zip", path), names, 3);
    struct said said = run(place, "index", path, NULL);
    expect_status(&said, 0);
    said_clear(&said);
    assert_int_equal(documents(place, "关税"), 3);
    char id[PATH_BYTES + 32];
    snprintf(id, sizeof id, "%s/../../climbs.txt", path);
    said = run(place, "get", id, NULL);
    expect_status(&said, 0);
    assert_string_equal(said_out(&said), "关税");
    said_clear(&said);
}

static void an_archive_cut_short_gives_what_is_whole(void **state) {
    struct place *place = *state;
    shell(
        place,
        "mkdir \"${INDEX%/*}\"/t && cd \"${INDEX%/*}/t\" && for i in 1 2 3 4; do { echo 关税; seq 2000; } > t$i.txt; done\n"
        "tar -cf ../whole.tar t1.txt t2.txt t3.txt t4.txt && head -c 25000 ../whole.tar > ../cut.tar");
    char path[PATH_BYTES];
    struct said said = run(place, "index", place_path(place, "cut.tar", path), NULL);
    expect_status(&said, 3);
    expect_in(said_err(&said), "cut.tar:t3.txt: entry 3: ");
    expect_in(said_err(&said), "Truncated tar archive");
    said_clear(&said);
    assert_int_equal(documents(place, "关税"), 2);
}

// ---- sizes

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { HAS_SANITIZER = 1 };
#define LINES_OF_LARGE "545454" // 12 MB: a sanitizer takes half a minute for 60
#else
enum { HAS_SANITIZER = 0 };
#define LINES_OF_LARGE "2727272" // 60 MB, just below the limit of a document
#endif

static void a_document_as_large_as_they_may_be_is_indexed_and_given_back(void **state) {
    struct place *place = *state;
    shell(place,
          "cd \"${INDEX%/*}\" && { yes 全球产业链重构 | head -n " LINES_OF_LARGE "; echo 友岸外包; } > large.txt &&\n"
          "\"$GRAMDEX\" index --index \"$INDEX\" --threads 1 --memory 2G large.txt &&\n"
          "\"$GRAMDEX\" get --index \"$INDEX\" large.txt | cmp - large.txt");
    assert_int_equal(documents(place, "友岸外包"), 1);
}

static void a_full_disk_is_reported_and_the_last_commit_stays(void **state) {
    struct place *place = *state;
    struct said said = run_with_input(place, "{\"id\":\"a\",\"text\":\"关税\"}\n", "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    said = run_shell(place, "seq 20000 | sed 's/.*/{\"id\":\"d&\",\"text\":\"产业链 &\"}/' > \"${INDEX%/*}\"/in.jsonl\n"
                            "ulimit -f 64; \"$GRAMDEX\" index --index \"$INDEX\" \"${INDEX%/*}\"/in.jsonl");
    expect_status(&said, 1);
    expect_in(said_err(&said), "cannot write");
    expect_in(said_err(&said), "File too large");
    said_clear(&said);
    assert_int_equal(documents(place, "id:*"), 1);
    expect_sound(place);
    shell(place, "test $(ls \"$INDEX\" | grep -c segment) -eq 1"); // nothing half-written is left
}

static void memory_stays_within_the_budget_and_a_fifth(void **state) {
    struct place *place = *state;
    if (HAS_SANITIZER)
        skip(); // it has memory of its own
    shell(
        place,
        "awk 'BEGIN { srand(1)\n"
        "  count = split(\"全球 产业 链 重构 贸易 治理 体系 变革 关税 美国 欧盟 日本 东盟 区域 合作 协定 规则 标准 投资 市场 \" \\\n"
        "    \"企业 政府 技术 创新 数字 绿色 低碳 能源 安全 韧性 风险 冲击 竞争 优势 布局 转移 回流 近岸 友岸 外包\", word, \" \")\n"
        "  for (i = 0; i < 3000; i++) for (j = 0; j < 25; j++) sentence[i] = sentence[i] word[1 + int(rand() * count)]\n"
        "  for (i = 0; i < 120000; i++) {\n"
        "    text = \"\"; for (j = 0; j < 4; j++) text = text sentence[int(rand() * 3000)] \"。\"\n"
        "    print \"{\\\"id\\\":\\\"d\" i \"\\\",\\\"text\\\":\\\"\" text i \"\\\"}\" } }' > \"${INDEX%/*}\"/in.jsonl");
    char path[PATH_BYTES];
    struct stat info;
    assert_int_equal(stat(place_path(place, "in.jsonl", path), &info), 0);
    assert_true(info.st_size > 64 << 20);
    struct said said =
        run_shell(place, "\"$GRAMDEX\" index --index \"$INDEX\" --threads 2 --memory 64M "
                         "\"${INDEX%/*}\"/in.jsonl & child=$!\n"
                         "while kill -0 $child 2>/dev/null; do\n"
                         "  grep VmHWM /proc/$child/status 2>/dev/null || true; sleep 0.01\n"
                         "done >\"${INDEX%/*}\"/peaks; wait $child\n"
                         "sort -n -k 2 \"${INDEX%/*}\"/peaks | tail -n 1 | awk '{ print $2 > \"/dev/stderr\" }'");
    expect_status(&said, 0);
    long kilobytes = atol(said_err(&said));
    assert_true(kilobytes > 1000);
    if (kilobytes > (64 << 10) * 12 / 10)
        fail_msg("%ld kB at most, expected no more than 64 MB and a fifth", kilobytes);
    said_clear(&said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define GDX_TEST(name) cmocka_unit_test_setup_teardown(name, place_set_up, place_tear_down)
        GDX_TEST(each_bad_line_is_reported_with_its_number_and_the_good_ones_are_indexed),
        GDX_TEST(a_strict_run_stops_at_a_bad_line_and_changes_nothing),
        GDX_TEST(unusual_lines_that_are_right_are_indexed),
        GDX_TEST(of_one_id_in_a_batch_the_last_record_counts_and_the_others_are_reported),
        GDX_TEST(nesting_without_end_is_refused),
        GDX_TEST(a_line_over_the_limit_is_refused_and_the_next_is_read),
        GDX_TEST(bad_files_of_a_folder_are_reported_and_the_rest_is_indexed),
        GDX_TEST(a_file_that_may_not_be_read_is_reported),
        GDX_TEST(an_entry_that_climbs_out_of_its_archive_is_a_document_and_no_path),
        GDX_TEST(an_archive_cut_short_gives_what_is_whole),
        GDX_TEST(a_document_as_large_as_they_may_be_is_indexed_and_given_back),
        GDX_TEST(a_full_disk_is_reported_and_the_last_commit_stays),
        GDX_TEST(memory_stays_within_the_budget_and_a_fifth),
#undef GDX_TEST
    };
    return cmocka_run_group_tests_name("cli: bad input", tests, NULL, NULL);
}
