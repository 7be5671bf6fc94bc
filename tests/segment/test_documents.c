// SPDX-License-Identifier: Apache-2.0
// test_documents.c: the document of each position, against a walk over all documents: few and many, of one length and
// of very different ones.

#include "collection.h"

#include "../support/folder.h"

#include "gdx/ngram.h"

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

// As collection_write_all, but the text is coded before the inverter is sorted. Bytes of memory before and after.
static gdx_segment_info write_text_first(const struct collection *collection, const char *folder, size_t memory[2]) {
    gdx_segment_writer *writer = NULL;
    gdx_inverter *inverter = gdx_inverter_new((size_t)64 << 20);
    gdx_folded *folded = gdx_folded_new();
    gdx_segment_info info = {0};
    assert_true(inverter && folded);
    assert_int_equal(gdx_segment_writer_open(folder, 1, 0, gdx_rule_current(), &writer, NULL), GDX_OK);
    assert_int_equal(gdx_segment_writer_set_keys(writer, collection_keys()), GDX_OK);
    for (uint32_t d = 0; d < collection->count; d++) {
        assert_int_equal(gdx_folded_fold(folded, gdx_rule_current(), &collection->documents[d]), GDX_OK);
        assert_int_equal(gdx_segment_writer_add(writer, &collection->documents[d], folded, NULL), GDX_OK);
        assert_int_equal(gdx_folded_invert(folded, inverter), GDX_OK);
    }
    memory[0] = gdx_segment_writer_bytes(writer);
    assert_int_equal(gdx_segment_writer_end_text(writer, NULL), GDX_OK);
    memory[1] = gdx_segment_writer_bytes(writer);
    assert_int_equal(gdx_inverter_sort(inverter), GDX_OK);
    assert_int_equal(gdx_segment_writer_commit(writer, inverter, &info, NULL), GDX_OK);
    gdx_inverter_free(inverter);
    gdx_folded_free(folded);
    return info;
}

static void text_coded_before_the_terms_frees_memory_and_changes_no_byte(void **state) {
    (void)state;
    const collection_kind kind = {.count = 200, .text_bytes = 40000, .words = 50, .sources = 3};
    struct collection collection;
    collection_init(&collection, 20261130, &kind);
    char *folder = folder_new();
    size_t memory[2];
    gdx_segment_info plain = collection_write_all(&collection, folder, 0);
    gdx_segment_info ahead = write_text_first(&collection, folder, memory);
    assert_int_equal(ahead.name, plain.name);
    assert_int_equal(ahead.bytes, plain.bytes);
    assert_true(plain.text_bytes > 100000);
    assert_true(memory[1] + plain.text_bytes / 2 < memory[0]); // titles do not wait
    folder_remove(folder);
    collection_clear(&collection);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_of_each_position_is_found),
        cmocka_unit_test(text_coded_before_the_terms_frees_memory_and_changes_no_byte),
    };
    return cmocka_run_group_tests_name("documents", tests, NULL, NULL);
}
