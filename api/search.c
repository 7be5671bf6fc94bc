// SPDX-License-Identifier: Apache-2.0
// search.c: Search.Search: a page of ranked hits, with the totals.

#include "search.h"
#include "token.h"

enum { LIMIT_DEFAULT = 10, LIMIT_MOST = 1000, MATCHES_MOST = 10000, ALL_MATCHES_MOST = 100000, OFFSET_MOST = 100000 };

// ---- the request

gdx_status search_read_order(const search_request *request, gdx_order *out, gdx_error *err) {
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
        return gdx_fail_field(err, "order", GDX_REASON_OUT_OF_RANGE, "%d, expected one of Order", (int)request->order);
    }
}

static gdx_status check_matches(const gdx_search_options *options, gdx_error *err) {
    uint64_t all = (uint64_t)options->limit * options->match_limit;
    if (all <= ALL_MATCHES_MOST)
        return GDX_OK;
    return gdx_fail_field(err, "match_limit", GDX_REASON_OUT_OF_RANGE,
                          "%u for each of %u hits, expected at most %d in all", options->match_limit, options->limit,
                          ALL_MATCHES_MOST);
}

gdx_status search_read_options(const search_request *request, const gdx_stop *stop, gdx_search_options *out,
                               gdx_error *err) {
    gdx_search_options options = {.stop = *stop};
    uint32_t offset = 0;
    gdx_status status = search_read_order(request, &options.order, err);
    if (status == GDX_OK)
        status = request_number("snippet_symbols", request->snippet_symbols, SYMBOLS_DEFAULT, SYMBOLS_LIMIT,
                                &options.snippet_symbols, err);
    if (status == GDX_OK)
        status = request_number("match_limit", request->match_limit, 0, MATCHES_MOST, &options.match_limit, err);
    if (status == GDX_OK && !request->totals_only)
        status = request_number("limit", request->limit, LIMIT_DEFAULT, LIMIT_MOST, &options.limit, err);
    if (status == GDX_OK)
        status = request_number("offset", request->offset, 0, OFFSET_MOST, &offset, err);
    if (status == GDX_OK)
        status = check_matches(&options, err);
    options.offset = offset;
    if (request->no_snippet)
        options.snippet_symbols = 0;
    *out = options;
    return status;
}

gdx_status search_seal(gdx_collection *collection, const search_request *request, gdx_order order, uint64_t *out,
                       gdx_error *err) {
    uint8_t how[4];
    gdx_store_u32(how, order);
    return page_seal(collection, request->query, request->scope, (gdx_slice){(const char *)how, sizeof how}, out, err);
}

gdx_status search_refuse_both(gdx_error *err) {
    return gdx_fail_field(err, "offset", GDX_REASON_OUT_OF_RANGE,
                          "found one beside a page token, expected one of the two");
}

// The commit and the offset that the page token asks for; without one the current commit and the request's own offset.
static gdx_status find_page(gdx_question *question, const search_request *request, struct asked_page *asked,
                            struct view *out, gdx_error *err) {
    if (request->page_token.len && request->offset)
        return search_refuse_both(err);
    gdx_status status = search_seal(question->collection, request, asked->options.order, &asked->seal, err);
    return status == GDX_OK
               ? page_open(question, request->page_token, request->scope, asked->seal, &asked->options.offset, out, err)
               : status;
}

// ---- the reply

static gdx_status fill_matches(gdx_arena *arena, const gdx_hit *hit, Gramdex__V1__Hit *out) {
    Gramdex__V1__Match *all = reply_list(arena, hit->match_count, sizeof *all, &out->matches);
    if (!all)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < hit->match_count; i++)
        reply_match(&hit->matches[i], &all[i]);
    out->n_matches = hit->match_count;
    return GDX_OK;
}

static void add_piece(Gramdex__V1__Snippet *snippet, const gdx_hit *hit, size_t from, size_t to, bool matched) {
    if (from == to)
        return;
    Gramdex__V1__Piece *piece = snippet->pieces[snippet->n_pieces++];
    gramdex__v1__piece__init(piece);
    piece->text = data_of((gdx_slice){hit->snippet.data + from, to - from});
    piece->matched = matched;
}

static gdx_status fill_snippet(gdx_arena *arena, const gdx_hit *hit, Gramdex__V1__Hit *out) {
    Gramdex__V1__Snippet *snippet = gdx_arena_allocate(arena, sizeof *snippet);
    if (!snippet)
        return GDX_NO_MEMORY;
    gramdex__v1__snippet__init(snippet);
    if (!reply_list(arena, 2 * hit->mark_count + 1, sizeof(Gramdex__V1__Piece), &snippet->pieces))
        return GDX_NO_MEMORY;
    size_t at = 0;
    for (size_t i = 0; i < hit->mark_count; i++) {
        add_piece(snippet, hit, at, hit->marks[i].begin, false);
        add_piece(snippet, hit, hit->marks[i].begin, hit->marks[i].end, true);
        at = hit->marks[i].end;
    }
    add_piece(snippet, hit, at, hit->snippet.bytes, false);
    snippet->field = reply_field(hit->snippet_field);
    snippet->part = hit->snippet_part;
    snippet->place = data_of(hit->snippet_place);
    snippet->at_start = hit->snippet_begins;
    snippet->at_end = hit->snippet_ends;
    out->snippet = snippet;
    return GDX_OK;
}

// What it is sorted by.
static gdx_status fill_key(gdx_arena *arena, const gdx_hit *hit, Gramdex__V1__Hit *out) {
    gdx_status status = GDX_OK;
    gramdex__v1__hit__init(out);
    out->id = data_of(hit->id);
    out->date = reply_date(arena, hit->date, &status);
    out->score = hit->score;
    return status;
}

static gdx_status fill_hit(gdx_arena *arena, const gdx_hit *hit, bool has_snippet, Gramdex__V1__Hit *out) {
    gdx_status status = GDX_OK;
    gramdex__v1__hit__init(out);
    out->id = data_of(hit->id);
    out->title = data_of(hit->title);
    out->source = data_of(hit->source);
    out->metadata = data_of(hit->metadata);
    out->date = reply_date(arena, hit->date, &status);
    out->score = hit->score;
    out->occurrences = hit->occurrences;
    out->length = hit->length;
    out->bridged = hit->bridged;
    if (status == GDX_OK && has_snippet)
        status = fill_snippet(arena, hit, out);
    return status == GDX_OK ? fill_matches(arena, hit, out) : status;
}

static gdx_status fill_hits(const gdx_question *question, const gdx_results *results, bool has_snippets,
                            search_response *reply) {
    gdx_arena *arena = question->session->arena;
    bool keys_alone = question->leaf && question->leaf->request->keys_alone;
    Gramdex__V1__Hit *all = reply_list(arena, results->hit_count, sizeof *all, &reply->hits);
    gdx_status status = all ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < results->hit_count && status == GDX_OK; i++)
        status = keys_alone ? fill_key(arena, &results->hits[i], &all[i])
                            : fill_hit(arena, &results->hits[i], has_snippets, &all[i]);
    reply->n_hits = results->hit_count;
    return status;
}

static gdx_status fill_token(const struct asked_page *asked, const gdx_results *results, gdx_buffer *token,
                             search_response *reply, gdx_error *err) {
    struct page next = {results->commit, asked->options.offset + results->hit_count};
    if (results->hit_count == 0 || next.offset >= results->documents + results->bridged_documents)
        return GDX_OK;
    if (token_write(next, asked->seal, token) != GDX_OK)
        return reply_no_memory(err);
    reply->next_page_token = data_of(gdx_buffer_slice(token));
    return GDX_OK;
}

static gdx_status reply_with(gdx_question *question, const struct asked_page *asked, const gdx_results *results,
                             Gramdex__V1__Answer *answer, gdx_error *err) {
    search_response reply = GRAMDEX__V1__SEARCH_RESPONSE__INIT;
    gdx_buffer token = {0};
    reply.documents = results->documents;
    reply.occurrences = results->occurrences;
    reply.bridged_occurrences = results->bridged_occurrences;
    gdx_status status = fill_hits(question, results, asked->options.snippet_symbols > 0, &reply) == GDX_OK
                            ? fill_token(asked, results, &token, &reply, err)
                            : reply_no_memory(err);
    reply.answer = answer;
    if (status == GDX_OK)
        status = question->reply(question->context, &reply.base, err);
    gdx_buffer_clear(&token);
    return status;
}

// ---- of one slice

// The root has the sums of what is found here, or asks for that.
static void take_leaf_options(const gdx_question *question, gdx_rank_figures *figures, gdx_search_options *options) {
    const Gramdex__V1__AskRequest *asked = question->leaf->request;
    if (!asked->figures)
        return;
    options->offset = asked->offset;
    options->limit = asked->limit;
    *figures = (gdx_rank_figures){asked->figures->documents, asked->figures->symbols, asked->figures->having,
                                  asked->figures->n_having};
    options->figures = figures;
    if (asked->keys_alone) {
        options->snippet_symbols = 0;
        options->match_limit = 0;
    }
}

static gdx_status reply_figures(gdx_question *question, const gdx_query *query, const struct view *view,
                                gdx_error *err) {
    search_response reply = GRAMDEX__V1__SEARCH_RESPONSE__INIT;
    gdx_arena *arena = question->session->arena;
    Gramdex__V1__AskResponse *response = question->leaf->response;
    Gramdex__V1__RankFigures *out = gdx_arena_allocate(arena, sizeof *out);
    Gramdex__V1__Answer answer;
    gdx_rank_figures figures;
    gdx_totals totals;
    if (!out)
        return reply_no_memory(err);
    gdx_status status = gdx_rank_figures_find(question->session->searcher, view->snapshot, query, &question->stop,
                                              arena, &totals, &response->bridged_documents, &figures, err);
    reply_answer(question, gdx_snapshot_commit(view->snapshot), &answer);
    if (status == GDX_OK)
        status = reply_notes(question, query, view, &answer, err);
    status = gdx_snapshot_settle(view->snapshot, status, err);
    if (status != GDX_OK)
        return status;
    gramdex__v1__rank_figures__init(out);
    out->documents = figures.documents;
    out->symbols = figures.symbols;
    out->having = figures.having;
    out->n_having = figures.having_count;
    response->figures = out;
    reply.documents = totals.documents;
    reply.occurrences = totals.occurrences;
    reply.bridged_occurrences = totals.bridged_occurrences;
    reply.answer = &answer;
    return question->reply(question->context, &reply.base, err);
}

// Beside the query the text of each hit is read.
static bool declines(gdx_question *question, const gdx_search_options *options) {
    enum { HIT_NS = 20000, HEAD_NS = 2000 };
    bool reads = options->snippet_symbols || options->match_limit;
    return effort_declines(question, (uint64_t)options->limit * (reads ? HIT_NS : HEAD_NS));
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const search_request *request = (const search_request *)message;
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_results) results = NULL;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    struct asked_page asked = {0};
    gdx_rank_figures figures;
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = search_read_options(request, &question->stop, &asked.options, err);
    if (status == GDX_OK && question->leaf)
        take_leaf_options(question, &figures, &asked.options);
    if (status == GDX_OK && declines(question, &asked.options))
        return GDX_OK;
    if (status == GDX_OK)
        status = question->leaf ? view_open(question, request->scope, &view, err)
                                : find_page(question, request, &asked, &view, err);
    if (status == GDX_OK && question->leaf && !asked.options.figures) {
        status = reply_figures(question, query, &view, err);
        view_close(&view);
        return status;
    }
    if (status == GDX_OK) {
        do {
            gdx_results_free(GDX_TAKE(results)); // of an attempt that is made again
            status = gdx_search(question->session->searcher, view.snapshot, query, &asked.options, &results, err);
        } while (view_answer(question, &view, &query, 1, &answer, &status, err));
    }
    return status == GDX_OK ? reply_with(question, &asked, results, &answer, err) : status;
}

const gdx_operation search_operation = {.name = "Search",
                                        .service = &gramdex__v1__search__descriptor,
                                        .effort = GDX_EFFORT_SHORT,
                                        .run = run,
                                        .merge = search_merge,
                                        .check = search_check};
