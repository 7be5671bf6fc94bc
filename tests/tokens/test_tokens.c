// SPDX-License-Identifier: Apache-2.0
// test_tokens.c: token text gives back every text byte for byte, reads as its plain twin does, costs no more than it
// promises, and refuses what is none; tables that are learned depend on the sample alone.
// Relies on twin.h and gdx/tokens.h. Texts are composed from this source tree's own documents, of the built-in tokens,
// and of random code points. The seed is fixed: what fails, fails again.
#include "../property/random.h"
#include "gdx/file.h"
#include "gdx/processor.h"
#include "gdx/tokens.h"
#include "twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS = 3000, PIECE_BYTES = 400 };

static twin *builtin;   // the plain reader of the built-in table
static gdx_buffer lore; // text of several kinds
static random_state dice;

static void append_file(const char *path) {
    gdx_map map = {0};
    assert_int_equal(gdx_map_open(&map, path, NULL), GDX_OK);
    assert_int_equal(gdx_buffer_append(&lore, map.data, map.bytes), GDX_OK);
    gdx_map_close(&map);
}

static int prepare(void **state) {
    (void)state;
    dice.state = 20261128;
    builtin = twin_builtin();
    append_file(GDX_SOURCE_ROOT "/docs/format.md");
    append_file(GDX_SOURCE_ROOT "/indexer/tokens/data/tokens-1.txt");
    assert_true(gdx_utf8_valid(gdx_buffer_slice(&lore)));
    return 0;
}

static int end(void **state) {
    (void)state;
    twin_free(builtin);
    gdx_buffer_clear(&lore);
    return 0;
}

// A piece of the lore that begins and ends with whole code points.
static gdx_slice piece(size_t bytes) {
    size_t at = random_below(&dice, (uint32_t)(lore.bytes - bytes));
    while (gdx_utf8_continues(lore.data[at]))
        at--;
    return gdx_utf8_cut((gdx_slice){(const char *)lore.data + at, lore.bytes - at}, bytes);
}

static void append_random(gdx_buffer *text, uint32_t below) {
    uint32_t code_point = random_below(&dice, below);
    if (code_point >> 11 == 0xd800 >> 11)
        return;
    assert_int_equal(gdx_buffer_reserve(text, GDX_UTF8_BYTES), GDX_OK);
    text->bytes += gdx_utf8_encode(text->data + text->bytes, code_point);
}

// Pieces of the lore and random code points, none of them very long.
static void compose(gdx_buffer *text) {
    text->bytes = 0;
    uint32_t pieces = random_below(&dice, 4);
    for (uint32_t i = 0; i <= pieces; i++) {
        gdx_slice some = piece(random_below(&dice, PIECE_BYTES) + 4);
        if (random_below(&dice, 4) > 0)
            assert_int_equal(gdx_buffer_append(text, some.data, some.bytes), GDX_OK);
        static const uint32_t belows[] = {0x80, 0x800, 0x10000, 0x110000};
        for (uint32_t k = random_below(&dice, 12); k > 8; k--)
            append_random(text, belows[random_below(&dice, 4)]);
    }
}

static gdx_token_encoder *encoder_of(const gdx_token_table *table) {
    gdx_token_encoder *encoder = NULL;
    assert_int_equal(gdx_token_encoder_new(table, &encoder, NULL), GDX_OK);
    return encoder;
}

static void check_round(const gdx_token_table *table, const twin *plain_reader, gdx_token_encoder *encoder,
                        gdx_slice text) {
    gdx_buffer coded = {0}, back = {0}, plain = {0};
    assert_int_equal(gdx_token_encode(encoder, text, &coded, NULL), GDX_OK);
    assert_true(coded.bytes <= text.bytes + (text.bytes > 0));
    assert_int_equal(gdx_token_decode(table, gdx_buffer_slice(&coded), text.bytes, &back, NULL), GDX_OK);
    assert_true(gdx_slice_equal(gdx_buffer_slice(&back), text));
    assert_true(twin_decode(plain_reader, gdx_buffer_slice(&coded), &plain));
    assert_true(gdx_slice_equal(gdx_buffer_slice(&plain), text));
    if (text.bytes > 0)
        assert_int_equal(gdx_token_decode(table, gdx_buffer_slice(&coded), text.bytes - 1, &back, NULL), GDX_CORRUPT);
    assert_int_equal(back.bytes, text.bytes);
    gdx_buffer_clear(&coded);
    gdx_buffer_clear(&back);
    gdx_buffer_clear(&plain);
}

static void check_rounds(const gdx_token_table *table, const twin *plain_reader, int rounds) {
    gdx_token_encoder *encoder = encoder_of(table);
    gdx_buffer text = {0};
    for (int i = 0; i < rounds; i++) {
        compose(&text);
        check_round(table, plain_reader, encoder, gdx_buffer_slice(&text));
    }
    gdx_buffer_clear(&text);
    gdx_token_encoder_free(encoder);
}

static void any_text_is_given_back_and_the_twin_reads_the_same(void **state) {
    (void)state;
    check_rounds(gdx_token_table_builtin(), builtin, ROUNDS);
}

static void small_and_odd_texts_are_given_back(void **state) {
    (void)state;
    static const char *const texts[] = {"",
                                        "a",
                                        "中",
                                        "  第一条\r\n\t为了维护国家基本经济制度 x²  ",
                                        "\x7f",
                                        "\U0001f600",
                                        "\U0001f600中",
                                        "\U00020000\U00020001",
                                        "\xef\xbf\xbf"};
    gdx_token_encoder *encoder = encoder_of(gdx_token_table_builtin());
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check_round(gdx_token_table_builtin(), builtin, encoder, gdx_slice_of(texts[i]));
    check_round(gdx_token_table_builtin(), builtin, encoder, (gdx_slice){"\0a\0", 3});
    gdx_token_encoder_free(encoder);
}

static void every_processor_writes_and_reads_the_same(void **state) {
    (void)state;
    gdx_token_encoder *encoder = encoder_of(gdx_token_table_builtin());
    gdx_buffer text = {0}, plain = {0}, best = {0};
    for (int i = 0; i < 300; i++) {
        compose(&text);
        plain.bytes = best.bytes = 0;
        gdx_processor_limit(GDX_PROCESSOR_PLAIN);
        assert_int_equal(gdx_token_encode(encoder, gdx_buffer_slice(&text), &plain, NULL), GDX_OK);
        check_round(gdx_token_table_builtin(), builtin, encoder, gdx_buffer_slice(&text));
        gdx_processor_limit(GDX_PROCESSORS);
        assert_int_equal(gdx_token_encode(encoder, gdx_buffer_slice(&text), &best, NULL), GDX_OK);
        assert_true(gdx_slice_equal(gdx_buffer_slice(&plain), gdx_buffer_slice(&best)));
    }
    gdx_buffer_clear(&text);
    gdx_buffer_clear(&plain);
    gdx_buffer_clear(&best);
    gdx_token_encoder_free(encoder);
}

static void every_token_is_found_and_is_the_twins(void **state) {
    (void)state;
    gdx_token_encoder *encoder = encoder_of(gdx_token_table_builtin());
    assert_int_equal(gdx_token_table_builtin_checksum(), twin_checksum(builtin));
    for (uint32_t i = 0; i < builtin->builtin_count; i += 7) {
        gdx_slice text = {(const char *)builtin->text.data + builtin->begins[i], builtin->ends[i] - builtin->begins[i]};
        gdx_buffer coded = {0};
        assert_int_equal(gdx_token_encode(encoder, text, &coded, NULL), GDX_OK);
        assert_true(coded.bytes <= 4); // one token
        gdx_buffer_clear(&coded);
    }
    gdx_token_encoder_free(encoder);
}

// The example of docs/format.md: a fence, the text, its code in hex.
static void the_example_of_the_format_has_its_code(void **state) {
    (void)state;
    static const char fence[] = "```tokens\n";
    gdx_map page = {0};
    assert_int_equal(gdx_map_open(&page, GDX_SOURCE_ROOT "/docs/format.md", NULL), GDX_OK);
    const char *text = memmem(page.data, page.bytes, fence, strlen(fence));
    assert_non_null(text);
    text += strlen(fence);
    size_t text_bytes = strcspn(text, "\n");
    const char *hex = text + text_bytes + 1;
    gdx_token_encoder *encoder = encoder_of(gdx_token_table_builtin());
    gdx_buffer coded = {0};
    assert_int_equal(gdx_token_encode(encoder, (gdx_slice){text, text_bytes}, &coded, NULL), GDX_OK);
    for (size_t i = 0; i < coded.bytes; i++)
        assert_int_equal(strtoul(hex + 3 * i, NULL, 16), coded.data[i]);
    assert_int_equal(hex[3 * coded.bytes - 1], '\n');
    gdx_buffer_clear(&coded);
    gdx_token_encoder_free(encoder);
    gdx_map_close(&page);
}

static void text_that_is_none_is_refused_and_leaves_nothing(void **state) {
    (void)state;
    gdx_token_encoder *encoder = encoder_of(gdx_token_table_builtin());
    gdx_buffer out = {0};
    char *large = calloc(1, GDX_TOKEN_GROUP_BYTES + 1);
    assert_int_equal(gdx_token_encode(encoder, gdx_slice_of("a\xff"), &out, NULL), GDX_INVALID);
    assert_int_equal(gdx_token_encode(encoder, (gdx_slice){large, GDX_TOKEN_GROUP_BYTES + 1}, &out, NULL),
                     GDX_TOO_LARGE);
    assert_int_equal(out.bytes, 0);
    check_round(gdx_token_table_builtin(), builtin, encoder, (gdx_slice){large, GDX_TOKEN_GROUP_BYTES});
    free(large);
    gdx_token_encoder_free(encoder);
}

// ---- Hostile bytes ----

// Exactly as many bytes as there are, so that reading beyond is seen.
static void read_anything(const gdx_token_table *table, const twin *plain_reader, const uint8_t *bytes, size_t count) {
    char *exact = malloc(count ? count : 1);
    memcpy(exact, bytes, count);
    gdx_buffer out = {0}, plain = {0};
    gdx_slice coded = {exact, count};
    gdx_token_fetch(table, coded); // reads nothing outside
    gdx_status status = gdx_token_decode(table, coded, SIZE_MAX, &out, NULL);
    bool twin_says = twin_decode(plain_reader, coded, &plain);
    assert_true(status == GDX_OK || status == GDX_CORRUPT);
    assert_int_equal(status == GDX_OK, twin_says);
    if (status == GDX_OK)
        assert_true(gdx_slice_equal(gdx_buffer_slice(&out), gdx_buffer_slice(&plain)));
    assert_true(out.bytes <= count * GDX_TOKEN_EXPANSION && gdx_utf8_valid(gdx_buffer_slice(&out)));
    assert_true(status == GDX_OK || out.bytes == 0);
    gdx_buffer_clear(&out);
    gdx_buffer_clear(&plain);
    free(exact);
}

static void damaged_groups_are_refused_or_are_valid_text(void **state) {
    (void)state;
    gdx_token_encoder *encoder = encoder_of(gdx_token_table_builtin());
    gdx_buffer text = {0}, coded = {0};
    for (int i = 0; i < 60; i++) {
        compose(&text);
        coded.bytes = 0;
        assert_int_equal(gdx_token_encode(encoder, gdx_buffer_slice(&text), &coded, NULL), GDX_OK);
        for (size_t cut = 0; cut <= coded.bytes && cut < 120; cut++)
            read_anything(gdx_token_table_builtin(), builtin, coded.data, cut);
        for (size_t bit = 0; bit < coded.bytes * 8 && bit < 1200; bit += 1 + random_below(&dice, 5)) {
            coded.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            read_anything(gdx_token_table_builtin(), builtin, coded.data, coded.bytes);
            coded.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    gdx_buffer_clear(&text);
    gdx_buffer_clear(&coded);
    gdx_token_encoder_free(encoder);
}

static void random_bytes_are_refused_or_are_valid_text(void **state) {
    (void)state;
    uint8_t bytes[64];
    for (int i = 0; i < 60000; i++) {
        size_t count = random_below(&dice, sizeof bytes + 1);
        for (size_t k = 0; k < count; k++)
            bytes[k] = (uint8_t)random_next(&dice);
        if (count > 1 && i % 3 == 0)
            bytes[0] = bytes[1] = 0xff;
        read_anything(gdx_token_table_builtin(), builtin, bytes, count);
    }
}

static void runs_are_read_as_their_groups(void **state) {
    (void)state;
    enum { GROUPS = 50 };
    gdx_token_encoder *encoder = encoder_of(gdx_token_table_builtin());
    gdx_buffer text = {0}, all = {0}, coded = {0}, back = {0};
    uint32_t ends[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
        compose(&text);
        assert_int_equal(gdx_buffer_append(&all, text.data, text.bytes), GDX_OK);
        assert_int_equal(gdx_token_encode(encoder, gdx_buffer_slice(&text), &coded, NULL), GDX_OK);
        ends[i] = (uint32_t)coded.bytes;
    }
    const gdx_token_table *table = gdx_token_table_builtin();
    gdx_slice bytes = gdx_buffer_slice(&coded);
    assert_int_equal(gdx_token_decode_run(table, bytes, ends, GROUPS, all.bytes, &back, NULL), GDX_OK);
    assert_true(gdx_slice_equal(gdx_buffer_slice(&all), gdx_buffer_slice(&back)));
    assert_int_equal(gdx_token_decode_run(table, bytes, ends, GROUPS, all.bytes - 1, &back, NULL), GDX_CORRUPT);
    ends[GROUPS - 1]++;
    assert_int_equal(gdx_token_decode_run(table, bytes, ends, GROUPS, SIZE_MAX, &back, NULL), GDX_CORRUPT);
    ends[GROUPS - 1] = 0;
    assert_int_equal(gdx_token_decode_run(table, bytes, ends, GROUPS, SIZE_MAX, &back, NULL), GDX_CORRUPT);
    assert_int_equal(back.bytes, all.bytes);
    gdx_buffer_clear(&text);
    gdx_buffer_clear(&all);
    gdx_buffer_clear(&coded);
    gdx_buffer_clear(&back);
    gdx_token_encoder_free(encoder);
}

// ---- Own tables ----

// A sample in which the same few sentences come again, with pieces of the lore and a script that the table lacks.
static void learn(gdx_buffer *out, uint64_t text_bytes, int pieces) {
    gdx_token_learner *learner = NULL;
    gdx_buffer text = {0};
    assert_int_equal(gdx_token_learner_new(&learner, NULL), GDX_OK);
    for (int i = 0; i < pieces; i++) {
        compose(&text);
        static const char often[] = "ᚠᚢᚦᚨᚱᚲ ᚷᚹᚺ 玄武湖畔的梧桐樹落葉了，the quick brown fox jumps over it. ";
        assert_int_equal(gdx_token_learner_add(learner, gdx_buffer_slice(&text), NULL), GDX_OK);
        assert_int_equal(gdx_token_learner_add(learner, gdx_slice_of(often), NULL), GDX_OK);
    }
    assert_int_equal(gdx_token_learner_finish(learner, text_bytes, out, NULL), GDX_OK);
    gdx_buffer_clear(&text);
    gdx_token_learner_free(learner);
}

static void what_is_learned_is_read_and_used(void **state) {
    (void)state;
    gdx_buffer serialized = {0}, with_builtin = {0}, with_own = {0};
    learn(&serialized, 50000000, 400);
    assert_true(serialized.bytes > 0 && serialized.bytes <= GDX_TOKEN_SERIALIZED_BYTES);
    gdx_token_table *table = NULL;
    assert_int_equal(gdx_token_table_read(gdx_buffer_slice(&serialized), &table, NULL), GDX_OK);
    assert_true(gdx_token_table_bytes(table) > 0 && gdx_token_table_bytes(gdx_token_table_builtin()) == 0);
    twin *own = twin_own(gdx_buffer_slice(&serialized));
    check_rounds(table, own, 300);
    static const char often[] = "ᚠᚢᚦᚨᚱᚲ ᚷᚹᚺ 玄武湖畔的梧桐樹落葉了，the quick brown fox jumps over it. ";
    gdx_token_encoder *plain = encoder_of(gdx_token_table_builtin()), *encoder = encoder_of(table);
    assert_int_equal(gdx_token_encode(plain, gdx_slice_of(often), &with_builtin, NULL), GDX_OK);
    assert_int_equal(gdx_token_encode(encoder, gdx_slice_of(often), &with_own, NULL), GDX_OK);
    assert_true(with_own.bytes * 2 < with_builtin.bytes);
    gdx_token_encoder_free(plain);
    gdx_token_encoder_free(encoder);
    uint8_t bytes[64];
    for (int i = 0; i < 5000; i++) {
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (uint8_t)random_next(&dice);
        read_anything(table, own, bytes, random_below(&dice, sizeof bytes));
    }
    twin_free(own);
    gdx_token_table_free(table);
    gdx_buffer_clear(&serialized);
    gdx_buffer_clear(&with_builtin);
    gdx_buffer_clear(&with_own);
}

static void what_is_learned_depends_on_the_sample_alone(void **state) {
    (void)state;
    gdx_buffer one = {0}, two = {0}, none = {0};
    uint64_t seed = dice.state;
    learn(&one, 20000000, 100);
    dice.state = seed;
    gdx_processor_limit(GDX_PROCESSOR_PLAIN);
    learn(&two, 20000000, 100);
    gdx_processor_limit(GDX_PROCESSORS);
    assert_true(one.bytes > 0 && gdx_slice_equal(gdx_buffer_slice(&one), gdx_buffer_slice(&two)));
    learn(&none, 1000, 1);
    assert_int_equal(none.bytes, 0); // would not pay
    gdx_buffer_clear(&one);
    gdx_buffer_clear(&two);
}

static void damaged_tables_are_refused_or_are_tables(void **state) {
    (void)state;
    gdx_buffer serialized = {0};
    learn(&serialized, 20000000, 60);
    for (int i = 0; i < 400; i++) {
        size_t count = i < 200 ? random_below(&dice, (uint32_t)serialized.bytes) : serialized.bytes;
        uint8_t *exact = malloc(count + 1);
        memcpy(exact, serialized.data, count);
        if (i >= 200)
            exact[i < 300 ? (size_t)i - 200 : random_below(&dice, (uint32_t)count)] ^= (uint8_t)(1 << i % 8);
        gdx_token_table *table = NULL;
        gdx_status status = gdx_token_table_read((gdx_slice){(char *)exact, count}, &table, NULL);
        assert_true(status == GDX_CORRUPT || (status == GDX_OK && i >= 200));
        gdx_token_encoder *encoder = status == GDX_OK ? encoder_of(table) : NULL;
        gdx_token_encoder_free(encoder);
        gdx_token_table_free(table);
        free(exact);
    }
    gdx_buffer_clear(&serialized);
}

static void a_sample_that_is_not_utf8_is_refused(void **state) {
    (void)state;
    gdx_token_learner *learner = NULL;
    assert_int_equal(gdx_token_learner_new(&learner, NULL), GDX_OK);
    assert_int_equal(gdx_token_learner_add(learner, gdx_slice_of("\xc0"), NULL), GDX_INVALID);
    gdx_token_learner_free(learner);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_and_odd_texts_are_given_back),
        cmocka_unit_test(any_text_is_given_back_and_the_twin_reads_the_same),
        cmocka_unit_test(every_processor_writes_and_reads_the_same),
        cmocka_unit_test(every_token_is_found_and_is_the_twins),
        cmocka_unit_test(the_example_of_the_format_has_its_code),
        cmocka_unit_test(text_that_is_none_is_refused_and_leaves_nothing),
        cmocka_unit_test(damaged_groups_are_refused_or_are_valid_text),
        cmocka_unit_test(random_bytes_are_refused_or_are_valid_text),
        cmocka_unit_test(runs_are_read_as_their_groups),
        cmocka_unit_test(what_is_learned_is_read_and_used),
        cmocka_unit_test(what_is_learned_depends_on_the_sample_alone),
        cmocka_unit_test(damaged_tables_are_refused_or_are_tables),
        cmocka_unit_test(a_sample_that_is_not_utf8_is_refused),
    };
    return cmocka_run_group_tests_name("tokens", tests, prepare, end);
}
