// SPDX-License-Identifier: Apache-2.0
// test_names.c: a group's name loses function symbols and grows in turn, and that ends, since a function symbol that
// was taken off does not come back: docs/statistics.md, "Contrast", step 9. In the documents 在 stands before a phrase
// so often that the phrase would take it in again, and the letter before it.

#include "../query/collection.h"
#include "gdx/statistics.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// Of A all have 在 and the phrase, most of them 东 before it. Of B the first ones have all three many times, the last
// ones the phrase alone. So 在 stands at 90 of 135 places of the phrase, which is taken off at 7 of 10 or fewer and
// taken in at 6 of 10 or more; 东 at 76, more than half.
enum { IN_A = 60, WITH_LETTER = 46, IN_B = 120, REPEATING = 3, REPEATED = 10, ALONE = 45, ALL = IN_A + IN_B };
enum { TEXT_BYTES = 512, FILLERS = 24 };

static struct written documents[ALL];
static char texts[ALL][TEXT_BYTES], ids[ALL][8];
static struct collection collection;

// Letters that stand everywhere, so that none of them belongs to another.
static void append_filler(char *text, unsigned *state) {
    static const char *const letters[] = {"东", "西", "南", "北", "春", "夏", "秋", "冬"};
    for (int i = 0; i < FILLERS; i++) {
        *state = *state * 1103515245 + 12345;
        strcat(text, letters[*state >> 16 & 7]);
    }
}

static void write_text(size_t d, unsigned *state) {
    static const char *const after[] = {"，", "东", "西", "，"};
    bool repeats = d >= IN_A && d < IN_A + REPEATING;
    const char *phrase = d < WITH_LETTER || repeats ? "，东在甲乙丙丁"
                         : d < IN_A                 ? "，在甲乙丙丁"
                         : d >= ALL - ALONE         ? "，甲乙丙丁"
                                                    : "";
    append_filler(texts[d], state);
    for (size_t i = 0; *phrase && i < (repeats ? REPEATED : 1); i++) {
        strcat(texts[d], phrase);
        strcat(texts[d], after[(d + i) % 4]);
    }
    append_filler(texts[d], state);
}

static int set_up(void **state) {
    unsigned random = 1;
    (void)state;
    for (size_t d = 0; d < ALL; d++) {
        snprintf(ids[d], sizeof ids[d], "%zu", d);
        write_text(d, &random);
        documents[d] = (struct written){.id = ids[d], .source = d < IN_A ? "a" : "b", .text = texts[d]};
    }
    collection_open(&collection, documents, ALL);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    collection_close(&collection);
    return 0;
}

static void a_function_symbol_that_was_taken_off_is_not_taken_in_again(void **state) {
    GDX_AUTO(gdx_query) a = collection_parse("source:a");
    GDX_AUTO(gdx_query) b = collection_parse("source:b");
    GDX_AUTO(gdx_executor) executor = NULL;
    GDX_AUTO(gdx_contrast) contrast = NULL;
    gdx_error err = {0};
    (void)state;
    assert_int_equal(gdx_executor_new(1, &executor, NULL), GDX_OK);
    const gdx_contrast_options options = {
        .shortest = 2, .longest = 8, .units_least = 5, .limit = 5, .executor = executor};
    if (gdx_contrast_compute(collection.searcher, collection.snapshot, a, b, &options, NULL, &contrast, &err) != GDX_OK)
        fail_msg("%s", err.message);
    assert_true(contrast->group_count > 0);
    assert_int_equal(contrast->groups[0].phrase.bytes, strlen("甲乙丙丁"));
    assert_memory_equal(contrast->groups[0].phrase.data, "甲乙丙丁", strlen("甲乙丙丁"));
    assert_int_equal(contrast->groups[0].units_a, IN_A);
    assert_int_equal(contrast->groups[0].units_b, REPEATING + ALONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_symbol_that_was_taken_off_is_not_taken_in_again),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
