// SPDX-License-Identifier: Apache-2.0
// test_page.c: each line of the ```found blocks of docs/matching-rule.md: a query, a text, how often it is found there.

#include "../support/examples.h"
#include "../support/folder.h"
#include "../support/small_index.h"

#include "gdx/query.h"
#include "gdx/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s", gdx_status_name(status), err->message);
}

static gdx_totals count(const char *directory, gdx_slice query_text) {
    gdx_error err = {0};
    gdx_index *index = NULL;
    gdx_query *query = NULL;
    gdx_searcher *searcher = gdx_searcher_new();
    gdx_totals totals = {0};
    assert_non_null(searcher);
    must(gdx_index_open(directory, &index, &err), &err);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    must(gdx_query_parse(gdx_rule_current(), query_text, &query, &err), &err);
    must(gdx_count(searcher, snapshot, query, NULL, &totals, &err), &err);
    gdx_query_free(query);
    gdx_searcher_free(searcher);
    gdx_snapshot_release(snapshot);
    gdx_index_close(index);
    return totals;
}

static void check_example(const char *line) {
    const char *first = strstr(line, " | "), *second = first ? strstr(first + 3, " | ") : NULL;
    if (!second)
        fail_msg("not a query, a text and a number: %s", line);
    gdx_buffer query = examples_text(line, first), text = examples_text(first + 3, second);
    assert_int_equal(gdx_buffer_append(&text, "", 1), GDX_OK);
    gdx_error err = {0};
    char *directory = folder_new();
    gdx_index_writer *writer = NULL;
    struct small_document document = {"d", (const char *)text.data};
    must(gdx_index_writer_open(directory, &writer, &err), &err);
    must(small_add(writer, 1, &document, 1, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    gdx_index_writer_close(writer);
    gdx_totals totals = count(directory, gdx_buffer_slice(&query));
    if (totals.occurrences != strtoull(second + 3, NULL, 10))
        fail_msg("%s: found %llu times", line, (unsigned long long)totals.occurrences);
    folder_remove(directory);
    gdx_buffer_clear(&query);
    gdx_buffer_clear(&text);
}

static void every_example_of_the_page_is_found_as_often_as_it_says(void **state) {
    (void)state;
    assert_true(examples_check("matching-rule.md", "found", check_example) > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_of_the_page_is_found_as_often_as_it_says),
    };
    return cmocka_run_group_tests_name("query: page", tests, NULL, NULL);
}
