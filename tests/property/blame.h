// SPDX-License-Identifier: Apache-2.0
// blame.h: which part of a query the engine answers wrongly, so that a failure names NEAR or a phrase and not a whole
// random query.
#ifndef TEST_BLAME_H
#define TEST_BLAME_H

#include "gdx/query.h"
#include "oracle.h"

// Counts each part of the query on its own, children first. Writes the first part that the oracle counts differently to
// *out, with both counts. If all parts are right, *out says that only their combination is wrong.
void blame_part(struct oracle *oracle, gdx_searcher *searcher, gdx_snapshot *snapshot, const struct part *query,
                gdx_buffer *out);

#endif
