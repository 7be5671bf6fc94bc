// SPDX-License-Identifier: Apache-2.0
// test_served.c: what a server answers is what the index answers. The collections and queries of test_oracle.c are
// asked twice, of an index in this process and of `gramdex serve` over a socket, through the table of functions that
// the program's commands use; all of both answers must be equal. GDX_SEED and GDX_ROUNDS as there.

#include "../../cli/backend.h"
#include "../../cli/hits.h"
#include "../../cli/report.h"
#include "../support/folder.h"
#include "corpus.h"
#include "queries.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { QUERIES = 40, PATH_BYTES = 256, OPEN_ATTEMPTS = 50 };

struct asked { // a query, asked of both
    struct backend *both[2];
    gdx_buffer text;
    random_state random;
    uint64_t seed;
};

static void refute(const struct asked *asked, const char *what, const char *first, const char *second) {
    fail_msg("seed %llu, query %.*s: %s differs\n of the index: %s\nof the server: %s", (unsigned long long)asked->seed,
             GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&asked->text)), what, first, second);
}

static void expect_same_json(const struct asked *asked, const char *what, json_t *const values[2]) {
    char *texts[2];
    for (int i = 0; i < 2; i++) {
        texts[i] = json_dumps(values[i], JSON_COMPACT | JSON_SORT_KEYS);
        assert_non_null(texts[i]);
    }
    if (strcmp(texts[0], texts[1]) != 0)
        refute(asked, what, texts[0], texts[1]);
    for (int i = 0; i < 2; i++) {
        free(texts[i]);
        json_decref(values[i]);
    }
}

static void expect_same_status(const struct asked *asked, const char *what, const gdx_status statuses[2],
                               const gdx_error errors[2]) {
    char texts[2][GDX_ERROR_TEXT_BYTES];
    for (int i = 0; i < 2; i++)
        gdx_error_text(&errors[i], texts[i]);
    if (statuses[0] != statuses[1] ||
        (statuses[0] != GDX_OK && (strcmp(texts[0], texts[1]) != 0 || errors[0].column != errors[1].column)))
        refute(asked, what, texts[0], texts[1]);
}

// ---- each kind of question

static void compare_search(struct asked *asked) {
    gdx_search_options options = {.offset = random_below(&asked->random, 3) ? 0 : random_below(&asked->random, 6),
                                  .limit = random_below(&asked->random, 3) ? 1000 : random_below(&asked->random, 12),
                                  .order = (gdx_order)random_below(&asked->random, 4),
                                  .snippet_symbols = random_below(&asked->random, 12),
                                  .match_limit =
                                      random_below(&asked->random, 3) ? 1000 : random_below(&asked->random, 5)};
    json_t *values[2] = {NULL, NULL};
    gdx_status statuses[2];
    gdx_error errors[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        gdx_results *results = NULL;
        struct answer_info info;
        statuses[i] = asked->both[i]->search(asked->both[i], gdx_buffer_slice(&asked->text), &options, &results, &info,
                                             &errors[i]);
        info.took_ns = 0;
        if (statuses[i] == GDX_OK)
            values[i] = hits_to_json(gdx_buffer_slice(&asked->text), results, &info);
        gdx_results_free(results);
    }
    expect_same_status(asked, "the search's status", statuses, errors);
    if (statuses[0] == GDX_OK)
        expect_same_json(asked, "the search", values);
}

static void compare_count(struct asked *asked) {
    json_t *values[2] = {NULL, NULL};
    gdx_status statuses[2];
    gdx_error errors[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        gdx_totals totals = {0};
        struct answer_info info;
        statuses[i] = asked->both[i]->count(asked->both[i], gdx_buffer_slice(&asked->text), &totals, &info, &errors[i]);
        values[i] = json_pack("[I,I,I]", (json_int_t)totals.documents, (json_int_t)totals.occurrences,
                              (json_int_t)(statuses[i] == GDX_OK ? info.commit : 0));
    }
    expect_same_status(asked, "the count's status", statuses, errors);
    expect_same_json(asked, "the count", values);
}

static json_t *trend_to_json(const gdx_trend *trend) {
    json_t *rows = json_pack("[I,I,I]", (json_int_t)trend->totals.documents, (json_int_t)trend->totals.occurrences,
                             (json_int_t)trend->commit);
    for (size_t i = 0; i < trend->row_count; i++) {
        const gdx_trend_row *row = &trend->rows[i];
        assert_int_equal(
            json_array_append_new(rows, json_pack("[I,I,I,I,I,f]", (json_int_t)row->period, (json_int_t)row->documents,
                                                  (json_int_t)row->occurrences, (json_int_t)row->of_documents,
                                                  (json_int_t)row->of_symbols, row->per_million)),
            0);
    }
    return rows;
}

static void compare_trend(struct asked *asked) {
    gdx_period by = (gdx_period)random_below(&asked->random, 3);
    json_t *values[2] = {NULL, NULL};
    gdx_status statuses[2];
    gdx_error errors[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        gdx_trend *trend = NULL;
        struct answer_info info;
        statuses[i] =
            asked->both[i]->trend(asked->both[i], gdx_buffer_slice(&asked->text), by, &trend, &info, &errors[i]);
        if (statuses[i] == GDX_OK)
            values[i] = trend_to_json(trend);
        gdx_trend_free(trend);
    }
    expect_same_status(asked, "the trend's status", statuses, errors);
    if (statuses[0] == GDX_OK)
        expect_same_json(asked, "the trend", values);
}

static bool keep_occurrence(void *context, const gdx_occurrence *occurrence) {
    assert_int_equal(json_array_append_new(context, occurrence_to_json(occurrence)), 0);
    return true;
}

static void compare_scan(struct asked *asked) {
    uint32_t around = random_below(&asked->random, 10);
    json_t *values[2];
    gdx_status statuses[2];
    gdx_error errors[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        struct answer_info info;
        values[i] = json_array();
        statuses[i] = asked->both[i]->scan(asked->both[i], gdx_buffer_slice(&asked->text), around, keep_occurrence,
                                           values[i], &info, &errors[i]);
    }
    expect_same_status(asked, "the scan's status", statuses, errors);
    expect_same_json(asked, "the scan", values);
}

static json_t *document_to_json(const gdx_document *document) {
    return json_pack("[o,o,o,o,o,o]", json_text(document->id), json_text(document->title), json_text(document->source),
                     json_text(document->metadata), json_text(document->text), json_date(document->date));
}

static void compare_get(struct asked *asked, gdx_slice id) {
    json_t *values[2] = {NULL, NULL};
    gdx_status statuses[2];
    for (int i = 0; i < 2; i++) {
        gdx_document document;
        struct answer_info info;
        gdx_error error = {0};
        statuses[i] = asked->both[i]->get(asked->both[i], id, &document, &info, &error);
        if (statuses[i] == GDX_OK)
            values[i] = document_to_json(&document);
    }
    assert_int_equal(statuses[0], statuses[1]);
    if (statuses[0] == GDX_OK)
        expect_same_json(asked, "a document", values);
}

// ---- rounds

static pid_t start_server(const char *index, const char *address) {
    pid_t process = fork();
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that fails leaves no server behind
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
    const struct target target = {.server = address};
    gdx_error err = {0};
    gdx_status status = backend_open_index(index, &asked->both[0], &err);
    if (status != GDX_OK)
        fail_msg("%s", err.message);
    status = GDX_UNAVAILABLE;
    for (int i = 0; status == GDX_UNAVAILABLE && i < OPEN_ATTEMPTS; i++) { // the server may still be starting
        err = (gdx_error){0};
        status = backend_open_server(&target, &asked->both[1], &err);
    }
    if (status != GDX_OK)
        fail_msg("%s", err.message);
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
    served->server = start_server(served->folder, address);
    open_both(asked, served->folder, address);
}

static void end_served(struct served *served, struct asked *asked) {
    backend_close(asked->both[0]);
    backend_close(asked->both[1]);
    stop_server(served->server);
    gdx_buffer_clear(&asked->text);
    corpus_clear(&served->corpus);
    folder_remove(served->sockets);
    folder_remove(served->folder);
}

static void compare_all(struct asked *asked) {
    compare_search(asked);
    compare_count(asked);
    compare_trend(asked);
    compare_scan(asked);
}

static void play_round(uint64_t seed) {
    struct asked asked = {.random = {seed}, .seed = seed};
    struct served served;
    begin_served(&served, &asked);
    for (int q = 0; q < QUERIES; q++) {
        struct part *query = query_make(&served.corpus, &asked.random);
        asked.text.bytes = 0;
        query_write(query, &asked.random, &asked.text);
        query_clear(query);
        compare_all(&asked);
    }
    for (size_t d = 0; d < served.corpus.count; d++)
        compare_get(&asked, served.corpus.documents[d].stored.id);
    end_served(&served, &asked);
}

static uint64_t setting(const char *name, uint64_t otherwise) {
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

static void a_server_answers_what_the_index_answers(void **state) {
    (void)state;
    uint64_t seed = setting("GDX_SEED", 20261124), rounds = setting("GDX_ROUNDS", 12);
    printf("seed %llu, %llu collections, %d queries each\n", (unsigned long long)seed, (unsigned long long)rounds,
           QUERIES);
    fflush(stdout); // before children are made
    for (uint64_t r = 0; r < rounds; r++)
        play_round(seed + r * 1000);
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
        assert_int_equal(gdx_query_parse(gdx_buffer_slice(&asked.text), &query, NULL), GDX_INVALID);
        compare_all(&asked);
    }
    end_served(&served, &asked);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_answers_what_the_index_answers),
        cmocka_unit_test(malformed_queries_are_refused_alike),
        cmocka_unit_test(queries_over_a_limit_are_refused_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
