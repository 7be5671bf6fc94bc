// SPDX-License-Identifier: Apache-2.0
// stat.c: Search.Stat: what the index holds and what it costs.

#include "gather.h"

_Static_assert((int)GRAMDEX__V1__SHAPE__SHAPE_ARCHIVE == (int)GDX_SHAPE_ARCHIVE + 1 && GDX_SHAPES == 3,
               "the proto has each shape, in the same order");
static Gramdex__V1__Shape shape_of(gdx_shape shape) {
    return (Gramdex__V1__Shape)(shape + 1);
}

static void fill_figures(const gdx_snapshot *snapshot, Gramdex__V1__StatResponse *reply) {
    reply->documents = gdx_snapshot_documents(snapshot);
    reply->symbols = gdx_snapshot_symbols(snapshot);
    reply->segments = gdx_snapshot_segment_count(snapshot);
    reply->index_bytes = gdx_snapshot_bytes(snapshot);
    reply->bad_segments = gdx_snapshot_bad_segments(snapshot, NULL);
    reply->shape = shape_of(gdx_snapshot_shape(snapshot));
    for (size_t i = 0; i < reply->segments; i++) {
        const gdx_live_segment *live = gdx_snapshot_segment(snapshot, i);
        reply->deleted += live->deleted_count;
        reply->terms += gdx_segment_term_count(live->segment);
        reply->words += gdx_segment_word_count(live->segment);
        reply->text_bytes += gdx_segment_info_of(live->segment)->text_bytes;
        reply->other_shape_segments += gdx_segment_shape(live->segment) != gdx_snapshot_shape(snapshot);
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
    gdx_status status = request_unfiltered(question, request->scope, &snapshot, err);
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

// ---- at a root

static gdx_status merge_parts(const struct gathered *gathered, Gramdex__V1__StatResponse *reply, gdx_error *err) {
    gdx_arena *arena = gathered->question->session->arena;
    gdx_slice manifest = gdx_slice_of(GDX_PART_MANIFEST), reprints = gdx_slice_of(GDX_PART_REPRINTS);
    struct gather_rows rows = {0};
    struct gather_row table = {.name = data_of(reprints)}; // which each leaf has whole
    uint64_t rest = reply->index_bytes;
    for (uint32_t i = 0; i < gathered->pin.slices; i++) {
        const Gramdex__V1__StatResponse *slice = gather_reply(gathered, i);
        for (size_t p = 0; slice && p < slice->n_parts; p++) {
            struct gather_row row = {.name = slice->parts[p]->name, .slice = i, .documents = slice->parts[p]->bytes};
            bool is_reprints = gdx_slice_equal(slice_of(row.name), reprints);
            if (is_reprints)
                table.documents = row.documents;
            else if (!gdx_slice_equal(slice_of(row.name), manifest)) {
                rest -= row.documents < rest ? row.documents : rest;
                if (gather_rows_add(arena, &rows, row) != GDX_OK)
                    return reply_no_memory(err);
            }
        }
    }
    gdx_status status = gather_rows_join(&rows, false, err);
    if (status != GDX_OK)
        return status;
    rest -= table.documents < rest ? table.documents : rest;
    if ((table.documents && gather_rows_add(arena, &rows, table) != GDX_OK) ||
        gather_rows_add(arena, &rows, (struct gather_row){.name = data_of(manifest), .documents = rest}) != GDX_OK)
        return reply_no_memory(err);
    gather_rows_rank(rows.rows, rows.count, true);
    Gramdex__V1__Part *all = reply_list(arena, rows.count, sizeof *all, &reply->parts);
    for (size_t i = 0; all && i < rows.count; i++) {
        gramdex__v1__part__init(&all[i]);
        all[i].name = rows.rows[i].name;
        all[i].bytes = rows.rows[i].documents;
    }
    reply->n_parts = rows.count;
    return all ? GDX_OK : reply_no_memory(err);
}

static void add_up(const Gramdex__V1__StatResponse *slice, Gramdex__V1__StatResponse *reply) {
    reply->documents += slice->documents;
    reply->deleted += slice->deleted;
    reply->segments += slice->segments;
    reply->symbols += slice->symbols;
    reply->terms += slice->terms;
    reply->words += slice->words;
    reply->text_bytes += slice->text_bytes;
    reply->bad_segments += slice->bad_segments;
    reply->shape = slice->shape; // of the manifest, which all slices have
    reply->other_shape_segments += slice->other_shape_segments;
    if (slice->scrub_hours > reply->scrub_hours)
        reply->scrub_hours = slice->scrub_hours;
    reply->metadata_keys = slice->metadata_keys;
    reply->n_metadata_keys = slice->n_metadata_keys;
}

static gdx_status merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    Gramdex__V1__StatResponse reply = GRAMDEX__V1__STAT_RESPONSE__INIT;
    struct gathered gathered;
    gdx_status status = gather_all(question, message, &gathered, err);
    for (uint32_t i = 0; i < gathered.pin.slices && status == GDX_OK; i++)
        if (gather_reply(&gathered, i))
            add_up(gather_reply(&gathered, i), &reply);
    reply.index_bytes = gathered.pin.index_bytes;
    reply.version = data_of(gdx_slice_of(question->collection->options.version));
    if (status == GDX_OK)
        status = merge_parts(&gathered, &reply, err);
    if (status == GDX_OK)
        status = gather_give(&gathered, &reply.base, &reply.answer, err);
    gather_close(&gathered);
    return status;
}

const gdx_operation stat_operation = {.name = "Stat",
                                      .service = &gramdex__v1__search__descriptor,
                                      .effort = GDX_EFFORT_SHORT,
                                      .run = run,
                                      .merge = merge};
