// SPDX-License-Identifier: Apache-2.0
// test_table.c: the table of converters: what ships, what rows mean, and where the mistakes in them are.

#include "world.h"

#include "../support/folder.h"
#include "table.h"

#include <stdlib.h>

static gdx_converters *shipped(void) {
    gdx_converters *table = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_converters_new(&table, &err), GDX_OK);
    return table;
}

static const struct converter_row *row_of(const gdx_converters *table, const char *kind) {
    size_t at = converters_find(table, kind, 0);
    assert_true(at < table->count);
    assert_int_equal(table->rows[at].number, at);
    return &table->rows[at];
}

static void parse(gdx_converters *table, const char *text) {
    gdx_error err = {0};
    if (gdx_converters_parse(table, "here", gdx_slice_of(text), &err) != GDX_OK)
        fail_msg("%s", err.message);
}

static void every_kind_has_a_converter(void **state) {
    (void)state;
    GDX_AUTO(gdx_converters) table = shipped();
    const char *const kinds[] = {GDX_CONVERT_PDF,  GDX_CONVERT_DOC,       GDX_CONVERT_RTF,
                                 GDX_CONVERT_PPT,  GDX_CONVERT_XLS,       GDX_CONVERT_ODF,
                                 GDX_CONVERT_MAIL, GDX_CONVERT_OCR_IMAGE, GDX_CONVERT_OCR_PDF};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        assert_true(gdx_converters_have(table, kinds[i]));
        assert_non_null(row_of(table, kinds[i])->package);
    }
    assert_false(gdx_converters_have(table, ".caj"));
    const struct converter_row *pdf = row_of(table, GDX_CONVERT_PDF);
    assert_int_equal(pdf->form, GDX_FORM_PDF_XML);
    assert_int_equal(pdf->first_memory, 128 << 20);
    assert_int_equal(pdf->memory, 1 << 30);
    assert_int_equal(pdf->wall_ms, 60000);
    assert_null(pdf->output);
    assert_string_equal(row_of(table, GDX_CONVERT_XLS)->output, "input.xlsx");
}

static void rows_of_a_kind_replace_all_before_them(void **state) {
    (void)state;
    GDX_AUTO(gdx_converters) table = shipped();
    size_t before = table->count;
    parse(table, "# comment\n"
                 "doc text -- mine INPUT # and why\r\n"
                 "  doc html wall=2m cpu=3s memory=2M files=3M processes=4 alone=yes local-sockets=yes quiet=yes \\\n"
                 "      output=\"a b\" package=p version=-V -- \"an other\" INPUT OUT\"PUT\" \"\"\n"
                 ".caj text -- caj INPUT OUTPUT\n"
                 "rtf off");
    assert_int_equal(table->count, before + 1); // two of doc for two, one of rtf for one, .caj
    size_t first = converters_find(table, "doc", 0);
    const struct converter_row *one = &table->rows[first],
                               *two = &table->rows[converters_find(table, "doc", first + 1)];
    assert_string_equal(one->command[0], "mine");
    assert_int_equal(one->command_words, 2);
    assert_int_equal(one->memory, 1 << 30);
    assert_int_equal(one->cpu_seconds, 60);
    assert_int_equal(two->form, GDX_FORM_HTML);
    assert_int_equal(two->wall_ms, 120000);
    assert_int_equal(two->cpu_seconds, 3);
    assert_int_equal(two->memory, 2 << 20);
    assert_int_equal(two->file_bytes, 3 << 20);
    assert_int_equal(two->processes, 4);
    assert_true(two->is_alone && two->has_local_sockets && two->is_quiet);
    assert_string_equal(two->output, "a b");
    assert_string_equal(two->version, "-V");
    assert_string_equal(two->command[0], "an other");
    assert_string_equal(two->command[2], "OUTPUT");
    assert_string_equal(two->command[3], "");
    assert_string_equal(row_of(table, ".caj")->output, "output.text");
    assert_false(gdx_converters_have(table, "rtf"));
    assert_true(gdx_converters_have(table, "pdf"));
    parse(table, "");
    parse(table, "\n\n#\n\\\n");
}

static void a_mistake_is_named_with_line_and_column(void **state) {
    (void)state;
    static const struct {
        const char *text, *message;
    } mistakes[] = {
        {"pdf", "line 1, column 1: \"pdf\": expected a form after it"},
        {"\n\npdf nonsense -- x", "line 3, column 5: \"nonsense\": expected a form"},
        {"pdf text", "line 1, column 5: \"text\": expected -- and a command"},
        {"pdf text --", "line 1, column 10: \"--\": expected -- and a command"},
        {"pdf text -- \"\"", "column 13: \"\": expected a program"},
        {"pdf text x", "column 10: \"x\": expected a setting"},
        {"pdf text wal=3s -- x", "column 10: \"wal=3s\": expected a setting"},
        {"pdf text wall=3 -- x", "expected a time"},
        {"pdf text wall=0s -- x", "expected a time"},
        {"pdf text wall=25h -- x", "expected a time"},
        {"pdf text wall=99999999999999999999s -- x", "expected a time"},
        {"pdf text memory=1 -- x", "expected a size"},
        {"pdf text memory=1M- -- x", "expected a second size"},
        {"pdf text memory=2M-1M -- x", "expected a size from 1M"},
        {"pdf text memory=1K -- x", "expected a size from 1M"},
        {"pdf text memory=999999999999G -- x", "expected a size"},
        {"pdf text files=1M-2M -- x", "expected a size from 1M"},
        {"pdf text processes=0 -- x", "expected a number from 1"},
        {"pdf text processes=513 -- x", "expected a number from 1"},
        {"pdf text alone=maybe -- x", "expected yes or no"},
        {"pdf text output=../x -- x", "expected a file's name without a path"},
        {"pdf text output=-x -- x", "expected a file's name without a path"},
        {"pdf text package= -- x", "expected a word"},
        {"pdf text \\\n 文=1 -- x", "line 2, column 2: \"文=1\""},
        {"文 \x01", "line 1, column 3: a control character"},
        {"pdf text -- \"x", "line 1, column 15: the quote does not end"},
        {"pdf \xff", "line 1, column 5: not UTF-8"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        GDX_AUTO(gdx_converters) table = shipped();
        size_t before = table->count;
        gdx_error err = {0};
        gdx_buffer text = {0};
        assert_int_equal(gdx_buffer_append_format(&text, "%s", mistakes[i].text), GDX_OK);
        gdx_status status = gdx_converters_parse(table, "here", gdx_buffer_slice(&text), &err);
        if (status != GDX_INVALID || !strstr(err.message, mistakes[i].message) || strcmp(err.where, "here") != 0)
            fail_msg("%s: \"%s\", expected \"%s\"", mistakes[i].text, err.message, mistakes[i].message);
        assert_int_equal(table->count, before);
        gdx_buffer_clear(&text);
    }
}

static void too_many_words_or_rows_are_refused(void **state) {
    (void)state;
    GDX_AUTO(gdx_converters) table = shipped();
    gdx_buffer text = {0};
    gdx_error err = {0};
    assert_int_equal(gdx_buffer_append_format(&text, "x text --"), GDX_OK);
    for (int i = 0; i < CONVERT_WORDS_MAX + 1; i++)
        assert_int_equal(gdx_buffer_append_format(&text, " w"), GDX_OK);
    assert_int_equal(gdx_converters_parse(table, "here", gdx_buffer_slice(&text), &err), GDX_INVALID);
    text.bytes = 0;
    for (int i = 0; i < CONVERT_ROWS_MAX + 1; i++)
        assert_int_equal(gdx_buffer_append_format(&text, ".%d off\n", i), GDX_OK);
    err = (gdx_error){0};
    assert_int_equal(gdx_converters_parse(table, "here", gdx_buffer_slice(&text), &err), GDX_INVALID);
    assert_non_null(strstr(err.message, "line 257"));
    gdx_buffer_clear(&text);
}

// Each start of a table, and each with a byte changed, is read or refused.
static void a_table_cut_anywhere_is_read_or_refused(void **state) {
    (void)state;
    static const char text[] =
        "doc text wall=2m memory=1M-2M alone=yes \\\n output=\"a b\" -- \"an other\" INPUT # x\nrtf off\n";
    for (size_t bytes = 0; bytes < sizeof text; bytes++)
        for (int change = 0; change < 3; change++) {
            char copy[sizeof text];
            memcpy(copy, text, sizeof text);
            copy[bytes ? bytes - 1 : 0] = change == 1 ? '"' : change == 2 ? '\\' : copy[bytes ? bytes - 1 : 0];
            char *exact = malloc(bytes + 1); // so that the sanitizer sees a step beyond
            memcpy(exact, copy, bytes);
            GDX_AUTO(gdx_converters) table = shipped();
            gdx_error err = {0};
            gdx_status status = gdx_converters_parse(table, "here", (gdx_slice){exact, bytes}, &err);
            assert_true(status == GDX_OK || (status == GDX_INVALID && err.message[0]));
            free(exact);
        }
}

static void a_table_is_loaded_from_a_file(void **state) {
    (void)state;
    char *folder = folder_new();
    GDX_AUTO(gdx_converters) table = shipped();
    gdx_error err = {0};
    folder_write_text(folder, "converters", ".x text -- x\n");
    assert_int_equal(gdx_converters_load(table, folder_path(folder, "converters"), &err), GDX_OK);
    assert_true(gdx_converters_have(table, ".x"));
    assert_int_equal(gdx_converters_load(table, folder_path(folder, "none"), &err), GDX_NOT_FOUND);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_converter),
        cmocka_unit_test(rows_of_a_kind_replace_all_before_them),
        cmocka_unit_test(a_mistake_is_named_with_line_and_column),
        cmocka_unit_test(too_many_words_or_rows_are_refused),
        cmocka_unit_test(a_table_cut_anywhere_is_read_or_refused),
        cmocka_unit_test(a_table_is_loaded_from_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
