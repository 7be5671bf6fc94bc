// SPDX-License-Identifier: Apache-2.0
// collection.c: see collection.h.

#include "collection.h"

#include "gdx/text.h"

#include "../property/corpus.h"
#include "../property/random.h"
#include "../support/folder.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static gdx_slice slice_of(const char *text) {
    return gdx_slice_of(text ? text : "");
}

void collection_open(struct collection *out, const struct written *documents, size_t count) {
    struct corpus corpus = {.count = count};
    corpus.documents = calloc(count, sizeof *corpus.documents);
    assert_non_null(corpus.documents);
    for (size_t i = 0; i < count; i++) {
        const struct written *from = &documents[i];
        corpus.documents[i] = (corpus_document){.stored = {.id = slice_of(from->id),
                                                           .title = slice_of(from->title),
                                                           .source = slice_of(from->source),
                                                           .metadata = gdx_slice_of(""),
                                                           .text = slice_of(from->text),
                                                           .date = from->date,
                                                           .title_from_text = from->title_from_text,
                                                           .parts = from->parts,
                                                           .part_count = from->part_count},
                                                .segment = from->segment,
                                                .is_deleted = from->is_deleted};
        corpus.segment_count = from->segment + 1;
    }
    out->folder = folder_new();
    corpus_write(&corpus, out->folder);
    free(corpus.documents); // the strings are the caller's
    assert_int_equal(gdx_index_open(out->folder, &out->index, NULL), GDX_OK);
    out->snapshot = gdx_index_snapshot(out->index);
    out->searcher = gdx_searcher_new();
    assert_non_null(out->searcher);
}

void collection_close(struct collection *collection) {
    gdx_searcher_free(collection->searcher);
    gdx_snapshot_release(collection->snapshot);
    gdx_index_close(collection->index);
    folder_remove(collection->folder);
}

int collection_set_up(void **state, const struct written *documents, size_t count) {
    static struct collection collection;
    collection_open(&collection, documents, count);
    *state = &collection;
    return 0;
}

int collection_tear_down(void **state) {
    collection_close(*state);
    return 0;
}

const char *han(const char *letters) {
    static const char *const signs[] = {"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"};
    static char buffers[16][256];
    static size_t turn;
    char *buffer = buffers[turn++ % 16], *to = buffer;
    for (; *letters; letters++) {
        char as_it_is[] = {*letters, '\0'};
        const char *sign = *letters >= 'a' && *letters <= 'h' ? signs[*letters - 'a'] : as_it_is;
        assert_true(to + strlen(sign) < buffer + sizeof buffers[0]);
        to = stpcpy(to, sign);
    }
    *to = '\0';
    return buffer;
}

gdx_query *collection_parse(const char *text) {
    gdx_query *query = NULL;
    gdx_error err = {0};
    if (gdx_query_parse(gdx_rule_current(), gdx_slice_of(text), &query, &err) != GDX_OK)
        fail_msg("%s: %s", text, err.message);
    return query;
}

gdx_totals collection_count(const struct collection *collection, const char *query) {
    GDX_AUTO(gdx_query) parsed = collection_parse(query);
    gdx_totals totals = {0};
    gdx_error err = {0};
    if (gdx_count(collection->searcher, collection->snapshot, parsed, NULL, &totals, &err) != GDX_OK)
        fail_msg("%s: %s", query, err.message);
    return totals;
}

void expect_totals(const struct collection *collection, const char *query, uint64_t documents, uint64_t occurrences,
                   uint64_t bridged) {
    gdx_totals totals = collection_count(collection, query);
    if (totals.documents != documents || totals.occurrences != occurrences || totals.bridged_occurrences != bridged)
        fail_msg("%s: %llu in %llu documents and %llu bridged, expected %llu, %llu and %llu", query,
                 (unsigned long long)totals.occurrences, (unsigned long long)totals.documents,
                 (unsigned long long)totals.bridged_occurrences, (unsigned long long)occurrences,
                 (unsigned long long)documents, (unsigned long long)bridged);
}

gdx_results *collection_search(const struct collection *collection, const char *query,
                               const gdx_search_options *options) {
    GDX_AUTO(gdx_query) parsed = collection_parse(query);
    gdx_results *results = NULL;
    gdx_error err = {0};
    if (gdx_search(collection->searcher, collection->snapshot, parsed, options, &results, &err) != GDX_OK)
        fail_msg("%s: %s", query, err.message);
    return results;
}

void expect_ids(const struct collection *collection, const char *query, gdx_order order, const char *ids) {
    gdx_search_options options = {.limit = 1000, .order = order};
    GDX_AUTO(gdx_results) results = collection_search(collection, query, &options);
    gdx_buffer found = {0};
    for (size_t i = 0; i < results->hit_count; i++)
        assert_int_equal(
            gdx_buffer_append_format(&found, "%s%.*s", i ? " " : "", GDX_SLICE_ARGUMENTS(results->hits[i].id)), GDX_OK);
    assert_int_equal(gdx_buffer_append(&found, "", 1), GDX_OK);
    if (strcmp((const char *)found.data, ids) != 0)
        fail_msg("%s finds %s, expected %s", query, (const char *)found.data, ids);
    gdx_buffer_clear(&found);
}

// ---- random letters

static void fill(char to[LETTERED_BYTES], size_t length, random_state *random) {
    for (size_t i = 0; i < length; i++)
        to[i] = (char)('a' + random_below(random, 4));
    to[length] = '\0';
}

void lettered_open(struct collection *out, struct lettered documents[LETTERED]) {
    static char ids[LETTERED][4], titles[LETTERED][LETTERED_BYTES * 3], texts[LETTERED][LETTERED_BYTES * 3];
    static struct written written[LETTERED];
    random_state random = {20261128};
    for (size_t i = 0; i < LETTERED; i++) {
        fill(documents[i].title, random_below(&random, 5), &random);
        fill(documents[i].text, random_below(&random, LETTERED_BYTES - 1), &random);
        documents[i].is_deleted = random_below(&random, 5) == 0;
        snprintf(ids[i], sizeof ids[i], "%02zu", i % 100);
        snprintf(titles[i], sizeof titles[i], "%s", han(documents[i].title));
        snprintf(texts[i], sizeof texts[i], "%s", han(documents[i].text));
        written[i] = (struct written){.id = ids[i],
                                      .title = titles[i],
                                      .text = texts[i],
                                      .segment = i * 3 / LETTERED,
                                      .is_deleted = documents[i].is_deleted};
    }
    collection_open(out, written, LETTERED);
}

size_t lettered_count(const char *field, const char *phrase) {
    size_t count = 0;
    for (const char *at = field; (at = strstr(at, phrase)); at++)
        count++;
    return count;
}
