// SPDX-License-Identifier: Apache-2.0
// leaf.c: what the operations of the service Leaf share: a question within a question. The inner one is of an operation
// of Search, sees the commit that the root has pinned, and says beside its reply what the root needs to add it up.

#include "leaf.h"

#include <inttypes.h>
#include <stdio.h>

// ---- facts

static gdx_status add_facts(struct leaf_asked *leaf, gdx_arena *arena, size_t count, Gramdex__V1__NoteFact **out) {
    Gramdex__V1__AskResponse *response = leaf->response;
    Gramdex__V1__NoteFact **list = gdx_arena_allocate(arena, (response->n_facts + count) * sizeof *list + 1);
    Gramdex__V1__NoteFact *all = gdx_arena_allocate(arena, count * sizeof *all + 1);
    if (!list || !all)
        return GDX_NO_MEMORY;
    if (response->n_facts)
        memcpy(list, response->facts, response->n_facts * sizeof *list);
    for (size_t i = 0; i < count; i++) {
        gramdex__v1__note_fact__init(&all[i]);
        all[i].query = leaf->queries;
        list[response->n_facts + i] = &all[i];
    }
    response->facts = list;
    response->n_facts += count;
    leaf->queries++;
    *out = all;
    return GDX_OK;
}

// The query may be gone when the response leaves.
static gdx_status keep(gdx_arena *arena, gdx_slice text, ProtobufCBinaryData *out) {
    gdx_slice kept = {"", 0};
    gdx_status status = text.bytes ? gdx_arena_copy(arena, text, &kept) : GDX_OK;
    *out = data_of(kept);
    return status;
}

static gdx_status fill_key(gdx_arena *arena, const gdx_key_use *use, Gramdex__V1__NoteFact *out) {
    out->without = use->without;
    out->segments = use->segments;
    out->declared = use->is_declared;
    return keep(arena, use->key, &out->key);
}

static gdx_status fill_fact(gdx_arena *arena, const gdx_note_fact *fact, Gramdex__V1__NoteFact *out) {
    gdx_status status = keep(arena, fact->text, &out->text);
    out->absent = fact->is_absent;
    if (status == GDX_OK)
        status = keep(arena, fact->source, &out->source);
    return status == GDX_OK && fact->key.key.bytes ? fill_key(arena, &fact->key, out) : status;
}

static gdx_status fill_sources(const gdx_note_facts *facts, gdx_arena *arena, Gramdex__V1__AskResponse *response) {
    ProtobufCBinaryData *sources = gdx_arena_allocate(arena, facts->source_count * sizeof *sources + 1);
    if (!sources)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < facts->source_count; i++)
        sources[i] = data_of(facts->sources[i]);
    if (facts->source_count) { // of the first query that needs them: they are those of the slice
        response->sources = sources;
        response->n_sources = facts->source_count;
    }
    response->more_sources |= facts->has_more_sources;
    return GDX_OK;
}

gdx_status leaf_say(const gdx_question *question, const gdx_query *query, gdx_snapshot *snapshot, gdx_error *err) {
    gdx_arena *arena = question->session->arena;
    struct leaf_asked *leaf = question->leaf;
    Gramdex__V1__NoteFact *all = NULL;
    gdx_note_facts facts;
    gdx_status status = gdx_query_note_facts(query, snapshot, arena, &facts, err);
    if (status != GDX_OK)
        return status;
    if (add_facts(leaf, arena, facts.count, &all) != GDX_OK || fill_sources(&facts, arena, leaf->response) != GDX_OK)
        return reply_no_memory(err);
    for (size_t i = 0; i < facts.count; i++)
        if (fill_fact(arena, &facts.facts[i], &all[i]) != GDX_OK)
            return reply_no_memory(err);
    return GDX_OK;
}

gdx_status leaf_say_key(const gdx_question *question, const gdx_key_use *use, gdx_error *err) {
    Gramdex__V1__NoteFact *fact = NULL;
    gdx_arena *arena = question->session->arena;
    if (add_facts(question->leaf, arena, 1, &fact) != GDX_OK || fill_key(arena, use, fact) != GDX_OK)
        return reply_no_memory(err);
    return GDX_OK;
}

// ---- the question

static gdx_status take(void *context, const ProtobufCMessage *reply, gdx_error *err) {
    struct leaf_question *leaf = context;
    gdx_arena *arena = leaf->asked.session->arena;
    size_t bytes = protobuf_c_message_get_packed_size(reply);
    uint8_t *packed = gdx_arena_allocate(arena, bytes + 1);
    if (!packed)
        return reply_no_memory(err);
    protobuf_c_message_pack(reply, packed);
    leaf->response.reply = (ProtobufCBinaryData){bytes, packed};
    return GDX_OK;
}

static const gdx_operation *operation_of(const Gramdex__V1__AskRequest *request, bool streams) {
    char name[32];
    snprintf(name, sizeof name, "%.*s", GDX_SLICE_ARGUMENTS(slice_of(request->method)));
    const gdx_operation *operation = gdx_operation_find(&gramdex__v1__search__descriptor, name);
    return operation && operation->merge && operation->replies_stream == streams ? operation : NULL;
}

// Nothing but this question needs them to agree: who names no alias is answered.
static gdx_status check_aliases(gdx_collection *collection, uint64_t expected, gdx_error *err) {
    GDX_AUTO(gdx_aliases) aliases = collection_aliases(collection);
    if (expected == 0 || gdx_aliases_checksum(aliases) == expected)
        return GDX_OK;
    return gdx_fail(err, GDX_PRECONDITION, "this leaf has other aliases than its root: give both the same file");
}

static gdx_status find_commit(gdx_collection *collection, const Gramdex__V1__AskRequest *request, gdx_snapshot **out,
                              gdx_error *err) {
    uint32_t slice = collection->options.slice, slices = collection->options.slices;
    uint64_t commit = request->commit ? request->commit->commit : 0;
    uint64_t manifest = request->commit ? request->commit->manifest : 0;
    if (request->slice != slice || request->slices != slices)
        return gdx_fail_reason(err, GDX_PRECONDITION, GDX_REASON_COMMIT_UNKNOWN,
                               "this leaf has slice %u of %u, not %u of %u", slice, slices, request->slice,
                               request->slices);
    *out = collection_snapshot_of(collection, commit, manifest);
    return *out ? GDX_OK
                : gdx_fail_reason(err, GDX_PRECONDITION, GDX_REASON_COMMIT_UNKNOWN,
                                  "this leaf does not hold commit %" PRIu64 " with the manifest %016" PRIx64, commit,
                                  manifest);
}

// The request is copied, for a stream outlives the message.
static gdx_status copy_request(const Gramdex__V1__AskRequest *request, Gramdex__V1__AskRequest **out) {
    size_t bytes = gramdex__v1__ask_request__get_packed_size(request);
    gdx_buffer packed = {0};
    gdx_status status = gdx_buffer_reserve(&packed, bytes + 1);
    if (status == GDX_OK)
        *out =
            gramdex__v1__ask_request__unpack(NULL, gramdex__v1__ask_request__pack(request, packed.data), packed.data);
    gdx_buffer_clear(&packed);
    return *out ? status : GDX_NO_MEMORY;
}

gdx_status leaf_open(const gdx_question *outer, const Gramdex__V1__AskRequest *request, bool streams,
                     struct leaf_question *out, gdx_error *err) {
    const gdx_operation *operation = operation_of(request, streams);
    gramdex__v1__ask_response__init(&out->response);
    if (!operation)
        return gdx_fail_field(err, "method", GDX_REASON_OUT_OF_RANGE, "expected a method that roots answer");
    gdx_status status = find_commit(outer->collection, request, &out->leaf.snapshot, err);
    if (status == GDX_OK)
        status = check_aliases(outer->collection, request->aliases, err);
    if (status == GDX_OK && copy_request(request, &out->question) != GDX_OK)
        status = reply_no_memory(err);
    if (status == GDX_OK)
        out->request = protobuf_c_message_unpack(operation->request, NULL, request->request.len, request->request.data);
    if (status == GDX_OK && !out->request)
        status = gdx_fail_field(err, "request", GDX_REASON_OUT_OF_RANGE, "it is no %s", operation->request->name);
    out->leaf.request = out->question;
    out->leaf.response = &out->response;
    out->asked = *outer;
    out->asked.operation = operation;
    out->asked.reply = take;
    out->asked.context = out;
    out->asked.state = NULL;
    out->asked.leaf = &out->leaf;
    return status;
}

void leaf_step(struct leaf_question *leaf, const gdx_question *outer) {
    gramdex__v1__ask_response__init(&leaf->response);
    leaf->response.commit = leaf->question->commit;
    leaf->response.slice = leaf->question->slice;
    leaf->response.slices = leaf->question->slices;
    leaf->leaf.queries = 0;
    leaf->asked.session = outer->session;
    leaf->asked.stop = outer->stop;
    leaf->asked.may_decline = outer->may_decline;
    leaf->asked.has_declined = false;
}

void leaf_close(struct leaf_question *leaf) {
    if (leaf->asked.state)
        leaf->asked.operation->close(&leaf->asked);
    if (leaf->request)
        protobuf_c_message_free_unpacked(leaf->request, NULL);
    if (leaf->question)
        gramdex__v1__ask_request__free_unpacked(leaf->question, NULL);
    gdx_snapshot_release(leaf->leaf.snapshot);
    *leaf = (struct leaf_question){0};
}
