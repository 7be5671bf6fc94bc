// SPDX-License-Identifier: Apache-2.0
// test_cli_shards.c: one index built by several runs, as a user does it: by GNU parallel where it is installed and by
// xargs, in nights, and with runs that are doubled or wrong; with their words and exit statuses.

#include "program.h"

#include <stdlib.h>

static int set_up(void **state) {
    place_set_up(state);
    setenv("FUNCTIONS",
           "cd \"${INDEX%/*}\"\n"
           "g() { command=$1; index=$2; shift 2; \"$GRAMDEX\" \"$command\" --index \"$index\" \"$@\"; }\n"
           "lines() { seq $1 | sed 's/.*/{\"id\":\"d&\",\"text\":\"产业链 重构 & WTO\"}/'; }\n"
           "inputs() { mkdir -p in && lines 500 > in/a.jsonl && echo 供应链 > in/b.txt && lines 90 > in/c.jsonl; }\n"
           "single() { g index single in && g merge single --canonical; }\n"
           "same() { for file in single/segment-* single/manifest; do\n"
           "    cmp $file $1/${file#*/} || return 1; done; test $(ls single | wc -l) = $(ls $1 | wc -l); }",
           1);
    return 0;
}

static void expect(const struct place *place, const char *lines, int exit_status, const char *words) {
    expect_shell(place, lines, exit_status, words);
}

static void runs_started_by_xargs_build_the_index_of_one_run(void **state) {
    const struct place *place = *state;
    expect(place,
           "inputs && seq 0 6 | xargs -P 3 -I % \"$GRAMDEX\" index --index parts/% --shard %/7 in &&\n"
           "g publish many parts/*",
           0, "many: commit 1, of 7 parts: 501 documents in ");
    expect(place, "g publish many parts/*", 0, "many holds the 7 parts already: commit 1");
    expect(place, "single && g merge many --canonical && same many", 0, "merged");
    expect(place, "g publish many parts/* && same many", 0, "many holds the 7 parts already: commit 1");
    expect(place, "g publish many parts/* --json", 0, "\"had_everything\":true");
    expect(place, "rm -r parts && g verify many", 0, "sound: 501 documents");
}

static void runs_started_by_parallel_take_their_number_from_it(void **state) {
    const struct place *place = *state;
    expect(place,
           "command -v parallel > tool || { echo there is no parallel; exit 0; }\n"
           "inputs && single && export GRAMDEX &&\n"
           "seq 4 | parallel --will-cite -j 2 '\"$GRAMDEX\" index --index parts/{#} --shard auto/4 in' &&\n"
           "g publish many parts/* && g merge many --canonical && same many && echo there is parallel",
           0, "there is");
}

static void a_night_adds_what_is_new(void **state) {
    const struct place *place = *state;
    expect(place, "inputs && single && for i in 0 1 2; do g index p$i --shard $i/3 in; done && g publish many p0 p1 p2",
           0, "501 documents");
    expect(place, "lines 20 | sed s/WTO/CPTPP/ >> in/c.jsonl && lines 520 | tail -20 > in/d.jsonl && single", 0,
           "20 added, 20 replaced");
    expect(place, "for i in 0 1; do g index n$i --shard $i/2 --unless-in many in; done", 0, "unchanged");
    expect(place, "g publish many n0 n1", 1, "publish it with --add");
    expect(place, "g publish many --add --expect-commit 4 n0 n1", 1, "is at commit 1, and 4 was expected");
    expect(place, "g publish many --add --expect-commit 1 n0 n1", 0, "20 documents replaced");
    expect(place, "g merge many --canonical && same many", 0, "merged");
    expect(place, "g publish many --add n1 n0 && same many", 0, "holds the 2 parts already: commit 2");
}

static void a_run_that_is_doubled_is_done_and_one_that_does_not_fit_fails(void **state) {
    const struct place *place = *state;
    expect(place, "inputs && g index p --shard 1/3 in", 0, "p: part 1 of 3");
    expect(place, "g index p --shard 1/3 in", 0, "p: part 1 of 3 is there already, of the same inputs");
    expect(place, "g index p --shard 1/3 in --json | head -1", 0, "\"outcome\":\"there\"}");
    expect(place, "g index p --shard 1/3 in --json | tail -1", 0, "\"type\":\"summary\",\"found\":0,");
    expect(place, "g index p --shard 2/3 in", 1, "p: is there and was made from another share of the inputs");
    expect(place, "g index p --shard 1/4 in", 1, "another number of parts");
    expect(place, "g index p --shard 1/3 in --source x", 1, "another manner of reading");
    expect(place, "echo more >> in/b.txt; g index p --shard 1/3 in", 1, "another list of paths and sizes");
    expect(place, "mkdir full && echo x > full/mine && g index full --shard 1/3 in", 1, "is there and is no part");
    expect(place, "g publish many p", 1, "of 3 parts 2 are missing: 0, 2");
    expect(place, "ls", 0, "p\n");
    expect(place, "ls -d *.building-* many 2>/dev/null", 2, ""); // nothing is left, and no index was made
}

static void what_does_not_go_together_is_wrong_use(void **state) {
    const struct place *place = *state;
    expect(place, "lines 3 | g index p --shard 0/2 -", 2, "--shard does not go with standard input");
    expect(place, "inputs; g index p --shard 0/2 --prune in", 2, "--shard does not go with --prune");
    expect(place, "g index p --shard 0/2 --commit-every 5 in", 2, "--shard does not go with --commit-every");
    expect(place, "g index p --shard 0/2 --dry-run in", 2, "--shard does not go with --dry-run");
    expect(place, "\"$GRAMDEX\" index --server localhost:1 --shard 0/2 in", 2, "--shard");
    expect(place, "g index p --unless-in q in", 2, "--unless-in goes with --shard");
    expect(place, "g index p --shard 2/2 in", 2, "share 2 of 2");
    expect(place, "env -i \"$GRAMDEX\" index --index p --shard auto/2 in", 2, "looked for SLURM_ARRAY_TASK_ID");
    expect(place, "env -i PARALLEL_SEQ=1 \"$GRAMDEX\" index --index p --shard auto in", 2, "--shard auto/N");
    expect(place, "mkfifo in/pipe; g index p --shard 0/2 in/pipe", 2, "does not tell its size");
    expect(place, "ls -d p p.* 2>/dev/null", 2, "");
}

static void what_is_refused_is_reported_once(void **state) {
    const struct place *place = *state;
    expect(place, "mkdir in; lines 30 > in/a.jsonl; echo '{\"id\":\"x\"' >> in/a.jsonl; lines 40 >> in/a.jsonl", 0, "");
    expect(place, "g index p0 --shard 0/2 in none", 3, "none: there is no such file or folder");
    expect(place, "g index p1 --shard 1/2 in none --json > said; grep -c refusal said; test $(grep -c none said) = 0",
           0, "");
    expect(place, "cat said; for i in 0 1; do rm -r p$i; g index p$i --shard $i/2 in --json; done | grep -c refusal", 0,
           "1\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(runs_started_by_xargs_build_the_index_of_one_run, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(runs_started_by_parallel_take_their_number_from_it, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(a_night_adds_what_is_new, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(a_run_that_is_doubled_is_done_and_one_that_does_not_fit_fails, set_up,
                                        place_tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_go_together_is_wrong_use, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(what_is_refused_is_reported_once, set_up, place_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
