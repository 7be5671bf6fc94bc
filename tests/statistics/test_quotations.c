// SPDX-License-Identifier: Apache-2.0
// test_quotations.c: quotations of a text, against brute force on random texts of four letters, in which stretches
// occur by chance; a made set of 200 whose verdicts are known because it was made so; the marks, limits and failures by
// hand. GDX_SEED changes the seed, GDX_ROUNDS the number of random collections.

// By its path: the folder has a strings.h, which would hide that of the C library.
#include "../../indexer/statistics/quotation_marks.h"
#include "../property/random.h"
#include "../query/collection.h"
#include "../support/allocations.h"
#include "../support/each_allocation.h"
#include "gdx/statistics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void put(gdx_buffer *to, const char *text, size_t bytes) {
    assert_int_equal(gdx_buffer_append(to, text, bytes), GDX_OK);
}

static gdx_quotations *check_in(const struct collection *collection, gdx_slice text, const char *id) {
    gdx_quotations *found = NULL;
    gdx_error err = {0};
    const gdx_quote_options options = {.id = gdx_slice_of(id)};
    if (gdx_quotations_check(collection->searcher, collection->snapshot, text, &options, NULL, &found, &err) != GDX_OK)
        fail_msg("%s: %s", err.field, err.message);
    return found;
}

static void merge(struct collection *collection) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    const gdx_merge_options options = {.to_one = true};
    assert_int_equal(gdx_index_writer_open(collection->folder, &writer, NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_merge(writer, &options, NULL, NULL), GDX_OK);
    gdx_snapshot_release(collection->snapshot);
    gdx_index_close(collection->index);
    assert_int_equal(gdx_index_open(collection->folder, &collection->index, NULL), GDX_OK);
    collection->snapshot = gdx_index_snapshot(collection->index);
}

// ---- the marks

static void expect_quoted(const char *text, const char *joined, uint64_t unclosed) {
    struct quoted_list list = {0};
    gdx_buffer found = {0};
    assert_int_equal(quoted_find(gdx_slice_of(text), &list), GDX_OK);
    for (size_t i = 0; i < list.count; i++) {
        if (i)
            put(&found, "|", 1);
        put(&found, text + list.items[i].begin, list.items[i].end - list.items[i].begin);
    }
    put(&found, "", 1);
    assert_string_equal(found.data, joined);
    assert_int_equal(list.unclosed, unclosed);
    gdx_buffer_clear(&found);
    quoted_clear(&list);
}

static void quotations_are_found_by_their_marks(void **state) {
    (void)state;
    expect_quoted("", "", 0);
    expect_quoted("没有", "", 0);
    expect_quoted("他说“甲乙”，又说「丙」『丁』‘戊’和\"己庚\"。", "甲乙|丙|丁|戊|己庚", 0);
    expect_quoted("《书名》不是", "", 0);
    expect_quoted("“外‘内’外”“二”", "外‘内’外|二", 0);
    expect_quoted("“外“内”外”", "外“内”外", 0);
    expect_quoted("“ 甲乙。”“……甲，乙！——”", "甲乙|甲，乙", 0);
    expect_quoted("“甲\n乙”“丙\n \n丁”戊“己”", "甲\n乙|己", 1);
    expect_quoted("“甲「乙」丙", "乙", 1);
    expect_quoted("甲”乙", "", 0);
    expect_quoted("“甲‘乙”丙", "甲‘乙", 1);
    expect_quoted("\"a\" b \"c\"d\"", "a|c", 1);
    expect_quoted("‘I don’t know’", "I don’t know", 0);
    expect_quoted("“” “ ，” “甲”", "||甲", 0);
}

// Whatever marks come in whatever order: quotations ascend, do not overlap and lie in the text.
static void any_marks_give_sound_quotations(void **state) {
    (void)state;
    static const char *const tokens[] = {"“",  "”", "‘",  "’", "「", "」", "『",  "』",
                                         "\"", "a", "产", " ", "\n", "，", "\n\n"};
    random_state random = {5};
    size_t found = 0, unclosed = 0;
    for (int round = 0; round < 3000; round++) {
        struct quoted_list list = {0};
        gdx_buffer text = {0};
        for (uint32_t i = random_below(&random, 40); i > 0; i--) {
            const char *token = tokens[random_below(&random, sizeof tokens / sizeof *tokens)];
            put(&text, token, strlen(token));
        }
        assert_int_equal(quoted_find(gdx_buffer_slice(&text), &list), GDX_OK);
        for (size_t i = 0; i < list.count; i++) {
            assert_true(list.items[i].begin <= list.items[i].end && list.items[i].end < text.bytes);
            assert_true(list.items[i].begin > (i ? list.items[i - 1].end : 0));
        }
        found += list.count;
        unclosed += list.unclosed;
        quoted_clear(&list);
        gdx_buffer_clear(&text);
    }
    assert_true(found > 1000 && unclosed > 1000);
}

// ---- by hand

static const struct written documents[] = {
    {.id = "a", .text = "前言。全球产业链供应链面临重构，各国应当\n共同维护。WTO 规则与计划。", .date = 1035942},
    {.id = "b", .text = "友岸外包与近岸化成为常用词，然而设备、材料与人才仍然跨越太平洋。", .segment = 1},
    {.id = "c", .title = "世界贸易组织", .text = "全球產業鏈供應鏈面臨重構 ＷＴＯ", .segment = 1},
    {.id = "gone", .text = "已经删除的一篇文章里的话", .segment = 1, .is_deleted = true},
    {.id = "d\"\\", .text = "带引号的编号，带\"引号\"的话和反斜线\\的话", .segment = 2},
};

static int open_it(void **state) {
    return collection_set_up(state, documents, sizeof documents / sizeof *documents);
}

static void expect_one(const struct collection *collection, const char *text, const char *in, gdx_verdict verdict,
                       const char *id, const char *words) {
    GDX_AUTO(gdx_quotations) found = check_in(collection, gdx_slice_of(text), in);
    assert_int_equal(found->quotation_count, 1);
    const gdx_quotation *one = &found->quotations[0];
    if (one->verdict != verdict)
        fail_msg("%s: %d, expected %d", text, one->verdict, verdict);
    assert_int_equal(one->has_place, *id != 0);
    if (!*id)
        return;
    if (!gdx_slice_equal(one->place.id, gdx_slice_of(id)) || !gdx_slice_equal(one->place.words, gdx_slice_of(words)))
        fail_msg("%s: %.*s, %.*s", text, GDX_SLICE_ARGUMENTS(one->place.id), GDX_SLICE_ARGUMENTS(one->place.words));
}

static void each_verdict_is_given(void **state) {
    expect_one(*state, "“产业链供应链”", "", GDX_VERDICT_EXACT, "a", "");
    expect_one(*state, "产业链供应链", "", GDX_VERDICT_EXACT, "a", "");
    expect_one(*state, "“產業鏈供應鏈”", "", GDX_VERDICT_EXACT, "c", "");
    expect_one(*state, "“產業鏈供應鏈”", "a", GDX_VERDICT_FOLDED, "a", "产业链供应链");
    expect_one(*state, "“应当 共同维护”", "", GDX_VERDICT_EXACT, "a", "");
    expect_one(*state, "“应当共同维护”", "", GDX_VERDICT_FOLDED, "a", "应当 共同维护");
    expect_one(*state, "“计畫”", "", GDX_VERDICT_FOLDED, "a", "计划");
    expect_one(*state, "“wto规则”", "", GDX_VERDICT_FOLDED, "a", "WTO 规则");
    expect_one(*state, "“世界贸易组织”", "", GDX_VERDICT_EXACT, "c", "");
    expect_one(*state, "“近岸化”", "a", GDX_VERDICT_OTHER_DOCUMENT, "b", "");
    expect_one(*state, "“已经删除的一篇文章里的话”", "", GDX_VERDICT_ABSENT, "", "");
    expect_one(*state, "“全球产业链供应链面临重友岸外包与近岸化成为常用词”", "", GDX_VERDICT_STITCHED, "", "");
    expect_one(*state, "“全球产业链供应链面临重甲友岸外包与近岸化成为常用词”", "a", GDX_VERDICT_STITCHED, "", "");
    expect_one(*state, "“全球产业链供应链”“", "", GDX_VERDICT_EXACT, "a", "");
    expect_one(*state, "带\"引号\"的话和反斜线\\的话", "", GDX_VERDICT_EXACT, "d\"\\", "");
}

static void pieces_say_where_they_stand(void **state) {
    const char *text = "“全球产业链供应链面临重，友岸外包与近岸化成为”";
    GDX_AUTO(gdx_quotations) found = check_in(*state, gdx_slice_of(text), "");
    const gdx_quotation *one = &found->quotations[0];
    assert_int_equal(one->verdict, GDX_VERDICT_STITCHED);
    assert_int_equal(one->symbols, 22);
    assert_int_equal(one->piece_count, 2);
    assert_int_equal(one->pieces[0].begin, 3);
    assert_int_equal(one->pieces[0].symbols, 11);
    assert_int_equal(one->pieces[0].end, 3 + 33);
    assert_int_equal(one->pieces[1].begin, 3 + 36);
    assert_int_equal(one->pieces[1].symbols, 10);
    assert_true(gdx_slice_equal(one->pieces[0].place.id, gdx_slice_of("a")));
    assert_int_equal(one->pieces[0].place.match.begin, strlen("前言。"));
    assert_true(gdx_slice_equal(one->pieces[1].place.id, gdx_slice_of("b")));
    assert_int_equal(one->pieces[1].place.match.begin, 0);
}

static void short_quotations_are_passed_over_and_counted(void **state) {
    GDX_AUTO(gdx_quotations) found = check_in(*state, gdx_slice_of("“好”“，。”“产业”“"), "");
    assert_int_equal(found->quotation_count, 1);
    assert_int_equal(found->passed_over, 2);
    assert_int_equal(found->unclosed, 1);
    assert_int_equal(found->counts[GDX_VERDICT_EXACT], 1);
}

static void expect_refusal(const struct collection *collection, gdx_slice text, const char *id, gdx_status status,
                           const char *field) {
    const gdx_quote_options options = {.id = gdx_slice_of(id)};
    gdx_error err = {0};
    assert_int_equal(gdx_quotations_check(collection->searcher, collection->snapshot, text, &options, NULL, NULL, &err),
                     status);
    assert_string_equal(err.field, field);
}

static void what_cannot_be_checked_is_refused(void **state) {
    gdx_buffer text = {0};
    expect_refusal(*state, gdx_slice_of("“甲”"), "none", GDX_NOT_FOUND, "");
    expect_refusal(*state, gdx_slice_of("“甲”"), "gone", GDX_NOT_FOUND, "");
    expect_refusal(*state, gdx_slice_of("产\xff业"), "", GDX_INVALID, "text");
    while (text.bytes <= GDX_QUOTE_BYTES)
        put(&text, "产业链", 9);
    expect_refusal(*state, gdx_buffer_slice(&text), "", GDX_INVALID, "text");
    text.bytes = 0;
    while (text.bytes <= GDX_QUOTE_BYTES / 2) // each counts twice: a query has it escaped
        put(&text, "\\", 1);
    put(&text, "甲乙", 6);
    expect_refusal(*state, gdx_buffer_slice(&text), "", GDX_INVALID, "text");
    text.bytes = 0;
    for (int i = 0; i <= GDX_QUOTES_MOST; i++)
        put(&text, "“产”", 9);
    expect_refusal(*state, gdx_buffer_slice(&text), "", GDX_INVALID, "text");
    while (text.bytes <= GDX_QUOTE_TEXT_BYTES)
        put(&text, "“产”", 9);
    expect_refusal(*state, gdx_buffer_slice(&text), "", GDX_INVALID, "text");
    gdx_buffer_clear(&text);
}

static void a_filter_leaves_documents_out_and_a_stop_ends_it(void **state) {
    const struct collection *collection = *state;
    const gdx_slice text = gdx_slice_of("“产业链供应链”");
    const gdx_filter filter = {.id_prefix = gdx_slice_of("c")};
    const gdx_quote_options options = {.filter = &filter};
    atomic_bool cancelled = true;
    const gdx_stop stop = {.cancelled = &cancelled};
    GDX_AUTO(gdx_quotations) found = NULL;
    assert_int_equal(
        gdx_quotations_check(collection->searcher, collection->snapshot, text, &options, NULL, &found, NULL), GDX_OK);
    assert_int_equal(found->quotations[0].verdict, GDX_VERDICT_FOLDED);
    assert_int_equal(
        gdx_quotations_check(collection->searcher, collection->snapshot, text, &options, &stop, NULL, NULL),
        GDX_CANCELLED);
}

static const struct collection *failing;
static gdx_status check_once(void) {
    const gdx_quote_options options = {.id = gdx_slice_of("a")};
    GDX_AUTO(gdx_quotations) found = NULL;
    GDX_AUTO(gdx_searcher) searcher = gdx_searcher_new();
    if (!searcher)
        return GDX_NO_MEMORY;
    return gdx_quotations_check(searcher, failing->snapshot,
                                gdx_slice_of("“产业链”“近岸化”“全球产业链供应链面临重友岸外包与近岸化成为常用词”"),
                                &options, NULL, &found, NULL);
}

static void no_allocation_is_taken_for_granted(void **state) {
    failing = *state;
    fail_each_allocation(check_once, NULL, 20);
}

// ---- brute force: letters a to d are Han characters of three bytes, so a symbol is three bytes

enum { TEXTS = 24, TEXT_LETTERS = 60, QUOTED_LETTERS = 40, PIECE = 8 };

struct lettered_text {
    char id[4];
    char letters[TEXT_LETTERS + 1];
};
static struct lettered_text texts[TEXTS];

static bool occurs(const char *quoted, size_t from, size_t to, const char *only) {
    char wanted[QUOTED_LETTERS + 1];
    if (to > strlen(quoted))
        return false;
    snprintf(wanted, sizeof wanted, "%.*s", (int)(to - from), quoted + from);
    for (size_t i = 0; i < TEXTS; i++)
        if ((!*only || strcmp(only, texts[i].id) == 0) && strstr(texts[i].letters, wanted))
            return true;
    return false;
}

struct naive_pieces {
    size_t from[QUOTED_LETTERS], to[QUOTED_LETTERS], count, covered;
};

// Every stretch of at least eight letters that occurs and that cannot be longer on either side.
static void find_pieces(const char *quoted, const char *only, struct naive_pieces *out) {
    bool is_covered[QUOTED_LETTERS] = {false};
    size_t length = strlen(quoted);
    out->count = out->covered = 0;
    for (size_t from = 0; from < length; from++)
        for (size_t to = from + PIECE; to <= length; to++) {
            if (!occurs(quoted, from, to, only) || (from && occurs(quoted, from - 1, to, only)) ||
                occurs(quoted, from, to + 1, only))
                continue;
            out->from[out->count] = from;
            out->to[out->count++] = to;
            memset(is_covered + from, true, to - from);
        }
    for (size_t i = 0; i < length; i++)
        out->covered += is_covered[i];
}

static bool is_stitched(const char *quoted, const struct naive_pieces *pieces) {
    return pieces->count >= 2 && 10 * pieces->covered >= 9 * strlen(quoted);
}

// Where the letters first stand.
static void check_place(const gdx_quoted_place *place, const char *letters, size_t length, const char *only) {
    char wanted[TEXT_LETTERS + 1];
    snprintf(wanted, sizeof wanted, "%.*s", (int)length, letters);
    for (size_t i = 0; i < TEXTS; i++) {
        const char *at = *only && strcmp(only, texts[i].id) != 0 ? NULL : strstr(texts[i].letters, wanted);
        if (!at)
            continue;
        assert_true(gdx_slice_equal(place->id, gdx_slice_of(texts[i].id)));
        assert_int_equal(place->match.begin, 3 * (at - texts[i].letters));
        assert_int_equal(place->match.end, place->match.begin + 3 * length);
        return;
    }
    fail_msg("%s is nowhere", wanted);
}

static void check_pieces(const gdx_quotation *found, const char *quoted, const char *in) {
    struct naive_pieces pieces;
    const char *near = in;
    find_pieces(quoted, in, &pieces);
    if (*in && !is_stitched(quoted, &pieces))
        find_pieces(quoted, "", &pieces);
    assert_int_equal(found->verdict, is_stitched(quoted, &pieces) ? GDX_VERDICT_STITCHED : GDX_VERDICT_ABSENT);
    assert_int_equal(found->piece_count, pieces.count);
    assert_int_equal(found->pieces_found, pieces.count);
    for (size_t i = 0; i < pieces.count; i++) {
        const gdx_quoted_piece *piece = &found->pieces[i];
        size_t length = pieces.to[i] - pieces.from[i];
        assert_int_equal(piece->begin, 3 + 3 * pieces.from[i]);
        assert_int_equal(piece->end, 3 + 3 * pieces.to[i]);
        assert_int_equal(piece->symbols, length);
        bool is_near = *near && occurs(quoted, pieces.from[i], pieces.to[i], near);
        check_place(&piece->place, quoted + pieces.from[i], length, is_near ? near : "");
        near = is_near ? near : NULL;
        for (size_t t = 0; t < TEXTS && !near; t++)
            near = gdx_slice_equal(piece->place.id, gdx_slice_of(texts[t].id)) ? texts[t].id : NULL;
    }
}

static gdx_verdict check_random(const struct collection *collection, random_state *random) {
    char quoted[QUOTED_LETTERS + 1] = "", text[QUOTED_LETTERS * 3 + 8];
    const char *in = random_below(random, 2) ? texts[random_below(random, TEXTS)].id : "";
    size_t count = 0;
    while (count < QUOTED_LETTERS - 20 && (count < 10 || random_below(random, 3))) { // stretches of texts, some changed
        const char *from = texts[random_below(random, TEXTS)].letters;
        size_t length = 4 + random_below(random, 16), begin = random_below(random, (uint32_t)(TEXT_LETTERS - length));
        memcpy(quoted + count, from + begin, length);
        if (random_below(random, 3) == 0)
            quoted[count + random_below(random, (uint32_t)length)] = (char)('a' + random_below(random, 4));
        count += length;
    }
    quoted[count] = '\0';
    snprintf(text, sizeof text, "“%s”", han(quoted));
    GDX_AUTO(gdx_quotations) found = check_in(collection, gdx_slice_of(text), in);
    assert_int_equal(found->quotation_count, 1);
    const gdx_quotation *one = &found->quotations[0];
    assert_int_equal(one->symbols, count);
    bool is_in = *in && occurs(quoted, 0, count, in), is_anywhere = occurs(quoted, 0, count, "");
    if (!is_anywhere) {
        check_pieces(one, quoted, in);
    } else {
        assert_int_equal(one->verdict, *in && !is_in ? GDX_VERDICT_OTHER_DOCUMENT : GDX_VERDICT_EXACT);
        check_place(&one->place, quoted, count, is_in ? in : "");
    }
    return one->verdict;
}

static void verdicts_and_pieces_are_those_of_brute_force(void **state) {
    (void)state;
    const char *seed = getenv("GDX_SEED"), *rounds = getenv("GDX_ROUNDS");
    random_state random = {seed ? strtoull(seed, NULL, 10) : 2711};
    size_t seen[GDX_VERDICTS] = {0};
    for (int round = 0; round < (rounds ? atoi(rounds) : 10); round++) {
        struct written written[TEXTS] = {{0}};
        static char han_texts[TEXTS][TEXT_LETTERS * 3 + 1];
        for (size_t i = 0; i < TEXTS; i++) {
            snprintf(texts[i].id, sizeof texts[i].id, "%02zu", i);
            for (size_t k = 0; k < TEXT_LETTERS; k++)
                texts[i].letters[k] = (char)('a' + random_below(&random, 4));
            snprintf(han_texts[i], sizeof han_texts[i], "%s", han(texts[i].letters));
            written[i] = (struct written){.id = texts[i].id, .text = han_texts[i], .segment = i / 7};
        }
        struct collection collection;
        collection_open(&collection, written, TEXTS);
        for (int i = 0; i < 60; i++) {
            if (i == 30)
                merge(&collection);
            seen[check_random(&collection, &random)]++;
        }
        collection_close(&collection);
    }
    print_message("exact %zu, other document %zu, stitched %zu, absent %zu\n", seen[GDX_VERDICT_EXACT],
                  seen[GDX_VERDICT_OTHER_DOCUMENT], seen[GDX_VERDICT_STITCHED], seen[GDX_VERDICT_ABSENT]);
    assert_true(rounds || (seen[GDX_VERDICT_OTHER_DOCUMENT] && seen[GDX_VERDICT_STITCHED] > 10));
}

// ---- a made set of 200: what each is is known because it was made so

enum { MADE_DOCUMENTS = 40, MADE_SYMBOLS = 120, MADE_OF_EACH = 40 };

// Characters that are alike in all regions, then pairs of a simplified and a traditional one.
static const char plain_characters[] = "的一是在不了有和人这中大上到我他以要地出就分成可主生同工也能下子得自";
static const char simplified[] = "产业链贸关发经济变规则协议国际组织东亚动机构应对风险稳资";
static const char traditional[] = "產業鏈貿關發經濟變規則協議國際組織東亞動機構應對風險穩資";

static char made[MADE_DOCUMENTS][MADE_SYMBOLS * 3 + 1];

static size_t characters_of(const char *text) {
    return strlen(text) / 3;
}

static void make_texts(random_state *random) {
    size_t plain = characters_of(plain_characters), folded = characters_of(simplified);
    assert_int_equal(strlen(simplified), strlen(traditional));
    for (size_t d = 0; d < MADE_DOCUMENTS; d++)
        for (size_t i = 0; i < MADE_SYMBOLS; i++) {
            size_t pick = random_below(random, (uint32_t)(plain + folded));
            const char *from = pick < plain ? plain_characters + 3 * pick : simplified + 3 * (pick - plain);
            memcpy(made[d] + 3 * i, i % 4 == 0 ? simplified + 3 * random_below(random, (uint32_t)folded) : from, 3);
        }
}

static void take(char *to, size_t document, size_t begin, size_t length) {
    memcpy(to, made[document] + 3 * begin, 3 * length);
    to[3 * length] = '\0';
}

static void fold(char *text) {
    for (size_t i = 0; i < characters_of(text); i++)
        for (size_t k = 0; k < characters_of(simplified); k++)
            if (memcmp(text + 3 * i, simplified + 3 * k, 3) == 0)
                memcpy(text + 3 * i, traditional + 3 * k, 3);
}

// One quotation whose verdict, asked in document `document`, is `verdict`.
static void make_quotation(random_state *random, gdx_verdict verdict, size_t document, char to[400]) {
    size_t length = 12 + random_below(random, 20), begin = random_below(random, (uint32_t)(MADE_SYMBOLS - length));
    size_t other = (document + 1 + random_below(random, MADE_DOCUMENTS - 1)) % MADE_DOCUMENTS;
    take(to, verdict == GDX_VERDICT_OTHER_DOCUMENT ? other : document, begin, length);
    if (verdict == GDX_VERDICT_FOLDED)
        fold(to);
    if (verdict == GDX_VERDICT_STITCHED)
        take(to + 3 * length, other, random_below(random, MADE_SYMBOLS - 20), 8 + random_below(random, 12));
    if (verdict == GDX_VERDICT_ABSENT) { // one changed character, and neither side long enough to be a piece
        take(to, document, begin, 12);
        memcpy(to + 3 * 6, "鑫", 3);
    }
}

static void a_made_set_is_judged_right(void **state) {
    (void)state;
    static const gdx_verdict verdicts[] = {GDX_VERDICT_EXACT, GDX_VERDICT_FOLDED, GDX_VERDICT_OTHER_DOCUMENT,
                                           GDX_VERDICT_STITCHED, GDX_VERDICT_ABSENT};
    random_state random = {27};
    struct written written[MADE_DOCUMENTS] = {{0}};
    char ids[MADE_DOCUMENTS][8];
    struct collection collection;
    make_texts(&random);
    for (size_t d = 0; d < MADE_DOCUMENTS; d++) {
        snprintf(ids[d], sizeof ids[d], "%02zu", d);
        written[d] = (struct written){.id = ids[d], .text = made[d], .segment = d / 15};
    }
    collection_open(&collection, written, MADE_DOCUMENTS);
    for (size_t v = 0; v < 5; v++)
        for (size_t i = 0; i < MADE_OF_EACH; i++) {
            size_t document = random_below(&random, MADE_DOCUMENTS);
            char quotation[400], text[420];
            make_quotation(&random, verdicts[v], document, quotation);
            snprintf(text, sizeof text, "称“%s”。", quotation);
            GDX_AUTO(gdx_quotations) found = check_in(&collection, gdx_slice_of(text), ids[document]);
            assert_int_equal(found->quotation_count, 1);
            const gdx_quotation *one = &found->quotations[0];
            if (one->verdict != verdicts[v])
                fail_msg("%s: %d, expected %d", text, one->verdict, verdicts[v]);
            assert_int_equal(one->begin, strlen("称“"));
            assert_int_equal(one->end, one->begin + strlen(quotation));
            assert_int_equal(one->has_place, verdicts[v] <= GDX_VERDICT_OTHER_DOCUMENT);
        }
    collection_close(&collection);
}

int main(void) {
#define WITH_DOCUMENTS(test) cmocka_unit_test_setup_teardown(test, open_it, collection_tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotations_are_found_by_their_marks),
        cmocka_unit_test(any_marks_give_sound_quotations),
        WITH_DOCUMENTS(each_verdict_is_given),
        WITH_DOCUMENTS(pieces_say_where_they_stand),
        WITH_DOCUMENTS(short_quotations_are_passed_over_and_counted),
        WITH_DOCUMENTS(what_cannot_be_checked_is_refused),
        WITH_DOCUMENTS(a_filter_leaves_documents_out_and_a_stop_ends_it),
        WITH_DOCUMENTS(no_allocation_is_taken_for_granted),
        cmocka_unit_test(verdicts_and_pieces_are_those_of_brute_force),
        cmocka_unit_test(a_made_set_is_judged_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
