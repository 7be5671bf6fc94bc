// SPDX-License-Identifier: Apache-2.0
// test_faults.c: a client calls every method of gramdex.v1 while one allocation of the server after the other fails:
// the call ends by an error, nothing is leaked, no lock is left, and the next client is served. A run fails a sample of
// the first and the last from each call stack.

#include "../support/allocations.h"
#include "../support/call_stacks.h"
#include "../support/patience.h"
#include "../support/sample.h"
#include "../support/served.h"
#include "gdx/client.h"
#include "gdx/engine.h"
#include "gdx/index.h"
#include "gdx/reprints.h"

#include <gramdex/v1/index.pb-c.h>
#include <gramdex/v1/search.pb-c.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { EVERY = 12 }; // each takes a server

#define SEARCH (&gramdex__v1__search__descriptor)
#define WRITE  (&gramdex__v1__index__descriptor)

static ProtobufCBinaryData bytes_of(const char *text) {
    return (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
}

static gdx_status call(gdx_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                       const ProtobufCMessage *request, gdx_error *err) {
    ProtobufCMessage *reply = NULL;
    gdx_status status = gdx_client_call(client, service, method, request, &reply, err);
    if (reply)
        protobuf_c_message_free_unpacked(reply, NULL);
    return status;
}

static gdx_status ingest(gdx_client *client, gdx_error *err) {
    Gramdex__V1__Document documents[3] = {GRAMDEX__V1__DOCUMENT__INIT, GRAMDEX__V1__DOCUMENT__INIT,
                                          GRAMDEX__V1__DOCUMENT__INIT};
    Gramdex__V1__Document *list[3] = {&documents[0], &documents[1], &documents[2]};
    Gramdex__V1__IngestRequest request = GRAMDEX__V1__INGEST_REQUEST__INIT;
    Gramdex__V1__Place place = GRAMDEX__V1__PLACE__INIT, *places[] = {&place};
    Gramdex__V1__DocumentPart part = GRAMDEX__V1__DOCUMENT_PART__INIT, *parts[] = {&part};
    ProtobufCMessage *reply = NULL;
    GDX_AUTO(gdx_stream) stream = NULL;
    place.name = bytes_of("page 1");
    part.field = GRAMDEX__V1__FIELD__FIELD_NOTE;
    part.text = bytes_of("产业链");
    part.places = documents[0].places = places;
    part.n_places = documents[0].n_places = documents[0].n_parts = 1;
    documents[0].parts = parts;
    documents[0].id = bytes_of("a");
    documents[0].text = bytes_of("全球产业链 and global trade");
    documents[0].date = bytes_of("2024-05");
    documents[1].text = bytes_of("refused: it has no id");
    documents[2].id = bytes_of("b");
    documents[2].text = bytes_of("供应链");
    request.documents = list;
    request.n_documents = 3;
    gdx_status status = gdx_stream_open(client, WRITE, "Ingest", &stream, err);
    if (status == GDX_OK)
        status = gdx_stream_send(stream, &request.base, err);
    if (status != GDX_OK)
        return status;
    gdx_stream_end_sending(stream);
    status = gdx_stream_receive(stream, &reply, err);
    if (reply)
        protobuf_c_message_free_unpacked(reply, NULL);
    return status;
}

static gdx_status scan(gdx_client *client, gdx_error *err) {
    Gramdex__V1__ScanRequest request = GRAMDEX__V1__SCAN_REQUEST__INIT;
    GDX_AUTO(gdx_stream) stream = NULL;
    request.query = bytes_of("产业链 OR trade");
    gdx_status status = gdx_stream_open(client, SEARCH, "Scan", &stream, err);
    if (status == GDX_OK)
        status = gdx_stream_send(stream, &request.base, err);
    if (status != GDX_OK)
        return status;
    gdx_stream_end_sending(stream);
    for (ProtobufCMessage *reply;;) {
        reply = NULL;
        status = gdx_stream_receive(stream, &reply, err);
        if (status != GDX_OK || !reply)
            return status;
        protobuf_c_message_free_unpacked(reply, NULL);
    }
}

static gdx_status read_all(gdx_client *client, gdx_error *err) {
    Gramdex__V1__SearchRequest search = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    Gramdex__V1__CountRequest count = GRAMDEX__V1__COUNT_REQUEST__INIT;
    Gramdex__V1__TrendRequest trend = GRAMDEX__V1__TREND_REQUEST__INIT;
    Gramdex__V1__FacetsRequest facets = GRAMDEX__V1__FACETS_REQUEST__INIT;
    Gramdex__V1__DispersionRequest dispersion = GRAMDEX__V1__DISPERSION_REQUEST__INIT;
    Gramdex__V1__ContrastRequest contrast = GRAMDEX__V1__CONTRAST_REQUEST__INIT;
    Gramdex__V1__NgramsRequest ngrams = GRAMDEX__V1__NGRAMS_REQUEST__INIT;
    Gramdex__V1__NeighboursRequest neighbours = GRAMDEX__V1__NEIGHBOURS_REQUEST__INIT;
    Gramdex__V1__CollocatesRequest collocates = GRAMDEX__V1__COLLOCATES_REQUEST__INIT;
    Gramdex__V1__KwicRequest kwic = GRAMDEX__V1__KWIC_REQUEST__INIT;
    Gramdex__V1__ReprintsRequest reprints = GRAMDEX__V1__REPRINTS_REQUEST__INIT;
    Gramdex__V1__PassagesRequest passages = GRAMDEX__V1__PASSAGES_REQUEST__INIT;
    Gramdex__V1__QuoteRequest quote = GRAMDEX__V1__QUOTE_REQUEST__INIT;
    Gramdex__V1__GetRequest get = GRAMDEX__V1__GET_REQUEST__INIT;
    Gramdex__V1__BatchGetRequest batch = GRAMDEX__V1__BATCH_GET_REQUEST__INIT;
    Gramdex__V1__StatRequest stat = GRAMDEX__V1__STAT_REQUEST__INIT;
    search.query = count.query = trend.query = facets.query = dispersion.query = bytes_of("产业链 \"global trade\"");
    search.match_limit = 10;
    ProtobufCBinaryData by[] = {bytes_of("source"), bytes_of("meta.lang")}, value = bytes_of("");
    Gramdex__V1__MetadataFilter metadata = GRAMDEX__V1__METADATA_FILTER__INIT, *conditions[] = {&metadata};
    Gramdex__V1__Filter filter = GRAMDEX__V1__FILTER__INIT;
    Gramdex__V1__Scope scope = GRAMDEX__V1__SCOPE__INIT;
    metadata.key = bytes_of("other");
    metadata.values = &value;
    metadata.n_values = 1;
    filter.metadata = conditions;
    filter.n_metadata = 1;
    scope.filter = &filter;
    facets.scope = &scope;
    facets.by = by;
    facets.n_by = 2;
    neighbours.query = collocates.query = bytes_of("产业");
    neighbours.length = 1;
    contrast.a = kwic.query = search.query;
    ProtobufCBinaryData key = bytes_of("right");
    kwic.sort = &key;
    kwic.n_sort = kwic.limit = 1; // more than one page: a token is made, too
    contrast.min_units = ngrams.min_documents = 1;
    trend.split_by_source = true;
    trend.compare = &count.query;
    trend.n_compare = 1;
    get.id = passages.id = bytes_of("a");
    passages.other = bytes_of("b");
    quote.text = bytes_of("“产业链”“全球产业链 and local trade, global trade”");
    batch.ids = &get.id;
    batch.n_ids = 1;
    gdx_status status = call(client, SEARCH, "Search", &search.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Count", &count.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Trend", &trend.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Facets", &facets.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Dispersion", &dispersion.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Contrast", &contrast.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Ngrams", &ngrams.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Neighbours", &neighbours.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Collocates", &collocates.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Kwic", &kwic.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Reprints", &reprints.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Passages", &passages.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Quote", &quote.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "Get", &get.base, err);
    if (status == GDX_OK)
        status = call(client, SEARCH, "BatchGet", &batch.base, err);
    return status == GDX_OK ? call(client, SEARCH, "Stat", &stat.base, err) : status;
}

static gdx_status session(const char *address, gdx_error *err) {
    gdx_client_options options = gdx_client_options_default();
    Gramdex__V1__DeleteRequest delete = GRAMDEX__V1__DELETE_REQUEST__INIT;
    ProtobufCBinaryData id = bytes_of("a");
    GDX_AUTO(gdx_client) client = NULL;
    delete.ids = &id;
    delete.n_ids = 1;
    options.attempts = 1;
    options.timeout_ns = patience_ns(); // one that is reached fails the test: a caller waited in vain
    gdx_status status = gdx_client_open(address, &options, &client, err);
    if (status == GDX_OK)
        status = ingest(client, err);
    if (status == GDX_OK)
        status = read_all(client, err);
    if (status == GDX_OK)
        status = scan(client, err);
    return status == GDX_OK ? call(client, WRITE, "Delete", &delete.base, err) : status;
}

static void on_engine_closed(void *context) {
    served_close_work(context);
}

static void close_engine(struct served *served) {
    gdx_engine_close(served->context, on_engine_closed, served);
}

static void start(struct served *served) {
    gdx_engine_options options = gdx_engine_options_default();
    gdx_engine *engine = NULL;
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    served_open(served);
    const gdx_reprint_table none = {.jaccard = 1};
    assert_int_equal(gdx_index_writer_open(served->folder, &writer, &err), GDX_OK);
    assert_int_equal(gdx_index_writer_set_reprints(writer, &none, &err), GDX_OK);
    gdx_index_writer_close(writer);
    assert_int_equal(gdx_engine_open(&served->loop, served->work, served->folder, &options, &engine, &err), GDX_OK);
    size_t count;
    const gdx_service *services = gdx_engine_services(engine, &count);
    assert_int_equal(count, 2); // Search and Index
    for (size_t i = 0; i < count; i++)
        assert_int_equal(gdx_server_add(served->server, &services[i], &err), GDX_OK);
    served->context = engine;
    served->stopped = close_engine;
    served_run(served);
}

// The lock of a call that failed is let go by a worker, a moment after the answer.
static gdx_status session_soon(const char *address, gdx_error *err) {
    uint64_t begin_ns = gdx_now_ns();
    for (;; uv_sleep(10)) {
        *err = (gdx_error){0};
        gdx_status status = session(address, err);
        if (status == GDX_OK || !patience_since(begin_ns))
            return status;
    }
}

// NULL: no allocation fails, all are noted. One place from which all runs are begun.
__attribute__((noinline)) static bool fail_case(const struct call_case *at) {
    struct served served;
    gdx_error err = {0}, none;
    start(&served);
    if (at)
        call_stacks_expect(at);
    else
        call_stacks_note();
    allocations_fail_where(call_stacks_is_expected, OTHER_THREADS);
    gdx_status status = session(served.address, &err);
    bool met = allocations_end();
    call_stacks_end();
    char which[64];
    snprintf(which, sizeof which, "allocation %u from %p", at ? at->nth : 0, at ? at->from : NULL);
    if (status == GDX_DEADLINE)
        fail_msg("%s: no answer", which);
    if (status != GDX_OK && (!met || !err.message[0]))
        fail_msg("%s: %d without a reason, \"%s\"", which, status, err.message);
    if (session_soon(served.address, &none) != GDX_OK)
        fail_msg("after %s: %s", which, none.message);
    served_stop(&served);
    return met;
}

static void each_allocation_of_a_server_may_fail(void **state) {
    (void)state;
    size_t all = 0, cases = 0, met = 0;
    fail_case(NULL);
    size_t calls = call_stacks_calls();
    struct sample taken = sample_of("first and last calls of the stacks of allocations", EVERY);
    for (struct call_case at = {0}; call_stacks_next(&at); all++)
        if (sample_takes(&taken))
            cases++, met += fail_case(&at);
    print_message("           %zu of %zu cases, %zu met, of %zu allocations\n", cases, all, met, calls);
    assert_true(calls > 200);
    assert_true(2 * met >= cases); // what the loop reads at once differs
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_of_a_server_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
