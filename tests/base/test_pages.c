// SPDX-License-Identifier: Apache-2.0
// test_pages.c: large arrays grow in place or move, from small pages to huge ones, and keep what is in them.

#include "gdx/base.h"
#include "gdx/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

enum { PLACES_APART = 999 };

static uint8_t expected_at(size_t place) {
    return (uint8_t)(place / PLACES_APART * 7 + 1);
}

static void write_places(const gdx_pages *pages, size_t from) {
    for (size_t i = from / PLACES_APART * PLACES_APART + PLACES_APART; i < pages->bytes; i += PLACES_APART)
        ((uint8_t *)pages->data)[i] = expected_at(i);
}

static void what_is_written_stays_at_its_place_and_all_else_is_zero(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 1 << 16, 1000001, 1 << 20, (2 << 20) - 1, (2 << 20) + 1, 5 << 20, 33 << 20};
    gdx_pages pages = {0};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        size_t before = pages.bytes;
        assert_int_equal(gdx_pages_reserve(&pages, sizes[k]), GDX_OK);
        assert_true(pages.bytes >= sizes[k] && pages.bytes >= before);
        const uint8_t *data = pages.data;
        for (size_t i = 0; i < pages.bytes; i++)
            if (data[i] != (i > 0 && i < before && i % PLACES_APART == 0 ? expected_at(i) : 0))
                fail_msg("after growing from %zu to %zu bytes: byte %zu is %u", before, pages.bytes, i, data[i]);
        write_places(&pages, before > 0 ? before - 1 : 0);
    }
    gdx_pages_clear(&pages);
    assert_null(pages.data);
    assert_int_equal(pages.bytes, 0);
    gdx_pages_clear(&pages);
}

static void growing_by_a_little_takes_twice_as_much(void **state) {
    (void)state;
    gdx_pages pages = {0};
    size_t moves = 0;
    for (size_t bytes = 1; bytes <= 8 << 20; bytes += 5000) {
        size_t before = pages.bytes;
        assert_int_equal(gdx_pages_reserve(&pages, bytes), GDX_OK);
        moves += pages.bytes != before;
    }
    assert_in_range(moves, 1, 8); // 64 KiB doubled until 8 MiB
    gdx_pages_clear(&pages);
}

static void without_memory_nothing_changes(void **state) {
    (void)state;
    gdx_pages pages = {0};
    assert_int_equal(gdx_pages_reserve(&pages, 100000), GDX_OK);
    memset(pages.data, 1, 100000);
    gdx_pages before = pages;
    assert_int_equal(gdx_pages_reserve(&pages, SIZE_MAX), GDX_NO_MEMORY);
    assert_int_equal(gdx_pages_reserve(&pages, SIZE_MAX / 8), GDX_NO_MEMORY); // more than there are addresses
    assert_memory_equal(&pages, &before, sizeof pages);
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(((uint8_t *)pages.data)[i], 1);
    gdx_pages_clear(&pages);
}

static void huge_pages_begin_where_they_are_told_to(void **state) {
    (void)state;
    static const struct {
        size_t from, wanted, taken;
    } cases[] = {
        {0, (2 << 20) + 1, 4 << 20}, // their size rounds what they hold
        {16 << 20, (2 << 20) + 1, (2 << 20) + (1 << 16)},
        {16 << 20, (16 << 20) + 1, 18 << 20},
        {1, 1, 1 << 16}, // never for less than one of them
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gdx_pages pages = {0};
        gdx_pages_huge_from(cases[i].from);
        assert_int_equal(gdx_pages_reserve(&pages, cases[i].wanted), GDX_OK);
        assert_int_equal(pages.bytes, cases[i].taken);
        gdx_pages_clear(&pages);
    }
    gdx_pages_huge_from(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_stays_at_its_place_and_all_else_is_zero),
        cmocka_unit_test(growing_by_a_little_takes_twice_as_much),
        cmocka_unit_test(without_memory_nothing_changes),
        cmocka_unit_test(huge_pages_begin_where_they_are_told_to),
    };
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
