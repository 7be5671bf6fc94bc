// SPDX-License-Identifier: Apache-2.0
// test_served.c: a server gives the same answers as the index. The test asks each query of test_oracle.c twice, of an
// index in this process and of `gramdex serve` over a socket, through the table of operations. Both answers must be
// equal, and every reason for a refusal is tried. GDX_SEED and GDX_ROUNDS work as in test_oracle.c.

#include "../support/folder.h"
#include "../support/patience.h"
#include "../support/sample.h"
#include "asked.h"
#include "corpus.h"
#include "gdx/index.h"
#include "gdx/query.h"
#include "gdx/text.h"
#include "queries.h"
#include "questions.h"
#include "reprints.h"

#include <gramdex/v1/index.pb-c.h>
#include <gramdex/v1/search.pb-c.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { QUERIES = 20, QUERIES_ALL = 40, PATH_BYTES = 256 };
enum { KEPT_COMMITS = 8 }; // of the server

// ---- rounds

static pid_t start_server(const char *index, const char *address) {
    pid_t process = fork();
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // the server ends with a test that fails
        if (!freopen("/dev/null", "w", stdout))
            _exit(126);
        execl(GDX_PROGRAM, GDX_PROGRAM, "serve", "--index", index, "--listen", address, "--log-format", "none", NULL);
        _exit(127);
    }
    return process;
}

static void stop_server(pid_t process) {
    int status;
    kill(process, SIGTERM);
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void open_both(struct asked *asked, const char *index, const char *address) {
    gdx_collection_options collection = gdx_collection_options_default();
    gdx_client_options client = gdx_client_options_default();
    gdx_error err = {0};
    char text[GDX_ERROR_TEXT_BYTES];
    gdx_status status = gdx_target_open_index(index, &collection, &asked->both[0], &err);
    if (status != GDX_OK)
        fail_msg("%s", gdx_error_text(&err, text));
    uint64_t begin_ns = gdx_now_ns();
    do { // the server may still be starting
        err = (gdx_error){0};
        status = gdx_target_open_server(address, &client, &asked->both[1], &err);
    } while (status == GDX_UNAVAILABLE && patience_since(begin_ns));
    if (status != GDX_OK)
        fail_msg("%s", gdx_error_text(&err, text));
}

struct served { // a collection, in an index that a server has, too
    struct corpus corpus;
    char *folder, *sockets;
    pid_t server;
};

static void begin_served(struct served *served, struct asked *asked) {
    char address[PATH_BYTES];
    corpus_make(&served->corpus, &asked->random);
    served->folder = folder_new();
    served->sockets = folder_new();
    snprintf(address, sizeof address, "unix:%s/socket", served->sockets);
    corpus_write(&served->corpus, served->folder);
    if (random_below(&asked->random, 2))
        reprints_build(served->folder);
    served->server = start_server(served->folder, address);
    open_both(asked, served->folder, address);
}

static void end_served(struct served *served, struct asked *asked) {
    gdx_target_close(asked->both[0]);
    gdx_target_close(asked->both[1]);
    stop_server(served->server);
    gdx_buffer_clear(&asked->text);
    corpus_clear(&served->corpus);
    folder_remove(served->sockets);
    folder_remove(served->folder);
}

static void play_round(uint64_t seed) {
    struct asked asked = {.random = {seed}, .seed = seed};
    struct served served;
    const int queries = sample_is_whole() ? QUERIES_ALL : QUERIES;
    begin_served(&served, &asked);
    for (int q = 0; q < queries; q++) {
        struct part *query = query_make(&served.corpus, &asked.random);
        asked.text.bytes = 0;
        query_write(query, &asked.random, &asked.text);
        query_clear(query);
        compare_all(&asked);
        compare_scoped(&asked, &served.corpus);
        compare_passages(&asked, &served.corpus, NULL);
        compare_quote(&asked, &served.corpus, NULL);
    }
    compare_batch(&asked, &served.corpus);
    compare_suggest(&asked);
    for (size_t d = 0; d < served.corpus.count; d++)
        compare_get(&asked, served.corpus.documents[d].stored.id);
    end_served(&served, &asked);
}

static void a_server_gives_the_answers_of_the_index(void **state) {
    (void)state;
    const struct sample_rounds rounds = sample_rounds_of(20261124, 12, 4);
    fflush(stdout); // before children are made
    for (uint64_t r = 0; r < rounds.count; r++)
        play_round(sample_round_seed(&rounds, r));
}

static void malformed_queries_are_refused_alike(void **state) {
    (void)state;
    static const char *const queries[] = {"",    "a (",    "\"a", "date:2023-13", "a NEAR/x b",
                                          "NOT", "title:", "*",   "a OR",         "产\xff业"};
    struct asked asked = {.random = {1}, .seed = 1};
    struct served served;
    begin_served(&served, &asked);
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        asked.text.bytes = 0;
        assert_int_equal(gdx_buffer_append(&asked.text, queries[i], strlen(queries[i])), GDX_OK);
        compare_all(&asked);
        compare_quote(&asked, &served.corpus, NULL);
    }
    compare_get(&asked, gdx_slice_of("no such id"));
    end_served(&served, &asked);
}

static void queries_over_a_limit_are_refused_alike(void **state) {
    (void)state;
    static const struct {
        const char *part;
        size_t times;
    } queries[] = {{"a ", 2000}, {"(", 100}, {"a", 70000}};
    struct asked asked = {.random = {1}, .seed = 1};
    struct served served;
    begin_served(&served, &asked);
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        gdx_query *query = NULL;
        asked.text.bytes = 0;
        for (size_t n = 0; n < queries[i].times; n++)
            assert_int_equal(gdx_buffer_append(&asked.text, queries[i].part, strlen(queries[i].part)), GDX_OK);
        assert_int_equal(gdx_query_parse(gdx_rule_current(), gdx_buffer_slice(&asked.text), &query, NULL), GDX_INVALID);
        compare_all(&asked);
        compare_quote(&asked, &served.corpus, NULL);
    }
    end_served(&served, &asked);
}

// Another process, which has the index's lock until it is killed.
static pid_t hold_lock(const char *index) {
    int ends[2];
    char byte = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t process = fork();
    if (process == 0) {
        gdx_index_writer *writer = NULL;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (gdx_index_writer_open(index, &writer, NULL) != GDX_OK || write(ends[1], &byte, 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    return process;
}

static ProtobufCBinaryData data_of(const char *text) {
    return (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
}

static void ask_while_locked(struct asked *asked, const char *index) {
    Gramdex__V1__DeleteRequest request = GRAMDEX__V1__DELETE_REQUEST__INIT;
    ProtobufCBinaryData id = data_of("none");
    request.ids = &id;
    request.n_ids = 1;
    pid_t holder = hold_lock(index);
    compare_of(asked, &gramdex__v1__index__descriptor, "Delete", &request.base); // INDEX_LOCKED
    kill(holder, SIGKILL);
    assert_int_equal(waitpid(holder, NULL, 0), holder);
}

static void ask_with_wrong_tokens(struct asked *asked) {
    Gramdex__V1__SearchRequest request = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    request.query = data_of("的");
    request.page_token = data_of("AAAA");
    compare(asked, "Search", &request.base); // PAGE_TOKEN_INVALID
    request.offset = 1;
    compare(asked, "Search", &request.base); // OUT_OF_RANGE: beside a token
}

static void ask_for_a_later_commit(struct asked *asked) {
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    Gramdex__V1__Scope scope = GRAMDEX__V1__SCOPE__INIT;
    scope.min_commit = 1000000;
    request.query = data_of("的");
    request.scope = &scope;
    compare(asked, "Count", &request.base); // COMMIT_UNKNOWN
}

static void ask_malformed_queries(struct asked *asked) {
    char long_query[70000];
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    memset(long_query, 'a', sizeof long_query);
    request.query = (ProtobufCBinaryData){sizeof long_query, (uint8_t *)long_query};
    compare(asked, "Count", &request.base); // QUERY_TOO_LARGE
    request.query = data_of("a (");
    compare(asked, "Count", &request.base); // QUERY_SYNTAX
}

static void send_a_document_that_breaks_a_rule(struct asked *asked) {
    Gramdex__V1__IngestRequest request = GRAMDEX__V1__INGEST_REQUEST__INIT;
    Gramdex__V1__Document document = GRAMDEX__V1__DOCUMENT__INIT, *list[] = {&document};
    document.text = data_of("no id");
    request.documents = list;
    request.n_documents = 1;
    request.strict = true;
    compare_of(asked, &gramdex__v1__index__descriptor, "Ingest", &request.base); // DOCUMENT_REFUSED
}

// Through the server, which makes so many commits that it lets go of the first.
static void send_documents(struct asked *asked, const char *text, size_t count) {
    Gramdex__V1__IngestRequest request = GRAMDEX__V1__INGEST_REQUEST__INIT;
    Gramdex__V1__Document documents[KEPT_COMMITS + 2], *list[KEPT_COMMITS + 2];
    gdx_error err = {0};
    json_t *reply;
    assert_true(count <= KEPT_COMMITS + 2);
    for (size_t i = 0; i < count; i++) {
        gramdex__v1__document__init(list[i] = &documents[i]);
        documents[i].id = (ProtobufCBinaryData){1, (uint8_t *)&"0123456789"[i]};
        documents[i].text = data_of(text);
    }
    request.documents = list;
    request.n_documents = count;
    request.commit_every = 1;
    const gdx_operation *ingest = gdx_operation_find(&gramdex__v1__index__descriptor, "Ingest");
    assert_int_equal(ask(asked->both[1], ingest, &request.base, &reply, &err), GDX_OK);
    assert_int_equal(json_integer_value(json_object_get(reply, "documents")), count);
    json_decref(reply);
}

static void ask_with_an_old_token(struct asked *asked, const char *index) {
    Gramdex__V1__SearchRequest request = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    gdx_collection_options options = gdx_collection_options_default();
    gdx_error err = {0};
    json_t *reply;
    send_documents(asked, "的", 2); // so that there is a second page
    request.query = data_of("的");
    request.limit = 1;
    const gdx_operation *search = gdx_operation_find(&gramdex__v1__search__descriptor, "Search");
    assert_int_equal(ask(asked->both[1], search, &request.base, &reply, &err), GDX_OK);
    request.page_token = data_of(json_string_value(json_object_get(reply, "next_page_token")));
    assert_true(request.page_token.len > 0);
    send_documents(asked, "的 的", KEPT_COMMITS + 2);
    gdx_target_close(asked->both[0]); // it has seen none of these commits
    assert_int_equal(gdx_target_open_index(index, &options, &asked->both[0], &err), GDX_OK);
    compare(asked, "Search", &request.base); // PAGE_TOKEN_EXPIRED
    json_decref(reply);
}

static void every_reason_is_given_by_both_alike_but_for_those_of_a_server_alone(void **state) {
    (void)state;
    // Calls wait in front of a server alone: tests/rpc/test_server.c fills the queue of its workers,
    // tests/serve/test_search.py starts one export too many, tests/engine/test_lanes.c lets a query run too long, and
    // test_leaves.c asks a leaf.
    static const bool of_server_alone[GDX_REASON_COUNT] = {
        [GDX_REASON_QUEUE_FULL] = true, [GDX_REASON_QUERY_TIME] = true, [GDX_REASON_LEAF] = true};
    struct asked asked = {.random = {1}, .seed = 1};
    struct served served;
    begin_served(&served, &asked);
    ask_malformed_queries(&asked);
    ask_for_a_later_commit(&asked);
    ask_with_wrong_tokens(&asked);
    ask_while_locked(&asked, served.folder);
    send_a_document_that_breaks_a_rule(&asked);
    ask_with_an_old_token(&asked, served.folder);
    for (int reason = 1; reason < GDX_REASON_COUNT; reason++)
        if (asked.refused[reason] == of_server_alone[reason])
            fail_msg("no test refuses with %s, or both refuse so", gdx_reason_name((gdx_reason)reason));
    end_served(&served, &asked);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_gives_the_answers_of_the_index),
        cmocka_unit_test(malformed_queries_are_refused_alike),
        cmocka_unit_test(queries_over_a_limit_are_refused_alike),
        cmocka_unit_test(every_reason_is_given_by_both_alike_but_for_those_of_a_server_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
