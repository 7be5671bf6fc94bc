// SPDX-License-Identifier: Apache-2.0
// test_json.c: files of JSON, however they are laid out, give the documents and refusals that JSON Lines give.

#include "one_piece.h"

#include "sniff.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static gdx_source *over(gdx_slice bytes) {
    gdx_source *source = new_source(NULL, 0);
    begin(source, GDX_INPUT_JSON, bytes);
    return source;
}

static void expect_ids(gdx_slice bytes, const char *ids) {
    GDX_AUTO(gdx_source) source = over(bytes);
    for (; *ids; ids++)
        assert_slice(next_document(source).id, (char[]){*ids, 0});
    assert_end(source);
    assert_end(source);
}

#define A "{\"id\":\"a\",\"text\":\"x\"}"
#define B "{\"id\":\"b\",\"text\":\"[{,}]\\\"\"}"

static void an_array_or_objects_in_any_layout_are_records(void **state) {
    (void)state;
    expect_ids(SLICE("[" A "," B "]"), "ab");
    expect_ids(SLICE("\xef\xbb\xbf [\r\n\t" A "\n ,\n" B " , ] \n"), "ab"); // a comma too many loses nothing
    expect_ids(SLICE(A), "a");
    expect_ids(SLICE(A B), "ab");
    expect_ids(SLICE(A "\n\n" B "\n"), "ab");
    expect_ids(SLICE("{\n \"id\": \"a\",\n \"text\": \"\"\n}\n{\n\"id\":\"b\",\n\"text\":\"\"}"), "ab");
    expect_ids(SLICE("[" A "]\n[" B "]"), "ab");
    expect_ids(SLICE("\x1e" A "\n\x1e" B "\n"), "ab"); // JSON text sequences
    expect_ids(SLICE(A "\n\xef\xbb\xbf" B), "ab");     // files put together
    expect_ids(SLICE("[]"), "");
    expect_ids(SLICE("[\xef\xbb\xbf" A "]"), "a");
}

static void an_object_that_holds_one_array_of_objects_is_that_array(void **state) {
    (void)state;
    expect_ids(SLICE("{\"total\": 2, \"data\": [" A "," B "], \"next\": {\"x\": [1]}}"), "ab");
    expect_ids(SLICE("{\"items\":[" A "]}{\"items\":[" B "]}"), "ab");
    expect_ids(SLICE("{\"results\": [\n" A "]}"), "a");
    // What has a text or an id is a record, whatever else it holds.
    GDX_AUTO(gdx_source) source = over(SLICE("{\"id\":\"1\",\"text\":\"x\",\"comments\":[" A "]}"));
    assert_slice(next_document(source).metadata, "{\"comments\":[" A "]}");
    assert_end(source);
    GDX_AUTO(gdx_source) two = over(SLICE("{\"a\":[" A "],\"b\":[" B "]}"));
    next_refusal(two, GDX_INVALID, "the keys are a, b");
    assert_end(two);
    GDX_AUTO(gdx_source) plain = over(SLICE("{\"data\":[1,2]}"));
    next_refusal(plain, GDX_INVALID, "id: missing");
    assert_end(plain);
}

static void what_is_wrong_is_refused_with_element_line_and_column(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE(
        "[\n" A ",\n 7, \"关\", {\"id\":\"1\",\"text\":tru},\n{\"id\":\"1\",\n \"text\":\"a\n\"},,\n {\"id\":\"2\"} " A
        ", [" A "], {\"id\":\"3\"}}, " B "]"));
    next_document(source);
    gdx_refusal refusal = next_refusal(source, GDX_INVALID, "element 2: an integer, expected a JSON object");
    assert_int_equal(refusal.line, 3);
    assert_int_equal(refusal.byte, 26);
    next_refusal(source, GDX_INVALID, "element 3: a string, expected a JSON object");
    refusal = next_refusal(source, GDX_INVALID, "element 4, column 29: not JSON");
    assert_int_equal(refusal.line, 3);
    refusal = next_refusal(source, GDX_INVALID, "element 5, column 10: not JSON: unexpected newline");
    assert_int_equal(refusal.line, 5);
    next_refusal(source, GDX_INVALID, "element 6: nothing, expected a JSON object");
    refusal = next_refusal(source, GDX_INVALID, "element 7, column 13: not JSON: end of file expected near '{'");
    assert_int_equal(refusal.line, 7);
    next_refusal(source, GDX_INVALID, "element 8: an array, expected");
    next_refusal(source, GDX_INVALID, "element 9, column");
    assert_slice(next_document(source).id, "b");
    assert_end(source);
}

static void a_file_that_was_cut_off_says_so_once(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = over(SLICE("\n[" A ","));
    next_document(source);
    next_refusal(source, GDX_INVALID, "the file ends within the array of line 2");
    assert_end(source);
    GDX_AUTO(gdx_source) within = over(SLICE("{\"data\":[" A ",{\"id\":\"b\",\"te"));
    next_document(within);
    next_refusal(within, GDX_INVALID, "element 2: the file ends within it");
    assert_end(within);
    GDX_AUTO(gdx_source) object = over(SLICE("{\"id\":\"b\",\"text\":[1"));
    next_refusal(object, GDX_INVALID, "column");
    assert_end(object);
}

static void every_cut_of_a_file_ends(void **state) {
    (void)state;
    static const char whole[] =
        "\xef\xbb\xbf{\"n\":1,\"data\":[" A ",{\"id\":\"\\ud83d\\u0041\",\"text\":\"\",\"x\":[{}]}," B "]}" A;
    for (size_t bytes = 0; bytes < sizeof whole; bytes++) {
        char *copy = malloc(bytes + 1);
        memcpy(copy, whole, bytes);
        GDX_AUTO(gdx_source) source = over((gdx_slice){copy, bytes});
        size_t steps = 0;
        gdx_document document;
        for (gdx_refusal refusal = {0}; gdx_source_next(source, &document, &refusal) != GDX_SOURCE_END; steps++)
            assert_true(steps < 10);
        free(copy);
    }
}

static void deep_nesting_costs_its_record(void **state) {
    (void)state;
    gdx_buffer text = {0};
    assert_int_equal(gdx_buffer_append(&text, "[{\"id\":\"1\",\"text\":\"\",\"x\":", 25), GDX_OK);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(gdx_buffer_append(&text, "[", 1), GDX_OK);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(gdx_buffer_append(&text, "]", 1), GDX_OK);
    assert_int_equal(gdx_buffer_append(&text, "}," A "]", 3 + strlen(A)), GDX_OK);
    GDX_AUTO(gdx_source) source = over(gdx_buffer_slice(&text));
    next_refusal(source, GDX_INVALID, "element 1, column");
    assert_slice(next_document(source).id, "a");
    assert_end(source);
    gdx_buffer_clear(&text);
}

static gdx_buffer encode(const char *text, const char *encoding) {
    gdx_buffer out = {0};
    iconv_t converter = iconv_open(encoding, "UTF-8");
    size_t left = strlen(text), room = left * 4 + 16;
    assert_int_equal(gdx_buffer_reserve(&out, room), GDX_OK);
    char *from = (char *)text, *to = (char *)out.data;
    assert_true(iconv(converter, &from, &left, &to, &room) != (size_t)-1);
    iconv_close(converter);
    out.bytes = (size_t)(to - (char *)out.data);
    return out;
}

static void json_of_any_encoding_is_read(void **state) {
    (void)state;
    static const char *const names[] = {"UTF-16", "UTF-16LE", "UTF-16BE", "GB18030", "UTF-32"};
    static const char lines[] =
        "{\"id\":\"1\",\"text\":\"全球产业链重构\"}\r\n{\"id\":\"2\",\"text\":\"关税,\"}\r\nno json\r\n";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        gdx_buffer bytes = encode(lines, names[i]);
        GDX_AUTO(gdx_source) source = over(gdx_buffer_slice(&bytes));
        assert_slice(next_document(source).text, "全球产业链重构");
        assert_slice(next_document(source).text, "关税,");
        assert_int_equal(next_refusal(source, GDX_INVALID, "column").line, 3);
        assert_end(source);
        assert_int_equal(gdx_source_lines(source), 3);
        gdx_buffer_clear(&bytes);
    }
    // The encoding given is for other files: JSON that is UTF-8 stays it.
    GDX_AUTO(gdx_source) given = new_source("GB18030", 0);
    begin(given, GDX_INPUT_JSON, SLICE("[{\"id\":\"1\",\"text\":\"关税\"}]"));
    assert_slice(next_document(given).text, "关税");
}

static void undecodable_bytes_are_told_of_with_their_record(void **state) {
    (void)state;
    GDX_AUTO(gdx_source)
    source = over(SLICE(
        "[{\"id\":\"1\",\"text\":\"全球产业链重构\"},\n{\"id\":\"2\",\"text\":\"关\xff税\xfe\\ud83d\"}, {\"id\":\"3\",\"text\":\"\"}]"));
    next_document(source);
    assert_int_equal(gdx_source_repairs(source)->replaced, 0);
    next_document(source);
    assert_int_equal(gdx_source_repairs(source)->replaced, 3);
    assert_int_equal(gdx_source_repairs(source)->line, 2);
    next_document(source);
    assert_int_equal(gdx_source_mended(source), 1);
    GDX_AUTO(gdx_source) binary = over(SLICE("[{\"id\":\0\0\1\2\3"));
    next_refusal(binary, GDX_UNSUPPORTED, "binary");
    assert_end(binary);
    GDX_AUTO(gdx_source) empty = over(SLICE(" \n"));
    next_refusal(empty, GDX_INVALID, "empty");
}

static void a_map_tells_records_from_what_holds_them(void **state) {
    (void)state;
    GDX_AUTO(gdx_record_map) map = NULL;
    assert_int_equal(gdx_record_map_parse("id=url,text=body.html", &map, NULL), GDX_OK);
    gdx_source_options options = {.map = map};
    gdx_source *source = NULL;
    assert_int_equal(gdx_source_new(&options, &source, NULL), GDX_OK);
    begin(source, GDX_INPUT_JSON,
          SLICE("{\"url\":\"1\",\"tags\":[{\"a\":1}],\"body\":{\"html\":\"x\"}}"
                "{\"text\":\"an envelope\",\"body\":[{\"url\":2,\"body\":{\"html\":\"y\"}}]}"));
    assert_slice(next_document(source).text, "x");
    assert_slice(next_document(source).text, "y");
    assert_end(source);
    gdx_source_free(source);
}

static void the_first_lines_tell_json_lines_from_other_json(void **state) {
    (void)state;
    static const struct {
        const char *head;
        gdx_input_kind kind;
    } heads[] = {
        {A "\n" B "\n", GDX_INPUT_RECORDS},
        {"\xef\xbb\xbf\n" A "\r\n" B, GDX_INPUT_RECORDS},
        {A, GDX_INPUT_RECORDS},
        {"{\"data\":[" A "]}\n", GDX_INPUT_JSON},
        {A B "\n", GDX_INPUT_JSON},
        {"{\n\"id\":1}", GDX_INPUT_JSON},
        {" [\n" A, GDX_INPUT_JSON},
        {"{\"data\":[" A ",", GDX_INPUT_JSON},
        {"{\"id\":1,\"text\":\"a long line", GDX_INPUT_RECORDS},
        {"", GDX_INPUT_RECORDS},
        {"words", GDX_INPUT_RECORDS},
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (ingest_sniff_json(gdx_slice_of(heads[i].head)) != heads[i].kind)
            fail_msg("%s", heads[i].head);
    assert_int_equal(ingest_sniff_json(SLICE("\xff\xfe{\0")), GDX_INPUT_JSON);
    assert_int_equal(ingest_sniff_json(SLICE("{\0\"\0")), GDX_INPUT_JSON);
}

// ---- any layout of the same records

static gdx_buffer layout;

static void put(const char *text) {
    assert_int_equal(gdx_buffer_append(&layout, text, strlen(text)), GDX_OK);
}

static void put_white(void) {
    static const char *const white[] = {"", "", " ", "\n", "\r\n\t", "  "};
    put(white[rand() % 6]);
}

static void put_string(const char *text, bool escaped) {
    put("\"");
    for (; *text; text++) {
        char one[8] = {*text, 0};
        if (strchr("\"\\", *text))
            snprintf(one, sizeof one, "\\%c", *text);
        else if (escaped && (uint8_t)*text < 0x80)
            snprintf(one, sizeof one, "\\u%04x", *text);
        put(one);
    }
    put("\"");
}

static const char *some_text(char to[64]) {
    static const char *const pieces[] = {"关税", "\"", "\\", "[", "}", "{", ",", "]", ":", "a"};
    *to = '\0';
    for (int i = rand() % 6; i > 0; i--)
        strcat(to, pieces[rand() % 10]);
    return to;
}

struct made {
    char id[24], text[64], key[64];
};

// One record; in a line, or with white space anywhere.
static void put_record(const struct made *made, bool loose) {
    const char *names[] = {"id", "text", "k"}, *values[] = {made->id, made->text, made->key};
    int first = rand() % 3;
    put(loose ? "{\n" : "{"); // the first object tells whether a file is JSON Lines
    for (int i = 0; i < 3; i++) {
        int which = (first + i) % 3;
        if (loose)
            put_white();
        put_string(names[which], false);
        put(loose ? " : " : ":");
        put_string(values[which], rand() % 2);
        if (loose)
            put_white();
        put(i < 2 ? "," : "}");
    }
}

static void check_layout(gdx_input_kind kind, const struct made *made, size_t count, const char *open,
                         const char *close) {
    layout.bytes = 0;
    put(open);
    for (size_t i = 0; i < count; i++) {
        if (kind == GDX_INPUT_JSON)
            put_white();
        put_record(&made[i], kind == GDX_INPUT_JSON);
        put(kind == GDX_INPUT_RECORDS ? "\n" : i + 1 < count && *close ? "," : "");
    }
    put(close);
    GDX_AUTO(gdx_source) source = new_source(NULL, 0);
    begin(source, kind, gdx_buffer_slice(&layout));
    for (size_t i = 0; i < count; i++) {
        gdx_document document = next_document(source);
        assert_slice(document.id, made[i].id);
        assert_slice(document.text, made[i].text);
    }
    assert_end(source);
}

static void any_layout_of_the_same_records_gives_the_same_documents(void **state) {
    (void)state;
    const char *given = getenv("GDX_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    print_message("GDX_SEED=%u\n", seed);
    srand(seed);
    for (int round = 0; round < 300; round++) {
        struct made made[8];
        size_t count = 1 + (size_t)rand() % 8;
        for (size_t i = 0; i < count; i++) {
            snprintf(made[i].id, sizeof made[i].id, "%zu", i);
            some_text(made[i].text);
            some_text(made[i].key);
        }
        check_layout(GDX_INPUT_RECORDS, made, count, "", "");
        check_layout(GDX_INPUT_JSON, made, count, "[", "]");
        check_layout(GDX_INPUT_JSON, made, count, "{\"n\" : [1,{}], \"data\": [", "] }");
        check_layout(GDX_INPUT_JSON, made, count, "", "");
    }
    gdx_buffer_clear(&layout);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_or_objects_in_any_layout_are_records),
        cmocka_unit_test(an_object_that_holds_one_array_of_objects_is_that_array),
        cmocka_unit_test(what_is_wrong_is_refused_with_element_line_and_column),
        cmocka_unit_test(a_file_that_was_cut_off_says_so_once),
        cmocka_unit_test(every_cut_of_a_file_ends),
        cmocka_unit_test(deep_nesting_costs_its_record),
        cmocka_unit_test(json_of_any_encoding_is_read),
        cmocka_unit_test(undecodable_bytes_are_told_of_with_their_record),
        cmocka_unit_test(a_map_tells_records_from_what_holds_them),
        cmocka_unit_test(the_first_lines_tell_json_lines_from_other_json),
        cmocka_unit_test(any_layout_of_the_same_records_gives_the_same_documents),
    };
    return cmocka_run_group_tests_name("ingest: json", tests, NULL, NULL);
}
