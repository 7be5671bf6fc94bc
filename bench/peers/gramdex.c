// SPDX-License-Identifier: Apache-2.0
// gramdex.c: gramdex itself, measured by the same frame: what `gramdex index` and `gramdex count` do, syncing and the
// merge policy included.

#include "peer.h"

#include "gdx/batch.h"
#include "gdx/index.h"
#include "gdx/query.h"
#include "gdx/text.h"

#include <stdio.h>
#include <stdlib.h>

static bool build_file(const char *input, const char *directory, unsigned threads, struct peer_message *message) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_error err = {0};
    gdx_batch_summary summary;
    gdx_batch_options options = {.threads = threads, .merge = true};
    gdx_batch_keep_freed_buffers(&options);
    gdx_status status = gdx_index_writer_open(directory, &writer, &err);
    if (status == GDX_OK)
        status = gdx_batch_run(writer, &input, 1, &options, &summary, &err);
    if (status == GDX_OK && summary.refused > 0)
        status = gdx_fail(&err, GDX_INVALID, "%s: records were refused, a benchmark takes all", input);
    snprintf(message->text, sizeof message->text, "%s", err.message);
    return status == GDX_OK;
}

struct opened {
    gdx_index *index;
    gdx_snapshot *snapshot;
    gdx_searcher *searcher;
    gdx_buffer query;
};

static void close_index(void *given) {
    struct opened *opened = given;
    gdx_snapshot_release(opened->snapshot);
    gdx_searcher_free(opened->searcher);
    if (opened->index)
        gdx_index_close(opened->index);
    gdx_buffer_clear(&opened->query);
    free(opened);
}

static void *open_index(const char *input, const char *directory, struct peer_message *message) {
    (void)input;
    gdx_error err = {0};
    struct opened *opened = calloc(1, sizeof *opened);
    if (!opened)
        return NULL;
    opened->searcher = gdx_searcher_new();
    if (opened->searcher && gdx_index_open(directory, &opened->index, &err) == GDX_OK) {
        opened->snapshot = gdx_index_snapshot(opened->index);
        return opened;
    }
    snprintf(message->text, sizeof message->text, "%s", err.message);
    close_index(opened);
    return NULL;
}

static gdx_status quote(gdx_buffer *query, struct peer_text phrase) {
    query->bytes = 0;
    gdx_status status = gdx_buffer_reserve(query, 2 * phrase.bytes + 2);
    if (status != GDX_OK)
        return status;
    query->data[query->bytes++] = '"';
    for (size_t i = 0; i < phrase.bytes; i++) {
        if (phrase.data[i] == '"' || phrase.data[i] == '\\')
            query->data[query->bytes++] = '\\';
        query->data[query->bytes++] = (uint8_t)phrase.data[i];
    }
    query->data[query->bytes++] = '"';
    return GDX_OK;
}

static int64_t count(void *given, struct peer_text phrase, struct peer_message *message) {
    struct opened *opened = given;
    GDX_AUTO(gdx_query) query = NULL;
    gdx_error err = {0};
    gdx_stop stop = {0};
    gdx_totals totals = {0};
    gdx_status status = quote(&opened->query, phrase);
    if (status == GDX_OK)
        status = gdx_query_parse(gdx_rule_current(), gdx_buffer_slice(&opened->query), &query, &err);
    if (status == GDX_OK)
        status = gdx_count(opened->searcher, opened->snapshot, query, &stop, &totals, &err);
    snprintf(message->text, sizeof message->text, "%s", err.message);
    return status == GDX_OK ? (int64_t)totals.documents : PEER_FAILED;
}

const struct peer peer = {.name = "gramdex",
                          .version = "this commit",
                          .build_file = build_file,
                          .open = open_index,
                          .count = count,
                          .close = close_index};
