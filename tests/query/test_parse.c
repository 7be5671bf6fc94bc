// SPDX-License-Identifier: Apache-2.0
// test_parse.c: every form of the query language as the tree it becomes, and every error with its column.

#include "gdx/query.h"
#include "gdx/text.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct form {
    const char *text;
    const char *tree;
};

static void expect_trees(const struct form *forms, size_t count) {
    for (size_t i = 0; i < count; i++) {
        gdx_query *query = NULL;
        gdx_error err = {0};
        gdx_buffer tree = {0};
        if (gdx_query_parse(gdx_rule_current(), gdx_slice_of(forms[i].text), &query, &err) != GDX_OK)
            fail_msg("%s: %s", forms[i].text, err.message);
        assert_int_equal(gdx_query_describe(query, &tree), GDX_OK);
        assert_int_equal(gdx_buffer_append(&tree, "", 1), GDX_OK);
        if (strcmp((const char *)tree.data, forms[i].tree) != 0)
            fail_msg("%s became %s, expected %s", forms[i].text, (const char *)tree.data, forms[i].tree);
        gdx_buffer_clear(&tree);
        gdx_query_free(query);
    }
}

#define EXPECT_TREES(forms) expect_trees(forms, sizeof(forms) / sizeof *(forms))

static void a_run_is_one_phrase_cut_by_the_matching_rule(void **state) {
    (void)state;
    static const struct form forms[] = {
        {"产业链", "(phrase \"产业链\")"},
        {"的", "(phrase \"的\")"},
        {"WTO规则", "(phrase \"wto规则\")"},
        {"ＷＴＯ", "(phrase \"wto\")"},
        {"產業鏈", "(phrase \"产业链\")"},
        {"60—70年代", "(phrase \"60-70年代\")"},
        {"a-b", "(phrase \"a-b\")"},
        {"a*b", "(phrase \"a*b\")"},
        {"http://x", "(phrase \"http://x\")"},
        {"Title:x", "(phrase \"title:x\")"},
        {"a:title:x", "(phrase \"a:title:x\")"},
        {"\\", "(phrase \"\\\\\")"},
        {"-", "(phrase \"-\")"},
        {"- a", "(and (phrase \"-\") (phrase \"a\"))"},
        {"and", "(phrase \"and\")"},
        {"near/5", "(phrase \"near/5\")"},
        {"NEARBY", "(phrase \"nearby\")"},
        {"ANDROID", "(phrase \"android\")"},
    };
    EXPECT_TREES(forms);
}

static void a_quotation_is_one_phrase_and_its_escapes_are_literal(void **state) {
    (void)state;
    static const struct form forms[] = {
        {"\"global supply chain\"", "(phrase \"global supply chain\")"},
        {"\"WTO 规则\"", "(phrase \"wto规则\")"},
        {"\"贸易\n保护\"", "(phrase \"贸易保护\")"},
        {"\"a\\\"b\\\\c\"", "(phrase \"a\\\"b\\\\c\")"},
        {"\"a\\b\"", "(phrase \"a\\\\b\")"},
        {"\"AND\"", "(phrase \"and\")"},
        {"\"-a\"", "(phrase \"-a\")"},
        {"\"title:x\"", "(phrase \"title:x\")"},
        {"\"tariff*\"", "(phrase \"tariff*\")"},
        {"\"(a|b)\"", "(phrase \"(a|b)\")"},
        {"\"a\"b\"c\"", "(and (phrase \"a\") (phrase \"b\") (phrase \"c\"))"},
    };
    EXPECT_TREES(forms);
}

static void full_width_signs_act_where_a_term_may_start(void **state) {
    (void)state;
    static const struct form forms[] = {
        {"（贸易）", "(phrase \"贸易\")"},
        {"（美国 OR 欧盟） 关税", "(and (or (phrase \"美国\") (phrase \"欧盟\")) (phrase \"关税\"))"},
        {"（a）（b）", "(and (phrase \"a\") (phrase \"b\"))"},
        {"(（a） b)", "(and (phrase \"a\") (phrase \"b\"))"},
        {"（世贸组织（WTO） OR 欧盟）", "(or (phrase \"世贸组织(wto)\") (phrase \"欧盟\"))"},
        {"（（a|b） c）", "(and (or (phrase \"a\") (phrase \"b\")) (phrase \"c\"))"},
        {"（source:news OR source:law）", "(or (source \"news\") (source \"law\"))"},
        {"“friend shoring”", "(phrase \"friend shoring\")"},
        {"“WTO 规则” 关税", "(and (phrase \"wto规则\") (phrase \"关税\"))"},
        {"”WTO 规则”", "(phrase \"wto规则\")"},
        {"「产业 链」", "(phrase \"产业链\")"},
        {"“a”“b”「c」", "(and (phrase \"a\") (phrase \"b\") (phrase \"c\"))"},
        {"“a 「b」”", "(phrase \"a\\\"b\\\"\")"},
        {"“a \\\"b\\\" c:\\\\d”", "(phrase \"a\\\"b\\\"c:\\\\d\")"},
        {"“a \\b”", "(phrase \"a\\\\b\")"},
        {"“（a｜b）”", "(phrase \"(a|b)\")"},
        {"“AND”", "(phrase \"and\")"},
        {"－关税", "(not (phrase \"关税\"))"},
        {"a －（b c）", "(and (phrase \"a\") (not (and (phrase \"b\") (phrase \"c\"))))"},
        {"－－a", "(not (not (phrase \"a\")))"},
        {"－“a b”", "(not (phrase \"a b\"))"},
        {"title：供应链", "(phrase title \"供应链\")"},
        {"title：（a｜b） c", "(and (or (phrase title \"a\") (phrase title \"b\")) (phrase \"c\"))"},
        {"text：“供应链 安全”", "(phrase text \"供应链安全\")"},
        {"source：news date：2023 id：a/*", "(and (source \"news\") (date 2023) (ids \"a/\"))"},
        {"source:“新华 社”", "(source \"新华 社\")"},
        {"source:新华社（英文）", "(source \"新华社（英文）\")"},
        {"a｜b", "(or (phrase \"a\") (phrase \"b\"))"},
        {"美国 ｜ 欧盟｜日本", "(or (phrase \"美国\") (phrase \"欧盟\") (phrase \"日本\"))"},
        {"a ＯＲ b", "(or (phrase \"a\") (phrase \"b\"))"},
    };
    EXPECT_TREES(forms);
}

static void full_width_signs_inside_a_run_are_characters(void **state) {
    (void)state;
    static const struct form forms[] = {
        {"世界贸易组织（WTO）", "(phrase \"世界贸易组织(wto)\")"},
        {"世贸“规则”", "(phrase \"世贸\\\"规则\\\"\")"},
        {"“引号”后", "(and (phrase \"引号\") (phrase \"后\"))"},
        {"\"“引号”\"", "(phrase \"\\\"引号\\\"\")"},
        {"a－b", "(phrase \"a-b\")"},
        {"－", "(phrase \"-\")"},
        {"－ a", "(and (phrase \"-\") (phrase \"a\"))"},
        {"a：b", "(phrase \"a:b\")"},
        {"title:text：x", "(phrase title \"text:x\")"},
        {"title：－5", "(phrase title \"-5\")"},
        {"ＯＲx", "(phrase \"orx\")"},
        {"“ＯＲ”", "(phrase \"or\")"},
        {"a）", "(phrase \"a)\")"},
        {"(a）)", "(phrase \"a)\")"},
        {"‘a' b’", "(and (phrase \"'a'\") (phrase \"b'\"))"},
        {"『a』", "(phrase \"'a'\")"},
        {"＂a＂", "(phrase \"\\\"a\\\"\")"},
    };
    EXPECT_TREES(forms);
}

static void operators_bind_as_documented(void **state) {
    (void)state;
    static const struct form forms[] = {
        {"美国 关税", "(and (phrase \"美国\") (phrase \"关税\"))"},
        {"美国\xe3\x80\x80关税", "(and (phrase \"美国\") (phrase \"关税\"))"},
        {"a AND b", "(and (phrase \"a\") (phrase \"b\"))"},
        {"a AND b c", "(and (phrase \"a\") (phrase \"b\") (phrase \"c\"))"},
        {"a OR b", "(or (phrase \"a\") (phrase \"b\"))"},
        {"a|b", "(or (phrase \"a\") (phrase \"b\"))"},
        {"a | b OR c", "(or (phrase \"a\") (phrase \"b\") (phrase \"c\"))"},
        {"a b OR c d", "(or (and (phrase \"a\") (phrase \"b\")) (and (phrase \"c\") (phrase \"d\")))"},
        {"a (b OR c) d", "(and (phrase \"a\") (or (phrase \"b\") (phrase \"c\")) (phrase \"d\"))"},
        {"a (b c)", "(and (phrase \"a\") (phrase \"b\") (phrase \"c\"))"},
        {"(a|b)|c", "(or (phrase \"a\") (phrase \"b\") (phrase \"c\"))"},
        {"((a))", "(phrase \"a\")"},
        {"a(b)c", "(and (phrase \"a\") (phrase \"b\") (phrase \"c\"))"},
        {"a AND(b)", "(and (phrase \"a\") (phrase \"b\"))"},
        {"NOT a", "(not (phrase \"a\"))"},
        {"-a", "(not (phrase \"a\"))"},
        {"--a", "(not (not (phrase \"a\")))"},
        {"a -b", "(and (phrase \"a\") (not (phrase \"b\")))"},
        {"a NOT b", "(and (phrase \"a\") (not (phrase \"b\")))"},
        {"a AND NOT b", "(and (phrase \"a\") (not (phrase \"b\")))"},
        {"a OR -b", "(or (phrase \"a\") (not (phrase \"b\")))"},
        {"-(a b)", "(not (and (phrase \"a\") (phrase \"b\")))"},
        {"-\"a b\"", "(not (phrase \"a b\"))"},
        {"NOT a b", "(and (not (phrase \"a\")) (phrase \"b\"))"},
        {"-a NEAR/2 b", "(not (near 2 (phrase \"a\") (phrase \"b\")))"},
    };
    EXPECT_TREES(forms);
}

static void pairs_take_phrases_words_alternatives_and_pairs(void **state) {
    (void)state;
    static const struct form forms[] = {
        {"美国 NEAR/20 关税", "(near 20 (phrase \"美国\") (phrase \"关税\"))"},
        {"贸易 THEN/5 保护", "(then 5 (phrase \"贸易\") (phrase \"保护\"))"},
        {"a NEAR/0 b", "(near 0 (phrase \"a\") (phrase \"b\"))"},
        {"a NEAR/10000 b", "(near 10000 (phrase \"a\") (phrase \"b\"))"},
        {"a NEAR/1 b THEN/2 c", "(then 2 (near 1 (phrase \"a\") (phrase \"b\")) (phrase \"c\"))"},
        {"a NEAR/1 (b THEN/2 c)", "(near 1 (phrase \"a\") (then 2 (phrase \"b\") (phrase \"c\")))"},
        {"(a|b) NEAR/3 tariff*", "(near 3 (or (phrase \"a\") (phrase \"b\")) (prefix \"tariff\"))"},
        {"(a|b NEAR/1 c) THEN/3 d",
         "(then 3 (or (phrase \"a\") (near 1 (phrase \"b\") (phrase \"c\"))) (phrase \"d\"))"},
        {"x a NEAR/3 b y", "(and (phrase \"x\") (near 3 (phrase \"a\") (phrase \"b\")) (phrase \"y\"))"},
    };
    EXPECT_TREES(forms);
}

static void fields_and_words_by_their_ends(void **state) {
    (void)state;
    static const struct form forms[] = {
        {"title:供应链", "(phrase title \"供应链\")"},
        {"text:\"供应链 安全\"", "(phrase text \"供应链安全\")"},
        {"title:(a OR b) c", "(and (or (phrase title \"a\") (phrase title \"b\")) (phrase \"c\"))"},
        {"title:(a NEAR/1 b)", "(near 1 (phrase title \"a\") (phrase title \"b\"))"},
        {"title:(a date:2023)", "(and (phrase title \"a\") (date 2023))"},
        {"title:AND", "(phrase title \"and\")"},
        {"title:-5", "(phrase title \"-5\")"},
        {"title:text:x", "(phrase title \"text:x\")"},
        {"note:见下", "(phrase note \"见下\")"},
        {"caption：“图 1”", "(phrase caption \"图1\")"},
        {"furniture:(第 页)", "(and (phrase furniture \"第\") (phrase furniture \"页\"))"},
        {"any:tariff*", "(prefix any \"tariff\")"},
        {"exact:\"產業 鏈\"", "(exact \"產業鏈\")"},
        {"exact：「ＷＴＯ\\\"」", "(exact \"ＷＴＯ\\\"\")"},
        {"title:(exact:a b)", "(and (exact title \"a\") (phrase title \"b\"))"},
        {"-exact:供应*", "(not (exact \"供应*\"))"},
        {"bridge:“产业 链” a", "(and (bridge \"产业链\") (phrase \"a\"))"},
        {"text:(bridge：a OR b)", "(or (bridge text \"a\") (phrase text \"b\"))"},
        {"exact:a NEAR/2 b", "(near 2 (exact \"a\") (phrase \"b\"))"},
        {"Note:x", "(phrase \"note:x\")"},
        {"tariff*", "(prefix \"tariff\")"},
        {"TARIFF*", "(prefix \"tariff\")"},
        {"*tpp", "(suffix \"tpp\")"},
        {"title:*tpp", "(suffix title \"tpp\")"},
        {"20*", "(prefix \"20\")"},
        {"-tariff*", "(not (prefix \"tariff\"))"},
        {"贸易*", "(phrase \"贸易\")"},
        {"*关", "(phrase \"关\")"},
        {"title:WTO规则*", "(phrase title \"wto规则\")"},
    };
    EXPECT_TREES(forms);
}

static void filters_keep_their_values_as_written(void **state) {
    (void)state;
    static const struct form forms[] = {
        {"source:news", "(source \"news\")"},
        {"source:News", "(source \"News\")"},
        {"source:\"a b\"", "(source \"a b\")"},
        {"source:\"\"", "(source \"\")"},
        {"meta.lang:zh", "(meta \"lang\" \"zh\")"},
        {"meta.lang：zh-CN", "(meta \"lang\" \"zh-CN\")"},
        {"meta.lang:\"a b\"", "(meta \"lang\" \"a b\")"},
        {"meta.lang:“a b”", "(meta \"lang\" \"a b\")"},
        {"meta.lang:\"\"", "(meta \"lang\" \"\")"},
        {"meta.a.b:zh*", "(meta \"a.b\" \"zh*\")"},
        {"meta.作者:李明", "(meta \"作者\" \"李明\")"},
        {"-meta.a:b 税", "(and (not (meta \"a\" \"b\")) (phrase \"税\"))"},
        {"id:law/1", "(id \"law/1\")"},
        {"id:law/*", "(ids \"law/\")"},
        {"id:*", "(ids \"\")"},
        {"id:\"law/*\"", "(id \"law/*\")"},
        {"id:\"my law/\"*", "(ids \"my law/\")"},
        {"date:2023", "(date 2023)"},
        {"date:2023-5", "(date 2023-05)"},
        {"date:2023-05-06", "(date 2023-05-06)"},
        {"date:2022-03..2024", "(date 2022-03..2024)"},
        {"date:2023..2023", "(date 2023)"},
        {"date:..2018", "(date ..2018)"},
        {"date:2020..", "(date 2020..)"},
        {"关税 -date:2023", "(and (phrase \"关税\") (not (date 2023)))"},
    };
    EXPECT_TREES(forms);
}

struct refusal {
    const char *text;
    uint32_t column;
    const char *part; // of the message
};

static const struct refusal refusals[] = {
    {"", 1, "expected a word, a phrase or ("},
    {"   ", 4, "expected a word"},
    {"a AND", 6, "expected a word"},
    {"AND a", 1, "expected a word"},
    {"a OR OR b", 6, "expected a word"},
    {"a OR", 5, "expected a word"},
    {"|a", 1, "expected a word"},
    {"NOT", 4, "expected a word"},
    {"a NOT", 6, "expected a word"},
    {"-AND", 2, "expected a word"},
    {"(a -)", 5, "expected a word"},
    {"()", 2, "expected a word"},
    {"(a", 3, "expected )"},
    {"产业 (链 b", 8, "expected )"},
    {"a)", 2, "found ) without its ("},
    {"\"产业", 4, "expected \""},
    {"a \"b\\\"", 7, "expected \""},
    {"“产业", 4, "expected ” to end"},
    {"”产业", 4, "expected ” to end"},
    {"「产业\"", 5, "expected 」 to end"},
    {"“产业\"", 5, "expected ” to end"},
    {"“产业“", 5, "expected ” to end"},
    {"\"产业”", 5, "expected \" to end"},
    {"（a", 3, "expected ）"},
    {"（a)", 3, "expected ）"},
    {"(a）", 4, "expected )"},
    {"（）", 2, "expected a word"},
    {"－（）", 3, "expected a word"},
    {"（－）", 3, "expected a word"},
    {"a ｜", 4, "expected a word"},
    {"｜a", 1, "expected a word"},
    {"a ＯＲ", 5, "expected a word"},
    {"title：", 7, "right after the field's colon"},
    {"title：｜", 7, "right after the field's colon"},
    {"source：", 8, "expected a source"},
    {"date：去年", 6, "expected a date"},
    {"“”", 1, "nothing to search for"},
    {"\"\"", 1, "nothing to search for"},
    {"a \" \"", 3, "nothing to search for"},
    {"a \xe2\x80\x8b b", 3, "nothing to search for"}, // a zero-width space
    {"title:", 7, "right after the field's colon"},
    {"title: a", 7, "right after the field's colon"},
    {"title:)", 7, "right after the field's colon"},
    {"title:(text:a)", 8, "a field inside a field's parentheses"},
    {"any:(note:a)", 6, "a field inside a field's parentheses"},
    {"exact:", 7, "expected a word or a phrase"},
    {"bridge:", 8, "expected a word or a phrase"},
    {"a -bridge:b", 4, "below NOT"},
    {"NOT (a bridge:b)", 8, "below NOT"},
    {"a NEAR/2 bridge:b", 10, "beside NEAR or THEN"},
    {"(a | bridge:b) THEN/2 c", 2, "beside NEAR or THEN"},
    {"exact:(a)", 7, "expected a word or a phrase"},
    {"exact:\" \"", 1, "nothing to search for"},
    {"exact:“a", 9, "expected ” to end"},
    {"caption:", 9, "right after the field's colon"},
    {"title:\"", 8, "expected \""},
    {"source:", 8, "expected a source"},
    {"source: a", 8, "expected a source"},
    {"meta.a:", 8, "expected a value"},
    {"meta.a: b", 8, "expected a value"},
    {"meta.:a", 6, "it is empty, expected a key"},
    {"id:", 4, "expected an id"},
    {"date:", 6, "expected a date"},
    {"date:..", 6, "expected a date"},
    {"date:x", 6, "expected a date"},
    {"date:\"\"", 6, "expected a date"},
    {"关税 date:2023-13", 9, "month 13"},
    {"date:2020..2023-13", 12, "month 13"},
    {"date:2024..2022", 6, "ends before it starts"},
    {"*", 1, "* alone"},
    {"*a*", 3, "found a second *; use one, at the start or the end of a word"},
    {"**", 2, "found a second *; use one, at the start or the end of a word"},
    {"供应**", 4, "found a second *; use one, at the start or the end of a word"},
    {"**ab", 2, "found a second *; use one, at the start or the end of a word"},
    {"关a*", 1, "one word of letters"},
    {"*a关", 2, "one word of letters"},
    {"a-b*", 1, "one word of letters"},
    {"\"ab\"*", 5, "* alone"},
    {"a NEAR b", 7, "expected / and a number"},
    {"a NEAR/ b", 8, "expected a number"},
    {"a NEAR/x b", 8, "expected a digit"},
    {"a NEAR/2x b", 9, "expected a digit"},
    {"a NEAR/10001 b", 8, "from 0 to 10000"},
    {"a NEAR/99999999999999999999 b", 8, "from 0 to 10000"},
    {"a THEN/5", 9, "expected a word"},
    {"NEAR/5 a", 1, "expected a word"},
    {"a NEAR/5 -b", 10, "expected a word"},
    {"a NEAR/5 NOT b", 10, "expected a word"},
    {"a NEAR/5 (b c)", 11, "beside NEAR or THEN"},
    {"(a b) NEAR/5 c", 2, "beside NEAR or THEN"},
    {"a NEAR/5 date:2023", 10, "beside NEAR or THEN"},
    {"a NEAR/5 (b | -c)", 11, "beside NEAR or THEN"},
    {"a \xff", 3, "not UTF-8"},
    {"产\xe4\xb8", 2, "not UTF-8"},
    {"\xed\xa0\x80", 1, "not UTF-8"},
};

static void the_error_of_a_malformed_query_has_its_column(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refusal *refusal = &refusals[i];
        gdx_query *query = NULL;
        gdx_error err = {0};
        gdx_status status = gdx_query_parse(gdx_rule_current(), gdx_slice_of(refusal->text), &query, &err);
        if (status != GDX_INVALID || err.reason != GDX_REASON_QUERY_SYNTAX || err.column != refusal->column ||
            !strstr(err.message, refusal->part))
            fail_msg("%s: %s at %u: %s; expected column %u, '%s'", refusal->text, gdx_status_name(status), err.column,
                     err.message, refusal->column, refusal->part);
        assert_null(query);
    }
}

static void a_zero_byte_is_refused_wherever_it_stands(void **state) {
    (void)state;
    static const char *const around[] = {"产业链 关税", "\"产业链\" OR a*", "id:a -date:2023", "a"};
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        size_t bytes = strlen(around[i]);
        for (size_t at = 0; at <= bytes; at++) {
            char text[64] = {0};
            memcpy(text, around[i], at);
            memcpy(text + at + 1, around[i] + at, bytes - at);
            gdx_query *query = NULL;
            gdx_error err = {0};
            assert_int_equal(gdx_query_parse(gdx_rule_current(), (gdx_slice){text, bytes + 1}, &query, &err),
                             GDX_INVALID);
            assert_null(query);
            assert_int_equal(err.reason, GDX_REASON_QUERY_SYNTAX);
            assert_true(err.column >= 1);
        }
    }
    gdx_query *query = NULL;
    gdx_error err = {0};
    assert_int_equal(gdx_query_parse(gdx_rule_current(), (gdx_slice){"产业\0链", 10}, &query, &err), GDX_INVALID);
    assert_int_equal(err.column, 3);
    assert_non_null(strstr(err.message, "zero byte"));
}

// ---- limits

// Why the query is refused; GDX_REASON_NONE when it is not.
static gdx_reason parse_repeated(const char *begin, const char *part, size_t times, const char *end) {
    gdx_buffer text = {0};
    assert_int_equal(gdx_buffer_append(&text, begin, strlen(begin)), GDX_OK);
    for (size_t i = 0; i < times; i++)
        assert_int_equal(gdx_buffer_append(&text, part, strlen(part)), GDX_OK);
    assert_int_equal(gdx_buffer_append(&text, end, strlen(end)), GDX_OK);
    gdx_query *query = NULL;
    gdx_error err = {0};
    gdx_status status = gdx_query_parse(gdx_rule_current(), gdx_buffer_slice(&text), &query, &err);
    assert_int_equal(status, err.reason == GDX_REASON_NONE ? GDX_OK : GDX_INVALID);
    gdx_query_free(query);
    gdx_buffer_clear(&text);
    return err.reason;
}

static void a_query_over_a_limit_is_refused_as_too_large(void **state) {
    (void)state;
    assert_int_equal(parse_repeated("", "a ", 1024, ""), GDX_REASON_NONE);
    assert_int_equal(parse_repeated("", "a ", 1025, ""), GDX_REASON_QUERY_TOO_LARGE);
    assert_int_equal(parse_repeated("", "date:2023 ", 1025, ""), GDX_REASON_QUERY_TOO_LARGE);
    assert_int_equal(parse_repeated("", "a", 65536, ""), GDX_REASON_NONE);
    assert_int_equal(parse_repeated("", "a", 65537, ""), GDX_REASON_QUERY_TOO_LARGE);
    assert_int_equal(parse_repeated("", "(", 64, "a"), GDX_REASON_QUERY_SYNTAX);
    assert_int_equal(parse_repeated("", "(", 65, "a"), GDX_REASON_QUERY_TOO_LARGE);
    assert_int_equal(parse_repeated("", "-", 63, "a"), GDX_REASON_NONE);
    assert_int_equal(parse_repeated("", "-", 65, "a"), GDX_REASON_QUERY_TOO_LARGE);
    assert_int_equal(parse_repeated("", "-", 60000, "a"), GDX_REASON_QUERY_TOO_LARGE);
    assert_int_equal(parse_repeated("a", " NEAR/1 b", 1023, ""), GDX_REASON_NONE); // a chain is not nested
    assert_int_equal(parse_repeated("a", " NEAR/1 b", 1024, ""), GDX_REASON_QUERY_TOO_LARGE);
    assert_int_equal(parse_repeated("", "a NEAR/1 (b THEN/1 ", 63, "a"), GDX_REASON_QUERY_SYNTAX);
    assert_int_equal(parse_repeated("", "a NEAR/1 (b THEN/1 ", 65, "a"), GDX_REASON_QUERY_TOO_LARGE);
    assert_int_equal(parse_repeated("", "(a OR b) ", 500, ""), GDX_REASON_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_one_phrase_cut_by_the_matching_rule),
        cmocka_unit_test(a_quotation_is_one_phrase_and_its_escapes_are_literal),
        cmocka_unit_test(full_width_signs_act_where_a_term_may_start),
        cmocka_unit_test(full_width_signs_inside_a_run_are_characters),
        cmocka_unit_test(operators_bind_as_documented),
        cmocka_unit_test(pairs_take_phrases_words_alternatives_and_pairs),
        cmocka_unit_test(fields_and_words_by_their_ends),
        cmocka_unit_test(filters_keep_their_values_as_written),
        cmocka_unit_test(the_error_of_a_malformed_query_has_its_column),
        cmocka_unit_test(a_zero_byte_is_refused_wherever_it_stands),
        cmocka_unit_test(a_query_over_a_limit_is_refused_as_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
