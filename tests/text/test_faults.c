// SPDX-License-Identifier: Apache-2.0
// test_faults.c: every allocation of cutting a text fails once, in turn. The call reports the failure and leaks
// nothing, and the same gdx_symbols works afterwards. The linker intercepts the allocations (--wrap).

#include "../support/allocations.h"

#include "gdx/text.h"
#include "holds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

// Runs of all kinds, clusters longer than the first guess of their length, and several checkpoints.
static gdx_buffer make_text(void) {
    gdx_buffer text = {0};
    for (int i = 0; i < 900; i++) {
        const char *piece = i % 3 ? "全球產業鏈 WTO…㍿" : "e\u0301\u0323 ﷺ，abcdefgh";
        assert_int_equal(gdx_buffer_append(&text, piece, strlen(piece)), GDX_OK);
    }
    for (int i = 0; i < 100; i++)
        assert_int_equal(gdx_buffer_append(&text, "\u0301", 2), GDX_OK);
    return text;
}

// Until no allocation is left to fail.
static void fail_each_allocation(gdx_slice text, unsigned options) {
    long point = 0;
    for (bool met = true; met; point++) {
        gdx_symbols symbols = {0};
        allocations_fail_after(point, ALL_THREADS);
        gdx_status status = gdx_text_symbols(gdx_rule_current(), text, options, &symbols);
        met = allocations_end();
        assert_int_equal(status, met ? GDX_NO_MEMORY : GDX_OK);
        assert_int_equal(gdx_text_symbols(gdx_rule_current(), text, options, &symbols), GDX_OK);
        assert_true(symbols.count > 5000);
        gdx_symbols_clear(&symbols);
    }
    assert_true(point > 3);
}

static void cutting_survives_every_failed_allocation(void **state) {
    (void)state;
    gdx_buffer text = make_text();
    for (unsigned options = 0; options <= (GDX_TEXT_SPANS | GDX_TEXT_CHECKPOINTS); options++)
        fail_each_allocation(gdx_buffer_slice(&text), options);
    gdx_buffer_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cutting_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("text: faults", tests, NULL, NULL);
}
