// SPDX-License-Identifier: Apache-2.0
// test_inverter.c: bigrams and their positions against a twin that sorts all postings by comparison: random symbols,
// words that share their first bytes, memory that runs out, and an inverter used again.

#include "../property/random.h"
#include "gdx/ngram.h"
#include "twin.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/types.h>

#include <cmocka.h>

enum { SEED = 20261128, ROUNDS = 60, SYMBOLS_MAX = 3000, MEMORY_BYTES = 64 << 20 };

static twin expected; // large

// ---- mappings that fail

static int mappings_left = -1; // before they fail; below 0: they never do

void *__real_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset);
void *__real_mremap(void *at, size_t old_bytes, size_t bytes, int flags);
void *__wrap_mremap(void *at, size_t old_bytes, size_t bytes, int flags);

static bool mapping_fails(void) {
    if (mappings_left != 0) {
        mappings_left -= mappings_left > 0;
        return false;
    }
    errno = ENOMEM;
    return true;
}

void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset) {
    return mapping_fails() ? MAP_FAILED : __real_mmap(at, bytes, protection, flags, file, offset);
}

void *__wrap_mremap(void *at, size_t old_bytes, size_t bytes, int flags) {
    return mapping_fails() ? MAP_FAILED : __real_mremap(at, old_bytes, bytes, flags);
}

// ---- fields of random symbols

static gdx_symbols symbols;

static void must(gdx_status status) {
    assert_int_equal(status, GDX_OK);
}

static void start_field(void) {
    symbols.count = symbols.word_count = symbols.word_text.bytes = 0;
}

static void add_symbol(uint32_t symbol) {
    must(gdx_grow(&symbols.symbols, &symbols.capacity, symbols.count + 1, sizeof *symbols.symbols));
    symbols.symbols[symbols.count++] = symbol;
}

static void add_word(const char *word) {
    size_t bytes = strlen(word);
    must(gdx_grow(&symbols.words, &symbols.word_capacity, symbols.word_count + 1, sizeof *symbols.words));
    symbols.words[symbols.word_count] =
        (gdx_word){(uint32_t)symbols.count, (uint32_t)symbols.word_text.bytes, (uint32_t)bytes};
    must(gdx_buffer_append(&symbols.word_text, word, bytes));
    add_symbol(GDX_WORD_FLAG | (uint32_t)symbols.word_count++);
}

// Of each kind some that are frequent and many that are rare.
static void add_random_symbol(random_state *random) {
    static const char *const words[] = {"a", "ab", "abcdefgh", "abcdefghi", "abcdefg", "\xc3\xa9t\xc3\xa9", "z", "0"};
    char rare[TWIN_WORD_BYTES];
    switch (random_below(random, 6)) {
    case 0:
        add_word(words[random_below(random, sizeof words / sizeof *words)]);
        break;
    case 1:
        snprintf(rare, sizeof rare, "abcdefgh%u", random_below(random, 5000)); // the first eight bytes decide nothing
        add_word(rare);
        break;
    case 2:
        add_symbol(0x4e00 + random_below(random, 6000));
        break;
    case 3:
        add_symbol(1 + random_below(random, GDX_FIRST_WORD - 1)); // the last code point too
        break;
    default:
        add_symbol(0x4e00 + random_below(random, 20));
        break;
    }
}

static void make_field(random_state *random) {
    uint32_t count = random_below(random, 4) ? random_below(random, 40) : random_below(random, SYMBOLS_MAX);
    start_field();
    for (uint32_t i = 0; i < count; i++)
        add_random_symbol(random);
}

// ---- comparing

static void assert_words_are_those_of_the_twin(const gdx_inverter *inverter) {
    assert_int_equal(gdx_inverter_word_count(inverter), expected.word_count);
    for (uint32_t i = 0; i < expected.word_count; i++)
        assert_true(gdx_slice_equal(gdx_inverter_word(inverter, i), gdx_slice_of(expected.words[i])));
}

static void assert_terms_are_those_of_the_twin(gdx_inverter *inverter) {
    gdx_inverted_term term;
    uint32_t at = 0;
    while (gdx_inverter_next(inverter, &term)) {
        assert_true(term.count > 0 && at + term.count <= expected.posting_count);
        for (uint32_t i = 0; i < term.count; i++, at++) {
            assert_int_equal(term.first, expected.postings[at].first);
            assert_int_equal(term.second, expected.postings[at].second);
            assert_int_equal(term.positions[i], expected.postings[at].position);
        }
        // A term comes once, with all of its positions.
        const twin_posting *next = &expected.postings[at];
        assert_false(at < expected.posting_count && next->first == term.first && next->second == term.second);
    }
    assert_int_equal(at, expected.posting_count);
    assert_false(gdx_inverter_next(inverter, &term)); // the end stays the end
}

static void sort_and_compare(gdx_inverter *inverter) {
    assert_int_equal(gdx_inverter_positions(inverter), expected.count);
    must(gdx_inverter_sort(inverter));
    twin_sort(&expected);
    assert_words_are_those_of_the_twin(inverter);
    assert_terms_are_those_of_the_twin(inverter);
}

// ---- tests

static void random_fields_are_inverted_like_the_twin_in_an_inverter_used_again_and_again(void **state) {
    (void)state;
    random_state random = {SEED};
    print_message("seed %d\n", SEED);
    GDX_AUTO(gdx_inverter) inverter = gdx_inverter_new(MEMORY_BYTES);
    assert_non_null(inverter);
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t fields = random_below(&random, 20);
        expected.count = 0;
        for (uint32_t i = 0; i < fields && expected.count + SYMBOLS_MAX < TWIN_POSITIONS_MAX; i++) {
            make_field(&random);
            must(gdx_inverter_add(inverter, &symbols));
            twin_add(&expected, &symbols);
        }
        sort_and_compare(inverter);
        gdx_inverter_reset(inverter);
    }
}

static void an_empty_field_takes_the_position_of_its_end_mark(void **state) {
    (void)state;
    GDX_AUTO(gdx_inverter) inverter = gdx_inverter_new(MEMORY_BYTES);
    assert_non_null(inverter);
    expected.count = 0;
    for (int i = 0; i < 6; i++) {
        start_field();
        if (i % 2)
            add_symbol(0x4e2d);
        must(gdx_inverter_add(inverter, &symbols));
        twin_add(&expected, &symbols);
    }
    assert_int_equal(gdx_inverter_positions(inverter), 9);
    sort_and_compare(inverter);
}

static void an_empty_inverter_gives_no_terms(void **state) {
    (void)state;
    GDX_AUTO(gdx_inverter) inverter = gdx_inverter_new(MEMORY_BYTES);
    assert_non_null(inverter);
    expected.count = 0;
    sort_and_compare(inverter);
}

static void a_document_is_refused_before_the_memory_setting_is_passed(void **state) {
    (void)state;
    enum { SMALL_BYTES = 16 << 20, DOCUMENT_SYMBOLS = 100 };
    random_state random = {SEED + 1};
    GDX_AUTO(gdx_inverter) inverter = gdx_inverter_new(SMALL_BYTES);
    assert_non_null(inverter);
    uint32_t documents = 0;
    while (!gdx_inverter_is_full(inverter, DOCUMENT_SYMBOLS)) {
        start_field();
        for (int i = 0; i < DOCUMENT_SYMBOLS; i++)
            add_random_symbol(&random);
        must(gdx_inverter_add(inverter, &symbols));
        documents++;
        assert_true(gdx_inverter_bytes(inverter) <= SMALL_BYTES);
    }
    assert_true(documents > 100);
    assert_true(gdx_inverter_bytes(inverter) > SMALL_BYTES / 2); // not far too early
    gdx_inverter_reset(inverter);
    assert_false(gdx_inverter_is_full(inverter, DOCUMENT_SYMBOLS));
}

// Fails each mapping of an addition in turn, until it succeeds.
static int add_with_failures(gdx_inverter *inverter) {
    int failures = 0;
    for (;; failures++) {
        mappings_left = failures;
        gdx_status status = gdx_inverter_add(inverter, &symbols);
        mappings_left = -1;
        if (status == GDX_OK)
            return failures;
        assert_int_equal(status, GDX_NO_MEMORY);
        assert_int_equal(gdx_inverter_positions(inverter), expected.count);
    }
}

static void an_addition_without_memory_leaves_the_inverter_unchanged(void **state) {
    (void)state;
    random_state random = {SEED + 2};
    GDX_AUTO(gdx_inverter) inverter = gdx_inverter_new(1 << 16);
    assert_non_null(inverter);
    expected.count = 0;
    int failures = 0;
    for (int field = 0; field < 12; field++) {
        start_field();
        for (int i = 0; i < SYMBOLS_MAX; i++)
            add_random_symbol(&random);
        failures += add_with_failures(inverter);
        twin_add(&expected, &symbols);
    }
    assert_true(failures > 5);
    mappings_left = 0;
    assert_int_equal(gdx_inverter_sort(inverter), GDX_NO_MEMORY);
    mappings_left = -1;
    sort_and_compare(inverter);
}

static int free_symbols(void **state) {
    (void)state;
    gdx_symbols_clear(&symbols);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_fields_are_inverted_like_the_twin_in_an_inverter_used_again_and_again),
        cmocka_unit_test(an_empty_field_takes_the_position_of_its_end_mark),
        cmocka_unit_test(an_empty_inverter_gives_no_terms),
        cmocka_unit_test(a_document_is_refused_before_the_memory_setting_is_passed),
        cmocka_unit_test(an_addition_without_memory_leaves_the_inverter_unchanged),
    };
    return cmocka_run_group_tests_name("inverter", tests, NULL, free_symbols);
}
