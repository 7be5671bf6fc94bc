// SPDX-License-Identifier: Apache-2.0
// merge.c: several segments into one, mostly without a look at the text. docs/format.md, "Segment".
// Documents keep their order, so each input's positions move by a constant, or by one for each run of live documents.
// Words are numbered anew, but in the same order within an input. So lists are unpacked, moved and packed, dictionaries
// are merged as sorted lists, and stored text is copied as it is coded where its tokens stay the same. So are lists of
// blocks, to a compact segment, when what they do not say has been read of the text (missing_lists.h). Else compact
// inputs are made exact runs first.

#include "exact_inputs.h"
#include "merge_plan.h"
#include "missing_lists.h"

#include "words_writer.h"

enum { INVERTER_BYTES = 128 << 20 }; // of options->inverter_bytes, when it is not said

static gdx_status write_groups(const merge_plan *merge, segment_sink *sink, uint32_t *out_count, gdx_error *err) {
    GDX_AUTO(group_writer) writer = NULL;
    gdx_status status = sink_begin(sink, SECTION_STORE, err);
    if (status == GDX_OK)
        status = group_writer_new(sink, &writer, err);
    if (status == GDX_OK)
        status = store_merge_groups(merge, writer, err);
    if (status == GDX_OK)
        status = group_writer_finish(writer, err);
    if (status != GDX_OK)
        return status;
    *out_count = group_writer_count(writer);
    if (*out_count == merge->documents.groups)
        return GDX_OK;
    return gdx_fail_at(err, GDX_CORRUPT, merge->directory,
                       "%u groups of stored text to merge, the documents have %llu; a segment is damaged, verify names "
                       "it",
                       *out_count, (unsigned long long)merge->documents.groups);
}

static gdx_status write_heads(const merge_plan *merge, segment_sink *sink, gdx_error *err) {
    GDX_AUTO(head_writer) writer = NULL;
    gdx_status status = sink_begin(sink, SECTION_HEADS, err);
    if (status == GDX_OK)
        status = head_writer_new(sink, merge->level, true, &writer, err);
    if (status == GDX_OK)
        status = store_merge_heads(merge, writer, err);
    return status == GDX_OK ? head_writer_finish(writer, err) : status;
}

// Every position but the end marks begins one bigram: inputs whose lists say otherwise are damaged.
static gdx_status check_occurrences(const merge_plan *merge, uint64_t occurrences, gdx_error *err) {
    uint64_t symbols =
        merge->documents.position - 2 * (uint64_t)merge->documents.count - merge->documents.parts.bytes / PART_BYTES;
    if (occurrences == symbols)
        return GDX_OK;
    return gdx_fail_at(err, GDX_CORRUPT, merge->directory,
                       "postings of %llu positions to merge, the documents have %llu; a segment is damaged, verify "
                       "names it",
                       (unsigned long long)occurrences, (unsigned long long)symbols);
}

static gdx_status write_terms(const merge_plan *merge, terms_merge *terms, segment_sink *sink, uint32_t *out_count,
                              gdx_error *err) {
    terms_writer writer;
    gdx_status status =
        terms_writer_init(&writer, sink, merge->shape,
                          shape_list_limit(merge->shape, merge->documents.position, merge_blocks(merge)), err);
    if (status == GDX_OK)
        status = terms_merge_write(terms, &writer, err);
    if (status == GDX_OK)
        status = terms_writer_finish(&writer, err);
    if (status == GDX_OK)
        status = check_occurrences(merge, writer.occurrences, err);
    *out_count = (uint32_t)writer.term_count;
    terms_writer_clear(&writer);
    return status;
}

static gdx_status write_sections(const merge_plan *merge, segment_sink *sink, footer_counts *counts, gdx_error *err) {
    GDX_AUTO(terms_merge) terms = NULL;
    gdx_status status = terms_merge_start(merge, &terms, err);
    if (status == GDX_OK)
        status = write_groups(merge, sink, &counts->group_count, err);
    if (status == GDX_OK)
        status = write_heads(merge, sink, err);
    if (status == GDX_OK)
        status = write_terms(merge, terms, sink, &counts->term_count, err);
    if (status == GDX_OK)
        status = words_write(merge->words, (uint32_t)merge->word_count, sink, err);
    if (status == GDX_OK)
        status = document_table_write(&merge->documents, sink, err);
    if (status == GDX_OK)
        status = value_table_write(&merge->values, sink, counts, err);
    counts->text_bytes = merge->documents.text_bytes;
    counts->symbol_count = merge->documents.symbols;
    counts->document_count = merge->documents.count;
    counts->position_count = merge->documents.position;
    counts->word_count = (uint32_t)merge->word_count;
    counts->source_count = merge->documents.source_count;
    counts->store_level = merge->level;
    counts->shape = merge->shape;
    return status;
}

// All that is read of the inputs has been.
static gdx_status settle(const merge_plan *merge, gdx_status status, gdx_error *err) {
    for (size_t i = 0; i < merge->source_count; i++)
        status = gdx_segment_settle(merge->sources[i].segment, status, err);
    return status;
}

static gdx_status write_segment(const merge_plan *merge, uint64_t tag, bool is_run, gdx_segment_info *out,
                                gdx_error *err) {
    GDX_AUTO(segment_sink) sink = NULL;
    footer_counts counts = {0};
    const gdx_segment *first = merge->sources[0].segment;
    segment_rule rule = {first->rule_fingerprint, first->rule_number};
    gdx_status status = sink_open(merge->directory, tag, rule, &sink, err);
    if (status == GDX_OK)
        status = write_sections(merge, sink, &counts, err);
    if (status == GDX_OK)
        status = merge_check(merge, err);
    status = settle(merge, status, err);
    if (status != GDX_OK)
        return status;
    segment_sink *complete = sink;
    sink = NULL; // freed by the finish, whatever happens
    return sink_finish(complete, &counts, is_run, out, err);
}

// *out_fits false: what lists of blocks do not say would take more memory than there is for it, and nothing is merged.
static gdx_status find_missing(merge_plan *merge, const gdx_segment_merge_options *options, bool *out_fits,
                               gdx_error *err) {
    size_t bytes = options->inverter_bytes;
    bool lists_blocks = false;
    *out_fits = true;
    for (size_t i = 0; i < merge->source_count; i++)
        lists_blocks |= merge->sources[i].segment->shape != GDX_SHAPE_EXACT;
    if (!lists_blocks)
        return GDX_OK;
    return missing_lists_make(merge, bytes && bytes < INVERTER_BYTES ? bytes : INVERTER_BYTES, out_fits, err);
}

static gdx_status plan(merge_plan *merge, const gdx_segment_merge_options *options, const gdx_merge_input *inputs,
                       size_t input_count, bool *out_fits, gdx_error *err) {
    *out_fits = true;
    gdx_status status = merge_plan_init(merge, inputs, input_count, err);
    if (status == GDX_OK)
        status = documents_merge(merge, err);
    status = settle(merge, status, err);
    if (status != GDX_OK || merge->documents.count == 0)
        return status;
    status = settle(merge, words_merge(merge, err), err);
    if (status == GDX_OK)
        status = settle(merge, find_missing(merge, options, out_fits, err), err);
    if (status == GDX_OK && *out_fits)
        status = settle(merge, values_merge(merge, options->keys, err), err);
    merge_forget(merge);
    return status;
}

// *out_fits false: as find_missing.
static gdx_status merge_lists(const gdx_segment_merge_options *options, const gdx_merge_input *inputs,
                              size_t input_count, gdx_segment_info *out, bool *out_fits, gdx_error *err) {
    merge_plan merge = {
        .directory = options->directory,
        .level = options->level,
        .keeps_ranges = options->keeps_ranges,
        .shape = options->is_run ? GDX_SHAPE_EXACT : options->shape,
        .executor = options->executor,
        .stop = options->stop,
    };
    gdx_status status = plan(&merge, options, inputs, input_count, out_fits, err);
    if (status == GDX_OK && *out_fits && merge.documents.count == 0)
        *out = (gdx_segment_info){0};
    else if (status == GDX_OK && *out_fits)
        status = write_segment(&merge, options->tag, options->is_run, out, err);
    merge_plan_clear(&merge);
    return status;
}

gdx_status gdx_segment_merge(const gdx_segment_merge_options *options, const gdx_merge_input *inputs,
                             size_t input_count, gdx_segment_info *out, gdx_error *err) {
    bool are_exact = true, have_blocks = true, fits = true;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < input_count; i++) {
        are_exact &= inputs[i].segment->shape == GDX_SHAPE_EXACT;
        have_blocks &= inputs[i].segment->shape != GDX_SHAPE_ARCHIVE;
    }
    // The blocks of compact inputs are of use to a compact segment alone; spans of archives begin elsewhere in the
    // result.
    bool by_lists = are_exact || (have_blocks && options->shape == GDX_SHAPE_COMPACT && !options->is_run);
    if (by_lists)
        status = merge_lists(options, inputs, input_count, out, &fits, err);
    if (status != GDX_OK || (by_lists && fits))
        return status;
    GDX_AUTO(exact_inputs) exact = NULL;
    size_t exact_count;
    status = exact_inputs_make(options, inputs, input_count, &exact, err);
    const gdx_merge_input *made = status == GDX_OK ? exact_inputs_of(exact, &exact_count) : NULL;
    return status == GDX_OK ? merge_lists(options, made, exact_count, out, &fits, err) : status;
}
