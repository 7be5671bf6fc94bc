// SPDX-License-Identifier: Apache-2.0
// test_aliases.c: the file of aliases, what is wrong with one and where; what alias: in a query stands for and what it
// says of it; bytes that are no such file; a lack of memory.

#include "../support/allocations.h"
#include "../support/each_allocation.h"
#include "../support/folder.h"
#include "collection.h"
#include "gdx/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char sets[] = "\xef\xbb\xbf# names of one thing\n"
                           "友岸外包 = friend-shoring＝友岸化 # since 2022\r\n"
                           "\n"
                           "  WTO=世界贸易组织=C#\n";

static gdx_aliases *parsed(const char *text) {
    gdx_aliases *aliases = NULL;
    gdx_error err = {0};
    if (gdx_aliases_parse(gdx_rule_current(), gdx_slice_of(text), "file", &aliases, &err) != GDX_OK)
        fail_msg("%s", err.message);
    return aliases;
}

// Joined by |.
static void expect_set(const gdx_aliases *aliases, const char *name, const char *joined) {
    const gdx_slice *names = NULL;
    size_t count = 0;
    gdx_buffer text = {0};
    assert_int_equal(gdx_aliases_find(aliases, gdx_rule_current(), gdx_slice_of(name), &names, &count), GDX_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(gdx_buffer_append_format(&text, "%s%.*s", i ? "|" : "", GDX_SLICE_ARGUMENTS(names[i])),
                         GDX_OK);
    assert_int_equal(gdx_buffer_append(&text, "", 1), GDX_OK);
    assert_string_equal(text.data, joined);
    gdx_buffer_clear(&text);
}

static void names_find_their_set(void **state) {
    (void)state;
    GDX_AUTO(gdx_aliases) aliases = parsed(sets);
    assert_int_equal(gdx_aliases_count(aliases), 2);
    expect_set(aliases, "友岸化", "友岸外包|friend-shoring|友岸化");
    expect_set(aliases, "ＦＲＩＥＮＤ–shoring", "友岸外包|friend-shoring|友岸化");
    expect_set(aliases, "世界貿易組織", "WTO|世界贸易组织|C#");
    expect_set(aliases, "wto", "WTO|世界贸易组织|C#");
    expect_set(aliases, "友岸", "");
    expect_set(aliases, "friend shoring", "");
    expect_set(aliases, "", "");
    GDX_AUTO(gdx_aliases) none = parsed("# nothing\n\n");
    assert_int_equal(gdx_aliases_count(none), 0);
    expect_set(none, "WTO", "");
}

static void expect_refusal(gdx_slice text, const char *message) {
    gdx_error err = {0};
    assert_int_equal(gdx_aliases_parse(gdx_rule_current(), text, "the/file", NULL, &err), GDX_INVALID);
    assert_string_equal(err.where, "the/file");
    if (strcmp(err.message, message) != 0)
        fail_msg("%s\nexpected: %s", err.message, message);
}

static void what_is_wrong_has_its_place(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"a = b\n友岸外包\n", "line 2, column 5: a set of one name, expected = and another name"},
        {"友岸 = = b", "line 1, column 6: nothing to search for, expected a name"},
        {"友岸 =", "line 1, column 5: nothing to search for, expected a name"},
        {"= b", "line 1, column 1: nothing to search for, expected a name"},
        {"a = b # c\nc = A\n",
         "line 2, column 5: a name that is in line 1 already, as the matching rule compares them"},
        {"产业链 = 產業鏈", "line 1, column 7: a name that is in line 1 already, as the matching rule compares them"},
        {"a = b\nc = \xff", "line 2, column 5: bytes that are not UTF-8; save the file as UTF-8"},
        {"a = \x01", "line 1, column 5: a control character, expected text"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_refusal(gdx_slice_of(rows[i].text), rows[i].message);
    expect_refusal((gdx_slice){"a = b\0c", 7}, "line 1, column 6: a control character, expected text");
}

static void limits_are_kept(void **state) {
    (void)state;
    gdx_buffer text = {0};
    for (int i = 0; i < GDX_ALIAS_NAMES; i++)
        assert_int_equal(gdx_buffer_append_format(&text, "%sn%d", i ? "=" : "", i), GDX_OK);
    gdx_aliases *full = NULL;
    assert_int_equal(gdx_aliases_parse(gdx_rule_current(), gdx_buffer_slice(&text), "", &full, NULL), GDX_OK);
    gdx_aliases_release(full);
    assert_int_equal(gdx_buffer_append(&text, "=x", 2), GDX_OK);
    expect_refusal(gdx_buffer_slice(&text), "line 1, column 119: more than 32 names in a set");
    text.bytes = 0;
    for (int i = 0; i <= GDX_ALIAS_SETS; i++)
        assert_int_equal(gdx_buffer_append_format(&text, "a%d=b%d\n", i, i), GDX_OK);
    expect_refusal(gdx_buffer_slice(&text), "line 10001, column 1: more than 10000 sets");
    text.bytes = 0;
    for (int i = 0; i <= GDX_ALIAS_BYTES; i++)
        assert_int_equal(gdx_buffer_append(&text, "a", 1), GDX_OK);
    expect_refusal(gdx_buffer_slice(&text), "line 1, column 1: a name of more than 256 bytes");
    gdx_buffer_clear(&text);
}

// Each start of the file, and the file with each bit flipped, is read or refused with its place.
static void any_bytes_are_read_or_refused(void **state) {
    (void)state;
    char changed[sizeof sets];
    for (size_t i = 0; i < 9 * (sizeof sets - 1); i++) {
        gdx_aliases *aliases = NULL;
        gdx_error err = {0};
        size_t byte = i / 9, bit = i % 9;
        memcpy(changed, sets, sizeof sets);
        changed[byte] ^= (char)(bit < 8 ? 1 << bit : 0);
        gdx_slice text = {changed, bit < 8 ? sizeof sets - 1 : byte};
        gdx_status status = gdx_aliases_parse(gdx_rule_current(), text, "f", &aliases, &err);
        assert_true(status == GDX_OK || (status == GDX_INVALID && strncmp(err.message, "line ", 5) == 0));
        gdx_aliases_release(aliases);
    }
}

static void a_file_is_read_up_to_its_limit(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_aliases *aliases = NULL;
    gdx_buffer text = {0};
    gdx_error err = {0};
    folder_write_text(folder, "good", sets);
    assert_int_equal(gdx_aliases_read(folder_path(folder, "good"), &aliases, &err), GDX_OK);
    gdx_aliases_release(aliases);
    assert_int_equal(gdx_aliases_read(folder_path(folder, "none"), &aliases, &err), GDX_NOT_FOUND);
    while (text.bytes <= GDX_ALIASES_BYTES)
        assert_int_equal(gdx_buffer_append(&text, "# nothing but a comment\n", 24), GDX_OK);
    folder_write(folder, "large", text.data, text.bytes);
    err = (gdx_error){0};
    assert_int_equal(gdx_aliases_read(folder_path(folder, "large"), &aliases, &err), GDX_TOO_LARGE);
    gdx_buffer_clear(&text);
    folder_remove(folder);
}

// ---- queries

static const struct written documents[] = {
    {.id = "a", .title = "友岸化", .text = "Friend-shoring 与友岸外包"},
    {.id = "b", .text = "世界貿易組織 与友岸化", .segment = 1},
    {.id = "c", .text = "关税", .segment = 1},
};

static void expect_query(const struct collection *collection, const gdx_aliases *aliases, const char *text,
                         const char *described, uint64_t found_documents, uint64_t occurrences, const char *note) {
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    gdx_buffer description = {0};
    gdx_totals totals = {0};
    gdx_slice *notes = NULL;
    size_t note_count = 0;
    gdx_error err = {0};
    if (gdx_query_parse_aliased(gdx_rule_current(), aliases, gdx_slice_of(text), &query, &err) != GDX_OK)
        fail_msg("%s: %s", text, err.message);
    assert_int_equal(gdx_query_describe(query, &description), GDX_OK);
    if (!gdx_slice_equal(gdx_buffer_slice(&description), gdx_slice_of(described)))
        fail_msg("%s: %.*s", text, GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&description)));
    assert_int_equal(gdx_count(collection->searcher, collection->snapshot, query, NULL, &totals, &err), GDX_OK);
    assert_int_equal(totals.documents, found_documents);
    assert_int_equal(totals.occurrences, occurrences);
    assert_int_equal(gdx_query_notes(query, collection->snapshot, arena, &notes, &note_count, &err), GDX_OK);
    assert_int_equal(note_count, 1);
    if (!gdx_slice_equal(notes[0], gdx_slice_of(note)))
        fail_msg("%s: %.*s", text, GDX_SLICE_ARGUMENTS(notes[0]));
    gdx_buffer_clear(&description);
}

#define SHORING "alias:友岸化 stands for 友岸外包 OR friend-shoring OR 友岸化"
#define PHRASES "(phrase \"友岸外包\") (phrase \"friend-shoring\") (phrase \"友岸化\")"
static void a_query_stands_for_the_set(void **state) {
    const struct collection *collection = *state;
    GDX_AUTO(gdx_aliases) aliases = parsed(sets);
    expect_query(collection, aliases, "alias:友岸化", "(or " PHRASES ")", 2, 4, SHORING);
    expect_query(collection, aliases, "alias：\"友岸化\" OR 关税", "(or " PHRASES " (phrase \"关税\"))", 3, 5, SHORING);
    expect_query(collection, aliases, "NOT alias:友岸化", "(not (or " PHRASES "))", 1, 0, SHORING);
    expect_query(collection, aliases, "title:(alias:友岸化)",
                 "(or (phrase title \"友岸外包\") (phrase title \"friend-shoring\") (phrase title \"友岸化\"))", 1, 1,
                 SHORING);
    expect_query(collection, aliases, "世界贸易组织 NEAR/2 alias:友岸化",
                 "(near 2 (phrase \"世界贸易组织\") (or " PHRASES "))", 1, 2, SHORING);
    expect_query(collection, aliases, "alias:关税", "(phrase \"关税\")", 1, 1,
                 "alias:关税 is searched for as 关税; no set of the alias file has it");
    expect_query(collection, NULL, "alias:友岸化", "(phrase \"友岸化\")", 2, 2,
                 "alias:友岸化 is searched for as 友岸化; no alias file is given");
}

static void an_alias_without_a_name_is_refused(void **state) {
    (void)state;
    GDX_AUTO(gdx_aliases) aliases = parsed(sets);
    static const char *const queries[] = {"alias:", "a alias: b", "alias:\"\"", "alias:\"友"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        gdx_error err = {0};
        assert_int_equal(gdx_query_parse_aliased(gdx_rule_current(), aliases, gdx_slice_of(queries[i]), NULL, &err),
                         GDX_INVALID);
        assert_int_equal(err.reason, GDX_REASON_QUERY_SYNTAX);
    }
}

static gdx_status read_and_ask(void) {
    GDX_AUTO(gdx_aliases) aliases = NULL;
    GDX_AUTO(gdx_query) query = NULL;
    gdx_status status = gdx_aliases_parse(gdx_rule_current(), gdx_slice_of(sets), "", &aliases, NULL);
    if (status == GDX_OK)
        status = gdx_query_parse_aliased(gdx_rule_current(), aliases, gdx_slice_of("a alias:WTO"), &query, NULL);
    return status;
}

static void no_allocation_is_taken_for_granted(void **state) {
    (void)state;
    fail_each_allocation(read_and_ask, NULL, 10);
}

static int open_it(void **state) {
    return collection_set_up(state, documents, sizeof documents / sizeof *documents);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_find_their_set),
        cmocka_unit_test(what_is_wrong_has_its_place),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(any_bytes_are_read_or_refused),
        cmocka_unit_test(a_file_is_read_up_to_its_limit),
        cmocka_unit_test_setup_teardown(a_query_stands_for_the_set, open_it, collection_tear_down),
        cmocka_unit_test(an_alias_without_a_name_is_refused),
        cmocka_unit_test(no_allocation_is_taken_for_granted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
