// SPDX-License-Identifier: Apache-2.0
// test_pack.c: packed columns of every width and count, read by every variant, against the values; and columns that are
// cut short or have a bit turned, which are read within their bytes.

#include "../property/random.h"
#include "gdx/processor.h"
#include "pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS = 3000, ROOM = GDX_PACK_MAX + GDX_PACK_STEP };

// Mostly of one width, with a tail of wider ones.
static size_t make_column(random_state *random, uint32_t *values) {
    size_t count = random_below(random, GDX_PACK_MAX + 1);
    unsigned width = random_below(random, 33);
    bool has_tail = random_below(random, 2);
    for (size_t i = 0; i < count; i++) {
        unsigned bits = has_tail && random_below(random, 20) == 0 ? 32 : width;
        values[i] = bits ? (uint32_t)(random_next(random) >> (64 - bits)) : 0;
    }
    return count;
}

// From a copy of just these bytes, so that the sanitizer reports a read after them.
static bool read_exactly(const uint8_t *code, size_t bytes, size_t count, uint32_t *out, size_t *out_used) {
    uint8_t *copy = malloc(bytes + 1);
    assert_non_null(copy);
    memcpy(copy, code, bytes);
    uint8_t *exact = realloc(copy, bytes ? bytes : 1);
    const uint8_t *at = exact;
    bool is_good = pack_read(&at, exact + bytes, count, out);
    *out_used = (size_t)(at - exact);
    free(exact);
    return is_good;
}

static void check_damage(random_state *random, const gdx_buffer *code, size_t count) {
    uint32_t found[ROOM];
    size_t used;
    size_t cut = random_below(random, (uint32_t)code->bytes);
    assert_false(read_exactly(code->data, cut, count, found, &used));
    uint8_t *byte = code->data + random_below(random, (uint32_t)code->bytes), kept = *byte;
    *byte ^= (uint8_t)(1u << random_below(random, 8));
    (void)read_exactly(code->data, code->bytes, count, found, &used);
    *byte = kept;
}

static void every_variant_reads_what_was_written(void **state) {
    (void)state;
    random_state random = {20261128};
    uint32_t values[ROOM], found[ROOM];
    for (int round = 0; round < ROUNDS; round++) {
        gdx_buffer code = {0};
        size_t count = make_column(&random, values), used;
        assert_int_equal(pack_append(values, count, &code), GDX_OK);
        for (int level = 0; level <= (int)gdx_processor_best(); level++) {
            gdx_processor_limit((gdx_processor)level);
            assert_true(read_exactly(code.data, code.bytes, count, found, &used));
            assert_int_equal(used, code.bytes);
            for (size_t i = 0; i < count; i++)
                if (found[i] != values[i])
                    fail_msg("round %d, %s: value %zu of %zu is %u, expected %u", round,
                             gdx_processor_name((gdx_processor)level), i, count, found[i], values[i]);
            check_damage(&random, &code, count);
        }
        // With more bytes behind, as columns mostly have.
        assert_int_equal(gdx_buffer_append(&code, (uint8_t[64]){0}, 64), GDX_OK);
        gdx_processor_limit(GDX_PROCESSORS);
        const uint8_t *at = code.data;
        assert_true(pack_read(&at, code.data + code.bytes, count, found));
        if (count)
            assert_memory_equal(found, values, count * sizeof *found);
        gdx_buffer_clear(&code);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_variant_reads_what_was_written)};
    return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
