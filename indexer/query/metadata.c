// SPDX-License-Identifier: Apache-2.0
// metadata.c: see metadata.h. A key that the index declares has a column of numbers in each segment. Without one (the
// key is not declared, or was after the segment was written) the stored metadata of each document is read, so that the
// answer is the same.

#include "metadata.h"

gdx_status query_metadata_open(query_run *run, const query_segment *segment, const query_node *node,
                               query_metadata *out, gdx_error *err) {
    *out = (query_metadata){.node = node};
    gdx_slice key = gdx_keys_name(node->key, 0);
    gdx_status status = gdx_segment_values(segment->segment, key, &out->values, &out->has_column, err);
    if (status == GDX_OK && out->has_column && node->value.bytes)
        status = gdx_segment_find_value(segment->segment, &out->values, node->value, &out->number, err);
    if (status == GDX_OK && out->has_column) // it was looked through
        return query_run_spend(run, segment->columns.count, err);
    return status == GDX_OK ? query_run_foresee(run, 0, err) : status;
}

static bool row_passes(const query_metadata *filter, uint32_t document) {
    uint32_t count;
    const uint32_t *numbers = gdx_values_of(&filter->values, document, &count);
    if (filter->node->value.bytes == 0)
        return count == 0;
    for (uint32_t i = 0; i < count; i++)
        if (numbers[i] == filter->number && filter->number < filter->values.value_count)
            return true;
    return false;
}

gdx_status query_metadata_passes(query_run *run, const query_metadata *filter, const query_segment *segment,
                                 uint32_t document, bool *out, gdx_error *err) {
    gdx_document head;
    if (filter->has_column) {
        *out = row_passes(filter, document);
        return GDX_OK;
    }
    gdx_status status = gdx_store_read_head(run->searcher->store, segment->segment, document, &head, err);
    if (status == GDX_OK && gdx_metadata_has(head.metadata, filter->node->key, filter->node->value,
                                             &run->searcher->metadata, out) != GDX_OK)
        status = gdx_fail_memory(err, "metadata");
    return status == GDX_OK ? query_run_spend(run, QUERY_METADATA_STORED_WORK, err) : status;
}
