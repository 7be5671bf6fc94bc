// SPDX-License-Identifier: Apache-2.0
// test_tokens_faults.c: every allocation of learning, coding and reading token text fails in turn: an error, no leak.
// Relies on each_allocation.h and gdx/tokens.h.
#include "../support/each_allocation.h"
#include "gdx/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { PIECES = 400 };

static gdx_status learn(gdx_buffer *serialized) {
    GDX_AUTO(gdx_token_learner) learner = NULL;
    char text[200];
    gdx_status status = gdx_token_learner_new(&learner, NULL);
    for (int i = 0; i < PIECES && status == GDX_OK; i++) {
        snprintf(text, sizeof text, "ᚠᚢᚦᚨᚱᚲ 玄武湖畔第%d棵梧桐樹落葉了, the quick brown fox jumps over %d. ", i, i / 7);
        status = gdx_token_learner_add(learner, gdx_slice_of(text), NULL);
    }
    return status == GDX_OK ? gdx_token_learner_finish(learner, 50000000, serialized, NULL) : status;
}

static gdx_status go_through(gdx_buffer *serialized, gdx_buffer *coded, gdx_buffer *back) {
    GDX_AUTO(gdx_token_table) table = NULL;
    GDX_AUTO(gdx_token_encoder) encoder = NULL;
    gdx_slice text = gdx_slice_of("玄武湖畔第9棵梧桐樹落葉了");
    gdx_status status = learn(serialized);
    if (status == GDX_OK)
        status = gdx_token_table_read(gdx_buffer_slice(serialized), &table, NULL);
    if (status == GDX_OK)
        status = gdx_token_encoder_new(table, &encoder, NULL);
    if (status == GDX_OK)
        status = gdx_token_encode(encoder, text, coded, NULL);
    if (status == GDX_OK)
        status = gdx_token_decode(table, gdx_buffer_slice(coded), text.bytes, back, NULL);
    if (status == GDX_OK)
        assert_true(gdx_slice_equal(gdx_buffer_slice(back), text));
    return status;
}

static gdx_status run(void) {
    gdx_buffer serialized = {0}, coded = {0}, back = {0};
    gdx_status status = go_through(&serialized, &coded, &back);
    gdx_buffer_clear(&serialized);
    gdx_buffer_clear(&coded);
    gdx_buffer_clear(&back);
    return status;
}

static void after(gdx_status status) {
    assert_true(status == GDX_OK || status == GDX_NO_MEMORY);
}

static void a_failed_allocation_is_an_error(void **state) {
    (void)state;
    fail_each_allocation(run, after, 30);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_failed_allocation_is_an_error)};
    return cmocka_run_group_tests_name("tokens, faults", tests, NULL, NULL);
}
