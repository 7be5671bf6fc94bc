// SPDX-License-Identifier: Apache-2.0
// queries.h: random queries of every form, as parts and as text.
#ifndef TEST_QUERIES_H
#define TEST_QUERIES_H

#include "oracle.h"

struct part *query_make(const struct corpus *corpus, random_state *random);
void query_clear(struct part *part);
// Appends the query as a user types it, with or without its optional parts.
void query_write(const struct part *part, random_state *random, gdx_buffer *out);

#endif
