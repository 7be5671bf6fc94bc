// SPDX-License-Identifier: Apache-2.0
// test_bytes.c: integers as bytes, against twins that compute one byte at a time.

#include "../property/random.h"
#include "gdx/bytes.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SEED = 20261128, ROUNDS = 100000 };

// Numbers of every length, equally often.
static uint64_t random_number(random_state *random) {
    return random_next(random) >> random_below(random, 64);
}

// The naive twin: by division, as the encoding's definition reads.
static size_t write_naively(uint8_t *to, uint64_t value) {
    size_t bytes = 1;
    for (uint64_t rest = value / 128; rest; rest /= 128)
        bytes++;
    for (size_t i = 0; i < bytes; i++, value /= 128)
        to[i] = (uint8_t)(value % 128 + (i + 1 < bytes ? 128 : 0));
    return bytes;
}

static void a_varint_is_written_like_the_naive_twin_and_read_back(void **state) {
    (void)state;
    random_state random = {SEED};
    print_message("seed %d\n", SEED);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t value = round ? random_number(&random) : UINT64_MAX;
        uint8_t written[GDX_VARINT_BYTES], expected[GDX_VARINT_BYTES];
        size_t bytes = gdx_varint_write(written, value);
        assert_int_equal(bytes, write_naively(expected, value));
        assert_memory_equal(written, expected, bytes);
        const uint8_t *at = written;
        uint64_t read = ~value;
        assert_true(gdx_varint_read(&at, written + bytes, &read));
        assert_int_equal(read, value);
        assert_ptr_equal(at, written + bytes);
    }
}

static void a_varint_cut_short_or_too_long_is_refused_and_the_pointer_stays(void **state) {
    (void)state;
    const uint8_t endless[GDX_VARINT_BYTES + 1] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1};
    for (size_t bytes = 0; bytes <= sizeof endless; bytes++) {
        const uint8_t *at = endless;
        uint64_t read = 7;
        assert_false(gdx_varint_read(&at, endless + bytes, &read));
        assert_ptr_equal(at, endless);
        assert_int_equal(read, 7);
    }
}

static void integers_are_little_endian_at_every_address(void **state) {
    (void)state;
    uint8_t bytes[16];
    for (size_t at = 0; at < 8; at++) {
        gdx_store_u64(bytes + at, UINT64_C(0x0807060504030201));
        for (size_t i = 0; i < 8; i++)
            assert_int_equal(bytes[at + i], i + 1);
        assert_int_equal(gdx_load_u16(bytes + at), 0x0201);
        assert_int_equal(gdx_load_u32(bytes + at), 0x04030201);
        assert_int_equal(gdx_load_u64(bytes + at), 0x0807060504030201);
        gdx_store_u32(bytes + at, 0x0d0c0b0a);
        gdx_store_u16(bytes + at, 0x0f0e);
        assert_memory_equal(bytes + at, "\x0e\x0f\x0c\x0d\x05\x06\x07\x08", 8);
    }
}

// The value that xxHash's own documentation gives for no bytes.
static void the_checksum_of_nothing_is_the_published_one(void **state) {
    (void)state;
    assert_int_equal(gdx_checksum(NULL, 0), UINT64_C(0x2d06800538d394c2));
    assert_int_not_equal(gdx_checksum("a", 1), gdx_checksum("b", 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_varint_is_written_like_the_naive_twin_and_read_back),
        cmocka_unit_test(a_varint_cut_short_or_too_long_is_refused_and_the_pointer_stays),
        cmocka_unit_test(integers_are_little_endian_at_every_address),
        cmocka_unit_test(the_checksum_of_nothing_is_the_published_one),
    };
    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
