// SPDX-License-Identifier: Apache-2.0
// merge.c: several segments into one, without a look at the text. docs/format.md, "Segment".
// Documents keep their order, so each input's positions move by a constant, or by one for each run of live documents.
// Words are numbered anew, but in the same order within an input. So lists are unpacked, moved and packed, dictionaries
// are merged as sorted lists, and stored text is mostly copied as it is compressed.

#include "merge.h"

#include "words_writer.h"

#include <stdlib.h>

gdx_status gdx_merge_check(const gdx_merge *merge, gdx_error *err) {
    if (merge->cancelled && atomic_load_explicit(merge->cancelled, memory_order_relaxed))
        return gdx_fail(err, GDX_CANCELLED, "%s: merge cancelled", merge->directory);
    return GDX_OK;
}

// What was read of the inputs would else count as this process's memory until the end, and be as large as they are.
void gdx_merge_forget(const gdx_merge *merge) {
    for (size_t i = 0; i < merge->source_count; i++)
        gdx_segment_forget(merge->sources[i].segment);
}

static void merge_clear(gdx_merge *merge) {
    for (size_t i = 0; merge->sources && i < merge->source_count; i++) {
        free(merge->sources[i].runs);
        free(merge->sources[i].words);
    }
    free(merge->sources);
    gdx_document_table_clear(&merge->documents);
    gdx_buffer_clear(&merge->spellings);
    free(merge->words);
    *merge = (gdx_merge){0};
}

static gdx_status take_inputs(gdx_merge *merge, const gdx_merge_input *inputs, size_t count, gdx_error *err) {
    merge->sources = calloc(count + 1, sizeof *merge->sources);
    if (!merge->sources)
        return gdx_fail_memory(err, "merging segments");
    merge->source_count = count;
    for (size_t i = 0; i < count; i++)
        merge->sources[i] = (gdx_merge_source){.segment = inputs[i].segment, .deleted = inputs[i].deleted};
    for (size_t i = 0; i < count; i++) {
        gdx_merge_source *source = &merge->sources[i];
        if (source->segment->rule_fingerprint != inputs[0].segment->rule_fingerprint)
            return gdx_fail(err, GDX_INVALID, "%s: made by other text tables than %s; index the documents anew",
                            source->segment->path, inputs[0].segment->path);
        gdx_status status = gdx_segment_columns(source->segment, &source->columns, err);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

// ---- writing

static gdx_status write_store(const gdx_merge *merge, gdx_sink *sink, gdx_error *err) {
    GDX_AUTO(gdx_store_writer) writer = NULL;
    gdx_status status = gdx_sink_begin(sink, SECTION_STORE, err);
    if (status == GDX_OK)
        status = gdx_store_writer_new(sink, merge->level, &writer, err);
    if (status == GDX_OK)
        status = gdx_merge_store(merge, writer, err);
    return status == GDX_OK ? gdx_store_writer_finish(writer, err) : status;
}

// Every position but the end marks begins one bigram: inputs whose lists say otherwise are damaged.
static gdx_status check_occurrences(const gdx_merge *merge, uint64_t occurrences, gdx_error *err) {
    uint64_t symbols = merge->documents.position - 2 * (uint64_t)merge->documents.count;
    if (occurrences == symbols)
        return GDX_OK;
    return gdx_fail(err, GDX_CORRUPT,
                    "%s: postings of %llu positions to merge, the documents have %llu; a segment is damaged, verify "
                    "names it",
                    merge->directory, (unsigned long long)occurrences, (unsigned long long)symbols);
}

static gdx_status write_terms(const gdx_merge *merge, gdx_merge_terms *terms, gdx_sink *sink, uint32_t *out_count,
                              gdx_error *err) {
    gdx_terms_writer writer;
    gdx_status status = gdx_terms_writer_init(&writer, sink, merge->documents.position, err);
    if (status == GDX_OK)
        status = gdx_merge_terms_write(terms, &writer, err);
    if (status == GDX_OK)
        status = gdx_terms_writer_finish(&writer, err);
    if (status == GDX_OK)
        status = check_occurrences(merge, writer.occurrences, err);
    *out_count = (uint32_t)writer.term_count;
    gdx_terms_writer_clear(&writer);
    return status;
}

static gdx_status write_sections(const gdx_merge *merge, unsigned threads, gdx_sink *sink, gdx_footer_counts *counts,
                                 gdx_error *err) {
    GDX_AUTO(gdx_merge_terms) terms = NULL;
    gdx_status status = gdx_merge_terms_start(merge, threads, &terms, err);
    if (status == GDX_OK)
        status = write_store(merge, sink, err);
    if (status == GDX_OK)
        status = write_terms(merge, terms, sink, &counts->term_count, err);
    if (status == GDX_OK)
        status = gdx_words_write(merge->words, (uint32_t)merge->word_count, sink, err);
    if (status == GDX_OK)
        status = gdx_document_table_write(&merge->documents, sink, err);
    counts->text_bytes = merge->documents.text_bytes;
    counts->document_count = merge->documents.count;
    counts->position_count = merge->documents.position;
    counts->word_count = (uint32_t)merge->word_count;
    counts->source_count = merge->documents.source_count;
    counts->store_level = merge->level;
    return status;
}

static gdx_status write_segment(const gdx_merge *merge, uint64_t tag, unsigned threads, gdx_segment_info *out,
                                gdx_error *err) {
    GDX_AUTO(gdx_sink) sink = NULL;
    gdx_footer_counts counts = {0};
    gdx_status status = gdx_sink_open(merge->directory, tag, merge->sources[0].segment->rule_fingerprint, &sink, err);
    if (status == GDX_OK)
        status = write_sections(merge, threads, sink, &counts, err);
    if (status == GDX_OK)
        status = gdx_merge_check(merge, err);
    if (status != GDX_OK)
        return status;
    gdx_sink *complete = sink;
    sink = NULL; // freed by the finish, whatever happens
    return gdx_sink_finish(complete, &counts, out, err);
}

gdx_status gdx_segment_merge(const char *directory, uint64_t tag, int level, const gdx_merge_input *inputs,
                             size_t input_count, unsigned threads, const atomic_bool *cancelled, gdx_segment_info *out,
                             gdx_error *err) {
    gdx_merge merge = {.directory = directory, .cancelled = cancelled, .level = level};
    gdx_status status = take_inputs(&merge, inputs, input_count, err);
    if (status == GDX_OK)
        status = gdx_merge_plan_documents(&merge, err);
    if (status == GDX_OK && merge.documents.count == 0) {
        *out = (gdx_segment_info){0};
        merge_clear(&merge);
        return GDX_OK;
    }
    if (status == GDX_OK)
        status = gdx_merge_plan_words(&merge, err);
    gdx_merge_forget(&merge);
    if (status == GDX_OK)
        status = write_segment(&merge, tag, threads, out, err);
    merge_clear(&merge);
    return status;
}
