// SPDX-License-Identifier: Apache-2.0
// batch_get.c: Search.BatchGet: several documents as they were stored, as many as one answer should hold.

#include "gather.h"
#include "get.h"

enum { IDS_MOST = 1000, ANSWER_BYTES = 2 << 20 };

static gdx_status check_ids(const Gramdex__V1__BatchGetRequest *request, gdx_error *err) {
    if (request->n_ids < 1 || request->n_ids > IDS_MOST)
        return gdx_fail_field(err, "ids", GDX_REASON_OUT_OF_RANGE, "%zu ids, expected 1 to %d", request->n_ids,
                              IDS_MOST);
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < request->n_ids && status == GDX_OK; i++)
        status = request_id("ids", request->ids[i], err);
    return status;
}

static gdx_status copy_places(gdx_arena *arena, size_t *bytes, Gramdex__V1__Place *const *places, size_t count) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        gdx_slice name;
        status = gdx_arena_copy(arena, slice_of(places[i]->name), &name);
        places[i]->name = data_of(name);
        *bytes += name.bytes + sizeof *places[i];
    }
    return status;
}

// The reader's memory is used again for the next document, so each is copied, texts of parts and names of places too.
static gdx_status copy_parts(gdx_arena *arena, size_t *bytes, Gramdex__V1__Document *document) {
    gdx_status status = copy_places(arena, bytes, document->places, document->n_places);
    for (size_t i = 0; i < document->n_parts && status == GDX_OK; i++) {
        Gramdex__V1__DocumentPart *part = document->parts[i];
        gdx_slice text;
        status = gdx_arena_copy(arena, slice_of(part->text), &text);
        if (status != GDX_OK)
            break;
        part->text = data_of(text);
        *bytes += text.bytes + sizeof *part;
        status = copy_places(arena, bytes, part->places, part->n_places);
    }
    return status;
}

static gdx_status copy_document(gdx_arena *arena, gdx_document *document) {
    gdx_slice *const texts[] = {&document->id,   &document->title,    &document->source,
                                &document->text, &document->metadata, &document->origin};
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && status == GDX_OK; i++)
        status = gdx_arena_copy(arena, *texts[i], texts[i]);
    return status;
}

static gdx_status add(gdx_question *question, const gdx_snapshot *snapshot, ProtobufCBinaryData id,
                      Gramdex__V1__BatchGetResponse *reply, size_t *bytes, gdx_error *err) {
    gdx_arena *arena = question->session->arena;
    gdx_document document;
    bool has = false;
    gdx_status status = get_read(question, snapshot, slice_of(id), &document, &has, err);
    if (status != GDX_OK)
        return status;
    if (!has) {
        reply->missing[reply->n_missing++] = id;
        return GDX_OK;
    }
    if (copy_document(arena, &document) != GDX_OK ||
        reply_document(arena, &document, reply->documents[reply->n_documents]) != GDX_OK ||
        copy_parts(arena, bytes, reply->documents[reply->n_documents]) != GDX_OK)
        return reply_no_memory(err);
    reply->n_documents++;
    *bytes += document.text.bytes + document.title.bytes + document.metadata.bytes;
    return GDX_OK;
}

static gdx_status fill(gdx_question *question, const gdx_snapshot *snapshot,
                       const Gramdex__V1__BatchGetRequest *request, Gramdex__V1__BatchGetResponse *reply,
                       gdx_error *err) {
    gdx_arena *arena = question->session->arena;
    size_t bytes = 0, at = 0;
    reply->missing = gdx_arena_allocate(arena, request->n_ids * sizeof *reply->missing);
    if (!reply->missing || !reply_list(arena, request->n_ids, sizeof(Gramdex__V1__Document), &reply->documents))
        return reply_no_memory(err);
    gdx_status status = GDX_OK;
    for (; at < request->n_ids && bytes < ANSWER_BYTES && status == GDX_OK; at++) {
        status = gdx_stop_check(&question->stop, err);
        if (status == GDX_OK)
            status = add(question, snapshot, request->ids[at], reply, &bytes, err);
    }
    reply->remaining = request->ids + at;
    reply->n_remaining = request->n_ids - at;
    return status;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__BatchGetRequest *request = (const Gramdex__V1__BatchGetRequest *)message;
    Gramdex__V1__BatchGetResponse reply = GRAMDEX__V1__BATCH_GET_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    gdx_snapshot *snapshot = NULL;
    gdx_status status = check_ids(request, err);
    if (status == GDX_OK)
        status = request_unfiltered(question, request->scope, &snapshot, err);
    if (status != GDX_OK)
        return status;
    status = fill(question, snapshot, request, &reply, err);
    reply_answer(question, gdx_snapshot_commit(snapshot), &answer);
    gdx_snapshot_release(snapshot);
    reply.answer = &answer;
    return status == GDX_OK ? question->reply(question->context, &reply.base, err) : status;
}

// ---- at a root

static size_t place_bytes(Gramdex__V1__Place *const *places, size_t count) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += places[i]->name.len + sizeof *places[i];
    return bytes;
}

// As `add` counts it, so that an answer ends where that of one index does.
static size_t bytes_of(const Gramdex__V1__Document *document) {
    size_t bytes = document->text.len + document->title.len + document->metadata.len +
                   place_bytes(document->places, document->n_places);
    for (size_t i = 0; i < document->n_parts; i++)
        bytes += document->parts[i]->text.len + sizeof *document->parts[i] +
                 place_bytes(document->parts[i]->places, document->parts[i]->n_places);
    return bytes;
}

static bool is_next(const ProtobufCBinaryData *id, const ProtobufCBinaryData *list, size_t at, size_t count) {
    return at < count && gdx_slice_equal(slice_of(*id), slice_of(list[at]));
}

// Each id is that of its next document, or the next that it misses; from some id on all of them remain.
static gdx_status check(const struct slice_reply *slice, gdx_error *err) {
    const Gramdex__V1__BatchGetRequest *request = (const Gramdex__V1__BatchGetRequest *)slice->request;
    const Gramdex__V1__BatchGetResponse *reply = slice->reply;
    size_t documents = 0, missing = 0, remaining = 0;
    for (size_t i = 0; i < request->n_ids; i++) {
        const ProtobufCBinaryData *id = &request->ids[i];
        if (!remaining && documents < reply->n_documents && is_next(id, &reply->documents[documents]->id, 0, 1))
            documents++;
        else if (!remaining && is_next(id, reply->missing, missing, reply->n_missing))
            missing++;
        else if (is_next(id, reply->remaining, remaining, reply->n_remaining))
            remaining++;
        else
            return gdx_fail(err, GDX_CORRUPT, "id %zu is neither there nor missing", i);
    }
    if (documents == reply->n_documents && missing == reply->n_missing && remaining == reply->n_remaining)
        return GDX_OK;
    return gdx_fail(err, GDX_CORRUPT, "documents that were not asked for");
}

// A slice gives documents in the order of ids, too; so each one's next is compared.
static Gramdex__V1__Document *take(const struct gathered *gathered, size_t *at, ProtobufCBinaryData id) {
    for (uint32_t i = 0; i < gathered->pin.slices; i++) {
        const Gramdex__V1__BatchGetResponse *slice = gather_reply(gathered, i);
        if (slice && at[i] < slice->n_documents && gdx_slice_equal(slice_of(slice->documents[at[i]]->id), slice_of(id)))
            return slice->documents[at[i]++];
    }
    return NULL;
}

// The slice's own answer is full before the root's is.
static gdx_status check_reach(const struct gathered *gathered, size_t ids, gdx_error *err) {
    for (uint32_t i = 0; i < gathered->pin.slices; i++) {
        const Gramdex__V1__BatchGetResponse *slice = gather_reply(gathered, i);
        if (slice && slice->n_documents + slice->n_missing < ids)
            return gdx_fail(err, GDX_CORRUPT, "slice %u: the leaf's answer leaves out ids that it has room for", i);
    }
    return GDX_OK;
}

static gdx_status merge_documents(const struct gathered *gathered, const Gramdex__V1__BatchGetRequest *request,
                                  Gramdex__V1__BatchGetResponse *reply, gdx_error *err) {
    gdx_arena *arena = gathered->question->session->arena;
    size_t *at = gdx_arena_allocate(arena, gathered->pin.slices * sizeof *at + 1);
    size_t bytes = 0, id = 0;
    reply->missing = gdx_arena_allocate(arena, request->n_ids * sizeof *reply->missing);
    reply->documents = gdx_arena_allocate(arena, request->n_ids * sizeof(Gramdex__V1__Document *));
    if (!at || !reply->missing || !reply->documents)
        return reply_no_memory(err);
    memset(at, 0, gathered->pin.slices * sizeof *at);
    for (; id < request->n_ids && bytes < ANSWER_BYTES; id++) {
        Gramdex__V1__Document *document = take(gathered, at, request->ids[id]);
        if (document) {
            reply->documents[reply->n_documents++] = document;
            bytes += bytes_of(document);
        } else if (gather_missing(gathered)) {
            return gdx_error_pass(err, gather_missing(gathered));
        } else {
            reply->missing[reply->n_missing++] = request->ids[id];
        }
    }
    reply->remaining = request->ids + id;
    reply->n_remaining = request->n_ids - id;
    return check_reach(gathered, id, err);
}

static gdx_status merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    Gramdex__V1__BatchGetResponse reply = GRAMDEX__V1__BATCH_GET_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    struct gathered gathered;
    gdx_status status = gather_all(question, message, &gathered, err);
    if (status == GDX_OK)
        status = merge_documents(&gathered, (const Gramdex__V1__BatchGetRequest *)message, &reply, err);
    reply_answer(question, gathered.pin.commit, &answer);
    reply.answer = &answer;
    if (status == GDX_OK)
        status = question->reply(question->context, &reply.base, err);
    gather_close(&gathered);
    return status;
}

const gdx_operation batch_get_operation = {.name = "BatchGet",
                                           .service = &gramdex__v1__search__descriptor,
                                           .effort = GDX_EFFORT_SHORT,
                                           .run = run,
                                           .finds = true,
                                           .merge = merge,
                                           .check = check};
