// SPDX-License-Identifier: Apache-2.0
// values_merge.c: the metadata columns of a merged segment, document by document. An input that has a column of a key
// gives the values in it; of one that was written before the key was declared the stored metadata is read.

#include "merge_plan.h"

#include "store_reader.h"

#include <stdlib.h>

struct values_source { // of one input
    gdx_values columns[GDX_KEYS_MAX];
    bool has[GDX_KEYS_MAX];
    gdx_keys missing;                   // keys that it has no column of
    uint32_t missing_key[GDX_KEYS_MAX]; // their numbers in the result
    gdx_store_reader *reader;
};

static gdx_status open_source(const merge_plan *merge, const gdx_segment *segment, struct values_source *out,
                              gdx_error *err) {
    const gdx_keys *keys = &merge->values.keys;
    gdx_status status = GDX_OK;
    for (uint32_t k = 0; k < keys->count && status == GDX_OK; k++) {
        status = gdx_segment_values(segment, gdx_keys_name(keys, k), &out->columns[k], &out->has[k], err);
        if (status != GDX_OK || out->has[k])
            continue;
        out->missing_key[out->missing.count] = k; // ascending, as the keys are
        status = gdx_keys_add(&out->missing, gdx_keys_name(keys, k), err);
    }
    if (status == GDX_OK && out->missing.count) {
        out->reader = gdx_store_reader_new(0);
        status = out->reader ? GDX_OK : merge_no_memory(merge, "metadata", err);
    }
    return status;
}

static gdx_status refuse(const merge_plan *merge, gdx_status status, gdx_error *err) {
    if (status == GDX_TOO_LARGE)
        return gdx_fail(err, status,
                        "the declared keys of metadata have more than 4 GiB of values in one segment; "
                        "merge fewer segments together");
    return merge_no_memory(merge, "metadata", err);
}

struct taking {
    value_table *table;
    const struct values_source *source;
};

static gdx_status take(void *context, uint32_t key, gdx_slice value) {
    const struct taking *taking = context;
    return value_table_take(taking->table, taking->source->missing_key[key], value);
}

static gdx_status take_stored(merge_plan *merge, const struct values_source *source, const gdx_segment *segment,
                              uint32_t document, gdx_error *err) {
    struct taking taking = {&merge->values, source};
    gdx_document head;
    gdx_status status = gdx_store_read_head(source->reader, (gdx_segment *)segment, document, &head, err); // no change
    if (status != GDX_OK)
        return status;
    status = gdx_metadata_values(head.metadata, &source->missing, &merge->values.scratch, take, &taking);
    return status == GDX_OK ? GDX_OK : refuse(merge, status, err);
}

static gdx_status take_column(merge_plan *merge, const gdx_values *column, const gdx_segment *segment, uint32_t key,
                              uint32_t document, gdx_error *err) {
    uint32_t count;
    const uint32_t *numbers = gdx_values_of(column, document, &count);
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < count && status == GDX_OK; i++) {
        gdx_slice value = {NULL, 0};
        if (numbers[i] < column->value_count)
            status = gdx_segment_value(segment, column, numbers[i], &value, err);
        if (status != GDX_OK)
            break;
        gdx_status taken = value_table_take(&merge->values, key, value);
        status = taken == GDX_OK ? GDX_OK : refuse(merge, taken, err);
    }
    return status;
}

static gdx_status add_document(merge_plan *merge, const struct values_source *source, const gdx_segment *segment,
                               uint32_t document, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t k = 0; k < merge->values.keys.count && status == GDX_OK; k++)
        if (source->has[k])
            status = take_column(merge, &source->columns[k], segment, k, document, err);
    if (status == GDX_OK && source->missing.count)
        status = take_stored(merge, source, segment, document, err);
    if (status != GDX_OK)
        return status;
    status = value_table_end_document(&merge->values);
    return status == GDX_OK ? GDX_OK : refuse(merge, status, err);
}

static gdx_status add_source(merge_plan *merge, const merge_source *source, gdx_error *err) {
    struct values_source *values = calloc(1, sizeof *values);
    if (!values)
        return merge_no_memory(merge, "metadata", err);
    gdx_status status = open_source(merge, source->segment, values, err);
    for (uint32_t d = 0; d < source->columns.count && status == GDX_OK; d++) {
        if (merge_is_deleted(source, d))
            continue;
        status = merge_check(merge, err);
        if (status == GDX_OK)
            status = add_document(merge, values, source->segment, d, err);
    }
    gdx_store_reader_free(values->reader);
    free(values);
    return status;
}

gdx_status values_merge(merge_plan *merge, const gdx_keys *keys, gdx_error *err) {
    if (!keys || keys->count == 0)
        return GDX_OK;
    if (value_table_init(&merge->values, keys) != GDX_OK)
        return merge_no_memory(merge, "metadata", err);
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < merge->source_count && status == GDX_OK; i++)
        status = add_source(merge, &merge->sources[i], err);
    return status;
}
