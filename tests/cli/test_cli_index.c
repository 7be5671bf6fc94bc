// SPDX-License-Identifier: Apache-2.0
// test_cli_index.c: `gramdex index` as a timer runs it: what it says by its exit status, which files it takes, what ids
// they get, and what it deletes. Each row is a line of shell, its exit status and what must be said.

#include "program.h"

#include "../support/sanitizer.h"

#include <stdlib.h>

static int make_place(void **state) {
    static struct place place;
    place_make(&place);
    setenv("FUNCTIONS",
           "cd \"${INDEX%/*}\"\n"
           "g() { c=$1; shift; \"$GRAMDEX\" $c --index x \"$@\"; }\n"
           "ids() { g search --json -n 1000 --snippet 0 --order id 'id:*' | grep -o '\"id\":\"[^\"]*\"' | "
           "sed 's/\"id\":\"//;s/\"$//' | tr '\\n' ' '; }\n",
           1);
    *state = &place;
    return 0;
}

static void expect(const struct place *place, const char *lines, int exit_status, const char *words) {
    expect_shell(place, lines, exit_status, words);
}

// ---- exit statuses

static void what_is_refused_is_exit_status_3_unless_it_is_allowed(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "mkdir in && for i in 1 2 3 4; do echo 关税$i > in/$i.txt; done; echo x > in/p.caj; g index in", 3,
           "refused: 1 .caj");
    expect(place, "g index --allow-refused 1 in", 0, "4 unchanged");
    expect(place, "g index --allow-refused 0 in", 3, "no reader");
    expect(place, "g index --allow-refused 20% in", 0, "4 unchanged");
    expect(place, "g index --allow-refused 19% in", 3, "4 unchanged");
    expect(place, "g index --allow-refused 1x in", 2, "--allow-refused 1x: expected a number, as 20, or a part, as 5%");
    expect(place, "g index --allow-refused 5 in/p.caj", 3, "0 added, 1 refused");
    expect(place, "g index --json in", 3, "{\"class\":\"refused\",\"kind\":\".caj\",\"count\":1}");
}

static void a_watched_run_leaves_its_figures_also_when_it_fails(void **state) {
    const struct place *place = *state;
    expect(place,
           "mkdir in && echo 关税 > in/a.txt && echo 贸易 > in/b.txt && echo x > in/c.caj\n"
           "g index --metrics-file run.prom in; echo status $?; cat run.prom; ls run.prom*",
           0, "gramdex_index_run_exit_status{index=\"x\"} 3\n");
    expect(place, "cat run.prom", 0, "gramdex_index_run_success{index=\"x\"} 0\n");
    expect(place, "cat run.prom", 0, "gramdex_index_run_documents{index=\"x\",outcome=\"added\"} 2\n");
    expect(place, "cat run.prom", 0, "gramdex_index_run_documents{index=\"x\",outcome=\"refused\"} 1\n");
    expect(place, "cat run.prom", 0,
           "# TYPE gramdex_index_run_text_bytes gauge\ngramdex_index_run_text_bytes{index=\"x\"} ");
    expect(place, "cat run.prom", 0, "gramdex_index_run_commit{index=\"x\"} 1\n");
    expect(place, "g index --metrics-file run.prom --allow-refused 1 in && cat run.prom", 0,
           "gramdex_index_run_success{index=\"x\"} 1\n");
    expect(place, "cat run.prom", 0, "gramdex_index_run_documents{index=\"x\",outcome=\"unchanged\"} 2\n");
    expect(place,
           "now=$(date +%s); t=$(sed -n 's/^gramdex_index_run_end_time_seconds{.*} //p' run.prom)\n"
           "[ $((now - t)) -le 600 ] && [ $t -le $now ] && echo in time",
           0, "in time");
    expect(place, "g index --metrics-file run.prom --strict in; cat run.prom", 0,
           "gramdex_index_run_success{index=\"x\"} 0\n");
    expect(place, "echo $(ls | grep prom) is all", 0, "run.prom is all"); // no other name is left
}

static void figures_of_a_run_name_any_index_and_say_when_they_cannot_be_written(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place,
           "echo 关税 > a.txt; \"$GRAMDEX\" index --index 'a\"b\\c' --metrics-file run.prom a.txt && cat run.prom", 0,
           "gramdex_index_run_success{index=\"a\\\"b\\\\c\"} 1\n");
    expect(place, "g index --metrics-file none/run.prom a.txt", 1, "none/run.prom");
    expect(place, "ids", 0, "a.txt "); // it is indexed all the same
    expect(place, "g index --metrics-file run.prom --dry-run a.txt", 2,
           "--metrics-file and --dry-run do not go together");
}

static void what_holds_no_text_is_left_out_and_no_failure(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place,
           "mkdir -p in/.git && echo 关税 | tee in/a.txt in/.git/c in/a.txt~ in/b.bak in/.hidden > /dev/null\n"
           ": > in/p.png; : > in/s.css; ln -s nothing in/link; mkfifo in/pipe; g index -v in",
           0, "in/p.png: not a kind of file that holds text (left out)");
    expect(place, "g index in", 0,
           "left out: 2 hidden name, 2 backup copy, 1 link to nothing, 1 picture, 1 device, 1 style sheet");
    expect(place, "mv x in/x; \"$GRAMDEX\" index --index in/x -v in", 0, "in/x: the folder of an index");
}

static void a_missing_path_is_named_and_the_others_are_indexed(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "echo 关税 > a.txt; g index gone a.txt", 3, "gone: there is no such file or folder");
    expect(place, "ids", 0, "a.txt ");
    expect(place, "g index --strict gone a.txt", 1, "gone: there is no such file or folder");
}

static void a_strict_run_fails_at_the_first_refusal_and_says_it_once(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "echo 关税 > a.txt; echo '[1]' > b.jsonl; g index --strict a.txt b.jsonl", 1, "an array");
    expect(place, "g index --strict a.txt b.jsonl 2>&1 | grep -c 'an array'", 0, "1\n");
    expect(place, "g count 关税", 0, "0 documents");
    expect(place, "echo '{\"id\":\"d\",\"text\":\"关税\",\"date\":\"soon\"}' > c.jsonl; g index --strict c.jsonl", 0,
           "c.jsonl:1: date 'soon'");
}

static void repairs_are_named_and_counted(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "printf '关税\\377\\376' > a.txt; echo 关税 > good.txt; g index -v a.txt good.txt", 0,
           "a.txt: bytes that do not decode: 2 became U+FFFD (indexed)");
    expect(place, "printf '{\"id\":\"1\",\"text\":\"x\",\"date\":\"2023-13\"}\\n' | g index --json -", 0,
           "{\"class\":\"warning\",\"kind\":\"unreadable date\",\"count\":1}");
}

// ---- which files

static void files_are_selected_by_patterns_and_lists(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place,
           "mkdir -p in/drafts in/2023; for f in a.txt a.md drafts/d.txt 2023/e.txt; do echo 关税 > in/$f; done\n"
           "g index --glob '*.txt' --exclude drafts/ in && ids",
           0, "in/2023/e.txt in/a.txt ");
    expect(place, "rm -r x; g index --glob '2023/*' in && ids", 0, "\nin/2023/e.txt ");
    expect(place, "rm -r x; printf 'in/a.md\\n\\nin/2023\\n' > list; g index --files-from list && ids", 0,
           "in/2023/e.txt in/a.md ");
    expect(place, "rm -r x; find in -name 'a.*' -print0 | g index -0 --files-from - && ids", 0, "in/a.md in/a.txt ");
    expect(place, "echo nowhere.txt >> list; g index --files-from list", 3, "nowhere.txt: there is no such file");
    expect(place, "g index", 2, "PATH... is missing");
    expect(place, "g index -0 in", 2, "--null goes with --files-from");
}

static void a_dry_run_reads_everything_and_changes_nothing(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "mkdir in; echo 关税 > in/a.txt; echo x > in/p.caj; g index --dry-run -v in", 3, "in/a.txt\n");
    expect(place, "test ! -e x && echo untouched", 0, "untouched");
    expect(place, "g index in; echo 税 > in/b.txt; g index --dry-run --json in", 3, "\"id\":\"in/b.txt\"");
    expect(place, "ids", 0, "in/a.txt ");
}

static void archives_within_archives_are_read_to_a_depth_of_three(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place,
           "echo 关税 > a.txt; cp a.txt b.txt; gzip b.txt; tar cf 1.tar a.txt b.txt.gz; tar czf 2.tgz 1.tar a.txt\n"
           "tar cf 3.tar 2.tgz; mkdir in; mv 3.tar in; g index in && ids",
           3, "in/3.tar:2.tgz:1.tar:b.txt.gz: an archive within three others");
    expect(place, "ids", 0, "in/3.tar/2.tgz/1.tar/a.txt in/3.tar/2.tgz/a.txt ");
    expect(place, "cp in/3.tar in/unnamed; cp 2.tgz in/4.zip; g index in; ids", 0,
           "in/4.zip/1.tar/a.txt in/4.zip/1.tar/b.txt.gz in/4.zip/a.txt in/unnamed/2.tgz/1.tar/a.txt ");
    expect(place, "head -c 5000 2.tgz > cut.tgz; tar cf in/5.tar a.txt cut.tgz; g index in", 3, "in/5.tar:cut.tgz");
}

static void what_a_name_says_wrong_the_bytes_say_right(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place,
           "mkdir in; echo '{\"id\":\"one\",\"text\":\"关税\"}' > in/a.txt; echo '<html><p>关税</html>' > in/b\n"
           "echo 关税 | gzip > in/c.txt; echo PAR1 > in/d.txt; g index in; ids",
           0, "in/b in/c.txt one ");
    expect(place, "g index in", 3, "refused: 1 .parquet");
}

static void files_of_many_records_are_read_by_the_names_of_their_keys(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place,
           "echo '[{\"url\":\"u1\",\"headline\":\"T\",\"content\":\"关税\"},{\"url\":\"u2\"}]' > a.json\n"
           "printf 'url,headline,content\\nu3,t,供应链\\nu4\\n' > b.csv\n"
           "echo '<rss><item><guid>u5</guid><description>&lt;b>贸易&lt;/b></description></item></rss>' > c.xml\n"
           "printf '{\"id\":\"u6\",\"text\":\"产业链\"}\\n' | iconv -t UTF-16 > d.jsonl\n"
           "g index --map 'id=url,title=headline?,text=content' a.json b.csv",
           3, "a.json:1: text: no key \"content\", which --map names");
    expect(place, "ids", 0, "u1 u3 ");
    expect(place, "g index --map 'id=url,text=content' b.csv", 3, "b.csv:3: cells: 1, expected 3 as in the first row");
    expect(place, "g index a.json", 3, "the keys are content, headline, url: give --map id=KEY or --id-from hash");
    expect(place, "g index b.csv", 3, "b.csv:1: no column \"id\"; the columns are url, headline, content");
    expect(place, "g index c.xml d.jsonl; ids", 0, "u1 u3 u5 u6 ");
    expect(place, "g index --map 'url=id' a.json", 2, "--map url=id: 'url': expected FIELD=KEY");
    expect(place, "g index --id-from name a.json", 2, "--id-from name: expected hash");
    expect(place,
           "echo '{\"text\":\"x\"}' | g index --id-from hash -; echo '{\"text\":\"x\"}' | g index --id-from hash -", 0,
           "1 unchanged");
}

static void pipes_and_standard_input_are_read(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "echo '{\"id\":\"one\",\"text\":\"关税\"}' | g index /dev/stdin && ids", 0, "one ");
    expect(place, "mkfifo pipe; echo '{\"id\":\"two\",\"text\":\"关税\"}' > pipe & g index pipe && ids", 0, "one two ");
    expect(place, "mkfifo p.txt; echo 关税 > p.txt & g index p.txt && ids", 0, "one p.txt two ");
    expect(place, "echo '{\"id\":\"six\",\"text\":\"关税\"}' > r; g index /dev/fd/6 6< r && ids", 0,
           "one p.txt six two ");
}

// ---- ids

static void one_file_given_in_several_ways_is_one_document(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place,
           "mkdir -p b/in b/sub; echo 关税 > b/in/a.txt; ln -s b alias; cd b\n"
           "g index in in/a.txt ./in//a.txt \"$PWD/sub/../in/a.txt\" ../alias/in/a.txt ../alias/in && ids",
           0, "\nin/a.txt ");
    expect(place, "cd b/sub && \"$GRAMDEX\" index --index ../x ../in/a.txt", 0, "1 unchanged");
    expect(place, "cd alias/in && \"$GRAMDEX\" index --index ../../b/x .", 0, "1 unchanged");
}

static void files_of_the_same_name_in_two_folders_are_two_documents(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "mkdir 01 02; echo 关税 > 01/a.txt; echo 税 > 02/a.txt; g index 01 && g index 02 && ids", 0,
           "01/a.txt 02/a.txt ");
    expect(place, "g get --json 01/a.txt", 0, "\"source\":\"01\"");
    expect(place, "rm -r x; (cd 01 && \"$GRAMDEX\" index --index ../x --base .. ../02 a.txt) && ids", 0,
           "01/a.txt 02/a.txt ");
    expect(place, "rm -r x; g index --base 01 01 02 && ids | grep -c \"^$PWD/02/a.txt a.txt\"", 0, "1\n");
}

static void control_characters_and_percent_signs_are_escaped(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "echo 关税 > '100%25.txt'; echo 关税 > \"$(printf 'a\\nb\\302\\205.txt')\"; g index ./*.txt; ids", 0,
           "100%2525.txt a%0Ab%C2%85.txt ");
}

static void a_collection_moves_with_its_index(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "mkdir -p old/in; echo 关税 > old/in/a.txt; cd old && g index in && mv ../old ../new", 0, "1 added");
    expect(place, "cd new && g index in", 0, "1 unchanged");
    expect(place, "cd / && \"$GRAMDEX\" index --index \"${INDEX%/*}/new/x\" \"${INDEX%/*}/new/in\"", 0, "1 unchanged");
    expect(place,
           "mkdir -p far/docs far/ix; mv new/in far/docs/in; cd far/docs && \"$GRAMDEX\" index --index ../ix/x in", 0,
           "1 added");
    expect(place, "mv far/docs far/elsewhere; cd far && \"$GRAMDEX\" index --index ix/x elsewhere/in", 1,
           "/far/docs is not there");
    expect(place, "cd far && \"$GRAMDEX\" index --index ix/x --base elsewhere elsewhere/in", 0, "1 unchanged");
    expect(place, "cd far && \"$GRAMDEX\" index --index ix/x elsewhere/in", 0, "1 unchanged");
}

static void a_source_is_given_or_the_records_or_the_folder(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(
        place,
        "mkdir news; printf '{\"id\":\"own\",\"text\":\"x\",\"source\":\"law\"}\\n{\"id\":\"none\",\"text\":\"x\"}\\n' > "
        "news/r.jsonl; g index news/r.jsonl; g get --json own",
        0, "\"source\":\"law\"");
    expect(place, "g get --json none", 0, "\"source\":\"news\"");
    expect(place, "g index --source given news; g get --json own", 0, "\"source\":\"given\"");
}

static void a_document_replaced_by_one_from_another_file_is_reported(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(
        place,
        "echo '{\"id\":\"1\",\"text\":\"a\"}' > a.jsonl; echo '{\"id\":\"1\",\"text\":\"b\"}' > b.jsonl; g index a.jsonl\n"
        "g index b.jsonl",
        0, "1: the document from a.jsonl is replaced by one from b.jsonl (indexed)");
    expect(place, "echo '{\"id\":\"1\",\"text\":\"c\"}' > b.jsonl; g index b.jsonl 2>&1 | grep -c 'is replaced'", 1,
           "0\n");
}

// ---- --prune

static void prune_deletes_what_is_gone_from_the_folder_alone(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(
        place,
        "mkdir -p 2022/news 2023/news; echo 关税 > 2022/news/a.txt; echo 关税 > 2023/news/b.txt\n"
        "printf '{\"id\":\"r1\",\"text\":\"x\"}\\n{\"id\":\"r2\",\"text\":\"x\"}\\n' > 2023/news/r.jsonl\n"
        "g index 2022/news 2023/news && rm 2022/news/a.txt && echo '{\"id\":\"r1\",\"text\":\"x\"}' > 2023/news/r.jsonl\n"
        "g index --prune 2023/news && ids",
        0, "2022/news/a.txt 2023/news/b.txt r1 ");
    expect(place, "g index --prune 2023 && ids", 0, "2022/news/a.txt 2023/news/b.txt r1 ");
    expect(place, "echo 关税 > 2022/news/c.txt; g index --prune --exclude 'said.*' . && ids", 0,
           "2022/news/c.txt 2023/news/b.txt r1 ");
    expect(place, "g index --prune - < /dev/null", 2, "not with standard input");
}

static void prune_keeps_what_is_refused_left_out_or_not_listed(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "mkdir in; for f in a b c d; do echo 关税$f > in/$f.txt; done; g index in", 0, "4 added");
    expect(place, ": > in/a.txt; rm in/d.txt; g index --prune --exclude b.txt --glob '*.txt' in; ids", 0,
           "in/a.txt in/b.txt in/c.txt ");
    expect(place, "rm in/c.txt; echo '{\"id\":\"n\",\"text\":\"x\"}' | g index -; g index --prune gone in; ids", 0,
           "in/a.txt in/b.txt n ");
}

static void prune_deletes_nothing_for_a_folder_that_is_empty(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "mkdir -p in/sub; echo 关税 > in/sub/a.txt; g index in; rm in/sub/a.txt; g index --prune in", 1,
           "in: an empty folder, and the index has documents from it");
    expect(place, "ids", 0, "in/sub/a.txt ");
    expect(place, "mkdir other; echo 关税 > other/b.txt; g index --prune in other", 1, "Nothing was changed");
    expect(place, "ids", 0, "in/sub/a.txt ");
}

static void a_record_that_moved_is_not_pruned_with_its_old_file(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place,
           "mkdir in more; echo '{\"id\":\"r\",\"text\":\"关税\"}' > in/a.jsonl; echo 税 > in/b.txt; g index in; "
           "mv in/a.jsonl more/c.jsonl; g index -v more",
           0, "the document from in/a.jsonl is replaced by one from more/c.jsonl");
    expect(place, "g index --prune in; ids", 0, "in/b.txt r ");
    expect(place, "g index more", 0, "1 unchanged");
}

static void prune_stops_at_a_limit(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "mkdir in; for i in $(seq 50); do echo 关税$i > in/$i.txt; done; g index in", 0, "50 added");
    expect(place, "rm in/1*.txt; g index --prune in", 1, "would delete 11 of 50 documents");
    expect(place, "g index --prune --prune-limit 0 in", 1, "would delete 11 of 50 documents");
    expect(place, "g index --prune --dry-run in", 1, "would delete 11 of 50 documents");
    expect(place, "g index --prune --prune-limit 11 --dry-run in", 0, "--prune would delete 11 documents\nnothing was");
    expect(place, "g index --prune --prune-limit 11 --dry-run --json in", 0, "\"deleted\":11}");
    expect(place, "g index --prune in", 1, "--prune-limit 11");
    expect(place, "g count 'id:*'", 0, "50 documents");
    expect(place, "g index --prune --prune-limit 22% in", 0, "11 deleted");
    expect(place, "rm in/2*.txt; echo 关税 > in/20.txt; g index --prune in", 0, "10 deleted");
}

static void prune_knows_what_was_seen_before_a_commit_of_the_run(void **state) {
    const struct place *place = *state;
    expect(place, "mkdir in; for i in $(seq 30); do echo 关税$i > in/$i.txt; done; g index in", 0, "30 added");
    expect(place,
           "rm in/7.txt; echo 税 > in/30.txt; echo 税 > in/a.txt; echo 税 > in/z.txt\n"
           "g index --prune --commit-every 4 in",
           0, "2 added, 1 replaced, 28 unchanged, 1 deleted");
    expect(place, "g index --prune --commit-every 1 --threads 2 in", 0, "0 added, 31 unchanged");
    expect(place, "g index --prune --dry-run in", 0, "--prune would delete 0 documents");
    expect(place, "g verify", 0, "sound: 31 documents");
}

static void a_dry_run_counts_what_prune_would_delete(void **state) {
    skip_thread_sanitizer();
    const struct place *place = *state;
    expect(place, "mkdir in; g index --prune --dry-run in", 0, "--prune would delete 0 documents"); // of no index
    expect(place, "test ! -e x", 0, "");
    expect(place,
           "for i in 1 2 3; do echo 关税$i > in/$i.txt; done; echo '{\"id\":\"r\",\"text\":\"关税\"}' > in/a.jsonl\n"
           "echo '{\"id\":\"s\",\"text\":\"关税\"}' > in/b.jsonl; g index in",
           0, "5 added");
    // 1 is gone, 2 is another text, 3 is refused; a no longer has its record, b is refused in part
    expect(place,
           "rm in/1.txt; echo 税 > in/2.txt; : > in/3.txt; echo '{\"id\":\"t\",\"text\":\"关税\"}' > in/a.jsonl\n"
           "echo x > in/b.jsonl; g index --prune --dry-run in",
           3, "--prune would delete 2 documents");
    expect(place, "ids", 0, "in/1.txt in/2.txt in/3.txt r s ");
    expect(place, "g index --prune in", 3, "1 added, 1 replaced, 2 deleted");
}

// ---- stopped

static void a_pipe_that_nobody_writes_to_is_waited_for_and_can_be_left(void **state) {
    const struct place *place = *state;
    // a shell lets what it starts beside itself ignore SIGINT: it is of use once the program has a handler for it
    expect(place,
           "mkfifo pipe; \"$GRAMDEX\" index --index x pipe & run=$!\n"
           "until grep -q '^SigCgt:.*[2367abef]$' /proc/$run/status; do sleep 0.1; done\n"
           "sleep 0.5; kill -INT $run; wait $run",
           130, "");
    expect(place,
           "\"$GRAMDEX\" index --index x pipe & run=$!; sleep 0.5; echo '{\"id\":\"a\",\"text\":\"关税\"}' > pipe; "
           "wait $run && g count 关税",
           0, "1 document");
}

static void a_run_that_is_stopped_keeps_its_commits(void **state) {
    const struct place *place = *state;
    static const struct {
        const char *signal;
        int exit_status;
    } cases[] = {{"INT", 130}, {"TERM", 143}, {"KILL", 137}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char lines[1024];
        // the pipe stays open, so that the signal comes while the run waits for more
        snprintf(lines, sizeof lines,
                 "rm -rf x pipe; mkfifo pipe; \"$GRAMDEX\" index --index x --commit-every 100 - < pipe & run=$!\n"
                 "exec 7> pipe; seq 4000 | sed 's/.*/{\"id\":\"d&\",\"text\":\"关税 &\"}/' >&7\n"
                 "until g count 关税 2>/dev/null | grep -q '[1-9][0-9,]* documents'; do sleep 0.1; done\n"
                 "kill -%s $run; wait $run",
                 cases[i].signal);
        expect(place, lines, cases[i].exit_status, "");
        expect(place, "g verify && test $(g count --json 关税 | grep -o '\"documents\":[0-9]*' | tr -dc 0-9) -ge 100",
               0, "sound");
        expect(place, "seq 4000 | sed 's/.*/{\"id\":\"d&\",\"text\":\"关税 &\"}/' | g index -; g count 关税", 0,
               "4,000 documents");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define GDX_TEST(name) cmocka_unit_test_setup_teardown(name, make_place, place_tear_down)
        GDX_TEST(what_is_refused_is_exit_status_3_unless_it_is_allowed),
        GDX_TEST(a_watched_run_leaves_its_figures_also_when_it_fails),
        GDX_TEST(figures_of_a_run_name_any_index_and_say_when_they_cannot_be_written),
        GDX_TEST(what_holds_no_text_is_left_out_and_no_failure),
        GDX_TEST(a_missing_path_is_named_and_the_others_are_indexed),
        GDX_TEST(a_strict_run_fails_at_the_first_refusal_and_says_it_once),
        GDX_TEST(repairs_are_named_and_counted),
        GDX_TEST(files_are_selected_by_patterns_and_lists),
        GDX_TEST(a_dry_run_reads_everything_and_changes_nothing),
        GDX_TEST(archives_within_archives_are_read_to_a_depth_of_three),
        GDX_TEST(what_a_name_says_wrong_the_bytes_say_right),
        GDX_TEST(files_of_many_records_are_read_by_the_names_of_their_keys),
        GDX_TEST(pipes_and_standard_input_are_read),
        GDX_TEST(one_file_given_in_several_ways_is_one_document),
        GDX_TEST(files_of_the_same_name_in_two_folders_are_two_documents),
        GDX_TEST(control_characters_and_percent_signs_are_escaped),
        GDX_TEST(a_collection_moves_with_its_index),
        GDX_TEST(a_source_is_given_or_the_records_or_the_folder),
        GDX_TEST(a_document_replaced_by_one_from_another_file_is_reported),
        GDX_TEST(prune_deletes_what_is_gone_from_the_folder_alone),
        GDX_TEST(prune_keeps_what_is_refused_left_out_or_not_listed),
        GDX_TEST(prune_deletes_nothing_for_a_folder_that_is_empty),
        GDX_TEST(a_record_that_moved_is_not_pruned_with_its_old_file),
        GDX_TEST(prune_stops_at_a_limit),
        GDX_TEST(prune_knows_what_was_seen_before_a_commit_of_the_run),
        GDX_TEST(a_dry_run_counts_what_prune_would_delete),
        GDX_TEST(a_pipe_that_nobody_writes_to_is_waited_for_and_can_be_left),
        GDX_TEST(a_run_that_is_stopped_keeps_its_commits),
#undef GDX_TEST
    };
    return cmocka_run_group_tests_name("cli: index", tests, NULL, NULL);
}
