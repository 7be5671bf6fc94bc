// SPDX-License-Identifier: Apache-2.0
// test_order.c: the heap and the stable sort against a twin that looks for the least element each time.

#include "../property/random.h"
#include "gdx/heap.h"
#include "gdx/sort.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SEED = 20261128, ROUNDS = 2000, COUNT_MAX = 60, KEYS = 12, SOURCES = 9 };

// Its size is odd, and it holds more than the key that is compared.
struct element {
    uint32_t key;
    uint32_t number;
    char rest[4];
};

// Counts comparisons, which shows that the context arrives.
static bool has_smaller_key(void *context, const void *a, const void *b) {
    const struct element *left = a, *right = b;
    ++*(size_t *)context;
    return left->key < right->key;
}
static const gdx_ordering by_key = {sizeof(struct element), has_smaller_key};

static size_t make_elements(random_state *random, struct element *out) {
    size_t count = random_below(random, COUNT_MAX + 1);
    for (uint32_t i = 0; i < count; i++)
        out[i] = (struct element){random_below(random, KEYS), i, "abc"};
    return count;
}

// The naive twin: the first of the least keys, as often as there are elements.
static void sort_naively(const struct element *from, struct element *to, size_t count) {
    bool taken[COUNT_MAX] = {false};
    for (size_t i = 0; i < count; i++) {
        size_t least = SIZE_MAX;
        for (size_t j = 0; j < count; j++)
            if (!taken[j] && (least == SIZE_MAX || from[j].key < from[least].key))
                least = j;
        taken[least] = true;
        to[i] = from[least];
    }
}

static void the_sort_equals_the_twin_and_keeps_equal_elements_in_order(void **state) {
    (void)state;
    random_state random = {SEED};
    print_message("seed %d\n", SEED);
    for (int round = 0; round < ROUNDS; round++) {
        struct element elements[COUNT_MAX], room[COUNT_MAX], expected[COUNT_MAX];
        size_t comparisons = 0;
        size_t count = make_elements(&random, elements);
        sort_naively(elements, expected, count);
        const struct element *sorted = gdx_sort(&by_key, &comparisons, elements, room, count);
        assert_true(sorted == elements || sorted == room);
        for (size_t i = 0; i < count; i++)
            assert_memory_equal(&sorted[i], &expected[i], sizeof *sorted);
        assert_int_equal(comparisons > 0, count > 1);
    }
}

static void taking_all_from_a_heap_leaves_them_in_order_from_the_last_to_the_first(void **state) {
    (void)state;
    random_state random = {SEED + 1};
    for (int round = 0; round < ROUNDS; round++) {
        struct element elements[COUNT_MAX], expected[COUNT_MAX];
        bool met[COUNT_MAX] = {false};
        size_t comparisons = 0;
        size_t count = make_elements(&random, elements);
        sort_naively(elements, expected, count);
        gdx_heap_build(&by_key, &comparisons, elements, count);
        for (size_t left = count; left > 0;)
            gdx_heap_take(&by_key, &comparisons, elements, &left);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(elements[i].key, expected[count - 1 - i].key);
            assert_false(met[elements[i].number]); // each occurs once
            met[elements[i].number] = true;
            assert_string_equal(elements[i].rest, "abc");
        }
    }
}

// A source is a run of ascending numbers; the heap holds source numbers.
struct source {
    uint32_t next;
    uint32_t step;
};

static bool source_is_before(void *context, const void *a, const void *b) {
    const struct source *sources = context;
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    if (sources[left].next != sources[right].next)
        return sources[left].next < sources[right].next;
    return left < right;
}
static const gdx_ordering by_next = {sizeof(uint32_t), source_is_before};

static void sources_are_merged_in_order_and_equal_ones_by_their_number(void **state) {
    (void)state;
    random_state random = {SEED + 2};
    struct source sources[SOURCES];
    uint32_t heap[SOURCES];
    for (uint32_t i = 0; i < SOURCES; i++) {
        sources[i] = (struct source){random_below(&random, 20), 1 + random_below(&random, 9)};
        heap[i] = i;
    }
    gdx_heap_build(&by_next, sources, heap, SOURCES);
    for (uint32_t step = 0; step < 10000; step++) {
        uint32_t first = heap[0];
        for (uint32_t i = 0; i < SOURCES; i++) // the naive twin looks at all of them
            assert_false(i != first && source_is_before(sources, &i, &first));
        sources[first].next += sources[first].step;
        gdx_heap_sift(&by_next, sources, heap, SOURCES, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sort_equals_the_twin_and_keeps_equal_elements_in_order),
        cmocka_unit_test(taking_all_from_a_heap_leaves_them_in_order_from_the_last_to_the_first),
        cmocka_unit_test(sources_are_merged_in_order_and_equal_ones_by_their_number),
    };
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
