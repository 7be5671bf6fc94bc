// SPDX-License-Identifier: Apache-2.0
// windows.h: the letters around a query's occurrences, as a row of runs. Relies on row.h. Places come from the index;
// then several threads read the text around them, each its share of the documents, and the row is put together in the
// order of the snapshot.
#ifndef GDX_STATISTICS_WINDOWS_H
#define GDX_STATISTICS_WINDOWS_H

#include "row.h"

#include "gdx/executor.h"

enum windows_shape {
    // On each side as many letters as `letters` says, marks passed over, up to the end of a sentence or of the part.
    // What
    // lies in several windows is there once, and no occurrence is in any. A run is what is left between marks.
    WINDOWS_UNITED,
    // One run for each occurrence that has exactly so many letters directly before it, or behind it.
    WINDOWS_BEFORE,
    WINDOWS_AFTER
};

struct windows_options {
    gdx_searcher *searcher;
    gdx_snapshot *snapshot;
    const gdx_query *query;
    enum windows_shape shape;
    uint32_t letters;       // at least 1
    gdx_executor *executor; // NULL: this thread alone
    const gdx_stop *stop;
};

struct windows {                     // {0} is empty; windows_clear frees it
    struct row row;                  // its units are the documents that have an occurrence
    uint8_t *sides;                  // by place: WINDOWS_LEFT, WINDOWS_RIGHT of an occurrence; of WINDOWS_UNITED
    uint64_t occurrences, documents; // that have one
};
enum { WINDOWS_LEFT = 1, WINDOWS_RIGHT = 2 };

// GDX_TOO_LARGE: more than SUBCORPUS_SYMBOLS_MOST symbols must be read.
gdx_status windows_read(const struct windows_options *options, struct windows *out, gdx_error *err) GDX_MUST_CHECK;
void windows_clear(struct windows *windows);

#endif
