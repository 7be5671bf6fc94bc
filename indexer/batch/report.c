// SPDX-License-Identifier: Apache-2.0
// report.c: see report.h. Pieces of one file may lie in several slabs, read in any order: only when all slabs before
// are done are the lines before a piece known.

#include "report.h"

#include <stdlib.h>

gdx_status ledger_init(struct ledger *ledger) {
    *ledger = (struct ledger){.file = UINT64_MAX};
    return refusals_init(&ledger->refusals);
}

void ledger_clear(struct ledger *ledger) {
    refusals_clear(&ledger->refusals);
}

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

void ledger_count(struct ledger *ledger, const gdx_batch_summary *counts) {
    add_counts(&ledger->counts, counts);
}

// Lines of the file before each piece. Where they are not known, what is found has its byte alone.
static void count_lines(struct ledger *ledger, const struct slab *slab, uint64_t *before) {
    for (size_t piece = 0; piece < slab->piece_count; piece++) {
        ledger->lines = slab->pieces[piece].file == ledger->file ? ledger->lines : 0;
        ledger->file = slab->pieces[piece].file;
        before[piece] = slab->pieces[piece].is_of_share ? LINES_UNKNOWN : ledger->lines;
        ledger->lines += slab->pieces[piece].lines;
    }
}

gdx_status ledger_take(struct ledger *ledger, struct slab_build *build, bool is_read) {
    struct slab *slab = build->slab;
    uint64_t *before = is_read ? calloc(slab->piece_count + 1, sizeof *before) : NULL;
    if (before)
        count_lines(ledger, slab, before);
    gdx_status status = refusals_move(&ledger->refusals, &slab->refusals, NULL);
    gdx_status of_built = refusals_move(&ledger->refusals, &build->built.refusals, before);
    add_counts(&ledger->counts, &build->built.counts);
    free(before);
    if (is_read && !before)
        return GDX_NO_MEMORY;
    return status == GDX_OK ? of_built : status;
}

void report_refusals(const gdx_batch_options *options, const struct refusals *refusals, gdx_batch_summary *summary) {
    summary->refused += refusals_count(refusals, GDX_BATCH_REFUSED);
    summary->left_out += refusals_count(refusals, GDX_BATCH_LEFT_OUT);
    kinds_add_all(&summary->kinds, &refusals->kinds);
    for (size_t i = 0; options->on_finding && i < refusals->count; i++) {
        const struct refusal *refusal = &refusals->items[i];
        gdx_batch_finding reported = {.path = refusal->path.data,
                                      .line = refusal->line,
                                      .byte = refusal->byte,
                                      .class = refusal->class,
                                      .kind = refusal->kind.data,
                                      .reason = refusal->reason.data};
        options->on_finding(options->context, &reported);
    }
}

void report_ledger(const gdx_batch_options *options, const struct ledger *ledger, gdx_batch_summary *summary) {
    report_refusals(options, &ledger->refusals, summary);
    add_counts(summary, &ledger->counts);
}
