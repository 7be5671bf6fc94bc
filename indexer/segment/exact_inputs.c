// SPDX-License-Identifier: Apache-2.0
// exact_inputs.c: see exact_inputs.h. The blocks of a compact segment say neither where a bigram occurs in them nor how
// often: the text says both, and where the result needs more of it than there is room for, or positions of everything,
// all of it is inverted. A run ends when the inverter is full, so memory does not grow with the input. The lists of a
// merge depend on its documents alone, whatever runs they come from.

#include "exact_inputs.h"

#include "fold.h"
#include "reader.h"

#include "gdx/ngram.h"

#include <stdlib.h>

enum {
    INVERTER_BYTES = 128 << 20,
    HEADS_BYTES = 1 << 20, // of blocks of heads kept
    FORGET_EVERY = 1 << 24 // positions between two times that the input's pages are let go of
};

struct run {
    uint64_t tag;
    gdx_segment *segment; // NULL: being written, or nothing is left of it
};

struct exact_inputs { // one owner
    const char *directory;
    gdx_merge_input *inputs;
    size_t input_count;
    size_t input_capacity;
    struct run *runs;
    size_t run_count;
    size_t run_capacity;
};

void exact_inputs_free(exact_inputs *exact) {
    if (!exact)
        return;
    for (size_t i = 0; i < exact->run_count; i++) {
        gdx_segment_release(exact->runs[i].segment);
        gdx_segment_remove_run(exact->directory, exact->runs[i].tag);
    }
    free(exact->runs);
    free(exact->inputs);
    free(exact);
}

const gdx_merge_input *exact_inputs_of(const exact_inputs *exact, size_t *out_count) {
    *out_count = exact->input_count;
    return exact->inputs;
}

struct making { // one owner
    const gdx_segment_merge_options *options;
    exact_inputs *exact;
    gdx_inverter *inverter;
    gdx_folded *folded;
    gdx_store_reader *reader;
    // Of the input at hand:
    gdx_segment *segment;
    const gdx_rule *rule;
    gdx_segment_writer *writer; // NULL: no run has begun
};

static gdx_status no_memory(const struct making *making, gdx_error *err) {
    return gdx_fail_at(err, GDX_NO_MEMORY, making->options->directory, "no memory to merge compact segments");
}

static gdx_status add_input(const struct making *making, gdx_merge_input input, gdx_error *err) {
    exact_inputs *exact = making->exact;
    if (gdx_grow(&exact->inputs, &exact->input_capacity, exact->input_count + 1, sizeof *exact->inputs) != GDX_OK)
        return no_memory(making, err);
    exact->inputs[exact->input_count++] = input;
    return GDX_OK;
}

// Tags of runs are above those of segments: that of the result, and a number.
static gdx_status begin_run(struct making *making, gdx_error *err) {
    exact_inputs *exact = making->exact;
    if (gdx_grow(&exact->runs, &exact->run_capacity, exact->run_count + 1, sizeof *exact->runs) != GDX_OK)
        return no_memory(making, err);
    uint64_t tag = (uint64_t)1 << 63 | making->options->tag << 24 | exact->run_count;
    gdx_status status = gdx_segment_writer_open(making->options->directory, tag, making->options->level, making->rule,
                                                &making->writer, err);
    if (status == GDX_OK)
        exact->runs[exact->run_count++] = (struct run){tag, NULL};
    return status;
}

static gdx_status end_run(struct making *making, gdx_error *err) {
    gdx_segment_info info;
    if (!making->writer)
        return GDX_OK;
    struct run *run = &making->exact->runs[making->exact->run_count - 1];
    gdx_segment_writer *writer = making->writer;
    if (gdx_inverter_sort(making->inverter) != GDX_OK)
        return no_memory(making, err);
    making->writer = NULL; // freed by the end, whatever happens
    gdx_status status = gdx_segment_writer_end_run(writer, making->inverter, &info, err);
    gdx_inverter_reset(making->inverter);
    if (status == GDX_OK)
        status = gdx_segment_open_run(making->options->directory, run->tag, info.name, &run->segment, err);
    return status == GDX_OK ? add_input(making, (gdx_merge_input){run->segment, NULL}, err) : status;
}

static gdx_status add_document(struct making *making, uint32_t number, gdx_error *err) {
    gdx_document document;
    gdx_status status = gdx_store_read(making->reader, making->segment, number, &document, err);
    if (status != GDX_OK)
        return status;
    status = gdx_folded_fold(making->folded, making->rule, &document);
    if (status != GDX_OK)
        return gdx_fail_at(err, status, making->segment->path, "document %u cannot be cut into symbols: %s", number,
                           gdx_status_name(status));
    if (making->writer && gdx_inverter_is_full(making->inverter, gdx_folded_positions(making->folded)))
        status = end_run(making, err);
    if (status == GDX_OK && !making->writer)
        status = begin_run(making, err);
    if (status == GDX_OK)
        status = gdx_segment_writer_add(making->writer, &document, making->folded, err);
    if (status != GDX_OK)
        return status;
    status = gdx_folded_invert(making->folded, making->inverter);
    return status == GDX_OK ? GDX_OK : no_memory(making, err);
}

static gdx_status make_exact(struct making *making, const gdx_merge_input *input, gdx_error *err) {
    making->segment = gdx_segment_retain((gdx_segment *)input->segment);
    making->rule = folded_rule_of(input->segment);
    uint64_t unforgotten = 0;
    gdx_status status = GDX_OK;
    if (!making->rule)
        status =
            gdx_fail_at(err, GDX_UNSUPPORTED, input->segment->path,
                        "made by a matching rule that this program does not have; `gramdex merge --refold` rewrites "
                        "it by this program's");
    for (uint32_t d = 0; d < input->segment->info.document_count && status == GDX_OK; d++) {
        if (gdx_is_deleted(input->deleted, d))
            continue;
        status = gdx_stop_check(making->options->stop, err);
        if (status == GDX_OK)
            status = add_document(making, d, err);
        unforgotten += gdx_folded_positions(making->folded);
        if (unforgotten >= FORGET_EVERY) {
            gdx_segment_forget(input->segment);
            unforgotten = 0;
        }
    }
    if (status == GDX_OK)
        status = end_run(making, err);
    status = gdx_segment_settle(input->segment, status, err);
    gdx_segment_release(making->segment);
    making->segment = NULL;
    return status;
}

static gdx_status make_all(struct making *making, const gdx_merge_input *inputs, size_t count, gdx_error *err) {
    gdx_status status = GDX_OK;
    size_t bytes = making->options->inverter_bytes;
    making->inverter = gdx_inverter_new(bytes && bytes < INVERTER_BYTES ? bytes : INVERTER_BYTES);
    making->folded = gdx_folded_new();
    making->reader = gdx_store_reader_new(HEADS_BYTES);
    if (!making->inverter || !making->folded || !making->reader)
        return no_memory(making, err);
    gdx_store_reader_obey(making->reader, making->options->stop);
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = inputs[i].segment->shape == GDX_SHAPE_EXACT ? add_input(making, inputs[i], err)
                                                             : make_exact(making, &inputs[i], err);
    return status;
}

gdx_status exact_inputs_make(const gdx_segment_merge_options *options, const gdx_merge_input *inputs, size_t count,
                             exact_inputs **out, gdx_error *err) {
    GDX_AUTO(exact_inputs) exact = calloc(1, sizeof *exact);
    struct making making = {.options = options, .exact = exact};
    if (!exact)
        return no_memory(&making, err);
    exact->directory = options->directory;
    gdx_status status = make_all(&making, inputs, count, err);
    gdx_segment_writer_abort(making.writer);
    gdx_inverter_free(making.inverter);
    gdx_folded_free(making.folded);
    gdx_store_reader_free(making.reader);
    if (status != GDX_OK)
        return status;
    *out = exact;
    exact = NULL; // handed over
    return GDX_OK;
}
