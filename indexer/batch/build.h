// SPDX-License-Identifier: Apache-2.0
// build.h: what a worker does: documents out of a slab, symbols out of them, segments out of those.
// Where segments end is the spans' to say. A builder that has them to itself places each document as it comes
// (builder_add); several builders read slabs at the same time, and place documents by the assembly.
#ifndef GDX_BATCH_BUILD_H
#define GDX_BATCH_BUILD_H

#include "gdx/batch.h"
#include "gdx/index.h"
#include "gdx/segment.h"
#include "gdx/work.h"
#include "orders.h"
#include "slab.h"
#include "spans.h"

#include <stdatomic.h>

// For each live document of the snapshot: 1 + the order of the last record of this batch that was the same as it; 0:
// none was. Written by all workers, hence atomic; a later order wins.
struct seen {
    gdx_snapshot *snapshot;   // a reference of the owner's
    size_t *first;            // of each live segment in `orders`
    _Atomic uint64_t *orders; // one for each document
};
gdx_status seen_init(struct seen *seen, gdx_snapshot *snapshot) GDX_MUST_CHECK;
void seen_clear(struct seen *seen);
// Takes the pages of the snapshot's files out of memory; they come back as they are touched. Any thread.
void seen_forget(const struct seen *seen);
// *out true: the index holds this very document; notes that it was seen.
gdx_status seen_is_unchanged(struct seen *seen, const gdx_document *document, document_order order, bool *out,
                             gdx_error *err) GDX_MUST_CHECK;

// From one commit of a batch to its next: what was seen stays seen, and so does all that the batch has added.
struct seen_segments { // the names of a snapshot's segments, which may be gone after a commit
    uint64_t *names;
    size_t count;
};
gdx_status seen_segments_of(const struct seen *seen, struct seen_segments *out, gdx_error *err) GDX_MUST_CHECK;
void seen_segments_clear(struct seen_segments *segments);
gdx_status seen_renew(struct seen *seen, const struct seen_segments *before, gdx_snapshot *snapshot,
                      gdx_error *err) GDX_MUST_CHECK;

struct assembly;
struct kept_run;

struct build_settings { // immutable while the batch runs
    const char *directory;
    int level;
    const gdx_rule *rule; // of the index
    const gdx_keys *keys; // of metadata, that it declares
    gdx_shape shape;
    gdx_source_options source;
    size_t inverter_bytes;
    bool stitches_alone; // one builder at a time stitches
    size_t run_bytes;    // of documents, after which a run ends; 0: as many as the inverter takes
    struct spans *spans;
    struct assembly *assembly; // NULL: there is one builder
    struct seen *seen;         // NULL: no document counts as unchanged
    gdx_stop stop;
    atomic_bool *failed; // set when the batch is lost, so that others stop
    bool strict;
    atomic_ullong *documents; // counters for the progress line
    atomic_ullong *refused;
};

struct built { // what came of a slab, and of the runs that its worker built after it
    struct refusals refusals;
    gdx_batch_summary counts; // documents, unchanged, refused, bytes, symbols, stage times
    gdx_status status;
    gdx_error error;
};
void built_clear(struct built *built);

// A slab and what came of it: a job that has one owner at a time, the loop until submit, a worker until done, then the
// loop.
struct slab_build {
    gdx_job job;
    void *context; // the submitter's
    struct slab *slab;
    bool is_done;
    bool is_last; // no slab follows
    struct built built;
};

// GDX_UNSUPPORTED if the rule is NULL: an index's own, which this program does not have.
gdx_status build_check_rule(const gdx_rule *rule, gdx_error *err) GDX_MUST_CHECK;

// One worker's own: contexts that are used again from slab to slab.
struct builder;
struct builder *builder_new(const struct build_settings *settings, unsigned worker, gdx_error *err);
void builder_free(struct builder *builder); // NULL is fine

// The builders of a batch, for as many workers as build at the same time. Any thread.
struct builder_team;
struct builder_team *builder_team_new(const struct build_settings *settings, unsigned count); // NULL: no memory
void builder_team_free(struct builder_team *team); // none may be taken; NULL is fine
// One that nobody has; made when there is none, on the worker that takes it, so that its memory is first touched there.
// NULL with err: it cannot be made. No more than `count` may be taken.
struct builder *builder_team_take(struct builder_team *team, gdx_error *err);
void builder_team_give(struct builder_team *team, struct builder *builder); // NULL is fine

// Document by document, numbered from 0 by builder_begin on. `sequence`: of the slab. *out_fits false: it has more
// symbols than a segment takes, and nothing was added. After a failure only builder_abandon may follow.
void builder_begin(struct builder *builder);
gdx_status builder_add(struct builder *builder, uint32_t sequence, struct built *built, const gdx_document *document,
                       bool *out_fits, gdx_error *err) GDX_MUST_CHECK;
// Ends the span at hand, if there is one: its segment is written.
gdx_status builder_end(struct builder *builder, struct built *built, gdx_error *err) GDX_MUST_CHECK;
// Drops the segment at hand, with its temporary file.
void builder_abandon(struct builder *builder);
// Builds runs that the assembly closed, one after the other, and gives them back to it, whatever happens.
gdx_status builder_build_runs(struct builder *builder, struct built *built, struct kept_run *runs,
                              gdx_error *err) GDX_MUST_CHECK;

// slab_build.c: reads the slab's documents, and builds what is due then. Runs on: worker.
gdx_status builder_run_on_worker(struct builder *builder, struct slab_build *build, gdx_error *err) GDX_MUST_CHECK;

// -- for slab_build.c
gdx_source *builder_source(struct builder *builder);
const struct build_settings *builder_settings(const struct builder *builder);
// What the slab at hand is kept in; NULL: documents are placed as they come.
struct kept **builder_kept(struct builder *builder);
gdx_status builder_no_memory(gdx_error *err);
// GDX_CANCELLED when another worker failed; GDX_DEADLINE.
gdx_status builder_check_stop(const struct builder *builder, gdx_error *err) GDX_MUST_CHECK;
// Symbols of the document that builder_add found too large.
uint64_t builder_symbols(const struct builder *builder);

#endif
