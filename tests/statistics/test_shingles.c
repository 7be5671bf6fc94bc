// SPDX-License-Identifier: Apache-2.0
// test_shingles.c: the sketch that is made without sorting a long text is that of all its shingles, whatever repeats
// and is left out. GDX_SEED changes the letters.

#include "../../indexer/statistics/shingles.h" // how texts are hashed is no promise
#include "../property/random.h"
#include "../query/collection.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DOCUMENTS = 60, LETTERS_MOST = 3000, TEXT_BYTES = LETTERS_MOST * 3 + 1, MOST = 64 };

static struct written documents[DOCUMENTS];
static char texts[DOCUMENTS][TEXT_BYTES], ids[DOCUMENTS][8];
static struct collection collection;
static random_state random_of_test;

// A third of the documents repeat a short text again and again; marks stand in all.
static void write_text(size_t d) {
    static const char *const letters[] = {"东", "西", "南", "北", "，", "中", "々", "WTO "};
    size_t count = random_below(&random_of_test, d % 3 ? LETTERS_MOST : 40), period = d % 3 == 1 ? 70 : LETTERS_MOST;
    size_t drawn[LETTERS_MOST];
    for (size_t i = 0; i < count && strlen(texts[d]) + 8 < TEXT_BYTES; i++) {
        drawn[i] = i < period ? random_below(&random_of_test, 8) : drawn[i - period];
        strcat(texts[d], letters[drawn[i]]);
    }
}

static int set_up(void **state) {
    const char *seed = getenv("GDX_SEED");
    (void)state;
    random_of_test = (random_state){seed ? strtoull(seed, NULL, 10) : 20261129};
    for (size_t d = 0; d < DOCUMENTS; d++) {
        snprintf(ids[d], sizeof ids[d], "%02zu", d);
        write_text(d);
        documents[d] = (struct written){.id = ids[d], .text = texts[d]};
    }
    collection_open(&collection, documents, DOCUMENTS);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    collection_close(&collection);
    return 0;
}

// Every `each`th of the shingles of the first documents that are long; 0: none.
static void choose_without(struct shingle_reader *reader, size_t each, struct shingles *out) {
    struct shingles text = {0}, room = {0};
    out->count = 0;
    for (uint32_t d = 0; d < DOCUMENTS && each; d++) {
        assert_int_equal(shingles_read(reader, 0, d, NULL, &text, NULL), GDX_OK);
        assert_int_equal(gdx_grow(&out->hashes, &out->capacity, out->count + text.count + 1, sizeof *out->hashes),
                         GDX_OK);
        for (size_t i = 0; i < text.count; i += each)
            out->hashes[out->count++] = text.hashes[i];
    }
    assert_int_equal(gdx_grow(&room.hashes, &room.capacity, out->count + 1, sizeof *room.hashes), GDX_OK);
    if (out->count)
        shingles_sort(out, &room);
    shingles_clear(&room);
    shingles_clear(&text);
}

// Returns whether the sketch is full.
static bool check_sketch(struct shingle_reader *reader, uint32_t d, const struct shingles *without) {
    uint32_t wanted[MOST], found[MOST];
    struct shingles text = {0};
    struct shingle_sketch sketch = {.hashes = found, .most = MOST};
    assert_int_equal(shingles_read(reader, 0, d, without, &text, NULL), GDX_OK);
    size_t count = text.count >= SHINGLES_LEAST ? shingles_sketch(&text, wanted, MOST) : 0;
    assert_int_equal(shingles_read_sketch(reader, 0, d, without, &text, &sketch, NULL), GDX_OK);
    assert_int_equal(sketch.count, count);
    assert_memory_equal(found, wanted, count * sizeof *wanted);
    shingles_clear(&text);
    return count == MOST;
}

static void a_sketch_is_that_of_all_shingles(void **state) {
    static const size_t each[] = {0, 7, 2, 1};
    struct shingle_reader *reader = shingle_reader_new(collection.snapshot);
    struct shingles without = {0};
    size_t full = 0;
    (void)state;
    assert_non_null(reader);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        choose_without(reader, each[i], &without);
        for (uint32_t d = 0; d < DOCUMENTS; d++)
            full += check_sketch(reader, d, &without);
    }
    assert_true(full > DOCUMENTS / 4);
    assert_true(full < DOCUMENTS * 3);
    shingles_clear(&without);
    shingle_reader_free(reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_sketch_is_that_of_all_shingles)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
