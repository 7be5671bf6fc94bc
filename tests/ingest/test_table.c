// SPDX-License-Identifier: Apache-2.0
// test_table.c: tables of any delimiter, encoding and habit of quoting -> a document for each row.

#include "one_piece.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static gdx_record_map *map; // of the test at hand

static gdx_source *over_with(const char *mapping, bool id_from_hash, gdx_slice bytes) {
    gdx_source *source = NULL;
    if (mapping)
        assert_int_equal(gdx_record_map_parse(mapping, &map, NULL), GDX_OK);
    gdx_source_options options = {.map = map, .id_from_hash = id_from_hash};
    assert_int_equal(gdx_source_new(&options, &source, NULL), GDX_OK);
    begin(source, GDX_INPUT_TABLE, bytes);
    return source;
}

static gdx_source *over(gdx_slice bytes) {
    return over_with(NULL, false, bytes);
}

static int forget_map(void **state) {
    (void)state;
    gdx_record_map_free(map);
    map = NULL;
    return 0;
}

static void a_row_is_a_document(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE("id,title,text,date,source,url,n\r\n"
                        "1,关税,\"第一行\n第二行，\"\"好\"\"\",2023-05-06,报,http://x/,\r\n"
                        "\r\n"
                        "2,, spaces around ,,,,\"7\"\r\n"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "1");
    assert_slice(document.title, "关税");
    assert_slice(document.text, "第一行\n第二行，\"好\"");
    assert_slice(document.source, "报");
    assert_slice(document.metadata, "{\"url\":\"http://x/\"}");
    assert_int_equal(document.date, gdx_date_of(2023, 5, 6));
    document = next_document(source);
    assert_slice(document.text, "spaces around");
    assert_slice(document.source, "news");
    assert_slice(document.metadata, "{\"n\":\"7\"}");
    assert_end(source);
    assert_end(source);
}

static void the_delimiter_is_found(void **state) {
    (void)state;
    static const char *const tables[] = {
        "id,text\n1,a;b|c\n",
        "id\ttext\n1\ta;b|c\n",
        "id;text\n1;\"a;b|c\"\n",
        "id|text\n1|\"a;b|c\"\n",
        "sep=~\nid~text\n1~a;b|c\n",
        "\xef\xbb\xbfid,text\r1,a;b|c\r",
        "id , text \n1, \"a;b|c\"",
        "a;b;c;d\tid\ttext\nx\t1\ta;b|c\n", // more semicolons, and yet the tab divides
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        GDX_AUTO(gdx_source) source = over(gdx_slice_of(tables[i]));
        gdx_document document = next_document(source);
        assert_slice(document.id, "1");
        assert_slice(document.text, "a;b|c");
        assert_end(source);
    }
    GDX_AUTO(gdx_source) one = over_with(NULL, true, SLICE("text\na, b; c\n\"quoted\n\"\n"));
    assert_slice(next_document(one).text, "a, b; c");
    assert_slice(next_document(one).text, "quoted\n");
    assert_end(one);
}

static void ragged_rows_are_refused_by_line(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = over(SLICE("id,text,x\n1,\"a\nb\",\n2,b\n3,c,,4\n4,d,\n"));
    assert_slice(next_document(source).text, "a\nb");
    gdx_refusal refusal = next_refusal(source, GDX_INVALID, "cells: 2, expected 3 as in the first row");
    assert_int_equal(refusal.line, 4);
    assert_int_equal(refusal.byte, 19);
    assert_int_equal(next_refusal(source, GDX_INVALID, "cells: 4, expected 3").line, 5);
    assert_slice(next_document(source).id, "4");
    assert_end(source);
    assert_int_equal(gdx_source_lines(source), 6);
}

static void a_stray_quote_swallows_no_row(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE("id,text\n"
                        "1,他说\"好\"\n"           // in a cell that is not quoted
                        "\"2\",\"他说\"好\"。\"\n" // not doubled in one that is
                        "3,\"open\n"               // no end
                        "\"4\",\"open too\n"       // none either, and the id would have quotes
                        "5,\"all\nright\"\n"
                        "6,\"x\"\n"
                        "7,\"to the end"));
    assert_slice(next_document(source).text, "他说\"好\"");
    gdx_document document = next_document(source);
    assert_slice(document.id, "2");
    assert_slice(document.text, "他说\"好\"。");
    assert_slice(next_document(source).text, "\"open");
    assert_int_equal(next_refusal(source, GDX_INVALID, "quotes that do not match in this row").line, 5);
    assert_slice(next_document(source).text, "all\nright");
    assert_slice(next_document(source).text, "x");
    assert_slice(next_document(source).text, "\"to the end");
    assert_end(source);
    GDX_AUTO(gdx_source) ragged = over(SLICE("id,text\n1,\"a\n2,b\n3,c\"\n4,d\n"));
    assert_slice(next_document(ragged).text, "a\n2,b\n3,c"); // well formed: it cannot be told
    assert_slice(next_document(ragged).id, "4");
    GDX_AUTO(gdx_source) longer = over(SLICE("id,text,x\n1,\"a\n2,b,\n3,c,\"\n4,d,\n"));
    next_refusal(longer, GDX_INVALID, "quotes that do not match");
    assert_slice(next_document(longer).id, "2");
    next_document(longer);
    assert_slice(next_document(longer).id, "4");
    assert_end(longer);
}

static void a_table_without_its_columns_is_refused_once(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = over(SLICE("id,headline,content\n1,a,b\n2,c,d\n"));
    next_refusal(source, GDX_INVALID,
                 "no column \"text\"; the columns are id, headline, content: give --map text=COLUMN");
    assert_end(source);
    GDX_AUTO(gdx_source) no_id = over(SLICE("text,b\n1,a\n"));
    next_refusal(no_id, GDX_INVALID,
                 "no column \"id\"; the columns are text, b: give --map id=COLUMN or --id-from hash");
    assert_end(no_id);
    GDX_AUTO(gdx_source) empty = over(SLICE("id,text\n"));
    assert_end(empty);
    GDX_AUTO(gdx_source) twice = over(SLICE("id,text,a,a,,a\n1,b,c,d,e,\n"));
    assert_slice(next_document(twice).metadata, "{\"a\":\"c\",\"column 4\":\"d\",\"column 5\":\"e\"}");
    GDX_AUTO(gdx_source) called = over(SLICE("id,text,column 4,\n1,b,c,d\n"));
    next_refusal(called, GDX_INVALID, "two columns are called \"column 4\"");
    assert_end(called);
}

static void a_map_names_columns(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over_with("id=url,title=headline?,text=lead+body,date=when?", false,
                       SLICE("url,lead,body,k\nu,一,二,v\nw,,三,\n"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "u");
    assert_slice(document.text, "一\n二");
    assert_slice(document.metadata, "{\"k\":\"v\"}");
    assert_slice(next_document(source).text, "三");
    begin(source, GDX_INPUT_TABLE, SLICE("url,lead\nu,一\n"));
    next_refusal(source, GDX_INVALID, "no column \"body\", which --map names; the columns are url, lead");
    assert_end(source);
}

static void numbers_in_a_map_mean_that_there_is_no_header(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = over_with("id=1,text=3", false, SLICE("a;b;c\nd;;f\n"));
    gdx_document document = next_document(source);
    assert_slice(document.id, "a");
    assert_slice(document.text, "c");
    assert_slice(document.metadata, "{\"column 2\":\"b\"}");
    assert_slice(next_document(source).id, "d");
    assert_end(source);
    begin(source, GDX_INPUT_TABLE, SLICE("a;b\n"));
    next_refusal(source, GDX_INVALID, "no column \"3\", which --map names; the columns are column 1, column 2");
}

static void tables_of_other_encodings_are_decoded(void **state) {
    (void)state;
    static const char *const names[] = {"GB18030", "UTF-16", "UTF-16LE", "BIG5-HKSCS"};
    static const char table[] = "id,text\r\n1,中文文件的文字，一二三\r\n";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char bytes[256], *from = (char *)table, *to = bytes;
        size_t left = sizeof table - 1, room = sizeof bytes;
        iconv_t converter = iconv_open(names[i], "UTF-8");
        assert_true(iconv(converter, &from, &left, &to, &room) != (size_t)-1);
        iconv_close(converter);
        GDX_AUTO(gdx_source) source = over((gdx_slice){bytes, (size_t)(to - bytes)});
        assert_slice(next_document(source).text, "中文文件的文字，一二三");
        assert_end(source);
    }
    GDX_AUTO(gdx_source) bad = over(SLICE("id,text\n1,全球产业链重构\n2,关\xff税\n"));
    next_document(bad);
    assert_int_equal(gdx_source_repairs(bad)->replaced, 0);
    assert_slice(next_document(bad).text, "关\xef\xbf\xbd税");
    assert_int_equal(gdx_source_repairs(bad)->replaced, 1);
    assert_int_equal(gdx_source_repairs(bad)->line, 3);
}

static void a_row_is_the_record_of_the_same_fields(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) rows = over(SLICE("z,id,text,a\"b,date\n1\t\"x\",1,t,\\,2023\n"));
    gdx_document row = next_document(rows);
    GDX_AUTO(gdx_source) lines = new_source(NULL, 0);
    begin(lines, GDX_INPUT_RECORDS,
          SLICE("{\"id\":1,\"text\":\"t\",\"a\\\"b\":\"\\\\\",\"z\":\"1\\t\\\"x\\\"\",\"date\":2023}"));
    gdx_document line = next_document(lines);
    assert_slice(row.metadata, "{\"a\\\"b\":\"\\\\\",\"z\":\"1\\t\\\"x\\\"\"}");
    assert_int_equal(gdx_document_hash(&row), gdx_document_hash(&line));
}

static void hostile_tables_end(void **state) {
    (void)state;
    gdx_buffer text = {0};
    assert_int_equal(gdx_buffer_append(&text, "id,text\n", 8), GDX_OK);
    for (int i = 0; i < 20000; i++) // each opens a quote that never ends
        assert_int_equal(gdx_buffer_append(&text, "\"1\",\"a\"\"b\"c\n\"\n", 13), GDX_OK);
    GDX_AUTO(gdx_source) source = over(gdx_buffer_slice(&text));
    gdx_document document;
    size_t steps = 0;
    for (gdx_refusal refusal = {0}; gdx_source_next(source, &document, &refusal) != GDX_SOURCE_END; steps++)
        assert_true(steps < 100000);
    text.bytes = 0;
    for (int i = 0; i < 100000; i++)
        assert_int_equal(gdx_buffer_append(&text, ",", 1), GDX_OK);
    begin(source, GDX_INPUT_TABLE, gdx_buffer_slice(&text));
    next_refusal(source, GDX_TOO_LARGE, "100001 columns, at most 4096 are taken");
    assert_end(source);
    gdx_buffer_clear(&text);
    static const char whole[] = "id,text,\"k\"\r\n1,\"a\"\"b\r\n\",c\r\n2,关\"税,\"x\r";
    for (size_t bytes = 0; bytes < sizeof whole; bytes++) {
        char *copy = malloc(bytes + 1);
        memcpy(copy, whole, bytes);
        begin(source, GDX_INPUT_TABLE, (gdx_slice){copy, bytes});
        steps = 0;
        for (gdx_refusal refusal = {0}; gdx_source_next(source, &document, &refusal) != GDX_SOURCE_END; steps++)
            assert_true(steps < 10);
        free(copy);
    }
}

// ---- what is written is read

static void put(gdx_buffer *to, const char *text) {
    assert_int_equal(gdx_buffer_append(to, text, strlen(text)), GDX_OK);
}

static void some_cell(char to[64]) {
    static const char *const pieces[] = {"关税", "\"", ",", ";", "\t", "\n", "\r\n", " ", "a", "|", "x"};
    *to = '\0';
    for (int i = rand() % 6; i > 0; i--)
        strcat(to, pieces[rand() % 11]);
}

static void put_cell(gdx_buffer *to, const char *cell, char delimiter) {
    bool must = strpbrk(cell, "\"\r\n \t") || strchr(cell, delimiter);
    if (!must && rand() % 2) {
        put(to, cell);
        return;
    }
    put(to, "\"");
    for (; *cell; cell++)
        put(to, *cell == '"' ? "\"\"" : (char[]){*cell, 0});
    put(to, "\"");
}

static void any_table_that_is_written_is_read_back(void **state) {
    (void)state;
    const char *given = getenv("GDX_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    print_message("GDX_SEED=%u\n", seed);
    srand(seed);
    gdx_buffer table = {0};
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    for (int round = 0; round < 300; round++) {
        char delimiter = ",\t;|"[rand() % 4], cells[8][2][64];
        const char *newline = rand() % 2 ? "\n" : "\r\n";
        size_t rows = (size_t)rand() % 9;
        table.bytes = 0;
        put(&table, "text");
        put(&table, (char[]){delimiter, 'k', delimiter, 'i', 'd', 0});
        put(&table, newline);
        for (size_t i = 0; i < rows; i++) {
            for (int k = 0; k < 2; k++) {
                some_cell(cells[i][k]);
                put_cell(&table, cells[i][k], delimiter);
                put(&table, (char[]){delimiter, 0});
            }
            put(&table, (char[]){(char)('0' + i), 0});
            put(&table, i + 1 < rows || rand() % 2 ? newline : "");
        }
        begin(source, GDX_INPUT_TABLE, gdx_buffer_slice(&table));
        for (size_t i = 0; i < rows; i++) {
            gdx_document document = next_document(source);
            assert_slice(document.text, cells[i][0]);
            assert_slice(document.id, (char[]){(char)('0' + i), 0});
            assert_int_equal(document.metadata.bytes == 0, !*cells[i][1]);
        }
        assert_end(source);
    }
    gdx_buffer_clear(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_a_document),
        cmocka_unit_test(the_delimiter_is_found),
        cmocka_unit_test(ragged_rows_are_refused_by_line),
        cmocka_unit_test(a_stray_quote_swallows_no_row),
        cmocka_unit_test(a_table_without_its_columns_is_refused_once),
        cmocka_unit_test_teardown(a_map_names_columns, forget_map),
        cmocka_unit_test_teardown(numbers_in_a_map_mean_that_there_is_no_header, forget_map),
        cmocka_unit_test(tables_of_other_encodings_are_decoded),
        cmocka_unit_test(a_row_is_the_record_of_the_same_fields),
        cmocka_unit_test(hostile_tables_end),
        cmocka_unit_test(any_table_that_is_written_is_read_back),
    };
    return cmocka_run_group_tests_name("ingest: table", tests, NULL, NULL);
}
