// SPDX-License-Identifier: Apache-2.0
// test_effort.c: long questions share the threads of their collection; short ones have none.

#include "../support/folder.h"

#include "api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { THREADS = 4, QUESTIONS = 3 };

struct asked {
    char *folder;
    gdx_collection *collection;
    gdx_question questions[QUESTIONS];
};

static int set_up(void **state) {
    struct asked *asked = calloc(1, sizeof *asked);
    gdx_collection_options options = gdx_collection_options_default();
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_error err = {0};
    assert_non_null(asked);
    asked->folder = folder_new();
    assert_int_equal(gdx_index_writer_open(asked->folder, &writer, &err), GDX_OK); // an index without documents
    options.threads = THREADS;
    assert_int_equal(gdx_collection_open(asked->folder, &options, &asked->collection, &err), GDX_OK);
    for (size_t i = 0; i < QUESTIONS; i++) {
        asked->questions[i] =
            (gdx_question){.collection = asked->collection, .session = gdx_session_new(asked->collection)};
        assert_non_null(asked->questions[i].session);
    }
    *state = asked;
    return 0;
}

static int tear_down(void **state) {
    struct asked *asked = *state;
    for (size_t i = 0; i < QUESTIONS; i++)
        gdx_session_free(asked->questions[i].session);
    gdx_collection_close(asked->collection);
    folder_remove(asked->folder);
    free(asked);
    return 0;
}

static unsigned seats_of(const gdx_question *question) {
    return gdx_executor_seats(question->session->executor);
}

static void a_long_question_takes_what_others_leave(void **state) {
    struct asked *asked = *state;
    gdx_question *first = &asked->questions[0], *second = &asked->questions[1], *third = &asked->questions[2];
    effort_begin(first);
    assert_int_equal(seats_of(first), THREADS);
    effort_begin(second);
    assert_int_equal(seats_of(second), 1);
    assert_null(second->session->executor);
    effort_end(first);
    assert_int_equal(seats_of(first), 1);
    effort_begin(third);
    assert_int_equal(seats_of(third), THREADS - 1);
    effort_end(second);
    effort_end(third);
    effort_begin(second);
    assert_int_equal(seats_of(second), THREADS); // all were given back
    effort_end(second);
}

static void a_question_within_another_has_its_threads(void **state) {
    struct asked *asked = *state;
    gdx_question inner = asked->questions[0];
    effort_begin(&asked->questions[0]);
    effort_begin(&inner);
    assert_int_equal(seats_of(&inner), THREADS);
    effort_end(&inner);
    effort_end(&asked->questions[0]);
    effort_begin(&asked->questions[1]);
    assert_int_equal(seats_of(&asked->questions[1]), THREADS);
    effort_end(&asked->questions[1]);
}

static void a_short_question_has_none(void **state) {
    struct asked *asked = *state;
    asked->questions[0].may_decline = true;
    effort_begin(&asked->questions[0]);
    assert_null(asked->questions[0].session->executor);
    effort_begin(&asked->questions[1]);
    assert_int_equal(seats_of(&asked->questions[1]), THREADS);
    effort_end(&asked->questions[1]);
    effort_end(&asked->questions[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_long_question_takes_what_others_leave, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_question_within_another_has_its_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_short_question_has_none, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("effort", tests, NULL, NULL);
}
