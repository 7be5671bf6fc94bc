// SPDX-License-Identifier: Apache-2.0
// serve_figures.c: see serve_figures.h.

#include "serve_figures.h"

#include "gdx/metrics.h"
#include "gdx/text.h"

struct figure {
    const char *name, *type, *help;
    uint64_t value;
};

static gdx_status write_all(gdx_buffer *out, const struct figure *figures, size_t count) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = gdx_metrics_write_figure(out, figures[i].name, figures[i].type, figures[i].help, figures[i].value);
    return status;
}

#define WRITE_ALL(out, figures) write_all(out, figures, sizeof(figures) / sizeof *(figures))

gdx_status serve_figures_write_program(gdx_buffer *out) {
    gdx_status status =
        gdx_buffer_append_format(out,
                                 "# HELP gramdex_build_info The program, and the matching rule of new indexes.\n"
                                 "# TYPE gramdex_build_info gauge\n"
                                 "gramdex_build_info{version=\"%s\",rule=\"%u\"} 1\n",
                                 GRAMDEX_VERSION, (unsigned)gdx_rule_number(gdx_rule_current()));
    return status == GDX_OK ? gdx_metrics_write_process(out) : status;
}

static gdx_status write_server(const gdx_server *server, gdx_work *work, const gdx_collection_figures *index,
                               gdx_buffer *out) {
    gdx_work_figures lanes;
    gdx_work_figures_of(work, &lanes);
    const struct figure figures[] = {
        {"gramdex_queue_depth", "gauge", "Calls that wait for a worker.", gdx_work_waiting(work)},
        {"gramdex_workers", "gauge", "Worker threads.", gdx_work_threads(work)},
        {"gramdex_workers_busy", "gauge", "Workers that have something to do.",
         lanes.lanes[GDX_LANE_SHORT].running + lanes.lanes[GDX_LANE_LONG].running},
        {"gramdex_connections", "gauge", "Open connections.", gdx_server_connection_count(server)},
        {"gramdex_connections_refused_total", "counter", "Connections over the limit, closed as they came.",
         gdx_server_refused_count(server)},
        {"gramdex_calls", "gauge", "Calls under way.", gdx_server_call_count(server)},
        {"gramdex_exports", "gauge", "Scans under way.", index->exports},
        {"gramdex_connection_memory_bytes", "gauge", "Buffers of all connections.", gdx_server_memory(server)},
    };
    return WRITE_ALL(out, figures);
}

static gdx_status write_index(const gdx_collection_figures *index, gdx_buffer *out) {
    const struct figure figures[] = {
        {"gramdex_index_commit", "gauge", "The commit that is served.", index->commit},
        {"gramdex_index_documents", "gauge", "Live documents in it.", index->documents},
        {"gramdex_index_symbols", "gauge", "Symbols of its documents.", index->symbols},
        {"gramdex_index_segments", "gauge", "Segments it has.", index->segments},
        {"gramdex_index_bytes", "gauge", "Bytes of its files.", index->index_bytes},
        {"gramdex_index_commits_kept", "gauge", "Superseded commits held for page tokens.", index->kept_commits},
        {"gramdex_index_refreshes_total", "counter", "New manifests opened.", index->refreshes},
        {"gramdex_index_refresh_failures_total", "counter", "Looks for a new commit that failed.",
         index->refresh_failures},
        {"gramdex_index_refresh_failing", "gauge", "1 while a new commit cannot be opened.",
         index->refresh_error.status != GDX_OK},
        {"gramdex_index_bad_segments", "gauge", "Segments that cannot be read, in whole or in part.",
         index->bad_segments},
        {"gramdex_scrub_pages_total", "counter", "Pages that were verified again.", index->scrubbed_pages},
        {"gramdex_scrub_failures_total", "counter", "Pages of them that were damaged.", index->scrub_failures},
        {"gramdex_scrub_rounds_total", "counter", "Times that all were.", index->scrub_rounds},
        {"gramdex_index_repairs_total", "counter", "Bad segments that were opened again from a good file.",
         index->repairs},
    };
    return WRITE_ALL(out, figures);
}

// What a root has none of: files, documents that come in, titles that are read.
static gdx_status write_files(const gdx_collection_figures *index, gdx_buffer *out) {
    const gdx_collection_work *work = &index->work;
    const struct figure figures[] = {
        {"gramdex_index_compact_segments", "gauge", "Segments whose lists hold blocks.", index->compact_segments},
        {"gramdex_index_commit_time_seconds", "gauge", "When the manifest that is served was written here.",
         index->commit_time},
        {"gramdex_index_disk_free_bytes", "gauge", "Free on the file system of the index.", index->disk_free_bytes},
        {"gramdex_index_disk_bytes", "gauge", "What it holds in all.", index->disk_bytes},
        {"gramdex_store_cache_hits_total", "counter", "Blocks of titles and metadata that a worker had.",
         index->store_hits},
        {"gramdex_store_cache_misses_total", "counter", "Those that it had to decompress.", index->store_misses},
        {"gramdex_ingest_documents_total", "counter", "Documents that Ingest committed, new and replaced.",
         work->documents},
        {"gramdex_ingest_refused_total", "counter", "Documents that it refused.", work->refused},
        {"gramdex_ingest_bytes_total", "counter", "Bytes of titles and texts that it took.", work->bytes},
        {"gramdex_ingest_commits_total", "counter", "Commits that it made.", work->commits},
        {"gramdex_merges_running", "gauge", "Calls of Ingest that merge now.", index->merging},
        {"gramdex_merges_total", "counter", "Segments that merges have written.", work->merged_segments},
        {"gramdex_merge_bytes_total", "counter", "Their bytes.", work->merged_bytes},
    };
    gdx_status status = WRITE_ALL(out, figures);
    return status == GDX_OK
               ? gdx_metrics_write_seconds(out, "gramdex_merge_seconds_total", "counter",
                                           "Time that Ingest took to merge.", (double)work->merging_ns / 1e9)
               : status;
}

gdx_status serve_figures_write(const gdx_server *server, gdx_work *work, gdx_engine *engine, gdx_buffer *out) {
    gdx_collection_figures index;
    gdx_engine_figures_of(engine, &index);
    gdx_status status = write_server(server, work, &index, out);
    if (status == GDX_OK)
        status = write_index(&index, out);
    return status == GDX_OK && !gdx_engine_is_root(engine) ? write_files(&index, out) : status;
}
