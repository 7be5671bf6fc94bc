// SPDX-License-Identifier: Apache-2.0
// subcorpus.h: the documents that one query or two match, as a row of letters. Relies on row.h.
#ifndef GDX_STATISTICS_SUBCORPUS_H
#define GDX_STATISTICS_SUBCORPUS_H

#include "row.h"

#include "gdx/executor.h"

enum { SUBCORPUS_SYMBOLS_MOST = 50000000 };

struct subcorpus {
    gdx_searcher *searcher;
    gdx_snapshot *snapshot;
    const gdx_query *a;
    const gdx_query *b; // NULL: none
    bool b_is_rest;     // documents of A are left out of B
    enum row_unit unit;
    const gdx_stop *stop;
    gdx_executor *executor; // reads; NULL: this thread alone
};

// GDX_INVALID, of two queries, field "a" or "b": it has no document; "b": one of its documents is in A. row_clear frees
// *out, whatever happened.
gdx_status subcorpus_read(const struct subcorpus *subcorpus, struct row *out, gdx_error *err) GDX_MUST_CHECK;

#endif
