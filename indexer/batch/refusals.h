// SPDX-License-Identifier: Apache-2.0
// refusals.h: what was refused, left out, or mended, with place and reason; kept in input order until the end of the
// batch.
#ifndef GDX_BATCH_REFUSALS_H
#define GDX_BATCH_REFUSALS_H

#include "gdx/base.h"
#include "gdx/batch.h"
#include "gdx/ingest.h"

struct refusal {
    gdx_slice path;
    gdx_slice reason;
    gdx_slice kind;
    uint64_t line; // within the piece until lines are resolved
    uint64_t byte;
    uint32_t piece; // of its slab
    gdx_status status;
    gdx_batch_class class;
};

struct refusals { // one owner
    struct refusal *items;
    size_t count;
    size_t capacity;
    size_t kept[GDX_BATCH_LEFT_OUT + 1]; // of each class
    gdx_batch_kinds kinds;               // of all, those that are not kept counted in
    gdx_arena *arena;
};

enum { REFUSALS_KEPT = 10000 }; // of each class

gdx_status refusals_init(struct refusals *refusals) GDX_MUST_CHECK;
void refusals_clear(struct refusals *refusals);
// Copies the strings.
gdx_status refusals_add(struct refusals *refusals, const struct refusal *refusal) GDX_MUST_CHECK;
// In place of a number of lines before a piece.
#define LINES_UNKNOWN UINT64_MAX
// Moves all of a slab into those of the batch. `lines_before`: of each piece of the slab, or LINES_UNKNOWN; NULL: of
// none is it known. What they say of lines is left out then.
gdx_status refusals_move(struct refusals *to, struct refusals *from, const uint64_t *lines_before) GDX_MUST_CHECK;
// Those of the class, unkept ones counted.
uint64_t refusals_count(const struct refusals *refusals, gdx_batch_class class);
// True if some of the class are counted and not described.
bool refusals_are_cut(const struct refusals *refusals, gdx_batch_class class);
// The first that is refused; NULL: none is.
const struct refusal *refusals_first(const struct refusals *refusals);
// A warning for each thing that was mended or lost; nothing for a document that needed none.
gdx_status refusals_add_repairs(struct refusals *refusals, gdx_slice path, size_t piece,
                                const gdx_repairs *repairs) GDX_MUST_CHECK;
// What is not read for its kind's sake: refused if it holds text, else left out. `words` as gdx_input_sniff gives them,
// which stay as long as the refusal.
struct refusal refusal_of_kind(gdx_slice path, gdx_input_kind kind, const char *words);
// Fails with it: the error of a strict run.
gdx_status refusal_fail(const struct refusal *refusal, gdx_error *err);

void kinds_add(gdx_batch_kinds *kinds, gdx_batch_class class, gdx_slice kind, uint64_t count);
void kinds_take(gdx_batch_kinds *kinds, gdx_batch_class class, gdx_slice kind); // one that was added
void kinds_add_all(gdx_batch_kinds *kinds, const gdx_batch_kinds *from);
// A record, or else a whole file, that cannot be read at this byte. `reason` must stay as long as the refusal.
struct refusal refusal_of_failure(bool is_record, gdx_slice path, uint64_t byte, gdx_status status, const char *reason);
// What a source refused of that piece. `reason` holds its words, and must stay as long.
struct refusal refusal_of_source(const gdx_refusal *refusal, const gdx_piece *piece, char reason[GDX_ERROR_TEXT_BYTES]);

#endif
