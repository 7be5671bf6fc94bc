// SPDX-License-Identifier: Apache-2.0
// merge.c: merges what policy.c or canonical.c asks for, one after the other, each its own commit of the same number:
// the documents stay the same. A merge that is stopped or fails costs only itself; those before it stand.

#include "merge.h"
#include "clean.h"
#include "policy.h"

#include "gdx/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

static struct merge_figures figures_of(const gdx_live_segment *live) {
    const gdx_segment_info *info = gdx_segment_info_of(live->segment);
    uint64_t positions = info->position_count - live->deleted_symbols - 2 * (uint64_t)live->deleted_count;
    return (struct merge_figures){
        .live_bytes = (uint64_t)((double)info->bytes * ((double)positions / (double)info->position_count)),
        .live_positions = positions,
        .document_count = info->document_count,
        .deleted_count = live->deleted_count,
    };
}

// The first segment without a column of a declared key, or of another shape than the index.
static gdx_status find_outdated(const gdx_index_writer *writer, size_t *out_first, size_t *out_count, gdx_error *err) {
    const gdx_snapshot *snapshot = writer->snapshot;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < snapshot->count && status == GDX_OK; i++) {
        bool has_all = true;
        status = gdx_segment_has_keys(snapshot->segments[i].live.segment, &snapshot->keys, &has_all, err);
        bool has_shape = gdx_segment_shape(snapshot->segments[i].live.segment) == snapshot->shape;
        if (status != GDX_OK || (has_all && has_shape))
            continue;
        *out_first = i;
        *out_count = 1;
        return GDX_OK;
    }
    return status;
}

static gdx_status plan(const gdx_index_writer *writer, bool to_one, size_t *out_first, size_t *out_count,
                       gdx_error *err) {
    const gdx_snapshot *snapshot = writer->snapshot;
    *out_count = 0;
    *out_first = 0;
    if (snapshot->count == 0)
        return GDX_OK;
    struct merge_figures *figures = malloc(snapshot->count * sizeof *figures);
    if (!figures)
        return gdx_fail_at(err, GDX_NO_MEMORY, writer->directory, "no memory to plan a merge");
    for (size_t i = 0; i < snapshot->count; i++)
        figures[i] = figures_of(&snapshot->segments[i].live);
    bool found = to_one ? merge_to_one(figures, snapshot->count, out_first, out_count)
                        : merge_by_policy(figures, snapshot->count, out_first, out_count);
    if (!found)
        *out_count = 0;
    free(figures);
    return found ? GDX_OK : find_outdated(writer, out_first, out_count, err);
}

gdx_status merge_write(const gdx_index_writer *writer, const gdx_merge_options *options, const gdx_merge_input *inputs,
                       size_t count, uint64_t documents, gdx_segment_info *out, gdx_error *err) {
    const gdx_segment_merge_options merge = {
        .directory = writer->directory,
        .tag = GDX_MERGE_TAG,
        .level = options->level,
        .keeps_ranges = !options->canonical,
        .shape = writer->snapshot->shape,
        .inverter_bytes = options->inverter_bytes,
        .keys = &writer->snapshot->keys,
        .executor = options->executor,
        .stop = &options->stop,
    };
    gdx_status status = gdx_segment_merge(&merge, inputs, count, out, err);
    if (status == GDX_OK && out->document_count != documents)
        status = gdx_fail_at(err, GDX_INTERNAL, writer->directory, "a merge of %" PRIu64 " documents made %" PRIu32,
                             documents, out->document_count);
    if (status == GDX_OK && options->counts) {
        options->counts->segments++;
        options->counts->bytes += out->bytes;
    }
    return status;
}

void merge_discard(const gdx_index_writer *writer, uint64_t name) {
    if (writer->state != WRITER_BROKEN && !snapshot_has_segment(writer->snapshot, name))
        directory_remove_segment(writer->directory, name);
}

// Writes the merged segment.
static gdx_status write_merged(const gdx_index_writer *writer, const gdx_merge_options *options, size_t first,
                               size_t count, gdx_segment_info *out, gdx_error *err) {
    gdx_merge_input *inputs = malloc(count * sizeof *inputs);
    if (!inputs)
        return gdx_fail_at(err, GDX_NO_MEMORY, writer->directory, "no memory to merge %zu segments", count);
    uint64_t documents = 0;
    for (size_t i = 0; i < count; i++) {
        const gdx_live_segment *live = &writer->snapshot->segments[first + i].live;
        inputs[i] = (gdx_merge_input){live->segment, live->deleted};
        documents += gdx_segment_info_of(live->segment)->document_count - live->deleted_count;
    }
    gdx_status status = merge_write(writer, options, inputs, count, documents, out, err);
    free(inputs);
    return status;
}

// The last commit with segments [first, first + count) replaced by `merged`.
static gdx_status make_manifest(const gdx_index_writer *writer, size_t first, size_t count,
                                const gdx_segment_info *merged, struct manifest *out, gdx_error *err) {
    const gdx_snapshot *snapshot = writer->snapshot;
    gdx_status status = GDX_OK;
    *out = snapshot_manifest(snapshot);
    for (size_t i = 0; status == GDX_OK && i < snapshot->count; i++) {
        struct manifest_segment record = snapshot_record(snapshot, i);
        if (i == first)
            record = (struct manifest_segment){.info = *merged};
        if (i <= first || i >= first + count)
            status = manifest_append(out, &record);
    }
    if (status != GDX_OK)
        return gdx_fail_at(err, status, writer->directory, "no memory to commit a merge");
    return manifest_check_names(writer->directory, out, err);
}

static gdx_status merge_range(gdx_index_writer *writer, const gdx_merge_options *options, size_t first, size_t count,
                              gdx_error *err) {
    gdx_segment_info merged;
    struct manifest next = {0};
    assert(writer->state == WRITER_COMMITTED); // a manifest of the last commit's segments would drop what is pending
    gdx_status status = write_merged(writer, options, first, count, &merged, err);
    if (status != GDX_OK)
        return status;
    status = make_manifest(writer, first, count, &merged, &next, err);
    if (status == GDX_OK)
        status = writer_publish(writer, &next, NULL, 0, err);
    if (status != GDX_OK)
        merge_discard(writer, merged.name);
    manifest_clear(&next);
    return status;
}

// The next merge that is due, if any. *out_count: segments that went in; 0: none was due.
static gdx_status merge_next(gdx_index_writer *writer, const gdx_merge_options *options, size_t *out_count,
                             gdx_error *err) {
    size_t first;
    if (options->canonical)
        return merge_canonical_step(writer, options, out_count, err);
    gdx_status status = plan(writer, options->to_one, &first, out_count, err);
    return status == GDX_OK && *out_count ? merge_range(writer, options, first, *out_count, err) : status;
}

gdx_status gdx_index_writer_merge(gdx_index_writer *writer, const gdx_merge_options *options, size_t *out_merged,
                                  gdx_error *err) {
    size_t merged = 0, count = 1;
    gdx_status status = gdx_index_writer_commit(writer, err);
    while (status == GDX_OK && count) {
        status = merge_next(writer, options, &count, err);
        merged += count;
    }
    if (status == GDX_OK && out_merged)
        *out_merged = merged;
    return status;
}
