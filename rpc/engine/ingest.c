// SPDX-License-Identifier: Apache-2.0
// ingest.c: Index.Ingest: documents in, as fast as they are indexed; a commit now and then or at the end.
// The call holds the index's lock from its first message until just before its reply. Whatever ends it, what was not
// committed is removed, and a worker does that, not the loop.

#include "request.h"

#include "gdx/intake.h"

#include <stdio.h>
#include <stdlib.h>

enum { REFUSALS_TOLD = 100 };

struct ingest { // one owner at a time: the handler's thread
    struct retired retired;
    gdx_index_writer *writer; // NULL before the first message and after the end
    gdx_intake *intake;
    gdx_arena *arena; // of the refusals
    uint64_t begin_ns, number, refused, since_commit, commit_every;
    bool strict;
    size_t told;
    Gramdex__V1__Refusal refusals[REFUSALS_TOLD], *list[REFUSALS_TOLD];
};

// Drops what is not committed and lets the lock go.
static void close_index(gdx_engine *engine, struct ingest *ingest) {
    gdx_intake_close(ingest->intake);
    ingest->intake = NULL;
    engine_close_writer(engine, &ingest->writer);
}

static void ingest_end(struct retired *retired) {
    struct ingest *ingest = (struct ingest *)retired;
    close_index(retired->engine, ingest);
    gdx_arena_free(ingest->arena);
}

static void release(gdx_exchange *exchange) {
    engine_retire(engine_of(exchange), gdx_exchange_state(exchange));
}

static gdx_status begin(gdx_exchange *exchange, gdx_error *err) {
    struct ingest *ingest = calloc(1, sizeof *ingest);
    if (!ingest)
        return engine_no_memory(err);
    ingest->retired.end = ingest_end;
    gdx_exchange_set_state(exchange, ingest);
    ingest->arena = gdx_arena_new();
    return ingest->arena ? GDX_OK : engine_no_memory(err);
}

static gdx_status open_index(gdx_exchange *exchange, struct ingest *ingest, const Gramdex__V1__IngestRequest *first,
                             gdx_error *err) {
    gdx_engine *engine = engine_of(exchange);
    gdx_intake_options options = {.memory_bytes = engine->options.ingest_bytes,
                                  .document_limit = engine->options.document_limit,
                                  .stop = engine_stop_of(exchange)};
    ingest->begin_ns = gdx_now_ns();
    ingest->commit_every = first->commit_every;
    ingest->strict = first->strict;
    gdx_status status = engine_open_writer(exchange, &ingest->writer, err);
    return status == GDX_OK ? gdx_intake_open(ingest->writer, &options, &ingest->intake, err) : status;
}

// ---- documents

static gdx_status keep_refusal(struct ingest *ingest, gdx_slice id, const char *reason, gdx_error *err) {
    ingest->refused++;
    if (ingest->told == REFUSALS_TOLD)
        return GDX_OK;
    Gramdex__V1__Refusal *refusal = &ingest->refusals[ingest->told];
    gdx_slice kept_id = {"", 0}, kept_reason;
    gramdex__v1__refusal__init(refusal);
    if ((id.bytes <= ID_BYTES_LIMIT && gdx_arena_copy(ingest->arena, id, &kept_id) != GDX_OK) ||
        gdx_arena_copy(ingest->arena, gdx_slice_of(reason), &kept_reason) != GDX_OK)
        return engine_no_memory(err);
    refusal->number = ingest->number;
    refusal->id = data_of(kept_id);
    refusal->reason = data_of(kept_reason);
    ingest->list[ingest->told++] = refusal;
    return GDX_OK;
}

static gdx_status refuse(gdx_exchange *exchange, struct ingest *ingest, gdx_slice id, const gdx_error *why,
                         gdx_error *err) {
    char reason[GDX_ERROR_TEXT_BYTES];
    gdx_error_text(why, reason);
    if (strcmp(why->field, "id") == 0)
        id = (gdx_slice){"", 0}; // an id that is refused is not reported as one
    if (!ingest->strict)
        return keep_refusal(ingest, id, reason, err);
    char field[64];
    snprintf(field, sizeof field, "documents[%llu]", (unsigned long long)ingest->number);
    return request_refuse(exchange, field, REASON_DOCUMENT_REFUSED, err, "%s", reason);
}

static gdx_status commit(gdx_exchange *exchange, struct ingest *ingest, gdx_error *err) {
    ingest->since_commit = 0;
    gdx_status status = gdx_intake_commit(ingest->intake, err);
    if (status != GDX_OK)
        return status;
    gdx_error later = {0}; // the documents are committed: merging them and seeing them may succeed another time
    (void)!gdx_intake_merge(ingest->intake, &later);
    (void)!engine_look(engine_of(exchange), &later);
    return GDX_OK;
}

static gdx_status add(gdx_exchange *exchange, struct ingest *ingest, const Gramdex__V1__Document *document,
                      gdx_error *err) {
    gdx_given given = {.id = slice_of(document->id),
                       .title = slice_of(document->title),
                       .date = slice_of(document->date),
                       .source = slice_of(document->source),
                       .text = slice_of(document->text),
                       .metadata = slice_of(document->metadata)};
    gdx_error error = {0};
    bool refused = false;
    gdx_status status = gdx_intake_add(ingest->intake, &given, &refused, &error);
    if (status != GDX_OK)
        return gdx_fail_again(err, &error);
    if (refused)
        status = refuse(exchange, ingest, given.id, &error, err);
    ingest->number++;
    if (status == GDX_OK && ingest->commit_every && ++ingest->since_commit == ingest->commit_every)
        status = commit(exchange, ingest, err);
    return status;
}

static gdx_status take_documents(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__IngestRequest *request = (const Gramdex__V1__IngestRequest *)message;
    struct ingest *ingest = gdx_exchange_state(exchange);
    gdx_status status = ingest->writer ? GDX_OK : open_index(exchange, ingest, request, err);
    for (size_t i = 0; i < request->n_documents && status == GDX_OK; i++) {
        status = add(exchange, ingest, request->documents[i], err);
        if (status == GDX_OK)
            status = engine_check_stopped(exchange, err);
    }
    if (status != GDX_OK)
        close_index(engine_of(exchange), ingest);
    return status;
}

// ---- the summary

static gdx_status reply_summary(gdx_exchange *exchange, struct ingest *ingest, const gdx_intake_summary *summary,
                                gdx_error *err) {
    Gramdex__V1__IngestResponse reply = GRAMDEX__V1__INGEST_RESPONSE__INIT;
    reply.documents = summary->added + summary->replaced;
    reply.replaced = summary->replaced;
    reply.unchanged = summary->unchanged;
    reply.refused = ingest->refused;
    reply.n_refusals = ingest->told;
    reply.refusals = ingest->list;
    reply.text_bytes = summary->text_bytes;
    reply.commit = summary->commit;
    reply.took_us = ingest->begin_ns ? (gdx_now_ns() - ingest->begin_ns) / 1000 : 0;
    return gdx_exchange_reply(exchange, &reply.base, err);
}

static gdx_status finish(gdx_exchange *exchange, gdx_error *err) {
    struct ingest *ingest = gdx_exchange_state(exchange);
    gdx_intake_summary summary = {0};
    gdx_status status = engine_check_stopped(exchange, err); // messages may have been passed over: commit nothing then
    if (status != GDX_OK) {
        close_index(engine_of(exchange), ingest);
    } else if (ingest->intake) {
        status = commit(exchange, ingest, err);
        summary = gdx_intake_summary_of(ingest->intake);
        close_index(engine_of(exchange), ingest); // before the reply: who reads it may write again at once
    } else {                                      // not one message
        gdx_snapshot *snapshot = engine_snapshot(engine_of(exchange));
        summary.commit = gdx_snapshot_commit(snapshot);
        gdx_snapshot_release(snapshot);
    }
    return status == GDX_OK ? reply_summary(exchange, ingest, &summary, err) : status;
}

const gdx_method ingest_method = {
    .name = "Ingest",
    .place = GDX_ON_WORKER_LONGER,
    .requests_stream = true,
    .handler = {.begin = begin, .message = take_documents, .end = finish, .release = release}};
