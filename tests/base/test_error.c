// SPDX-License-Identifier: Apache-2.0
// test_error.c: statuses and reasons against what the wire and the shell expect of them, and failures with their facts.

#include "gdx/error.h"
#include "gdx/utf8.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

enum { CODES = 17 }; // google.rpc.Code has the numbers 0 to 16

static void every_status_has_a_name_a_code_and_an_exit_status(void **state) {
    (void)state;
    for (int i = 0; i < GDX_STATUSES; i++) {
        gdx_status status = (gdx_status)i;
        assert_true(gdx_status_name(status)[0] != 0);
        assert_true(gdx_status_code(status) < CODES);
        assert_int_equal(gdx_status_code(status) == 0, status == GDX_OK);
        assert_in_range(gdx_status_exit(status), 0, 2);
        assert_int_equal(gdx_status_exit(status) == 0, status == GDX_OK);
        for (int other = 0; other < i; other++)
            assert_string_not_equal(gdx_status_name(status), gdx_status_name((gdx_status)other));
    }
    assert_int_equal(gdx_status_exit(GDX_INVALID), 2); // wrong use
}

static void a_code_from_outside_gives_a_status_with_that_code_if_one_exists(void **state) {
    (void)state;
    for (unsigned code = 0; code < CODES; code++) {
        gdx_status status = gdx_status_of_code(code);
        bool has_status = false;
        for (int i = 0; i < GDX_STATUSES; i++)
            has_status |= gdx_status_code((gdx_status)i) == code;
        if (has_status)
            assert_int_equal(gdx_status_code(status), code);
        else
            assert_int_not_equal(status, GDX_OK);
    }
    assert_int_equal(gdx_status_of_code(CODES), GDX_INTERNAL);
    assert_string_equal(gdx_status_code_name(GDX_INVALID), "INVALID_ARGUMENT");
    assert_string_equal(gdx_status_code_name(GDX_UNAUTHENTICATED), "UNAUTHENTICATED");
}

static void every_reason_is_found_by_its_name(void **state) {
    (void)state;
    for (int i = 1; i < GDX_REASON_COUNT; i++)
        assert_int_equal(gdx_reason_of_name(gdx_reason_name((gdx_reason)i)), i);
    assert_string_equal(gdx_reason_name(GDX_REASON_NONE), "");
    assert_int_equal(gdx_reason_of_name(""), GDX_REASON_NONE);
    assert_int_equal(gdx_reason_of_name("NO_SUCH_REASON"), GDX_REASON_NONE);
}

static void the_first_failure_wins_and_the_error_may_be_null(void **state) {
    (void)state;
    gdx_error err = {0};
    assert_int_equal(gdx_fail(&err, GDX_CORRUPT, "byte %d", 7), GDX_CORRUPT);
    assert_int_equal(gdx_fail_memory(&err, "a test"), GDX_NO_MEMORY);
    assert_int_equal(gdx_fail_query(&err, GDX_REASON_QUERY_SYNTAX, 3, "x"), GDX_INVALID);
    assert_int_equal(err.status, GDX_CORRUPT);
    assert_int_equal(err.column, 0);
    assert_string_equal(err.message, "byte 7");
    assert_int_equal(gdx_fail_field(NULL, "limit", GDX_REASON_OUT_OF_RANGE, "x"), GDX_INVALID);
    assert_int_equal(gdx_fail_errno(NULL, ENOSPC, "x"), GDX_NO_SPACE);
}

struct text_case {
    gdx_error err;
    const char *text;
};

static void the_facts_of_a_failure_are_put_together_for_people(void **state) {
    (void)state;
    struct text_case cases[] = {
        {{0}, "no memory for a test"},
        {{0}, "dir/file: 3 bytes, expected 4"},
        {{0}, "limit: 0, expected at least 1"},
        {{0}, "query, column 5: found )"},
        {{0}, "busy"},
    };
    gdx_fail_memory(&cases[0].err, "a test");
    gdx_fail_at(&cases[1].err, GDX_CORRUPT, "dir/file", "%d bytes, expected %d", 3, 4);
    gdx_fail_field(&cases[2].err, "limit", GDX_REASON_OUT_OF_RANGE, "%d, expected at least %d", 0, 1);
    gdx_fail_query(&cases[3].err, GDX_REASON_QUERY_SYNTAX, 5, "found )");
    cases[4].err.status = GDX_BUSY;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[GDX_ERROR_TEXT_BYTES];
        assert_string_equal(gdx_error_text(&cases[i].err, text), cases[i].text);
    }
    assert_int_equal(cases[2].err.reason, GDX_REASON_OUT_OF_RANGE);
    assert_int_equal(cases[3].err.column, 5);
    assert_string_equal(cases[1].err.where, "dir/file");
    assert_string_equal(cases[1].err.message, "3 bytes, expected 4"); // the message does not repeat the place
}

static void the_longest_facts_fit_into_the_text(void **state) {
    (void)state;
    char where[2 * GDX_WHERE_BYTES];
    memset(where, 'w', sizeof where);
    where[sizeof where - 1] = 0;
    gdx_error err = {0};
    char text[GDX_ERROR_TEXT_BYTES];
    gdx_fail_at(&err, GDX_CORRUPT, where, "%s", where);
    assert_int_equal(strlen(err.where), GDX_WHERE_BYTES - 1);
    assert_int_equal(strlen(gdx_error_text(&err, text)), strlen(err.where) + 2 + strlen(err.message));
}

// Each character in turn lies across the end, at each of its bytes.
static void a_text_that_is_cut_ends_after_a_whole_character(void **state) {
    (void)state;
    static const char *const characters[] = {"a", "é", "产", "𠀀"};
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        for (size_t shift = 0; shift < GDX_UTF8_BYTES; shift++) {
            char text[2 * GDX_MESSAGE_BYTES] = "";
            size_t bytes = strlen(characters[i]), room = GDX_MESSAGE_BYTES - 1 - shift;
            gdx_error err = {0};
            memset(text, '-', shift);
            for (size_t at = shift; at + bytes < sizeof text; at += bytes)
                memcpy(text + at, characters[i], bytes + 1);
            gdx_fail_at(&err, GDX_CORRUPT, text, "%s", text);
            assert_int_equal(strlen(err.message), shift + room / bytes * bytes);
            assert_memory_equal(err.message, text, strlen(err.message));
            assert_string_equal(err.where, err.message);
        }
    }
}

// What is no UTF-8 is not taken for a character that was cut.
static void a_text_that_fits_is_kept_to_its_last_byte(void **state) {
    (void)state;
    gdx_error err = {0};
    gdx_fail(&err, GDX_CORRUPT, "産\xe7\x94");
    assert_string_equal(err.message, "産\xe7\x94");
}

static void an_errno_becomes_a_status_and_the_words_of_the_system(void **state) {
    (void)state;
    static const struct {
        int number;
        gdx_status status;
    } cases[] = {{ENOSPC, GDX_NO_SPACE}, {EDQUOT, GDX_NO_SPACE},    {ENOMEM, GDX_NO_MEMORY}, {ENOENT, GDX_NOT_FOUND},
                 {EFBIG, GDX_TOO_LARGE}, {EROFS, GDX_PRECONDITION}, {EACCES, GDX_IO}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gdx_error err = {0};
        assert_int_equal(gdx_fail_errno(&err, cases[i].number, "file"), cases[i].status);
        assert_memory_equal(err.message, "file: ", 6);
        assert_non_null(strstr(err.message, strerror(cases[i].number)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_a_code_and_an_exit_status),
        cmocka_unit_test(a_code_from_outside_gives_a_status_with_that_code_if_one_exists),
        cmocka_unit_test(every_reason_is_found_by_its_name),
        cmocka_unit_test(the_first_failure_wins_and_the_error_may_be_null),
        cmocka_unit_test(the_facts_of_a_failure_are_put_together_for_people),
        cmocka_unit_test(the_longest_facts_fit_into_the_text),
        cmocka_unit_test(a_text_that_is_cut_ends_after_a_whole_character),
        cmocka_unit_test(a_text_that_fits_is_kept_to_its_last_byte),
        cmocka_unit_test(an_errno_becomes_a_status_and_the_words_of_the_system),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
