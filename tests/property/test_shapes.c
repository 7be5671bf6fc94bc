// SPDX-License-Identifier: Apache-2.0
// test_shapes.c: an index answers the same in each shape, whatever is asked. One collection is written as exact
// segments, as compact ones and as both, and each of them merged; every method of Search is asked the same of the exact
// index, by one thread, and of each other one, by several, and of a root over a leaf of each shape. The collections are
// the examples, with a pair of symbols so frequent that a compact segment lists its positions, and random ones.
// GDX_SEED and GDX_ROUNDS work as in test_oracle.c.

#include "../support/folder.h"
#include "../support/sample.h"
#include "asked.h"
#include "corpus.h"
#include "leaves.h"
#include "queries.h"
#include "questions.h"
#include "reprints.h"

#include "gdx/index.h"

#include <gramdex/v1/search.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct way { // that a collection is written
    const char *name;
    const char *shapes; // of its segments, the first letter of each, over and over
    gdx_shape shape;    // of the index
    bool is_merged;     // to one segment
} ways[] = {
    {"exact segments", "e", GDX_SHAPE_EXACT, false},
    {"compact segments", "c", GDX_SHAPE_COMPACT, false},
    {"segments of all shapes", "ecacea", GDX_SHAPE_EXACT, false},
    {"exact segments merged", "e", GDX_SHAPE_EXACT, true},
    {"compact segments merged", "c", GDX_SHAPE_COMPACT, true},
    {"segments of all shapes merged to a compact one", "ecaac", GDX_SHAPE_COMPACT, true},
    {"compact segments merged to an exact one", "c", GDX_SHAPE_EXACT, true},
    {"archives", "a", GDX_SHAPE_ARCHIVE, false},
    {"segments of all shapes merged to an archive", "eca", GDX_SHAPE_ARCHIVE, true},
};
enum { WAYS = sizeof ways / sizeof *ways, OF_ALL = 2, MERGED = 3, SLICES = 2, THREADS = 3 };
// What an exact one is compared with; the last: the root.
static const size_t compared[] = {1, OF_ALL, 4, 5, 6, 7, 8, WAYS};
enum { PAIRS = sizeof compared / sizeof *compared, PAIRS_OF_WHICH_ONE = 6 };
enum { OFTEN = 16500, OFTEN_DOCUMENTS = 3, EXAMPLES_MOST = 80, LINE_BYTES = 1 << 14, QUERIES = 8, PIECES = 12 };

struct shaped { // a collection in all ways
    struct corpus corpus;
    char *folders[WAYS];
    gdx_target *targets[WAYS];
    struct test_leaves leaves; // of the one of all shapes
    gdx_target *root;
    struct sample sample; // of pairs
};

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s", gdx_status_name(status), err->message);
}

// ---- the examples as a collection

static gdx_slice own(const char *text, size_t bytes) {
    char *copy = malloc(bytes + 1);
    assert_non_null(copy);
    memcpy(copy, text, bytes);
    return (gdx_slice){copy, bytes};
}

static gdx_slice member(const json_t *record, const char *name) {
    const char *text = json_string_value(json_object_get(record, name));
    return own(text ? text : "", text ? strlen(text) : 0);
}

static gdx_document *add_document(struct corpus *corpus, size_t segment) {
    assert_true(corpus->count < EXAMPLES_MOST);
    corpus_document *document = &corpus->documents[corpus->count];
    document->segment = segment;
    document->is_deleted = corpus->count % 9 == 4;
    corpus->count++;
    return &document->stored;
}

static void add_records(struct corpus *corpus, size_t segment, const char *name) {
    char line[LINE_BYTES];
    FILE *file = fopen(folder_path(GDX_EXAMPLES, name), "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        json_t *record = json_loads(line, 0, NULL);
        gdx_document *document = add_document(corpus, segment);
        gdx_error err = {0};
        assert_non_null(record);
        *document =
            (gdx_document){.id = member(record, "id"),
                           .title = member(record, "title"),
                           .source = member(record, "source"),
                           .text = member(record, "text"),
                           .metadata = gdx_slice_of(corpus->count % 3 ? "{\"lang\":\"zh\",\"k\":[1,2.50]}" : "")};
        gdx_slice date = member(record, "date");
        must(gdx_date_parse(date, &document->date, &err), &err);
        free((void *)(uintptr_t)date.data);
        json_decref(record);
    }
    fclose(file);
}

static void add_article(struct corpus *corpus, size_t segment) {
    gdx_buffer text = {0};
    char part[4096];
    FILE *file = fopen(folder_path(GDX_EXAMPLES, "article.txt"), "r");
    assert_non_null(file);
    for (size_t read; (read = fread(part, 1, sizeof part, file));)
        assert_int_equal(gdx_buffer_append(&text, part, read), GDX_OK);
    fclose(file);
    *add_document(corpus, segment) = (gdx_document){.id = own("article.txt", 11),
                                                    .title = own("", 0),
                                                    .source = own("examples", 8),
                                                    .text = own((const char *)text.data, text.bytes)};
    gdx_buffer_clear(&text);
}

// 啊哈, OFTEN times and more, between other words.
static void add_often(struct corpus *corpus, size_t segment) {
    static const char *const between[] = {"，产业链", " supply ", "关税。", "2023年"};
    for (int d = 0; d < OFTEN_DOCUMENTS; d++) {
        gdx_buffer text = {0};
        char id[16];
        int bytes = snprintf(id, sizeof id, "often/%d", d);
        for (int i = 0; i <= OFTEN / OFTEN_DOCUMENTS; i++) {
            const char *other = i % 37 ? "" : between[i / 37 % 4];
            assert_int_equal(gdx_buffer_append_format(&text, "啊哈%s", other), GDX_OK);
        }
        *add_document(corpus, segment) = (gdx_document){.id = own(id, (size_t)bytes),
                                                        .title = own("", 0),
                                                        .source = own("often", 5),
                                                        .text = own((const char *)text.data, text.bytes)};
        gdx_buffer_clear(&text);
    }
}

static void make_of_examples(struct corpus *out) {
    *out = (struct corpus){.segment_count = 3, .second_from = 1};
    out->documents = calloc(EXAMPLES_MOST, sizeof *out->documents);
    assert_non_null(out->documents);
    add_article(out, 0);
    add_often(out, 0);
    add_records(out, 1, "commentary.jsonl");
    add_records(out, 2, "press.jsonl");
}

// ---- a collection in all ways

static void merge_to_one(const char *folder) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_error err = {0};
    must(gdx_index_writer_open(folder, &writer, &err), &err);
    must(gdx_index_writer_merge(writer, &(gdx_merge_options){.to_one = true}, NULL, &err), &err);
}

static gdx_shape shape_in(const struct way *way, size_t segment) {
    char letter = way->shapes[segment % strlen(way->shapes)];
    return letter == 'e' ? GDX_SHAPE_EXACT : letter == 'c' ? GDX_SHAPE_COMPACT : GDX_SHAPE_ARCHIVE;
}

static void write_way(struct shaped *shaped, size_t w) {
    gdx_collection_options options = gdx_collection_options_default();
    gdx_error err = {0};
    options.threads = w == 0 || w == MERGED ? 1 : THREADS;
    options.share_ns = 0;
    shaped->folders[w] = folder_new();
    shaped->corpus.shape = ways[w].shape;
    for (size_t s = 0; s < shaped->corpus.segment_count; s++)
        shaped->corpus.shapes[s] = shape_in(&ways[w], s);
    corpus_write(&shaped->corpus, shaped->folders[w]);
    if (ways[w].is_merged)
        merge_to_one(shaped->folders[w]);
    reprints_build(shaped->folders[w]);
    must(gdx_target_open_index(shaped->folders[w], &options, &shaped->targets[w], &err), &err);
}

static void begin_shaped(struct shaped *shaped) {
    gdx_collection_options options = gdx_collection_options_default();
    gdx_collection *root = NULL;
    shaped->sample = sample_of("indexes for each query", PAIRS_OF_WHICH_ONE);
    for (size_t w = 0; w < WAYS; w++)
        write_way(shaped, w);
    test_leaves_open(&shaped->leaves, shaped->folders[OF_ALL], SLICES);
    assert_int_equal(gdx_collection_open_root(&shaped->leaves.table, "elsewhere:1", &options, &root, NULL), GDX_OK);
    assert_int_equal(gdx_target_of_collection(root, &shaped->root, NULL), GDX_OK);
}

static void end_shaped(struct shaped *shaped, struct asked *asked) {
    gdx_target_close(shaped->root);
    test_leaves_close(&shaped->leaves);
    for (size_t w = 0; w < WAYS; w++) {
        gdx_target_close(shaped->targets[w]);
        folder_remove(shaped->folders[w]);
    }
    gdx_buffer_clear(&asked->text);
    corpus_clear(&shaped->corpus);
}

// ---- questions

// The n-th pair: an exact index, and another that must answer alike. False: there are no more.
static bool take_pair(const struct shaped *shaped, struct asked *asked, size_t n) {
    if (n == PAIRS)
        return false;
    bool is_root = compared[n] == WAYS;
    const struct way *way = is_root ? &ways[OF_ALL] : &ways[compared[n]];
    asked->both[0] = shaped->targets[way->is_merged ? MERGED : 0];
    asked->both[1] = is_root ? shaped->root : shaped->targets[compared[n]];
    asked->second = is_root ? "a root over leaves of both shapes" : way->name;
    asked->is_refused = is_root ? test_leaves_refuse : NULL;
    return true;
}

// docs/scale.md: a group of reprints may lie in several slices.
static bool is_refused_by_root(const struct shaped *shaped, const struct asked *asked) {
    static const char first[] = "is:first";
    return asked->both[1] == shaped->root && memmem(asked->text.data, asked->text.bytes, first, sizeof first - 1);
}

// Of one pair, another one for each query and in each run.
static void ask_all(struct shaped *shaped, struct asked *asked) {
    for (size_t n = 0; take_pair(shaped, asked, n); n++) {
        if (!sample_takes(&shaped->sample) || is_refused_by_root(shaped, asked))
            continue;
        compare_all(asked);
        compare_scoped(asked, &shaped->corpus);
        compare_passages(asked, &shaped->corpus, NULL);
        compare_quote(asked, &shaped->corpus, NULL);
    }
}

static void set_text(struct asked *asked, const char *text, size_t bytes) {
    asked->text.bytes = 0;
    assert_int_equal(gdx_buffer_append(&asked->text, text, bytes), GDX_OK);
}

// Some text of a document, as a phrase.
static void set_piece(const struct corpus *corpus, struct asked *asked) {
    gdx_slice text = corpus->documents[random_below(&asked->random, (uint32_t)corpus->count)].stored.text;
    size_t from = text.bytes ? random_below(&asked->random, (uint32_t)text.bytes) : 0;
    while (from < text.bytes && ((uint8_t)text.data[from] & 0xc0) == 0x80)
        from++;
    gdx_slice piece = gdx_utf8_cut((gdx_slice){text.data + from, text.bytes - from},
                                   3 + random_below(&asked->random, random_below(&asked->random, 3) ? 60 : 1200));
    asked->text.bytes = 0;
    assert_int_equal(gdx_buffer_append_format(&asked->text, "\"%.*s\"", GDX_SLICE_ARGUMENTS(piece)), GDX_OK);
}

// What it says of the index; what the shape itself decides is taken out and must be so.
static json_t *stat_of(gdx_target *target, const char *shape, size_t others) {
    static const char *const decided[] = {"shape", "other_shape_segments", "index_bytes", "parts"};
    Gramdex__V1__StatRequest request = GRAMDEX__V1__STAT_REQUEST__INIT;
    const gdx_operation *stat = gdx_operation_find(&gramdex__v1__search__descriptor, "Stat");
    gdx_error err = {0};
    json_t *value = NULL;
    must(ask(target, stat, &request.base, &value, &err), &err);
    assert_string_equal(json_string_value(json_object_get(value, "shape")), shape);
    assert_int_equal(json_integer_value(json_object_get(value, "other_shape_segments")), others);
    for (size_t i = 0; i < sizeof decided / sizeof *decided; i++)
        assert_int_equal(json_object_del(value, decided[i]), 0);
    return value;
}

static size_t other_segments(const struct corpus *corpus, const struct way *way) {
    size_t others = 0;
    for (size_t s = 0; s < corpus->segment_count && !way->is_merged; s++)
        others += shape_in(way, s) != way->shape;
    return others;
}

static void compare_stat(const struct shaped *shaped, struct asked *asked) {
    for (size_t n = 0; take_pair(shaped, asked, n); n++) {
        const struct way *way = &ways[compared[n] < WAYS ? compared[n] : OF_ALL];
        json_t *exact = stat_of(asked->both[0], "exact", 0);
        json_t *other = stat_of(asked->both[1], gdx_shape_name(way->shape), other_segments(&shaped->corpus, way));
        if (!json_equal(exact, other))
            fail_msg("Stat of %s: %s\nof the exact index: %s", asked->second, json_dumps(other, 0),
                     json_dumps(exact, 0));
        json_decref(exact);
        json_decref(other);
    }
}

// What asks no query.
static void ask_rest(const struct shaped *shaped, struct asked *asked) {
    for (size_t n = 0; take_pair(shaped, asked, n); n++) {
        compare_batch(asked, &shaped->corpus);
        compare_suggest(asked);
        for (size_t d = 0; d < shaped->corpus.count; d++)
            compare_get(asked, shaped->corpus.documents[d].stored.id);
    }
    compare_stat(shaped, asked);
}

// ---- tests

static void expect_all_answered(const struct asked *asked) {
    size_t count;
    const gdx_operation *rows = gdx_operations(&count);
    for (size_t i = 0; i < count; i++)
        if (rows[i].service == &gramdex__v1__search__descriptor && strcmp(rows[i].name, "Stat") != 0 &&
            !asked->answered[i])
            fail_msg("nothing that was asked of %s was answered", rows[i].name);
}

static void the_examples_are_found_alike_in_each_shape(void **state) {
    (void)state;
    static const char *const queries[] = {
        "产业链",
        "全球贸易治理体系",
        "\"global supply chain\"",
        "美国 关税",
        "关税 OR 供应链",
        "供应链 NOT 关税",
        "title:关税",
        "的",
        "，",
        "a",
        "2023",
        "rcep OR wto",
        "source:press 关税 date:2023..",
        "meta.lang:zh 产业链",
        "id:press/*",
        "贸易 NEAR/20 关税",
        "贸易 THEN/9 规则",
        "的 NEAR/5 的",
        "r* OR *p",
        "exact:产业链",
        "exact:WTO",
        "bridge:\"全球产业和金融资本与中国的合作\"",
        "is:first 关税",
        "啊哈",
        "哈啊",
        "啊",
        "哈，产业链 OR \"哈 supply 啊\"",
        "啊哈 NEAR/2 关税",
        "\"啊哈 2023年 啊哈\"",
    };
    struct asked asked = {.random = {46}, .seed = 46};
    struct shaped shaped = {0};
    make_of_examples(&shaped.corpus);
    begin_shaped(&shaped);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        set_text(&asked, queries[i], strlen(queries[i]));
        ask_all(&shaped, &asked);
    }
    for (int i = 0; i < PIECES; i++) {
        set_piece(&shaped.corpus, &asked);
        ask_all(&shaped, &asked);
    }
    ask_rest(&shaped, &asked);
    expect_all_answered(&asked);
    end_shaped(&shaped, &asked);
}

static void play_round(uint64_t seed) {
    struct asked asked = {.random = {seed}, .seed = seed};
    struct shaped shaped = {0};
    corpus_make(&shaped.corpus, &asked.random);
    begin_shaped(&shaped);
    for (int q = 0; q < QUERIES; q++) {
        struct part *query = query_make(&shaped.corpus, &asked.random);
        asked.text.bytes = 0;
        query_write(query, &asked.random, &asked.text);
        query_clear(query);
        ask_all(&shaped, &asked);
    }
    ask_rest(&shaped, &asked);
    end_shaped(&shaped, &asked);
}

static void random_documents_are_found_alike_in_each_shape(void **state) {
    (void)state;
    const struct sample_rounds rounds = sample_rounds_of(20261129, 8, 2);
    for (uint64_t r = 0; r < rounds.count; r++)
        play_round(sample_round_seed(&rounds, r));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_are_found_alike_in_each_shape),
        cmocka_unit_test(random_documents_are_found_alike_in_each_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
