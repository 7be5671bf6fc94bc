// SPDX-License-Identifier: Apache-2.0
// gdx/replay.h: a count made again in the plainest way: every live document is read and cut into symbols, and every
// phrase is tried at every place. It shares the parsed query and the matching rule with gdx_count, and nothing else: no
// postings, no dictionary, no document table. So the two agree, or something is wrong with the index or with this
// program. Relies on gdx/query.h.
#ifndef GDX_REPLAY_H
#define GDX_REPLAY_H

#include "gdx/query.h"

// GDX_INVALID, field "query": it has bridge:, which is not replayed. Else as gdx_count. Thread: any, one at a time for
// each snapshot and query is enough. `progress`, may be NULL, is called now and then with how many documents were read.
// Cost: reading and folding all text, and for NEAR and THEN the product of both sides' occurrences in a document.
gdx_status gdx_replay_count(gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                            void (*progress)(void *context, uint64_t done, uint64_t of), void *context, gdx_totals *out,
                            gdx_error *err) GDX_MUST_CHECK;

#endif
