// SPDX-License-Identifier: Apache-2.0
// truth.h: how often a phrase really occurs in a JSON Lines file, by the matching rule and without an index.
#ifndef GDX_BENCH_TRUTH_H
#define GDX_BENCH_TRUTH_H

#include "phrases.h"

// Fills in `documents` and `occurrences` of every phrase. Cost: one pass over the text for all of them.
gdx_status truth_find(struct phrases *phrases, const char *path, gdx_error *err) GDX_MUST_CHECK;

#endif
