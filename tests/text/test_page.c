// SPDX-License-Identifier: Apache-2.0
// test_page.c: docs/matching-rule.md: each line of its ```symbols blocks, by the module and by the plain rule; and what
// the page says of the data: the script composes it, and folding is NFKC_Casefold.

#include "../support/examples.h"
#include "../support/plain_rule.h"
#include "holds.h"

#include "gdx/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

static void append(gdx_buffer *out, const void *bytes, size_t count) {
    assert_int_equal(gdx_buffer_append(out, bytes, count), GDX_OK);
}

static void check_example(const char *line) {
    const char *arrow = strstr(line, " => ");
    if (!arrow)
        fail_msg("no arrow: %s", line);
    gdx_buffer text = examples_text(line, arrow), printed = {0};
    gdx_symbols symbols = {0};
    cut_or_die(gdx_buffer_slice(&text), GDX_TEXT_SPANS, &symbols);
    print_symbols(&symbols, &printed);
    if (strcmp((const char *)printed.data, arrow + 4) != 0)
        fail_msg("%s\n  gives %s", line, (const char *)printed.data);
    assert_null(symbols_equal_plain(gdx_buffer_slice(&text)));
    gdx_symbols_clear(&symbols);
    gdx_buffer_clear(&text);
    gdx_buffer_clear(&printed);
}

static void every_example_of_the_page_holds(void **state) {
    (void)state;
    assert_true(examples_check("matching-rule.md", "symbols", check_example) > 30);
}

static bool takes_part(uint32_t c) {
    return !(c >= 0xd800 && c <= 0xdfff) && !plain_is_special(c);
}

// By the library, where it has the rule's version of Unicode.
static void folding_is_nfkc_casefold(void **state) {
    (void)state;
    if (strcmp(utf8proc_unicode_version(), "15.0.0") != 0)
        skip();
    static const char *const around[] = {"", "e", "か", "하", "\u0301", "\u3099", "\u11ab"};
    gdx_buffer text = {0}, folded = {0};
    for (uint32_t c = 1; c < GDX_CODE_POINTS; c++) {
        // The library keeps unassigned characters that Unicode says to drop.
        if (!takes_part(c) || utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_CN)
            continue;
        text.bytes = 0;
        uint8_t bytes[GDX_UTF8_BYTES];
        size_t count = gdx_utf8_encode(bytes, c), which = c % (sizeof around / sizeof *around);
        append(&text, around[which], strlen(around[which]));
        append(&text, bytes, count);
        append(&text, around[c / 7 % (sizeof around / sizeof *around)], strlen(around[c / 7 % 7]));
        append(&text, "", 1);
        utf8proc_uint8_t *expected = utf8proc_NFKC_Casefold(text.data);
        assert_non_null(expected);
        size_t points = plain_fold((gdx_slice){(const char *)text.data, text.bytes - 1}, &folded), at = 0;
        for (size_t i = 0; i < points; i++) {
            uint8_t got[GDX_UTF8_BYTES];
            size_t got_bytes = gdx_utf8_encode(got, gdx_load_u32(folded.data + i * 4));
            if (strncmp((const char *)expected + at, (const char *)got, got_bytes) != 0)
                fail_msg("U+%04X folds to \"%s\" by utf8proc", c, (const char *)expected);
            at += got_bytes;
        }
        assert_int_equal(expected[at], 0);
        free(expected);
    }
    gdx_buffer_clear(&text);
    gdx_buffer_clear(&folded);
}

// A second pass over the symbols of a character changes nothing.
static void symbols_are_symbols_of_themselves(void **state) {
    (void)state;
    gdx_symbols once = {0}, twice = {0};
    gdx_buffer text = {0};
    for (uint32_t c = 0; c < GDX_CODE_POINTS; c++) {
        if (!takes_part(c))
            continue;
        uint8_t bytes[GDX_UTF8_BYTES];
        cut_or_die((gdx_slice){(char *)bytes, gdx_utf8_encode(bytes, c)}, 0, &once);
        text.bytes = 0;
        for (size_t i = 0; i < once.count; i++) {
            uint32_t symbol = once.symbols[i];
            gdx_slice word = {(char *)bytes, 0};
            if (symbol & GDX_WORD_FLAG)
                word = gdx_symbols_word(&once, symbol & ~GDX_WORD_FLAG);
            else
                word.bytes = gdx_utf8_encode(bytes, symbol);
            append(&text, word.data, word.bytes);
            append(&text, "\n", 1);
        }
        cut_or_die(gdx_buffer_slice(&text), 0, &twice);
        bool same = once.count == twice.count;
        for (size_t i = 0; same && i < once.count; i++)
            same = is_same_symbol(&once, i, &twice, i);
        if (!same)
            fail_msg("U+%04X becomes something that becomes something else", c);
    }
    gdx_symbols_clear(&once);
    gdx_symbols_clear(&twice);
    gdx_buffer_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_of_the_page_holds),
        cmocka_unit_test(folding_is_nfkc_casefold),
        cmocka_unit_test(symbols_are_symbols_of_themselves),
    };
    return cmocka_run_group_tests_name("text: page", tests, NULL, NULL);
}
