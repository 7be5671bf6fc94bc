// SPDX-License-Identifier: Apache-2.0
// document.c: Search.Get and Search.Stat: a document as it was stored, and what is in the index.

#include "request.h"

static gdx_status reply_document(gdx_exchange *exchange, gdx_arena *arena, const gdx_document *document,
                                 uint64_t commit, gdx_error *err) {
    Gramdex__V1__GetResponse reply = GRAMDEX__V1__GET_RESPONSE__INIT;
    Gramdex__V1__Document out = GRAMDEX__V1__DOCUMENT__INIT;
    gdx_status status = GDX_OK;
    out.id = data_of(document->id);
    out.title = data_of(document->title);
    out.source = data_of(document->source);
    out.text = data_of(document->text);
    out.metadata = data_of(document->metadata);
    out.date = date_data(arena, document->date, &status);
    reply.document = &out;
    reply.commit = commit;
    return status == GDX_OK ? gdx_exchange_reply(exchange, &reply.base, err) : engine_no_memory(err);
}

static gdx_status find_and_reply(gdx_exchange *exchange, struct tools *tools, const gdx_snapshot *snapshot,
                                 gdx_slice id, gdx_error *err) {
    size_t segment;
    uint32_t number;
    bool has;
    gdx_document document;
    gdx_status status = gdx_snapshot_find_id(snapshot, id, &segment, &number, &has, err);
    if (status == GDX_OK && !has)
        return gdx_fail(err, GDX_NOT_FOUND, "no document has the id \"%.*s\"", GDX_SLICE_ARGUMENTS(id));
    if (status == GDX_OK)
        status =
            gdx_store_read(tools->reader, gdx_snapshot_segment(snapshot, segment)->segment, number, &document, err);
    if (status != GDX_OK)
        return status;
    return reply_document(exchange, tools->arena, &document, gdx_snapshot_commit(snapshot), err);
}

static gdx_status get(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    gdx_slice id = slice_of(((const Gramdex__V1__GetRequest *)message)->id);
    struct tools *tools = engine_tools(exchange, err);
    if (!tools)
        return GDX_NO_MEMORY;
    gdx_status status = request_id(exchange, "id", id, err);
    if (status != GDX_OK)
        return status;
    gdx_snapshot *snapshot = engine_snapshot(engine_of(exchange));
    status = find_and_reply(exchange, tools, snapshot, id, err);
    gdx_snapshot_release(snapshot);
    return status;
}

// ---- figures

static void fill_figures(const gdx_snapshot *snapshot, Gramdex__V1__StatResponse *reply) {
    reply->documents = gdx_snapshot_documents(snapshot);
    reply->symbols = gdx_snapshot_symbols(snapshot);
    reply->segments = gdx_snapshot_segment_count(snapshot);
    reply->index_bytes = gdx_snapshot_bytes(snapshot);
    reply->commit = gdx_snapshot_commit(snapshot);
    for (size_t i = 0; i < reply->segments; i++) {
        const gdx_live_segment *live = gdx_snapshot_segment(snapshot, i);
        reply->deleted += live->deleted_count;
        reply->terms += gdx_segment_term_count(live->segment);
        reply->words += gdx_segment_word_count(live->segment);
        reply->text_bytes += gdx_segment_info_of(live->segment)->text_bytes;
    }
}

static gdx_status stat_index(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    (void)message;
    Gramdex__V1__StatResponse reply = GRAMDEX__V1__STAT_RESPONSE__INIT;
    gdx_segment_part parts[GDX_SNAPSHOT_PARTS_MAX];
    Gramdex__V1__Part out[GDX_SNAPSHOT_PARTS_MAX], *list[GDX_SNAPSHOT_PARTS_MAX];
    gdx_engine *engine = engine_of(exchange);
    gdx_snapshot *snapshot = engine_snapshot(engine);
    fill_figures(snapshot, &reply);
    reply.n_parts = gdx_snapshot_parts(snapshot, parts);
    gdx_snapshot_release(snapshot);
    for (size_t i = 0; i < reply.n_parts; i++) {
        gramdex__v1__part__init(&out[i]);
        out[i].name = data_of(gdx_slice_of(parts[i].name));
        out[i].bytes = parts[i].bytes;
        list[i] = &out[i];
    }
    reply.parts = list;
    reply.version = data_of(gdx_slice_of(engine->options.version));
    return gdx_exchange_reply(exchange, &reply.base, err);
}

const gdx_method get_method = {.name = "Get", .place = GDX_ON_WORKER, .handler = {.message = get}};
const gdx_method stat_method = {.name = "Stat", .place = GDX_ON_WORKER, .handler = {.message = stat_index}};
