// SPDX-License-Identifier: Apache-2.0
// reprints.h: the settings of `gramdex reprints`, which asks, and with --build writes.
#ifndef GRAMDEX_REPRINTS_H
#define GRAMDEX_REPRINTS_H

#include "asking.h"

struct reprints_command {
    struct asking asking;
    uint32_t limit, members;
    bool excerpts; // their table, in place of that of groups
    bool builds;
    const char *jaccard, *within;
    unsigned threads;
    size_t memory_bytes;
};

// "0.7", "30d" or "30", as gdx_reprints_options has them. GDX_INVALID: wrong use.
gdx_status reprints_read_thresholds(const struct reprints_command *self, uint32_t *out_jaccard, uint32_t *out_days,
                                    gdx_error *err) GDX_MUST_CHECK;
// `gramdex reprints --build`. Returns the exit status.
int reprints_build(const struct command *command, const struct reprints_command *self);

#endif
