// SPDX-License-Identifier: Apache-2.0
// hits.h: how hits and occurrences look, on a terminal and in JSON.
// Relies on gdx/query.h, terminal.h, jansson. The names in JSON are part of what programs rely on.
#ifndef GRAMDEX_HITS_H
#define GRAMDEX_HITS_H

#include "backend.h"
#include "terminal.h"

#include <jansson.h>

// NULL: no memory.
json_t *hits_to_json(gdx_slice query, const gdx_results *results, const struct answer_info *info);
json_t *occurrence_to_json(const gdx_occurrence *occurrence);

void hits_print(const struct style *style, const gdx_results *results, const gdx_search_options *options,
                const struct answer_info *info);
// One line: id, field and byte range, the match in its context; tabs between them.
void occurrence_print(const struct style *style, const gdx_occurrence *occurrence);

#endif
