// SPDX-License-Identifier: Apache-2.0
// resolve.c: one document an id. The new segments are merged by id (each has its documents in id order), so that equal
// ids come together without a table of all ids; then each surviving id is looked up in the index as it was.

#include "resolve.h"

#include "prune.h"

#include <stdlib.h>

enum { BLOCK_IDS = 64, FORGET_EVERY_IDS = 8192, STORE_CACHE_BYTES = 4 << 20 };

// The documents of one new segment, in id order. A few ids at a time are copied and the segment's pages let go of: of
// hundreds of segments, read in step, those pages would take more memory than anything else.
struct run {
    gdx_segment *segment;
    size_t number; // as the writer counts segments
    const struct span_run *of;
    uint32_t index; // in id order, after the block
    gdx_buffer ids; // of the block, one after the other
    size_t id_bytes[BLOCK_IDS];
    uint32_t documents[BLOCK_IDS];
    size_t block_count;
    size_t block_at; // after the document at hand
    uint32_t document;
    gdx_slice id; // of `document`, until the next one is loaded
};

struct resolving {
    const struct resolution *of;
    struct run *runs;
    size_t run_count;
    struct run **heap; // smallest id on top; of equal ids the later document
    size_t heap_count;
    gdx_store_reader *store; // for the origins of what is replaced
};

static document_order order_of(const struct run *run) {
    return orders_at(&run->of->orders, run->document);
}

static bool comes_before(const struct run *a, const struct run *b) {
    int order = gdx_slice_compare(a->id, b->id);
    return order ? order < 0 : order_of(a) > order_of(b);
}

static void sift_down(struct resolving *resolving, size_t at) {
    struct run **heap = resolving->heap;
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
            if (child < resolving->heap_count && comes_before(heap[child], heap[least]))
                least = child;
        if (least == at)
            return;
        struct run *moved = heap[at];
        heap[at] = heap[least];
        heap[least] = moved;
        at = least;
    }
}

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "no memory to compare ids");
}

static gdx_status load_block(struct run *run, gdx_error *err) {
    gdx_status status = GDX_OK;
    run->ids.bytes = 0;
    run->block_at = 0;
    run->block_count = 0;
    while (status == GDX_OK && run->block_count < BLOCK_IDS && run->index < run->of->info.document_count) {
        gdx_slice id = {"", 0};
        status = gdx_segment_by_id(run->segment, run->index++, &run->documents[run->block_count], err);
        if (status == GDX_OK)
            status = gdx_segment_id(run->segment, run->documents[run->block_count], &id, err);
        if (status == GDX_OK && gdx_buffer_append(&run->ids, id.data, id.bytes) != GDX_OK)
            status = no_memory(err);
        run->id_bytes[run->block_count++] = id.bytes;
    }
    run->id = (gdx_slice){(const char *)run->ids.data, 0};
    gdx_segment_forget(run->segment);
    return status;
}

static gdx_status load(struct run *run, bool *out_has, gdx_error *err) {
    gdx_status status = run->block_at < run->block_count ? GDX_OK : load_block(run, err);
    *out_has = status == GDX_OK && run->block_count > 0;
    if (!*out_has)
        return status;
    run->document = run->documents[run->block_at];
    run->id = (gdx_slice){run->id.data + run->id.bytes, run->id_bytes[run->block_at]};
    run->block_at++;
    return GDX_OK;
}

static gdx_status advance_top(struct resolving *resolving, gdx_error *err) {
    struct run *run = resolving->heap[0];
    bool has;
    gdx_status status = load(run, &has, err);
    if (status == GDX_OK && !has)
        resolving->heap[0] = resolving->heap[--resolving->heap_count];
    if (status == GDX_OK && resolving->heap_count)
        sift_down(resolving, 0);
    return status;
}

static gdx_status note_duplicate(struct resolving *resolving, gdx_slice id, gdx_error *err) {
    gdx_buffer reason = {0};
    resolving->of->summary->duplicates++;
    gdx_status status = gdx_buffer_append_format(
        &reason, "id \"%.*s\" is given more than once in this batch: the last one counts", GDX_SLICE_ARGUMENTS(id));
    if (status == GDX_OK) {
        struct refusal note = {.path = id,
                               .reason = gdx_buffer_slice(&reason),
                               .kind = gdx_slice_of("id given twice"),
                               .class = GDX_BATCH_WARNING};
        status = refusals_add(resolving->of->notes, &note);
    }
    gdx_buffer_clear(&reason);
    return status == GDX_OK ? GDX_OK : gdx_fail(err, GDX_NO_MEMORY, "no memory to report duplicate ids");
}

static gdx_status copy_origin(struct resolving *resolving, gdx_segment *segment, uint32_t document, gdx_buffer *out,
                              gdx_error *err) {
    gdx_document head;
    gdx_status status = gdx_store_read_head(resolving->store, segment, document, &head, err);
    if (status != GDX_OK)
        return status;
    return gdx_buffer_append(out, head.origin.data, head.origin.bytes) == GDX_OK ? GDX_OK : no_memory(err);
}

static gdx_slice name_of_origin(const gdx_buffer *origin) {
    return origin->bytes ? gdx_buffer_slice(origin) : gdx_slice_of("no file");
}

static gdx_status report_moved(struct resolving *resolving, gdx_slice id, const gdx_buffer *was, const gdx_buffer *is,
                               gdx_error *err) {
    gdx_buffer reason = {0};
    resolving->of->summary->moved++;
    gdx_status status =
        gdx_buffer_append_format(&reason, "the document from %.*s is replaced by one from %.*s",
                                 GDX_SLICE_ARGUMENTS(name_of_origin(was)), GDX_SLICE_ARGUMENTS(name_of_origin(is)));
    const struct refusal note = {.path = id,
                                 .reason = gdx_buffer_slice(&reason),
                                 .kind = gdx_slice_of("replaced from elsewhere"),
                                 .class = GDX_BATCH_WARNING};
    if (status == GDX_OK)
        status = refusals_add(resolving->of->notes, &note);
    gdx_buffer_clear(&reason);
    return status == GDX_OK ? GDX_OK : no_memory(err);
}

// Two files with one id: one of the two documents is lost, unless this is reported.
static gdx_status note_moved(struct resolving *resolving, const struct run *run, size_t segment, uint32_t document,
                             gdx_error *err) {
    gdx_segment *before = gdx_snapshot_segment(resolving->of->seen->snapshot, segment)->segment;
    gdx_buffer was = {0}, is = {0};
    gdx_status status = copy_origin(resolving, before, document, &was, err);
    if (status == GDX_OK)
        status = copy_origin(resolving, run->segment, run->document, &is, err);
    if (status == GDX_OK && !gdx_slice_equal(gdx_buffer_slice(&was), gdx_buffer_slice(&is)))
        status = report_moved(resolving, run->id, &was, &is, err);
    gdx_buffer_clear(&was);
    gdx_buffer_clear(&is);
    return status;
}

// The last document of the batch with an id, against the index.
static gdx_status settle(struct resolving *resolving, struct run *run, gdx_error *err) {
    size_t segment;
    uint32_t document;
    bool has;
    gdx_status status = gdx_snapshot_find_id(resolving->of->seen->snapshot, run->id, &segment, &document, &has, err);
    if (status != GDX_OK)
        return status;
    if (!has) {
        resolving->of->summary->added++;
        return GDX_OK;
    }
    uint64_t seen = atomic_load_explicit(&resolving->of->seen->orders[resolving->of->seen->first[segment] + document],
                                         memory_order_relaxed);
    if (seen > order_of(run)) { // a later record of the batch was the same as what the index has: that one stays
        status = note_duplicate(resolving, run->id, err);
        return status == GDX_OK ? gdx_index_writer_delete(resolving->of->writer, run->number, run->document, err)
                                : status;
    }
    resolving->of->summary->replaced++;
    status = note_moved(resolving, run, segment, document, err);
    if (status != GDX_OK)
        return status;
    // From here on the old document counts as seen, so that pruning leaves it alone.
    atomic_store_explicit(&resolving->of->seen->orders[resolving->of->seen->first[segment] + document], UINT64_MAX,
                          memory_order_relaxed);
    return resolving->of->is_seen_elsewhere ? GDX_OK
                                            : gdx_index_writer_delete(resolving->of->writer, segment, document, err);
}

// The document on top of the heap; `last` is the id before it, or empty.
static gdx_status settle_top(struct resolving *resolving, gdx_buffer *last, gdx_error *err) {
    struct run *run = resolving->heap[0];
    if (last->bytes && gdx_slice_equal(gdx_buffer_slice(last), run->id)) {
        gdx_status status = note_duplicate(resolving, run->id, err);
        return status == GDX_OK ? gdx_index_writer_delete(resolving->of->writer, run->number, run->document, err)
                                : status;
    }
    last->bytes = 0;
    if (gdx_buffer_append(last, run->id.data, run->id.bytes) != GDX_OK)
        return no_memory(err);
    return settle(resolving, run, err);
}

static gdx_status settle_all(struct resolving *resolving, gdx_error *err) {
    gdx_status status = GDX_OK;
    gdx_buffer last = {0};
    for (uint64_t i = 1; status == GDX_OK && resolving->heap_count; i++) {
        status = settle_top(resolving, &last, err);
        if (status == GDX_OK)
            status = advance_top(resolving, err);
        if (i % FORGET_EVERY_IDS == 0)
            seen_forget(resolving->of->seen);
    }
    gdx_buffer_clear(&last);
    return status;
}

static gdx_status add_run(struct resolving *resolving, size_t number, const struct span_run *of, gdx_error *err) {
    struct run *run = &resolving->runs[resolving->run_count++];
    *run = (struct run){.number = number, .of = of};
    bool has = false;
    gdx_status status = gdx_index_writer_add(resolving->of->writer, &of->info, err);
    if (status == GDX_OK)
        status = gdx_index_writer_segment(resolving->of->writer, number, &run->segment, err);
    if (status == GDX_OK)
        status = load(run, &has, err);
    if (has)
        resolving->heap[resolving->heap_count++] = run;
    return status;
}

static gdx_status add_runs(struct resolving *resolving, gdx_error *err) {
    size_t number = gdx_snapshot_segment_count(gdx_index_writer_snapshot(resolving->of->writer));
    const struct spans *spans = resolving->of->spans;
    for (size_t i = spans->settled; i < spans->count; i++) {
        const struct span *span = spans->items[i];
        for (size_t j = 0; j < span->count; j++, number++) {
            gdx_status status = add_run(resolving, number, &span->runs[j], err);
            if (status != GDX_OK)
                return status;
        }
    }
    for (size_t at = resolving->heap_count / 2; at-- > 0;)
        sift_down(resolving, at);
    return GDX_OK;
}

gdx_status resolve(const struct resolution *resolution, gdx_error *err) {
    size_t segments = 0;
    for (size_t i = resolution->spans->settled; i < resolution->spans->count; i++)
        segments += resolution->spans->items[i]->count;
    struct resolving resolving = {.of = resolution};
    resolving.runs = calloc(segments + 1, sizeof *resolving.runs);
    resolving.heap = calloc(segments + 1, sizeof *resolving.heap);
    gdx_status status = GDX_OK;
    resolving.store = gdx_store_reader_new(STORE_CACHE_BYTES);
    if (!resolving.runs || !resolving.heap || !resolving.store)
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory to compare the ids of %zu segments", segments);
    if (status == GDX_OK)
        status = add_runs(&resolving, err);
    if (status == GDX_OK)
        status = settle_all(&resolving, err);
    if (status == GDX_OK && resolution->pruned)
        status = prune(resolution, err);
    for (size_t i = 0; i < resolving.run_count; i++)
        gdx_buffer_clear(&resolving.runs[i].ids);
    gdx_store_reader_free(resolving.store);
    free(resolving.runs);
    free(resolving.heap);
    return status;
}
