// SPDX-License-Identifier: Apache-2.0
// report.c: see report.h. Pieces of one file may lie in several slabs, built in any order: only at the end are the
// lines before each piece known.

#include "report.h"

#include <stdlib.h>

static void add_counts(gdx_batch_summary *to, const gdx_batch_summary *from) {
    kinds_add_all(&to->kinds, &from->kinds);
    to->documents += from->documents;
    to->unchanged += from->unchanged;
    to->mended += from->mended;
    to->replaced_bytes += from->replaced_bytes;
    to->text_bytes += from->text_bytes;
    to->symbols += from->symbols;
    to->parse_ns += from->parse_ns;
    to->fold_ns += from->fold_ns;
    to->store_ns += from->store_ns;
    to->invert_ns += from->invert_ns;
    to->write_ns += from->write_ns;
}

// `lines_before`: of each piece; NULL: what is reported has no lines.
static void report_all(const struct report *report, const struct refusals *refusals, const uint64_t *lines_before) {
    const gdx_batch_options *options = report->options;
    report->summary->refused += refusals_count(refusals, GDX_BATCH_REFUSED);
    report->summary->left_out += refusals_count(refusals, GDX_BATCH_LEFT_OUT);
    kinds_add_all(&report->summary->kinds, &refusals->kinds);
    for (size_t i = 0; options->on_finding && i < refusals->count; i++) {
        const struct refusal *refusal = &refusals->items[i];
        uint64_t before = lines_before ? lines_before[refusal->piece] : 0;
        gdx_batch_finding reported = {.path = refusal->path.data,
                                      .line = refusal->line && report->is_complete ? refusal->line + before : 0,
                                      .byte = refusal->byte,
                                      .class = refusal->class,
                                      .kind = refusal->kind.data,
                                      .reason = refusal->reason.data};
        options->on_finding(options->context, &reported);
    }
}

void report_refusals(const struct report *report, const struct refusals *refusals) {
    report_all(report, refusals, NULL);
}

void report_builds(const struct report *report, struct slab_build *const *builds, size_t count) {
    uint64_t file = UINT64_MAX;
    uint64_t lines = 0;
    for (size_t i = 0; i < count; i++) {
        const struct slab *slab = builds[i]->slab;
        uint64_t *before = calloc(slab->piece_count + 1, sizeof *before);
        for (size_t piece = 0; piece < slab->piece_count; piece++) {
            lines = slab->pieces[piece].file == file ? lines : 0;
            file = slab->pieces[piece].file;
            if (before)
                before[piece] = lines;
            lines += slab->pieces[piece].lines;
        }
        report_all(report, &slab->refusals, NULL);
        report_all(report, &builds[i]->built.refusals, before);
        add_counts(report->summary, &builds[i]->built.counts);
        free(before);
    }
}
