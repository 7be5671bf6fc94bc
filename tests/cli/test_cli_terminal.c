// SPDX-License-Identifier: Apache-2.0
// test_cli_terminal.c: what people see on a terminal: text that came from outside cannot steer it, and
// what is laid out fits its width. Each test runs the
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

// ---- concordance

// Columns of a line up to `end`, escape sequences that set a colour not counted.
static unsigned columns_of(const char *line, const char *end) {
    unsigned columns = 0;
    while (line < end) {
        uint32_t code_point;
        if (*line == '\x1b') {
            line = strchr(line, 'm') + 1;
            continue;
        }
        line += gdx_utf8_decode((const uint8_t *)line, (size_t)(end - line), &code_point);
        assert_int_not_equal(code_point, GDX_ILL_FORMED);
        bool is_combining = code_point >= 0x300 && code_point < 0x370;
        bool is_wide = (code_point >= 0x3000 && code_point < 0xa000) || (code_point >= 0xff00 && code_point < 0xff60);
        columns += is_wide ? 2 : is_combining ? 0 : 1;
    }
    return columns;
}

// Every line with the mark is within the terminal, and has it at the same column. Returns how many there are.
static size_t expect_aligned(const char *seen, unsigned columns, const char *mark) {
    size_t marked = 0;
    unsigned place = 0;
    for (const char *line = seen, *end; (end = strchr(line, '\n')); line = end + 1) {
        const char *match = strstr(line, mark);
        if (!match || match > end)
            continue;
        if (columns_of(line, end) > columns)
            fail_msg("%u columns on a terminal of %u:\n%s", columns_of(line, end), columns, seen);
        unsigned at = columns_of(line, match);
        if (marked++ && at != place)
            fail_msg("a match at column %u after one at %u:\n%s", at, place, seen);
        place = at;
    }
    return marked;
}

static const char lines_of_text[] =
    "{\"id\":\"1\",\"text\":\"产业链。\"}\n"
    "{\"id\":\"新闻/二〇二三年/产业链重构与全球贸易治理.txt\",\"text\":\"全球化时代的产业链，\\nsupply chains 与产业链重构，"
    "各国的政策变化很多，研究也很多，ＷＴＯ 的规则也要修改。"
    "自从这些国家在谈判中提出新方案以来各方立场逐渐接近但是分歧仍然存在尤其是关税措施\"}\n"
    "{\"id\":\"e\xcc\x81\",\"text\":\"re\xcc\x81sume\xcc\x81 de\xcc\x81ja\xcc\x80 vu e\xcc\x81te\xcc\x81 a\xcc\x80 "
    "Gene\xcc\x80ve produit me\xcc\x81lange\xcc\x81 产业链 apre\xcc\x80s\"}\n";

static struct place make_concordance(void) {
    struct place place;
    place_make(&place);
    struct said said = run_with_input(&place, lines_of_text, "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    return place;
}

static void a_concordance_is_aligned_on_the_match_and_fits_the_terminal(void **state) {
    (void)state;
    struct place place = make_concordance();
    for (unsigned columns = 20; columns < 200; columns += columns < 60 ? 1 : 13) {
        struct said said = run_on_terminal(&place, columns, "search", "--all", "产业链", NULL);
        expect_status(&said, 0);
        assert_int_equal(expect_aligned(said_out(&said), columns, "**"), 4);
        said_clear(&said);
    }
    place_remove(&place);
}

static void a_concordance_in_colour_is_aligned_too(void **state) {
    (void)state;
    struct place place = make_concordance();
    unsetenv("NO_COLOR");
    struct said said = run_on_terminal(&place, 71, "search", "--all", "产业链", NULL);
    setenv("NO_COLOR", "1", 1);
    expect_status(&said, 0);
    assert_int_equal(expect_aligned(said_out(&said), 71, "\x1b[1;31m产业链"), 4);
    said_clear(&said);
    place_remove(&place);
}

static void a_bridged_place_is_labelled_where_there_is_room(void **state) {
    (void)state;
    struct place place;
    place_make(&place);
    struct said said = run_with_input(
        &place, "{\"id\":\"1\",\"text\":\"全球产业\\n图一\\n和金融，资本与中国的合作\"}\n", "index", "-", NULL);
    expect_status(&said, 0);
    said_clear(&said);
    for (unsigned columns = 20; columns < 100; columns += 5) {
        said = run_on_terminal(&place, columns, "search", "--all", "bridge:全球产业和金融", NULL);
        expect_status(&said, 0);
        assert_int_equal(expect_aligned(said_out(&said), columns, "**全"), 1);
        if (columns >= 60)
            expect_in(said_out(&said), " bridged\n");
        said_clear(&said);
    }
    place_remove(&place);
}

static void a_match_wider_than_its_room_is_cut(void **state) {
    (void)state;
    struct place place = make_concordance();
    struct said said = run_on_terminal(&place, 30, "search", "--all", "各国的政策变化很多，研究也很多", NULL);
    expect_status(&said, 0);
    assert_int_equal(expect_aligned(said_out(&said), 30, "**各国"), 1);
    expect_in(said_out(&said), "…**\n");
    said_clear(&said);
    place_remove(&place);
}

static void a_concordance_fills_a_wide_terminal_unless_context_is_asked_for(void **state) {
    (void)state;
    static const struct {
        const char *snippet, *seen;
    } cases[] = {
        {NULL, "…。自从这些国家在谈判中提出新方案以来各方立场逐渐接近但是分歧仍然存在尤其是**关税措施**\n"},
        {"2", "  其是**关税措施**\n"},
        {"0", "  **关税措施**\n"},
    };
    struct place place = make_concordance();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *option = cases[i].snippet ? "--snippet" : NULL;
        struct said said = run_on_terminal(&place, 190, "search", "--all", "关税措施", option, cases[i].snippet, NULL);
        expect_in(said_out(&said), cases[i].seen);
        said_clear(&said);
    }
    place_remove(&place);
}

static void occurrences_elsewhere_than_on_a_terminal_are_whole(void **state) {
    (void)state;
    struct place place = make_concordance();
    struct said said = run(&place, "search", "--all", "时代的产业链", NULL);
    assert_int_equal(line_count(&said), 1);
    expect_in(said_out(&said), "新闻/二〇二三年/产业链重构与全球贸易治理.txt\ttext:9-27\t全球化**时代的产业链**，");
    said_clear(&said);
    place_remove(&place);
}

// ---- progress

// The last progress line of a run; earlier ones may be of the time before the files were listed. Each is drawn over,
// the last one by nothing.
static const char *last_drawn(struct said *said) {
    static const char start[] = "\r\033[K";
    char *line = NULL, *next = strstr((char *)said->out.data, start);
    while (next) {
        char *after = strstr(next + strlen(start), start);
        if (after)
            line = next + strlen(start);
        next = after;
    }
    if (!line)
        fail_msg("no progress in:\n%s", said_out(said));
    line[strcspn(line, "\r")] = 0;
    return line;
}

static void progress_is_a_share_where_the_total_is_known(void **state) {
    char path[PATH_BYTES];
    place_write(*state, "more.jsonl", "{\"id\":\"more\",\"text\":\"产业链\"}\n", path);
    struct said said = run_on_terminal(*state, 100, "index", path, NULL);
    expect_status(&said, 0);
    const char *line = last_drawn(&said);
    expect_in(line, "████");
    expect_in(line, " 100 %  ");
    said_clear(&said);
    said = run_on_terminal(*state, 100, "index", "-", NULL);
    expect_status(&said, 0);
    line = last_drawn(&said);
    expect_in(line, "0 documents");
    assert_null(strchr(line, '%'));
    assert_null(strstr(line, "█"));
    said_clear(&said);
}

static void progress_stays_on_one_line_of_a_narrow_terminal(void **state) {
    char path[PATH_BYTES];
    place_write(*state, "less.jsonl", "{\"id\":\"less\",\"text\":\"产业链\"}\n", path);
    for (unsigned columns = 20; columns < 90; columns += 23) {
        struct said said = run_on_terminal(*state, columns, "index", path, NULL);
        expect_status(&said, 0);
        const char *line = last_drawn(&said);
        assert_in_range(columns_of(line, line + strlen(line)), columns / 2, columns - 1);
        said_clear(&said);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_given_byte_for_byte_where_there_is_no_terminal),
        cmocka_unit_test(a_document_on_a_terminal_has_no_control_sequence),
        cmocka_unit_test(hidden_characters_of_a_hit_are_seen),
        cmocka_unit_test(hidden_characters_of_a_message_are_seen),
        cmocka_unit_test(a_concordance_is_aligned_on_the_match_and_fits_the_terminal),
        cmocka_unit_test(a_concordance_in_colour_is_aligned_too),
        cmocka_unit_test(a_bridged_place_is_labelled_where_there_is_room),
        cmocka_unit_test(a_match_wider_than_its_room_is_cut),
        cmocka_unit_test(a_concordance_fills_a_wide_terminal_unless_context_is_asked_for),
        cmocka_unit_test(occurrences_elsewhere_than_on_a_terminal_are_whole),
        cmocka_unit_test(progress_is_a_share_where_the_total_is_known),
        cmocka_unit_test(progress_stays_on_one_line_of_a_narrow_terminal),
    };
    return cmocka_run_group_tests_name("cli: terminal", tests, make_index, place_tear_down);
}
