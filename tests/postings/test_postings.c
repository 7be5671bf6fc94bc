// SPDX-License-Identifier: Apache-2.0
// test_postings.c: the code of posting lists against the lists themselves: random ones of every length and density,
// through every variant that the processor runs; what they write must be the bytes of the plain one. The seed is
// printed. Damage is refused or gives ascending positions, never a wild read.

#include "../property/random.h"
#include "gdx/postings.h"
#include "gdx/processor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { COUNT_MAX = 4000, ROUNDS = 3000 };

struct list {
    uint32_t positions[COUNT_MAX + GDX_POSTINGS_BLOCK];
    uint32_t count;
    uint32_t limit;
};

static uint32_t random_count(random_state *random) {
    switch (random_below(random, 5)) {
    case 0:
        return 1 + random_below(random, 4);
    case 1:
        return GDX_POSTINGS_BLOCK - 2 + random_below(random, 5); // about a block
    case 2:
        return 2 * GDX_POSTINGS_BLOCK - 1 + random_below(random, 3);
    case 3:
        return 1 + random_below(random, 200);
    default:
        return 1 + random_below(random, COUNT_MAX);
    }
}

// Gaps of one typical size, with bursts and leaps between, as words have them.
static void make_list(random_state *random, struct list *out) {
    uint32_t count = random_count(random);
    uint64_t typical = UINT64_C(1) << random_below(random, 20);
    uint64_t position = random_below(random, 3) ? random_next(random) % typical : 0;
    out->count = 0;
    while (out->count < count && position < UINT32_MAX - 1) {
        out->positions[out->count++] = (uint32_t)position;
        uint64_t gap =
            random_below(random, 8) ? random_next(random) % typical : random_next(random) % (typical * 64 + 1);
        position += random_below(random, 6) ? gap + 1 : 1;
    }
    uint32_t last = out->positions[out->count - 1];
    out->limit = random_below(random, 4) ? last + 1 + random_below(random, 1000) : last + 1;
    if (out->limit <= last)
        out->limit = UINT32_MAX;
}

static gdx_buffer encode(const struct list *list) {
    gdx_buffer out = {0};
    assert_int_equal(gdx_buffer_append(&out, "before", 6), GDX_OK); // the encoder keeps these bytes
    assert_int_equal(gdx_postings_encode(list->positions, list->count, list->limit, &out), GDX_OK);
    assert_memory_equal(out.data, "before", 6);
    memmove(out.data, out.data + 6, out.bytes - 6);
    out.bytes -= 6;
    return out;
}

// A copy of just these bytes, so that the sanitizer reports a read after them.
static gdx_slice exact_copy(const gdx_buffer *code) {
    char *copy = malloc(code->bytes ? code->bytes : 1);
    assert_non_null(copy);
    if (code->bytes)
        memcpy(copy, code->data, code->bytes);
    return (gdx_slice){copy, code->bytes};
}

static void check_decode(const struct list *list, gdx_slice code) {
    static uint32_t read[COUNT_MAX + GDX_POSTINGS_BLOCK];
    assert_int_equal(gdx_postings_decode(code, list->count, list->limit, read), GDX_OK);
    assert_memory_equal(read, list->positions, list->count * sizeof *read);
    size_t bytes = 0;
    assert_int_equal(gdx_postings_length(code, list->count, list->limit, &bytes), GDX_OK);
    assert_int_equal(bytes, code.bytes);
    assert_true(code.bytes <= gdx_postings_bound(list->count));
    if (list->count == 1)
        assert_int_equal(code.bytes, gdx_postings_expected(1, list->limit));
}

static uint32_t index_of(const struct list *list, uint32_t target) {
    uint32_t at = 0;
    while (at < list->count && list->positions[at] < target)
        at++;
    return at;
}

// Opened at a place, and then moved by blocks that hold what is looked for.
static void check_blocks(random_state *random, const struct list *list, gdx_slice code) {
    gdx_cursor cursor;
    uint32_t target = random_below(random, 4) ? list->positions[random_below(random, list->count)] : list->limit;
    target += random_below(random, 2);
    assert_int_equal(gdx_cursor_open_at(&cursor, code, list->count, list->limit, target), GDX_OK);
    uint32_t at = index_of(list, target), run;
    assert_int_equal(gdx_cursor_position(&cursor), at < list->count ? list->positions[at] : GDX_POSITION_END);
    while (at < list->count) {
        at += random_below(random, list->count - at + 1);
        target = at < list->count ? list->positions[at] : list->limit;
        const uint32_t *values = gdx_cursor_seek_run(&cursor, target, &run);
        if (at == list->count)
            break;
        assert_true(run > 0 && run <= GDX_POSTINGS_BLOCK && values[run - 1] >= target);
        uint32_t first = index_of(list, values[0]);
        assert_true(first <= at && first + run <= list->count);
        assert_memory_equal(values, list->positions + first, run * sizeof *values);
        at = first + run;
    }
    gdx_cursor_seek_run(&cursor, list->limit, &run);
    assert_int_equal(run, 0);
    assert_int_equal(gdx_cursor_status(&cursor), GDX_OK);
}

// Walks by steps, leaps and runs, beside an index into the list.
static void check_cursor(random_state *random, const struct list *list, gdx_slice code) {
    gdx_cursor cursor;
    assert_int_equal(gdx_cursor_open(&cursor, code, list->count, list->limit), GDX_OK);
    uint32_t at = 0;
    while (at < list->count) {
        assert_int_equal(gdx_cursor_position(&cursor), list->positions[at]);
        uint32_t run;
        const uint32_t *values = gdx_cursor_run(&cursor, &run);
        assert_true(run > 0 && at + run <= list->count);
        assert_memory_equal(values, list->positions + at, run * sizeof *values);
        uint32_t found;
        if (random_below(random, 3) == 0) {
            found = gdx_cursor_next(&cursor);
            at++;
        } else if (random_below(random, 3) == 0) {
            found = gdx_cursor_next_run(&cursor);
            at += run;
        } else {
            uint32_t further = at + random_below(random, list->count - at + 1);
            uint32_t target = further < list->count ? list->positions[further] : list->limit;
            if (target > 0 && random_below(random, 2))
                target--; // most often between two positions
            found = gdx_cursor_seek(&cursor, target);
            while (at < list->count && list->positions[at] < target)
                at++;
        }
        assert_int_equal(found, at < list->count ? list->positions[at] : GDX_POSITION_END);
    }
    assert_int_equal(gdx_cursor_seek(&cursor, 0), GDX_POSITION_END); // never backwards
    assert_int_equal(gdx_cursor_status(&cursor), GDX_OK);
}

static void check_list(random_state *random, const struct list *list) {
    gdx_buffer code = encode(list);
    gdx_slice copy = exact_copy(&code);
    check_decode(list, copy);
    check_cursor(random, list, copy);
    check_blocks(random, list, copy);
    free((char *)copy.data);
    gdx_buffer_clear(&code);
}

static void every_variant_reads_every_written_list(void **state) {
    (void)state;
    static struct list list;
    random_state random = {20261124};
    print_message("seed 20261124, this processor: %s\n", gdx_processor_name(gdx_processor_best()));
    for (int round = 0; round < ROUNDS; round++) {
        make_list(&random, &list);
        gdx_processor_limit(GDX_PROCESSOR_PLAIN);
        gdx_buffer plain = encode(&list);
        for (int level = 0; level <= (int)gdx_processor_best(); level++) {
            gdx_processor_limit((gdx_processor)level);
            gdx_buffer code = encode(&list);
            check_list(&random, &list);
            if (!gdx_slice_equal(gdx_buffer_slice(&plain), gdx_buffer_slice(&code)))
                fail_msg("round %d: %u positions below %u: the %s variant differs", round, list.count, list.limit,
                         gdx_processor_name((gdx_processor)level));
            gdx_buffer_clear(&code);
        }
        gdx_buffer_clear(&plain);
    }
    gdx_processor_limit(GDX_PROCESSORS);
}

static void a_list_of_all_positions_and_one_of_the_widest_gaps(void **state) {
    (void)state;
    static struct list list;
    random_state random = {7};
    list.limit = list.count = COUNT_MAX;
    for (uint32_t i = 0; i < COUNT_MAX; i++)
        list.positions[i] = i;
    check_list(&random, &list);
    list.count = 3;
    list.positions[0] = 0;
    list.positions[1] = UINT32_MAX - 2;
    list.positions[2] = UINT32_MAX - 1;
    list.limit = UINT32_MAX;
    check_list(&random, &list);
    list.count = 1;
    check_list(&random, &list);
}

static void adjacent_lists_mark_their_own_ends(void **state) {
    (void)state;
    static struct list lists[8];
    random_state random = {11};
    gdx_buffer all = {0};
    for (size_t i = 0; i < 8; i++) {
        make_list(&random, &lists[i]);
        assert_int_equal(gdx_postings_encode(lists[i].positions, lists[i].count, lists[i].limit, &all), GDX_OK);
    }
    gdx_slice rest = gdx_buffer_slice(&all);
    for (size_t i = 0; i < 8; i++) {
        size_t bytes = 0;
        assert_int_equal(gdx_postings_length(rest, lists[i].count, lists[i].limit, &bytes), GDX_OK);
        check_decode(&lists[i], (gdx_slice){rest.data, bytes});
        rest = (gdx_slice){rest.data + bytes, rest.bytes - bytes};
    }
    assert_int_equal(rest.bytes, 0);
    gdx_buffer_clear(&all);
}

// Any outcome but a wild read, or positions that do not ascend below the limit.
static void read_damaged(const struct list *list, gdx_slice code) {
    static uint32_t read[COUNT_MAX + GDX_POSTINGS_BLOCK];
    gdx_cursor cursor;
    if (gdx_postings_decode(code, list->count, list->limit, read) == GDX_OK)
        for (uint32_t i = 0; i < list->count; i++)
            assert_true(read[i] < list->limit && (i == 0 || read[i - 1] < read[i]));
    uint32_t run = 1;
    if (gdx_cursor_open_at(&cursor, code, list->count, list->limit, list->limit / 3) == GDX_OK)
        for (uint32_t target = list->limit / 3; run && target < list->limit; target += list->limit / 20 + 1)
            gdx_cursor_seek_run(&cursor, target, &run);
    if (gdx_cursor_open(&cursor, code, list->count, list->limit) != GDX_OK)
        return;
    uint32_t steps = 0;
    while (gdx_cursor_position(&cursor) != GDX_POSITION_END && steps++ <= list->count)
        gdx_cursor_next(&cursor);
    assert_true(steps <= list->count);
}

static void a_list_cut_short_or_with_a_bit_turned_is_read_within_its_bytes(void **state) {
    (void)state;
    static struct list list;
    random_state random = {13};
    for (int round = 0; round < 300; round++) {
        make_list(&random, &list);
        gdx_buffer code = encode(&list);
        gdx_processor_limit(round % 2 ? gdx_processor_best() : GDX_PROCESSOR_PLAIN);
        for (int i = 0; i < 20; i++) {
            gdx_slice copy = exact_copy(&code);
            ((char *)copy.data)[random_below(&random, (uint32_t)copy.bytes)] ^= (char)(1 << random_below(&random, 8));
            read_damaged(&list, copy);
            free((char *)copy.data);
            gdx_buffer cut = {.data = code.data, .bytes = random_below(&random, (uint32_t)code.bytes)};
            copy = exact_copy(&cut);
            static uint32_t read[COUNT_MAX + GDX_POSTINGS_BLOCK];
            assert_int_equal(gdx_postings_decode(copy, list.count, list.limit, read), GDX_CORRUPT);
            read_damaged(&list, copy);
            free((char *)copy.data);
        }
        gdx_processor_limit(GDX_PROCESSORS);
        gdx_buffer_clear(&code);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variant_reads_every_written_list),
        cmocka_unit_test(a_list_of_all_positions_and_one_of_the_widest_gaps),
        cmocka_unit_test(adjacent_lists_mark_their_own_ends),
        cmocka_unit_test(a_list_cut_short_or_with_a_bit_turned_is_read_within_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
