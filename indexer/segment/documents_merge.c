// SPDX-License-Identifier: Apache-2.0
// documents_merge.c: the first half of a merge's plan: the document table of the merged segment, and where the
// positions of each input go. Heads keep their bytes, so that where they lie is known before any is copied.

#include "merge_plan.h"

#include "store_reader.h"

static gdx_status extend(live_runs *runs, live_run run) {
    live_run *last = runs->count ? &runs->runs[runs->count - 1] : NULL;
    if (last && last->end == run.begin) {
        last->end = run.end;
        return GDX_OK;
    }
    gdx_status status = gdx_grow(&runs->runs, &runs->capacity, runs->count + 1, sizeof *runs->runs);
    if (status == GDX_OK)
        runs->runs[runs->count++] = run;
    return status;
}

// Takes a document, which comes after those that `merge` has, into the runs of its source.
static gdx_status extend_runs(const merge_plan *merge, merge_source *source, uint32_t document, gdx_error *err) {
    const gdx_document_columns *columns = &source->columns;
    const document_table *to = &merge->documents;
    uint32_t begin = columns->begin[document], end = columns->begin[document + 1];
    gdx_status status = extend(&source->positions, (live_run){begin, end, to->position});
    if (status == GDX_OK)
        status = extend(&source->documents, (live_run){document, document + 1, to->count});
    if (status == GDX_OK && columns->groups)
        status = extend(&source->blocks,
                        (live_run){columns->groups[document] + document, columns->groups[document + 1] + document + 1,
                                   (uint32_t)to->groups + to->count});
    return status == GDX_OK ? GDX_OK : merge_no_memory(merge, "documents", err);
}

static gdx_status add_document(merge_plan *merge, merge_source *source, uint32_t document, gdx_error *err) {
    const gdx_segment *segment = source->segment;
    const gdx_document_columns *columns = &source->columns;
    uint64_t head_begin = 0;
    uint64_t head_end = 0;
    document_row row = {
        .date = columns->dates[document],
        .positions = columns->begin[document + 1] - columns->begin[document],
        .text = columns->text[document] - columns->begin[document],
        .symbols = gdx_columns_length(columns, document),
        .flags = columns->flags[document],
        .shift = merge->documents.position - columns->begin[document],
        .head = merge->head_bytes,
    };
    uint32_t first_group = 0;
    uint32_t group_end = 0;
    row.parts = gdx_columns_parts(columns, document, &row.part_count);
    gdx_status status = gdx_segment_id(segment, document, &row.id, err);
    if (status == GDX_OK)
        status = gdx_segment_source(segment, columns->sources[document], &row.source, err);
    if (status == GDX_OK)
        status = gdx_segment_hash(segment, document, &row.hash, err);
    if (status == GDX_OK)
        status = head_bounds(segment, document, &head_begin, &head_end, err);
    if (status == GDX_OK && head_end - head_begin > UINT64_MAX - merge->head_bytes)
        status =
            segment_damaged(segment, SECTION_DOCUMENT_HEAD, (uint64_t)document * 8, "a head longer than can be", err);
    if (status == GDX_OK)
        status = groups_of_document(segment, document, &first_group, &group_end, err);
    if (status == GDX_OK && group_end - first_group != groups_of(row.positions - row.text))
        status = group_damaged(segment, first_group, "another number of groups than the document has", err);
    if (status == GDX_OK)
        status = extend_runs(merge, source, document, err);
    if (status == GDX_OK)
        status = document_table_add(&merge->documents, &row, err);
    merge->head_bytes += head_end - head_begin;
    return status;
}

// Bytes of title, text and parts of a document: the lengths of its groups are enough.
static gdx_status text_bytes_of(gdx_store_reader *reader, const gdx_segment *segment, uint32_t number, uint64_t *out,
                                gdx_error *err) {
    uint32_t first;
    uint32_t end;
    uint64_t begin = 0;
    gdx_document head;
    gdx_status status = gdx_store_read_head(reader, (gdx_segment *)segment, number, &head, err); // changes nothing
    if (status == GDX_OK)
        status = groups_of_document(segment, number, &first, &end, err);
    if (status == GDX_OK)
        status = group_text_begin(segment, first, &reader->block, &begin, err);
    if (status == GDX_OK)
        status = group_text_begin(segment, end, &reader->block, out, err);
    if (status == GDX_OK && *out < begin)
        status = group_damaged(segment, first, "texts out of order", err);
    if (status == GDX_OK)
        *out += head.title.bytes - begin;
    return status;
}

// Those of the deleted documents, or of the live ones.
static gdx_status count_text(const merge_plan *merge, const merge_source *source, bool of_deleted, uint64_t *out,
                             gdx_error *err) {
    GDX_AUTO(gdx_store_reader) reader = gdx_store_reader_new(0);
    if (!reader)
        return merge_no_memory(merge, "stored text", err);
    *out = 0;
    gdx_status status = GDX_OK;
    for (uint32_t d = 0; d < source->columns.count && status == GDX_OK; d++) {
        uint64_t bytes = 0;
        if (merge_is_deleted(source, d) != of_deleted)
            continue;
        status = merge_check(merge, err);
        if (status == GDX_OK)
            status = text_bytes_of(reader, source->segment, d, &bytes, err);
        *out += bytes;
    }
    return status;
}

// A segment knows the bytes of all its texts together only: whichever are fewer, the deleted or the live, are read.
static gdx_status add_text_bytes(merge_plan *merge, const merge_source *source, gdx_error *err) {
    uint64_t all = source->segment->info.text_bytes;
    uint64_t counted = 0;
    uint32_t deleted_count = source->columns.count - source->live_count;
    bool of_deleted = deleted_count <= source->live_count;
    gdx_status status = GDX_OK;
    if (deleted_count && source->live_count)
        status = count_text(merge, source, of_deleted, &counted, err);
    if (status != GDX_OK)
        return status;
    if (counted > all)
        return gdx_fail_at_byte(err, GDX_CORRUPT, source->segment->path, segment_footer_byte(source->segment),
                                "footer: %llu bytes of text, its documents have more; it is damaged",
                                (unsigned long long)all);
    if (source->live_count)
        merge->documents.text_bytes += of_deleted ? all - counted : counted;
    return GDX_OK;
}

gdx_status documents_merge(merge_plan *merge, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < merge->source_count && status == GDX_OK; i++) {
        merge_source *source = &merge->sources[i];
        for (uint32_t d = 0; d < source->columns.count && status == GDX_OK; d++) {
            if (merge_is_deleted(source, d))
                continue;
            source->live_count++;
            status = merge_check(merge, err);
            if (status == GDX_OK)
                status = add_document(merge, source, d, err);
        }
        if (status == GDX_OK)
            status = add_text_bytes(merge, source, err);
    }
    return status == GDX_OK ? document_table_end(&merge->documents, merge->head_bytes, err) : status;
}

// ---- lists

// The first run from `run` on that ends after `number`, or `end`.
static const live_run *run_at(const live_run *run, const live_run *end, uint32_t number) {
    size_t step = 1;
    while (step < (size_t)(end - run) && run[step - 1].end <= number) {
        run += step; // all before it end at or before the number
        step *= 2;
    }
    size_t count = step < (size_t)(end - run) ? step : (size_t)(end - run);
    while (count) {
        size_t half = count / 2;
        if (run[half].end <= number) {
            run += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return run;
}

size_t merge_move(const merge_source *source, const live_runs *runs, const uint32_t *list, size_t count, uint32_t *to) {
    const live_run *run = runs->runs;
    const live_run *end = run + runs->count;
    if (source->live_count == source->columns.count) {
        uint32_t shift = runs->count ? run->to : 0;
        for (size_t i = 0; i < count; i++)
            to[i] = list[i] + shift;
        return count;
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t number = list[i];
        if (run < end && run->end <= number)
            run = run_at(run, end, number);
        if (run == end)
            break;
        if (number >= run->begin)
            to[kept++] = number - run->begin + run->to;
    }
    return kept;
}
