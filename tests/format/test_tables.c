// SPDX-License-Identifier: Apache-2.0
// test_tables.c: the tables of docs/format*.md and the lists of the layout.h files say the same, in the same order.
// Both are written down as facts, one a line; the first line that differs is shown. A row that is in one alone differs.

#include "page.h"

#include "index/layout.h"
#include "parts/layout.h"
#include "postings/layout.h"
#include "segment/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct facts {
    gdx_buffer fields;    // "HEADER VERSION at 8 of 4 bytes"
    gdx_buffer records;   // "HEADER has 32 bytes"
    gdx_buffer constants; // "GDX_SEGMENT_VERSION is 1"
    gdx_buffer sections;  // "STORE is stored text"
    gdx_buffer codes;     // "0 is 5555..."
};

#define ADD(buffer, ...) assert_int_equal(gdx_buffer_append_format(buffer, __VA_ARGS__), GDX_OK)

static void clear_facts(struct facts *facts) {
    gdx_buffer_clear(&facts->fields);
    gdx_buffer_clear(&facts->records);
    gdx_buffer_clear(&facts->constants);
    gdx_buffer_clear(&facts->sections);
    gdx_buffer_clear(&facts->codes);
}

static void assert_same(gdx_buffer page, gdx_buffer layout) {
    gdx_slice said = gdx_buffer_slice(&page);
    gdx_slice is = gdx_buffer_slice(&layout);
    gdx_slice page_line;
    gdx_slice layout_line;
    assert_true(is.bytes > 0);
    while (said.bytes || is.bytes) {
        bool has_page = page_next_line(&said, &page_line);
        bool has_layout = page_next_line(&is, &layout_line);
        if (!has_page)
            fail_msg("the page lacks: %.*s", GDX_SLICE_ARGUMENTS(layout_line));
        if (!has_layout)
            fail_msg("the page has more: %.*s", GDX_SLICE_ARGUMENTS(page_line));
        if (!gdx_slice_equal(page_line, layout_line))
            fail_msg("the page: %.*s; layout.h: %.*s", GDX_SLICE_ARGUMENTS(page_line),
                     GDX_SLICE_ARGUMENTS(layout_line));
    }
}

// ---- what a page says

enum table { TABLE_OTHER, TABLE_FIELDS, TABLE_CONSTANTS, TABLE_SECTIONS };

static enum table kind_of_header(const gdx_slice *cells, size_t count) {
    if (count == 4 && page_is(cells[0], "offset") && page_is(cells[1], "size") && page_is(cells[2], "name"))
        return TABLE_FIELDS;
    if (count == 3 && page_is(cells[0], "constant") && page_is(cells[1], "value"))
        return TABLE_CONSTANTS;
    return count == 3 && page_is(cells[0], "section") && page_is(cells[1], "title") ? TABLE_SECTIONS : TABLE_OTHER;
}

static void add_row(struct facts *facts, enum table table, gdx_slice record, const gdx_slice *cells) {
    if (table == TABLE_FIELDS)
        ADD(&facts->fields, "%.*s %.*s at %.*s of %.*s bytes\n", GDX_SLICE_ARGUMENTS(record),
            GDX_SLICE_ARGUMENTS(cells[2]), GDX_SLICE_ARGUMENTS(cells[0]), GDX_SLICE_ARGUMENTS(cells[1]));
    if (table == TABLE_CONSTANTS)
        ADD(&facts->constants, "%.*s is %.*s\n", GDX_SLICE_ARGUMENTS(cells[0]), GDX_SLICE_ARGUMENTS(cells[1]));
    if (table == TABLE_SECTIONS)
        ADD(&facts->sections, "%.*s is %.*s\n", GDX_SLICE_ARGUMENTS(cells[0]), GDX_SLICE_ARGUMENTS(cells[1]));
}

// "Record `HEADER`, 32 bytes:" names the record of the table that follows.
static gdx_slice take_record(struct facts *facts, gdx_slice line) {
    gdx_slice rest = line;
    gdx_slice name = {NULL, 0};
    if (page_is(page_next_word(&rest), "Record"))
        name = page_next_word(&rest);
    if (name.bytes < 4 || name.data[0] != '`' || memcmp(name.data + name.bytes - 2, "`,", 2) != 0)
        return (gdx_slice){NULL, 0};
    name = (gdx_slice){name.data + 1, name.bytes - 3};
    gdx_slice size = page_next_word(&rest);
    assert_true(page_is(page_next_word(&rest), "bytes:"));
    ADD(&facts->records, "%.*s has %.*s bytes\n", GDX_SLICE_ARGUMENTS(name), GDX_SLICE_ARGUMENTS(size));
    return name;
}

static void take_tables(struct facts *facts, gdx_slice rest) {
    gdx_slice line;
    gdx_slice record = {NULL, 0};
    gdx_slice cells[PAGE_CELLS_MAX];
    enum table table = TABLE_OTHER;
    bool in_table = false;
    while (page_next_line(&rest, &line)) {
        size_t count = page_cells(line, cells);
        gdx_slice named = count ? (gdx_slice){NULL, 0} : take_record(facts, line);
        if (named.bytes)
            record = named;
        if (count && !in_table)
            table = kind_of_header(cells, count);
        else if (count && !page_is(cells[0], "---"))
            add_row(facts, table, record, cells);
        in_table = count > 0;
    }
}

static void take_codes(struct facts *facts, gdx_slice rest) {
    gdx_slice info;
    gdx_slice body;
    gdx_slice line;
    while (page_next_fence(&rest, "codes", &info, &body))
        while (page_next_line(&body, &line)) {
            gdx_slice number = page_next_word(&line);
            gdx_slice lengths = page_next_word(&line);
            ADD(&facts->codes, "%.*s is %.*s\n", GDX_SLICE_ARGUMENTS(number), GDX_SLICE_ARGUMENTS(lengths));
        }
}

static struct facts facts_of_page(const char *name) {
    struct facts facts = {0};
    gdx_buffer page = page_read(name);
    take_tables(&facts, gdx_buffer_slice(&page));
    take_codes(&facts, gdx_buffer_slice(&page));
    gdx_buffer_clear(&page);
    return facts;
}

// ---- what a layout says

struct record { // whose fields are being added
    const char *name;
    int bytes;
};

static void end_record(struct facts *facts, struct record *record) {
    if (record->name)
        ADD(&facts->records, "%s has %d bytes\n", record->name, record->bytes);
    record->name = NULL;
}

static void add_field(struct facts *facts, struct record *record, const char *name, const char *field, int offset,
                      int size) {
    if (record->name && strcmp(record->name, name) != 0)
        end_record(facts, record);
    *record = (struct record){name, offset + size};
    ADD(&facts->fields, "%s %s at %d of %d bytes\n", name, field, offset, size);
}

#define ADD_CONSTANT(name, ...)  ADD(&facts.constants, #name " is %d\n", name);
#define ADD_SECTION(name, title) ADD(&facts.sections, #name " is %s\n", title);

static struct facts facts_of_segment(void) {
    struct facts facts = {0};
    struct record record = {0};
#define ADD_FIELD(of, field, size) add_field(&facts, &record, #of, #field, of##_##field, size);
    GDX_SEGMENT_RECORDS(ADD_FIELD)
#undef ADD_FIELD
    end_record(&facts, &record);
    GDX_SEGMENT_CONSTANTS(ADD_CONSTANT)
    GDX_SEGMENT_SECTIONS(ADD_SECTION)
    return facts;
}

static struct facts facts_of_part(void) {
    struct facts facts = {0};
    struct record record = {0};
#define ADD_FIELD(of, field, size) add_field(&facts, &record, #of, #field, of##_##field##_AT, size);
    PART_HEADER_FIELDS(ADD_FIELD)
    PART_SEGMENT_FIELDS(ADD_FIELD)
    PART_ID_FIELDS(ADD_FIELD)
#undef ADD_FIELD
    end_record(&facts, &record);
    PART_CONSTANTS(ADD_CONSTANT)
    return facts;
}

static struct facts facts_of_index(void) {
    struct facts facts = {0};
    struct record record = {0};
#define ADD_FIELD(of, field, size) add_field(&facts, &record, #of, #field, of##_##field##_AT, size);
    INDEX_MANIFEST_FIELDS(ADD_FIELD)
    INDEX_RECORD_FIELDS(ADD_FIELD)
    INDEX_DECLARED_FIELDS(ADD_FIELD)
    INDEX_SIDE_FIELDS(ADD_FIELD)
    INDEX_DELETIONS_FIELDS(ADD_FIELD)
    INDEX_REPRINTS_FIELDS(ADD_FIELD)
    INDEX_MEMBER_FIELDS(ADD_FIELD)
    INDEX_EXCERPT_FIELDS(ADD_FIELD)
#undef ADD_FIELD
    end_record(&facts, &record);
    INDEX_CONSTANTS(ADD_CONSTANT)
    return facts;
}

static struct facts facts_of_postings(void) {
    struct facts facts = {0};
    POSTINGS_CONSTANTS(ADD_CONSTANT)
    for (unsigned code = 0; code < POSTINGS_CODES; code++) {
        ADD(&facts.codes, "%u is ", code);
        for (unsigned class = 0; class < POSTINGS_CLASSES; class ++)
            ADD(&facts.codes, "%d", postings_codes.cost[class][code] + 1);
        ADD(&facts.codes, "\n");
    }
    return facts;
}

// ---- tests

static void the_segment_is_laid_out_as_its_page_says(void **state) {
    (void)state;
    struct facts page = facts_of_page("format.md");
    struct facts layout = facts_of_segment();
    assert_same(page.sections, layout.sections);
    assert_same(page.constants, layout.constants);
    assert_same(page.records, layout.records);
    assert_same(page.fields, layout.fields);
    clear_facts(&page);
    clear_facts(&layout);
}

static void the_manifest_and_deletions_are_laid_out_as_their_page_says(void **state) {
    (void)state;
    struct facts page = facts_of_page("format-index.md");
    struct facts layout = facts_of_index();
    assert_same(page.constants, layout.constants);
    assert_same(page.records, layout.records);
    assert_same(page.fields, layout.fields);
    clear_facts(&page);
    clear_facts(&layout);
}

static void a_part_s_record_is_laid_out_as_its_page_says(void **state) {
    (void)state;
    struct facts page = facts_of_page("format-part.md");
    struct facts layout = facts_of_part();
    assert_same(page.constants, layout.constants);
    assert_same(page.records, layout.records);
    assert_same(page.fields, layout.fields);
    clear_facts(&page);
    clear_facts(&layout);
}

static void the_prefix_codes_are_those_of_their_page(void **state) {
    (void)state;
    struct facts page = facts_of_page("format-postings.md");
    struct facts layout = facts_of_postings();
    assert_same(page.constants, layout.constants);
    assert_same(page.codes, layout.codes);
    clear_facts(&page);
    clear_facts(&layout);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_segment_is_laid_out_as_its_page_says),
        cmocka_unit_test(the_manifest_and_deletions_are_laid_out_as_their_page_says),
        cmocka_unit_test(a_part_s_record_is_laid_out_as_its_page_says),
        cmocka_unit_test(the_prefix_codes_are_those_of_their_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
