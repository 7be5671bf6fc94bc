// SPDX-License-Identifier: Apache-2.0
// search.c: Search.Search: a page of ranked hits, with the totals.

#include "request.h"
#include "token.h"

enum { LIMIT_DEFAULT = 10, LIMIT_MOST = 1000, MATCHES_MOST = 10000, ALL_MATCHES_MOST = 100000 };

typedef Gramdex__V1__SearchRequest search_request;
typedef Gramdex__V1__SearchResponse search_response;

// ---- the request

static gdx_status read_order(gdx_exchange *exchange, const search_request *request, gdx_order *out, gdx_error *err) {
    switch (request->order) {
    case GRAMDEX__V1__ORDER__ORDER_UNSPECIFIED:
    case GRAMDEX__V1__ORDER__ORDER_RELEVANCE:
        *out = GDX_ORDER_RELEVANCE;
        return GDX_OK;
    case GRAMDEX__V1__ORDER__ORDER_NEWEST:
        *out = GDX_ORDER_NEWEST;
        return GDX_OK;
    case GRAMDEX__V1__ORDER__ORDER_OLDEST:
        *out = GDX_ORDER_OLDEST;
        return GDX_OK;
    case GRAMDEX__V1__ORDER__ORDER_ID:
        *out = GDX_ORDER_ID;
        return GDX_OK;
    default:
        return request_refuse(exchange, "order", REASON_OUT_OF_RANGE, err, "%d, expected one of Order",
                              (int)request->order);
    }
}

static gdx_status check_matches(gdx_exchange *exchange, const gdx_search_options *options, gdx_error *err) {
    uint64_t all = (uint64_t)options->limit * options->match_limit;
    if (all <= ALL_MATCHES_MOST)
        return GDX_OK;
    return request_refuse(exchange, "match_limit", REASON_OUT_OF_RANGE, err,
                          "%u for each of %u hits, expected at most %d in all", options->match_limit, options->limit,
                          ALL_MATCHES_MOST);
}

static gdx_status read_options(gdx_exchange *exchange, const search_request *request, gdx_search_options *out,
                               gdx_error *err) {
    gdx_search_options options = {.stop = engine_stop_of(exchange)};
    gdx_status status = read_order(exchange, request, &options.order, err);
    if (status == GDX_OK)
        status = request_number(exchange, "snippet_symbols", request->snippet_symbols, SYMBOLS_DEFAULT, SYMBOLS_LIMIT,
                                &options.snippet_symbols, err);
    if (status == GDX_OK)
        status =
            request_number(exchange, "match_limit", request->match_limit, 0, MATCHES_MOST, &options.match_limit, err);
    if (status == GDX_OK && !request->totals_only)
        status = request_number(exchange, "limit", request->limit, LIMIT_DEFAULT, LIMIT_MOST, &options.limit, err);
    if (status == GDX_OK)
        status = check_matches(exchange, &options, err);
    if (request->no_snippet)
        options.snippet_symbols = 0;
    *out = options;
    return status;
}

// The commit and the offset that the page token asks for, or the current commit from its begin.
static gdx_status find_page(gdx_exchange *exchange, const search_request *request, gdx_order order,
                            uint64_t *out_offset, gdx_snapshot **out, gdx_error *err) {
    gdx_engine *engine = engine_of(exchange);
    struct page page = {0};
    if (request->page_token.len == 0) {
        *out = engine_snapshot(engine);
        return GDX_OK;
    }
    gdx_status status = token_read(slice_of(request->page_token), slice_of(request->query), order, &page, err);
    if (status == GDX_INVALID)
        gdx_exchange_blame_field(exchange, "page_token", "expected next_page_token of the same query and order",
                                 REASON_PAGE_TOKEN_INVALID);
    if (status != GDX_OK)
        return status;
    *out_offset = page.offset;
    *out = engine_snapshot_of(engine, page.commit);
    if (*out)
        return GDX_OK;
    gdx_exchange_explain(exchange, REASON_PAGE_TOKEN_EXPIRED, NULL);
    gdx_exchange_set_code(exchange, GDX_GRPC_FAILED_PRECONDITION);
    return gdx_fail(err, GDX_INVALID, "page_token: commit %llu is no longer held; begin anew from the first page",
                    (unsigned long long)page.commit);
}

// ---- the reply

static Gramdex__V1__Field field_of(gdx_field field) {
    return field == GDX_FIELD_TITLE ? GRAMDEX__V1__FIELD__FIELD_TITLE : GRAMDEX__V1__FIELD__FIELD_TEXT;
}

// One block for `count` messages and the list of pointers that protobuf-c wants; NULL: no memory.
static void *take_list(gdx_arena *arena, size_t count, size_t bytes, void ***out_list) {
    void **list = gdx_arena_allocate(arena, count * sizeof *list + 1);
    char *all = gdx_arena_allocate(arena, count * bytes + 1);
    for (size_t i = 0; list && all && i < count; i++)
        list[i] = all + i * bytes;
    *out_list = list;
    return list ? all : NULL;
}

static gdx_status fill_matches(gdx_arena *arena, const gdx_hit *hit, Gramdex__V1__Hit *out) {
    Gramdex__V1__Match *all = take_list(arena, hit->match_count, sizeof *all, (void ***)&out->matches);
    if (!all)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < hit->match_count; i++) {
        gramdex__v1__match__init(&all[i]);
        all[i].field = field_of(hit->matches[i].field);
        all[i].begin = hit->matches[i].begin;
        all[i].end = hit->matches[i].end;
    }
    out->n_matches = hit->match_count;
    return GDX_OK;
}

static gdx_status fill_snippet(gdx_arena *arena, const gdx_hit *hit, Gramdex__V1__Hit *out) {
    Gramdex__V1__Snippet *snippet = gdx_arena_allocate(arena, sizeof *snippet);
    if (!snippet)
        return GDX_NO_MEMORY;
    gramdex__v1__snippet__init(snippet);
    Gramdex__V1__Mark *all = take_list(arena, hit->mark_count, sizeof *all, (void ***)&snippet->marks);
    if (!all)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < hit->mark_count; i++) {
        gramdex__v1__mark__init(&all[i]);
        all[i].begin = hit->marks[i].begin;
        all[i].end = hit->marks[i].end;
    }
    snippet->n_marks = hit->mark_count;
    snippet->text = data_of(hit->snippet);
    snippet->field = field_of(hit->snippet_field);
    snippet->begins = hit->snippet_begins;
    snippet->ends = hit->snippet_ends;
    out->snippet = snippet;
    return GDX_OK;
}

static gdx_status fill_hit(gdx_arena *arena, const gdx_hit *hit, bool has_snippet, Gramdex__V1__Hit *out) {
    gdx_status status = GDX_OK;
    gramdex__v1__hit__init(out);
    out->id = data_of(hit->id);
    out->title = data_of(hit->title);
    out->source = data_of(hit->source);
    out->metadata = data_of(hit->metadata);
    out->date = date_data(arena, hit->date, &status);
    out->score = hit->score;
    out->occurrences = hit->occurrences;
    out->length = hit->length;
    if (status == GDX_OK && has_snippet)
        status = fill_snippet(arena, hit, out);
    return status == GDX_OK ? fill_matches(arena, hit, out) : status;
}

static gdx_status fill_hits(gdx_arena *arena, const gdx_results *results, bool has_snippets, search_response *reply) {
    Gramdex__V1__Hit *all = take_list(arena, results->hit_count, sizeof *all, (void ***)&reply->hits);
    gdx_status status = all ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < results->hit_count && status == GDX_OK; i++)
        status = fill_hit(arena, &results->hits[i], has_snippets, &all[i]);
    reply->n_hits = results->hit_count;
    return status;
}

static gdx_status fill_token(const search_request *request, const gdx_search_options *options,
                             const gdx_results *results, gdx_buffer *token, search_response *reply) {
    struct page next = {results->commit, options->offset + results->hit_count};
    if (results->hit_count == 0 || next.offset >= results->documents)
        return GDX_OK;
    gdx_status status = token_write(next, slice_of(request->query), options->order, token);
    reply->next_page_token = data_of(gdx_buffer_slice(token));
    return status;
}

static gdx_status reply_with(gdx_exchange *exchange, gdx_arena *arena, const search_request *request,
                             const gdx_search_options *options, const gdx_results *results, uint64_t since_ns,
                             gdx_error *err) {
    search_response reply = GRAMDEX__V1__SEARCH_RESPONSE__INIT;
    gdx_buffer token = {0};
    reply.documents = results->documents;
    reply.occurrences = results->occurrences;
    reply.commit = results->commit;
    reply.complete = true; // what cannot be read fails the call
    gdx_status status = fill_hits(arena, results, options->snippet_symbols > 0, &reply);
    if (status == GDX_OK)
        status = fill_token(request, options, results, &token, &reply);
    reply.took_us = (gdx_now_ns() - since_ns) / 1000;
    status = status == GDX_OK ? gdx_exchange_reply(exchange, &reply.base, err) : engine_no_memory(err);
    gdx_buffer_clear(&token);
    return status;
}

// ---- the method

static gdx_status search(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const search_request *request = (const search_request *)message;
    uint64_t since_ns = gdx_exchange_opened_ns(exchange);
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_results) results = NULL;
    gdx_snapshot *snapshot = NULL;
    gdx_search_options options;
    struct tools *tools = engine_tools(exchange, err);
    if (!tools)
        return GDX_NO_MEMORY;
    gdx_status status = request_query(exchange, slice_of(request->query), &query, err);
    if (status == GDX_OK)
        status = read_options(exchange, request, &options, err);
    if (status == GDX_OK)
        status = find_page(exchange, request, options.order, &options.offset, &snapshot, err);
    if (status == GDX_OK)
        status = gdx_search(tools->searcher, snapshot, query, &options, &results, err);
    gdx_snapshot_release(snapshot);
    return status == GDX_OK ? reply_with(exchange, tools->arena, request, &options, results, since_ns, err) : status;
}

const gdx_method search_method = {.name = "Search", .place = GDX_ON_WORKER, .handler = {.message = search}};
