// SPDX-License-Identifier: Apache-2.0
// test_cli_terminal.c: what people see on a terminal: text that came from outside cannot steer it. Each test runs the
// program on a pseudo-terminal of a given width. NO_COLOR is set, so that an escape sequence which is seen is not the
// program's own.

#include "program.h"

#include <stdlib.h>

// Of each kind one: C0, DEL, C1, and those that change the direction.
#define HIDDEN                                                                                                         \
    "\x1b]0;x\x07 \x7f \xc2\x9b"                                                                                       \
    "2J \xe2\x80\xae \xe2\x81\xa6 \xe2\x80\x8f \xd8\x9c"
#define HIDDEN_SHOWN  "<U+001B>]0;x<U+0007> <U+007F> <U+009B>2J <U+202E> <U+2066> <U+200F> <U+061C>"
#define HIDDEN_RECORD "\\u001b]0;x\\u0007 \\u007f \\u009b2J \\u202e \\u2066 \\u200f \\u061c"

static int make_index(void **state) {
    static struct place place;
    static const char record[] =
        "{\"id\":\"odd\xe2\x80\xae.txt\",\"title\":\"" HIDDEN_RECORD "\",\"source\":\"\xe2\x80\x8e"
        "s\",\"text\":\"" HIDDEN_RECORD "产业链\\r\\n\\t次行\\r尾\\n\"}\n";
    place_make(&place);
    setenv("TERM", "xterm", 1);
    setenv("NO_COLOR", "1", 1);
    struct said said = run_with_input(&place, record, "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    *state = &place;
    return 0;
}

static int remove_place(void **state) {
    place_remove(*state);
    return 0;
}

static void expect_in(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("expected \"%s\" in:\n%s", part, text);
}

static void a_document_is_given_byte_for_byte_where_there_is_no_terminal(void **state) {
    struct said said = run(*state, "get", "odd\xe2\x80\xae.txt", NULL);
    expect_status(&said, 0);
    assert_string_equal(said_out(&said), HIDDEN "产业链\r\n\t次行\r尾\n");
    said_clear(&said);
}

static void a_document_on_a_terminal_has_no_control_sequence(void **state) {
    struct said said = run_on_terminal(*state, 80, "get", "odd\xe2\x80\xae.txt", NULL);
    expect_status(&said, 0);
    assert_string_equal(said_out(&said), HIDDEN_SHOWN "产业链\r\n\t次行<U+000D>尾\n");
    said_clear(&said);
}

static void hidden_characters_of_a_hit_are_seen(void **state) {
    struct said said = run_on_terminal(*state, 500, "search", "产业链", NULL);
    expect_status(&said, 0);
    expect_in(said_out(&said), " 1. " HIDDEN_SHOWN "\n    odd<U+202E>.txt · <U+200E>s · ");
    expect_in(said_out(&said), "<U+202E> <U+2066> <U+200F> <U+061C>**产业链**");
    assert_null(strchr(said_out(&said), '\x1b'));
    said_clear(&said);
    said = run(*state, "search", "--all", "产业链", NULL);
    expect_status(&said, 0);
    expect_in(said_out(&said), "odd<U+202E>.txt\ttext:");
    said_clear(&said);
}

static void hidden_characters_of_a_message_are_seen(void **state) {
    struct said said = run_on_terminal(*state, 80, "get", "no\xe2\x80\xaesuch", NULL);
    expect_in(said_out(&said), "no<U+202E>such");
    said_clear(&said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_given_byte_for_byte_where_there_is_no_terminal),
        cmocka_unit_test(a_document_on_a_terminal_has_no_control_sequence),
        cmocka_unit_test(hidden_characters_of_a_hit_are_seen),
        cmocka_unit_test(hidden_characters_of_a_message_are_seen),
    };
    return cmocka_run_group_tests_name("cli: terminal", tests, make_index, remove_place);
}
