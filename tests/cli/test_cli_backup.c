// SPDX-License-Identifier: Apache-2.0
// test_cli_backup.c: backup, restore, verify --repair and verify --query as an operator runs them, with their words and
// exit statuses.

#include "program.h"

#include <stdlib.h>

static int set_up(void **state) {
    place_set_up(state);
    setenv(
        "FUNCTIONS",
        "cd \"${INDEX%/*}\"\n"
        "g() { command=$1; shift; \"$GRAMDEX\" \"$command\" --index live \"$@\"; }\n"
        "add() { printf '{\"id\":\"%s\",\"text\":\"产业链 %s\"}\\n' \"$1\" \"$1\" | g index --no-merge -; }\n" FLIP_FUNCTION,
        1);
    return 0;
}

static void expect(const struct place *place, const char *lines, int exit_status, const char *words) {
    expect_shell(place, lines, exit_status, words);
}

static void a_backup_is_made_once_and_updated_when_that_is_said(void **state) {
    const struct place *place = *state;
    expect(place, "add a; add b; g backup to", 0, "to: commit 2, 2 documents");
    expect(place, "g backup to", 1, "to: is there already; give another name, or --update");
    expect(place, "add c; g backup --update to", 0, "to: commit 3, 3 documents");
    expect(place, "g backup --update to", 0, "to is commit 3 already, and sound");
    expect(place, "g backup --update to --json", 0,
           "{\"type\":\"backup\",\"commit\":3,\"documents\":3,\"segments\":3,");
    expect(place, "\"$GRAMDEX\" verify --index to", 0, "sound: 3 documents");
    expect(place, "g backup --link linked && g backup --link linked/", 1, "is there already");
    expect(place, "test $(stat -c %h linked/segment-* | sort -u) = 2 && ls", 0, "linked");
    expect(place, "g backup live --update", 2, "live: is the index itself");
    expect(place, "g backup", 2, "TO");
    expect(place, "\"$GRAMDEX\" backup --index none other", 1, "none: no index here");
    expect(place, "mkdir full && echo x > full/mine && g backup full --update", 2, "holds files and no index");
    expect(place, "ls -d *.partial other full/* 2>/dev/null", 2, "full/mine");
}

static void a_restored_index_is_the_backup(void **state) {
    const struct place *place = *state;
    expect(place, "add a; g backup to; add b; g restore to", 0, "live: restored as commit 3, 1 document");
    expect(place, "g restore to", 0, "live is what the backup holds already, and sound: commit 3");
    expect(place, "g restore to --json", 0, "\"unchanged\":true,\"had_index\":true,\"was_unreadable\":false,");
    expect(place, "g verify && add c", 0, "sound: 1 document");
    expect(place, "rm live/manifest && g restore to", 0, "live: restored as commit 1, 1 document");
    expect(place, "echo x > live/manifest && g restore to", 0, "what was there could not be read and is gone");
    expect(place, "flip live/segment-* 99 && g verify", 1, "damaged");
    expect(place, "g restore to && g verify", 0, "copied");
    expect(place, "rm -r live && g restore to && diff -x lock -r live to", 0, "restored as commit 1");
    expect(place, "flip to/segment-* 99 && g restore to", 1, "to/segment-");
    expect(place, "g verify", 0, "sound: 1 document");
    expect(place, "g restore none", 1, "none: no index here");
    expect(place, "g restore live", 2, "live: is the index itself");
}

static void a_repair_tells_what_is_lost_and_the_rest_lives(void **state) {
    const struct place *place = *state;
    expect(place, "add a; add b; add c; g verify --repair", 0, "live: sound: 3 documents in 3 segments, commit 3");
    expect(place, "g verify --dry-run", 2, "--dry-run goes with --repair");
    expect(place, "flip $(grep -l b live/segment-* | head -1) 99; g verify", 1, "gramdex verify --repair --index live");
    expect(place, "g verify --repair --dry-run", 1, "nothing is changed: 1 segment and 0 files of deletions left out");
    expect(place, "g verify", 1, "damaged");
    expect(place, "g backup to", 1, "live/segment-");
    expect(place, "g verify --repair --json", 0, "{\"type\":\"summary\",\"dry_run\":false,\"segments_dropped\":1,");
    expect(place, "g verify && ls live", 0, "damaged-segment-");
    expect(place, "add d && g verify", 0, "sound: 3 documents");
    expect(place, "g delete d && g verify --repair && ls live", 0, "damaged-segment-");
    expect(place, "echo x > live/manifest; g verify --repair", 1, "restore a backup");
    expect(place, "\"$GRAMDEX\" verify --repair --index none", 1, "none: no index here");
    expect(place, "ls -d none", 2, "none");
}

static void a_count_is_made_again_from_the_text(void **state) {
    const struct place *place = *state;
    expect(place, "add a; add b; add c; g delete c; g verify --query 产业链", 0, "equal, 2 documents read, commit 4");
    expect(place, "g verify --json --query '产业链 THEN/0 a'", 0,
           "{\"type\":\"verify\",\"query\":\"产业链 THEN/0 a\",\"equal\":true,\"documents\":1,\"occurrences\":2,"
           "\"documents_by_text\":1,\"occurrences_by_text\":2,\"documents_read\":2,");
    expect(place, "g verify --query 'a ('", 2, "column 4");
    expect(place, "g verify --query 'bridge:\"产业链\"'", 2, "bridge: is not counted again");
    expect(place, "g verify --query a --repair", 2, "do not go together");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_backup_is_made_once_and_updated_when_that_is_said, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(a_restored_index_is_the_backup, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(a_repair_tells_what_is_lost_and_the_rest_lives, set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(a_count_is_made_again_from_the_text, set_up, place_tear_down),
    };
    return cmocka_run_group_tests_name("cli: backup", tests, NULL, NULL);
}
