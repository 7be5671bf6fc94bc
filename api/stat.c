// SPDX-License-Identifier: Apache-2.0
// stat.c: Search.Stat: what the index holds and what it costs.

#include "api.h"

static void fill_figures(const gdx_snapshot *snapshot, Gramdex__V1__StatResponse *reply) {
    reply->documents = gdx_snapshot_documents(snapshot);
    reply->symbols = gdx_snapshot_symbols(snapshot);
    reply->segments = gdx_snapshot_segment_count(snapshot);
    reply->index_bytes = gdx_snapshot_bytes(snapshot);
    reply->bad_segments = gdx_snapshot_bad_segments(snapshot, NULL);
    for (size_t i = 0; i < reply->segments; i++) {
        const gdx_live_segment *live = gdx_snapshot_segment(snapshot, i);
        reply->deleted += live->deleted_count;
        reply->terms += gdx_segment_term_count(live->segment);
        reply->words += gdx_segment_word_count(live->segment);
        reply->text_bytes += gdx_segment_info_of(live->segment)->text_bytes;
    }
}

static gdx_status fill_parts(gdx_arena *arena, const gdx_snapshot *snapshot, Gramdex__V1__StatResponse *reply) {
    gdx_segment_part parts[GDX_SNAPSHOT_PARTS_MAX];
    reply->n_parts = gdx_snapshot_parts(snapshot, parts);
    Gramdex__V1__Part *all = reply_list(arena, reply->n_parts, sizeof *all, &reply->parts);
    for (size_t i = 0; all && i < reply->n_parts; i++) {
        gramdex__v1__part__init(&all[i]);
        all[i].name = data_of(gdx_slice_of(parts[i].name));
        all[i].bytes = parts[i].bytes;
    }
    return all ? GDX_OK : GDX_NO_MEMORY;
}

static gdx_status fill_keys(gdx_arena *arena, const gdx_snapshot *snapshot, Gramdex__V1__StatResponse *reply) {
    const gdx_keys *keys = gdx_snapshot_keys(snapshot);
    reply->metadata_keys = gdx_arena_allocate(arena, (keys->count + 1) * sizeof *reply->metadata_keys);
    gdx_status status = reply->metadata_keys ? GDX_OK : GDX_NO_MEMORY;
    for (uint32_t i = 0; i < keys->count && status == GDX_OK; i++) {
        gdx_slice name;
        status = gdx_arena_copy(arena, gdx_keys_name(keys, i), &name);
        if (status == GDX_OK)
            reply->metadata_keys[reply->n_metadata_keys++] = data_of(name);
    }
    return status;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__StatRequest *request = (const Gramdex__V1__StatRequest *)message;
    Gramdex__V1__StatResponse reply = GRAMDEX__V1__STAT_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    gdx_snapshot *snapshot = NULL;
    gdx_status status = request_unfiltered(question->collection, request->scope, &snapshot, err);
    if (status != GDX_OK)
        return status;
    fill_figures(snapshot, &reply);
    reply.scrub_hours = (double)question->collection->options.scrub_ns / 3.6e12;
    status = fill_parts(question->session->arena, snapshot, &reply);
    if (status == GDX_OK)
        status = fill_keys(question->session->arena, snapshot, &reply);
    reply_answer(question, gdx_snapshot_commit(snapshot), &answer);
    gdx_snapshot_release(snapshot);
    reply.version = data_of(gdx_slice_of(question->collection->options.version));
    reply.answer = &answer;
    return status == GDX_OK ? question->reply(question->context, &reply.base, err) : reply_no_memory(err);
}

const gdx_operation stat_operation = {
    .name = "Stat", .service = &gramdex__v1__search__descriptor, .effort = GDX_EFFORT_SHORT, .run = run};
