// SPDX-License-Identifier: Apache-2.0
// test_cover.c: phrases of 2 to 20 symbols in long texts over several segments, against strstr. The lists are long
// enough that bigrams are chosen by what they cost, and letters are so unequal that some bigrams are rare, and missing
// in some segments: what was found in one segment must not lead astray in the next.

#include "collection.h"

#include "../property/random.h"
#include "gdx/processor.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DOCUMENTS = 40, TEXT_LETTERS = 3000, SEGMENTS = 5, PHRASES = 600, PHRASE_LETTERS = 20 };

static char texts[DOCUMENTS][TEXT_LETTERS + 1];
static char texts_in_han[DOCUMENTS][TEXT_LETTERS * 3 + 1];
static char ids[DOCUMENTS][12];
static struct collection collection;

// a and b often, d and e seldom, f in the documents of one segment alone. Like words, pieces come again.
static void make_text(random_state *random, size_t document) {
    static const char letters[] = "aaaaaaaabbbbbbbbccccde";
    char *text = texts[document];
    size_t count = 1 + random_below(random, TEXT_LETTERS);
    for (size_t i = 0; i < count; i++) {
        text[i] = letters[random_below(random, sizeof letters - 1)];
        if (document < DOCUMENTS / SEGMENTS && random_below(random, 200) == 0)
            text[i] = 'f';
        if (i > 40 && random_below(random, 3) == 0)
            text[i] = text[i - 31];
    }
    char *to = texts_in_han[document];
    for (size_t i = 0; i < count; i++)
        to += sprintf(to, "%s", han((char[]){text[i], 0}));
}

static int set_up(void **state) {
    (void)state;
    static struct written written[DOCUMENTS];
    random_state random = {20261128};
    for (size_t i = 0; i < DOCUMENTS; i++) {
        make_text(&random, i);
        snprintf(ids[i], sizeof ids[i], "%zu", i);
        written[i] = (struct written){.id = ids[i],
                                      .text = texts_in_han[i],
                                      .segment = i * SEGMENTS / DOCUMENTS,
                                      .is_deleted = random_below(&random, 10) == 0};
    }
    collection_open(&collection, written, DOCUMENTS);
    for (size_t i = 0; i < DOCUMENTS; i++)
        if (written[i].is_deleted)
            texts[i][0] = 0;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    collection_close(&collection);
    return 0;
}

static void expect_counted(const char *letters) {
    char query[PHRASE_LETTERS * 3 + 1] = "", *to = query;
    uint64_t documents = 0, occurrences = 0;
    for (size_t i = 0; i < DOCUMENTS; i++) {
        size_t count = lettered_count(texts[i], letters);
        documents += count > 0;
        occurrences += count;
    }
    for (const char *letter = letters; *letter; letter++)
        to += sprintf(to, "%s", han((char[]){*letter, 0}));
    expect_totals(&collection, query, documents, occurrences, 0);
}

// Drawn from a text, and half of them with one letter changed.
static void draw(random_state *random, char *out) {
    for (;;) {
        const char *text = texts[random_below(random, DOCUMENTS)];
        size_t count = strlen(text), wanted = 2 + random_below(random, PHRASE_LETTERS - 2);
        if (count < wanted)
            continue;
        memcpy(out, text + random_below(random, (uint32_t)(count - wanted + 1)), wanted);
        out[wanted] = 0;
        if (random_below(random, 2))
            out[random_below(random, (uint32_t)wanted)] = (char)('a' + random_below(random, 6));
        return;
    }
}

static void phrases_of_every_length_are_counted_as_a_naive_search_does(void **state) {
    (void)state;
    random_state random = {7};
    char phrase[PHRASE_LETTERS + 1];
    for (int i = 0; i < PHRASES; i++) {
        draw(&random, phrase);
        gdx_processor_limit((gdx_processor)(i % (int)(gdx_processor_best() + 1)));
        expect_counted(phrase);
    }
    gdx_processor_limit(GDX_PROCESSORS);
}

static void a_rare_pair_between_frequent_ones_is_found(void **state) {
    (void)state;
    for (size_t length = 3; length < 12; length++)
        for (size_t at = 0; at + 1 < length; at++) {
            char phrase[PHRASE_LETTERS + 1];
            for (size_t i = 0; i < length; i++)
                phrase[i] = "ab"[i & 1];
            phrase[length] = 0;
            memcpy(phrase + at, "de", 2);
            expect_counted(phrase);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrases_of_every_length_are_counted_as_a_naive_search_does),
        cmocka_unit_test(a_rare_pair_between_frequent_ones_is_found),
    };
    return cmocka_run_group_tests_name("cover", tests, set_up, tear_down);
}
