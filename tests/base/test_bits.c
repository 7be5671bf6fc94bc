// SPDX-License-Identifier: Apache-2.0
// test_bits.c: bitmaps against an array of booleans.

#include "../property/random.h"
#include "gdx/bits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SEED = 20261128, ROUNDS = 300, BITS_MAX = 700 };

static void a_bitmap_is_like_an_array_of_booleans(void **state) {
    (void)state;
    random_state random = {SEED};
    print_message("seed %d\n", SEED);
    for (int round = 0; round < ROUNDS; round++) {
        size_t count = random_below(&random, BITS_MAX + 1);
        uint64_t words[BITS_MAX / 64 + 1] = {0};
        bool twin[BITS_MAX + 1] = {false};
        memset((uint8_t *)words + gdx_bits_bytes(count), 0xff, sizeof words - gdx_bits_bytes(count)); // not its own
        for (size_t change = 0; count && change < count; change++) {
            size_t at = random_below(&random, (uint32_t)count);
            twin[at] = true;
            gdx_bit_set(words, at);
        }
        size_t set = 0;
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(gdx_bit(words, i), twin[i]);
            assert_int_equal(words[i / 64] >> i % 64 & 1, twin[i]); // the same bit in words
            set += twin[i];
        }
        assert_int_equal(gdx_bits_count(words, count), set);
    }
}

static void the_memory_holds_all_bits_and_no_byte_or_word_more(void **state) {
    (void)state;
    for (size_t count = 0; count < BITS_MAX; count++) {
        assert_int_equal(gdx_bits_bytes(count), (count + 7) / 8);
        assert_int_equal(gdx_bits_words(count), (count + 63) / 64);
    }
}

static void walking_a_word_meets_its_bits_from_the_lowest_on(void **state) {
    (void)state;
    static const unsigned expected[] = {0, 5, 31, 32, 63};
    uint64_t word = 0;
    size_t met = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        word |= UINT64_C(1) << expected[i];
    for (; word; word &= word - 1)
        assert_int_equal(gdx_bits_lowest(word), expected[met++]);
    assert_int_equal(met, sizeof expected / sizeof *expected);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bitmap_is_like_an_array_of_booleans),
        cmocka_unit_test(the_memory_holds_all_bits_and_no_byte_or_word_more),
        cmocka_unit_test(walking_a_word_meets_its_bits_from_the_lowest_on),
    };
    return cmocka_run_group_tests_name("bits", tests, NULL, NULL);
}
