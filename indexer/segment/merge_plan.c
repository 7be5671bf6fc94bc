// SPDX-License-Identifier: Apache-2.0
// merge_plan.c: the plan of a merge before documents_merge.c and words_merge.c fill it: its inputs, which must have
// been made by one matching rule, and what each part of a merge asks of it: whether to stop, and which pages to let go
// of.

#include "merge_plan.h"

#include "missing_lists.h"

#include <stdlib.h>

gdx_status merge_check(const merge_plan *merge, gdx_error *err) {
    return gdx_stop_check(merge->stop, err);
}

// What was read of the inputs would else count as this process's memory until the end, and be as large as they are.
void merge_forget(const merge_plan *merge) {
    for (size_t i = 0; i < merge->source_count; i++)
        gdx_segment_forget(merge->sources[i].segment);
}

gdx_status merge_no_memory(const merge_plan *merge, const char *what, gdx_error *err) {
    return gdx_fail_at(err, GDX_NO_MEMORY, merge->directory, "no memory to merge %s", what);
}

void merge_plan_clear(merge_plan *merge) {
    for (size_t i = 0; merge->sources && i < merge->source_count; i++) {
        free(merge->sources[i].positions.runs);
        free(merge->sources[i].blocks.runs);
        free(merge->sources[i].documents.runs);
        free(merge->sources[i].words);
    }
    free(merge->sources);
    missing_lists_free(merge->missing);
    document_table_clear(&merge->documents);
    value_table_clear(&merge->values);
    gdx_buffer_clear(&merge->spellings);
    free(merge->words);
    *merge = (merge_plan){0};
}

gdx_status merge_plan_init(merge_plan *merge, const gdx_merge_input *inputs, size_t count, gdx_error *err) {
    merge->sources = calloc(count + 1, sizeof *merge->sources);
    if (!merge->sources)
        return merge_no_memory(merge, "segments", err);
    merge->source_count = count;
    for (size_t i = 0; i < count; i++)
        merge->sources[i] = (merge_source){.segment = inputs[i].segment, .deleted = inputs[i].deleted};
    for (size_t i = 0; i < count; i++) {
        merge_source *source = &merge->sources[i];
        if (source->segment->rule_fingerprint != inputs[0].segment->rule_fingerprint)
            return gdx_fail_at(err, GDX_INVALID, source->segment->path,
                               "made by other text tables than %s; index the documents anew", inputs[0].segment->path);
        gdx_status status = gdx_segment_columns(source->segment, &source->columns, err);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}
