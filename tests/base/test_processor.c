// SPDX-License-Identifier: Apache-2.0
// test_processor.c: which variant is chosen, and that a test can choose another.

#include "gdx/processor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_best_level_is_chosen_until_a_test_limits_it(void **state) {
    (void)state;
    gdx_processor best = gdx_processor_best();
    print_message("this processor: %s\n", gdx_processor_name(best));
    assert_int_equal(gdx_processor_level(), best);
    assert_int_equal(gdx_processor_level(), best); // from the kept answer
    for (int level = 0; level <= (int)best; level++) {
        gdx_processor_limit((gdx_processor)level);
        assert_int_equal(gdx_processor_level(), level);
    }
    gdx_processor_limit(GDX_PROCESSOR_PLAIN);
    gdx_processor_limit(GDX_PROCESSORS);
    assert_int_equal(gdx_processor_level(), best);
}

static void each_level_has_a_name_of_its_own(void **state) {
    (void)state;
    for (int level = 1; level < GDX_PROCESSORS; level++)
        assert_string_not_equal(gdx_processor_name((gdx_processor)level),
                                gdx_processor_name((gdx_processor)(level - 1)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_level_is_chosen_until_a_test_limits_it),
        cmocka_unit_test(each_level_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests_name("processor", tests, NULL, NULL);
}
