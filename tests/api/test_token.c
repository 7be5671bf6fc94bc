// SPDX-License-Identifier: Apache-2.0
// test_token.c: page tokens as strangers may send them.

#include "token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

// A seal that differs with the query and the order, as the operation makes one.
static uint64_t seal_of(const char *query, uint32_t order) {
    return gdx_checksum(query, strlen(query)) + order;
}

static gdx_slice write_token(gdx_buffer *to, uint64_t commit, uint64_t offset, const char *query, uint32_t order) {
    to->bytes = 0;
    assert_int_equal(token_write((struct page){commit, offset}, seal_of(query, order), to), GDX_OK);
    return gdx_buffer_slice(to);
}

static gdx_status read_token(gdx_slice token, const char *query, uint32_t order, struct page *out) {
    gdx_error err = {0};
    gdx_status status = token_read(token, seal_of(query, order), out, &err);
    assert_int_equal(status, err.status);
    assert_true(status == GDX_OK ||
                (strcmp(err.field, "page_token") == 0 && err.reason == GDX_REASON_PAGE_TOKEN_INVALID));
    return status;
}

static void a_token_gives_back_what_it_was_made_of(void **state) {
    (void)state;
    static const uint64_t numbers[] = {0, 1, 10, 1000, UINT32_MAX, UINT64_MAX};
    gdx_buffer text = {0};
    for (size_t i = 0; i < 6; i++) {
        for (size_t j = 0; j < 6; j++) {
            struct page page;
            gdx_slice token = write_token(&text, numbers[i], numbers[j], "产业链", 2);
            assert_int_equal(read_token(token, "产业链", 2, &page), GDX_OK);
            assert_true(page.commit == numbers[i] && page.offset == numbers[j]);
        }
    }
    gdx_buffer_clear(&text);
}

static void a_token_of_another_query_or_order_is_refused(void **state) {
    (void)state;
    gdx_buffer text = {0};
    struct page page = {7, 7};
    gdx_slice token = write_token(&text, 3, 10, "产业链", 0);
    assert_int_equal(read_token(token, "产业链 ", 0, &page), GDX_INVALID);
    assert_int_equal(read_token(token, "", 0, &page), GDX_INVALID);
    assert_int_equal(read_token(token, "产业链", 1, &page), GDX_INVALID);
    assert_true(page.commit == 7 && page.offset == 7);
    gdx_buffer_clear(&text);
}

static void a_token_with_any_bit_changed_is_refused(void **state) {
    (void)state;
    gdx_buffer text = {0};
    struct page page;
    gdx_slice token = write_token(&text, 3, 10, "链", 0);
    for (size_t i = 0; i < token.bytes * 8; i++) {
        text.data[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_int_equal(read_token(token, "链", 0, &page), GDX_INVALID);
        text.data[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    assert_int_equal(read_token(token, "链", 0, &page), GDX_OK);
    gdx_buffer_clear(&text);
}

static void a_token_cut_short_or_made_longer_is_refused(void **state) {
    (void)state;
    gdx_buffer text = {0};
    struct page page;
    gdx_slice token = write_token(&text, 3, 10, "链", 0);
    for (size_t bytes = 0; bytes < token.bytes; bytes++)
        assert_int_equal(read_token((gdx_slice){token.data, bytes}, "链", 0, &page), GDX_INVALID);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(gdx_buffer_append(&text, "A", 1), GDX_OK);
        assert_int_equal(read_token(gdx_buffer_slice(&text), "链", 0, &page), GDX_INVALID);
    }
    gdx_buffer_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_gives_back_what_it_was_made_of),
        cmocka_unit_test(a_token_of_another_query_or_order_is_refused),
        cmocka_unit_test(a_token_with_any_bit_changed_is_refused),
        cmocka_unit_test(a_token_cut_short_or_made_longer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
