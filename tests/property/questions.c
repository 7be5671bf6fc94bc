// SPDX-License-Identifier: Apache-2.0
// questions.c: see questions.h.

#include "questions.h"

#include <gramdex/v1/search.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
void compare_passages(struct asked *asked, const struct corpus *corpus, Gramdex__V1__Scope *scope) {
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
void compare_quote(struct asked *asked, const struct corpus *corpus, Gramdex__V1__Scope *scope) {
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

void compare_get(struct asked *asked, gdx_slice id) {
    Gramdex__V1__GetRequest request = GRAMDEX__V1__GET_REQUEST__INIT;
    request.id = (ProtobufCBinaryData){id.bytes, (uint8_t *)id.data};
    compare(asked, "Get", &request.base);
}

void compare_suggest(struct asked *asked) {
    static const char *const prefixes[] = {"w", "WT", "2", "s", "关", "", "a b"};
    Gramdex__V1__SuggestRequest request = GRAMDEX__V1__SUGGEST_REQUEST__INIT;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        request.prefix = (ProtobufCBinaryData){strlen(prefixes[i]), (uint8_t *)prefixes[i]};
        request.limit = random_below(&asked->random, 4) * 400; // the last is refused
        compare(asked, "Suggest", &request.base);
    }
}

void compare_batch(struct asked *asked, const struct corpus *corpus) {
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

void compare_all(struct asked *asked) {
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
void compare_scoped(struct asked *asked, const struct corpus *corpus) {
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
