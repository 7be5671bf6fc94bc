// SPDX-License-Identifier: Apache-2.0
// test_terms.c: a look-up of every term finds what a walk over all terms finds, and none of those between; the filter
// lets every term through and most others not.

#include "collection.h"

#include "../support/folder.h"
#include "gdx/processor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct walked {
    gdx_term *terms;
    size_t count;
    size_t capacity;
};

static void walk_all(const gdx_segment *segment, struct walked *out) {
    gdx_term_walk *walk;
    bool has = true;
    assert_int_equal(gdx_term_walk_open(segment, 0, UINT32_MAX, &walk, NULL), GDX_OK);
    while (has) {
        gdx_term term;
        assert_int_equal(gdx_term_walk_next(walk, &term, &has, NULL), GDX_OK);
        if (!has)
            break;
        assert_int_equal(gdx_grow(&out->terms, &out->capacity, out->count + 1, sizeof *out->terms), GDX_OK);
        out->terms[out->count++] = term;
    }
    gdx_term_walk_close(walk);
}

static gdx_term find(const gdx_segment *segment, uint32_t first, uint32_t second) {
    gdx_term term;
    gdx_error err = {0};
    if (gdx_segment_find_term(segment, first, second, &term, &err) != GDX_OK)
        fail_msg("%s", err.message);
    assert_int_equal(term.first, first);
    assert_int_equal(term.second, second);
    return term;
}

static void expect_none(const gdx_segment *segment, uint64_t key) {
    assert_int_equal(find(segment, (uint32_t)(key >> 32), (uint32_t)key).count, 0);
}

static uint64_t key_of(const gdx_term *term) {
    return (uint64_t)term->first << 32 | term->second;
}

static void expect_found(const gdx_segment *segment, const struct walked *all) {
    for (size_t i = 0; i < all->count; i++) {
        const gdx_term *wanted = &all->terms[i];
        gdx_term found = find(segment, wanted->first, wanted->second);
        assert_int_equal(found.count, wanted->count);
        assert_ptr_equal(found.postings.data, wanted->postings.data);
        assert_int_equal(found.postings.bytes, wanted->postings.bytes);
        uint64_t before = key_of(wanted) - 1, behind = key_of(wanted) + 1;
        if (i > 0 && key_of(&all->terms[i - 1]) != before)
            expect_none(segment, before);
        if (i + 1 == all->count || key_of(&all->terms[i + 1]) != behind)
            expect_none(segment, behind);
    }
    expect_none(segment, 0);
    expect_none(segment, UINT64_MAX);
}

static void expect_symbols(const gdx_segment *segment, const struct walked *all) {
    for (size_t i = 0; i < all->count; i++)
        for (uint32_t symbol = all->terms[i].first - 1; symbol <= all->terms[i].first + 1; symbol++) {
            bool has, is_first = symbol == all->terms[i].first;
            is_first |= i > 0 && all->terms[i - 1].first == symbol;
            for (size_t j = i; j < all->count && all->terms[j].first <= symbol; j++)
                is_first |= all->terms[j].first == symbol;
            assert_int_equal(gdx_segment_has_symbol(segment, symbol, &has, NULL), GDX_OK);
            if (has != is_first && !(i > 0 && symbol < all->terms[i - 1].first))
                fail_msg("symbol %u is %s", symbol, has ? "there" : "not there");
        }
}

static void check_collection(const collection_kind *kind) {
    struct collection collection;
    struct walked all = {0};
    collection_init(&collection, 7, kind);
    char *folder = folder_new();
    gdx_segment_info info = collection_write_all(&collection, folder, 0);
    gdx_segment *segment = segment_of(folder, info.name);
    walk_all(segment, &all);
    assert_int_equal(all.count, gdx_segment_term_count(segment));
    for (int level = 0; level <= (int)gdx_processor_best(); level++) {
        gdx_processor_limit((gdx_processor)level);
        expect_found(segment, &all);
    }
    gdx_processor_limit(GDX_PROCESSORS);
    expect_symbols(segment, &all);
    free(all.terms);
    gdx_segment_release(segment);
    folder_remove(folder);
    collection_clear(&collection);
}

static void every_term_is_found_and_none_between(void **state) {
    (void)state;
    const collection_kind kinds[] = {
        {.count = 1, .text_bytes = 3, .words = 1, .sources = 1},
        {.count = 20, .text_bytes = 300, .words = 2000, .sources = 1},
        {.count = 200, .text_bytes = 2000, .words = 50, .sources = 3},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        check_collection(&kinds[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_term_is_found_and_none_between)};
    return cmocka_run_group_tests_name("terms", tests, NULL, NULL);
}
