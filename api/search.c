// SPDX-License-Identifier: Apache-2.0
// search.c: Search.Search: a page of ranked hits, with the totals.

#include "gather.h"
#include "token.h"

#include <inttypes.h>
#include <math.h>

enum { LIMIT_DEFAULT = 10, LIMIT_MOST = 1000, MATCHES_MOST = 10000, ALL_MATCHES_MOST = 100000, OFFSET_MOST = 100000 };

typedef Gramdex__V1__SearchRequest search_request;
typedef Gramdex__V1__SearchResponse search_response;

// ---- the request

static gdx_status read_order(const search_request *request, gdx_order *out, gdx_error *err) {
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

static gdx_status read_options(const search_request *request, const gdx_stop *stop, gdx_search_options *out,
                               gdx_error *err) {
    gdx_search_options options = {.stop = *stop};
    uint32_t offset = 0;
    gdx_status status = read_order(request, &options.order, err);
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

static gdx_status seal_request(gdx_collection *collection, const search_request *request, gdx_order order,
                               uint64_t *out, gdx_error *err) {
    uint8_t how[4];
    gdx_store_u32(how, order);
    return page_seal(collection, request->query, request->scope, (gdx_slice){(const char *)how, sizeof how}, out, err);
}

static gdx_status refuse_both(gdx_error *err) {
    return gdx_fail_field(err, "offset", GDX_REASON_OUT_OF_RANGE,
                          "found one beside a page token, expected one of the two");
}

struct asked_page {
    gdx_search_options options;
    uint64_t seal; // of its token, and of the next page's
};

// The commit and the offset that the page token asks for; without one the current commit and the request's own offset.
static gdx_status find_page(gdx_question *question, const search_request *request, struct asked_page *asked,
                            struct view *out, gdx_error *err) {
    if (request->page_token.len && request->offset)
        return refuse_both(err);
    gdx_status status = seal_request(question->collection, request, asked->options.order, &asked->seal, err);
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
        status = read_options(request, &question->stop, &asked.options, err);
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

// ---- at a root: a round for the figures, one for what hits are sorted by, one for the hits of the page

enum { DEPTH_MOST = 10000 };

struct merging {
    const search_request *request;
    struct asked_page asked;
    struct gathered gathered;
    gdx_order order;
    search_response reply;
    uint64_t bridged_documents;
    Gramdex__V1__RankFigures figures;
    uint64_t *slice_hits;   // of each slice: all that it has
    struct winner *winners; // the hits of the page, in order
    uint64_t *first;        // of each slice: its hits before the page
};

struct winner {
    uint32_t slice;
    gdx_slice id; // in the arena
    uint64_t key;
};

static gdx_status check_depth(const struct merging *merging, gdx_error *err) {
    const gdx_search_options *options = &merging->asked.options;
    if (options->limit == 0 || options->offset + options->limit <= DEPTH_MOST)
        return GDX_OK;
    return gdx_fail_field(err, merging->request->page_token.len ? "page_token" : "offset", GDX_REASON_OUT_OF_RANGE,
                          "offset and limit are %" PRIu64 " together; a root takes at most %d, since every leaf has to "
                          "send so many",
                          options->offset + options->limit, DEPTH_MOST);
}

static gdx_status sum_figures(struct merging *merging, gdx_error *err) {
    const struct gathered *gathered = &merging->gathered;
    gdx_arena *arena = gathered->question->session->arena;
    Gramdex__V1__RankFigures *sum = &merging->figures;
    gramdex__v1__search_response__init(&merging->reply);
    gramdex__v1__rank_figures__init(sum);
    merging->bridged_documents = 0;
    merging->slice_hits = gdx_arena_allocate(arena, gathered->pin.slices * sizeof *merging->slice_hits);
    if (!merging->slice_hits)
        return reply_no_memory(err);
    for (uint32_t i = 0; i < gathered->pin.slices; i++) {
        const search_response *slice = gather_reply(gathered, i);
        const Gramdex__V1__RankFigures *figures = slice ? gathered->slices[i].answer->figures : NULL;
        if (!slice)
            continue;
        if (sum->having && sum->n_having != figures->n_having)
            return gdx_fail(err, GDX_CORRUPT, "slice %u counts other phrases than the others", i);
        if (!sum->having) {
            sum->n_having = figures->n_having;
            sum->having = gdx_arena_allocate(arena, sum->n_having * sizeof *sum->having + 1);
            if (!sum->having)
                return reply_no_memory(err);
            memset(sum->having, 0, sum->n_having * sizeof *sum->having);
        }
        for (size_t p = 0; p < sum->n_having; p++)
            sum->having[p] += figures->having[p];
        sum->documents += figures->documents;
        sum->symbols += figures->symbols;
        merging->reply.documents += slice->documents;
        merging->reply.occurrences += slice->occurrences;
        merging->reply.bridged_occurrences += slice->bridged_occurrences;
        merging->bridged_documents += gathered->slices[i].answer->bridged_documents;
        merging->slice_hits[i] = slice->documents + gathered->slices[i].answer->bridged_documents;
    }
    return GDX_OK;
}

// As query_candidates_best puts hits in order (indexer/query/rank.c): a larger key is better, then the lower id.
static uint64_t key_of(const Gramdex__V1__Hit *hit, gdx_order order) {
    uint64_t key = 0;
    gdx_date date = GDX_NO_DATE;
    if (order == GDX_ORDER_RELEVANCE)
        memcpy(&key, &hit->score, sizeof key);
    else if (order != GDX_ORDER_ID && hit->date.len && gdx_date_parse(slice_of(hit->date), &date, NULL) == GDX_OK)
        key = order == GDX_ORDER_NEWEST ? date : UINT32_MAX - date;
    return key;
}

static bool is_better(const Gramdex__V1__Hit *a, const Gramdex__V1__Hit *b, gdx_order order) {
    uint64_t x = key_of(a, order), y = key_of(b, order);
    return x != y ? x > y : gdx_slice_compare(slice_of(a->id), slice_of(b->id)) < 0;
}

static gdx_status check_hit(const Gramdex__V1__Hit *hit, gdx_error *err) {
    if (!isfinite(hit->score) || signbit(hit->score))
        return gdx_fail(err, GDX_CORRUPT, "a hit with the score %g", hit->score);
    for (size_t i = 0; i < hit->n_matches; i++)
        if (hit->matches[i]->begin > hit->matches[i]->end)
            return gdx_fail(err, GDX_CORRUPT, "a match that ends before it begins");
    return GDX_OK;
}

static gdx_status check_figures(const Gramdex__V1__RankFigures *figures, gdx_error *err) {
    for (size_t i = 0; figures && i < figures->n_having; i++)
        if (figures->having[i] > figures->documents)
            return gdx_fail(err, GDX_CORRUPT, "%" PRIu64 " documents have a phrase, of %" PRIu64, figures->having[i],
                            figures->documents);
    return figures ? GDX_OK : gdx_fail(err, GDX_CORRUPT, "no figures for ranking");
}

// The figures, or hits in order, no more than were asked for; the hits of a page are held against what they were
// sorted by where they are placed.
static gdx_status check(const struct slice_reply *slice, gdx_error *err) {
    const search_response *reply = slice->reply;
    size_t most = slice->asked->figures ? slice->asked->limit : 0;
    gdx_order order = GDX_ORDER_RELEVANCE;
    gdx_status status = slice->asked->figures ? GDX_OK : check_figures(slice->answer->figures, err);
    if (status == GDX_OK)
        status = read_order((const search_request *)slice->request, &order, err);
    if (status == GDX_OK && reply->n_hits > most)
        return gdx_fail(err, GDX_CORRUPT, "%zu hits, expected %zu at most", reply->n_hits, most);
    for (size_t i = 0; i < reply->n_hits && status == GDX_OK; i++) {
        status = check_hit(reply->hits[i], err);
        if (status == GDX_OK && i && !is_better(reply->hits[i - 1], reply->hits[i], order))
            status = gdx_fail(err, GDX_CORRUPT, "hits out of order");
    }
    return status;
}

static const Gramdex__V1__Hit *hit_at(const struct gathered *gathered, uint32_t slice, uint64_t at) {
    const search_response *reply = gather_reply(gathered, slice);
    return reply && at < reply->n_hits ? reply->hits[at] : NULL;
}

// As many as it has, up to the end of the page: else the page would be another one.
static gdx_status check_keys(const struct merging *merging, gdx_error *err) {
    const gdx_search_options *options = &merging->asked.options;
    for (uint32_t i = 0; i < merging->gathered.pin.slices; i++) {
        const search_response *reply = gather_reply(&merging->gathered, i);
        uint64_t most = options->offset + options->limit, all = reply ? merging->slice_hits[i] : 0;
        if (reply && reply->n_hits != (all < most ? all : most))
            return gdx_fail(err, GDX_CORRUPT, "slice %u: the leaf gives %zu of its %" PRIu64 " hits, expected %" PRIu64,
                            i, reply->n_hits, all, all < most ? all : most);
    }
    return GDX_OK;
}

static gdx_status take_winner(struct merging *merging, uint32_t slice, uint64_t at, struct winner *out) {
    const Gramdex__V1__Hit *hit = hit_at(&merging->gathered, slice, at);
    *out = (struct winner){.slice = slice, .key = key_of(hit, merging->order)};
    return gdx_arena_copy(merging->gathered.question->session->arena, slice_of(hit->id), &out->id);
}

// Each slice's hits are in order, so those of the page are a run of each.
static gdx_status find_winners(struct merging *merging, bool *is_winner, gdx_error *err) {
    const struct gathered *gathered = &merging->gathered;
    gdx_arena *arena = gathered->question->session->arena;
    uint32_t slices = gathered->pin.slices;
    uint64_t *at = gdx_arena_allocate(arena, slices * sizeof *at);
    merging->first = gdx_arena_allocate(arena, slices * sizeof *merging->first);
    merging->winners = gdx_arena_allocate(arena, merging->asked.options.limit * sizeof *merging->winners);
    if (!at || !merging->first || !merging->winners)
        return reply_no_memory(err);
    memset(at, 0, slices * sizeof *at);
    memset(is_winner, 0, slices * sizeof *is_winner);
    size_t count = 0;
    for (uint64_t rank = 0; count < merging->asked.options.limit; rank++) {
        if (rank == merging->asked.options.offset)
            memcpy(merging->first, at, slices * sizeof *at);
        uint32_t best = slices;
        for (uint32_t i = 0; i < slices; i++) {
            const Gramdex__V1__Hit *hit = hit_at(gathered, i, at[i]);
            if (hit && (best == slices || is_better(hit, hit_at(gathered, best, at[best]), merging->order)))
                best = i;
        }
        if (best == slices)
            break;
        at[best]++;
        if (rank < merging->asked.options.offset)
            continue;
        if (take_winner(merging, best, at[best] - 1, &merging->winners[count++]) != GDX_OK)
            return reply_no_memory(err);
        is_winner[best] = true;
    }
    for (uint32_t i = 0; i < slices && count; i++)
        merging->gathered.requests[i].limit = (uint32_t)(at[i] - merging->first[i]);
    merging->reply.n_hits = count;
    return GDX_OK;
}

static gdx_status ask_keys(struct merging *merging, gdx_error *err) {
    struct gathered *gathered = &merging->gathered;
    for (uint32_t i = 0; i < gathered->pin.slices; i++) {
        gathered->requests[i].figures = &merging->figures;
        gathered->requests[i].offset = 0;
        gathered->requests[i].limit = (uint32_t)(merging->asked.options.offset + merging->asked.options.limit);
        gathered->requests[i].keys_alone = true;
    }
    return gather_ask(gathered, NULL, err);
}

static gdx_status ask_hits(struct merging *merging, const bool *is_winner, gdx_error *err) {
    struct gathered *gathered = &merging->gathered;
    for (uint32_t i = 0; i < gathered->pin.slices; i++) {
        gathered->requests[i].offset = merging->first[i];
        gathered->requests[i].keys_alone = false;
    }
    return gather_ask(gathered, is_winner, err);
}

static gdx_status place_hits(struct merging *merging, gdx_error *err) {
    const struct gathered *gathered = &merging->gathered;
    gdx_arena *arena = gathered->question->session->arena;
    size_t *at = gdx_arena_allocate(arena, gathered->pin.slices * sizeof *at);
    merging->reply.hits = gdx_arena_allocate(arena, merging->reply.n_hits * sizeof *merging->reply.hits + 1);
    if (!at || !merging->reply.hits)
        return reply_no_memory(err);
    memset(at, 0, gathered->pin.slices * sizeof *at);
    for (size_t i = 0; i < merging->reply.n_hits; i++) {
        const struct winner *winner = &merging->winners[i];
        const Gramdex__V1__Hit *hit = hit_at(gathered, winner->slice, at[winner->slice]++);
        if (!hit || !gdx_slice_equal(slice_of(hit->id), winner->id) || key_of(hit, merging->order) != winner->key)
            return gdx_fail(err, GDX_CORRUPT, "slice %u: the leaf gives other hits than it said", winner->slice);
        merging->reply.hits[i] = (Gramdex__V1__Hit *)hit;
    }
    return GDX_OK;
}

// The facts for notes come with the figures, so what is said of the query is written then.
static gdx_status merge_rounds(struct merging *merging, Gramdex__V1__Answer *answer, gdx_error *err) {
    struct gathered *gathered = &merging->gathered;
    const gdx_search_options *options = &merging->asked.options;
    bool *is_winner = gdx_arena_allocate(gathered->question->session->arena, gathered->pin.slices * sizeof *is_winner);
    if (!is_winner)
        return reply_no_memory(err);
    for (uint32_t i = 0; i < gathered->pin.slices; i++)
        gathered->requests[i].figures = NULL;
    gdx_status status = gather_ask(gathered, NULL, err);
    if (status == GDX_OK)
        status = sum_figures(merging, err);
    reply_answer(gathered->question, gathered->pin.commit, answer);
    if (status == GDX_OK)
        status = gather_answer(gathered, 0, answer, err);
    uint64_t hits = merging->reply.documents + merging->bridged_documents;
    if (status != GDX_OK || options->limit == 0 || options->offset >= hits)
        return status;
    status = ask_keys(merging, err);
    if (status == GDX_OK)
        status = check_keys(merging, err);
    if (status == GDX_OK)
        status = find_winners(merging, is_winner, err);
    if (status == GDX_OK && merging->reply.n_hits)
        status = ask_hits(merging, is_winner, err);
    return status == GDX_OK ? place_hits(merging, err) : status;
}

static gdx_status open_merging(gdx_question *question, const search_request *request, struct merging *merging,
                               gdx_error *err) {
    struct page page = {0};
    gdx_collection *collection = question->collection;
    gdx_status status = read_options(request, &question->stop, &merging->asked.options, err);
    merging->order = merging->asked.options.order;
    if (status == GDX_OK && request->page_token.len && request->offset)
        status = refuse_both(err);
    if (status == GDX_OK)
        status = seal_request(collection, request, merging->order, &merging->asked.seal, err);
    if (status == GDX_OK && request->page_token.len)
        status = token_read(slice_of(request->page_token), merging->asked.seal, &page, err);
    if (status == GDX_OK && request->page_token.len)
        merging->asked.options.offset = page.offset;
    if (status == GDX_OK)
        status = check_depth(merging, err);
    return status == GDX_OK ? gather_open(question, &request->base, page.commit, &merging->gathered, err) : status;
}

static gdx_status reply_merged(gdx_question *question, struct merging *merging, Gramdex__V1__Answer *answer,
                               gdx_error *err) {
    gdx_buffer token = {0};
    struct page next = {merging->gathered.pin.commit, merging->asked.options.offset + merging->reply.n_hits};
    gdx_status status = GDX_OK;
    if (merging->reply.n_hits && next.offset < merging->reply.documents + merging->bridged_documents)
        status = token_write(next, merging->asked.seal, &token) == GDX_OK ? GDX_OK : reply_no_memory(err);
    merging->reply.next_page_token = data_of(gdx_buffer_slice(&token));
    merging->reply.answer = answer;
    answer->took_us = (gdx_now_ns() - question->opened_ns) / 1000;
    if (status == GDX_OK)
        status = question->reply(question->context, &merging->reply.base, err);
    gdx_buffer_clear(&token);
    return status;
}

// What a leaf finds wrong with the query comes before what the root does with the rest of the request.
static gdx_status check_query(gdx_question *question, const search_request *request, const gdx_error *failure,
                              gdx_error *err) {
    struct gathered gathered;
    gdx_error why = *failure;
    gdx_error passed_over = {0};
    *err = (gdx_error){0};
    gdx_status status = gather_all(question, &request->base, &gathered, &passed_over);
    gather_close(&gathered);
    return gdx_error_pass(err, status == GDX_INVALID ? &passed_over : &why);
}

static gdx_status merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const search_request *request = (const search_request *)message;
    struct merging merging = {.request = request};
    Gramdex__V1__Answer answer;
    gdx_status status = open_merging(question, request, &merging, err);
    if (status == GDX_INVALID)
        return check_query(question, request, err, err);
    if (status == GDX_OK) {
        do
            status = merge_rounds(&merging, &answer, err);
        while (gather_again(&merging.gathered, &status, err));
    }
    if (status == GDX_OK)
        status = reply_merged(question, &merging, &answer, err);
    gather_close(&merging.gathered);
    return status;
}

const gdx_operation search_operation = {.name = "Search",
                                        .service = &gramdex__v1__search__descriptor,
                                        .effort = GDX_EFFORT_SHORT,
                                        .run = run,
                                        .merge = merge,
                                        .check = check};
