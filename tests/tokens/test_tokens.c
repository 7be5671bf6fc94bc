// SPDX-License-Identifier: Apache-2.0
// test_tokens.c: token text gives back every text byte for byte, and refuses what is none.
// Relies on gdx/tokens.h.
#include "gdx/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void gives_back(const char *text) {
    GDX_AUTO(gdx_token_encoder) encoder = NULL;
    assert_int_equal(gdx_token_encoder_new(gdx_token_table_builtin(), &encoder, NULL), GDX_OK);
    gdx_buffer coded = {0};
    gdx_buffer back = {0};
    gdx_slice slice = gdx_slice_of(text);
    assert_int_equal(gdx_token_encode(encoder, slice, &coded, NULL), GDX_OK);
    assert_int_equal(gdx_token_decode(gdx_token_table_builtin(), gdx_buffer_slice(&coded), slice.bytes, &back, NULL),
                     GDX_OK);
    assert_true(gdx_slice_equal(gdx_buffer_slice(&back), slice));
    gdx_buffer_clear(&coded);
    gdx_buffer_clear(&back);
}

static void any_text_is_given_back(void **state) {
    (void)state;
    gives_back("");
    gives_back("a");
    gives_back("  第一条\r\n\t为了维护国家基本经济制度 x²  ");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_text_is_given_back)};
    return cmocka_run_group_tests_name("tokens", tests, NULL, NULL);
}
