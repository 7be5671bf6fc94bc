// SPDX-License-Identifier: Apache-2.0
// test_cli_limits.c: every command under every limit of address space from the least in which the program's libraries
// load to 500 MB: it does its work or says what to set, and no limit ends it by a signal. A disk that is full, and one
// that is read-only, under a command and a server.

#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DOCUMENTS = 1500,
    SYMBOLS = 1000,
    FIRST_MB = 60,
    LAST_MB = 500,
    STEP_MB = 20,
    LARGE_MB = 200,
    LARGE_STEP_MB = 100
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

static void write_records(const struct place *place, char path[PATH_BYTES]) {
    FILE *to = fopen(place_path(place, "in.jsonl", path), "w");
    assert_non_null(to);
    uint32_t state = 1;
    for (int i = 0; i < DOCUMENTS; i++) {
        fprintf(to, "{\"id\":\"d%d\",\"text\":\"产业链 ", i);
        for (int symbol = 0; symbol < SYMBOLS; symbol++) {
            state = state * 1664525 + 1013904223;
            unsigned code_point = 0x4e00 + (state >> 16) % (state & 4096 ? 60 : 3000);
            fprintf(to, "%c%c%c", 0xe0 | (int)(code_point >> 12), 0x80 | (int)(code_point >> 6 & 63),
                    0x80 | (int)(code_point & 63));
        }
        fputs("\"}\n", to);
    }
    assert_int_equal(fclose(to), 0);
}

// `wanted`: what the message of a failure names besides the limit. Returns whether the command could do its work.
static bool works_or_says_why(const struct place *place, int megabytes, const char *line, const char *wanted) {
    char limited[1024];
    snprintf(limited, sizeof limited, "ulimit -v %d; %s", megabytes * 1024, line);
    struct said said = run_shell(place, limited);
    bool works = said.exit_status == 0;
    if (!works) {
        print_message("%d MB: %s", megabytes, said_err(&said));
        assert_int_equal(said.exit_status, 1);
        expect_in(said_err(&said), "ulimit -v");
        expect_in(said_err(&said), wanted);
    }
    said_clear(&said);
    return works;
}

// The least limit of at least FIRST_MB under which the dynamic linker can load the program: below it not a line of the
// program runs.
static int least_limit(const struct place *place) {
    for (int megabytes = FIRST_MB; megabytes < LARGE_MB; megabytes += STEP_MB) {
        char limited[128];
        snprintf(limited, sizeof limited, "ulimit -v %d; \"$GRAMDEX\" --version", megabytes * 1024);
        struct said said = run_shell(place, limited);
        bool loads = said.exit_status == 0;
        said_clear(&said);
        if (loads)
            return megabytes;
    }
    fail_msg("the program does not load within %d MB", LARGE_MB);
    return 0;
}

static void each_command_works_or_says_what_to_set(void **state) {
    if (IS_SANITIZED)
        skip(); // a sanitizer reserves terabytes of addresses
    static const struct {
        const char *line, *wanted;
    } commands[] = {
        {"cd ${INDEX%/*} && rm -rf t; \"$GRAMDEX\" index --index t in.jsonl", "--memory"},
        {"cd ${INDEX%/*} && rm -rf t; \"$GRAMDEX\" index --index t --memory 16M --threads 1 in.jsonl", "--memory"},
        {"\"$GRAMDEX\" search --index \"$INDEX\" 产业链", ""},
        {"\"$GRAMDEX\" search --all --index \"$INDEX\" 产业链", ""},
        {"\"$GRAMDEX\" verify --index \"$INDEX\"", ""},
        {"cd ${INDEX%/*} && rm -rf m; cp -r \"$INDEX\" m; \"$GRAMDEX\" merge --index m", "--threads"},
        {"cd ${INDEX%/*} && rm -f at; \"$GRAMDEX\" serve --index \"$INDEX\" --listen 127.0.0.1:0 > at & server=$!\n"
         "until [ -s at ]; do sleep 0.02; kill -0 $server 2> /dev/null || break; done\n" // it listens, or has ended
         "kill $server 2> /dev/null; wait $server",
         "--memory"},
    };
    const struct place *place = *state;
    char path[PATH_BYTES];
    write_records(place, path);
    struct said said = run(place, "index", "--memory", "32M", "--no-merge", path, NULL);
    expect_status(&said, 0);
    said_clear(&said);
    int first_mb = least_limit(place);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        bool works = false;
        for (int megabytes = first_mb; megabytes <= LAST_MB;
             megabytes += megabytes < LARGE_MB ? STEP_MB : LARGE_STEP_MB)
            works = works_or_says_why(place, megabytes, commands[i].line, commands[i].wanted);
        if (!works)
            fail_msg("%s: not even within %d MB", commands[i].line, LAST_MB);
    }
}

// In a mount namespace of its own. Exit status 77: nothing can be mounted here.
static const char disk_script[] =
    "cd \"${INDEX%/*}\" && mkdir disk && mount -t tmpfs -o size=4m none disk || exit 77\n"
    "echo '{\"id\":\"a\",\"text\":\"产业链\"}' > one.jsonl\n"
    "echo '{\"id\":\"b\",\"text\":\"产业链\"}' >> one.jsonl\n"
    "\"$GRAMDEX\" index --index disk/i one.jsonl || exit 1\n"
    "to=unix:$PWD/socket\n"
    "\"$GRAMDEX\" serve --index disk/i --listen $to --log-format none & server=$!\n"
    "until \"$GRAMDEX\" stat --server $to > /dev/null 2>&1; do kill -0 $server || exit 1; sleep 0.05; done\n"
    "dd if=/dev/zero of=disk/filler bs=1k 2> /dev/null\n"
    "echo full; \"$GRAMDEX\" delete --json --index disk/i a; \"$GRAMDEX\" delete --json --server $to a\n"
    "rm disk/filler\n"
    "echo room; \"$GRAMDEX\" delete --json --server $to a\n"
    "mount -o remount,ro disk || exit 1\n"
    "echo read-only; \"$GRAMDEX\" index --json --server $to one.jsonl; \"$GRAMDEX\" delete --json --server $to b\n"
    "\"$GRAMDEX\" delete --json --index disk/i b; \"$GRAMDEX\" count --json --server $to 产业链\n"
    "kill $server; wait $server\n";

static void expect_error(const struct said *said, size_t line, const char *code, const char *words) {
    json_t *object = json_of_line(said, line), *error = json_object_get(object, "error");
    assert_non_null(error);
    assert_string_equal(string_of(error, "code"), code);
    expect_in(string_of(error, "message"), words);
    json_decref(object);
}

static size_t line_of(const struct said *said, const char *text) {
    char whole[64];
    snprintf(whole, sizeof whole, "\n%s\n", text);
    const char *at = strstr(said_out(said), whole);
    assert_non_null(at);
    size_t line = 1;
    for (const char *each = said_out(said); each < at; each++)
        line += *each == '\n';
    return line;
}

static void a_full_disk_and_a_read_only_one_are_told_apart(void **state) {
    const struct place *place = *state;
    char path[PATH_BYTES];
    place_write(place, "disk.sh", disk_script, path);
    struct said said = run_shell(place, "u='unshare -m'; $u true 2> /dev/null || u='unshare -rm'\n"
                                        "$u sh \"${INDEX%/*}/disk.sh\" || { s=$?; [ $s = 1 ] && s=77; exit $s; }");
    if (said.exit_status == 77 && !strstr(said_out(&said), "full")) {
        said_clear(&said);
        skip();
    }
    expect_status(&said, 0);
    size_t line = line_of(&said, "full");
    const char advice[] = "No space left on device; nothing was deleted. Free 64 KiB on the disk of the index";
    expect_error(&said, line + 1, "RESOURCE_EXHAUSTED", advice);
    expect_error(&said, line + 2, "RESOURCE_EXHAUSTED", advice);
    line = line_of(&said, "room");
    json_t *deleted = json_of_line(&said, line + 1);
    assert_int_equal(integer_of(deleted, "documents"), 1);
    json_decref(deleted);
    line = line_of(&said, "read-only");
    for (size_t i = 1; i <= 3; i++)
        expect_error(&said, line + i, "FAILED_PRECONDITION", "Read-only file system");
    json_t *counted = json_of_line(&said, line + 4);
    assert_int_equal(integer_of(counted, "documents"), 1);
    json_decref(counted);
    said_clear(&said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_command_works_or_says_what_to_set, place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_and_a_read_only_one_are_told_apart, place_set_up, place_tear_down),
    };
    return cmocka_run_group_tests_name("cli limits", tests, NULL, NULL);
}
