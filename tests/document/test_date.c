// SPDX-License-Identifier: Apache-2.0
// test_date.c: dates in the forms that sites, mail, databases and people write, each refused one with its reason, and
// dates found within names and lines.

#include "gdx/document.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

struct date_case {
    const char *text;
    const char *iso; // or what the message says
};

static void check_read(gdx_status (*read)(gdx_slice, gdx_date *, gdx_error *), const struct date_case *cases,
                       size_t count) {
    for (size_t i = 0; i < count; i++) {
        gdx_date date = 1;
        gdx_error err = {0};
        char text[GDX_DATE_TEXT_BYTES];
        size_t bytes = strlen(cases[i].text);
        char *copy = malloc(bytes + 1); // of its very size, so that the sanitizer sees a read past it
        assert_non_null(copy);
        memcpy(copy, cases[i].text, bytes);
        if (read((gdx_slice){copy, bytes}, &date, &err) != GDX_OK)
            fail_msg("'%s': %s", cases[i].text, err.message);
        if (strcmp(gdx_date_format(date, text), cases[i].iso) != 0)
            fail_msg("'%s' was read as %s, expected %s", cases[i].text, text, cases[i].iso);
        free(copy);
    }
}

static void check_refused(gdx_status (*read)(gdx_slice, gdx_date *, gdx_error *), const struct date_case *cases,
                          size_t count) {
    for (size_t i = 0; i < count; i++) {
        gdx_date date = 77;
        gdx_error err = {0};
        if (read(gdx_slice_of(cases[i].text), &date, &err) != GDX_INVALID)
            fail_msg("'%s' was read", cases[i].text);
        assert_int_equal(date, 77);
        if (!strstr(err.message, cases[i].iso))
            fail_msg("'%s': got \"%s\", expected \"%s\" in it", cases[i].text, err.message, cases[i].iso);
    }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void chinese_dates_are_read(void **state) {
    (void)state;
    static const struct date_case cases[] = {
        {"2023年05月06日10:20", "2023-05-06"},
        {"2023年5月6日 10时20分", "2023-05-06"},
        {"2023年5月6日10时20分30秒", "2023-05-06"},
        {"2023年5月6日上午10点", "2023-05-06"},
        {"2023年5月6日星期六10:20", "2023-05-06"},
        {"2023年5月6日（星期六）", "2023-05-06"},
        {"2023年5月6日 周六 下午3时", "2023-05-06"},
        {"2023 年 5 月 6 日", "2023-05-06"},
        {"2023年5月份", "2023-05"},
        {"星期日 2023-05-07", "2023-05-07"},
        {"2023-05-06 星期六", "2023-05-06"},
        {"2023-05-06 10:20 北京时间", "2023-05-06"},
        {"２０２３年５月６日", "2023-05-06"},
        {"２０２３－０５－０６　１０：２０", "2023-05-06"},
        {"２０２３／５／６", "2023-05-06"},
        {"二〇二三年五月六日", "2023-05-06"},
        {"二零二三年五月十六日", "2023-05-16"},
        {"二○二三年十二月三十一日", "2023-12-31"},
        {"二OO八年八月八日", "2008-08-08"},
        {"二0一〇年十月二十日", "2010-10-20"},
        {"一九九八年十二月廿一日", "1998-12-21"},
        {"二千零二十三年五月", "2023-05"},
        {"二零二三", "2023"},
        {"民國112年5月6日", "2023-05-06"},
        {"中華民國 112 年 05 月 06 日", "2023-05-06"},
        {"民国一百一十二年五月六日", "2023-05-06"},
        {"民國一一二年五月", "2023-05"},
        {"民國112/05/06", "2023-05-06"},
        {"民國元年", "1912"},
        {"公元2023年5月6日", "2023-05-06"},
        {"西元2023年", "2023"},
        {"0203-05-06", "0203-05-06"}, // a slip is read as what it says
        {"0203年5月6日", "0203-05-06"},
    };
    check_read(gdx_date_parse, cases, COUNT(cases));
}

static void dates_of_mail_and_programs_are_read(void **state) {
    (void)state;
    static const struct date_case cases[] = {
        {"Sat, 06 May 2023 10:20:00 +0800", "2023-05-06"},
        {"Sat, 6 May 2023 10:20:00 GMT", "2023-05-06"},
        {"6 May 2023 10:20 -0500 (CDT)", "2023-05-06"},
        {"Saturday, 06-May-23 10:20:00 GMT", "2023-05-06"},
        {"Tue, 06 May 97 10:20:00 EST", "1997-05-06"},
        {"Sat May  6 10:20:00 2023", "2023-05-06"},
        {"Sat May 06 10:20:00 CST 2023", "2023-05-06"},
        {"Sat May 06 2023 10:20:00 GMT+0800 (中国标准时间)", "2023-05-06"},
        {"2023-05-06 10:20:00 CST", "2023-05-06"},
        {"2023-05-06T10:20:00.123456789+08:00[Asia/Shanghai]", "2023-05-06"},
        {"2023-05-06T10:20:00,5Z", "2023-05-06"},
        {"2023-05-06T10:20:00-0500", "2023-05-06"},
        {"2023-05-06T10", "2023-05-06"},
        {"2023-05-06+08:00", "2023-05-06"},
        {"2023-05-06Z", "2023-05-06"},
        {"20230506102000", "2023-05-06"},
        {"202305061020", "2023-05-06"},
        {"2023050610", "2023-05-06"},
        {"20230506102000123", "2023-05-06"},
        {"20230506 10:20", "2023-05-06"},
        {"20230506T102000Z", "2023-05-06"},
        {"1683339600", "2023-05-06"},
        {"1683339600.25", "2023-05-06"},
        {"1683339600000", "2023-05-06"},
    };
    check_read(gdx_date_parse, cases, COUNT(cases));
}

static void dates_with_names_of_months_are_read(void **state) {
    (void)state;
    static const struct date_case cases[] = {
        {"May 6 2023", "2023-05-06"},
        {"May 6, 2023", "2023-05-06"},
        {"May 6th, 2023, 10:20 a.m. ET", "2023-05-06"},
        {"MAY 6, 2023 10:20 PM EDT", "2023-05-06"},
        {"Saturday, May 6, 2023 at 10:20 AM", "2023-05-06"},
        {"Sept. 6, 2023", "2023-09-06"},
        {"September 6, 2023", "2023-09-06"},
        {"6 May 2023", "2023-05-06"},
        {"6 May, 2023", "2023-05-06"},
        {"6th of May 2023", "2023-05-06"},
        {"06-May-2023", "2023-05-06"},
        {"6 dec. 2023", "2023-12-06"},
        {"2023 May 6", "2023-05-06"},
        {"2023-May-06", "2023-05-06"},
        {"May 2023", "2023-05"},
        {"May, 2023", "2023-05"},
        {"Ｍａｙ　６，　２０２３", "2023-05-06"},
        {"25/12/2023", "2023-12-25"},
        {"12/25/2023 10:20:00 AM", "2023-12-25"},
        {"05/05/2023", "2023-05-05"},
    };
    check_read(gdx_date_parse, cases, COUNT(cases));
}

static void what_is_no_date_is_refused_with_its_reason(void **state) {
    (void)state;
    static const struct date_case cases[] = {
        {"N/A", "four digits"},
        {"0000-00-00", "year 0"},
        {"2023年第18期", "found '第18期', expected the end"},
        {"2023年13月6日", "month 13, expected 1 to 12"},
        {"2023年2月29日", "day 29, expected 1 to 28"},
        {"二〇二三年十三月", "month 13"},
        {"民國112年5月32日", "day 32, expected 1 to 31"},
        {"民國1120年", "expected a year"},
        {"Feb 30, 2023", "day 30, expected 1 to 28"},
        {"May 6", "expected a year of four digits"},
        {"6 May", "expected a year of four digits"},
        {"6 May 23", "expected a year of four digits"},
        {"Foo 6, 2023", "four digits"},
        {"05/06/2023", "5 and 6 may each be the day"},
        {"13/13/2023", "month 13"},
        {"5月6日", "four digits"},
        {"112年5月6日", "four digits"},
        {"123456789012", "four digits"},
        {"20231306102000", "month 13"},
        {"12345678901234567890", "four digits"},
        {"9999999999", "four digits"},
        {"2023-05-06 (", "found '(', expected the end"},
        {"2023-05-06 10:20 10:20", "expected the end"},
        {"2023-05-06 to 2023-05-08", "expected the end"},
        {"2023-05-06 星期", "expected the end"},
        {"2023-05-06,", "expected the end"},
        {"2023-05-06\xff", "expected the end"},
        {"2023-05 星期六", "expected the end"},
        {"2023年\n5月\n6日 10:20:30 10 20 30 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5",
         "expected the end"},
        {"2023-05-06 ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((", "expected the end"},
    };
    check_refused(gdx_date_parse, cases, COUNT(cases));
}

static void integers_are_years_days_or_moments(void **state) {
    (void)state;
    static const struct date_case cases[] = {
        {"2023", "2023"},
        {"20230506", "2023-05-06"},
        {"20230506102000", "2023-05-06"},
        {"1683339600", "2023-05-06"},
        {"1683339600000", "2023-05-06"},
        {"1683339600000000", "2023-05-06"},
        {"987654321", "2001-04-19"},
        {"987654321000", "2001-04-19"},
        {"987654321000000", "2001-04-19"},
        {"4102444799", "2099-12-31"},
    };
    static const struct date_case refused[] = {
        {"0", "expected a year"},         {"-1", "expected a year"},       {"203", "expected a year"},
        {"202305", "expected a year"},    {"12345678", "expected a year"}, {"99999999", "expected a year"},
        {"4102444800", "from 1973 to"},   {"1e9", "expected a year"},      {"18446744073709551615", "expected a year"},
        {"2023-05-06", "expected a year"}};
    check_read(gdx_date_parse_number, cases, COUNT(cases));
    check_refused(gdx_date_parse_number, refused, COUNT(refused));
}

static void the_day_of_a_moment_is_the_c_librarys(void **state) {
    (void)state;
    for (int64_t seconds = -62135596800; seconds < 253402300800; seconds += 86400 * 17 - 1) {
        struct tm tm;
        time_t moment = seconds;
        assert_non_null(gmtime_r(&moment, &tm));
        assert_int_equal(gdx_date_of_epoch(seconds),
                         gdx_date_of((unsigned)tm.tm_year + 1900, (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday));
    }
    assert_int_equal(gdx_date_of_epoch(-62135596801), GDX_NO_DATE);
    assert_int_equal(gdx_date_of_epoch(253402300800), GDX_NO_DATE);
}

// ---- every form, of random dates

static unsigned seed;
static unsigned random_below(unsigned limit) {
    seed = seed * 1103515245 + 12345;
    return (seed >> 16) % limit;
}

static void append_wide(char *to, const char *ascii) {
    for (to += strlen(to); *ascii; ascii++) {
        unsigned code_point = 0xff01 + (unsigned)(*ascii - '!');
        to += gdx_utf8_encode((uint8_t *)to, code_point);
    }
    *to = 0;
}

static const char *const digits_of_han[] = {"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"};

static void append_han_digits(char *to, unsigned value) {
    char text[12];
    snprintf(text, sizeof text, "%u", value);
    for (const char *at = text; *at; at++)
        strcat(to, digits_of_han[*at - '0']);
}

// 6, 16, 20, 31 as they are said.
static void append_han_count(char *to, unsigned value) {
    if (value >= 20)
        strcat(to, digits_of_han[value / 10]);
    if (value >= 10)
        strcat(to, "十");
    if (value % 10)
        strcat(to, digits_of_han[value % 10]);
}

enum { FORMS = 18 };

static void write_date(int form, unsigned year, unsigned month, unsigned day, char *to, size_t bytes) {
    static const char *const names[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
    const char *name = names[month - 1];
    *to = 0;
    switch (form) {
    case 0 ... 2:
        snprintf(to, bytes, "%04u%c%u%c%02u", year, "-/."[form], month, "-/."[form], day);
        break;
    case 3:
        snprintf(to, bytes, "%04u年%u月%02u日10:20", year, month, day);
        break;
    case 4:
        snprintf(to, bytes, "%04u 年 %02u 月 %u 日 星期六 下午10时20分", year, month, day);
        break;
    case 5:
        snprintf(to, bytes, "%04u%02u%02u", year, month, day);
        break;
    case 6:
        snprintf(to, bytes, "%04u%02u%02u102030", year, month, day);
        break;
    case 7:
        snprintf(to, bytes, "Sat, %02u %.3s %04u 10:20:00 +0800", day, name, year);
        break;
    case 8:
        snprintf(to, bytes, "Sat %.3s %2u 10:20:00 %04u", name, day, year);
        break;
    case 9:
        snprintf(to, bytes, "%s %u, %04u", name, day, year);
        break;
    case 10:
        snprintf(to, bytes, "%u %.3s. %04u", day, name, year);
        break;
    case 11: {
        char ascii[16];
        snprintf(ascii, sizeof ascii, "%04u-%02u-%u", year, month, day);
        append_wide(to, ascii);
        break;
    }
    case 12 ... 13:
        append_han_digits(to, year);
        strcat(to, "年");
        append_han_count(to, month);
        strcat(to, "月");
        append_han_count(to, day);
        strcat(to, "日");
        break;
    case 14:
        snprintf(to, bytes, "民國%u年%u月%u日", year - 1911, month, day);
        break;
    case 15:
        snprintf(to, bytes, "%04u-%02u-%02uT10:20:00.%03uZ", year, month, day, day);
        break;
    case 16:
        snprintf(to, bytes, "%02u-%.3s-%04u 10:20", day, name, year);
        break;
    default:
        snprintf(to, bytes, "%u/%u/%04u", day > 12 ? day : month, day > 12 ? month : day, year);
        break;
    }
}

static void a_random_date_in_every_form_is_read_back(void **state) {
    (void)state;
    const char *given = getenv("GDX_SEED");
    seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    print_message("GDX_SEED=%u\n", seed);
    for (int round = 0; round < 20000; round++) {
        unsigned year = 1912 + random_below(900), month = 1 + random_below(12);
        unsigned day = 1 + random_below(gdx_date_day(gdx_date_last_day(gdx_date_of(year, month, 0))));
        int form = (int)random_below(FORMS);
        if (form == FORMS - 1 && day <= 12)
            day = month; // else it is refused, rightly
        char text[200];
        gdx_date date = GDX_NO_DATE;
        gdx_error err = {0};
        write_date(form, year, month, day, text, sizeof text);
        if (gdx_date_parse(gdx_slice_of(text), &date, &err) != GDX_OK)
            fail_msg("'%s': %s", text, err.message);
        if (date != gdx_date_of(year, month, day))
            fail_msg("'%s' was read as %s", text, gdx_date_format(date, (char[GDX_DATE_TEXT_BYTES]){0}));
    }
}

// ---- within a text

static void a_date_is_found_within_names_and_lines(void **state) {
    (void)state;
    static const struct {
        const char *text, *iso, *where;
    } cases[] = {
        {"人民日报2023-05-06第3版.txt", "2023-05-06", "2023-05-06"},
        {"20230506_x.html", "2023-05-06", "20230506"},
        {"2023年5月.pdf", "2023-05", "2023年5月"},
        {"nw.D110000renmrb_20230506_1-01.htm", "2023-05-06", "20230506"},
        {"t20230506_12345.shtml", "2023-05-06", "20230506"},
        {"2023_05_06.txt", "2023-05-06", "2023_05_06"},
        {"20230506102000.html", "2023-05-06", "20230506102000"},
        {"report-2023-05.pdf", "2023-05", "2023-05"},
        {"2023.05.pdf", "2023-05", "2023.05"},
        {"关于关税的公告（二〇二三年五月六日）", "2023-05-06", "二〇二三年五月六日"},
        {"民國112年5月6日公報.txt", "2023-05-06", "民國112年5月6日"},
        {"2023年报告", "2023", "2023年"},
        {"2023年第5期", "2023", "2023年"},
        {"2021年回顾，2023年5月6日发布", "2023-05-06", "2023年5月6日"},
        {"发布时间：2023年5月6日10:20　来源：人民日报", "2023-05-06", "2023年5月6日"},
        {"2023-05-06 10:20 来源：新华社", "2023-05-06", "2023-05-06"},
        {"By A Writer, May 6, 2023 10:20 am", "2023-05-06", "May 6, 2023"},
        {"Published 6 May 2023", "2023-05-06", "6 May 2023"},
        {"1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 a 2023-05-06 b",
         "2023-05-06", "2023-05-06"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        gdx_date date = GDX_NO_DATE;
        gdx_slice where = {0};
        char text[GDX_DATE_TEXT_BYTES];
        if (!gdx_date_find(gdx_slice_of(cases[i].text), &where, &date))
            fail_msg("'%s': none was found", cases[i].text);
        if (strcmp(gdx_date_format(date, text), cases[i].iso) != 0)
            fail_msg("'%s': %s was found, expected %s", cases[i].text, text, cases[i].iso);
        if (!gdx_slice_equal(where, gdx_slice_of(cases[i].where)))
            fail_msg("'%s': found at '%.*s'", cases[i].text, GDX_SLICE_ARGUMENTS(where));
    }
}

static void no_date_is_found_where_there_is_none(void **state) {
    (void)state;
    static const char *const texts[] = {"",
                                        "a.txt",
                                        "c_1234567890.html",
                                        "202305061.txt",
                                        "120230506.txt",
                                        "20231301.txt",
                                        "20230532.txt",
                                        "20230000.txt",
                                        "18991231.txt",
                                        "2023.txt",
                                        "202305.txt",
                                        "2023-2024.txt",
                                        "2023-5.txt",
                                        "12023-05-06.txt",
                                        "2023-05-061.txt",
                                        "5月6日",
                                        "May 6",
                                        "0203-05-06"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        gdx_date date = 77;
        if (gdx_date_find(gdx_slice_of(texts[i]), NULL, &date) || date != 77)
            fail_msg("'%s': %s was found", texts[i], gdx_date_format(date, (char[GDX_DATE_TEXT_BYTES]){0}));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chinese_dates_are_read),
        cmocka_unit_test(dates_of_mail_and_programs_are_read),
        cmocka_unit_test(dates_with_names_of_months_are_read),
        cmocka_unit_test(what_is_no_date_is_refused_with_its_reason),
        cmocka_unit_test(integers_are_years_days_or_moments),
        cmocka_unit_test(the_day_of_a_moment_is_the_c_librarys),
        cmocka_unit_test(a_random_date_in_every_form_is_read_back),
        cmocka_unit_test(a_date_is_found_within_names_and_lines),
        cmocka_unit_test(no_date_is_found_where_there_is_none),
    };
    return cmocka_run_group_tests_name("document: dates", tests, NULL, NULL);
}
