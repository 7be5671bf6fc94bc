// SPDX-License-Identifier: Apache-2.0
// test_partners.c: which occurrences of two terms have a partner, by every variant that this processor runs, against a
// try of every pair: sparse beside dense, distances from none to longer than every part, terms longer than the
// distance.

#include "../property/random.h"
#include "gdx/processor.h"
#include "partners.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DOCUMENTS = 40, MOST = 700, WORDS = MOST / 64 + 1, ROUNDS = 600 };

struct parts { // two of each document: title and text
    uint32_t begin[DOCUMENTS + 1], text[DOCUMENTS];
    uint8_t flags[DOCUMENTS];
};

struct term {
    uint32_t begins[MOST];
    uint32_t ends_of_part[MOST]; // one after the end mark
    size_t count;
    uint32_t length;
};

// Parts of an end mark and up to `longest` symbols. With `at_end` the last one ends where positions do.
static void make_parts(random_state *random, uint32_t longest, bool at_end, struct parts *parts) {
    uint32_t at = at_end ? UINT32_MAX - 2 * DOCUMENTS * (longest + 1) : 0;
    for (size_t d = 0; d < DOCUMENTS; d++) {
        parts->begin[d] = at;
        parts->flags[d] = 0;
        parts->text[d] = at += 1 + random_below(random, longest + 1);
        at += 1 + random_below(random, longest + 1);
    }
    parts->begin[DOCUMENTS] = at_end ? UINT32_MAX - 1 : at;
}

// One in `gap` of the places where the term could be.
static void make_term(random_state *random, const struct parts *parts, uint32_t length, uint32_t gap,
                      struct term *term) {
    term->count = 0;
    term->length = length;
    for (size_t p = 0; p < 2 * (size_t)DOCUMENTS; p++) {
        uint32_t begin = p % 2 ? parts->text[p / 2] : parts->begin[p / 2];
        uint32_t end = p % 2 ? parts->begin[p / 2 + 1] : parts->text[p / 2];
        for (uint32_t at = begin; end - at > length && term->count < MOST; at++) {
            if (random_below(random, gap))
                continue;
            term->ends_of_part[term->count] = end;
            term->begins[term->count++] = at;
        }
    }
}

// Whether occurrence i of `first` is before occurrence j of `second`, near it, in the same part.
static bool are_near(const struct term *first, size_t i, const struct term *second, size_t j, uint32_t distance) {
    uint64_t end = (uint64_t)first->begins[i] + first->length, begin = second->begins[j];
    return end <= begin && begin - end <= distance && begin < first->ends_of_part[i];
}

static void try_every_pair(const struct term *left, const struct term *right, uint32_t distance, bool is_ordered,
                           bool *left_kept, bool *right_kept) {
    for (size_t i = 0; i < left->count; i++)
        for (size_t j = 0; j < right->count; j++) {
            bool are = are_near(left, i, right, j, distance) || (!is_ordered && are_near(right, j, left, i, distance));
            left_kept[i] |= are;
            right_kept[j] |= are;
        }
}

static size_t expect_same(const struct term *term, const bool *wanted, const uint64_t *kept) {
    size_t count = 0;
    for (size_t i = 0; i < term->count; i++) {
        assert_int_equal(gdx_bit(kept, i), wanted[i]);
        count += wanted[i];
    }
    assert_int_equal(gdx_bits_count(kept, WORDS * 64), count); // and none beyond
    return count;
}

static size_t expect_partners(const struct parts *parts, const struct term *left, const struct term *right,
                              uint32_t distance, bool is_ordered) {
    query_segment segment = {.columns = {parts->begin, parts->text, parts->flags, .count = DOCUMENTS}};
    bool left_wanted[MOST] = {false}, right_wanted[MOST] = {false};
    size_t found = 0;
    try_every_pair(left, right, distance, is_ordered, left_wanted, right_wanted);
    for (int level = 0; level <= (int)gdx_processor_best(); level++) {
        gdx_processor_limit((gdx_processor)level);
        query_run run = {.work_left = UINT64_MAX};
        gdx_error err = {0};
        uint64_t left_kept[WORDS] = {0}, right_kept[WORDS] = {0};
        query_partner_side one = {left->begins, left->count, left->length, left_kept};
        query_partner_side other = {right->begins, right->count, right->length, right_kept};
        assert_int_equal(query_partners_mark(&run, &segment, &one, &other, distance, is_ordered, &err), GDX_OK);
        found = expect_same(left, left_wanted, left_kept) + expect_same(right, right_wanted, right_kept);
    }
    gdx_processor_limit(GDX_PROCESSORS);
    return found;
}

static void every_variant_finds_what_a_try_of_every_pair_finds(void **state) {
    (void)state;
    static struct parts parts;
    static struct term left, right;
    random_state random = {20261129};
    size_t found = 0;
    for (int round = 0; round < ROUNDS; round++) {
        make_parts(&random, 1 + random_below(&random, 200), round % 7 == 0, &parts);
        make_term(&random, &parts, 1 + random_below(&random, 4), 1 + random_below(&random, 60), &left);
        make_term(&random, &parts, 1 + random_below(&random, 4), 1 + random_below(&random, 6), &right);
        uint32_t distance = random_below(&random, 4) ? random_below(&random, 30) : random_below(&random, 10000);
        bool is_ordered = random_below(&random, 2);
        found += expect_partners(&parts, &left, &right, distance, is_ordered);
        found += expect_partners(&parts, &right, &left, distance, is_ordered);
        found += expect_partners(&parts, &left, &left, distance, is_ordered);
    }
    assert_true(found > ROUNDS * 100);
}

static void nothing_beside_a_term_keeps_nothing(void **state) {
    (void)state;
    static struct parts parts;
    static struct term term, none = {.length = 1};
    random_state random = {1};
    make_parts(&random, 50, false, &parts);
    make_term(&random, &parts, 1, 2, &term);
    assert_int_equal(expect_partners(&parts, &term, &none, 100, false), 0);
    assert_int_equal(expect_partners(&parts, &none, &term, 100, true), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variant_finds_what_a_try_of_every_pair_finds),
        cmocka_unit_test(nothing_beside_a_term_keeps_nothing),
    };
    return cmocka_run_group_tests_name("partners", tests, NULL, NULL);
}
