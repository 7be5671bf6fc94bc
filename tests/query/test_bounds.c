// SPDX-License-Identifier: Apache-2.0
// test_bounds.c: queries that ask for too much. Their memory stays within the searcher's limit, and the caller can stop
// them at any time.

#include "../property/corpus.h"
#include "../support/folder.h"
#include "gdx/query.h"
#include "gdx/text.h"
#include "searcher.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DOCUMENTS = 400, SYMBOLS = 300 };

struct fixture {
    char *folder;
    gdx_index *index;
    gdx_snapshot *snapshot;
    gdx_searcher *searcher;
};

static gdx_slice copy_of(gdx_slice text) {
    char *copy = malloc(text.bytes + 1);
    assert_non_null(copy);
    memcpy(copy, text.data, text.bytes);
    return (gdx_slice){copy, text.bytes};
}

// Document after document of 的国的国…, each with the date 2023.
static void write_index(const char *folder) {
    struct corpus corpus = {.count = DOCUMENTS, .segment_count = 1};
    gdx_buffer text = {0};
    corpus.documents = calloc(DOCUMENTS, sizeof *corpus.documents);
    assert_non_null(corpus.documents);
    for (size_t i = 0; i < SYMBOLS / 2; i++)
        assert_int_equal(gdx_buffer_append_format(&text, "的国"), GDX_OK);
    for (size_t i = 0; i < DOCUMENTS; i++) {
        char id[16];
        snprintf(id, sizeof id, "%03zu", i);
        corpus.documents[i].stored = (gdx_document){.id = copy_of(gdx_slice_of(id)),
                                                    .title = copy_of(gdx_slice_of("")),
                                                    .source = copy_of(gdx_slice_of("")),
                                                    .metadata = gdx_slice_of(""),
                                                    .text = copy_of(gdx_buffer_slice(&text)),
                                                    .date = gdx_date_of(2023, 0, 0)};
    }
    corpus_write(&corpus, folder);
    corpus_clear(&corpus);
    gdx_buffer_clear(&text);
}

static int set_up(void **state) {
    static struct fixture fixture;
    fixture.folder = folder_new();
    write_index(fixture.folder);
    assert_int_equal(gdx_index_open(fixture.folder, &fixture.index, NULL), GDX_OK);
    fixture.snapshot = gdx_index_snapshot(fixture.index);
    fixture.searcher = gdx_searcher_new();
    assert_non_null(fixture.searcher);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    gdx_searcher_free(fixture->searcher);
    gdx_snapshot_release(fixture->snapshot);
    gdx_index_close(fixture->index);
    folder_remove(fixture->folder);
    return 0;
}

static gdx_query *parsed(const char *text) {
    gdx_query *query = NULL;
    assert_int_equal(gdx_query_parse(gdx_rule_current(), gdx_slice_of(text), &query, NULL), GDX_OK);
    return query;
}

static gdx_status count(struct fixture *fixture, const char *text, gdx_totals *totals, gdx_error *err) {
    GDX_AUTO(gdx_query) query = parsed(text);
    return gdx_count(fixture->searcher, fixture->snapshot, query, NULL, totals, err);
}

// "(一 OR 一 OR …) NEAR/1 一"
static gdx_buffer many_beside(const char *term, size_t times, const char *partner) {
    gdx_buffer text = {0};
    for (size_t i = 0; i < times; i++)
        assert_int_equal(gdx_buffer_append_format(&text, "%s%s", i ? " OR " : "(", term), GDX_OK);
    assert_int_equal(gdx_buffer_append_format(&text, ") NEAR/1 %s", partner), GDX_OK);
    assert_int_equal(gdx_buffer_append(&text, "", 1), GDX_OK);
    return text;
}

// Of each of the two signs there are so many positions, of four bytes; they are held, and one of them is unpacked.
enum { EACH_BYTES = DOCUMENTS * SYMBOLS / 2 * 4 };

static void a_query_that_takes_more_than_the_limit_is_refused(void **state) {
    struct fixture *fixture = *state;
    gdx_totals totals;
    gdx_error err = {0};
    gdx_searcher_limit_memory(fixture->searcher, 3 * EACH_BYTES - 1000);
    assert_int_equal(count(fixture, "的 NEAR/1 国", &totals, &err), GDX_NO_MEMORY);
    assert_non_null(strstr(err.message, "rarer terms"));
}

static void a_query_that_cannot_succeed_is_refused_before_it_reads_a_list(void **state) {
    struct fixture *fixture = *state;
    gdx_query_cost cost;
    gdx_totals totals;
    GDX_AUTO(gdx_query) query = parsed("的 NEAR/10000 国");
    gdx_searcher_limit_memory(fixture->searcher, EACH_BYTES); // none of the lists could be unpacked beside another
    assert_int_equal(gdx_query_weigh(fixture->searcher, fixture->snapshot, query, NULL, &cost, NULL), GDX_OK);
    assert_int_equal(cost.occurrences, DOCUMENTS * SYMBOLS);
    assert_int_equal(count(fixture, "的 NEAR/10000 国", &totals, NULL), GDX_NO_MEMORY);
    assert_int_equal(fixture->searcher->positions.capacity, 0); // nothing was ever unpacked
    assert_int_equal(count(fixture, "国 OR (友岸外包 NEAR/1 没有)", &totals, NULL),
                     GDX_OK); // what is rare is not refused
    assert_int_equal(totals.occurrences, DOCUMENTS * SYMBOLS / 2);
}

static void a_list_that_is_too_much_work_is_not_read(void **state) {
    struct fixture *fixture = *state;
    static const char *const much[] = {"的国",       "text:的",         "的 NEAR/1 国",
                                       "exact:的国", "bridge:的国的国", "友岸 OR 国的"};
    static const char *const little[] = {"友岸外包", "国的友", "date:2022", "没 NEAR/5 友", "exact:友岸"};
    gdx_totals totals;
    gdx_searcher_limit_work(fixture->searcher, 50000); // 60,000 positions take more
    for (size_t i = 0; i < sizeof much / sizeof *much; i++) {
        if (count(fixture, much[i], &totals, NULL) != GDX_DEADLINE)
            fail_msg("%s is read", much[i]);
        assert_int_equal(fixture->searcher->positions.capacity, 0);
    }
    for (size_t i = 0; i < sizeof little / sizeof *little; i++)
        if (count(fixture, little[i], &totals, NULL) != GDX_OK)
            fail_msg("%s is too much", little[i]);
    gdx_searcher_limit_work(fixture->searcher, 0);
    for (size_t i = 0; i < sizeof much / sizeof *much; i++)
        assert_int_equal(count(fixture, much[i], &totals, NULL), GDX_OK);
}

static void a_searcher_that_refused_a_query_answers_the_next(void **state) {
    struct fixture *fixture = *state;
    gdx_totals totals = {0};
    gdx_searcher_limit_memory(fixture->searcher, 2 * EACH_BYTES);
    assert_int_equal(count(fixture, "的 NEAR/1 国", &totals, NULL), GDX_NO_MEMORY);
    gdx_searcher_limit_memory(fixture->searcher, (size_t)4 << 20);
    assert_int_equal(count(fixture, "的 NEAR/1 国", &totals, NULL), GDX_OK);
    assert_int_equal(totals.documents, DOCUMENTS);
    assert_int_equal(totals.occurrences, DOCUMENTS * SYMBOLS);
}

static void a_leaf_given_many_times_counts_as_often_beside_its_partner(void **state) {
    struct fixture *fixture = *state;
    gdx_totals totals = {0};
    gdx_buffer text = many_beside("的", 50, "国");
    gdx_searcher_limit_memory(fixture->searcher, (size_t)5 << 20); // its positions are held once
    assert_int_equal(count(fixture, (const char *)text.data, &totals, NULL), GDX_OK);
    assert_int_equal(totals.occurrences, DOCUMENTS * SYMBOLS / 2 * 51);
    gdx_buffer_clear(&text);
}

static void a_chain_of_the_same_terms_takes_the_memory_of_these_once(void **state) {
    struct fixture *fixture = *state;
    enum { PAIRS = 100 };
    gdx_totals totals = {0};
    gdx_buffer text = {0};
    for (size_t i = 0; i < PAIRS; i++)
        assert_int_equal(gdx_buffer_append_format(&text, "%s的 NEAR/10000 国", i ? " NEAR/10000 " : ""), GDX_OK);
    assert_int_equal(gdx_buffer_append(&text, "", 1), GDX_OK);
    gdx_searcher_limit_memory(fixture->searcher, (size_t)8 << 20);
    assert_int_equal(count(fixture, (const char *)text.data, &totals, NULL), GDX_OK);
    assert_int_equal(totals.documents, DOCUMENTS);
    assert_int_equal(totals.occurrences, (uint64_t)DOCUMENTS * SYMBOLS * PAIRS);
    gdx_buffer_clear(&text);
}

static void the_longest_chain_is_no_deeper_than_a_stack(void **state) {
    struct fixture *fixture = *state;
    enum { TERMS = 1024 };
    gdx_query_cost cost;
    gdx_totals totals = {0};
    gdx_occurrence occurrence;
    bool has = true;
    gdx_buffer text = {0}, line = {0};
    for (size_t i = 0; i < TERMS; i++)
        assert_int_equal(gdx_buffer_append_format(&text, "%s没", i ? " NEAR/1 " : ""), GDX_OK);
    assert_int_equal(gdx_buffer_append(&text, "", 1), GDX_OK);
    GDX_AUTO(gdx_query) query = parsed((const char *)text.data);
    GDX_AUTO(gdx_scan) scan = NULL;
    assert_int_equal(gdx_query_describe(query, &line), GDX_OK);
    assert_int_equal(gdx_query_weigh(fixture->searcher, fixture->snapshot, query, NULL, &cost, NULL), GDX_OK);
    assert_int_equal(gdx_count(fixture->searcher, fixture->snapshot, query, NULL, &totals, NULL), GDX_OK);
    assert_int_equal(totals.documents, 0);
    assert_int_equal(gdx_scan_open(fixture->searcher, fixture->snapshot, query, 5, NULL, &scan, NULL), GDX_OK);
    assert_int_equal(gdx_scan_next(scan, &occurrence, &has, NULL), GDX_OK);
    assert_false(has);
    gdx_buffer_clear(&text);
    gdx_buffer_clear(&line);
}

static void a_scan_past_documents_without_occurrences_can_be_cancelled(void **state) {
    struct fixture *fixture = *state;
    atomic_bool cancelled = false;
    gdx_stop stop = {0, &cancelled};
    gdx_occurrence occurrence;
    bool has;
    GDX_AUTO(gdx_query) query = parsed("友岸外包 OR date:2023");
    GDX_AUTO(gdx_scan) scan = NULL;
    assert_int_equal(gdx_scan_open(fixture->searcher, fixture->snapshot, query, 5, &stop, &scan, NULL), GDX_OK);
    cancelled = true;
    assert_int_equal(gdx_scan_next(scan, &occurrence, &has, NULL), GDX_CANCELLED);
}

static void a_scan_of_filters_alone_ends_at_once(void **state) {
    struct fixture *fixture = *state;
    atomic_bool cancelled = true; // stops any work of notable length
    gdx_stop stop = {0, &cancelled};
    gdx_occurrence occurrence;
    bool has = true;
    GDX_AUTO(gdx_query) query = parsed("date:2023 NOT 友岸外包");
    GDX_AUTO(gdx_scan) scan = NULL;
    assert_int_equal(gdx_scan_open(fixture->searcher, fixture->snapshot, query, 5, &stop, &scan, NULL), GDX_OK);
    assert_int_equal(gdx_scan_next(scan, &occurrence, &has, NULL), GDX_OK);
    assert_false(has);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_query_that_takes_more_than_the_limit_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_query_that_cannot_succeed_is_refused_before_it_reads_a_list, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_chain_of_the_same_terms_takes_the_memory_of_these_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_that_is_too_much_work_is_not_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_searcher_that_refused_a_query_answers_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_leaf_given_many_times_counts_as_often_beside_its_partner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_longest_chain_is_no_deeper_than_a_stack, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_scan_past_documents_without_occurrences_can_be_cancelled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_scan_of_filters_alone_ends_at_once, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("query bounds", tests, NULL, NULL);
}
