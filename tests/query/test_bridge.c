// SPDX-License-Identifier: Apache-2.0
// test_bridge.c: bridge: against a search of every start, division and block of random lines.

#include "collection.h"

#include "../property/random.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define BLOCK "1986年7月10日，中国正式提出申请。\n这是成员在东京开会。"

static const struct written documents[] = {
    {.id = "1", .text = "对全球产业和金融\n\n" BLOCK "\n 资本与中国的合作造成", .source = "law"},
    {.id = "2", .text = "全球产业和金融资本与中国的合作", .source = "news"},
    {.id = "3", .text = "全球产业和金融资本与中国的合作。\n全球产业和金融\n" BLOCK "\n资本与中国的合作", .segment = 1},
    {.id = "4", .text = "全球产业和金融 " BLOCK "\n资本与中国的合作", .segment = 1}, // no line end before the block
    {.id = "5", .text = "全球产业和金融\n" BLOCK "资本与中国的合作", .segment = 1},  // nor after it
    {.id = "6", .text = "全\n" BLOCK "\n球产业和金融资本与中国的合作", .segment = 2},
    {.id = "7", .text = "全球产业和金融资本与中国的合\n" BLOCK "\n作", .segment = 2, .source = "news"},
    {.id = "8", .text = "全球产业和金融\n" BLOCK "\n资本与中国的合作", .segment = 2, .is_deleted = true},
    {.id = "9", .text = "supply\nsome other lines\nchain of supply chains", .segment = 2},
};

static int set_up(void **state) {
    return collection_set_up(state, documents, sizeof documents / sizeof *documents);
}

#define PHRASE "全球产业和金融资本与中国的合作"

static void a_block_of_whole_lines_may_divide_a_phrase(void **state) {
    expect_totals(*state, PHRASE, 2, 2, 0);
    expect_totals(*state, "bridge:" PHRASE, 2, 2, 4);
    expect_totals(*state, "bridge:“全球产业 和金融资本与中国的合作”", 2, 2, 4);
    expect_totals(*state, "bridge:\"supply chain\"", 0, 0, 1);
    expect_totals(*state, "bridge:全球", 6, 7, 1);
    expect_totals(*state, "bridge:全", 7, 8, 0);
    expect_totals(*state, "title:(bridge:" PHRASE ")", 0, 0, 0);
}

static void the_rest_of_a_query_holds_for_bridged_places_too(void **state) {
    expect_totals(*state, "bridge:" PHRASE " source:law", 0, 0, 1);
    expect_totals(*state, "bridge:" PHRASE " source:news", 1, 1, 1);
    expect_totals(*state, "bridge:" PHRASE " 造成", 0, 0, 1);
    expect_totals(*state, "bridge:" PHRASE " -造成", 2, 2, 3);
    expect_totals(*state, "bridge:" PHRASE " OR 造成", 3, 3, 4);
}

static void a_block_has_at_most_120_symbols(void **state) {
    (void)state;
    static char texts[2][120 * 3 + 64];
    for (size_t i = 0; i < 2; i++) {
        strcpy(texts[i], "甲\n");
        for (size_t n = 0; n < 120 + i; n++)
            strcat(texts[i], "丙");
        strcat(texts[i], "\n乙");
    }
    const struct written two[] = {{.id = "1", .text = texts[0]}, {.id = "2", .text = texts[1]}};
    struct collection collection;
    collection_open(&collection, two, 2);
    expect_totals(&collection, "bridge:甲乙", 0, 0, 1);
    collection_close(&collection);
}

static void expect_hits(const struct collection *collection, const gdx_search_options *options, const char *expected) {
    GDX_AUTO(gdx_results) results = collection_search(collection, "bridge:" PHRASE, options);
    char seen[256] = "";
    assert_int_equal(results->documents, 2);
    assert_int_equal(results->occurrences, 2);
    assert_int_equal(results->bridged_documents, 3);
    assert_int_equal(results->bridged_occurrences, 4);
    for (size_t i = 0; i < results->hit_count; i++) {
        const gdx_hit *hit = &results->hits[i];
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%.*s%s:%zu ", GDX_SLICE_ARGUMENTS(hit->id),
                 hit->bridged ? "b" : "", hit->match_count);
    }
    assert_string_equal(seen, expected);
}

static void hits_by_bridged_places_alone_are_labelled(void **state) {
    gdx_search_options options = {.limit = 10, .order = GDX_ORDER_ID, .match_limit = 10, .snippet_symbols = 5};
    expect_hits(*state, &options, "1b:1 2:1 3:2 6b:1 7b:1 ");
    options.offset = 3;
    expect_hits(*state, &options, "6b:1 7b:1 ");
    options = (gdx_search_options){.limit = 2, .order = GDX_ORDER_RELEVANCE};
    expect_hits(*state, &options, "2:0 3:0 ");
}

static void a_scan_labels_bridged_places(void **state) {
    const struct collection *collection = *state;
    GDX_AUTO(gdx_query) query = collection_parse("bridge:" PHRASE);
    GDX_AUTO(gdx_scan) scan = NULL;
    gdx_occurrence occurrence;
    bool has = true;
    char seen[256] = "";
    assert_int_equal(gdx_scan_open(collection->searcher, collection->snapshot, query, 0, NULL, &scan, NULL), GDX_OK);
    while (gdx_scan_next(scan, &occurrence, &has, NULL) == GDX_OK && has)
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%.*s:%u%s%s ", GDX_SLICE_ARGUMENTS(occurrence.id),
                 occurrence.position, occurrence.bridged ? "b" : "",
                 memmem(occurrence.matched.data, occurrence.matched.bytes, "东京", 6) ? "+" : "");
    assert_string_equal(seen, "1:1b+ 2:0 3:0 3:16b+ 6:0b+ 7:0b+ ");
}

// ---- random lines

enum { TEXTS = 60, SIGNS = 60, ROUNDS = 150 };

struct lines {
    char letters[SIGNS + 1];
    bool starts_line[SIGNS + 1];
    char text[SIGNS * 5];
};

static void make_lines(struct lines *lines, random_state *random) {
    size_t count = random_below(random, SIGNS);
    char *to = lines->text;
    for (size_t i = 0; i < count; i++) {
        lines->letters[i] = (char)('a' + random_below(random, 3));
        lines->starts_line[i] = i > 0 && random_below(random, 3) == 0;
        if (lines->starts_line[i])
            to = stpcpy(to, random_below(random, 2) ? "\n" : " \r\n");
        to = stpcpy(to, han((const char[]){lines->letters[i], '\0'}));
    }
}

// How many starts have a divided phrase and not a whole one.
static size_t count_divided(const struct lines *lines, const char *phrase) {
    size_t length = strlen(lines->letters), symbols = strlen(phrase), found = 0;
    for (size_t start = 0; start < length; start++) {
        bool has = false;
        for (size_t split = 1; split < symbols; split++)
            for (size_t rest = start + split + 1; rest + symbols - split <= length; rest++)
                has |= strncmp(lines->letters + start, phrase, split) == 0 &&
                       strncmp(lines->letters + rest, phrase + split, symbols - split) == 0 &&
                       lines->starts_line[start + split] && lines->starts_line[rest];
        found += has && strncmp(lines->letters + start, phrase, symbols) != 0;
    }
    return found;
}

static void counts_are_those_of_a_search_of_every_division(void **state) {
    (void)state;
    enum { SEED = 20261128 };
    static struct lines all[TEXTS];
    static struct written written[TEXTS];
    static char ids[TEXTS][4];
    random_state random = {SEED};
    struct collection collection;
    for (size_t i = 0; i < TEXTS; i++) {
        make_lines(&all[i], &random);
        snprintf(ids[i], sizeof ids[i], "%02zu", i % 100);
        written[i] = (struct written){
            .id = ids[i], .text = all[i].text, .segment = i / 20, .is_deleted = random_below(&random, 8) == 0};
    }
    collection_open(&collection, written, TEXTS);
    for (int round = 0; round < ROUNDS; round++) {
        char phrase[8] = "", query[64];
        for (uint32_t n = 0, count = 1 + random_below(&random, 6); n < count; n++)
            phrase[n] = (char)('a' + random_below(&random, 3));
        uint64_t having = 0, occurrences = 0, bridged = 0;
        for (size_t i = 0; i < TEXTS; i++) {
            size_t count = written[i].is_deleted ? 0 : lettered_count(all[i].letters, phrase);
            having += count > 0;
            occurrences += count;
            bridged += written[i].is_deleted ? 0 : count_divided(&all[i], phrase);
        }
        snprintf(query, sizeof query, "bridge:%s", han(phrase));
        expect_totals(&collection, query, having, occurrences, bridged);
    }
    collection_close(&collection);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_of_whole_lines_may_divide_a_phrase),
        cmocka_unit_test(the_rest_of_a_query_holds_for_bridged_places_too),
        cmocka_unit_test(a_block_has_at_most_120_symbols),
        cmocka_unit_test(hits_by_bridged_places_alone_are_labelled),
        cmocka_unit_test(a_scan_labels_bridged_places),
        cmocka_unit_test(counts_are_those_of_a_search_of_every_division),
    };
    return cmocka_run_group_tests(tests, set_up, collection_tear_down);
}
