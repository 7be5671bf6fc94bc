// SPDX-License-Identifier: Apache-2.0
// leaf_state.c: Leaf.State: which slice a leaf has, and of which commits. Roots ask it a few times a second.

#include "api.h"

#include <stdio.h>

// Who asks clients are sent to.
static void note_root(gdx_collection *collection, ProtobufCBinaryData root) {
    pthread_mutex_lock(&collection->lock);
    if (root.len)
        snprintf(collection->root, sizeof collection->root, "%.*s", GDX_SLICE_ARGUMENTS(slice_of(root)));
    pthread_mutex_unlock(&collection->lock);
}

static gdx_status fill_commits(gdx_collection *collection, const gdx_snapshot *current, gdx_arena *arena,
                               Gramdex__V1__StateResponse *reply) {
    Gramdex__V1__LeafCommit *all = reply_list(arena, 1 + KEPT_COMMITS_MAX, sizeof *all, &reply->commits);
    if (!all)
        return GDX_NO_MEMORY;
    gramdex__v1__leaf_commit__init(&all[0]);
    all[0].commit = gdx_snapshot_commit(current);
    all[0].manifest = gdx_snapshot_whole_of(current)->manifest;
    reply->n_commits = 1;
    pthread_mutex_lock(&collection->lock);
    for (unsigned i = collection->commits.count; i-- > 0;) {
        const gdx_snapshot *kept = collection->commits.kept[i].snapshot;
        Gramdex__V1__LeafCommit *commit = &all[reply->n_commits++];
        gramdex__v1__leaf_commit__init(commit);
        commit->commit = gdx_snapshot_commit(kept);
        commit->manifest = gdx_snapshot_whole_of(kept)->manifest;
    }
    pthread_mutex_unlock(&collection->lock);
    return GDX_OK;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__StateRequest *request = (const Gramdex__V1__StateRequest *)message;
    Gramdex__V1__StateResponse reply = GRAMDEX__V1__STATE_RESPONSE__INIT;
    gdx_collection *collection = question->collection;
    note_root(collection, request->root);
    gdx_snapshot *snapshot = collection_snapshot(collection);
    const gdx_snapshot_whole *whole = gdx_snapshot_whole_of(snapshot);
    reply.slice = collection->options.slice;
    reply.slices = collection->options.slices;
    reply.documents = whole->documents;
    reply.symbols = whole->symbols;
    reply.segments = whole->segments;
    reply.index_bytes = whole->bytes;
    reply.version = data_of(gdx_slice_of(collection->options.version));
    gdx_status status = fill_commits(collection, snapshot, question->session->arena, &reply);
    gdx_snapshot_release(snapshot);
    return status == GDX_OK ? question->reply(question->context, &reply.base, err) : reply_no_memory(err);
}

const gdx_operation leaf_state_operation = {
    .name = "State", .service = &gramdex__v1__leaf__descriptor, .effort = GDX_EFFORT_SHORT, .run = run};
