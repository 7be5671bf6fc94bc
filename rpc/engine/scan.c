// SPDX-License-Identifier: Apache-2.0
// scan.c: Search.Scan: every occurrence, a message at a time, as fast as the client reads.
// Between two steps an export holds its commit, the list of documents that match in the segment at hand, and nothing of
// what it has sent. Steps may run on different workers, so the searcher is the export's own; that is why exports are
// counted.

#include "request.h"

#include <stdlib.h>

enum { MESSAGE_BYTES = 32 << 10, MESSAGE_OCCURRENCES = 512, SLICE_NS = 20000000 };

struct scan { // one owner at a time: the handler's thread
    struct retired retired;
    gdx_query *query;
    gdx_searcher *searcher;
    gdx_snapshot *snapshot;
    gdx_scan *scan;
    gdx_arena *arena; // of the message being made
    Gramdex__V1__Occurrence *occurrences;
    Gramdex__V1__Occurrence **list;
    Gramdex__V1__Match *matches;
    uint64_t left; // occurrences that may still be sent
    bool has_sent;
};

static void scan_end(struct retired *retired) {
    struct scan *scan = (struct scan *)retired;
    gdx_scan_close(scan->scan);
    gdx_snapshot_release(scan->snapshot);
    gdx_searcher_free(scan->searcher);
    gdx_query_free(scan->query);
    gdx_arena_free(scan->arena);
    free(scan->occurrences);
    free(scan->list);
    free(scan->matches);
    atomic_fetch_sub(&retired->engine->scans, 1);
}

static void release(gdx_exchange *exchange) {
    engine_retire(engine_of(exchange), gdx_exchange_state(exchange));
}

// ---- begin

static gdx_status count_in(gdx_exchange *exchange, gdx_engine *engine, gdx_error *err) {
    unsigned limit = engine->options.scan_limit;
    if (atomic_fetch_add(&engine->scans, 1) < limit)
        return GDX_OK;
    atomic_fetch_sub(&engine->scans, 1);
    gdx_exchange_explain(exchange, REASON_QUEUE_FULL, NULL);
    return gdx_fail(err, GDX_BUSY, "%u exports are under way, that is the limit: try again later", limit);
}

static struct scan *new_scan(gdx_exchange *exchange, gdx_error *err) {
    gdx_engine *engine = engine_of(exchange);
    if (count_in(exchange, engine, err) != GDX_OK)
        return NULL;
    struct scan *scan = calloc(1, sizeof *scan);
    if (!scan) {
        atomic_fetch_sub(&engine->scans, 1);
        engine_no_memory(err);
        return NULL;
    }
    scan->retired.end = scan_end;
    scan->searcher = engine_new_searcher(engine);
    scan->arena = gdx_arena_new();
    scan->occurrences = calloc(MESSAGE_OCCURRENCES, sizeof *scan->occurrences);
    scan->matches = calloc(MESSAGE_OCCURRENCES, sizeof *scan->matches);
    scan->list = calloc(MESSAGE_OCCURRENCES, sizeof(Gramdex__V1__Occurrence *));
    gdx_exchange_set_state(exchange, scan); // from here on `release` ends it
    if (scan->searcher && scan->arena && scan->occurrences && scan->matches && scan->list)
        return scan;
    engine_no_memory(err);
    return NULL;
}

static gdx_status open_scan(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__ScanRequest *request = (const Gramdex__V1__ScanRequest *)message;
    GDX_AUTO(gdx_query) query = NULL;
    uint32_t context;
    gdx_status status = request_query(exchange, slice_of(request->query), &query, err);
    if (status == GDX_OK)
        status = request_number(exchange, "context_symbols", request->context_symbols, SYMBOLS_DEFAULT, SYMBOLS_LIMIT,
                                &context, err);
    if (status != GDX_OK)
        return status;
    struct scan *scan = new_scan(exchange, err);
    if (!scan)
        return err->status;
    scan->query = query;
    query = NULL; // handed over
    scan->snapshot = engine_snapshot(engine_of(exchange));
    scan->left = request->limit ? request->limit : UINT64_MAX;
    gdx_stop stop = engine_stop_of(exchange);
    return gdx_scan_open(scan->searcher, scan->snapshot, scan->query, request->no_context ? 0 : context, &stop,
                         &scan->scan, err);
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
    out->date = date_data(arena, from->date, &status);
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
    gramdex__v1__match__init(match);
    match->field =
        from->match.field == GDX_FIELD_TITLE ? GRAMDEX__V1__FIELD__FIELD_TITLE : GRAMDEX__V1__FIELD__FIELD_TEXT;
    match->begin = from->match.begin;
    match->end = from->match.end;
    out->match = match;
    out->position = from->position;
    scan->list[number] = out;
    *bytes += sizeof *match;
    gdx_status status = fill_document(scan->arena, from, number ? out - 1 : NULL, out, bytes);
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
            status = fill(scan, count++, &occurrence, &bytes) == GDX_OK ? GDX_OK : engine_no_memory(err);
            scan->left--;
        }
        if (count > 0 && gdx_now_ns() >= until_ns)
            break;
    }
    *out_count = count;
    *out_has = has && scan->left > 0;
    return status;
}

static gdx_status produce(gdx_exchange *exchange, gdx_step *out_step, gdx_error *err) {
    struct scan *scan = gdx_exchange_state(exchange);
    Gramdex__V1__ScanResponse reply = GRAMDEX__V1__SCAN_RESPONSE__INIT;
    bool has;
    gdx_status status = engine_check_stopped(exchange, err); // before the request was looked at: there is no state then
    if (status == GDX_OK)
        status = gather(scan, &reply.n_occurrences, &has, err);
    if (status != GDX_OK)
        return status;
    reply.occurrences = scan->list;
    reply.commit = gdx_snapshot_commit(scan->snapshot);
    if (reply.n_occurrences > 0 || !scan->has_sent)
        status = gdx_exchange_reply(exchange, &reply.base, err);
    scan->has_sent = true;
    *out_step = has ? GDX_STEP_MORE : GDX_STEP_DONE;
    return status;
}

const gdx_method scan_method = {.name = "Scan",
                                .place = GDX_ON_WORKER_LONGER,
                                .replies_stream = true,
                                .handler = {.message = open_scan, .produce = produce, .release = release}};
