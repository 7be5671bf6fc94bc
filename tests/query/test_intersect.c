// SPDX-License-Identifier: Apache-2.0
// test_intersect.c: the common values of two arrays, by every variant that this processor runs, against a search of
// each value: lengths about those of the lanes, sparse and dense beside each other, values at the end of what there is.

#include "../property/random.h"
#include "gdx/processor.h"
#include "intersect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VALUES_MAX = 1000, ROUNDS = 4000 };

struct pair {
    uint32_t list[VALUES_MAX], other[VALUES_MAX];
    size_t count, other_count;
    uint32_t offset;
};

static size_t random_size(random_state *random) {
    return random_below(random, 3) ? random_below(random, 20) : random_below(random, VALUES_MAX);
}

// Ascending, below UINT32_MAX, gaps up to `gap`; sometimes up to the last value there is.
static size_t fill(random_state *random, uint32_t gap, uint32_t *values) {
    size_t count = random_size(random);
    uint64_t value = random_below(random, 8) ? random_below(random, 100) : UINT32_MAX - gap * random_below(random, 900);
    size_t i = 0;
    for (; i < count && value < UINT32_MAX; i++) {
        values[i] = (uint32_t)value;
        value += 1 + random_below(random, gap);
    }
    return i;
}

static void make_pair(random_state *random, struct pair *pair) {
    uint32_t gap = 1 + random_below(random, 3);
    pair->count = fill(random, random_below(random, 2) ? gap : gap * 40, pair->list);
    pair->other_count = fill(random, gap, pair->other);
    pair->offset = random_below(random, 30);
}

static size_t expected(const struct pair *pair, uint32_t *out) {
    size_t kept = 0;
    for (size_t i = 0; i < pair->count; i++)
        for (size_t j = 0; j < pair->other_count; j++)
            if ((uint64_t)pair->list[i] + pair->offset == pair->other[j])
                out[kept++] = pair->list[i];
    return kept;
}

// Copies of exactly these bytes, so that a sanitizer reports a value read after them.
static uint32_t *exact_copy(const uint32_t *values, size_t count) {
    uint32_t *copy = malloc(count * sizeof *copy + 1);
    assert_non_null(copy);
    if (count)
        memcpy(copy, values, count * sizeof *copy);
    return copy;
}

static void expect_whole(const struct pair *pair, const uint32_t *wanted, size_t wanted_count) {
    uint32_t *list = exact_copy(pair->list, pair->count), *other = exact_copy(pair->other, pair->other_count);
    size_t kept = query_intersect(list, pair->count, other, pair->other_count, pair->offset);
    assert_int_equal(kept, wanted_count);
    if (kept)
        assert_memory_equal(list, wanted, kept * sizeof *list);
    free(list);
    free(other);
}

// The other array in pieces of random length.
static void expect_by_runs(random_state *random, const struct pair *pair, const uint32_t *wanted, size_t wanted_count) {
    size_t count = pair->count, at = 0, kept = 0;
    while (count && pair->list[count - 1] >= UINT32_MAX - pair->offset)
        count--;
    uint32_t *list = exact_copy(pair->list, count);
    for (size_t done = 0, piece; done < pair->other_count; done += piece) {
        piece = 1 + random_below(random, 200);
        piece = piece < pair->other_count - done ? piece : pair->other_count - done;
        uint32_t *other = exact_copy(pair->other + done, piece);
        uint32_t last = other[piece - 1];
        kept = query_intersect_run(list, count, &at, kept, other, piece, pair->offset);
        assert_true(kept <= at && at <= count);
        assert_true(at == count || list[at] + pair->offset > last);
        assert_true(at == 0 || pair->list[at - 1] + pair->offset <= last);
        free(other);
    }
    assert_int_equal(kept, wanted_count);
    if (kept)
        assert_memory_equal(list, wanted, kept * sizeof *list);
    free(list);
}

static void every_variant_finds_what_a_search_of_each_value_finds(void **state) {
    (void)state;
    static struct pair pair;
    static uint32_t wanted[VALUES_MAX];
    random_state random = {20261128};
    size_t found = 0;
    for (int round = 0; round < ROUNDS; round++) {
        make_pair(&random, &pair);
        size_t count = expected(&pair, wanted);
        found += count;
        for (int level = 0; level <= (int)gdx_processor_best(); level++) {
            gdx_processor_limit((gdx_processor)level);
            expect_whole(&pair, wanted, count);
            expect_by_runs(&random, &pair, wanted, count);
        }
    }
    gdx_processor_limit(GDX_PROCESSORS);
    assert_true(found > ROUNDS * 10);
}

static void a_list_inside_a_denser_one_is_kept_whole(void **state) {
    (void)state;
    static uint32_t all[VALUES_MAX], list[VALUES_MAX];
    for (uint32_t i = 0; i < VALUES_MAX; i++)
        all[i] = i + 5;
    for (int level = 0; level <= (int)gdx_processor_best(); level++) {
        gdx_processor_limit((gdx_processor)level);
        for (size_t count = 0; count < VALUES_MAX; count += 37) {
            for (uint32_t i = 0; i < count; i++)
                list[i] = i;
            assert_int_equal(query_intersect(list, count, all, VALUES_MAX, 5), count);
            for (uint32_t i = 0; i < count; i++)
                assert_int_equal(list[i], i);
        }
    }
    gdx_processor_limit(GDX_PROCESSORS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variant_finds_what_a_search_of_each_value_finds),
        cmocka_unit_test(a_list_inside_a_denser_one_is_kept_whole),
    };
    return cmocka_run_group_tests_name("intersect", tests, NULL, NULL);
}
