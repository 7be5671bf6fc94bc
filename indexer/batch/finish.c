// SPDX-License-Identifier: Apache-2.0
// finish.c: what a batch does when all slabs are read, or enough of them for a commit. Relies on state.h.

#include "state.h"

#include "gdx/base_folder.h"

gdx_status batch_merge_on_worker(struct batch *batch, gdx_error *err) {
    gdx_merge_options merge = {.level = batch->options.level, .stop = batch->options.stop};
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

gdx_status batch_commit_on_worker(struct batch *batch, bool is_last, gdx_error *err) {
    const struct building *building = &batch->building;
    const struct resolution resolution = {
        .writer = batch->writer,
        .spans = &building->spans,
        .refused = &building->ledger.refusals,
        .seen = &building->seen,
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
    if (status == GDX_OK && batch->options.base)
        status =
            gdx_base_folder_keep(gdx_index_writer_directory(batch->writer), gdx_slice_of(batch->options.base), err);
    if (status == GDX_OK)
        status = gdx_index_writer_commit(batch->writer, err);
    spans_restart(&batch->building.spans);
    return status;
}
