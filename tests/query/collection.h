// SPDX-License-Identifier: Apache-2.0
// collection.h: a small collection of one test program, its index and searcher, and answers as text to compare.
// Texts may be written in letters: `han` makes 甲 of a, 乙 of b and so on, so that each letter is one symbol and a
// naive computation can work on plain strings.
#ifndef TEST_COLLECTION_H
#define TEST_COLLECTION_H

#include "gdx/query.h"

struct written {
    const char *id;
    const char *title; // NULL: ""
    const char *text;
    const char *source; // NULL: ""
    gdx_date date;
    size_t segment; // from 0, ascending
    bool is_deleted;
    bool title_from_text;
    const gdx_part *parts;
    uint32_t part_count;
};

struct collection {
    char *folder;
    gdx_index *index;
    gdx_snapshot *snapshot;
    gdx_searcher *searcher;
};

void collection_open(struct collection *out, const struct written *documents, size_t count);
void collection_close(struct collection *collection);
// One for a test program as *state, for cmocka's setup and teardown.
int collection_set_up(void **state, const struct written *documents, size_t count);
int collection_tear_down(void **state);

// In one of sixteen static buffers used in turn. Characters other than a to h stay.
const char *han(const char *letters);

gdx_query *collection_parse(const char *text);
gdx_totals collection_count(const struct collection *collection, const char *query);
// Fails unless the query has these totals.
void expect_totals(const struct collection *collection, const char *query, uint64_t documents, uint64_t occurrences,
                   uint64_t bridged);
// The caller frees.
gdx_results *collection_search(const struct collection *collection, const char *query,
                               const gdx_search_options *options);
// Fails unless the ids of all hits, with a space between two, are these.
void expect_ids(const struct collection *collection, const char *query, gdx_order order, const char *ids);

// ---- collections of random letters

enum { LETTERED = 60, LETTERED_BYTES = 24 };
struct lettered {
    char title[LETTERED_BYTES];
    char text[LETTERED_BYTES];
    bool is_deleted;
};
// LETTERED documents of the letters a to d with the ids "00", "01" and so on, over three segments, some deleted.
void lettered_open(struct collection *out, struct lettered documents[LETTERED]);
// How often `phrase` occurs in `field`, overlapping places counted each.
size_t lettered_count(const char *field, const char *phrase);

#endif
