// SPDX-License-Identifier: Apache-2.0
// search_root.c: Search.Search at a root: a round for the figures, one for what hits are sorted by, one for the hits of
// the page.

#include "search.h"
#include "token.h"

#include <inttypes.h>
#include <math.h>

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

// ---- the figures

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

// ---- what a leaf answers

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
gdx_status search_check(const struct slice_reply *slice, gdx_error *err) {
    const search_response *reply = slice->reply;
    size_t most = slice->asked->figures ? slice->asked->limit : 0;
    gdx_order order = GDX_ORDER_RELEVANCE;
    gdx_status status = slice->asked->figures ? GDX_OK : check_figures(slice->answer->figures, err);
    if (status == GDX_OK)
        status = search_read_order((const search_request *)slice->request, &order, err);
    if (status == GDX_OK && reply->n_hits > most)
        return gdx_fail(err, GDX_CORRUPT, "%zu hits, expected %zu at most", reply->n_hits, most);
    for (size_t i = 0; i < reply->n_hits && status == GDX_OK; i++) {
        status = check_hit(reply->hits[i], err);
        if (status == GDX_OK && i && !is_better(reply->hits[i - 1], reply->hits[i], order))
            status = gdx_fail(err, GDX_CORRUPT, "hits out of order");
    }
    return status;
}

// ---- the page

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

// ---- the rounds

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
    gdx_status status = search_read_options(request, &question->stop, &merging->asked.options, err);
    merging->order = merging->asked.options.order;
    if (status == GDX_OK && request->page_token.len && request->offset)
        status = search_refuse_both(err);
    if (status == GDX_OK)
        status = search_seal(collection, request, merging->order, &merging->asked.seal, err);
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

gdx_status search_merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
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
