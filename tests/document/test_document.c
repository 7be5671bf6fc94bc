// SPDX-License-Identifier: Apache-2.0
// test_document.c: dates as they are written, and the hash of a document.

#include "gdx/document.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct date_case {
    const char *text;
    const char *iso;
};

static void every_way_of_writing_a_date_is_read(void **state) {
    (void)state;
    static const struct date_case cases[] = {
        {"", ""},
        {"  \t\r\n", ""},
        {"2023", "2023"},
        {"2023年", "2023"},
        {"2023-05", "2023-05"},
        {"2023-5", "2023-05"},
        {"2023/5", "2023-05"},
        {"2023.5", "2023-05"},
        {"2023年5月", "2023-05"},
        {"2023-05-06", "2023-05-06"},
        {" 2023-05-06\n", "2023-05-06"},
        {"　 2023年5月6日　", "2023-05-06"},
        {"2023年5月6日　10:00", "2023-05-06"},
        {"2023/5/6", "2023-05-06"},
        {"2023.05.6", "2023-05-06"},
        {"20230506", "2023-05-06"},
        {"2023年5月6日", "2023-05-06"},
        {"2023年05月06号", "2023-05-06"},
        {"2023-05-06T10:00:00Z", "2023-05-06"},
        {"2023-05-06T10:00:00.123+08:00", "2023-05-06"},
        {"2023-05-06 10:00", "2023-05-06"},
        {"20230506T100000Z", "2023-05-06"},
        {"2023-05-06 10:00:00 UTC", "2023-05-06"},
        {"2023年5月6日 10:00", "2023-05-06"},
        {"0001", "0001"},
        {"9999-12-31", "9999-12-31"},
        {"2024-02-29", "2024-02-29"},
        {"2000-02-29", "2000-02-29"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gdx_date date = 1;
        gdx_error err = {0};
        char text[GDX_DATE_TEXT_BYTES];
        if (gdx_date_parse(gdx_slice_of(cases[i].text), &date, &err) != GDX_OK)
            fail_msg("'%s': %s", cases[i].text, err.message);
        assert_string_equal(gdx_date_format(date, text), cases[i].iso);
    }
}

static void the_error_of_a_wrong_date_names_the_fault(void **state) {
    (void)state;
    static const struct date_case cases[] = {
        {"2023-13-45", "month 13, expected 1 to 12"},
        {"2023-00", "month 0, expected 1 to 12"},
        {"2023-02-29", "day 29, expected 1 to 28"},
        {"1900-02-29", "day 29, expected 1 to 28"},
        {"2023-04-31", "day 31, expected 1 to 30"},
        {"2023-05-00", "day 0, expected 1 to 31"},
        {"20231301", "month 13"},
        {"0000", "year 0, expected 1 to 9999"},
        {"23-05-06", "four digits"},
        {"202305", "four digits"},
        {"yesterday", "four digits"},
        {"-2023", "four digits"},
        {"2023-", "expected a month"},
        {"2023-05-", "expected a day"},
        {"2023-05/06", "found '/06', expected the end of the date"},
        {"2023年5", "expected 月"},
        {"2023年5月6", "expected 日"},
        {"2023-05-06x", "found 'x', expected the end of the date"},
        {"2023-05-06T", "expected the end of the date"},
        {"2023-05-06 noon", "expected the end of the date"},
        {"2023-05 10:00", "expected the end of the date"},
        {"2023-005", "found '005', expected a month"},
        {"2023-050", "found '050', expected a month"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gdx_date date = 77;
        gdx_error err = {0};
        if (gdx_date_parse(gdx_slice_of(cases[i].text), &date, &err) != GDX_INVALID)
            fail_msg("'%s' was read", cases[i].text);
        assert_int_equal(date, 77);
        if (!strstr(err.message, cases[i].iso))
            fail_msg("'%s': got \"%s\", expected \"%s\" in it", cases[i].text, err.message, cases[i].iso);
    }
}

static void a_date_is_read_within_its_slice_only(void **state) {
    (void)state;
    gdx_date date;
    char *four = malloc(4);
    assert_non_null(four);
    memcpy(four, "2023", 4);
    assert_int_equal(gdx_date_parse((gdx_slice){four, 4}, &date, NULL), GDX_OK);
    assert_int_equal(date, gdx_date_of(2023, 0, 0));
    free(four);
    assert_int_equal(gdx_date_parse((gdx_slice){"2023-05-06\0x", 12}, &date, NULL), GDX_INVALID);
}

static void every_day_of_400_years_survives_format_and_parse(void **state) {
    (void)state;
    gdx_date before = 0;
    unsigned days = 0;
    for (unsigned year = 1801; year <= 2200; year++) {
        for (unsigned month = 1; month <= 12; month++) {
            unsigned last = gdx_date_day(gdx_date_last_day(gdx_date_of(year, month, 0)));
            for (unsigned day = 1; day <= last; day++) {
                char text[GDX_DATE_TEXT_BYTES];
                gdx_date date = gdx_date_of(year, month, day), again = 0;
                assert_int_equal(gdx_date_parse(gdx_slice_of(gdx_date_format(date, text)), &again, NULL), GDX_OK);
                assert_int_equal(again, date);
                assert_true(date > before);
                before = date;
                days++;
            }
        }
    }
    assert_int_equal(days, 146097);
}

static void first_and_last_day_enclose_the_period_of_a_date(void **state) {
    (void)state;
    assert_int_equal(gdx_date_first_day(gdx_date_of(2024, 0, 0)), gdx_date_of(2024, 1, 1));
    assert_int_equal(gdx_date_last_day(gdx_date_of(2024, 0, 0)), gdx_date_of(2024, 12, 31));
    assert_int_equal(gdx_date_first_day(gdx_date_of(2024, 2, 0)), gdx_date_of(2024, 2, 1));
    assert_int_equal(gdx_date_last_day(gdx_date_of(2024, 2, 0)), gdx_date_of(2024, 2, 29));
    assert_int_equal(gdx_date_last_day(gdx_date_of(2023, 2, 0)), gdx_date_of(2023, 2, 28));
    assert_int_equal(gdx_date_first_day(gdx_date_of(2024, 2, 3)), gdx_date_of(2024, 2, 3));
    assert_int_equal(gdx_date_last_day(gdx_date_of(2024, 2, 3)), gdx_date_of(2024, 2, 3));
    assert_int_equal(gdx_date_first_day(GDX_NO_DATE), GDX_NO_DATE);
    assert_int_equal(gdx_date_last_day(GDX_NO_DATE), GDX_NO_DATE);
}

static gdx_document sample(void) {
    return (gdx_document){.id = gdx_slice_of("a"),
                          .title = gdx_slice_of("标题"),
                          .source = gdx_slice_of("news"),
                          .metadata = gdx_slice_of("{\"x\":1}"),
                          .text = gdx_slice_of("全球产业链"),
                          .date = gdx_date_of(2023, 5, 6)};
}

static void the_hash_depends_on_every_field_of_the_content(void **state) {
    (void)state;
    gdx_document document = sample();
    uint64_t hash = gdx_document_hash(&document);
    assert_true(hash == gdx_document_hash(&document));
    gdx_slice *const fields[] = {&document.id, &document.title, &document.source, &document.metadata, &document.text};
    for (size_t i = 0; i < 5; i++) {
        document = sample();
        fields[i]->bytes--;
        assert_true(hash != gdx_document_hash(&document));
    }
    document = sample();
    document.date++;
    assert_true(hash != gdx_document_hash(&document));
    document = sample();
    document.title_from_text = true;
    assert_true(hash != gdx_document_hash(&document));
}

static void the_hash_depends_on_the_origin(void **state) {
    (void)state;
    gdx_document document = sample();
    uint64_t hash = gdx_document_hash(&document);
    document.origin = gdx_slice_of("elsewhere.jsonl");
    assert_true(hash != gdx_document_hash(&document));
}

static void the_hash_depends_on_where_a_field_ends(void **state) {
    (void)state;
    gdx_document one = {.id = gdx_slice_of("ab"), .title = gdx_slice_of("c")};
    gdx_document two = {.id = gdx_slice_of("a"), .title = gdx_slice_of("bc")};
    assert_true(gdx_document_hash(&one) != gdx_document_hash(&two));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_writing_a_date_is_read),
        cmocka_unit_test(the_error_of_a_wrong_date_names_the_fault),
        cmocka_unit_test(a_date_is_read_within_its_slice_only),
        cmocka_unit_test(every_day_of_400_years_survives_format_and_parse),
        cmocka_unit_test(first_and_last_day_enclose_the_period_of_a_date),
        cmocka_unit_test(the_hash_depends_on_every_field_of_the_content),
        cmocka_unit_test(the_hash_depends_on_the_origin),
        cmocka_unit_test(the_hash_depends_on_where_a_field_ends),
    };
    return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
