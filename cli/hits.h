// SPDX-License-Identifier: Apache-2.0
// hits.h: how hits and occurrences look to people. Relies on the messages of gramdex.v1, terminal.h.
#ifndef GRAMDEX_HITS_H
#define GRAMDEX_HITS_H

#include "table.h"
#include "terminal.h"

#include <gramdex/v1/search.pb-c.h>

// "note". Also for a field that is not known: "text".
const char *field_name(Gramdex__V1__Field field);
// "note"; "note[1]" for the second part of the field.
void field_print(Gramdex__V1__Field field, uint32_t part);
// A hit, with its number in the list, from 1.
void hit_print(const struct style *style, const Gramdex__V1__Hit *hit, uint64_t number);
// " · N bridged", nothing for 0.
void bridged_print(uint64_t bridged_occurrences);
// The totals, after the hits `first` to `last` of them (from 1; 0: none).
void totals_print(const Gramdex__V1__SearchResponse *reply, uint64_t first, uint64_t last, uint64_t took_us);
// One line: id, field, byte range and place, the match in its context; tabs between them.
void occurrence_print(const struct style *style, const Gramdex__V1__Occurrence *occurrence);

// The same as rows for other programs, of tables that these open.
struct table *hits_table(const struct output *output);
void hit_row(struct table *table, const Gramdex__V1__Hit *hit, uint64_t number);
struct table *occurrences_table(const struct output *output);
void occurrence_row(struct table *table, const Gramdex__V1__Occurrence *occurrence);

#endif
