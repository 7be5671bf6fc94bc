// SPDX-License-Identifier: Apache-2.0
// scan.c: Search.Scan: every occurrence, a message at a time, as fast as the client reads.
// Between two steps an export holds its commit and the list of documents that match in the segment at hand, and nothing
// of what it has sent. Steps may run on different workers, so the searcher is the export's own; that is why exports are
// counted.

#include "api.h"

#include <stdlib.h>

enum { MESSAGE_BYTES = 32 << 10, MESSAGE_OCCURRENCES = 512, SLICE_NS = 20000000 };

struct scan { // one owner at a time: the thread of the step
    gdx_query *query;
    gdx_searcher *searcher;
    struct view view;
    gdx_scan *scan;
    gdx_arena *arena; // of the message being made
    Gramdex__V1__Occurrence *occurrences;
    Gramdex__V1__Occurrence **list;
    Gramdex__V1__Match *matches;
    uint64_t left; // occurrences that may still be sent
    bool has_sent;
};

static void close_scan(gdx_question *question) {
    struct scan *scan = question->state;
    gdx_scan_close(scan->scan);
    view_close(&scan->view);
    gdx_searcher_free(scan->searcher);
    gdx_query_free(scan->query);
    gdx_arena_free(scan->arena);
    free(scan->occurrences);
    free(scan->list);
    free(scan->matches);
    free(scan);
    atomic_fetch_sub(&question->collection->exports, 1);
}

// ---- the start

static gdx_status count_in(gdx_collection *collection, gdx_error *err) {
    unsigned limit = collection->options.export_limit;
    if (atomic_fetch_add(&collection->exports, 1) < limit)
        return GDX_OK;
    atomic_fetch_sub(&collection->exports, 1);
    return gdx_fail_reason(err, GDX_BUSY, GDX_REASON_QUEUE_FULL, "%u exports are under way, the limit: try again later",
                           limit);
}

static gdx_status new_scan(gdx_question *question, gdx_error *err) {
    gdx_status status = count_in(question->collection, err);
    if (status != GDX_OK)
        return status;
    struct scan *scan = calloc(1, sizeof *scan);
    if (!scan) {
        atomic_fetch_sub(&question->collection->exports, 1);
        return reply_no_memory(err);
    }
    question->state = scan; // from here on close_scan frees it
    scan->searcher = collection_new_searcher(question->collection);
    scan->arena = gdx_arena_new();
    scan->occurrences = calloc(MESSAGE_OCCURRENCES, sizeof *scan->occurrences);
    scan->matches = calloc(MESSAGE_OCCURRENCES, sizeof *scan->matches);
    scan->list = calloc(MESSAGE_OCCURRENCES, sizeof(Gramdex__V1__Occurrence *));
    bool has_all = scan->searcher && scan->arena && scan->occurrences && scan->matches && scan->list;
    return has_all ? GDX_OK : reply_no_memory(err);
}

static gdx_status open_scan(gdx_question *question, const Gramdex__V1__ScanRequest *request, gdx_query **query,
                            uint32_t context, gdx_error *err) {
    gdx_status status = new_scan(question, err);
    struct scan *scan = question->state;
    if (status != GDX_OK)
        return status;
    scan->query = *query;
    *query = NULL; // handed over
    scan->left = request->limit ? request->limit : UINT64_MAX;
    status = view_open(question->collection, request->scope, &scan->view, err);
    if (status == GDX_OK && scan->view.allows_partial) // what turns bad later ends the export
        status = view_shrink(&scan->view, &(gdx_error){0}, err);
    if (status != GDX_OK)
        return status;
    return gdx_scan_open(scan->searcher, scan->view.snapshot, scan->query, request->no_context ? 0 : context,
                         &question->stop, &scan->scan, err);
}

// An export cannot be asked again, so it is weighed as a whole: beside the query each document's text is read, and each
// occurrence shown. What cannot be weighed is not declined: the export itself finds out why.
static bool declines(gdx_question *question, const Gramdex__V1__ScanRequest *request, const gdx_query *query) {
    enum { DOCUMENT_NS = 20000, SHOW_NS = 2000 };
    uint64_t most = request->limit ? request->limit : UINT64_MAX;
    gdx_query_cost cost = {0};
    gdx_error passed_over = {0};
    if (!question->may_decline)
        return false;
    gdx_snapshot *snapshot = collection_snapshot(question->collection);
    gdx_status status =
        gdx_query_weigh(question->session->searcher, snapshot, query, &question->stop, &cost, &passed_over);
    gdx_snapshot_release(snapshot);
    uint64_t documents = cost.documents < most ? cost.documents : most;
    uint64_t occurrences = cost.occurrences < most ? cost.occurrences : most;
    uint64_t work_ns = cost.work_ns + documents * DOCUMENT_NS + occurrences * SHOW_NS;
    return effort_declines(question, status == GDX_DEADLINE ? UINT64_MAX : work_ns); // to weigh it was too much
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__ScanRequest *request = (const Gramdex__V1__ScanRequest *)message;
    GDX_AUTO(gdx_query) query = NULL;
    uint32_t context;
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status =
            request_number("context_symbols", request->context_symbols, SYMBOLS_DEFAULT, SYMBOLS_LIMIT, &context, err);
    if (status != GDX_OK || declines(question, request, query))
        return status;
    return open_scan(question, request, &query, context, err);
}

// ---- messages

static gdx_status copy(gdx_arena *arena, gdx_slice from, ProtobufCBinaryData *out, size_t *bytes) {
    gdx_slice to;
    gdx_status status = gdx_arena_copy(arena, from, &to);
    *out = data_of(to);
    *bytes += from.bytes;
    return status;
}

// What describes the document, shared with the occurrence before when it is of the same one.
static gdx_status fill_document(gdx_arena *arena, const gdx_occurrence *from, const Gramdex__V1__Occurrence *before,
                                Gramdex__V1__Occurrence *out, size_t *bytes) {
    if (before && gdx_slice_equal(slice_of(before->id), from->id)) {
        out->id = before->id;
        out->title = before->title;
        out->source = before->source;
        out->date = before->date;
        *bytes += out->id.len + out->title.len + out->source.len;
        return GDX_OK;
    }
    gdx_status status = copy(arena, from->id, &out->id, bytes);
    if (status == GDX_OK)
        status = copy(arena, from->title, &out->title, bytes);
    if (status == GDX_OK)
        status = copy(arena, from->source, &out->source, bytes);
    out->date = reply_date(arena, from->date, &status);
    return status;
}

static gdx_status fill_context(struct scan *scan, const gdx_occurrence *from, Gramdex__V1__Occurrence *out,
                               size_t *bytes) {
    gdx_status status = copy(scan->arena, from->before, &out->before, bytes);
    if (status == GDX_OK)
        status = copy(scan->arena, from->matched, &out->matched, bytes);
    if (status == GDX_OK)
        status = copy(scan->arena, from->after, &out->after, bytes);
    return status;
}

static gdx_status fill(struct scan *scan, size_t number, const gdx_occurrence *from, size_t *bytes) {
    Gramdex__V1__Occurrence *out = &scan->occurrences[number];
    Gramdex__V1__Match *match = &scan->matches[number];
    gramdex__v1__occurrence__init(out);
    reply_match(&from->match, match);
    out->match = match;
    out->position = from->position;
    out->bridged = from->bridged;
    scan->list[number] = out;
    *bytes += sizeof *match;
    gdx_status status = fill_document(scan->arena, from, number ? out - 1 : NULL, out, bytes);
    if (status == GDX_OK)
        status = copy(scan->arena, from->match.place, &match->place, bytes);
    return status == GDX_OK ? fill_context(scan, from, out, bytes) : status;
}

// Occurrences until the message is large enough or the time for one is over.
static gdx_status gather(struct scan *scan, size_t *out_count, bool *out_has, gdx_error *err) {
    uint64_t until_ns = gdx_now_ns() + SLICE_NS;
    size_t count = 0, bytes = 0;
    gdx_status status = GDX_OK;
    bool has = scan->left > 0;
    gdx_arena_reset(scan->arena);
    while (status == GDX_OK && has && count < MESSAGE_OCCURRENCES && bytes < MESSAGE_BYTES && scan->left > 0) {
        gdx_occurrence occurrence;
        status = gdx_scan_next(scan->scan, &occurrence, &has, err);
        if (status == GDX_OK && has) {
            status = fill(scan, count++, &occurrence, &bytes) == GDX_OK ? GDX_OK : reply_no_memory(err);
            scan->left--;
        }
        if (count > 0 && gdx_now_ns() >= until_ns)
            break;
    }
    *out_count = count;
    *out_has = has && scan->left > 0;
    return status;
}

static gdx_status produce(gdx_question *question, bool *out_more, gdx_error *err) {
    struct scan *scan = question->state;
    Gramdex__V1__ScanResponse reply = GRAMDEX__V1__SCAN_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    gdx_status status = gdx_stop_check(&question->stop, err);
    gdx_scan_stop_at(scan->scan, &question->stop);
    if (status == GDX_OK)
        status = gather(scan, &reply.n_occurrences, out_more, err);
    reply_answer(question, gdx_snapshot_commit(scan->view.snapshot), &answer);
    if (status == GDX_OK && !scan->has_sent)
        status = reply_notes(scan->arena, scan->query, &scan->view, &answer, err);
    else if (status == GDX_OK)
        status = view_say(&scan->view, scan->arena, &answer, err);
    status = gdx_snapshot_settle(scan->view.snapshot, status, err);
    if (status != GDX_OK)
        return status;
    reply.occurrences = scan->list;
    reply.answer = &answer;
    if (status == GDX_OK && (reply.n_occurrences > 0 || !scan->has_sent))
        status = question->reply(question->context, &reply.base, err);
    scan->has_sent = true;
    return status;
}

const gdx_operation scan_operation = {.name = "Scan",
                                      .service = &gramdex__v1__search__descriptor,
                                      .effort = GDX_EFFORT_SHORT,
                                      .replies_stream = true,
                                      .run = run,
                                      .produce = produce,
                                      .close = close_scan};
