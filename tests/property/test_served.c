// SPDX-License-Identifier: Apache-2.0
// test_served.c: a server gives the same answers as the index. The test asks each query of test_oracle.c twice, of an
// index in this process and of `gramdex serve` over a socket, through the table of operations. Both answers must be
// equal, and every reason for a refusal is tried. GDX_SEED and GDX_ROUNDS work as in test_oracle.c.

#include "../support/folder.h"
#include "asked.h"
#include "corpus.h"
#include "gdx/index.h"
#include "gdx/query.h"
#include "gdx/reprints.h"
#include "gdx/statistics.h"
#include "gdx/text.h"
#include "queries.h"

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

enum { QUERIES = 40, PATH_BYTES = 256, OPEN_ATTEMPTS = 50 };
enum { KEPT_COMMITS = 8 }; // of the server

// ---- each kind of question

static ProtobufCBinaryData text_of(const struct asked *asked) {
    return (ProtobufCBinaryData){asked->text.bytes, asked->text.data};
}

static void compare_search(struct asked *asked, Gramdex__V1__Scope *scope) {
    Gramdex__V1__SearchRequest request = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    random_state *random = &asked->random;
    request.query = text_of(asked);
    request.scope = scope;
    request.offset = random_below(random, 3) ? 0 : random_below(random, 6);
    request.limit = random_below(random, 3) ? 100 : random_below(random, 12);
    request.order = (Gramdex__V1__Order)random_below(random, 6); // the last is refused
    request.snippet_symbols = random_below(random, 12);
    request.no_snippet = random_below(random, 4) == 0;
    request.match_limit = random_below(random, 3) ? 1000 : random_below(random, 5);
    request.totals_only = random_below(random, 8) == 0;
    compare(asked, "Search", &request.base);
}

static void compare_count(struct asked *asked, Gramdex__V1__Scope *scope) {
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    request.query = text_of(asked);
    request.scope = scope;
    compare(asked, "Count", &request.base);
}

static void compare_periods(struct asked *asked, Gramdex__V1__Scope *scope) {
    Gramdex__V1__TrendRequest request = GRAMDEX__V1__TREND_REQUEST__INIT;
    request.query = text_of(asked);
    request.scope = scope;
    request.by = (Gramdex__V1__Period)random_below(&asked->random, 5);
    static const char *const dates[] = {"", "", "2021", "2022-03", "2023-06-30", "2023-13"};
    enum { DATES = sizeof dates / sizeof dates[0] };
    ProtobufCBinaryData *const limits[] = {&request.date_from, &request.date_to};
    for (size_t i = 0; i < 2; i++) {
        const char *date = dates[random_below(&asked->random, DATES)];
        *limits[i] = (ProtobufCBinaryData){strlen(date), (uint8_t *)(uintptr_t)date};
    }
    ProtobufCBinaryData others[] = {text_of(asked), {6, (uint8_t *)"产业"}};
    request.compare = others;
    request.n_compare = random_below(&asked->random, 4) ? 0 : 2;
    request.split_by_source = random_below(&asked->random, 3) == 0;
    compare(asked, "Trend", &request.base);
}

static ProtobufCBinaryData some_group(struct asked *asked) {
    static const char *const names[] = {"year",     "quarter", "month",     "week",   "day",      "source",
                                        "document", "author",  "meta.lang", "meta.k", "meta.x.y", "meta."};
    const char *name = names[random_below(&asked->random, sizeof names / sizeof *names)];
    return (ProtobufCBinaryData){strlen(name), (uint8_t *)(uintptr_t)name};
}

static void compare_groups(struct asked *asked, Gramdex__V1__Scope *scope) {
    Gramdex__V1__FacetsRequest facets = GRAMDEX__V1__FACETS_REQUEST__INIT;
    Gramdex__V1__DispersionRequest dispersion = GRAMDEX__V1__DISPERSION_REQUEST__INIT;
    ProtobufCBinaryData by[2];
    facets.query = dispersion.query = text_of(asked);
    facets.scope = dispersion.scope = scope;
    facets.n_by = random_below(&asked->random, 3);
    facets.by = by;
    for (size_t i = 0; i < facets.n_by; i++)
        by[i] = some_group(asked);
    facets.limit = random_below(&asked->random, 4) ? random_below(&asked->random, 5) : 10001; // refused
    compare(asked, "Facets", &facets.base);
    if (random_below(&asked->random, 4))
        dispersion.by = some_group(asked);
    dispersion.limit = random_below(&asked->random, 5);
    compare(asked, "Dispersion", &dispersion.base);
}

static void compare_strings(struct asked *asked, Gramdex__V1__Scope *scope) {
    Gramdex__V1__ContrastRequest contrast = GRAMDEX__V1__CONTRAST_REQUEST__INIT;
    Gramdex__V1__NgramsRequest ngrams = GRAMDEX__V1__NGRAMS_REQUEST__INIT;
    contrast.a = text_of(asked);
    ngrams.query = random_below(&asked->random, 2) ? text_of(asked) : ngrams.query;
    contrast.scope = ngrams.scope = scope;
    if (random_below(&asked->random, 3) == 0)
        contrast.b = text_of(asked);
    contrast.unit = (Gramdex__V1__Unit)random_below(&asked->random, 4);
    contrast.min_units = ngrams.min_documents = 1 + random_below(&asked->random, 2);
    contrast.max_length = ngrams.max_length = random_below(&asked->random, 6);
    contrast.min_length = ngrams.min_length = random_below(&asked->random, 4);
    contrast.with_digits = ngrams.with_digits = random_below(&asked->random, 2);
    ngrams.with_parts = random_below(&asked->random, 2);
    compare(asked, "Contrast", &contrast.base);
    compare(asked, "Ngrams", &ngrams.base);
}

static void compare_near(struct asked *asked, Gramdex__V1__Scope *scope) {
    Gramdex__V1__NeighboursRequest neighbours = GRAMDEX__V1__NEIGHBOURS_REQUEST__INIT;
    Gramdex__V1__CollocatesRequest collocates = GRAMDEX__V1__COLLOCATES_REQUEST__INIT;
    neighbours.query = collocates.query = text_of(asked);
    neighbours.scope = collocates.scope = scope;
    neighbours.side = (Gramdex__V1__Side)random_below(&asked->random, 4);
    neighbours.length = random_below(&asked->random, 10);
    neighbours.limit = random_below(&asked->random, 20);
    collocates.window = random_below(&asked->random, 53);
    collocates.by = (Gramdex__V1__Measure)random_below(&asked->random, 6);
    collocates.limit = random_below(&asked->random, 20);
    compare(asked, "Neighbours", &neighbours.base);
    compare(asked, "Collocates", &collocates.base);
}

// Every other index has a table of reprints. Without one good questions are refused, too, and in the same words.
static void compare_reprints(struct asked *asked, Gramdex__V1__Scope *scope) {
    Gramdex__V1__ReprintsRequest request = GRAMDEX__V1__REPRINTS_REQUEST__INIT;
    request.query = random_below(&asked->random, 2) ? text_of(asked) : request.query;
    request.scope = scope;
    request.limit = random_below(&asked->random, 5) * 400; // the last two are refused
    request.members = random_below(&asked->random, 3);
    compare(asked, "Reprints", &request.base);
}

static ProtobufCBinaryData id_of(gdx_slice id) {
    return (ProtobufCBinaryData){id.bytes, (uint8_t *)id.data};
}

// Of any two documents, deleted ones and the same one twice too.
static void compare_passages(struct asked *asked, const struct corpus *corpus, Gramdex__V1__Scope *scope) {
    Gramdex__V1__PassagesRequest request = GRAMDEX__V1__PASSAGES_REQUEST__INIT;
    random_state *random = &asked->random;
    request.id = id_of(corpus->documents[random_below(random, (uint32_t)corpus->count)].stored.id);
    request.other = id_of(corpus->documents[random_below(random, (uint32_t)corpus->count)].stored.id);
    if (random_below(random, 8) == 0)
        request.other = (ProtobufCBinaryData){random_below(random, 2) ? 4 : 0, (uint8_t *)"none"};
    request.scope = scope;
    request.min_letters = random_below(random, 8) ? random_below(random, 4) + 3 : random_below(random, 20000);
    request.limit = random_below(random, 8) ? random_below(random, 10) : 1001; // refused
    compare(asked, "Passages", &request.base);
}

// The query's text as it is, or quoted beside some words of a document.
static void compare_quote(struct asked *asked, const struct corpus *corpus, Gramdex__V1__Scope *scope) {
    Gramdex__V1__QuoteRequest request = GRAMDEX__V1__QUOTE_REQUEST__INIT;
    random_state *random = &asked->random;
    const gdx_document *document = &corpus->documents[random_below(random, (uint32_t)corpus->count)].stored;
    gdx_slice words = gdx_utf8_cut(document->text, random_below(random, 200));
    gdx_buffer text = {0};
    request.text = text_of(asked);
    if (random_below(random, 4)) {
        assert_int_equal(gdx_buffer_append_format(&text, "“%.*s”「%.*s」", (int)asked->text.bytes,
                                                  (const char *)asked->text.data, GDX_SLICE_ARGUMENTS(words)),
                         GDX_OK);
        request.text = (ProtobufCBinaryData){text.bytes, text.data};
    }
    if (random_below(random, 2))
        request.id = id_of(random_below(random, 6) ? document->id : gdx_slice_of("none"));
    request.scope = scope;
    compare(asked, "Quote", &request.base);
    gdx_buffer_clear(&text);
}

static void compare_scan(struct asked *asked, Gramdex__V1__Scope *scope) {
    Gramdex__V1__ScanRequest request = GRAMDEX__V1__SCAN_REQUEST__INIT;
    request.query = text_of(asked);
    request.scope = scope;
    request.context_symbols = random_below(&asked->random, 10);
    request.limit = random_below(&asked->random, 4) ? 0 : random_below(&asked->random, 10);
    compare(asked, "Scan", &request.base);
}

static ProtobufCBinaryData some_key(struct asked *asked) {
    static const char *const names[] = {"right", "left", "node", "date", "source", "id", "right", "middle"};
    const char *name = names[random_below(&asked->random, sizeof names / sizeof *names)];
    return (ProtobufCBinaryData){strlen(name), (uint8_t *)(uintptr_t)name};
}

static void compare_kwic(struct asked *asked, Gramdex__V1__Scope *scope) {
    Gramdex__V1__KwicRequest request = GRAMDEX__V1__KWIC_REQUEST__INIT;
    ProtobufCBinaryData keys[3];
    random_state *random = &asked->random;
    request.query = text_of(asked);
    request.scope = scope;
    request.sort = keys;
    for (request.n_sort = 0; request.n_sort < random_below(random, 4); request.n_sort++)
        keys[request.n_sort] = some_key(asked); // one that is none, or comes twice, is refused
    request.limit = random_below(random, 6) ? random_below(random, 20) : 1001; // refused
    request.sample = random_below(random, 3) ? 0 : 1 + random_below(random, 9);
    request.context_symbols = random_below(random, 10);
    request.no_context = random_below(random, 6) == 0;
    if (random_below(random, 8) == 0)
        request.page_token = (ProtobufCBinaryData){4, (uint8_t *)"none"};
    compare(asked, "Kwic", &request.base);
}

static void compare_get(struct asked *asked, gdx_slice id) {
    Gramdex__V1__GetRequest request = GRAMDEX__V1__GET_REQUEST__INIT;
    request.id = (ProtobufCBinaryData){id.bytes, (uint8_t *)id.data};
    compare(asked, "Get", &request.base);
}

static void compare_suggest(struct asked *asked) {
    static const char *const prefixes[] = {"w", "WT", "2", "s", "关", "", "a b"};
    Gramdex__V1__SuggestRequest request = GRAMDEX__V1__SUGGEST_REQUEST__INIT;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        request.prefix = (ProtobufCBinaryData){strlen(prefixes[i]), (uint8_t *)prefixes[i]};
        request.limit = random_below(&asked->random, 4) * 400; // the last is refused
        compare(asked, "Suggest", &request.base);
    }
}

static void compare_batch(struct asked *asked, const struct corpus *corpus) {
    Gramdex__V1__BatchGetRequest request = GRAMDEX__V1__BATCH_GET_REQUEST__INIT;
    ProtobufCBinaryData ids[100];
    while (request.n_ids < 100 && request.n_ids < corpus->count) {
        gdx_slice id = corpus->documents[request.n_ids].stored.id;
        if (random_below(&asked->random, 9) == 0)
            id = gdx_slice_of("no such id");
        ids[request.n_ids++] = (ProtobufCBinaryData){id.bytes, (uint8_t *)id.data};
    }
    request.ids = ids;
    compare(asked, "BatchGet", &request.base);
}

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
    status = GDX_UNAVAILABLE;
    for (int i = 0; status == GDX_UNAVAILABLE && i < OPEN_ATTEMPTS; i++) { // the server may still be starting
        err = (gdx_error){0};
        status = gdx_target_open_server(address, &client, &asked->both[1], &err);
    }
    if (status != GDX_OK)
        fail_msg("%s", gdx_error_text(&err, text));
}

struct served { // a collection, in an index that a server has, too
    struct corpus corpus;
    char *folder, *sockets;
    pid_t server;
};

static gdx_status write_table(void *context, const gdx_reprint_table *table, gdx_error *err) {
    return gdx_index_writer_set_reprints(context, table, err);
}

static void build_reprints(const char *folder) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    const gdx_reprints_options options = {
        .jaccard = GDX_REPRINTS_JACCARD, .within_days = 36500, .memory_bytes = 64 << 20};
    gdx_error err = {0};
    if (gdx_index_writer_open(folder, &writer, &err) != GDX_OK ||
        gdx_reprints_find(gdx_index_writer_snapshot(writer), &options, NULL, write_table, writer, &err) != GDX_OK)
        fail_msg("%s", err.message);
}

static void begin_served(struct served *served, struct asked *asked) {
    char address[PATH_BYTES];
    corpus_make(&served->corpus, &asked->random);
    served->folder = folder_new();
    served->sockets = folder_new();
    snprintf(address, sizeof address, "unix:%s/socket", served->sockets);
    corpus_write(&served->corpus, served->folder);
    if (random_below(&asked->random, 2))
        build_reprints(served->folder);
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

static void compare_all(struct asked *asked) {
    compare_search(asked, NULL);
    compare_count(asked, NULL);
    compare_periods(asked, NULL);
    compare_groups(asked, NULL);
    compare_strings(asked, NULL);
    compare_near(asked, NULL);
    compare_reprints(asked, NULL);
    compare_scan(asked, NULL);
    compare_kwic(asked, NULL);
}

// The same with a filter that lets some documents pass, and a commit that the index has reached or not.
static void compare_scoped(struct asked *asked, const struct corpus *corpus) {
    Gramdex__V1__Filter filter = GRAMDEX__V1__FILTER__INIT;
    Gramdex__V1__Scope scope = GRAMDEX__V1__SCOPE__INIT;
    ProtobufCBinaryData sources[2];
    for (; filter.n_sources < random_below(&asked->random, 3); filter.n_sources++) {
        gdx_slice source = corpus->documents[random_below(&asked->random, (uint32_t)corpus->count)].stored.source;
        sources[filter.n_sources] = (ProtobufCBinaryData){source.bytes, (uint8_t *)source.data};
    }
    filter.sources = sources;
    Gramdex__V1__MetadataFilter metadata = GRAMDEX__V1__METADATA_FILTER__INIT, *all[1] = {&metadata};
    static const char *const values[] = {"zh", "1", "", "nowhere"};
    ProtobufCBinaryData wanted[2];
    const char *key = corpus_keys[random_below(&asked->random, CORPUS_KEYS)];
    metadata.key = (ProtobufCBinaryData){random_below(&asked->random, 9) ? strlen(key) : 0, (uint8_t *)(uintptr_t)key};
    metadata.values = wanted;
    for (; metadata.n_values < random_below(&asked->random, 8); metadata.n_values++) { // none is refused
        const char *value = values[random_below(&asked->random, 4)];
        wanted[metadata.n_values % 2] = (ProtobufCBinaryData){strlen(value), (uint8_t *)(uintptr_t)value};
        if (metadata.n_values == 1)
            break;
    }
    filter.metadata = all;
    filter.n_metadata = random_below(&asked->random, 3) == 0;
    if (random_below(&asked->random, 2))
        filter.date_from = (ProtobufCBinaryData){4, (uint8_t *)"2021"};
    if (random_below(&asked->random, 3) == 0)
        filter.date_to = (ProtobufCBinaryData){7, (uint8_t *)"2020-13"}; // refused
    scope.filter = &filter;
    compare_passages(asked, corpus, &scope); // refused for its filter
    compare_quote(asked, corpus, &scope);
    scope.min_commit = random_below(&asked->random, 4) ? 1 : 1000;
    compare_search(asked, &scope);
    compare_count(asked, &scope);
    compare_periods(asked, &scope);
    compare_groups(asked, &scope);
    compare_strings(asked, &scope);
    compare_near(asked, &scope);
    compare_scan(asked, &scope);
    compare_kwic(asked, &scope);
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

static uint64_t setting(const char *name, uint64_t otherwise) {
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

static void a_server_gives_the_answers_of_the_index(void **state) {
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
    // tests/serve/test_search.py starts one export too many, and tests/engine/test_lanes.c lets a query run too long.
    static const bool of_server_alone[GDX_REASON_COUNT] = {
        [GDX_REASON_QUEUE_FULL] = true, [GDX_REASON_QUERY_TIME] = true};
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
