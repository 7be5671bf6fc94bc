// SPDX-License-Identifier: Apache-2.0
// finish.c: what a batch does when all slabs are read, or enough of them for a commit. Relies on state.h.

#include "state.h"

#include "gdx/base_folder.h"

gdx_status batch_merge_on_worker(struct batch *batch, gdx_error *err) {
    gdx_merge_options merge = {
        .level = batch->options.level, .inverter_bytes = batch->budget.inverter_bytes, .stop = batch->options.stop};
    uint64_t start = gdx_now_ns();
    gdx_status status = gdx_executor_new(batch->budget.merge_threads, &merge.executor, err);
    if (status == GDX_OK)
        status = gdx_index_writer_merge(batch->writer, &merge, NULL, err);
    gdx_executor_free(merge.executor);
    batch->summary->merge_ns = gdx_now_ns() - start;
    return status;
}

// What has been read and is not in a segment yet.
static gdx_status build_rest_on_worker(struct batch *batch, gdx_error *err) {
    struct building *building = &batch->building;
    struct built built = {0};
    struct builder *builder = builder_team_take(building->team, err);
    if (!builder)
        return err->status;
    gdx_status status = building->assembly
                            ? builder_build_runs(builder, &built, assembly_close(building->assembly), err)
                            : builder_end(builder, &built, err);
    if (status != GDX_OK)
        builder_abandon(builder);
    builder_team_give(building->team, builder);
    ledger_count(&building->ledger, &built.counts);
    return status;
}

// What the other index has as it is, to whom counts it.
static gdx_status report_unchanged(const struct batch *batch, gdx_error *err) {
    const gdx_batch_shard *shard = &batch->options.shard;
    const struct seen *seen = &batch->building.seen;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < gdx_snapshot_segment_count(seen->snapshot) && status == GDX_OK; i++) {
        const gdx_segment *segment = gdx_snapshot_segment(seen->snapshot, i)->segment;
        for (size_t d = seen->first[i]; d < seen->first[i + 1] && status == GDX_OK; d++) {
            uint64_t order = atomic_load_explicit(&seen->orders[d], memory_order_relaxed);
            gdx_slice id = {"", 0};
            if (order == 0 || order == UINT64_MAX) // not met; or a later record of the run replaces it
                continue;
            status = gdx_segment_id(segment, (uint32_t)(d - seen->first[i]), &id, err);
            if (status == GDX_OK)
                status = shard->on_unchanged(shard->context, id, err);
        }
        gdx_segment_forget(segment);
    }
    return status;
}

gdx_status batch_commit_on_worker(struct batch *batch, bool is_last, gdx_error *err) {
    const struct building *building = &batch->building;
    const struct resolution resolution = {
        .writer = batch->writer,
        .spans = &building->spans,
        .refused = &building->ledger.refusals,
        .seen = &building->seen,
        .is_seen_elsewhere = batch->options.shard.unless != NULL,
        .pruned = is_last && batch->options.prune ? &batch->listing.inputs : NULL,
        .prune_limit = batch->options.prune_limit,
        .notes = &batch->listing.refusals,
        .summary = batch->summary,
    };
    gdx_status status = build_rest_on_worker(batch, err);
    if (status != GDX_OK)
        return status;
    if (is_last) { // all slabs are built: their memory is for what comes now
        builder_team_free(batch->building.team);
        batch->building.team = NULL;
    }
    status = resolve(&resolution, err);
    if (status == GDX_OK && batch->options.shard.on_unchanged)
        status = report_unchanged(batch, err);
    if (status == GDX_OK && batch->options.base)
        status =
            gdx_base_folder_keep(gdx_index_writer_directory(batch->writer), gdx_slice_of(batch->options.base), err);
    if (status == GDX_OK)
        status = gdx_index_writer_commit(batch->writer, err);
    spans_restart(&batch->building.spans);
    return status;
}
