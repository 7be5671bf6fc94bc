// SPDX-License-Identifier: Apache-2.0
// test_cli_limits.c: every command under every limit of address space from 60 to 500 MB: it does its work or says what
// to set, and no limit ends it by a signal.

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
        {"timeout -s TERM 0.3 \"$GRAMDEX\" serve --index \"$INDEX\" --listen 127.0.0.1:0; s=$?; [ $s = 124 ] || exit $s",
         "--memory"},
    };
    const struct place *place = *state;
    char path[PATH_BYTES];
    write_records(place, path);
    struct said said = run(place, "index", "--memory", "32M", "--no-merge", path, NULL);
    expect_status(&said, 0);
    said_clear(&said);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        bool works = false;
        for (int megabytes = FIRST_MB; megabytes <= LAST_MB;
             megabytes += megabytes < LARGE_MB ? STEP_MB : LARGE_STEP_MB)
            works = works_or_says_why(place, megabytes, commands[i].line, commands[i].wanted);
        if (!works)
            fail_msg("%s: not even within %d MB", commands[i].line, LAST_MB);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_command_works_or_says_what_to_set, place_set_up, place_tear_down),
    };
    return cmocka_run_group_tests_name("cli limits", tests, NULL, NULL);
}
