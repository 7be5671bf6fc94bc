// SPDX-License-Identifier: Apache-2.0
// test_leaves.c: a root over the slices of an index gives the answers of the index, bit for bit. The test asks each
// query of test_oracle.c twice, by every method that a root answers: of one index, and of a root in this process over 1
// to 7 leaves, some of which may have no segment. GDX_SEED and GDX_ROUNDS work as in test_oracle.c.

#include "../support/folder.h"
#include "../support/sample.h"
#include "asked.h"
#include "corpus.h"
#include "leaves.h"
#include "queries.h"
#include "questions.h"

#include <gramdex/v1/index.pb-c.h>
#include <gramdex/v1/search.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { QUERIES = 12, SLICES_MOST = 7 };

struct spread { // a collection as one index, and over leaves
    struct corpus corpus;
    char *folder;
    struct test_leaves leaves;
};

static void open_one(struct spread *spread, struct asked *asked) {
    gdx_collection_options options = gdx_collection_options_default();
    gdx_error err = {0};
    if (gdx_target_open_index(spread->folder, &options, &asked->both[0], &err) != GDX_OK)
        fail_msg("%s", err.message);
}

static void open_root(struct spread *spread, struct asked *asked) {
    gdx_collection_options options = gdx_collection_options_default();
    gdx_collection *root = NULL;
    assert_int_equal(gdx_collection_open_root(&spread->leaves.table, "elsewhere:1", &options, &root, NULL), GDX_OK);
    assert_int_equal(gdx_target_of_collection(root, &asked->both[1], NULL), GDX_OK);
}

static void begin_spread(struct spread *spread, struct asked *asked, uint32_t slices) {
    corpus_make(&spread->corpus, &asked->random);
    spread->folder = folder_new();
    corpus_write(&spread->corpus, spread->folder);
    test_leaves_open(&spread->leaves, spread->folder, slices);
    open_one(spread, asked);
    open_root(spread, asked);
    asked->is_refused = test_leaves_refuse;
}

static void end_spread(struct spread *spread, struct asked *asked) {
    gdx_target_close(asked->both[0]);
    gdx_target_close(asked->both[1]);
    test_leaves_close(&spread->leaves);
    gdx_buffer_clear(&asked->text);
    corpus_clear(&spread->corpus);
    folder_remove(spread->folder);
}

static ProtobufCBinaryData data_of(const char *text) {
    return (ProtobufCBinaryData){strlen(text), (uint8_t *)(uintptr_t)text};
}

static void compare_stat(struct asked *asked) {
    Gramdex__V1__StatRequest request = GRAMDEX__V1__STAT_REQUEST__INIT;
    compare(asked, "Stat", &request.base);
}

static gdx_status keep_token(void *context, const ProtobufCMessage *reply, gdx_error *err) {
    (void)err;
    const Gramdex__V1__SearchResponse *response = (const Gramdex__V1__SearchResponse *)reply;
    gdx_buffer *token = context;
    token->bytes = 0;
    return gdx_buffer_append(token, response->next_page_token.data, response->next_page_token.len);
}

// Page by page by the tokens of the one index, which the root must take, and give the same.
static void compare_pages(struct asked *asked, Gramdex__V1__Order order) {
    Gramdex__V1__SearchRequest request = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    gdx_buffer token = {0};
    request.query = (ProtobufCBinaryData){asked->text.bytes, asked->text.data};
    request.limit = 1 + random_below(&asked->random, 4);
    request.order = order;
    for (int page = 0; page < 6; page++) {
        gdx_buffer next = {0};
        request.page_token = (ProtobufCBinaryData){token.bytes, token.data};
        compare(asked, "Search", &request.base);
        const gdx_operation *search = gdx_operation_find(&gramdex__v1__search__descriptor, "Search");
        gdx_status status = gdx_ask(asked->both[page % 2], search, &request.base, keep_token, &next, NULL);
        gdx_buffer_clear(&token);
        token = next;
        if (status != GDX_OK || token.bytes == 0)
            break;
    }
    gdx_buffer_clear(&token);
}

static void play_round(uint64_t seed) {
    struct asked asked = {.random = {seed}, .seed = seed};
    struct spread spread;
    begin_spread(&spread, &asked, 1 + (uint32_t)(seed / 1000 % SLICES_MOST));
    for (int q = 0; q < QUERIES; q++) {
        struct part *query = query_make(&spread.corpus, &asked.random);
        asked.text.bytes = 0;
        query_write(query, &asked.random, &asked.text);
        query_clear(query);
        compare_all(&asked);
        compare_scoped(&asked, &spread.corpus);
        compare_pages(&asked, (Gramdex__V1__Order)(q % 5));
    }
    compare_batch(&asked, &spread.corpus);
    compare_suggest(&asked);
    compare_stat(&asked);
    for (size_t d = 0; d < spread.corpus.count; d++)
        compare_get(&asked, spread.corpus.documents[d].stored.id);
    end_spread(&spread, &asked);
}

static void a_root_gives_the_answers_of_the_index(void **state) {
    (void)state;
    const struct sample_rounds rounds = sample_rounds_of(20261124, 7, 4);
    for (uint64_t r = 0; r < rounds.count; r++)
        play_round(sample_round_seed(&rounds, r));
}

static void what_looks_like_a_slip_is_said_of_all_slices_together(void **state) {
    (void)state;
    static const char *const queries[] = {"source:nowhere 的",
                                          "source:news OR source:law",
                                          "的 and 了",
                                          "soruce:x",
                                          "meta.k:1 OR meta.k:2 OR meta.lang:zh",
                                          "source:a OR source:none OR source:b"};
    struct asked asked = {.random = {77}, .seed = 77};
    struct spread spread;
    begin_spread(&spread, &asked, 4);
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        asked.text.bytes = 0;
        assert_int_equal(gdx_buffer_append(&asked.text, queries[i], strlen(queries[i])), GDX_OK);
        compare_all(&asked);
    }
    end_spread(&spread, &asked);
}

static void malformed_queries_are_refused_alike(void **state) {
    (void)state;
    static const char *const queries[] = {"", "a (", "\"a", "date:2023-13", "NOT", "产\xff业"};
    struct asked asked = {.random = {1}, .seed = 1};
    struct spread spread;
    begin_spread(&spread, &asked, 3);
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        Gramdex__V1__SearchRequest request = GRAMDEX__V1__SEARCH_REQUEST__INIT;
        asked.text.bytes = 0;
        assert_int_equal(gdx_buffer_append(&asked.text, queries[i], strlen(queries[i])), GDX_OK);
        compare_all(&asked);
        request.query = data_of(queries[i]);
        request.page_token = data_of("AAAA");
        compare(&asked, "Search", &request.base); // the query is to blame, or the token
    }
    compare_get(&asked, gdx_slice_of("no such id"));
    end_spread(&spread, &asked);
}

static void expect_refused(struct asked *asked, const ProtobufCServiceDescriptor *service, const char *method,
                           const ProtobufCMessage *request, gdx_status status, const char *words) {
    gdx_error err = {0};
    json_t *value = NULL;
    assert_int_equal(ask(asked->both[1], gdx_operation_find(service, method), request, &value, &err), status);
    if (!strstr(err.message, words))
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
    json_decref(value);
}

static void a_slice_without_a_leaf_fails_the_call_or_is_named(void **state) {
    (void)state;
    struct asked asked = {.random = {5}, .seed = 5};
    struct spread spread;
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    Gramdex__V1__Scope scope = GRAMDEX__V1__SCOPE__INIT;
    gdx_error err = {0};
    json_t *value = NULL;
    begin_spread(&spread, &asked, 3);
    spread.leaves.lost = 1;
    request.query = data_of("的");
    expect_refused(&asked, &gramdex__v1__search__descriptor, "Count", &request.base, GDX_UNAVAILABLE, "slice 1");
    request.scope = &scope;
    scope.allow_partial = true;
    static const char *const methods[] = {"Count", "Search", "Trend", "Scan"}; // query and scope are 1 and 2 in each
    for (size_t i = 0; i < 4; i++) {
        const gdx_operation *operation = gdx_operation_find(&gramdex__v1__search__descriptor, methods[i]);
        uint8_t packed[64];
        size_t bytes = protobuf_c_message_pack(&request.base, packed);
        ProtobufCMessage *asking = protobuf_c_message_unpack(operation->request, NULL, bytes, packed);
        assert_int_equal(ask(asked.both[1], operation, asking, &value, &err), GDX_OK);
        const json_t *answer = json_object_get(value, "answer");
        assert_true(json_is_false(json_object_get(answer, "complete")));
        assert_non_null(strstr(json_string_value(json_array_get(json_object_get(answer, "notes"), 0)), "slice 1 of 3"));
        json_decref(value);
        protobuf_c_message_free_unpacked(asking, NULL);
    }
    end_spread(&spread, &asked);
}

static void a_root_refuses_by_name_what_it_cannot_merge(void **state) {
    (void)state;
    struct asked asked = {.random = {6}, .seed = 6};
    struct spread spread;
    Gramdex__V1__NgramsRequest ngrams = GRAMDEX__V1__NGRAMS_REQUEST__INIT;
    Gramdex__V1__SearchRequest deep = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    Gramdex__V1__DeleteRequest deletion = GRAMDEX__V1__DELETE_REQUEST__INIT;
    begin_spread(&spread, &asked, 2);
    expect_refused(&asked, &gramdex__v1__search__descriptor, "Ngrams", &ngrams.base, GDX_UNSUPPORTED,
                   "Ngrams is not answered by a root");
    deep.query = data_of("的");
    deep.offset = 9995;
    expect_refused(&asked, &gramdex__v1__search__descriptor, "Search", &deep.base, GDX_INVALID, "10005");
    expect_refused(&asked, &gramdex__v1__index__descriptor, "Delete", &deletion.base, GDX_UNSUPPORTED, "elsewhere:1");
    end_spread(&spread, &asked);
}

static void a_leaf_answers_its_root_alone(void **state) {
    (void)state;
    struct asked asked = {.random = {7}, .seed = 7};
    struct spread spread;
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    gdx_error err = {0};
    begin_spread(&spread, &asked, 2);
    request.query = data_of("的");
    gdx_question question = {.operation = gdx_operation_find(&gramdex__v1__search__descriptor, "Count"),
                             .collection = spread.leaves.collections[1],
                             .session = spread.leaves.sessions[1]};
    assert_int_equal(gdx_question_run(&question, &request.base, &err), GDX_PRECONDITION);
    assert_int_equal(err.reason, GDX_REASON_LEAF);
    assert_non_null(strstr(err.message, "slice 1 of 2"));
    end_spread(&spread, &asked);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_root_gives_the_answers_of_the_index),
        cmocka_unit_test(what_looks_like_a_slip_is_said_of_all_slices_together),
        cmocka_unit_test(malformed_queries_are_refused_alike),
        cmocka_unit_test(a_slice_without_a_leaf_fails_the_call_or_is_named),
        cmocka_unit_test(a_root_refuses_by_name_what_it_cannot_merge),
        cmocka_unit_test(a_leaf_answers_its_root_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
