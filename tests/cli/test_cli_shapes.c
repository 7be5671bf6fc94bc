// SPDX-License-Identifier: Apache-2.0
// test_cli_shapes.c: the shape of an index, as an operator gives it, sees it and changes it; and that all that writes
// an index or copies one keeps it. That answers are the same in each shape is tests/property/test_shapes.c's.

#include "program.h"

#include <stdlib.h>

static int set_up(void **state) {
    place_set_up(state);
    setenv("FUNCTIONS",
           "cd \"${INDEX%/*}\"\n"
           "g() { command=$1; index=$2; shift 2; \"$GRAMDEX\" \"$command\" --index \"$index\" \"$@\"; }\n"
           "lines() { seq $1 $2 | sed 's/.*/{\"id\":\"d&\",\"text\":\"产业链 重构 & WTO\"}/'; }\n"
           "inputs() { mkdir -p in && lines 1 300 > in/a.jsonl && lines 301 500 > in/b.jsonl; }\n"
           "add() { lines $2 $3 | g index $1 --no-merge -; }\n"
           // Its shape, and how many segments have another one: 0 unless it is said.
           "is() { wanted='\"shape\":\"'$2'\",\"other_shape_segments\":'${3-0}\n"
           "    g stat $1 --json | grep -F \"$wanted\" || { g stat $1; return 1; }; }\n"
           "same() { for file in $1/segment-* $1/manifest; do cmp $file $2/${file#*/} || return 1; done\n"
           "    test $(ls $1 | wc -l) = $(ls $2 | wc -l); }\n" FLIP_FUNCTION,
           1);
    return 0;
}

static void expect(const struct place *place, const char *lines, int exit_status, const char *words) {
    expect_shell(place, lines, exit_status, words);
}

static void the_first_documents_set_it_and_later_ones_keep_it(void **state) {
    const struct place *place = *state;
    expect(place, "inputs; g index x --shape compact in/a.jsonl && g stat x", 0,
           "shape                         compact\n");
    expect(place, "g index x --no-merge in && is x compact", 0, "\"segments\":2,");
    expect(place, "g index x --shape compact in && g delete x d1 d2 && g merge x && is x compact", 0,
           "\"segments\":1,");
    expect(place, "g index x --shape exact in", 1,
           "--shape exact: the index is compact; gramdex merge --index x --shape exact changes it");
    expect(place, "g index y --shape compact --shape exact in && is y exact", 0, "\"segments\":1,");
    expect(place, "g index y --shape compact in", 1, "the index is exact; gramdex merge --index y --shape compact");
    expect(place, "g index x --shape exact --dry-run in", 1, "--shape exact: the index is compact; gramdex merge");
    expect(place,
           "g index x --shape compact --dry-run in && g index none --shape compact --dry-run in && test ! -e none", 0,
           "");
    expect(place, "g index z --shape archive in && g delete z d1 && g index z in && g merge z && is z archive", 0,
           "\"segments\":1,");
    expect(place, "g verify x && g verify y && g verify z && is x compact && is y exact", 0, "sound: 500 documents");
}

static void what_is_no_shape_or_no_index_is_wrong_use(void **state) {
    const struct place *place = *state;
    expect(place, "inputs; g index x --shape small in", 2, "--shape small: expected exact, compact or archive");
    expect(place, "g merge x --shape compct", 2, "did you mean compact?");
    expect(place, "\"$GRAMDEX\" index --server localhost:1 --shape compact in", 2, "--shape");
    expect(place, "g merge x --shape compact", 1, "x: no index here");
    expect(place, "ls -d x 2>/dev/null", 2, "");
}

static void an_index_without_documents_takes_one(void **state) {
    const struct place *place = *state;
    expect(place, "g index x --shape compact && is x compact", 0, "\"documents\":0,");
    expect(place, "g index x --shape exact && is x exact", 0, "\"documents\":0,");
    expect(place, "mkdir none; g index x --shape compact none; is x compact", 0, "\"documents\":0,");
    expect(place, "add x 1 9 && is x compact", 0, "\"documents\":9,");
    expect(place, "g delete x d1 d2 d3 d4 d5 d6 d7 d8 d9 && g index x --shape exact && add x 1 9 && is x exact", 0,
           "\"segments\":1,");
}

static void a_merge_changes_it_and_back_to_the_same_bytes(void **state) {
    const struct place *place = *state;
    expect(place,
           "inputs; for index in always x; do add $index 1 300; add $index 200 400; add $index 401 500; done &&\n"
           "g merge always --canonical",
           0, "merged 3 segments");
    expect(place, "add x 501 501 && g delete x d501 && g merge x --policy --shape compact && is x compact", 0,
           "\"segments\":3,");
    expect(place, "g merge x --shape compact && is x compact && g verify x", 0, "sound: 500 documents");
    expect(place, "test $(stat -c %s x/segment-*) -lt $(stat -c %s always/segment-*) && echo smaller", 0, "smaller");
    expect(place, "g merge x --shape compact", 0, "nothing to merge");
    expect(place, "cp x/segment-* compact && g merge x --shape archive && is x archive && g verify x", 0, "sound: 500");
    expect(place, "test $(stat -c %s x/segment-*) -lt $(stat -c %s compact) && echo smaller", 0, "smaller");
    expect(place, "g merge x --canonical --shape exact && is x exact && g verify x", 0, "sound: 500 documents");
    expect(place, "cp x/segment-* from-x && cmp from-x always/segment-* && echo same", 0, "same");
}

static void segments_of_the_other_shape_are_counted_until_they_are_merged(void **state) {
    const struct place *place = *state;
    expect(place, "inputs; g index part --shard 0/1 in && g index x --shape compact && add x 501 502", 0, "2 added");
    expect(place, "g publish x --add part && is x compact 1", 0, "\"segments\":2,");
    expect(place, "g stat x", 0, "of another shape                    1\n");
    expect(place, "lines 503 504 | g index x - && is x compact", 0, "\"documents\":504,");
    expect(place, "g verify x --query 产业链", 0, "equal, 504 documents read");
}

static void copies_and_repairs_keep_it(void **state) {
    const struct place *place = *state;
    expect(place, "add y 1 9 && g index x --shape compact && add x 1 200 && add x 201 400 && g backup x to", 0, "400");
    expect(place, "is to compact && g restore y to && is y compact && add y 401 401 && is y compact", 0,
           "\"segments\":3,");
    expect(place, "flip $(ls x/segment-* | head -1) 99; g verify x --repair; is x compact", 0, "\"segments\":1,");
}

static void parts_are_built_in_it_and_make_an_index_of_it(void **state) {
    const struct place *place = *state;
    expect(place, "inputs; g index one --shape compact in && g merge one --canonical && is one compact", 0, "500");
    expect(place, "for i in 0 1 2; do g index p$i --shard $i/3 --shape compact in; done; is p1 compact", 0, "\"type\"");
    expect(place, "g publish many p0 p1 p2 && is many compact && g merge many --canonical && same one many", 0,
           "merged");
    expect(place, "g index p0 --shard 0/3 in", 1, "another manner of reading");
    expect(place, "g index p0 --shard 0/3 --shape compact in", 0, "is there already");
    expect(place, "g index e0 --shard 0/3 --shape exact in && g publish many e0 p1 p2", 1, "another manner of reading");
    expect(place, "g index e0 --shard 0/3 in", 0, "is there already");
    expect(place,
           "for i in 1 2; do g index e$i --shard $i/3 in; done; g publish many --add e0 e1 e2 && is many compact", 0,
           "500 unchanged");
    expect(place, "g index exact in/a.jsonl && g publish exact p0 p1 p2 && is exact exact 3", 0, "\"segments\":3,");
    expect(place, "g merge exact && is exact exact", 0, "\"segments\":1,");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_documents_set_it_and_later_ones_keep_it, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_shape_or_no_index_is_wrong_use, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(an_index_without_documents_takes_one, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(a_merge_changes_it_and_back_to_the_same_bytes, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(segments_of_the_other_shape_are_counted_until_they_are_merged, set_up,
                                        place_tear_down),
        cmocka_unit_test_setup_teardown(copies_and_repairs_keep_it, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(parts_are_built_in_it_and_make_an_index_of_it, set_up, place_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
