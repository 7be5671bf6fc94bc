// SPDX-License-Identifier: Apache-2.0
// test_draft.c: a document while it is written, against a twin that keeps whole strings; and its limits.

#include "gdx/draft.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PARTS_MOST = 64, TEXT_MOST = 1024, STEPS = 60, ROUNDS = 2000 };

struct twin_part {
    gdx_field field;
    size_t parent;
    size_t bytes;
    char text[TEXT_MOST];
    char places[TEXT_MOST]; // of each byte the letter of its place, 0: none
};

struct twin {
    struct twin_part parts[PARTS_MOST];
    size_t count, at;
    char place;
};

static unsigned seed;
static unsigned random_below(unsigned limit) {
    seed = seed * 1103515245 + 12345;
    return (seed >> 16) % limit;
}

static void twin_text(struct twin *twin, const char *text) {
    struct twin_part *part = &twin->parts[twin->at];
    for (; *text; text++) {
        part->places[part->bytes] = twin->place;
        part->text[part->bytes++] = *text;
    }
}

static void step(struct twin *twin, gdx_draft *draft) {
    char word[3] = {(char)('a' + random_below(26)), (char)('A' + random_below(26)), 0};
    char name[2] = {0};
    switch (random_below(6)) {
    case 0:
        if (twin->count == PARTS_MOST)
            return;
        twin->parts[twin->count] = (struct twin_part){.field = 1 + random_below(GDX_FIELDS - 1), .parent = twin->at};
        gdx_draft_begin_part(draft, twin->parts[twin->count].field);
        twin->at = twin->count++;
        return;
    case 1:
        if (twin->at == 0)
            return;
        gdx_draft_end_part(draft);
        twin->at = twin->parts[twin->at].parent;
        return;
    case 2:
        name[0] = (char)(random_below(4) ? '0' + random_below(3) : 0);
        twin->place = name[0];
        gdx_draft_place(draft, gdx_slice_of(name));
        return;
    case 3:
        gdx_draft_line_end(draft);
        if (twin->parts[twin->at].bytes && twin->parts[twin->at].text[twin->parts[twin->at].bytes - 1] != '\n')
            twin_text(twin, "\n");
        return;
    default:
        gdx_draft_text(draft, gdx_slice_of(word));
        twin_text(twin, word);
    }
}

static void expect_part(const struct twin_part *expected, gdx_slice text, const gdx_part_place *places,
                        uint32_t count) {
    assert_int_equal(text.bytes, expected->bytes);
    if (text.bytes)
        assert_memory_equal(text.data, expected->text, text.bytes);
    uint32_t next = 0;
    char now = 0;
    for (size_t byte = 0; byte < text.bytes; byte++) {
        if (next < count && places[next].byte == byte) {
            char name = places[next].name.bytes ? places[next].name.data[0] : 0;
            assert_int_not_equal(name, now); // no place is said twice
            now = name;
            next++;
        }
        assert_int_equal(now, expected->places[byte]);
    }
    assert_int_equal(next, count);
}

static void any_steps_give_what_a_twin_keeps(void **state) {
    (void)state;
    gdx_draft *draft = gdx_draft_new();
    struct twin *twin = malloc(sizeof *twin);
    for (seed = 1; seed <= ROUNDS; seed++) {
        unsigned round = seed;
        *twin = (struct twin){.count = 1, .parts = {{.field = GDX_FIELD_TEXT}}};
        gdx_draft_begin(draft, INT32_MAX);
        for (unsigned i = random_below(STEPS); i > 0; i--)
            step(twin, draft);
        seed = round;
        gdx_document document = {0};
        gdx_error err = {0};
        assert_int_equal(gdx_draft_finish(draft, &document, &err), GDX_OK);
        expect_part(&twin->parts[0], document.text, document.text_places, document.text_place_count);
        uint32_t made = 0;
        for (size_t i = 1; i < twin->count; i++) {
            if (twin->parts[i].bytes == 0)
                continue;
            assert_true(made < document.part_count);
            const gdx_part *part = &document.parts[made++];
            assert_int_equal(part->field, twin->parts[i].field);
            expect_part(&twin->parts[i], part->text, part->places, part->place_count);
        }
        assert_int_equal(made, document.part_count);
    }
    free(twin);
    gdx_draft_free(draft);
}

static void title_date_and_metadata_are_the_last_ones_given(void **state) {
    (void)state;
    gdx_draft *draft = gdx_draft_new();
    gdx_draft_begin(draft, 100);
    gdx_draft_title(draft, gdx_slice_of("first"), true);
    gdx_draft_title(draft, gdx_slice_of("second"), false);
    gdx_draft_metadata(draft, gdx_slice_of("b"), gdx_slice_of("1"));
    gdx_draft_metadata(draft, gdx_slice_of("a"), gdx_slice_of("2"));
    gdx_draft_metadata(draft, gdx_slice_of("c"), gdx_slice_of("3"));
    gdx_draft_metadata(draft, gdx_slice_of("b"), gdx_slice_of("4"));
    gdx_draft_metadata(draft, gdx_slice_of("c"), gdx_slice_of(""));
    gdx_draft_date(draft, gdx_date_of(2023, 5, 6), "file name");
    gdx_document document = {0};
    gdx_error err = {0};
    assert_int_equal(gdx_draft_finish(draft, &document, &err), GDX_OK);
    assert_true(gdx_slice_equal(document.title, gdx_slice_of("second")) && !document.title_from_text);
    assert_int_equal(document.date, gdx_date_of(2023, 5, 6));
    static const char *const pairs[][2] = {{"a", "2"}, {"b", "4"}, {"date_from", "file name"}};
    gdx_draft_pair pair;
    for (size_t i = 0; i < 3; i++) {
        assert_true(gdx_draft_metadata_at(draft, i, &pair));
        assert_true(gdx_slice_equal(pair.key, gdx_slice_of(pairs[i][0])));
        assert_true(gdx_slice_equal(pair.value, gdx_slice_of(pairs[i][1])));
    }
    assert_false(gdx_draft_metadata_at(draft, 3, &pair));
    gdx_draft_begin(draft, 100);
    assert_false(gdx_draft_metadata_at(draft, 0, &pair) || gdx_draft_has_title(draft));
    gdx_draft_free(draft);
}

static void the_limit_counts_title_text_and_parts(void **state) {
    (void)state;
    gdx_draft *draft = gdx_draft_new();
    for (size_t limit = 7; limit < 10; limit++) {
        gdx_draft_begin(draft, limit);
        gdx_draft_title(draft, gdx_slice_of("longer"), false);
        gdx_draft_title(draft, gdx_slice_of("abc"), false);
        gdx_draft_text(draft, gdx_slice_of("abc"));
        gdx_draft_begin_part(draft, GDX_FIELD_NOTE);
        gdx_draft_text(draft, gdx_slice_of("abc"));
        gdx_document document = {0};
        gdx_error err = {0};
        assert_int_equal(gdx_draft_finish(draft, &document, &err), limit < 9 ? GDX_TOO_LARGE : GDX_OK);
    }
    gdx_draft_free(draft);
}

static void parts_too_deep_are_their_outer_one(void **state) {
    (void)state;
    gdx_draft *draft = gdx_draft_new();
    gdx_draft_begin(draft, 10000);
    for (unsigned i = 0; i < 2 * GDX_DRAFT_DEPTH; i++) {
        gdx_draft_begin_part(draft, GDX_FIELD_NOTE);
        gdx_draft_text(draft, gdx_slice_of("x"));
    }
    for (unsigned i = 0; i < 2 * GDX_DRAFT_DEPTH; i++)
        gdx_draft_end_part(draft);
    gdx_draft_text(draft, gdx_slice_of("end"));
    gdx_document document = {0};
    gdx_error err = {0};
    assert_int_equal(gdx_draft_finish(draft, &document, &err), GDX_OK);
    assert_int_equal(document.part_count, GDX_DRAFT_DEPTH);
    assert_int_equal(document.parts[GDX_DRAFT_DEPTH - 1].text.bytes, GDX_DRAFT_DEPTH + 1);
    assert_true(gdx_slice_equal(document.text, gdx_slice_of("end")));
    gdx_draft_free(draft);
}

static void a_name_of_a_place_is_cut_and_has_no_control_characters(void **state) {
    (void)state;
    GDX_AUTO(gdx_draft) draft = gdx_draft_new();
    char name[GDX_PLACE_NAME_BYTES + 3];
    gdx_document document = {0};
    assert_non_null(draft);
    gdx_draft_begin(draft, 1000);
    gdx_draft_place(draft, gdx_slice_of("a\nb\xc2\x85\xc2\xa0页\x7f"));
    gdx_draft_text(draft, gdx_slice_of("x"));
    gdx_draft_place(draft, gdx_slice_of("a b \xc2\xa0页\t")); // in force already
    gdx_draft_text(draft, gdx_slice_of("y"));
    memset(name, 'x', sizeof name);
    memcpy(name + GDX_PLACE_NAME_BYTES - 1, "页", 3);
    gdx_draft_place(draft, (gdx_slice){name, GDX_PLACE_NAME_BYTES + 2});
    gdx_draft_text(draft, gdx_slice_of("z"));
    assert_int_equal(gdx_draft_finish(draft, &document, NULL), GDX_OK);
    assert_int_equal(document.text_place_count, 2);
    assert_true(gdx_slice_equal(document.text_places[0].name, gdx_slice_of("a b \xc2\xa0页 ")));
    assert_int_equal(document.text_places[1].name.bytes, GDX_PLACE_NAME_BYTES - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_steps_give_what_a_twin_keeps),
        cmocka_unit_test(title_date_and_metadata_are_the_last_ones_given),
        cmocka_unit_test(the_limit_counts_title_text_and_parts),
        cmocka_unit_test(parts_too_deep_are_their_outer_one),
        cmocka_unit_test(a_name_of_a_place_is_cut_and_has_no_control_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
