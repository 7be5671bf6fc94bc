// SPDX-License-Identifier: Apache-2.0
// test_wire.c: the benchmark over the wire counts answers that are true, and no others.

#include "../support/folder.h"
#include "gdx/bench_wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { METHODS = 6, DOCUMENTS = 12, REQUESTS = 40 };

static char *folder;
static char index_path[512], phrases_path[512], wrong_path[512];

static void write_file(const char *path, const char *text) {
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    fputs(text, to);
    assert_int_equal(fclose(to), 0);
}

static int make_index(void **state) {
    char command[2048], records[512];
    (void)state;
    folder = folder_new();
    snprintf(index_path, sizeof index_path, "%s/index", folder);
    snprintf(records, sizeof records, "%s/records.jsonl", folder);
    snprintf(phrases_path, sizeof phrases_path, "%s/phrases.jsonl", folder);
    snprintf(wrong_path, sizeof wrong_path, "%s/wrong.jsonl", folder);
    FILE *to = fopen(records, "w");
    for (int i = 0; to && i < DOCUMENTS; i++)
        fprintf(to, "{\"id\":\"%d\",\"text\":\"产业链重构，%s贸易规则。\"}\n", i, i == 0 ? "友岸外包，" : "");
    if (!to || fclose(to) != 0)
        return -1;
    write_file(phrases_path, "{\"phrase\":\"友岸外包\",\"symbols\":4,\"documents\":1,\"occurrences\":1}\n"
                             "{\"phrase\":\"产业链\",\"symbols\":3,\"documents\":12,\"occurrences\":12}\n");
    write_file(wrong_path, "{\"phrase\":\"产业链\",\"symbols\":3,\"documents\":11,\"occurrences\":12}\n");
    snprintf(command, sizeof command, "'%s' index --index '%s' '%s' >/dev/null", GRAMDEX_PROGRAM, index_path, records);
    return system(command);
}

static int remove_index(void **state) {
    (void)state;
    folder_remove(folder);
    return 0;
}

static gdx_bench_wire_options options_with(const char *phrases, const char *methods) {
    return (gdx_bench_wire_options){.program = GRAMDEX_PROGRAM,
                                    .directory = index_path,
                                    .phrases = phrases,
                                    .methods = methods,
                                    .connections = 2,
                                    .streams = 3,
                                    .requests = REQUESTS,
                                    .json = true};
}

static gdx_status measure(const gdx_bench_wire_options *options, char **out, gdx_error *err) {
    size_t bytes = 0;
    *out = NULL;
    FILE *to = open_memstream(out, &bytes);
    assert_non_null(to);
    gdx_status status = gdx_bench_wire(options, to, err);
    fclose(to);
    return status;
}

static void every_method_is_measured_and_answered_truly(void **state) {
    (void)state;
    gdx_bench_wire_options options = options_with(phrases_path, NULL);
    gdx_error err = {0};
    char *printed;
    unsigned lines = 0;
    gdx_status status = measure(&options, &printed, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(status, GDX_OK);
    for (const char *at = printed; (at = strstr(at, "\"requests_per_s\":")); at++)
        lines++;
    assert_int_equal(lines, METHODS);
    assert_non_null(strstr(printed, "\"cpu_s_per_100k\":"));
    assert_non_null(strstr(printed, "\"figure\":\"fairness\",\"heavy_calls\":200,"));
    free(printed);
}

static void an_answer_that_is_not_true_ends_the_run(void **state) {
    (void)state;
    static const char *const methods[] = {"count-medium", "search"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        gdx_bench_wire_options options = options_with(wrong_path, methods[i]);
        gdx_error err = {0};
        char *printed;
        assert_int_equal(measure(&options, &printed, &err), GDX_CORRUPT);
        assert_non_null(strstr(err.message, methods[i]));
        assert_string_equal(printed, "");
        free(printed);
    }
}

static void a_method_that_is_not_known_is_refused(void **state) {
    (void)state;
    gdx_bench_wire_options options = options_with(phrases_path, "empty,nothing");
    gdx_error err = {0};
    char *printed;
    assert_int_equal(measure(&options, &printed, &err), GDX_INVALID);
    assert_non_null(strstr(err.message, "\"nothing\""));
    free(printed);
}

static void a_server_that_does_not_start_tells_why(void **state) {
    (void)state;
    gdx_bench_wire_options options = options_with(NULL, NULL);
    gdx_error err = {0};
    char *printed;
    options.directory = "/nowhere";
    assert_int_equal(measure(&options, &printed, &err), GDX_UNAVAILABLE);
    assert_non_null(strstr(err.message, "no index"));
    free(printed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method_is_measured_and_answered_truly),
        cmocka_unit_test(an_answer_that_is_not_true_ends_the_run),
        cmocka_unit_test(a_method_that_is_not_known_is_refused),
        cmocka_unit_test(a_server_that_does_not_start_tells_why),
    };
    return cmocka_run_group_tests(tests, make_index, remove_index);
}
