// SPDX-License-Identifier: Apache-2.0
// test_documents.c: the document of each position, against a walk over all documents: few and many, of one length and
// of very different ones.

#include "collection.h"

#include "../support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void check_at(const gdx_document_columns *columns, random_state *random) {
    uint32_t limit = columns->begin[columns->count], document = 0;
    gdx_document_columns searched = *columns;
    searched.near = NULL; // as a writer's columns are
    for (uint32_t position = 0; position < limit; position++) {
        while (columns->begin[document + 1] <= position)
            document++;
        uint32_t from = random_below(random, document + 1);
        assert_int_equal(gdx_columns_document_at(columns, position, from), document);
        assert_int_equal(gdx_columns_document_at(&searched, position, from), document);
    }
}

static void check_count(const gdx_document_columns *columns, random_state *random, uint32_t one_in) {
    uint32_t limit = columns->begin[columns->count], document = 0;
    uint32_t *positions = calloc((size_t)limit + 1, sizeof *positions), *all = calloc(columns->count, sizeof *all);
    size_t count = 0, expected = 0;
    assert_true(positions && all);
    for (uint32_t position = 0; position < limit; position++) {
        while (columns->begin[document + 1] <= position)
            document++;
        if (random_below(random, one_in))
            continue;
        positions[count++] = position;
        expected += all[document]++ == 0;
    }
    size_t room = count < columns->count ? count : columns->count;
    uint32_t *documents = malloc(room * sizeof *documents + 1), *counts = malloc(room * sizeof *counts + 1);
    assert_true(documents && counts);
    assert_int_equal(gdx_columns_count(columns, positions, count, documents, counts), expected);
    for (size_t i = 0; i < expected; i++) {
        assert_true(i == 0 || documents[i - 1] < documents[i]);
        assert_int_equal(counts[i], all[documents[i]]);
    }
    free(positions);
    free(all);
    free(documents);
    free(counts);
}

static void check_collection(const collection_kind *kind) {
    struct collection collection;
    collection_init(&collection, 20261128, kind);
    char *folder = folder_new();
    gdx_segment_info info = collection_write_all(&collection, folder, 0);
    gdx_segment *segment = segment_of(folder, info.name);
    gdx_document_columns columns;
    random_state random = {3};
    assert_int_equal(gdx_segment_columns(segment, &columns, NULL), GDX_OK);
    assert_non_null(columns.near);
    check_at(&columns, &random);
    for (uint32_t one_in = 1; one_in < 3000; one_in *= 5)
        check_count(&columns, &random, one_in);
    gdx_segment_release(segment);
    folder_remove(folder);
    collection_clear(&collection);
}

static void the_document_of_each_position_is_found(void **state) {
    (void)state;
    const collection_kind kinds[] = {
        {.count = 1, .text_bytes = 100, .words = 10, .sources = 1},
        {.count = 3, .text_bytes = 1, .words = 10, .sources = 1},
        {.count = 500, .text_bytes = 200, .words = 50, .sources = 3},
        {.count = 500, .text_bytes = 30, .long_every = 50, .long_bytes = 20000, .words = 50, .sources = 3},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        check_collection(&kinds[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_document_of_each_position_is_found)};
    return cmocka_run_group_tests_name("documents", tests, NULL, NULL);
}
