// SPDX-License-Identifier: Apache-2.0
// corpus.c: small random collections. Few different tokens are used in each, so that phrases of them do occur.

#include "corpus.h"

#include "gdx/index.h"
#include "gdx/ngram.h"
#include "gdx/segment.h"
#include "gdx/text.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const tokens[] = {
    "产",
    "业",
    "链",
    "贸",
    "易",
    "的",
    "產",
    "業",
    "鏈",
    "關",
    "关",
    "税",
    "カ",
    "ガ",
    "ｶﾞ",
    "が",
    "ーあ",
    "wto",
    "WTO",
    "ＷＴＯ",
    "a ",
    "b ",
    "ab",
    "tariff",
    "tariffs ",
    "Müller",
    "mu\xcc\x88ller",
    "60",
    "６０",
    "2023",
    "年",
    "5g ",
    "，",
    ",",
    "。",
    "—",
    "-",
    "(",
    ")",
    "（",
    "\"",
    "*",
    "|",
    "\\",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\xe3\x80\x80",
    "\xc2\xa0",
    "\xef\xbf\xbd",
    "😀",
    "👍🏽",
    "👩‍👧",
    "\xcc\x81",
    "\xe2\x80\x8b",
    "\xc2\xad",
    "㍿",
    "½",
    "ﬁ",
    "한",
    "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
    "ไท",
    "ß",
    "İ",
    "ΣΑΣ",
    "\x01",
    "title:",
    "AND ",
    "𠀀",
    // what rule 2 is about
    "①",
    "❶",
    "²",
    "km",
    "Ⅱ",
    "™",
    "½",
    "⻄",
    "西",
    "著",
    "着",
    "“",
    "」",
    "・",
    "·",
    "–",
    "计",
    "畫",
    "划",
    "反",
    "覆",
    "复",
    // words broken at line ends
    "sup",
    "ply",
    "p",
    "l",
    "y ",
    "é",
    "-\n",
    "\xc2\xad\n",
    "\xe2\x80\x90 \r\n ",
};
enum { TOKEN_COUNT = sizeof tokens / sizeof *tokens, BROKEN_TOKENS = 9, RULE_TOKENS = 31 };

void corpus_write_tokens(const struct corpus *corpus, random_state *random, size_t count, gdx_buffer *out) {
    for (size_t i = 0; i < count; i++) {
        // Squared, so that some tokens are much more frequent than others.
        uint32_t share = random_below(random, 1000);
        size_t pick = (size_t)share * share * corpus->alphabet_count / 1000000;
        const char *token = tokens[corpus->alphabet[pick]];
        assert_int_equal(gdx_buffer_append(out, token, strlen(token)), GDX_OK);
    }
}

static gdx_slice own(gdx_buffer *buffer) {
    gdx_slice slice = gdx_buffer_slice(buffer);
    if (!slice.data)
        slice.data = malloc(1);
    *buffer = (gdx_buffer){0};
    return slice;
}

static gdx_slice random_text(const struct corpus *corpus, random_state *random, bool is_title) {
    gdx_buffer text = {0};
    size_t count = random_below(random, is_title ? 6 : 60);
    uint32_t dice = random_below(random, 100);
    if (dice < 8)
        count = 0;
    else if (dice < 14)
        count = 1;
    else if (dice == 99 && !is_title)
        count = 3000 + random_below(random, 9000); // several checkpoints long
    corpus_write_tokens(corpus, random, count, &text);
    if (random_below(random, 30) == 0) // U+0000 is a character like any other
        assert_int_equal(gdx_buffer_append(&text, "\0", 1), GDX_OK);
    return own(&text);
}

// Some characters of a text, each where a place begins, or the text is of none.
static const gdx_part_place *random_places(random_state *random, gdx_slice text, uint32_t *out_count) {
    static const char *const names[] = {"page 1", "page 2", "第3页", ""};
    enum { PLACES_MAX = 5 };
    gdx_part_place *places = calloc(PLACES_MAX, sizeof *places);
    assert_non_null(places);
    uint32_t wanted = random_below(random, 2) ? random_below(random, PLACES_MAX + 1) : 0, count = 0;
    uint32_t sparse = 1 + random_below(random, 20);
    for (uint32_t byte = 0; byte < text.bytes && count < wanted; byte++)
        if (((uint8_t)text.data[byte] & 0xc0) != 0x80 && random_below(random, sparse) == 0)
            places[count++] = (gdx_part_place){byte, gdx_slice_of(names[random_below(random, 4)])};
    *out_count = count;
    return places;
}

static gdx_part random_part(const struct corpus *corpus, random_state *random) {
    static const gdx_field fields[] = {GDX_FIELD_TEXT, GDX_FIELD_NOTE, GDX_FIELD_CAPTION, GDX_FIELD_FURNITURE};
    gdx_part part = {.field = fields[random_below(random, 4)],
                     .text = random_text(corpus, random, random_below(random, 3) == 0)};
    part.places = random_places(random, part.text, &part.place_count);
    return part;
}

// None for half of the documents, else a few, of fields in any order.
static void add_parts(const struct corpus *corpus, random_state *random, gdx_document *document) {
    document->text_places = random_places(random, document->text, &document->text_place_count);
    if (random_below(random, 2))
        return;
    uint32_t count = 1 + random_below(random, random_below(random, 3) ? 3 : CORPUS_PARTS_MAX);
    gdx_part *parts = calloc(count, sizeof *parts);
    assert_non_null(parts);
    for (uint32_t i = 0; i < count; i++)
        parts[i] = random_part(corpus, random);
    document->parts = parts;
    document->part_count = count;
}

static gdx_date random_date(random_state *random) {
    uint32_t year = 2020 + random_below(random, 3), month = 1 + random_below(random, 12),
             day = 1 + random_below(random, 28);
    switch (random_below(random, 5)) {
    case 0:
        return GDX_NO_DATE;
    case 1:
        return gdx_date_of(year, 0, 0);
    case 2:
        return gdx_date_of(year, month, 0);
    default:
        return gdx_date_of(year, month, day);
    }
}

// ---- metadata, and what it says

const char *const corpus_keys[CORPUS_KEYS] = {"lang", "k", "x.y"};

static const struct metadata {
    const char *json;
    const char *values[CORPUS_KEYS][CORPUS_VALUES_MAX];
    bool left_out[CORPUS_KEYS];
} metadata[] = {
    {.json = ""},
    {.json = "{}"},
    {.json = "{\"k\":1}", .values = {{NULL}, {"1"}}},
    {.json = "{\"lang\":\"zh\",\"k\":[1,2.50,true,null,\"\"]}", .values = {{"zh"}, {"1", "2.50", "true"}}},
    {.json = "{\"lang\":[\"en\",\"zh\",\"en\"],\"x.y\":\"a \\\"b\\\" \\\\\"}",
     .values = {{"en", "zh"}, {NULL}, {"a \"b\" \\"}}},
    {.json = "{\"other\":{\"lang\":\"en\"},\"lang\":{\"a\":\"zh\"},\"k\":\"\\u4e2d\\ud83d\\ude00\"}",
     .values = {{NULL}, {"中😀"}},
     .left_out = {true}},
    {.json = "{ \"k\" : [ [ \"1\" ] , \"true\" ],\n\"x.y\":false }",
     .values = {{NULL}, {"true"}, {"false"}},
     .left_out = {false, true}},
    {.json = "{\"lang\":\"\",\"x.y\":[]}"},
};
enum { METADATA = sizeof metadata / sizeof *metadata, MADE_SEGMENTS_MAX = 5 };

size_t corpus_values(const gdx_document *document, size_t key, const char *const **out, bool *out_left_out) {
    const struct metadata *row = metadata;
    size_t count = 0;
    while (!gdx_slice_equal(gdx_slice_of(row->json), document->metadata))
        row++;
    while (count < CORPUS_VALUES_MAX && row->values[key][count])
        count++;
    *out = row->values[key];
    *out_left_out = row->left_out[key];
    return count;
}

static gdx_slice random_source(random_state *random) {
    static const char *const sources[] = {"", "news", "law", "a \"b\""};
    gdx_buffer text = {0};
    const char *source = sources[random_below(random, 4)];
    assert_int_equal(gdx_buffer_append(&text, source, strlen(source)), GDX_OK);
    return own(&text);
}

static gdx_slice random_id(random_state *random, size_t number) {
    static const char *const folders[] = {"law/", "news/", "", "法/", "x*"};
    gdx_buffer text = {0};
    // The number makes it unique; scrambling makes its order random.
    uint32_t scrambled = (uint32_t)(number * 7919 % 1009);
    assert_int_equal(gdx_buffer_append_format(&text, "%s%u-%zu", folders[random_below(random, 5)], scrambled, number),
                     GDX_OK);
    return own(&text);
}

void corpus_make(struct corpus *out, random_state *random) {
    *out = (struct corpus){0};
    out->segment_count = 1 + random_below(random, MADE_SEGMENTS_MAX);
    out->alphabet_count = 3 + random_below(random, 20);
    uint32_t last = (const uint32_t[]){TOKEN_COUNT, TOKEN_COUNT, RULE_TOKENS, BROKEN_TOKENS}[random_below(random, 4)];
    for (size_t i = 0; i < out->alphabet_count; i++)
        out->alphabet[i] = TOKEN_COUNT - 1 - random_below(random, random_below(random, 4) ? last : TOKEN_COUNT);
    out->second_from = random_below(random, (uint32_t)out->segment_count + 1);
    size_t per_segment = 1 + random_below(random, 14);
    out->documents = calloc(out->segment_count * per_segment, sizeof *out->documents);
    assert_non_null(out->documents);
    uint32_t deletions = random_below(random, 3) == 0 ? 0 : random_below(random, 50);
    for (size_t s = 0; s < out->segment_count; s++) {
        size_t count = 1 + random_below(random, (uint32_t)per_segment);
        for (size_t i = 0; i < count; i++) {
            corpus_document *document = &out->documents[out->count];
            document->segment = s;
            document->is_deleted = random_below(random, 100) < deletions;
            document->stored = (gdx_document){.id = random_id(random, out->count),
                                              .title = random_text(out, random, true),
                                              .source = random_source(random),
                                              .metadata = gdx_slice_of(metadata[random_below(random, METADATA)].json),
                                              .text = random_text(out, random, false),
                                              .date = random_date(random),
                                              .title_from_text = random_below(random, 3) == 0};
            add_parts(out, random, &document->stored);
            out->count++;
        }
    }
    random_state shapes = *random; // a copy, so that what is drawn afterwards does not depend on shapes
    out->shape = (gdx_shape)random_below(&shapes, GDX_SHAPES);
    for (size_t s = 0; s < out->segment_count; s++)
        out->shapes[s] = (gdx_shape)random_below(&shapes, GDX_SHAPES);
}

void corpus_clear(struct corpus *corpus) {
    for (size_t i = 0; i < corpus->count; i++) {
        for (uint32_t p = 0; p < corpus->documents[i].stored.part_count; p++) {
            free((void *)(uintptr_t)corpus->documents[i].stored.parts[p].text.data);
            free((void *)(uintptr_t)corpus->documents[i].stored.parts[p].places);
        }
        free((void *)(uintptr_t)corpus->documents[i].stored.text_places);
        free((void *)(uintptr_t)corpus->documents[i].stored.parts);
        free((void *)(uintptr_t)corpus->documents[i].stored.id.data);
        free((void *)(uintptr_t)corpus->documents[i].stored.title.data);
        free((void *)(uintptr_t)corpus->documents[i].stored.source.data);
        free((void *)(uintptr_t)corpus->documents[i].stored.text.data);
    }
    free(corpus->documents);
}

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s", gdx_status_name(status), err->message);
}

static void write_document(gdx_segment_writer *writer, gdx_inverter *inverter, const gdx_document *document,
                           gdx_error *err) {
    GDX_AUTO(gdx_folded) folded = gdx_folded_new();
    assert_non_null(folded);
    must(gdx_folded_fold(folded, gdx_rule_current(), document), err);
    must(gdx_folded_invert(folded, inverter), err);
    must(gdx_segment_writer_add(writer, document, folded, err), err);
}

static void write_segment(const struct corpus *corpus, size_t segment, const char *folder, gdx_index_writer *index,
                          gdx_error *err) {
    gdx_segment_writer *writer = NULL;
    gdx_inverter *inverter = gdx_inverter_new((size_t)64 << 20);
    assert_non_null(inverter);
    must(gdx_segment_writer_open(folder, segment, 1, gdx_rule_current(), &writer, err), err);
    must(gdx_segment_writer_set_keys(writer, gdx_index_writer_keys(index)), err);
    gdx_segment_writer_set_shape(writer, corpus->shapes[segment]);
    for (size_t i = 0; i < corpus->count; i++)
        if (corpus->documents[i].segment == segment)
            write_document(writer, inverter, &corpus->documents[i].stored, err);
    must(gdx_inverter_sort(inverter), err);
    gdx_segment_info info;
    must(gdx_segment_writer_commit(writer, inverter, &info, err), err);
    must(gdx_index_writer_add(index, &info, err), err);
    gdx_inverter_free(inverter);
}

void corpus_write(const struct corpus *corpus, const char *folder) {
    gdx_error err = {0};
    gdx_index_writer *writer = NULL;
    must(gdx_index_writer_open(folder, &writer, &err), &err);
    must(gdx_index_writer_declare(writer, gdx_slice_of(corpus_keys[0]), &err), &err);
    must(gdx_index_writer_set_shape(writer, corpus->shape, &err), &err);
    assert_true(corpus->segment_count <= CORPUS_SEGMENTS_MAX);
    for (size_t s = 0; s <= corpus->segment_count; s++) {
        if (s == corpus->second_from)
            must(gdx_index_writer_declare(writer, gdx_slice_of(corpus_keys[1]), &err), &err);
        if (s < corpus->segment_count)
            write_segment(corpus, s, folder, writer, &err);
    }
    must(gdx_index_writer_commit(writer, &err), &err);
    uint32_t number = 0;
    for (size_t i = 0; i < corpus->count; i++) {
        const corpus_document *document = &corpus->documents[i];
        number = i && document->segment == document[-1].segment ? number + 1 : 0;
        if (document->is_deleted)
            must(gdx_index_writer_delete(writer, document->segment, number, &err), &err);
    }
    must(gdx_index_writer_commit(writer, &err), &err);
    gdx_index_writer_close(writer);
}
