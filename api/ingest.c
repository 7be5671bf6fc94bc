// SPDX-License-Identifier: Apache-2.0
// ingest.c: Index.Ingest: documents in, as fast as they are indexed; a commit now and then or at the end.
// The call holds the index's lock from its first message until just before its reply. Whatever ends it, what was not
// committed is removed, and a worker does that, not the loop.

#include "api.h"

#include "gdx/intake.h"

#include <stdio.h>
#include <stdlib.h>

enum { REFUSALS_KEPT = 100 };

struct ingest {               // one owner at a time: the thread of the step
    gdx_index_writer *writer; // NULL before the first message and after the end
    gdx_intake *intake;
    gdx_arena *arena; // of the refusals
    gdx_arena *parts; // of the document at hand
    uint64_t start_ns, number, refused, since_commit, commit_every;
    gdx_merge_counts merged;
    struct { // of this call, as the collection has counted it
        gdx_intake_summary summary;
        uint64_t refused;
    } counted;
    bool strict;
    size_t kept;
    Gramdex__V1__Refusal refusals[REFUSALS_KEPT], *list[REFUSALS_KEPT];
};

// Drops what is not committed and releases the lock.
static void close_index(gdx_question *question, struct ingest *ingest) {
    gdx_intake_close(ingest->intake);
    ingest->intake = NULL;
    collection_close_writer(question->collection, &ingest->writer);
}

static void close_ingest(gdx_question *question) {
    struct ingest *ingest = question->state;
    close_index(question, ingest);
    gdx_arena_free(ingest->arena);
    gdx_arena_free(ingest->parts);
    free(ingest);
}

static gdx_status new_ingest(gdx_question *question, gdx_error *err) {
    struct ingest *ingest = calloc(1, sizeof *ingest);
    if (!ingest)
        return reply_no_memory(err);
    question->state = ingest;
    ingest->arena = gdx_arena_new();
    ingest->parts = gdx_arena_new();
    return ingest->arena && ingest->parts ? GDX_OK : reply_no_memory(err);
}

static gdx_status open_index(gdx_question *question, const Gramdex__V1__IngestRequest *first, gdx_error *err) {
    gdx_status status = new_ingest(question, err);
    if (status != GDX_OK)
        return status;
    struct ingest *ingest = question->state;
    const gdx_collection_options *limits = &question->collection->options;
    gdx_intake_options options = {.memory_bytes = limits->ingest_bytes,
                                  .document_limit = limits->document_limit,
                                  .stop = question->stop,
                                  .merged = &ingest->merged};
    ingest->start_ns = gdx_now_ns();
    ingest->commit_every = first->commit_every;
    ingest->strict = first->strict;
    status = collection_open_writer(question->collection, &ingest->writer, err);
    return status == GDX_OK ? gdx_intake_open(ingest->writer, &options, &ingest->intake, err) : status;
}

// ---- documents

static gdx_status keep_refusal(struct ingest *ingest, gdx_slice id, const char *reason, gdx_error *err) {
    ingest->refused++;
    if (ingest->kept == REFUSALS_KEPT)
        return GDX_OK;
    Gramdex__V1__Refusal *refusal = &ingest->refusals[ingest->kept];
    gdx_slice kept_id = {"", 0}, kept_reason;
    gramdex__v1__refusal__init(refusal);
    if ((id.bytes <= ID_BYTES_LIMIT && gdx_arena_copy(ingest->arena, id, &kept_id) != GDX_OK) ||
        gdx_arena_copy(ingest->arena, gdx_slice_of(reason), &kept_reason) != GDX_OK)
        return reply_no_memory(err);
    refusal->number = ingest->number;
    refusal->id = data_of(kept_id);
    refusal->reason = data_of(kept_reason);
    ingest->list[ingest->kept++] = refusal;
    return GDX_OK;
}

static gdx_status refuse(struct ingest *ingest, gdx_slice id, const gdx_error *why, gdx_error *err) {
    char reason[GDX_ERROR_TEXT_BYTES];
    gdx_error_text(why, reason);
    if (strcmp(why->field, "id") == 0)
        id = (gdx_slice){"", 0};
    if (!ingest->strict)
        return keep_refusal(ingest, id, reason, err);
    char field[GDX_FIELD_BYTES];
    snprintf(field, sizeof field, "documents[%llu]", (unsigned long long)ingest->number);
    return gdx_fail_field(err, field, GDX_REASON_DOCUMENT_REFUSED, "%s", reason);
}

static uint64_t commit_of(const struct ingest *ingest) {
    return gdx_snapshot_commit(gdx_index_writer_snapshot(ingest->writer));
}

// What has been committed since the last time.
static void count_commit(gdx_collection *collection, struct ingest *ingest, uint64_t commit_before) {
    const gdx_intake_summary now = gdx_intake_summary_of(ingest->intake), *before = &ingest->counted.summary;
    gdx_collection_work done = {
        .documents = now.added + now.replaced - before->added - before->replaced,
        .bytes = now.text_bytes - before->text_bytes,
        .refused = ingest->refused - ingest->counted.refused,
        .commits = commit_of(ingest) != commit_before,
    };
    ingest->counted.summary = now;
    ingest->counted.refused = ingest->refused;
    collection_count(collection, &done, 0);
}

// The documents are committed: merging them may succeed another time.
static void merge(gdx_collection *collection, struct ingest *ingest) {
    gdx_error later = {0};
    gdx_collection_work done = {0};
    gdx_merge_counts before = ingest->merged;
    uint64_t start_ns = gdx_now_ns();
    collection_count(collection, &done, 1);
    (void)!gdx_intake_merge(ingest->intake, &later);
    done.merged_segments = ingest->merged.segments - before.segments;
    done.merged_bytes = ingest->merged.bytes - before.bytes;
    done.merging_ns = gdx_now_ns() - start_ns;
    collection_count(collection, &done, -1);
}

static gdx_status commit(gdx_question *question, struct ingest *ingest, gdx_error *err) {
    uint64_t before = commit_of(ingest);
    ingest->since_commit = 0;
    gdx_status status = gdx_intake_commit(ingest->intake, err);
    if (status != GDX_OK)
        return status;
    count_commit(question->collection, ingest, before);
    merge(question->collection, ingest);
    gdx_error later = {0}; // likewise
    (void)!gdx_collection_refresh(question->collection, &later);
    return GDX_OK;
}

// What the rules of a record refuse stays wrong on the way to them: they say what it is.
static gdx_field field_of(Gramdex__V1__Field field) {
    for (int i = 0; i < GDX_FIELDS; i++)
        if (reply_field((gdx_field)i) == field)
            return (gdx_field)i;
    return (gdx_field)GDX_FIELDS;
}

static gdx_status take_places(gdx_arena *arena, Gramdex__V1__Place *const *places, size_t count,
                              const gdx_part_place **out, uint32_t *out_count) {
    gdx_part_place *all = gdx_arena_allocate(arena, count * sizeof *all + 1);
    if (!all)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        uint64_t byte = places[i]->byte;
        all[i] = (gdx_part_place){byte < UINT32_MAX ? (uint32_t)byte : UINT32_MAX, slice_of(places[i]->name)};
    }
    *out = all;
    *out_count = (uint32_t)count; // a message has less than 4 GiB
    return GDX_OK;
}

static gdx_status take_parts(struct ingest *ingest, const Gramdex__V1__Document *document, gdx_given *given) {
    if (document->n_parts == 0 && document->n_places == 0)
        return GDX_OK;
    gdx_arena_reset(ingest->parts);
    gdx_part *parts = gdx_arena_allocate(ingest->parts, document->n_parts * sizeof *parts + 1);
    gdx_status status = parts ? GDX_OK : GDX_NO_MEMORY;
    if (status == GDX_OK)
        status = take_places(ingest->parts, document->places, document->n_places, &given->text_places,
                             &given->text_place_count);
    for (size_t i = 0; i < document->n_parts && status == GDX_OK; i++) {
        const Gramdex__V1__DocumentPart *part = document->parts[i];
        parts[i] = (gdx_part){.field = field_of(part->field), .text = slice_of(part->text)};
        status = take_places(ingest->parts, part->places, part->n_places, &parts[i].places, &parts[i].place_count);
    }
    given->parts = parts;
    given->part_count = (uint32_t)document->n_parts;
    return status;
}

static gdx_status add(gdx_question *question, const Gramdex__V1__Document *document, gdx_error *err) {
    struct ingest *ingest = question->state;
    gdx_given given = {.id = slice_of(document->id),
                       .title = slice_of(document->title),
                       .date = slice_of(document->date),
                       .source = slice_of(document->source),
                       .text = slice_of(document->text),
                       .metadata = slice_of(document->metadata),
                       .origin = slice_of(document->origin),
                       .title_from_text = document->title_from_text};
    gdx_error error = {0};
    bool refused = false;
    gdx_status status = take_parts(ingest, document, &given);
    if (status != GDX_OK)
        return reply_no_memory(err);
    status = gdx_intake_add(ingest->intake, &given, &refused, &error);
    if (status != GDX_OK)
        return gdx_error_pass(err, &error);
    if (refused)
        status = refuse(ingest, given.id, &error, err);
    ingest->number++;
    if (status == GDX_OK && ingest->commit_every && ++ingest->since_commit == ingest->commit_every)
        status = commit(question, ingest, err);
    return status;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__IngestRequest *request = (const Gramdex__V1__IngestRequest *)message;
    gdx_status status = question->state ? GDX_OK : open_index(question, request, err);
    for (size_t i = 0; i < request->n_documents && status == GDX_OK; i++) {
        status = add(question, request->documents[i], err);
        if (status == GDX_OK)
            status = gdx_stop_check(&question->stop, err);
    }
    if (status != GDX_OK && question->state)
        close_index(question, question->state);
    return status;
}

// ---- the summary

static gdx_status reply_summary(gdx_question *question, const gdx_intake_summary *summary, gdx_error *err) {
    Gramdex__V1__IngestResponse reply = GRAMDEX__V1__INGEST_RESPONSE__INIT;
    struct ingest *ingest = question->state;
    reply.documents = summary->added + summary->replaced;
    reply.replaced = summary->replaced;
    reply.unchanged = summary->unchanged;
    reply.text_bytes = summary->text_bytes;
    reply.commit = summary->commit;
    if (ingest) {
        reply.refused = ingest->refused;
        reply.n_refusals = ingest->kept;
        reply.refusals = ingest->list;
        reply.took_us = (gdx_now_ns() - ingest->start_ns) / 1000;
    }
    return question->reply(question->context, &reply.base, err);
}

static gdx_status finish(gdx_question *question, gdx_error *err) {
    struct ingest *ingest = question->state;
    gdx_intake_summary summary = {0};
    gdx_status status = gdx_stop_check(&question->stop, err); // messages may have been passed over: commit nothing then
    if (status == GDX_OK && ingest) {
        status = commit(question, ingest, err);
        summary = gdx_intake_summary_of(ingest->intake);
    } else if (status == GDX_OK) { // not one message came
        gdx_snapshot *snapshot = collection_snapshot(question->collection);
        summary.commit = gdx_snapshot_commit(snapshot);
        gdx_snapshot_release(snapshot);
    }
    if (ingest)
        close_index(question, ingest); // before the reply: its reader may write again at once
    return status == GDX_OK ? reply_summary(question, &summary, err) : status;
}

const gdx_operation ingest_operation = {.name = "Ingest",
                                        .service = &gramdex__v1__index__descriptor,
                                        .effort = GDX_EFFORT_LONG,
                                        .writes = true,
                                        .requests_stream = true,
                                        .run = run,
                                        .finish = finish,
                                        .close = close_ingest};
